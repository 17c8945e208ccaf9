"""The SMPP client, closed in every state, full, cancelled, throttled, and as fast as it goes."""

import asyncio
import gc
import tracemalloc
from contextlib import asynccontextmanager

import pytest
from client.smsc import smsc, until
from client.test_smpp import QUICK, TO, bound
from client.test_smpp import _receipt as receipt
from support import PATIENCE, skip, turns

from emulator.client import Patience, SmppClient, smpp
from emulator.client.smpp import incoming as incoming_of
from emulator.client.smpp.outbox import Outbox
from emulator.smpp import CommandId, Pdu, Status

PROMPT = 5.0
"""Seconds in which a close that waits for nobody is over, however slow the machine."""


@asynccontextmanager
async def promptly():
    """What is done here takes no deadline of the client's: those are minutes."""
    async with asyncio.timeout(PROMPT):
        yield


SLOW = QUICK._replace(
    window=2, patience=Patience(connect=300, timeout=300, deadline=600, attempts=4, pause=200, longest_pause=200)
)  # fmt: skip


async def silent(server):
    server.answers = lambda pdu: "silence"


async def throttled(server):
    server.answers = lambda pdu: (Status.RTHROTTLED, {})


async def answering(server):
    pass


async def lost(server):
    """The link has gone, and binding again waits."""
    server.link.transport.abort()
    await server.link.gone


@pytest.mark.parametrize("state", [answering, silent, throttled, lost], ids=lambda one: one.__name__)
async def test_close_ends_every_wait(state):
    """Idle; submits without a response, and more that wait for the window; in the pause of a throttle; not bound."""
    async with smsc() as server, asyncio.timeout(PATIENCE):
        client = SmppClient("127.0.0.1", "me", "secret", port=server.port, settings=SLOW)
        await client.open()
        await state(server)
        await until(lambda: client.bound == (state is not lost))
        sends = [asyncio.create_task(client.submit(TO, f"Hello {turn}")) for turn in range(5)]
        reading = asyncio.create_task(anext(client.receipts(), "the end"))
        if state is answering:
            await asyncio.gather(*sends)
        elif state is not lost:
            await until(lambda: len(server.of(CommandId.SUBMIT_SM)) >= 2)
        await turns()
        async with promptly():
            await client.close(within=0.3)
            told = await asyncio.gather(*sends, return_exceptions=True)
            assert await reading == "the end"
        doubts = [one for one in told if isinstance(one, smpp.SmppError) and one.maybe_accepted]
        assert all(isinstance(one, smpp.SmppError | smpp.Submitted) for one in told)
        assert len(doubts) == (2 if state is silent else 0)
        assert len(server.of(CommandId.SUBMIT_SM)) == {answering: 5, silent: 2, throttled: 5, lost: 0}[state]
        assert not client.bound
        with pytest.raises(smpp.SmppNotReached, match="not open"):
            await client.submit(TO, "x")
        await client.close()


async def test_close_lets_what_has_left_be_answered():
    async with smsc() as server, bound(server, SLOW) as client:
        server.answers = lambda pdu: "silence"
        sending = asyncio.create_task(client.submit(TO, "Hello"))
        await until(lambda: server.of(CommandId.SUBMIT_SM))
        closing = asyncio.create_task(client.close(within=PATIENCE))
        await turns()
        assert not closing.done()
        (pdu,) = server.of(CommandId.SUBMIT_SM)
        server.link.write(Pdu(CommandId.SUBMIT_SM_RESP, 0, pdu.sequence, {"message_id": b"77"}))
        assert (await sending).id == "77"
        async with promptly():
            await closing
        await asyncio.wait_for(server.link.gone, PATIENCE)
        assert server.link.session.state == "closed"


async def test_close_while_it_is_opened():
    """Connected, and the bind has no answer; then where not even a connection comes about."""
    held = []
    server = await asyncio.start_server(lambda *streams: held.append(streams), "127.0.0.1", 0)
    async with server:
        client = SmppClient("127.0.0.1", "me", "secret", port=server.sockets[0].getsockname()[1], settings=SLOW)
        opening = asyncio.create_task(client.open())
        await until(lambda: held)
        with pytest.raises(ValueError, match="open already"):
            await client.open()
        async with promptly():
            await client.close()
            with pytest.raises(smpp.SmppNotReached, match="closed while it was opened"):
                await opening
        again = asyncio.create_task(client.open())
        await until(lambda: len(held) == 2)
        again.cancel()
        async with promptly():
            with pytest.raises(asyncio.CancelledError):
                await again
        for _, writer in held:
            writer.close()


