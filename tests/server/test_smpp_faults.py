"""Faults of SMPP as plans of a rule, as a client sees them on the wire; and whether the message was taken."""

import asyncio
import gc
import weakref

import pytest
from esme import SUBMIT, desk, line_of
from support import PATIENCE, receiver, skip

from emulator.core.rules.actions import FAULTS
from emulator.core.rules.http_actions import HTTP_FAULTS
from emulator.core.rules.smpp_actions import FORMS, SMPP_FAULTS
from emulator.server.smpp_faults import SPOIL, STEPS
from emulator.smpp import CommandId, Pdu, response


def test_every_fault_of_the_lists_has_its_row_in_the_transport():
    assert {*FAULTS, *SMPP_FAULTS} - {"receipt-first"} == {*STEPS, *SPOIL}


async def faulty(at, fault, operation="send", **more):
    await at.rule({"operation": operation}, {"reply": {"fault": fault, **more}}, times=1)


@pytest.mark.parametrize(("fault", "taken"), [("lost", 1), ("drop", 0), ("reset", 1), ("cut", 1)])
async def test_f4_the_connection_goes_with_the_message_taken_or_not(at, fault, taken):
    esme = await at.bound()
    await faulty(at, fault)
    before = len(esme.octets)
    esme.write(esme.made(CommandId.SUBMIT_SM, **SUBMIT, short_message=b"x"))
    await esme.closed()
    assert len(await at.messages()) == taken
    tail = esme.octets[before:]
    assert tail == {"reset": b"RESET", "cut": bytes.fromhex("000000128000000400")}.get(fault, b"")
    assert (await at.last(operation="send"))["fault"] == fault


@pytest.mark.parametrize("fault", ["lost", "close", "reset"])
async def test_a_receipt_that_is_due_with_an_answer_that_ends_its_session_waits_for_the_next(at, fault):
    esme = await at.bound()
    await at.rule({"operation": "send"}, {"steps": [{"after": 0, "status": "delivered"}], "reply": {"fault": fault}})
    esme.write(esme.made(CommandId.SUBMIT_SM, **SUBMIT, short_message=b"x"))
    await esme.closed()
    assert len(await (await at.bound()).receipts()) == 1
    callbacks = (await at.call("GET", "/callbacks"))["callbacks"]
    assert [one["attempt"] for one in callbacks] == [1]


async def test_split_and_close_bring_the_whole_response(at):
    esme = await at.bound()
    await faulty(at, "split")
    assert (await esme.submit(b"x")).octets("message_id") == b"1"
    await faulty(at, "close")
    assert (await esme.submit(b"y")).octets("message_id") == b"2"
    await esme.closed()


async def test_what_only_http_can_have_is_passed_over(at):
    esme = await at.bound()
    for turn, fault in enumerate(HTTP_FAULTS):
        rule = {"when": {"operation": "send"}, "then": {"reply": {"fault": fault}}, "times": 1}
        await at.call("POST", "/rules", rule)
        assert (await esme.submit(b"x%d" % turn)).octets("message_id") == b"%d" % (turn + 1)
    assert (await at.last(operation="send"))["fault"] is None


async def test_a_status_may_be_told_of_what_was_taken(at):
    esme = await at.bound()
    for reply in ({"command_status": 8}, {"status": 503}):
        await at.rule({"operation": "send"}, {"reply": {**reply, "taken": True}}, times=1)
        assert (await esme.submit(b"taken" + str(reply).encode())).status == 8
    assert len(await at.messages()) == 2


async def test_f5_a_message_is_never_answered_and_the_session_goes_on(at):
    esme = await at.bound()
    await faulty(at, "hang")
    esme.write(esme.made(CommandId.SUBMIT_SM, **SUBMIT, short_message=b"x"))
    assert (await esme.submit(b"y")).octets("message_id") == b"2"
    assert [one.sequence for one in esme.came] == [1, 3]


async def test_f5_a_late_answer_comes_after_those_that_were_not_late(at):
    esme = await at.bound()
    await at.rule({"operation": "send"}, {"reply": {"delay": 30}}, times=1)
    first = esme.made(CommandId.SUBMIT_SM, **SUBMIT, short_message=b"x")
    esme.write(first)
    await esme.submit(b"y")
    skip(30)
    await esme.answer_to(first)
    assert [one.sequence for one in esme.came] == [1, 3, 2]


