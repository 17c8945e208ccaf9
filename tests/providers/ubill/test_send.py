"""Send by query and by JSON: what is taken, and how."""

import pytest
from providers.ubill.desk import OTHER, TO, Desk

from emulator.http.messages import HttpRequest


@pytest.mark.contract("ubill.send.url", "ubill.send.encoding")
def test_the_page_s_get_works_with_only_the_host_changed(desk: Desk) -> None:
    target = f"http://api.ubill.dev/v1/sms/send?key={desk.key}&brandID=1&numbers={TO},{TO}&text=message"
    assert desk.exchange(HttpRequest(method="GET", target=target)).body == (
        b'{"statusID":0,"smsID":"100001","message":"SMS Sent"}'
    )
    assert desk.texts() == [(TO, "message"), (TO, "message")]


@pytest.mark.contract("ubill.send.encoding", "ubill.send.numbers")
def test_spaces_as_plus_or_20_and_commas_raw_or_escaped_mean_the_same(desk: Desk) -> None:
    for text, comma in (("a+b", ","), ("a%20b", "%2C")):
        query = f"key={desk.key}&brandID=1&numbers={TO}{comma}{OTHER}&text={text}"
        assert desk.exchange(HttpRequest(method="GET", target=f"/v1/sms/send?{query}")).status == 200
    assert desk.texts() == [(TO, "a b"), (OTHER, "a b")] * 2


@pytest.mark.contract("ubill.send.json", "ubill.send.answer", "ubill.code.0", "ubill.send.sms-id")
def test_a_json_post_is_answered_with_one_sms_id_for_all_its_numbers(desk: Desk) -> None:
    body = {"brandID": 1, "numbers": [int(TO), int(OTHER)], "text": "Hello", "stopList": True}
    answer = desk.post("send", body)
    assert answer == {"statusID": 0, "smsID": "100001", "message": "SMS Sent"}
    assert list(answer) == ["statusID", "smsID", "message"]
    assert desk.report("100001") == [(TO, "3"), (OTHER, "3")]
    assert desk.sent() == "100002"
    assert "[ubill.code.0]" in desk.why()


@pytest.mark.contract("ubill.send.text")
@pytest.mark.parametrize("text", ["გამარჯობა", "Привет & 100% + 你好", "👩‍👩‍👧‍👦", "a\nb\tc", "<b>&amp;", " x "])
def test_any_unicode_text_arrives_as_it_was_by_every_way(desk: Desk, text: str) -> None:
    desk.sent(text=text)
    assert desk.get("send", brandID="1", numbers=TO, text=text)["statusID"] == 0
    assert desk.texts() == [(TO, text)] * 2


@pytest.mark.contract("ubill.send.brand-id", "ubill.send.brand-id-text")
def test_the_brand_id_names_the_sender_as_integer_or_text() -> None:
    desk = Desk(senders=["emulator", "shop"])
    desk.sent(brandID=2)
    desk.sent(brandID="1")
    batches = desk.sandbox.engine.state.store.batches
    assert [batch.sender for batch in batches] == ["shop", "emulator"]


@pytest.mark.contract("ubill.send.brand-id")
def test_a_rule_s_sender_is_the_brand_id_as_sent() -> None:
    desk = Desk(senders=["emulator", "shop"])
    desk.rules({"when": {"sender": "2"}, "then": {"refuse": {"code": 99}}})
    assert (desk.send(brandID=2)["statusID"], desk.send(brandID=1)["statusID"]) == (99, 0)


# the stop list


@pytest.mark.contract("ubill.send.stoplist-false", "ubill.send.stoplist-0")
@pytest.mark.parametrize("value", ["false", "0", "False", False, 0])
def test_stop_list_false_sends_to_stop_listed_numbers(value: object) -> None:
    desk = Desk(stoplist=[TO])
    assert desk.send(stopList=value)["statusID"] == 0
    assert [desk.send(**other)["statusID"] for other in ({}, {"stopList": True}, {"stopList": "no"})] == [50] * 3
    assert desk.get("send", brandID="1", numbers=TO, text="x", stopList=str(value))["statusID"] == 0


@pytest.mark.contract("ubill.send.stoplist-missing", "ubill.send.stop-listed", "ubill.send.json")
@pytest.mark.parametrize("value", [None, "true", True, 1, "", "no"])
def test_any_other_stop_list_has_the_list_checked(value: object) -> None:
    desk = Desk(stoplist=[TO])
    assert desk.send(stopList=value)["statusID"] == 50
    assert "[ubill.send.stop-listed]" in desk.why()


@pytest.mark.contract("ubill.send.stop-listed", "ubill.report.result")
def test_of_a_list_only_the_stop_listed_number_is_left_out() -> None:
    desk = Desk(stoplist=[TO])
    sms_id = desk.sent(numbers=[TO, OTHER])
    assert f"stop-listed, not sent to: {TO} [ubill.send.stop-listed]" in desk.why()
    assert desk.report(sms_id) == [(OTHER, "3")]
    assert desk.left == "999"


# the balance


@pytest.mark.contract("ubill.send.charge")
@pytest.mark.parametrize(
    ("text", "parts"),
    [("a" * 160, 1), ("a" * 161, 2), ("ა" * 70, 1), ("ა" * 71, 2), ("ა" * 135, 3), ("[" * 80, 1), ("[" * 81, 2)],
)
def test_each_part_to_each_number_costs_one(desk: Desk, text: str, parts: int) -> None:
    desk.sent(text=text, numbers=[TO, OTHER])
    assert desk.left == str(1000 - 2 * parts)


