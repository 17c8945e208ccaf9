"""list=: a text, a sender and a zone for each number; in memory."""

import pytest
from providers.smscenter.desk import OTHER, TO, Desk

from emulator.core.units import SECOND


def sent(desk: Desk) -> list[tuple[str, str, str]]:
    """(number, text, sender) of each message there is."""
    store = desk.sandbox.engine.state.store
    found = ((message.to, store.batch_of(message)) for message in store.messages)
    return [(to, batch.text, batch.sender) for to, batch in found]


@pytest.mark.contract("smscenter.send.list-breaks")
def test_backslash_n_in_a_text_is_a_line_break(desk):
    assert desk.json("send", list=f"{TO}:one\\ntwo\n{OTHER}:three")["cnt"] == 2
    assert [text for _, text, _ in sent(desk)] == ["one\ntwo", "three"]


@pytest.mark.contract("smscenter.send.list-breaks")
def test_with_nl_texts_hold_line_breaks_and_a_line_of_digits_and_colon_opens_the_next(desk):
    four = "four\n12 o'clock\n10:30 sharp\n2024-01-15; date\n10 000: sum"
    listed = f"{TO}:one\ntwo: 2\n\nthree\nShop|{OTHER};{four}\n8 (903) 123-45-67: five"
    assert desk.json("send", list=listed, nl="1")["cnt"] == 3
    assert [text for _, text, _ in sent(desk)] == ["one\ntwo: 2\n\nthree", four, " five"]


@pytest.mark.contract("smscenter.send.list-breaks", "smscenter.send.error-1")
def test_a_line_that_is_no_item_is_error_1_and_the_explanation_names_both_ways(desk):
    assert desk.json("send", list=f"{TO}:one\ntwo")["error_code"] == 1
    assert "without number or text: two" in desk.why()
    assert r"written as \n, or nl=1" in desk.why()


@pytest.mark.contract("smscenter.send.list")
def test_only_the_first_colon_counts(desk):
    desk.json("send", list=f"{TO}:at 10:30; sharp|now\n{OTHER};by semicolon: yes")
    assert [text for _, text, _ in sent(desk)] == ["at 10:30; sharp|now", "by semicolon: yes"]


@pytest.mark.contract("smscenter.send.list-senders")
def test_an_item_may_have_a_sender_of_its_own(desk):
    desk.json("send", list=f"Shop|{TO}:a\nBank|{OTHER},79031234567:b\n79041234567:c\n.|79051234567:d", sender="Main")
    assert sent(desk) == [
        (TO, "a", "Shop"), (OTHER, "b", "Bank"), ("79031234567", "b", "Bank"), ("79041234567", "c", "Main"),
        ("79051234567", "d", ""),
    ]  # fmt: skip


@pytest.mark.contract("smscenter.send.list-senders")
def test_an_item_may_have_a_zone_of_its_own_for_the_common_time(desk):
    desk.json("send", list=f"Shop,2|{TO}:a\n,-1|{OTHER}:b\n79031234567:c", time="02.02.26 14:00", sender="Main")
    batches = desk.sandbox.engine.state.store.batches
    now = desk.sandbox.now()
    assert [(batch.sender, (batch.begins_at - now) / SECOND / 3600) for batch in batches] == [
        ("Shop", 0.0), ("Main", 3.0), ("Main", 2.0),
    ]  # fmt: skip


@pytest.mark.contract("smscenter.send.list-senders", "smscenter.send.error-1")
def test_a_zone_that_is_no_number_is_error_1(desk):
    assert desk.json("send", list=f"Shop,east|{TO}:a")["error_code"] == 1
    assert "zone" in desk.why()


@pytest.mark.contract("smscenter.send.list-senders", "smscenter.send.some-bad")
def test_a_sender_that_is_not_allowed_is_refused_for_its_numbers_alone():
    desk = Desk(senders=["Shop"])
    assert desk.json("send", list=f"Shop|{TO}:a\nBank|{OTHER}:b", sender="Shop")["cnt"] == 1
    (one, two) = (desk.status(1, to, all="1") for to in (TO, OTHER))
    assert (one["status"], one["message"]) == (-1, "a")
    assert (two["status"], two["err"], two["message"], two["sender_id"]) == (23, 254, "b", "Bank")
    assert desk.left == 999