async def test_closed_and_opened_again(server):
    client = SmppClient("127.0.0.1", "me", "secret", port=server.port, settings=QUICK)
    await client.close()
    for turn in range(3):
        async with client:
            with pytest.raises(ValueError, match="open already"):
                await client.open()
            assert (await client.submit(TO, "x")).id
            assert (await server.link.deliver(receipt(str(turn), 2))).status == 0
        assert [report.id async for report in client.receipts()] == [str(turn)]


async def test_a_server_that_never_answers_an_unbind_is_left(server, client):
    server.link.data_received = lambda data: None
    async with promptly():
        await client.close(within=0.1)


# an inbox that is full

async def test_what_nobody_reads_is_asked_for_again_does_not_stop_the_other_kind_and_rubbish_is_refused():
    async with smsc() as server, bound(server, QUICK._replace(inbox=1)) as client:
        message = Pdu(CommandId.DELIVER_SM, fields={"source_addr": TO.encode(), "short_message": b"hi"})
        assert (await server.link.deliver(message)).status == 0
        assert (await server.link.deliver(message)).status == Status.RX_T_APPN
        assert (await server.link.deliver(receipt("1", 2))).status == 0
        assert (await server.link.deliver(receipt("2", 2))).status == Status.RX_T_APPN
        assert (await anext(client.receipts())).id == "1"
        assert (await server.link.deliver(receipt("2", 2))).status == 0
        assert (await anext(client.incoming())).text == "hi"
        odd = Pdu(CommandId.DELIVER_SM, fields={"data_coding": 8, "short_message": b"odd"})
        assert (await server.link.deliver(odd)).status == Status.RX_P_APPN


def _part(reference, number, of=2, octets=b"x"):
    return Pdu(CommandId.DELIVER_SM, fields={
        "source_addr": b"%d" % reference, "destination_addr": b"1234", "esm_class": 0x40,
        "short_message": bytes((5, 0, 3, reference % 256, of, number)) + octets,
    })  # fmt: skip


async def test_parts_that_never_become_whole_are_bounded(monkeypatch, caplog):
    monkeypatch.setattr(incoming_of, "MOST_WAITING", 20)
    inbox = incoming_of.Inbox()
    for turn in range(500):
        assert inbox.read(_part(turn, 1), 0).value is None
    assert inbox.read(_part(499, 2), 0).value.text == "xx"
    assert inbox.read(_part(0, 2), 0).value is None
    assert len(inbox._joiner.gatherings) <= 20
    assert "one of 2 is given up" in caplog.text


# receipts answered when they have been worked off

async def test_a_receipt_is_answered_when_it_has_been_worked_off():
    go_on, taken = asyncio.Event(), []

    async def take(report):
        taken.append(report.id)
        if report.id == "slow":
            await go_on.wait()
        if report.id == "broken" and taken.count("broken") == 1:
            raise OSError("the database is away")

    async with smsc() as server, bound(server, take_report=take) as client:
        slow = asyncio.create_task(server.link.deliver(receipt("slow", 2)))
        await until(lambda: taken == ["slow"])
        assert (await client.submit(TO, "meanwhile")).id
        assert not slow.done()
        go_on.set()
        assert (await slow).status == 0
        assert (await server.link.deliver(receipt("broken", 2))).status == Status.RX_T_APPN
        assert (await server.link.deliver(receipt("broken", 2))).status == 0
    assert taken == ["slow", "broken", "broken"]


async def test_a_plain_function_may_take_them_and_so_many_at_once_are_worked_off():
    go_on = asyncio.Event()

    async def take(report):
        await go_on.wait()

    came = []
    async with smsc() as server, bound(server, QUICK._replace(inbox=2), take_report=take, take_message=came.append):
        link = server.link
        for turn in range(3):
            link.write(link.session.send(receipt(str(turn), 2), asyncio.get_running_loop().time()))
        assert (await asyncio.wait_for(server.responses.get(), PATIENCE)).status == Status.RX_T_APPN
        go_on.set()
        assert [(await asyncio.wait_for(server.responses.get(), PATIENCE)).status for _ in range(2)] == [0, 0]
        message = Pdu(CommandId.DELIVER_SM, fields={"source_addr": TO.encode(), "short_message": b"hi"})
        assert (await server.link.deliver(message)).status == 0
    assert [one.text for one in came] == ["hi"]


async def test_the_last_part_of_a_message_that_could_not_be_worked_off_brings_it_whole_again():
    came = []

    def take(message):
        came.append(message.text)
        if len(came) == 1:
            raise OSError("away")

    async with smsc() as server, bound(server, take_message=take):
        assert (await server.link.deliver(_part(1, 1, octets=b"one "))).status == 0
        assert (await server.link.deliver(_part(1, 2, octets=b"two"))).status == Status.RX_T_APPN
        assert (await server.link.deliver(_part(1, 2, octets=b"two"))).status == 0
    assert came == ["one two", "one two"]


