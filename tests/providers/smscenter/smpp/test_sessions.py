"""Binds, receipts and subscribers' messages as the facts have them."""

import asyncio

import pytest
from esme import SUBMIT, TO, desk, line_of
from support import control, get, receiver

from emulator.smpp import CommandId, response


@pytest.mark.parametrize(
    ("said", "status", "sandbox"),
    [({"system_id": b"nobody"}, 0x0F, "default"), ({"password": b"wrong"}, 0x0E, "own")],
)
@pytest.mark.parametrize("command", [CommandId.BIND_TRANSMITTER, CommandId.BIND_RECEIVER, CommandId.BIND_TRANSCEIVER])
async def test_a_refused_bind_is_told_by_its_own_response_without_a_body(at, said, status, sandbox, command):
    esme = await at.connect()
    answer = await esme.bind(at.account, command, **said)
    assert (answer.command_id, answer.status, answer.raw[16:]) == (command | 0x80000000, status, b"")
    path = "/_emulator/sandboxes/default/requests" if sandbox == "default" else f"{at.path}/requests"
    _, body = await get(at.served.base_url + path)
    assert b'"refused"' in body
    assert (await esme.bind(at.account)).status == 0


@pytest.mark.contract("smscenter.smpp.addresses", "smscenter.smpp.switched-on")
async def test_an_address_that_is_not_allowed_and_an_account_without_access_get_0x0d(at):
    await at.patch(allowed_ips=["10.0.0.1"])
    assert (await (await at.connect()).bind(at.account)).status == 0x0D
    await at.patch(allowed_ips=[], api_access=False)
    assert (await (await at.connect()).bind(at.account)).status == 0x0D


@pytest.mark.contract("smscenter.smpp.binds")
async def test_the_next_session_over_the_limit_gets_0x05_and_a_place_is_free_at_once(at):
    await at.patch(limits={"sessions": 2})
    one, _ = await at.bound(), await at.bound()
    late = await at.connect()
    assert (await late.bind(at.account)).status == 0x05
    await one.close()
    for _ in range(100):
        if (await late.bind(at.account)).status == 0:
            return
    pytest.fail("the place of a closed session stayed taken")


async def test_a_second_bind_gets_0x05_and_a_request_before_the_bind_0x04(at):
    esme = await at.connect()
    assert (await esme.submit()).status == 0x04
    assert (await esme.bind(at.account)).status == 0
    assert (await esme.bind(at.account)).status == 0x05
    assert (await esme.submit()).status == 0


@pytest.mark.contract("smscenter.smpp.bind")
async def test_a_client_of_version_3_3_gets_no_tlv(at):
    esme = await at.connect()
    assert (await esme.bind(at.account, interface_version=0x33)).tlvs == []
    assert (await (await at.connect()).bind(at.account)).tlvs == [(0x0210, b"\x34")]


@pytest.mark.contract("smscenter.smpp.throughput")
async def test_the_101st_message_of_a_second_is_throttled_and_limits_off_lifts_it(at):
    esme = await at.bound()
    statuses = [(await esme.submit(b"%d" % n, destination_addr=b"7900%07d" % n)).status for n in range(101)]
    assert statuses == [0] * 100 + [0x58]
    await at.advance(1)
    assert (await esme.submit(b"more")).status == 0


async def test_receipts_wait_for_a_receiver_and_are_not_due_meanwhile(at):
    sender = await at.bound(CommandId.BIND_TRANSMITTER)
    for n in range(7):
        await sender.submit(b"%d" % n)
    await at.settle()
    assert (await at.call("GET", "/callbacks"))["callbacks"] == []
    assert (await at.call("GET", ""))["next_due"] is None
    taker = await at.bound(CommandId.BIND_RECEIVER)
    assert len(await taker.receipts(7)) == 7
    assert sender.delivered == []


@pytest.mark.contract("smscenter.smpp.window")
async def test_no_more_receipts_than_the_window_are_unanswered(at):
    await at.patch(switches={"smpp-window": 2})
    esme = await at.bound()
    esme.answers = lambda pdu: None
    for n in range(5):
        await esme.submit(b"%d" % n)
    await at.call("PATCH", "/accounts/smscenter", {"switches": {}})
    walking = asyncio.ensure_future(at.settle())
    await esme.receipts(2)
    await esme.ask(CommandId.ENQUIRE_LINK)
    assert len(esme.delivered) == 2
    for n in range(5):
        await esme.until(lambda n=n: len(esme.delivered) > n)
        esme.write(response(esme.delivered[n]))
    await walking
    assert len(esme.delivered) == 5


