"""The client half against the face: what one writes the other reads, and back."""

from typing import Any

import pytest
from providers.ubill.desk import OTHER, TO, Desk

from emulator.core.units import SECOND
from emulator.http.messages import HttpReply
from emulator.providers.ubill import client

SENDS = (client.send, client.read_sent), (client.send_xml, client.read_sent_xml)
TEXT = "Code 1234 & <b> გამარჯობა +100%\n€ 😀"


@pytest.mark.parametrize(("build", "read"), SENDS)
def test_every_way_of_sending_says_all_parameters(build: Any, read: Any) -> None:
    desk = Desk(stoplist=[TO])
    request = build(
        desk.key, 1, [TO, OTHER], TEXT, stop_list=False, otp=True, send_time="2026-02-01 12:30"
    )  # fmt: skip
    assert read(desk.exchange(request)) == client.Sent(0, "SMS Sent", 100001)
    by_get = {"brandID": "1", "numbers": f"{TO},{OTHER}", "text": TEXT, "stopList": "false", "otp": "true"}
    assert desk.get("send", **by_get, sendTime="2026-02-01 12:30")["smsID"] == "100002"
    assert desk.texts() == [(TO, TEXT), (OTHER, TEXT)] * 2
    for batch in desk.sandbox.engine.state.store.batches:
        assert (batch.first, batch.begins_at - batch.created_at) == (True, 30 * 60 * SECOND)


@pytest.mark.parametrize(("build", "read"), SENDS)
def test_every_way_of_sending_reads_its_refusals(desk: Desk, build: Any, read: Any) -> None:
    refused = read(desk.exchange(build(desk.key, 9, [TO], "Hello")))
    assert (refused.status_id, bool(refused.message), refused.sms_id) == (10, True, None)
    with pytest.raises(ValueError, match="no answer of uBill"):
        read(desk.exchange(build("nobody's", 1, [TO], "Hello")))


@pytest.mark.parametrize("number", ["+995577123456", "00995577123456", "0577123456"])
def test_a_number_that_no_integer_says_is_sent_as_it_is_by_every_way(desk: Desk, number: str) -> None:
    for build, read in SENDS:
        assert read(desk.exchange(build(desk.key, 1, [number], "Hello"))).status_id == 50


@pytest.mark.parametrize("switches", [{}, {"types": "numbers", "brands-key": "data"}])
def test_all_other_answers_are_read_whatever_the_switches_say(switches: dict[str, Any]) -> None:
    desk = Desk(switches=switches)
    sms_id = client.read_sent(desk.exchange(client.send(desk.key, 1, [TO, OTHER], "Hello"))).sms_id
    assert sms_id == 100001
    told = client.read_report(desk.exchange(client.report(desk.key, sms_id)))
    assert told == client.Reported(0, "", ((TO, "3"), (OTHER, "3")))
    assert client.read_report(desk.exchange(client.report(desk.key, 1))).status_id == 99
    assert client.read_balance(desk.exchange(client.balance(desk.key))) == client.Balance(0, "", 998)
    created = client.read_created(desk.exchange(client.create_brand_name(desk.key, "shop")))
    assert created == client.Created(0, "BrandName Created", 2)
    assert client.read_created(desk.exchange(client.create_brand_name(desk.key, "x"))).brand_id is None
    assert client.read_brand_names(desk.exchange(client.brand_names(desk.key))) == client.Brands(0, "", (
        client.Brand(1, "emulator", 1, "2026-02-01 12:00:00"), client.Brand(2, "shop", 0, "2026-02-01 12:00:00"),
    ))  # fmt: skip


@pytest.mark.parametrize("read", [
    client.read_sent, client.read_report, client.read_balance, client.read_brand_names, client.read_created,
    client.read_sent_xml,
])  # fmt: skip
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"{", b"\xff", b'{"statusID":"x"}', b"<a/>", b"null"])
def test_what_is_no_answer_is_a_value_error(read: Any, body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read(HttpReply(status=502, body=body))