async def test_close_waits_for_what_is_being_worked_off():
    go_on, taken = asyncio.Event(), []

    async def take(report):
        taken.append("begun")
        await go_on.wait()
        taken.append("done")

    async with smsc() as server:
        async with bound(server, take_report=take) as client:
            delivering = asyncio.create_task(server.link.deliver(receipt("1", 2)))
            await until(lambda: taken)
            closing = asyncio.create_task(client.close(within=PATIENCE))
            await turns()
            go_on.set()
            await closing
        assert (await delivering).status == 0
    assert taken == ["begun", "done"]


# cancelled calls, the window, the deadline

async def test_cancelled_submits_give_the_window_back_when_they_are_answered_or_given_up():
    async with smsc() as server, bound(server, QUICK._replace(window=3)) as client:
        server.answers = lambda pdu: "silence"
        sends = [asyncio.create_task(client.submit(TO, f"Hello {turn}")) for turn in range(6)]
        await until(lambda: len(server.of(CommandId.SUBMIT_SM)) == 3)
        for one in sends:
            one.cancel()
        await asyncio.wait(sends)
        waiting = asyncio.create_task(client.submit(TO, "next"))
        await turns()
        assert len(server.of(CommandId.SUBMIT_SM)) == 3
        server.answers = lambda pdu: (0, {"message_id": b"9"})
        for pdu in server.of(CommandId.SUBMIT_SM)[:1]:
            server.link.write(Pdu(CommandId.SUBMIT_SM_RESP, 0, pdu.sequence, {"message_id": b"1"}))
        assert (await asyncio.wait_for(waiting, PATIENCE)).id == "9"
        waiting = [asyncio.create_task(client.submit(TO, "next")) for _ in range(3)]
        skip(21)
        assert [(await one).id for one in waiting] == ["9"] * 3
        assert [pdu.message for pdu in server.of(CommandId.SUBMIT_SM)[3:]] == [b"next"] * 4


async def test_where_the_window_is_full_that_is_said_and_nothing_is_in_doubt():
    patience = Patience(timeout=30, deadline=40, attempts=4, pause=0.01)
    async with smsc() as server, bound(server, QUICK._replace(window=1, patience=patience)) as client:
        server.answers = lambda pdu: "silence"
        first = asyncio.create_task(client.submit(TO, "Hello"))
        await until(lambda: server.of(CommandId.SUBMIT_SM))
        second = asyncio.create_task(client.submit(TO, "Another"))
        await turns()
        skip(21)
        with pytest.raises(smpp.SmppNotReached, match="no place in time in the window of 1") as raised:
            await second
        assert (raised.value.maybe_accepted, raised.value.octets_left) == (False, False)
        skip(20)
        with pytest.raises(smpp.SmppReplyLost):
            await first
        assert len(server.of(CommandId.SUBMIT_SM)) == 1


async def test_what_leaves_in_the_moment_its_time_is_up_is_not_told_as_unsent():
    """The window has room in the very turn of the loop in which the waiting is over."""
    loop = asyncio.get_running_loop()
    written, free = [], []

    class OneLink:
        def room(self, command_id):
            return bool(free)

        def request(self, pdu):
            written.append(pdu)
            return loop.create_future()

    def room():
        free.append(True)
        outbox.pump()

    outbox = Outbox(lambda: [OneLink()], 0)
    end = loop.time() + 300
    sending = asyncio.create_task(outbox.send(Pdu(CommandId.SUBMIT_SM), end))
    await asyncio.sleep(0)
    loop.call_at(end - 1, room)
    skip(301)
    assert isinstance(await sending, asyncio.Future)
    assert len(written) == 1


# speed, order, several binds

async def test_no_more_a_second_than_allowed():
    at = []
    loop = asyncio.get_running_loop()
    async with smsc() as server, bound(server, QUICK._replace(rate=100)) as client:
        server.answers = lambda pdu: at.append(loop.time()) or (0, {"message_id": b"1"})
        await asyncio.gather(*(client.submit(TO, str(turn)) for turn in range(20)))
        assert [pdu.message for pdu in server.of(CommandId.SUBMIT_SM)] == [b"%d" % turn for turn in range(20)]
    assert at[-1] - at[0] >= 19 / 100 - 0.02