@pytest.mark.contract("smscenter.smpp.receipt-again")
@pytest.mark.parametrize(("status", "again"), [(0x64, True), (0x14, True), (0x65, False)])
async def test_a_receipt_goes_out_again_after_a_temporary_error_only(at, status, again):
    esme = await at.bound()
    esme.answers = lambda pdu: response(pdu, status if len(esme.delivered) == 1 else 0)
    await esme.submit()
    await at.settle()
    assert len(esme.delivered) == 1 + again
    callbacks = (await at.call("GET", "/callbacks"))["callbacks"]
    assert [one["accepted"] for one in callbacks] == ([False, True] if again else [False])
    assert callbacks[0]["sent"]["receipted_message_id"] == "1"
    assert callbacks[0]["answer"]["command"] == "deliver_sm_resp"


async def test_an_unanswered_receipt_goes_to_the_next_receiver_when_the_link_breaks(at):
    esme = await at.bound()
    esme.answers = lambda pdu: None
    await esme.submit()
    walking = asyncio.ensure_future(at.settle())
    assert len(await esme.receipts()) == 1
    await esme.close()
    other = await at.bound()
    assert line_of((await other.receipts())[0]) == line_of(esme.delivered[0])
    await walking


@pytest.mark.contract("smscenter.smpp.receipts-by-http")
async def test_without_registered_delivery_the_status_goes_to_the_http_handler():
    async with receiver() as taking, desk() as at:
        await at.patch(callback_url=taking.url)
        esme = await at.bound()
        await esme.submit(registered_delivery=0)
        await at.settle()
        assert esme.delivered == []
        assert [(one["id"], one["status"]) for one in taking.came] == [("1", "1")]


@pytest.mark.contract("smscenter.smpp.intermediate")
@pytest.mark.parametrize(
    ("registered", "switch", "told"),
    [(0x11, "send", ["ENROUTE", "DELIVRD"]), (0x10, "send", ["ENROUTE"]), (0x12, "send", ["ENROUTE"]),
     (0x11, "omit", ["DELIVRD"])],
)  # fmt: skip
async def test_bit_4_asks_to_be_told_when_the_message_was_handed_over(at, registered, switch, told):
    await at.patch(switches={"smpp-intermediate": switch})
    steps = [{"after": 1, "status": "sent"}, {"after": 2, "status": "delivered"}]
    await at.rule({"operation": "send"}, {"steps": steps})
    esme = await at.bound()
    await esme.submit(registered_delivery=registered)
    await at.settle()
    kinds = {"ENROUTE": (0x20, b"\x01", "id:1 sub:001 dlvrd:000"), "DELIVRD": (0x04, b"\x02", "id:1 sub:001 dlvrd:001")}
    await esme.receipts(len(told))
    assert [line_of(one).split("stat:")[1][:7] for one in esme.delivered] == told
    for word, one in zip(told, esme.delivered, strict=True):
        assert (one.number("esm_class"), one.tlv(0x0427), line_of(one)[:22]) == kinds[word]


@pytest.mark.parametrize(("registered", "to", "words"), [
    (1, TO, ["DELIVRD"]), (2, TO, []), (2, "79001990001", ["UNDELIV"]), (1, "79001990002", ["EXPIRED"]),
    (1, "79001990005", ["UNKNOWN"]), (1, "79001990007", ["DELIVRD", "DELIVRD"]), (1, "79001990008", ["UNDELIV"]),
    (1, "79001990009", ["UNDELIV"]), (1, "79001990004", []),
])  # fmt: skip
async def test_magic_numbers_are_told_by_receipts(at, registered, to, words):
    esme = await at.bound()
    assert (await esme.submit(registered_delivery=registered, destination_addr=to.encode())).status == 0
    await at.settle()
    assert [line_of(one).split("stat:")[1][:7] for one in esme.delivered] == words


async def test_query_cancel_and_replace(at):
    esme = await at.bound()
    await esme.submit(b"old")
    changed = await esme.ask(CommandId.REPLACE_SM, message_id=b"1", source_addr=b"Shop", short_message=b"new",
                             registered_delivery=1)  # fmt: skip
    assert changed.status == 0
    assert (await at.messages())[0]["text"] == "new"
    asked = await esme.ask(CommandId.QUERY_SM, message_id=b"1", source_addr=b"Shop")
    assert (asked.status, asked.number("message_state"), asked.octets("final_date")) == (0, 1, b"")
    assert (await esme.ask(CommandId.QUERY_SM, message_id=b"1", source_addr=b"Other")).status == 0x0C
    assert (await esme.ask(CommandId.CANCEL_SM, message_id=b"1", source_addr=b"Shop")).status == 0
    assert (await esme.ask(CommandId.CANCEL_SM, message_id=b"1", source_addr=b"Shop")).status == 0x11
    assert (await esme.ask(CommandId.REPLACE_SM, message_id=b"1", source_addr=b"Shop")).status == 0x13
    assert (await esme.ask(CommandId.CANCEL_SM, message_id=b"99")).status == 0x0C
    await at.settle()
    assert [line_of(one).split("stat:")[1][:7] for one in esme.delivered] == ["DELETED"]
    asked = await esme.ask(CommandId.QUERY_SM, message_id=b"1")
    assert asked.number("message_state") == 4
    assert asked.octets("final_date").endswith(b"12+")


