"""What an account and a request may ask for besides: test mode, spreading, lists of numbers (facts, 3.1, 3.2, 3.4)."""

import pytest
from providers.smscenter.desk import OTHER, TO, Desk


@pytest.mark.contract("smscenter.send.test-mode")
def test_in_test_mode_nothing_is_charged_and_err_is_200():
    desk = Desk(switches={"test-mode": True}, balance=0)
    assert desk.send(cost="3", op="1") == {
        "id": 1, "cnt": 1, "cost": "0", "balance": "0", "phones": [{"phone": TO, "mccmnc": "25001"}]
    }  # fmt: skip
    assert desk.send(OTHER, cost="1") == {"cost": "0", "cnt": 1}
    found = desk.status(1)
    assert (found["status"], found["flag"], found["err"]) == (-1, 0, 200)
    assert [(told["status"], told["err"], told["cost"]) for told in desk.advance(2)] == [("1", "200", "0.00")]
    assert desk.soap("get_status", phone=TO, id="1")["err"] == "200"
    assert desk.soap("get_sms_cost", phones=OTHER, mes="x")["cost"] == "0"


@pytest.mark.contract("smscenter.send.test-mode")
def test_a_real_failure_and_another_account_keep_their_errors():
    desk = Desk(switches={"test-mode": True})
    desk.send()
    desk.move(1, "undelivered", error=1)
    assert desk.status(1)["err"] == 1
    assert "err" not in Desk().json("send", phones=TO, mes="x")
    desk = Desk()
    desk.send()
    assert ("err" in desk.status(1), desk.left) == (False, 999)


@pytest.mark.contract("smscenter.send.period")
def test_a_mailing_is_spread_over_its_period_in_equal_portions(desk):
    numbers = [f"7916000000{n}" for n in range(8)]
    assert desk.send(",".join(numbers), period="2", freq="30") == {"id": 1, "cnt": 8}
    assert desk.left == 992

    def delivered():
        return [to for to, _, status in desk.messages() if status == "delivered"]

    desk.advance(2)
    assert delivered() == numbers[:2]
    desk.advance(1800)
    assert delivered() == numbers[:4]
    desk.advance(3600)
    assert delivered() == numbers


@pytest.mark.contract("smscenter.send.period", "smscenter.send.error-1")
def test_period_takes_a_default_freq_and_freq_alone_does_nothing(desk):
    desk.send(",".join(f"7916000000{n}" for n in range(3)), period="3")
    for hour in range(1, 4):
        desk.advance(2)
        delivered = [status for _, _, status in desk.messages()].count("delivered")
        assert delivered == hour, "a portion each hour"
        desk.advance(3600 - 2)
    for place, fine in enumerate(({"period": "0.1", "freq": "1"}, {"period": "720", "freq": "1440"})):
        assert desk.send(mes=f"border {place}", **fine)["cnt"] == 1
    desk.send(f"{TO},{OTHER}", mes="at once", freq="30")
    desk.advance(2)
    assert desk.messages()[-1][2] == "delivered"
    for wrong in ({"period": "721"}, {"period": "x"}, {"period": "0.05"}, {"period": "1", "freq": "0.5"},
                  {"period": "1", "freq": "1441"}):
        assert desk.send(mes=str(wrong), **wrong)["error_code"] == 1
    assert "freq `1441`" in desk.why()


@pytest.mark.contract("smscenter.send.period", "smscenter.send.list")
def test_a_list_is_spread_with_its_own_texts(desk):
    desk.json("send", list=f"{TO}:one\n{OTHER}:two", period="1", freq="30")
    assert [(text, status) for _, text, status in desk.messages()] == [("one", "pending"), ("two", "scheduled")]


@pytest.mark.contract("smscenter.send.lists-unseen")
@pytest.mark.parametrize("word", ["op", "err"])
def test_lists_that_no_text_can_show_are_found(word):
    desk = Desk()
    desk.get("send", phones=TO, mes="x", fmt="1", **{word: "1"})
    assert desk.lint() == ["smscenter.send.lists-unseen"]
    desk = Desk()
    desk.send(**{word: "1"})
    assert desk.lint() == []


@pytest.mark.contract("smscenter.send.lists-unseen", "smscenter.send.rest", "smscenter.soap.send2")
def test_lists_that_are_seen_make_no_finding(desk):
    desk.ask("POST", "/rest/send/", f"login=alex&psw=123&phones={TO},12&mes=a&err=1&op=1".encode())
    desk.soap("send_sms2", phones=f"{TO},12", mes="b", query="err=1")
    assert desk.lint() == []
