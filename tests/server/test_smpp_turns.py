"""Much that comes at once over SMPP is answered in turns, so that others get theirs: in order, and nothing is lost."""

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from esme import SUBMIT, desk
from support import PATIENCE, skip, turns, until
from wires import Wire, settled

from emulator.server import smpp_connection
from emulator.server.smpp_connection import AT_ONCE
from emulator.smpp import CommandId, Framer, Pdu, encode

MANY = 300
KINDS = {
    "enquire_link": lambda n: Pdu(CommandId.ENQUIRE_LINK, 0, n),
    "submit_sm": lambda n: Pdu(CommandId.SUBMIT_SM, 0, n, {**SUBMIT, "short_message": b"%d" % n}),
    "unserved": lambda n: Pdu(CommandId.SUBMIT_MULTI, 0, n),
    "stray responses": lambda n: Pdu(CommandId.DELIVER_SM_RESP, 0, n, {"message_id": b""}),
}


def burst(kind="submit_sm", many=MANY):
    return b"".join(encode(KINDS[kind](number)) for number in range(2, many + 2))


def bind(at, number=1):
    said = {"system_id": at.account["system_id"].encode(), "password": at.account["password"].encode()}
    return encode(Pdu(CommandId.BIND_TRANSCEIVER, 0, number, {**said, "interface_version": 0x34}))


def came(octets):
    return [one.sequence for one in Framer().feed(bytes(octets))]


def journalled(at):
    journals = at.sandbox.journal, at.served.emulator.default.journal
    return sum(1 for one in journals for entry in one.exchanges() if entry.protocol == "smpp")


@asynccontextmanager
async def busy(**settings):
    """A sandbox without limits, and a connection that is bound, without sockets."""
    async with desk({"balance": 10_000_000, "accounts": {"smscenter": {"limits": "off"}}}, **settings) as at:
        connection, wire = at.served._smpp.connection(), Wire()
        wire.protocol = connection
        wire.get_write_buffer_size = lambda: 0
        connection.connection_made(wire)
        connection.data_received(bind(at))
        assert came(wire.octets) == [1]
        wire.written.clear()
        yield at, connection, wire


@pytest.mark.parametrize("kind", KINDS)
async def test_a_burst_leaves_every_turn_to_others_and_is_answered_in_order(kind):
    async with busy() as (at, connection, wire):
        paused = []
        wire.pause_reading, wire.resume_reading = lambda: paused.append(True), lambda: paused.append(False)
        before = journalled(at)
        connection.data_received(burst(kind))
        assert 0 < journalled(at) - before <= AT_ONCE
        assert paused == [True]
        other, well = Wire.to(at.served)
        other.data_received(b"GET /_emulator/health HTTP/1.1\r\nHost: x\r\n\r\n")
        await settled(well, 1)
        assert journalled(at) - before < MANY, "health was answered meanwhile"
        await until(lambda: journalled(at) - before == MANY)
        assert kind == "stray responses" or came(wire.octets) == list(range(2, MANY + 2))
        assert paused == [True, False]


async def test_what_an_unbind_has_behind_it_is_nobodys_and_what_is_before_it_is_answered():
    async with busy() as (at, connection, wire):
        end = encode(Pdu(CommandId.UNBIND, 0, MANY + 2))
        connection.data_received(burst() + end + burst())
        await until(lambda: wire.ended)
        assert came(wire.octets) == list(range(2, MANY + 3))
        assert len(at.sandbox.engine.state.store.messages) == MANY


async def test_what_was_said_before_the_connection_broke_is_heard():
    async with busy() as (at, connection, wire):
        connection.data_received(burst())
        wire.close()
        await until(lambda: connection.gone.done())
        assert len(at.sandbox.engine.state.store.messages) == MANY
        assert not list(at.served.emulator.smpp.of(at.sandbox))


async def test_a_broken_frame_ends_the_link_behind_what_came_before_it():
    async with busy() as (_, connection, wire):
        connection.data_received(burst("enquire_link") + b"\x7f\xff\xff\xff" + b"\0" * 12)
        await until(lambda: wire.ended)
        assert came(wire.octets) == [*range(2, MANY + 2), 0]


async def test_while_too_many_late_answers_are_owed_nothing_more_is_taken(monkeypatch):
    monkeypatch.setattr(smpp_connection, "MOST_OWED", 50)
    async with busy() as (at, connection, wire):
        await at.rule({"operation": "send"}, {"reply": {"delay": 60}})
        before = journalled(at)
        connection.data_received(burst(many=75))
        await until(lambda: journalled(at) - before == 51)
        await turns(20)
        assert (journalled(at) - before, wire.octets) == (51, b"")
        skip(61)
        await until(lambda: journalled(at) - before == 75)
        skip(61)
        await until(lambda: len(came(wire.octets)) == 75)
        assert sorted(came(wire.octets)) == list(range(2, 77))