async def test_cancel_without_an_id_takes_all_of_a_source_to_a_destination(at):
    esme = await at.bound()
    await esme.submit(b"one")
    await esme.submit(b"two")
    await esme.submit(b"three", source_addr=b"Else")
    cancelled = await esme.ask(CommandId.CANCEL_SM, source_addr=b"Shop", destination_addr=TO.encode())
    assert cancelled.status == 0
    assert [one["status"] for one in await at.messages()] == ["deleted", "deleted", "pending"]


async def test_replace_if_present_takes_the_place_of_what_is_not_delivered(at):
    esme = await at.bound()
    await esme.submit(b"one")
    await esme.submit(b"two", replace_if_present_flag=1)
    assert [one["status"] for one in await at.messages()] == ["deleted", "pending"]


@pytest.mark.contract("smscenter.smpp.data-sm")
async def test_data_sm_is_a_submit_and_the_providers_php_client_is_served(at):
    esme = await at.bound(CommandId.BIND_TRANSMITTER, addr_ton=5, addr_npi=1)
    answer = await esme.ask(CommandId.DATA_SM, (0x0424, b"payload"), **SUBMIT)
    assert (answer.command_id, answer.octets("message_id")) == (CommandId.DATA_SM_RESP, b"1")
    answer = await esme.submit(
        b"", (0x0424, "Привет".encode("utf-16-be")), source_addr=b".", data_coding=8, priority_flag=3,
        validity_period=b"000001000000000R", registered_delivery=0,
    )  # fmt: skip
    assert answer.status == 0
    assert [one["text"] for one in await at.messages()] == ["payload", "Привет"]
    assert (await at.messages())[1]["sender"] == ""


async def test_schedule_and_validity_are_moments_of_the_sandbox():
    async with desk({"scenario": {"rules": [{"when": {"contains": "never"}, "then": {"steps": []}}]}}) as at:
        esme = await at.bound()
        await esme.submit(b"later", schedule_delivery_time=b"000000010000000R")
        await esme.submit(b"never", validity_period=b"000000000100000R")
        await at.advance(61)
        assert [one["status"] for one in await at.messages()] == ["scheduled", "expired"]
        await at.advance(3600)
        assert [one["status"] for one in await at.messages()] == ["delivered", "expired"]


@pytest.mark.contract("smscenter.smpp.past-schedule", "smscenter.smpp.field-faults")
async def test_a_schedule_in_the_past_is_now_and_a_validity_that_is_over_is_0x62(at):
    esme = await at.bound()
    past = b"200101000000000+"
    assert (await esme.submit(b"now", schedule_delivery_time=past)).status == 0
    assert [one["status"] for one in await at.messages()] == ["pending"]
    assert "smscenter.smpp.past-schedule" in str(await at.call("GET", "/lint"))
    assert (await esme.submit(b"late", validity_period=past)).status == 0x62
    assert "is over by the sandbox's clock" in str(await at.last(operation="send"))
    replaced = await esme.ask(CommandId.REPLACE_SM, message_id=b"1", source_addr=b"Shop", source_addr_ton=5,
                              short_message=b"new", validity_period=past)  # fmt: skip
    assert (replaced.status, [one["text"] for one in await at.messages()]) == (0x62, ["now"])


@pytest.mark.contract("smscenter.smpp.incoming")
async def test_a_subscribers_long_message_comes_in_parts(at):
    esme = await at.bound()
    made = await at.call("POST", "/incoming", {"from": TO, "to": "Shop", "text": "Ответ " * 20})
    assert (made["way"], made["parts"]) == ("smpp", 2)
    parts = await esme.receipts(2)
    assert [one.number("esm_class") for one in parts] == [0x40, 0x40]
    assert b"".join(one.message[6:] for one in parts).decode("utf-16-be") == "Ответ " * 20
    assert [one.message[:6].hex() for one in parts] == ["050003010201", "050003010202"]
    assert parts[0].octets("source_addr") == TO.encode()
    await at.settle()
    callbacks = (await at.call("GET", "/callbacks"))["callbacks"]
    assert [(one["message_id"], one["accepted"]) for one in callbacks] == [("i1", True), ("i1", True)]