@pytest.mark.contract("ubill.send.charge")
def test_a_switch_counts_messages_instead_of_parts() -> None:
    desk = Desk(switches={"charge": "messages"}, balance=2)
    desk.sent(text="ა" * 700, numbers=[TO, OTHER])
    assert desk.left == "0"
    assert desk.send()["statusID"] == 40


@pytest.mark.contract("ubill.send.all-or-nothing", "ubill.code.40")
def test_a_balance_that_covers_some_numbers_sends_to_none() -> None:
    desk = Desk(balance=1)
    assert desk.send(numbers=[TO, OTHER])["statusID"] == 40
    assert "costs 2 and the balance is 1 [ubill.code.40]" in desk.why()
    assert (desk.left, desk.texts()) == ("1", [])


@pytest.mark.contract("ubill.send.no-idempotency")
def test_the_same_send_twice_sends_and_charges_twice(desk: Desk) -> None:
    assert desk.sent() != desk.sent()
    assert (desk.left, len(desk.texts())) == ("998", 2)


# bodies that are not quite what they should be


@pytest.mark.contract("ubill.send.content-type")
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_json_is_read_whatever_its_content_type(kind: str) -> None:
    body = f'{{"brandID":1,"numbers":[{TO}],"text":"x"}}'.encode()
    assert Desk().post("send", body, kind)["statusID"] == 0


@pytest.mark.contract("ubill.send.form-body")
def test_a_form_is_no_json_unless_a_switch_reads_it() -> None:
    form, kind = f"brandID=1&numbers={TO}&text=a+b".encode(), "application/x-www-form-urlencoded"
    strict, lenient = Desk(), Desk(switches={"form-body": "read"})
    assert strict.post("send", form, kind)["statusID"] == 90
    assert strict.lint() == ["ubill.send.form-body"]
    assert lenient.post("send", form, kind)["statusID"] == 0
    assert lenient.texts() == [(TO, "a b")]
    assert lenient.post("send", b"{broken", "application/json")["statusID"] == 90


@pytest.mark.contract("ubill.send.form-body")
def test_a_multipart_form_is_treated_like_the_other() -> None:
    fields = (("brandID", b"1"), ("numbers", TO.encode()), ("text", "ა".encode()))
    headers = (("Content-Type", "multipart/form-data; boundary=x"),)
    for desk, status in ((Desk(), b'"statusID":90'), (Desk(switches={"form-body": "read"}), b'"statusID":0')):
        target = f"/v1/sms/send?key={desk.key}"
        reply = desk.exchange(HttpRequest(method="POST", target=target, headers=headers, body=b"--x", form=fields))
        assert status in reply.body


@pytest.mark.contract("ubill.send.names", "ubill.send.repeated")
def test_names_count_letter_by_letter_the_first_wins_and_unknown_ones_are_ignored(desk: Desk) -> None:
    assert desk.get("send", brandid="1", numbers=TO, text="x")["statusID"] == 10
    query = f"key={desk.key}&brandID=1&numbers={TO}&text=first&text=second&flash=1"
    assert desk.exchange(HttpRequest(method="GET", target=f"/v1/sms/send?{query}")).status == 200
    assert "noticed: [ubill.send.repeated]" in desk.why()
    body = f'{{"brandID":1,"numbers":{TO},"text":"first","text":"second","x":[]}}'.encode()
    assert desk.post("send", body)["statusID"] == 0
    assert desk.texts() == [(TO, "first"), (TO, "second")]


@pytest.mark.contract("ubill.send.raw-octets")
def test_unescaped_octets_are_read_and_noted(desk: Desk) -> None:
    target = f"/v1/sms/send?key={desk.key}&brandID=1&numbers={TO}&text=%E1%83%90"
    desk.exchange(HttpRequest(method="GET", target=target, raw_octets=True))
    assert (desk.texts(), desk.lint()) == ([(TO, "ა")], ["ubill.send.raw-octets"])


@pytest.mark.contract("ubill.send.wrong-type")
@pytest.mark.parametrize("said", [{"text": []}, {"text": {}}, {"text": True}, {"sendTime": [1]}, {"sendTime": False}])
def test_a_text_that_is_no_text_gets_99_and_says_why(desk: Desk, said: dict[str, object]) -> None:
    assert desk.send(**said)["statusID"] == 99
    assert "has the wrong type" in desk.why()


@pytest.mark.contract("ubill.send.wrong-type")
@pytest.mark.parametrize("name", [True, ["shop"], {"name": "shop"}])
def test_a_brand_name_that_is_no_text_gets_99_too_and_makes_none(desk: Desk, name: object) -> None:
    assert desk.post("brandNameCreate", {"brandName": name})["statusID"] == 99
    assert "brandName has the wrong type" in desk.why()
    assert len(desk.get("brandNames")["brands"]) == 1


@pytest.mark.contract("ubill.send.wrong-type")
def test_a_text_that_is_a_number_is_its_digits(desk: Desk) -> None:
    desk.sent(text=123456)
    desk.sent(brandID=1.0, numbers=[float(TO)], text=3.0)
    assert desk.texts() == [(TO, "123456"), (TO, "3")]