@pytest.mark.parametrize("rest", [b"", b"\0\0\0\x10"], ids=["whole", "and one in part behind it"])
async def test_what_is_whole_is_not_given_up_while_it_waits_its_turn(rest, monkeypatch):
    """The rest of a PDU in part has its time while that is read, and no longer."""
    monkeypatch.setattr(smpp_connection, "MOST_OWED", 50)
    async with busy(head_seconds=30) as (at, connection, wire):
        await at.rule({"operation": "send"}, {"reply": {"delay": 60}})
        many = 51 if rest else 75
        octets = burst(many=many) + rest
        connection.data_received(octets[:50])
        connection.data_received(octets[50:])
        await until(lambda: connection.answers.owed == 51)
        skip(40)
        await turns()
        skip(21)
        await until(lambda: len(came(wire.octets)) == 51 and connection.answers.owed == many - 51)
        assert not wire.ended
        skip(31 if rest else 61)
        await until(lambda: len(came(wire.octets)) == many + bool(rest))
        assert wire.ended == bool(rest), "now the rest could have come"


async def test_who_says_no_more_gets_its_late_answers_before_the_end():
    async with busy() as (at, connection, wire):
        await at.rule({"operation": "send"}, {"reply": {"delay": 30}})
        connection.data_received(burst(many=5) + b"\0\0\0\x10")
        assert connection.eof_received()
        await until(lambda: connection.answers.owed == 5)
        skip(20)
        await turns()
        assert not wire.ended
        skip(11)
        await until(lambda: wire.ended)
        assert came(wire.octets) == [2, 3, 4, 5, 6]


async def test_a_late_answer_does_not_end_who_half_closed_while_the_owner_of_a_bind_is_sought(monkeypatch):
    async with busy() as (at, connection, wire):
        await at.rule({"operation": "send"}, {"reply": {"delay": 30}})
        connection.data_received(burst(many=1))
        sought = []
        nodes = SimpleNamespace(bind=lambda connection, who, octets: sought.append(octets))
        monkeypatch.setattr(connection, "_elsewhere", nodes)
        monkeypatch.setattr(connection._dispatcher, "stranger", lambda line, item: "another")
        connection.data_received(bind(at, 9))
        assert connection.eof_received()
        skip(31)
        await until(lambda: came(wire.octets) == [2])
        assert not wire.ended
        connection.go_on_here(*sought)
        await until(lambda: wire.ended)
        assert came(wire.octets) == [2, 9]


async def test_where_each_request_takes_long_another_connection_is_served_after_a_few(monkeypatch):
    async with busy() as (at, connection, wire):
        heard = connection.line.session.received

        def slowly(item, now):
            skip(0.006)
            return heard(item, now)

        monkeypatch.setattr(connection.line.session, "received", slowly)
        connection.data_received(burst("enquire_link"))
        assert 0 < len(came(wire.octets)) <= 2  # on a busy machine one is enough
        other, well = Wire.to(at.served)
        other.data_received(b"GET /_emulator/health HTTP/1.1\r\nHost: x\r\n\r\n")
        await settled(well, 1)
        assert len(came(wire.octets)) < 30
        await until(lambda: len(came(wire.octets)) == MANY)


async def test_whose_answers_lie_unread_is_heard_to_its_end_when_serving_stops():
    async with busy() as (_, connection, wire):
        done = []
        wire.can_write_eof = lambda: True
        wire.pause_reading, wire.resume_reading = lambda: done.append("pause"), lambda: done.append("resume")
        wire.write_eof = lambda: done.append("eof")
        connection.pause_writing()
        connection.take_leave()
        assert done == ["pause", "resume", "eof"]


async def _half_closed(tmp_path):
    wish = {"balance": 10_000_000, "accounts": {"smscenter": {"limits": "off"}}}
    async with desk(wish, state=str(tmp_path / "state.db")) as at:
        reader, writer = await asyncio.open_connection(at.served.smpp_host, at.served.smpp_port)
        writer.write(bind(at) + burst())
        writer.write_eof()
        octets = await asyncio.wait_for(reader.read(-1), PATIENCE)
        writer.close()
        assert came(octets) == list(range(1, MANY + 2))
        assert len(at.sandbox.engine.state.store.messages) == MANY


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_who_half_closes_behind_a_burst_has_all_answers_once_they_are_written_down(loop, tmp_path):
    make = asyncio.new_event_loop
    if loop == "uvloop":
        make = pytest.importorskip("uvloop", reason="the extra [speed] is not installed").new_event_loop
    with asyncio.Runner(loop_factory=make) as runner:
        runner.run(_half_closed(tmp_path))