async def test_f5_reordered_answers_change_places(at):
    esme = await at.bound()
    await faulty(at, "reordered")
    esme.write(*(esme.made(CommandId.SUBMIT_SM, **SUBMIT, short_message=text) for text in (b"x", b"y")))
    await esme.until(lambda: len(esme.came) == 3)
    assert [one.sequence for one in esme.came] == [1, 3, 2]


async def test_f1_the_receipt_comes_in_one_segment_before_the_response(at):
    esme = await at.bound()
    steps = [{"after": 0, "status": "delivered"}]
    await at.rule({"operation": "send"}, {"steps": steps, "reply": {"fault": "receipt-first"}})
    answer = await esme.submit()
    assert [one.command_id for one in esme.came[1:]] == [CommandId.DELIVER_SM, CommandId.SUBMIT_SM_RESP]
    assert f"id:{answer.octets('message_id').decode()} " in line_of(esme.delivered[0])


async def test_f1_the_response_waits_for_the_receipt_whenever_that_is(at):
    esme = await at.bound()
    await faulty(at, "receipt-first", delay=0.01)
    request = esme.made(CommandId.SUBMIT_SM, **SUBMIT, short_message=b"x")
    esme.write(request)
    await esme.ask(CommandId.ENQUIRE_LINK)
    await at.advance(3)
    await esme.answer_to(request)
    assert [one.command_id for one in esme.came[2:]] == [CommandId.DELIVER_SM, CommandId.SUBMIT_SM_RESP]


@pytest.mark.parametrize(("fault", "said"), [
    ("id-hex", b"a"), ("id-hex-upper", b"0000000A"), ("id-padded", b"0000000010"), ("empty-id", b""),
    ("id-uuid", b"00000000-0000-000a-0000-00000000000a"),
])  # fmt: skip
async def test_f2_the_response_writes_the_id_otherwise_than_the_receipt(at, fault, said):
    esme = await at.bound()
    for number in range(9):
        await esme.submit(b"%d" % number, registered_delivery=0)
    await faulty(at, fault)
    assert (await esme.submit()).octets("message_id") == said
    await at.settle()
    assert line_of((await esme.receipts())[0]).startswith("id:10 ")


@pytest.mark.parametrize("status", [0x01, 0x14, 0x22, 0x45, 0x58, 0x67, 0xC4, 0x400, 0x4FF])
async def test_f3_and_f13_any_status_for_chosen_submits_which_are_not_taken(at, status):
    esme = await at.bound()
    await at.rule({"operation": "send", "nth": 2}, {"reply": {"command_status": status}})
    answers = [await esme.submit(b"%d" % number) for number in range(3)]
    assert [one.status for one in answers] == [0, status, 0]
    assert answers[1].raw[16:] == b""
    assert len(await at.messages()) == 2


async def test_f3_throttling_by_the_providers_own_code(at):
    esme = await at.bound()
    await at.rule({"provider": "smscenter", "operation": "send"}, {"refuse": {"code": 0x58}}, times=2)
    assert [(await esme.submit(b"%d" % n)).status for n in range(3)] == [0x58, 0x58, 0]


async def test_f9_a_link_check_is_not_answered_and_one_of_ours_comes_in_between(at):
    esme = await at.bound()
    await faulty(at, "hang", "link")
    esme.write(esme.made(CommandId.ENQUIRE_LINK))
    await faulty(at, "enquire-first")
    await esme.submit()
    assert [one.command_id for one in esme.came[1:]] == [CommandId.ENQUIRE_LINK, CommandId.SUBMIT_SM_RESP]
    assert (await esme.ask(CommandId.ENQUIRE_LINK)).status == 0


@pytest.mark.parametrize(("fault", "octets"), [
    ("empty", "00000010 80000004 00000000 00000002"),
    ("nul-body", "00000011 80000004 00000000 00000002 00"),
    ("no-nul", "00000011 80000004 00000000 00000002 31"),
    ("nacked", "00000010 80000000 00000008 00000002"),
    ("wrong-kind", "00000012 80000002 00000000 00000002 31 00"),
    ("foreign-number", "00000012 80000004 00000000 7f000002 31 00"),
    ("doubled", "00000012 80000004 00000000 00000002 31 00" * 2),
    ("slow", "00000012 80000004 00000000 00000002 31 00"),
])  # fmt: skip
async def test_f12_f18_answers_with_odd_octets(at, fault, octets):
    esme = await at.bound()
    await faulty(at, fault)
    before, wanted = len(esme.octets), bytes.fromhex(octets)
    esme.task.cancel()
    await asyncio.gather(esme.task, return_exceptions=True)
    esme.write(esme.made(CommandId.SUBMIT_SM, **SUBMIT, short_message=b"x"))
    assert before
    assert await asyncio.wait_for(esme.reader.readexactly(len(wanted)), PATIENCE) == wanted
    assert len(await at.messages()) == 1