@pytest.mark.contract("smscenter.smpp.incoming")
async def test_a_subscribers_message_that_no_provider_could_carry_is_refused_at_the_door():
    refused = (
        ({"from": "9" * 21}, "from: it has 21 characters"), ({"to": "x" * 21}, "to: it has 21 characters"),
        ({"from": "7900\0"}, "from: it has '\\x00'"), ({"to": "Sh\nop"}, "to: it has '\\n'"),
        ({"to": "Магазин"}, "to: it has 'М'"), ({"from": ""}, "from: it is empty"),
        ({"text": "x" * (153 * 255 + 1)}, "text: it would have 256 parts"),
    )  # fmt: skip
    async with receiver() as taking, desk() as at:
        await at.patch(callback_url=taking.url)
        for bound in (False, True):
            if bound:
                await at.bound()
            for said, wrong in refused:
                body = {"from": TO, "to": "Shop", "text": "yes", "provider": "smscenter", **said}
                status, answer = await control(at.served, "POST", f"{at.path}/incoming", body)
                assert (status, wrong in answer["error"]["message"]) == (400, True), answer
        assert at.sandbox.engine.state.incoming == []


async def test_addresses_and_texts_at_their_limits_are_delivered(at):
    await at.patch(switches={"smpp-window": 0})
    esme = await at.bound()
    made = await at.call("POST", "/incoming", {"from": "9" * 20, "to": "Ä" * 20, "text": "x" * 153 * 255})
    assert made["parts"] == 255
    parts = await esme.receipts(255)
    assert {(one.octets("source_addr"), one.octets("destination_addr")) for one in parts} == {
        (b"9" * 20, ("Ä" * 20).encode("latin-1")),
    }  # fmt: skip


async def test_a_subscribers_message_goes_to_the_http_handler_while_nobody_is_bound():
    async with receiver() as taking, desk() as at:
        await at.patch(callback_url=taking.url)
        assert (await at.call("POST", "/incoming", {"from": TO, "to": "Shop", "text": "yes"}))["way"] == "http"
        await at.settle()
        assert [(one["phone"], one["mes"], one["to"]) for one in taking.came] == [(TO, "yes", "Shop")]


async def test_a_rules_answer_goes_the_way_its_message_came_and_waits_for_a_receiver():
    async with receiver() as taking, desk() as at:
        await at.patch(callback_url=f"{taking.url}?charset=utf-8")
        await at.call("POST", "/rules", {"when": {"operation": "send"}, "then": {"incoming": {"text": "Да " * 50}}})
        sender = await at.bound(CommandId.BIND_TRANSMITTER)
        await sender.submit(registered_delivery=0x10)
        await at.settle()
        esme = await at.bound(CommandId.BIND_RECEIVER)
        parts = await esme.receipts(3)
        assert b"".join(one.message[6:] for one in parts).decode("utf-16-be") == "Да " * 50
        who = f"login={at.account['login']}&psw={at.account['psw']}"
        await get(f"{at.served.base_url}/sys/send.php?{who}&phones={TO}&mes=Hi&sender=Shop")
        await at.settle()
        assert [(one["phone"], one["mes"]) for one in taking.came if "mes" in one] == [(TO, "Да " * 50)]
        assert len(esme.delivered) == 3


async def test_every_pdu_is_in_the_journal_with_its_fields_text_and_octets(at):
    esme = await at.bound()
    request = esme.made(CommandId.SUBMIT_SM, **SUBMIT, short_message=b"a\x00b")
    esme.write(request)
    answer = await esme.answer_to(request)
    kept = await at.last(operation="send")
    assert kept["request"]["command"] == "submit_sm"
    assert kept["request"]["text"] == "a@b"
    assert kept["request"]["fields"]["destination_addr"] == TO
    assert kept["reply"]["hex"] == answer.raw.hex()
    await esme.submit(priority_flag=9)
    kept = await at.last(outcome="refused")
    assert "priority_flag 9" in kept["explain"]
    assert kept["reply"]["status"] == "ESME_RINVPRTFLG"


async def test_parts_that_wait_for_others_are_in_a_snapshot_and_are_joined_after_it_is_restored(at):
    esme = await at.bound()
    first, second = b"\5\0\3\7\2\1one ", b"\5\0\3\7\2\2two"
    assert (await esme.submit(first, esm_class=0x40)).status == 0
    await at.call("POST", "/snapshots", {"name": "half"})
    assert (await esme.submit(second, esm_class=0x40)).status == 0
    whole = await at.messages()
    assert [one["text"] for one in whole] == ["one two"]
    for _ in range(2):
        await at.call("POST", "/restore", {"name": "half"})
        assert await at.messages() == []
        assert (await esme.submit(first, esm_class=0x40)).status == 0x45
        assert (await esme.submit(second, esm_class=0x40)).status == 0
        again = await at.messages()
        assert [(one["text"], one["part_ids"]) for one in again] == [("one two", whole[0]["part_ids"])]
    await at.call("POST", "/restore", {"name": "half"})
    await at.advance(61)
    assert [one["status"] for one in await at.messages()] == ["undelivered"]
