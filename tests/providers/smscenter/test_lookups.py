"""HLR and ping: sends without a text, what status and callback tell of a number (facts, section 4), in memory."""

import pytest
from providers.smscenter.desk import OTHER, TO, Desk

NETWORK = ["imsi", "msc", "mcc", "mnc", "cn", "net", "rcn", "rnet"]


def looked_up(desk, to=TO, kind="hlr", wait=2):
    """An HLR request, answered: its status with all there is to tell."""
    sent = desk.json("send", phones=to, **{kind: "1"})
    desk.advance(wait)
    return desk.status(sent["id"], to, all="2")


@pytest.mark.contract("smscenter.hlr.send")
@pytest.mark.parametrize("kind", ["hlr", "ping"])
def test_it_is_answered_like_a_send_and_needs_no_text(kind):
    desk = Desk(prices={kind: 0.3})
    assert desk.json("send", phones=TO, cost="1", **{kind: "1"}) == {"cost": "0.3", "cnt": 1}
    assert desk.json("send", phones=f"{TO},{OTHER}", cost="3", **{kind: "1"}) == {
        "id": 1, "cnt": 2, "cost": "0.6", "balance": "999.4"
    }  # fmt: skip
    assert desk.get("send", phones="79161111111", fmt="0", **{kind: "1"}) == b"OK - 1 SMS, ID - 2"
    assert desk.json("send", list=f"{TO}:a", **{kind: "1"})["error_code"] == 1
    assert desk.json("send", phones=TO, hlr="1", ping="1")["error_code"] == 1
    assert desk.json("send", **{kind: "1"})["error_code"] == 1


@pytest.mark.contract("smscenter.hlr.send")
def test_soap_asks_too_and_hlr_ping_and_sms_of_a_minute_are_different_requests(desk):
    assert desk.soap("send_sms2", phones=TO, mes="", query="hlr=1")["id"] == "1"
    assert desk.json("send", phones=TO, ping="1")["id"] == 2
    assert desk.json("send", phones=TO, hlr="1")["error_code"] == 9
    assert desk.soap("get_status", phone=TO, id="1", all="1")["sender_id"] == "HLR"


@pytest.mark.contract("smscenter.hlr.status", "smscenter.hlr.invented")
def test_status_tells_err_and_the_network_behind_it_once_it_is_answered(desk):
    desk.json("send", phones=TO, hlr="1")
    assert list(desk.status(1)) == ["status", "last_date", "last_timestamp", "flag", "err"]
    desk.advance(2)
    found = desk.status(1, all="2")
    assert list(found)[:13] == ["status", "last_date", "last_timestamp", "flag", "err", *NETWORK]
    assert (found["status"], found["err"], found["type"], found["sender_id"]) == (1, 0, 4, "HLR")
    assert (found["mcc"], found["mnc"], found["cn"], found["net"]) == ("250", "01", "Россия", "МТС")
    assert found["imsi"].startswith("25001")
    assert len(found["imsi"]) == 15
    assert found["msc"].startswith("79")
    assert (found["rcn"], found["rnet"]) == ("", "")


@pytest.mark.contract("smscenter.hlr.status")
def test_the_numbers_of_fmt_1_have_the_network_behind_err_as_the_official_libraries_cut_them(desk):
    found = looked_up(desk)
    told = desk.get("status", phone=TO, id="1", fmt="1", charset="utf-8").decode()
    status, _, err, *network = told.split(",")
    assert (status, err) == ("1", "0")
    assert network == [found[name] for name in NETWORK]
    assert f"<imsi>{found['imsi']}</imsi>" in desk.get("status", phone=TO, id="1", fmt="2").decode("cp1251")
    assert f"err = 0, imsi = {found['imsi']}, " in desk.get("status", phone=TO, id="1", fmt="0").decode("cp1251")


@pytest.mark.contract("smscenter.hlr.status")
def test_a_ping_knows_whether_the_telephone_is_on_and_nothing_of_the_network():
    found = looked_up(Desk(), kind="ping")
    assert (found["status"], found["err"], found["type"], found["flag"]) == (1, 0, 5, 5)
    assert "imsi" not in found


@pytest.mark.contract("smscenter.hlr.status")
@pytest.mark.parametrize(("step", "status", "err", "empty"), [
    ({"status": "undelivered"}, 20, 6, False), ({"status": "undelivered", "error": 1}, 20, 1, True),
    ({"status": "undelivered", "error": 13}, 20, 13, False), ({"status": "expired"}, 3, 0, False),
])  # fmt: skip
def test_a_rule_says_what_lives_behind_a_number(step, status, err, empty):
    desk = Desk(rules=[{"when": {"kind": "hlr", "to": TO}, "then": {"steps": [{"after": 1, **step}]}}])
    found = looked_up(desk)
    assert (found["status"], found["err"]) == (status, err)
    assert all(found[name] == "" for name in NETWORK) == empty
    assert looked_up(desk, OTHER)["status"] == 1


@pytest.mark.contract("smscenter.hlr.invented")
def test_a_ported_number_is_told_by_the_network_that_a_rule_names():
    step = {"after": 1, "status": "delivered", "operator": "МегаФон"}
    found = looked_up(Desk(rules=[{"when": {"kind": "hlr"}, "then": {"steps": [step]}}]))
    assert (found["net"], found["mcc"], found["mnc"], found["imsi"][:5]) == ("МегаФон", "250", "02", "25002")
    assert (found["operator"], found["operator_orig"]) == ("МегаФон", "МТС")


@pytest.mark.contract("smscenter.hlr.callback")
def test_the_callback_carries_what_the_status_tells(desk):
    desk.json("send", phones=TO, hlr="1")
    (told,) = desk.advance(2)
    found = desk.status(1, all="2")
    assert (told["type"], told["err"], told["sender"]) == ("4", "0", "HLR")
    assert {name: told[name] for name in NETWORK} == {name: found[name] for name in NETWORK}


@pytest.mark.contract("smscenter.hlr.invented")
def test_what_is_invented_is_stable_for_a_number_and_goes_by_the_seed(desk):
    first = looked_up(desk)
    desk.advance(60)
    again = looked_up(desk)
    assert [first[name] for name in NETWORK] == [again[name] for name in NETWORK]
    assert looked_up(desk, OTHER)["imsi"] != first["imsi"]
    other = Desk(seed=77)
    assert looked_up(other)["imsi"] != first["imsi"]
    assert looked_up(Desk(seed=77))["imsi"] == looked_up(Desk(seed=77))["imsi"]


@pytest.mark.contract("smscenter.hlr.invented")
def test_of_a_number_of_an_unknown_country_nothing_is_invented():
    found = looked_up(Desk(), "442071234567")
    assert (found["status"], found["imsi"], found["msc"], found["mcc"]) == (1, "", "", "")