@pytest.mark.parametrize("status", [0x05, 0x08, 0x0D, 0x0E, 0x0F])
async def test_f15_a_bind_is_refused_with_any_status(at, status):
    await at.rule({"operation": "bind"}, {"reply": {"command_status": status}}, times=1)
    esme = await at.connect()
    assert (await esme.bind(at.account)).status == status
    assert (await esme.bind(at.account)).status == 0


async def test_f15_a_bind_is_dropped_and_answered_by_the_wrong_kind(at):
    await faulty(at, "drop", "bind")
    esme = await at.connect()
    esme.write(esme.made(CommandId.BIND_TRANSCEIVER, **{k: v.encode() for k, v in _who(at).items()}))
    await esme.closed()
    await faulty(at, "wrong-kind", "bind")
    assert (await (await at.connect()).bind(at.account)).command_id == CommandId.BIND_TRANSMITTER_RESP


def _who(at):
    return {"system_id": at.account["system_id"], "password": at.account["password"]}


async def test_f15_a_receipt_stands_right_behind_the_bind_response(at):
    sender = await at.bound(CommandId.BIND_TRANSMITTER)
    await sender.submit()
    await at.settle()
    esme = await at.connect()
    await esme.bind(at.account)
    await esme.receipts()
    assert [one.command_id for one in esme.came] == [CommandId.BIND_TRANSCEIVER_RESP, CommandId.DELIVER_SM]


@pytest.mark.parametrize(("form", "wanted"), [
    ("id-hex", "id:a "), ("id-padded", "id:0000000010 "), ("no-sub", "id:10 submit date:"),
    ("no-dates", "dlvrd:001 stat:"), ("err-1", "err:0 "), ("err-4", "err:0000 "), ("err-hex", "err:0x0 "),
    ("text-capital", " Text:Hello"), ("blanks", "id:10  sub:001  dlvrd:001  submit date:"),
    ("stat-unknown", "stat:BUFFRED"), ("stat-lower", "stat:delivrd"), ("trailing-nul", "text:Hello\0"),
])  # fmt: skip
async def test_f7_the_text_of_a_receipt_in_other_forms(at, form, wanted):
    esme = await at.bound()
    for number in range(9):
        await esme.submit(b"%d" % number, registered_delivery=0)
    await at.rule({"operation": "send"}, {"reports": {"form": [form]}})
    await esme.submit()
    await at.settle()
    assert wanted in line_of((await esme.receipts())[0])


@pytest.mark.parametrize(("form", "tags"), [
    ("no-tlvs", []), ("no-vendor", [0x1E, 0x427, 0x423]),
    ("vendor-first", [0x2000, 0x2001, 0x2002, 0x2003, 0x1E, 0x427, 0x423]),
    ("id-last", [0x427, 0x423, 0x2000, 0x2001, 0x2002, 0x2003, 0x1E]),
    ("payload", [0x1E, 0x427, 0x423, 0x2000, 0x2001, 0x2002, 0x2003, 0x424]),
])  # fmt: skip
async def test_f8_the_tlvs_of_a_receipt_in_other_orders(at, form, tags):
    esme = await at.bound()
    await at.rule({"operation": "send"}, {"reports": {"form": [form]}})
    await esme.submit()
    await at.settle()
    assert [tag for tag, _ in (await esme.receipts())[0].tlvs] == tags


