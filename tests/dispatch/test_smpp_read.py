"""What comes in one read is executed at one moment and said by one caller, as long as that is so."""

import asyncio

import pytest
from esme import SUBMIT, desk

from emulator.core.engine.engine import Engine
from emulator.dispatch.smpp import SmppDispatcher
from emulator.server.smpp_connection import SmppConnection
from emulator.smpp.framing import Framer
from emulator.smpp.pdu_tables import CommandId


async def in_one_read(esme, count, rest=b""):
    """Statuses of so many submits that come together."""
    made = [esme.made(CommandId.SUBMIT_SM, **{**SUBMIT, "short_message": b"%d" % n}) for n in range(count)]
    for pdu in made:
        pdu.rest = rest
    esme.write(*made)
    return [(await esme.answer_to(pdu)).status for pdu in made]


async def test_switches_that_a_rule_changes_are_in_force_for_the_next_of_the_same_read():
    async with desk() as at:
        strict = {"account": {"switches": {"smpp-last-nul": "strict"}}}
        await at.rule({"operation": "send", "provider": "smscenter"}, strict, times=1)
        assert await in_one_read(await at.bound(), 2, rest=b"\0") == [0, 0xC0]


async def test_a_link_check_between_submits_of_one_read_is_answered_as_one():
    async with desk() as at:
        esme = await at.bound()
        first, second = (esme.made(CommandId.SUBMIT_SM, **{**SUBMIT, "short_message": text}) for text in (b"1", b"2"))
        link = esme.made(CommandId.ENQUIRE_LINK)
        esme.write(first, link, second)
        answers = [await esme.answer_to(pdu) for pdu in (first, link, second)]
        assert [one.command_id ^ 0x80000000 for one in answers] == [4, 0x15, 4]
        assert [(message["text"], message["provider_id"]) for message in await at.messages()] == [
            (text, answer.fields["message_id"].decode()) for text, answer in zip("12", answers[::2], strict=True)
        ]


async def test_time_never_goes_back_within_a_read(monkeypatch):
    execute, back = Engine.execute, []

    def seen(engine, command, at):
        back.append(at < engine.state.now)
        return execute(engine, command, at)

    monkeypatch.setattr(Engine, "execute", seen)
    async with desk() as at:
        at.sandbox.clock.rate = 1.0
        told_first = {"reply": {"fault": "receipt-first"}, "steps": [{"status": "delivered", "after": 0}]}
        await at.rule({"operation": "send"}, told_first)
        esme = await at.bound()
        assert await in_one_read(esme, 4) == [0] * 4
        assert back == [False] * 5  # the bind is one


async def test_a_bind_that_was_refused_by_a_rule_though_taken_is_followed_by_one_like_any_first_bind():
    async with desk() as at:
        await at.rule({"operation": "bind"}, {"reply": {"command_status": 8, "taken": True}}, times=1)
        esme = await at.connect()
        assert (await esme.bind(at.account)).status == 8
        answer = await esme.bind(at.account)
        assert (answer.status, answer.fields["system_id"], len(answer.tlvs)) == (0, b"SMSC", 1)
        assert (await esme.submit()).status == 0
        await at.settle()
        assert len(esme.delivered) == 1


@pytest.mark.parametrize("kept", [False, True])
async def test_the_answer_leaves_before_the_receipt_that_another_session_has_of_it(kept, tmp_path, monkeypatch):
    send, sent = SmppConnection._send, []

    def seen(connection, octets):
        sent.extend(pdu.command_id for pdu in Framer().feed(octets))
        send(connection, octets)

    async with desk(**({"state": str(tmp_path / "state")} if kept else {})) as at:
        await at.rule({"operation": "send"}, {"steps": [{"after": 0, "status": "delivered"}]})
        transmitter = await at.bound(CommandId.BIND_TRANSMITTER)
        receiver = await at.bound(CommandId.BIND_RECEIVER)
        monkeypatch.setattr(SmppConnection, "_send", seen)
        assert await in_one_read(transmitter, 3) == [0] * 3
        await receiver.receipts(3)
        assert sent == [CommandId.SUBMIT_SM_RESP] * 3 + [CommandId.DELIVER_SM] * 3


async def test_a_part_that_comes_twice_and_is_let_in_by_a_rule_leaves_the_first_where_it_is():
    async with desk() as at:
        await at.rule({"operation": "send"}, {"accept": True})
        esme = await at.bound()
        ids = []
        for number, text in ((1, b"a"), (1, b"a"), (1, b"other"), (2, b"b")):
            part = ((0x20C, b"\0\1"), (0x20E, b"\2"), (0x20F, b"%c" % number))
            answer = await esme.submit(text, *part)
            assert answer.status == 0
            ids.append(answer.fields["message_id"])
        assert ids[0] == ids[1] == ids[2] != ids[3]
        assert [message["text"] for message in await at.messages()] == ["ab"]
        assert not at.sandbox.engine.state.parts


async def test_a_fault_of_ours_in_a_later_turn_ends_its_connection_and_no_other(monkeypatch):
    asked, told = SmppDispatcher.asked, []

    def broken(dispatcher, line, pdu, *more):
        if pdu.sequence == 150:
            raise ZeroDivisionError("a fault of ours")
        return asked(dispatcher, line, pdu, *more)

    async with desk() as at:
        await at.patch(limits="off")
        esme, other = await at.bound(), await at.bound()
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
        monkeypatch.setattr(SmppDispatcher, "asked", broken)
        esme.write(*[esme.made(CommandId.SUBMIT_SM, **SUBMIT) for _ in range(200)])
        await esme.closed()
        assert [type(one) for one in told] == [ZeroDivisionError]
        assert (await other.submit()).status == 0