async def test_several_binds_share_the_work_and_one_that_goes_is_not_missed():
    states = []
    how = {"bind": ("transceiver", "transmitter", "receiver"), "on_state": states.append}
    async with smsc() as server:
        async with bound(server, SLOW, **how) as client:
            assert len(server.links) == 3
            server.answers = lambda pdu: "silence"
            sends = [asyncio.create_task(client.submit(TO, str(turn))) for turn in range(5)]
            await until(lambda: len(server.of(CommandId.SUBMIT_SM)) == 4)
            for peer in server.links:
                for number in (2, 3):
                    peer.write(Pdu(CommandId.SUBMIT_SM_RESP, 0, number, {"message_id": b"1"}))
            await until(lambda: sum(one.done() for one in sends) == 4)
            server.answers = lambda pdu: (0, {"message_id": b"2"})
            sends[4].cancel()
            server.links[0].transport.abort()
            await until(lambda: states[-1].what == "lost")
            assert (await client.submit(TO, "still")).id == "2"
            for peer in server.links[1:]:
                if peer.session.state == "bound_rx":
                    assert (await peer.deliver(receipt("1", 2))).status == 0
        assert [report.id async for report in client.receipts()] == ["1"]
    assert {(one.number, one.what) for one in states} == {
        (0, "bound"), (1, "bound"), (2, "bound"), (0, "lost"), (1, "closed"), (2, "closed"),
    }  # fmt: skip
    assert {one.bind for one in states} == set(how["bind"])


async def test_if_one_of_several_binds_fails_none_is_left(server):
    binds = []
    client = SmppClient("127.0.0.1", "me", "x", port=server.port, settings=QUICK, bind=("transceiver",) * 3,
                        on_state=binds.append)  # fmt: skip
    seen = server.links

    def refused():
        return Status.RALYBND if len(seen) == 3 else 0

    type(server).bind_status = property(lambda self: refused(), lambda self, value: None)
    try:
        with pytest.raises(smpp.AlreadyBound):
            await client.open()
    finally:
        del type(server).bind_status
    for peer in seen:
        await asyncio.wait_for(peer.gone, PATIENCE)
    assert not client.bound


async def test_states_are_told_and_a_hook_that_fails_costs_nothing(caplog):
    states = []

    def hook(state):
        states.append((state.what, state.why))
        raise ZeroDivisionError

    async with smsc() as server, bound(server, on_state=hook) as client:
        server.bind_status = Status.RALYBND
        server.link.transport.abort()
        await until(lambda: "refused" in [what for what, _ in states])
        server.bind_status = 0
        await client.submit(TO, "x")
    assert [what for what, _ in states if what != "refused"] == ["bound", "lost", "bound", "closed"]
    assert any("already bound" in why for what, why in states if what == "refused")
    assert "the state hook of a client failed" in caplog.text


async def test_every_attempt_response_and_retry_is_told():
    seen = []
    async with smsc() as server, bound(server, watch=seen.append) as client:
        server.answers = lambda pdu: (0 if len(server.of(CommandId.SUBMIT_SM)) > 1 else Status.RTHROTTLED,
                                      {"message_id": b"1"})  # fmt: skip
        await client.submit(TO, "x")
        server.answers = lambda pdu: "close"
        with pytest.raises(smpp.SmppReplyLost):
            await client.submit(TO, "x")
    assert [(event.what, event.attempt, type(event.error).__name__) for event in seen] == [
        ("attempt", 1, "NoneType"), ("reply", 1, "Throttled"), ("retry", 2, "Throttled"), ("attempt", 2, "NoneType"),
        ("reply", 2, "NoneType"), ("attempt", 1, "NoneType"), ("no reply", 1, "SmppReplyLost"),
        ("gave up", 1, "SmppReplyLost"),
    ]  # fmt: skip
    assert {(event.provider, event.operation) for event in seen} == {("smpp", "submit_sm")}


async def many(count):
    """So many submits by so many tasks, a hundred at a time in the air → what they grew, in octets."""
    async with smsc() as server, bound(server, QUICK._replace(window=100)) as client:
        numbers = []
        server.answers = lambda pdu: (numbers.append(int(pdu.message)), (0, {"message_id": pdu.message}))[1]

        async def some(begin, end):
            sends = [asyncio.create_task(client.submit(TO, str(turn))) for turn in range(begin, end)]
            assert [(await one).id for one in sends] == [str(turn) for turn in range(begin, end)]
            server.came.clear()

        await some(0, 500)
        gc.collect()
        tracemalloc.start()
        try:
            for begin in range(500, count, 500):
                await some(begin, begin + 500)
            gc.collect()
            grown, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert numbers == list(range(count))
        return grown - count * 40


async def test_two_thousand_submits_arrive_in_order_and_leave_no_memory_behind():
    assert await many(2_000) < 300_000


@pytest.mark.long
async def test_a_hundred_thousand_submits_arrive_in_order_and_leave_no_memory_behind():
    assert await many(100_000) < 300_000
