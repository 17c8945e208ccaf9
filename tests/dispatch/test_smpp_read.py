"""What comes in one read is executed at one moment and said by one caller, as long as that is so."""

import asyncio
from random import Random

import pytest
from esme import SUBMIT, desk
from msgspec.structs import replace
from support import PATIENCE, turns
from wires import Wire

from emulator.core.engine.engine import Engine
from emulator.providers.smscenter.smpp import adapter
from emulator.server import smpp_connection
from emulator.server.smpp_connection import SmppConnection
from emulator.smpp.codec import encode
from emulator.smpp.framing import Framer
from emulator.smpp.pdu import Pdu
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
    monkeypatch.setattr(smpp_connection, "TURN", PATIENCE)  # or a busy machine makes two of it

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
    execute, told = Engine.execute, []

    def broken(engine, command, at):
        if command.text == "Hello 150":
            raise ZeroDivisionError("a fault of ours")
        return execute(engine, command, at)

    async with desk() as at:
        await at.patch(limits="off")
        esme, other = await at.bound(), await at.bound()
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
        monkeypatch.setattr(Engine, "execute", broken)
        texts = [b"Hello %d" % number for number in range(200)]
        esme.write(*[esme.made(CommandId.SUBMIT_SM, **{**SUBMIT, "short_message": text}) for text in texts])
        await esme.closed()
        assert [type(one) for one in told] == [ZeroDivisionError]
        kept = [one for one in at.sandbox.journal.exchanges() if one.operation == "send"]
        assert len(at.sandbox.engine.state.store.messages) == len(kept) == 150, "what was executed before is journalled"
        assert (await other.submit()).status == 0


async def test_where_one_answer_cannot_be_made_all_else_of_its_read_is_told(monkeypatch):
    monkeypatch.setattr(smpp_connection, "TURN", PATIENCE)  # or a busy machine makes two of it

    def broken(pdu, command, outcome):
        if command.text == "Hello 30":
            raise ZeroDivisionError("a fault of ours")
        return adapter.write(pdu, command, outcome)

    async with desk() as at:
        await at.patch(limits="off")
        await at.rule({"operation": "send"}, {"steps": [{"after": 0, "status": "delivered"}]})
        transmitter = await at.bound(CommandId.BIND_TRANSMITTER)
        receiver = await at.bound(CommandId.BIND_RECEIVER)
        asyncio.get_running_loop().set_exception_handler(lambda _, context: None)
        (line,) = [line for line in at.served.emulator.smpp.of(at.sandbox) if not line.receives]
        monkeypatch.setattr(line, "face", replace(line.face, write=broken))
        said = [{**SUBMIT, "short_message": b"Hello %d" % number} for number in range(50)]
        transmitter.write(*[transmitter.made(CommandId.SUBMIT_SM, **fields) for fields in said])
        await transmitter.closed()
        await receiver.receipts(49)
        kept = [one for one in at.sandbox.journal.exchanges() if one.operation == "send"]
        assert (len(at.sandbox.engine.state.store.messages), len(kept)) == (50, 49)


async def test_what_is_asked_in_one_read_waits_for_no_more_that_has_come_due_than_each_alone(monkeypatch):
    monkeypatch.setattr(smpp_connection, "TURN", PATIENCE)
    async with desk() as at:
        await at.patch(limits="off")
        await at.rule({"operation": "send"}, {"steps": [{"after": 60, "status": "delivered"}]})
        esme = await at.bound()
        await in_one_read(esme, 400)
        at.sandbox.clock.move_to(at.sandbox.clock.now() + 60_000_000)
        about = {"message_id": b"1", "source_addr_ton": 5, "source_addr": b"Shop"}
        asked = [esme.made(CommandId.QUERY_SM, **about) for _ in range(2)]
        esme.write(*asked)
        assert [(await esme.answer_to(pdu)).status for pdu in asked] == [0, 0]
        assert len(at.sandbox.engine.state.scheduler) >= 200


async def test_a_connection_that_is_lost_is_over_though_what_it_said_meets_a_fault_of_ours(monkeypatch):
    def broken(engine, command, at):
        raise ZeroDivisionError("a fault of ours")

    async with desk() as at:
        connection, wire = at.served._smpp.connection(), Wire()
        wire.protocol = connection
        wire.get_write_buffer_size = lambda: 0
        connection.connection_made(wire)
        said = {"system_id": at.account["system_id"].encode(), "password": at.account["password"].encode()}
        connection.data_received(encode(Pdu(CommandId.BIND_TRANSCEIVER, 0, 1, {**said, "interface_version": 0x34})))
        assert len(list(at.served.emulator.smpp.of(at.sandbox))) == 1
        monkeypatch.setattr(smpp_connection, "TURN", -1)
        connection.data_received(b"".join(encode(Pdu(CommandId.SUBMIT_SM, 0, n, SUBMIT)) for n in range(2, 9)))
        asyncio.get_running_loop().set_exception_handler(lambda _, context: None)
        monkeypatch.setattr(Engine, "execute", broken)
        wire.ended = True
        connection.connection_lost(None)
        await turns(5)
        assert connection.gone.done()
        assert not list(at.served.emulator.smpp.of(at.sandbox))