@pytest.mark.parametrize("form", sorted(FORMS))
async def test_every_form_can_be_sent(at, form):
    esme = await at.bound()
    await at.rule({"operation": "send"}, {"reports": {"form": [form, "no-vendor"]}})
    await esme.submit()
    esme.task.cancel()
    await asyncio.gather(esme.task, return_exceptions=True)
    walking = asyncio.create_task(at.advance(3))
    head = await asyncio.wait_for(esme.reader.readexactly(16), PATIENCE)
    body = await esme.reader.readexactly(int.from_bytes(head[:4], "big") - 16)
    assert head[4:8] == (b"\0\0\1\3" if form == "data-sm" else b"\0\0\0\5")
    if form == "id-without-nul":
        assert b"\x00\x1e\x00\x011" in body
    if form == "id-null":
        assert b"\x00\x1e\x00\x01\x00" in body
    if form == "id-cut":
        assert body.endswith(b"\x14\x00\x00\x05\x01")
    if form == "tlvs-only":
        assert b"stat:" not in body
    esme.write(Pdu(int.from_bytes(head[4:8], "big") | 0x80000000, 0, int.from_bytes(head[12:], "big"),
                   {"message_id": b""}))  # fmt: skip
    await walking


async def test_f6_receipts_contradict_each_other_late_and_twice(at):
    esme = await at.bound()
    steps = [{"after": 1, "status": "delivered"}, {"after": 2, "status": "undelivered"}]
    await at.rule({"operation": "send"}, {"steps": steps, "reports": {"twice": True, "late": 100}})
    await esme.submit()
    await at.advance(50)
    assert esme.delivered == []
    await at.settle()
    words = [line_of(one).split("stat:")[1][:7] for one in esme.delivered]
    assert words == ["DELIVRD", "DELIVRD", "UNDELIV", "UNDELIV"]


async def test_f20_a_rule_may_refuse_one_part_of_a_long_message(at):
    esme = await at.bound()
    await at.rule({"operation": "send", "nth": 2}, {"reply": {"command_status": 0x58}})
    answers = [
        await esme.submit(bytes((5, 0, 3, 1, 2, number)) + b"x", esm_class=0x40) for number in (1, 2, 2)
    ]  # fmt: skip
    assert [one.status for one in answers] == [0, 0x58, 0]
    assert [one["text"] for one in await at.messages()] == ["xx"]


def kinds(esme):
    return [one.command_id for one in esme.came[1:]]


async def test_reports_before_the_reply_go_before_the_response(at):
    await at.rule({}, {"reports": {"before_reply": True}})
    esme = await at.bound()
    for number in range(10):
        assert (await esme.submit(b"%d" % number)).status == 0
    assert kinds(esme) == [CommandId.DELIVER_SM, CommandId.SUBMIT_SM_RESP] * 10


async def test_a_callback_before_the_reply_is_answered_before_the_response():
    async with receiver() as taking, desk() as at:
        await at.patch(callback_url=taking.url)
        await at.rule({}, {"reports": {"before_reply": True}})
        esme = await at.bound()
        for number in range(3):
            assert (await esme.submit(b"%d" % number, registered_delivery=0)).status == 0
            assert len(taking.came) == number + 1
        assert kinds(esme) == [CommandId.SUBMIT_SM_RESP] * 3


async def test_reports_before_the_reply_hold_nothing_back_where_none_can_go(at):
    await at.rule({}, {"reports": {"before_reply": True}})
    esme = await at.bound(CommandId.BIND_TRANSMITTER)
    assert (await esme.submit(b"one")).status == 0
    assert (await esme.submit(b"two", registered_delivery=0)).status == 0


NO_RECEIPT = {
    "nobody asked": ({"registered_delivery": 0}, {}),
    "only of failure": ({"registered_delivery": 2}, {}),
    "only on the way": ({"registered_delivery": 0x10}, {}),
    "a plan without reports": ({}, {"reports": {"never": True}}),
    "a plan without an end": ({}, {"steps": []}),
}


@pytest.mark.parametrize("said", NO_RECEIPT.values(), ids=NO_RECEIPT)
async def test_receipt_first_answers_at_once_where_no_receipt_will_come(at, said):
    fields, then = said
    await at.rule({}, {"reply": {"fault": "receipt-first"}, **then})
    esme = await at.bound()
    assert (await esme.submit(**fields)).status == 0
    assert kinds(esme) == [CommandId.SUBMIT_SM_RESP]


async def test_receipt_first_answers_at_once_where_nobody_receives(at):
    await at.rule({}, {"reply": {"fault": "receipt-first"}})
    esme = await at.bound(CommandId.BIND_TRANSMITTER)
    assert (await esme.submit()).status == 0