@pytest.mark.contract("smscenter.send.list-senders", "smscenter.send.error-6")
def test_with_no_allowed_sender_at_all_the_send_is_error_6():
    desk = Desk(senders=["Shop"])
    assert desk.json("send", list=f"Bank|{TO}:a\nBank|{OTHER}:b")["error_code"] == 6


@pytest.mark.contract("smscenter.send.list", "smscenter.send.some-bad")
@pytest.mark.parametrize(
    ("wish", "number", "text", "told"),
    [({}, "12", "short", (22, 249)), ({"stoplist": [OTHER]}, OTHER, "stopped", (23, 252))],
)  # fmt: skip
def test_a_number_that_is_refused_keeps_its_own_text(wish, number, text, told):
    desk = Desk(**wish)
    assert desk.json("send", list=f"{number}:{text}\n{TO}:good")["cnt"] == 1
    found = desk.status(1, number, all="1")
    assert ((found["status"], found["err"]), found["message"], found["sms_cnt"]) == (told, text, 1)


@pytest.mark.contract("smscenter.send.list", "smscenter.send.error-3")
@pytest.mark.parametrize(("wish", "code"), [({"balance": 1}, 3), ({"stoplist": [TO, OTHER]}, 8)])
def test_where_the_whole_list_is_refused_each_number_keeps_its_own_text(wish, code):
    desk = Desk(**wish)
    assert desk.json("send", list=f"{TO}:one\n{OTHER}:two")["error_code"] == code
    assert [desk.status(1, to, all="1")["message"] for to in (TO, OTHER)] == ["one", "two"]


@pytest.mark.contract("smscenter.send.list", "smscenter.send.id")
def test_over_soap_query_a_list_works_the_same_way(desk):
    answer = desk.soap("send_sms2", phones="", mes="", query=f"list=Shop|{TO}%3Aone%5Cntwo")
    assert answer["cnt"] == "1"
    assert sent(desk) == [(TO, "one\ntwo", "Shop")]


@pytest.mark.contract("smscenter.send.list", "smscenter.send.time", "smscenter.send.period")
@pytest.mark.parametrize(
    "said",
    [{"list": f"{TO}:a\n{OTHER}:b", "time": "+1"}, {"list": f"A,2|{TO}:a\n{OTHER}:b"},
     {"phones": f"{TO},{OTHER}", "mes": "x", "period": "1", "freq": "1"},
     {"phones": f"{TO},{OTHER}", "mes": "code", "call": "1", "period": "1"}],
)  # fmt: skip
def test_what_rules_say_of_one_number_holds_however_the_send_is_spread(desk, said):
    desk.rules({"when": {"to": OTHER}, "then": {"steps": [{"after": 1, "status": "expired"}]}})
    desk.json("send", **said)
    assert {one["phone"]: one["status"] for one in desk.advance(7200)} == {TO: "1", OTHER: "3"}


@pytest.mark.contract("smscenter.send.list", "smscenter.send.some-bad")
@pytest.mark.parametrize("listed", [f"{TO}:yes\n{OTHER}:no\n12:no", f"{OTHER}:no\n12:no\n{TO}:never"])
def test_what_a_rule_refuses_of_a_list_it_refuses_with_the_error_that_it_has_alone(listed):
    """Before the number's form and the stop list are looked at, and where nothing is left of the list too."""
    rules = [{"when": {"contains": "no"}, "then": {"refuse": {"code": 6}}},
             {"when": {"contains": "never"}, "then": {"refuse": {"reason": "no-credit"}}}]  # fmt: skip
    desk = Desk(rules=rules, stoplist=[OTHER])
    desk.json("send", list=listed)
    for item in listed.split("\n"):
        number = item.partition(":")[0]
        alone = Desk(rules=rules, stoplist=[OTHER])
        alone.json("send", list=item)
        assert desk.status(1, number, all="1") == alone.status(1, number, all="1")


def test_a_list_that_is_too_long_is_told_why_in_a_whole_sentence(desk):
    asked = f"login=alex&psw=123&op=1&list={'%0A'.join([f'{TO}:x'] * 20_000)}".encode()
    reply = desk.ask("POST", "/sys/send.php", asked, {"Content-Type": "application/x-www-form-urlencoded"})
    assert reply.body.startswith(
        b"20000 numbers, each with a text of its own and each of them told of in the answer, in one request are too "
    )