NUMBERS = [b"79001234567", b"79001234568", b"7900", b"79001234569"]
ANSWERS = [{}, {"message_id": b""}]


def something(chance, number, ids, delivered):
    """A PDU as a client may send it, about ids that it was given, and answers to what it has got."""
    sends = {**SUBMIT, "short_message": b"Text %d" % number, "destination_addr": chance.choice(NUMBERS)}
    if delivered and chance.random() < 0.5:
        return Pdu(CommandId.DELIVER_SM_RESP, chance.choice([0, 0, 0, 0, 0x14, 0x45]), delivered.pop(0), ANSWERS[1])
    about = {"message_id": chance.choice(ids or [b"1"]), "source_addr_ton": 5, "source_addr": b"Shop"}
    kind = chance.random()
    if kind < 0.6:
        return Pdu(CommandId.SUBMIT_SM, 0, number, {**sends, "registered_delivery": chance.choice([0, 1, 1, 0x11])})
    if kind < 0.7:
        part = b"\5\0\3%c\2%c" % (number // 4 % 256, 1 + number % 2)
        return Pdu(CommandId.SUBMIT_SM, 0, number, {**sends, "esm_class": 0x40, "short_message": part + b"part"})
    if kind < 0.8:
        return Pdu(CommandId.QUERY_SM, 0, number, about)
    if kind < 0.85:
        return Pdu(CommandId.CANCEL_SM, 0, number, about)
    if kind < 0.9:
        return Pdu(CommandId.REPLACE_SM, 0, number, {**about, "short_message": b"Other", "registered_delivery": 1})
    return Pdu(chance.choice([CommandId.ENQUIRE_LINK, CommandId.SUBMIT_MULTI, CommandId.BIND_RECEIVER]), 0, number)


RULES = [
    ({"operation": "send", "to": "*7"}, {"steps": [
        {"after": 0, "status": "sent"}, {"after": 0, "status": "delivered"}]}),
    ({"operation": "send", "to": "*8"}, {"steps": [{"after": 0, "status": "undelivered"}], "reports": {"twice": True}}),
    ({"operation": "send", "per": "number", "nth": 3}, {"account": {"switches": {"smpp-timezone": 5}}}),
    ({"operation": "send", "per": "number", "nth": 5}, {"refuse": {"code": 0x58}}),
    ({"operation": "status", "nth": 4}, {"reply": {"command_status": 8}}),
    ({"operation": "send", "per": "number", "nth": 9}, {"reports": {"before_reply": True}, "steps": [
        {"after": 0, "status": "delivered"}]}),
]  # fmt: skip


async def heard(pieces, seed):
    """What is written and journalled where the pieces come one after the other. A piece is octets, or is made of how
    the client stands by then."""
    wish = {"seed": seed, "balance": 10**6, "accounts": {"smscenter": {"limits": "off", "callback_url": ""}}}
    async with desk(wish) as at:
        at.sandbox.clock.move_to(4_102_444_800_000_000)  # the same moment each time
        for when, then in RULES:
            await at.rule({"provider": "smscenter", **when}, then)
        connection, wire, framer = at.served._smpp.connection(), Wire(), Framer()
        wire.protocol = connection
        wire.get_write_buffer_size = lambda: 0
        connection.connection_made(wire)
        said = {"system_id": at.account["system_id"].encode(), "password": at.account["password"].encode()}
        connection.data_received(encode(Pdu(CommandId.BIND_TRANSCEIVER, 0, 1, {**said, "interface_version": 0x34})))
        ids, delivered, seen, taken = [], [], 0, []
        for piece in pieces:
            for frame in framer.feed(wire.octets[seen:]):
                if frame.command_id == CommandId.DELIVER_SM:
                    delivered.append(frame.sequence)
                elif frame.command_id == CommandId.SUBMIT_SM_RESP and not frame.status:
                    ids.append(frame.fields["message_id"])
            seen = len(wire.octets)
            octets = piece if isinstance(piece, bytes) else piece(ids, delivered)
            taken.append(octets)
            connection.data_received(octets)
            await turns(50)  # a slow machine may want several
        now, journal = at.sandbox.clock.now(), at.sandbox.journal
        lines = [(one.id, one.operation, one.word, one.rule, one.notes, one.at - now) for one in journal.exchanges()]
        attempts = [(n, one.message, one.attempt, one.status, one.verdict) for n, one in journal.newest_attempts()]
        return taken, wire.octets, lines, attempts


@pytest.mark.parametrize("seed", range(8))
async def test_what_comes_in_one_read_is_answered_as_if_each_had_come_by_itself(seed, monkeypatch):
    monkeypatch.setattr(smpp_connection, "TURN", PATIENCE)
    chance = Random(seed)
    numbers = iter(range(2, 1000))

    def piece(ids, delivered):
        made = [something(chance, next(numbers), ids, delivered) for _ in range(chance.choice([1, 2, 5, 30, 230]))]
        return b"".join(map(encode, made))

    taken, *together = await heard([piece] * 4, seed)
    alone = [encode(pdu) for octets in taken for pdu in Framer().feed(octets)]
    _, *one_by_one = await heard(alone, seed)
    assert together == one_by_one