@pytest.mark.parametrize("end", ["the receiver goes", "moved by hand", "reset"])
async def test_receipt_first_answers_as_soon_as_no_receipt_can_come_any_more(at, end):
    await at.rule({}, {"reply": {"fault": "receipt-first"}})
    sender, taker = await at.bound(CommandId.BIND_TRANSMITTER), await at.bound(CommandId.BIND_RECEIVER)
    request = sender.made(
        CommandId.SUBMIT_SM, **{**SUBMIT, "registered_delivery": 2 if end == "moved by hand" else 1},
        short_message=b"x", validity_period=b"000001000000000R",
    )  # fmt: skip
    sender.write(request)
    await sender.ask(CommandId.ENQUIRE_LINK)
    assert CommandId.SUBMIT_SM_RESP not in kinds(sender)
    if end == "the receiver goes":
        await taker.close()
    elif end == "reset":
        await at.call("POST", "/reset", {})
    else:
        (message,) = await at.messages()
        await at.call("POST", f"/messages/{message['id']}/status", {"status": "delivered"})
    assert (await sender.answer_to(request)).status == 0
    assert not at.sandbox.feed.listeners


async def test_f5_where_every_answer_is_reordered_they_go_in_pairs_and_none_is_kept(at):
    await at.rule({}, {"reply": {"fault": "reordered"}})
    esme = await at.bound()
    submits = [esme.made(CommandId.SUBMIT_SM, **SUBMIT, short_message=b"%d" % n) for n in range(5)]
    esme.write(*submits)
    for submit in submits:
        assert (await esme.answer_to(submit)).status == 0
    first = submits[0].sequence
    assert [one.sequence - first for one in esme.came[1:]] == [1, 0, 3, 2, 4]
    assert (await esme.submit(b"alone")).status == 0


async def test_a_late_answer_settles_its_receipt_and_a_slow_receiver_stays(at):
    await at.patch(switches={"smpp-response": 2, "smpp-retry": [60]})
    esme = await at.bound()
    esme.answers = lambda pdu: None
    for number in range(4):
        await esme.submit(b"%d" % number)
    walking = asyncio.ensure_future(at.advance(2))
    taken = list(await esme.receipts(4))
    esme.write(response(taken[0]))
    await esme.ask(CommandId.ENQUIRE_LINK)
    skip(2.5)
    await walking
    assert not esme.ended
    for late in taken[1:]:
        esme.write(response(late))
    await esme.ask(CommandId.ENQUIRE_LINK)
    await at.settle()
    assert len(esme.delivered) == 4, "none goes out again"
    callbacks = (await at.call("GET", "/callbacks"))["callbacks"]
    assert [one["accepted"] for one in callbacks] == [True] * 4
    assert ["it came late" in one["verdict"] for one in callbacks] == [False, True, True, True]


@pytest.mark.parametrize("how", ["answered", "answered late", "closed"])
async def test_a_receipt_of_a_state_that_is_no_more_is_under_way_no_longer(at, how):
    await at.patch(switches={"smpp-response": 2, "smpp-retry": [60]})
    esme = await at.bound()
    esme.answers = lambda pdu: None
    await esme.submit()
    await at.call("POST", "/snapshots", {"name": "sent"})
    walking = asyncio.ensure_future(at.advance(2))
    (taken,) = await esme.receipts()
    if how == "answered late":
        skip(2.5)
        await walking
    await at.call("POST", "/restore", {"name": "sent"})
    (attempt,) = (await at.call("GET", "/callbacks"))["callbacks"]
    assert attempt["accepted"] is False
    assert ("before an answer came" in attempt["verdict"]) == (how != "answered late")
    await asyncio.gather(walking, return_exceptions=True)
    if how == "closed":
        await esme.close()
    else:
        esme.write(response(taken))
        assert (await esme.ask(CommandId.ENQUIRE_LINK)).status == 0
    assert (await at.call("GET", "/callbacks"))["callbacks"] == [attempt]
    assert (await at.messages())[0]["status"] == "pending"


async def test_nothing_holds_a_deleted_sandbox_that_had_a_receipt_under_way(at):
    esme = await at.bound()
    esme.answers = lambda pdu: None
    await esme.submit()
    walking = asyncio.ensure_future(at.advance(2))
    await esme.receipts()
    await at.call("DELETE", "")
    await esme.closed()
    await asyncio.gather(walking, return_exceptions=True)
    left = weakref.ref(at.sandbox)
    del at.sandbox
    await (await at.connect()).ask(CommandId.ENQUIRE_LINK)
    gc.collect()
    assert left() is None
