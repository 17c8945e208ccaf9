"""Events: told as they happen, on from where a listener left off; a slow one is told what it missed."""

import asyncio
import itertools
import json
from socket import SO_LINGER, SOL_SOCKET
from struct import pack

import pytest
from aiohttp import ClientSession
from esme import SUBMIT, desk
from support import PATIENCE, connected, control, frozen, get, key_of, request, send_path, serving, until, walk

import emulator
from emulator.control_api import event_stream
from emulator.control_client.records import CallRefused
from emulator.http import sse
from emulator.sandboxes.event_feed import KEPT
from emulator.smpp import CommandId


async def first(stream, count):
    """The first events of a stream, which is closed then."""
    found = []
    async for one in stream:
        found.append(one)
        if len(found) == count:
            break
    await stream.aclose()
    return found


@pytest.fixture(params=["in process", "over HTTP"])
async def sms(request):
    async with emulator.running(clock="frozen") as here:
        if request.param == "in process":
            yield here
        else:
            async with emulator.running(url=here.base_url, clock="frozen") as there:
                yield there


async def send(sms, **more):
    await get(sms.base_url + send_path(sms.smsoffice.key, **more))


async def test_a_request_its_message_every_change_and_every_callback_are_told_in_order(sms):
    await send(sms, reference="r")
    await sms.settle()
    told = await first(sms.events(timeout=60), 4)
    assert [(one.id, one.event) for one in told] == [
        (1, "message"), (2, "request"), (3, "message"), (4, "callback"),
    ]  # fmt: skip
    assert [told[0].data.status, told[2].data.status] == ["pending", "delivered"]
    assert [len(told[0].data.history), len(told[2].data.history)] == [1, 2]
    assert told[1].data == (await sms.requests())[0]
    assert told[3].data == (await sms.callbacks())[0]


async def test_listeners_hear_what_happens_while_they_listen_each_for_itself(sms):
    hearing = [asyncio.ensure_future(first(sms.events(timeout=60), 4)) for _ in range(3)]
    await send(sms)
    await send(sms)
    for told in await asyncio.gather(*hearing):
        assert [one.event for one in told] == ["message", "request"] * 2


async def test_it_goes_on_after_the_last_event_seen(sms):
    await send(sms)
    seen = (await first(sms.events(timeout=60), 2))[-1].id
    await send(sms, content="second")
    (one,) = await first(sms.events(after=seen, timeout=60), 1)
    assert one.data.text == "second"


async def test_silence_ends_in_a_time_out_when_one_is_given(sms):
    with pytest.raises(TimeoutError, match=r"nothing happened for 0\.05 s"):
        await anext(sms.events(timeout=0.05))


async def test_a_deleted_sandbox_says_so_and_the_stream_ends():
    async with emulator.running(clock="frozen") as sms:
        hearing = asyncio.ensure_future(first(sms.events(timeout=60), 9))
        await send(sms)
        await sms.delete()
        assert [one.event for one in await hearing] == ["message", "request", "gone"]
        with pytest.raises(CallRefused, match="no-such-sandbox"):
            await anext(sms.events())


async def test_over_the_wire_it_is_an_event_stream_that_heeds_last_event_id():
    async with serving() as served, ClientSession() as session:
        served.emulator.default.clock.rate = 0
        await get(served.base_url + send_path())
        await get(served.base_url + send_path(content="two"))
        url = f"{served.base_url}/_emulator/sandboxes/default/events"
        async with session.get(url, headers={"Last-Event-ID": "2"}) as answer:
            assert answer.content_type == "text/event-stream"
            lines = [await answer.content.readline() for _ in range(6)]
        assert lines[0].startswith(b":")
        assert lines[2:4] == [b"id: 3\n", b"event: message\n"]
        assert json.loads(lines[4].removeprefix(b"data: "))["text"] == "two"


async def test_without_a_place_to_go_on_from_only_what_is_new_is_told():
    async with serving() as served, ClientSession() as session:
        served.emulator.default.clock.rate = 0
        await get(served.base_url + send_path())
        async with session.get(f"{served.base_url}/_emulator/sandboxes/default/events") as answer:
            assert await answer.content.readuntil(b"\n\n") == sse.BEAT
            await get(served.base_url + send_path(content="new"))
            assert b'"text":"new"' in await answer.content.readuntil(b"\n\n")


async def test_a_closed_page_leaves_nothing_behind_and_does_not_hold_up_the_end():
    async with serving() as served:
        feed = served.emulator.default.feed
        async with ClientSession() as session:
            answer = await session.get(f"{served.base_url}/_emulator/sandboxes/default/events")
            await answer.content.readline()
            await until(lambda: len(feed._waiting) == 1)
            answer.close()
            await until(lambda: not feed._waiting)
        open_still = ClientSession()
        await open_still.get(f"{served.base_url}/_emulator/sandboxes/default/events")
        stop = served.http.stop
        served.http.stop = lambda: stop(PATIENCE * 100)
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < PATIENCE
    await open_still.close()


@pytest.mark.parametrize("path", ["/_emulator/sandboxes/default/events", "/_emulator/page/default/live/inbox"])
async def test_listeners_that_vanish_are_no_trouble_and_leave_nothing_behind(path, caplog):
    async with serving() as served:
        feed = served.emulator.default.feed
        vanishing = []
        for _ in range(20):
            reader, writer = await connected(served.base_url)
            writer.write(request(path, "localhost"))
            await reader.readuntil(b"\r\n\r\n")
            vanishing.append(writer)
        await until(lambda: len(feed._waiting) == 20)
        for writer in vanishing:
            writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
            writer.transport.abort()
        for _ in range(3):
            await get(served.base_url + send_path())
        await until(lambda: not feed._waiting and not served.http.connections)
    assert caplog.records == []


async def test_a_slow_listener_is_told_how_many_events_it_missed_and_goes_on(served):
    sandbox = frozen(served, balance=10_000)
    stream = event_stream.told(sandbox, 0)
    assert await anext(stream) == sse.BEAT
    numbers = ",".join(f"995577{number:06d}" for number in range(KEPT + 50))
    await get(served.base_url + send_path(key_of(sandbox), to=numbers[: 13 * 250 - 1]))
    assert b"event: message" in await anext(stream)
    for begin in range(0, KEPT, 250):
        some = numbers[13 * begin : 13 * (begin + 250) - 1]
        await get(served.base_url + send_path(key_of(sandbox), to=some))
    await walk(served, sandbox)
    frames = [frame for piece in [await anext(stream) for _ in range(251)] for frame in sse.Reader().feed(piece)]
    missed = next(frame for frame in frames if frame.event == "missed")
    assert json.loads(missed.data)["events"] > 1000
    assert int(missed.id) == sandbox.feed.made - KEPT
    assert int(frames[-1].id) <= sandbox.feed.made
    await stream.aclose()


async def test_what_the_journal_has_forgotten_is_told_as_missed():
    async with emulator.running(clock="frozen") as sms:
        await send(sms)
        await sms.reset("journal")
        told = await first(sms.events(timeout=60), 3)
        assert [(one.event, one.data) for one in told][1] == ("missed", {"events": 1, "id": "x1"})
        assert told[2].event == "forgotten"


@pytest.mark.parametrize("what", ["all", "journal"])
@pytest.mark.parametrize("page", ["requests", "callbacks"])
async def test_a_list_that_is_open_shows_that_its_journal_was_forgotten(served, page, what):
    sandbox = frozen(served)
    await get(served.base_url + send_path(key_of(sandbox), reference="once"))
    await walk(served, sandbox)
    async with (
        ClientSession() as session,
        session.get(f"{served.base_url}/_emulator/page/{sandbox.id}/live/{page}") as answer,
    ):
        assert b"once" in await answer.content.readuntil(b"\n\n")
        await control(served, "POST", f"/_emulator/sandboxes/{sandbox.id}/reset", {"what": what})
        async with asyncio.timeout(PATIENCE):
            assert b"once" not in await answer.content.readuntil(b"\n\n")


async def test_what_no_event_tells_of_comes_to_an_open_page_by_and_by(served, monkeypatch):
    monkeypatch.setattr("emulator.ui.live_updates._BEAT", 0.01)
    sandbox = frozen(served)
    async with (
        ClientSession() as session,
        session.get(f"{served.base_url}/_emulator/page/{sandbox.id}/live/desk") as answer,
    ):
        await answer.content.readuntil(b"\n\n")
        rule = {"then": {"refuse": {"reason": "no-credit"}}, "comment": "from elsewhere"}
        await control(served, "POST", f"/_emulator/sandboxes/{sandbox.id}/rules", rule)
        async with asyncio.timeout(PATIENCE):
            while b"from elsewhere" not in await answer.content.readuntil(b"\n\n"):
                pass


async def test_an_open_message_is_not_taken_for_the_one_that_has_its_id_after_a_reset(served):
    sandbox = frozen(served)
    await get(served.base_url + send_path(key_of(sandbox)))
    async with (
        ClientSession() as session,
        session.get(f"{served.base_url}/_emulator/page/{sandbox.id}/live/messages/m1") as answer,
    ):
        assert b"pending" in await answer.content.readuntil(b"\n\n")
        await control(served, "POST", f"/_emulator/sandboxes/{sandbox.id}/reset")
        await get(served.base_url + send_path(key_of(sandbox), content="another"))
        async with asyncio.timeout(PATIENCE):
            assert b"It is no more." in await answer.content.readuntil(b"\n\n")


async def test_an_open_message_that_is_replaced_is_still_itself():
    async with desk() as at, ClientSession() as session:
        esme = await at.bound()
        given = (await esme.submit()).fields["message_id"]
        live = f"{at.served.base_url}/_emulator/page/{at.sandbox.id}/live/messages/m1"
        async with session.get(live) as answer, asyncio.timeout(PATIENCE):
            assert b"pending" in await answer.content.readuntil(b"\n\n")
            sender = {name: SUBMIT[name] for name in SUBMIT if name.startswith("source_addr")}
            replaced = await esme.ask(CommandId.REPLACE_SM, message_id=given, short_message=b"Other", **sender)
            assert replaced.status == 0
            await at.advance(60)
            assert b"delivered" in await answer.content.readuntil(b"\n\n")


async def test_a_restore_is_told():
    async with emulator.running(clock="frozen") as sms:
        await send(sms)
        await sms.snapshot("here")
        await sms.restore("here")
        assert [one.event for one in await first(sms.events(timeout=60), 3)][-1] == "restored"


async def test_a_number_that_this_server_never_gave_out_begins_at_the_beginning():
    async with emulator.running(clock="frozen") as sms:
        await send(sms)
        assert [one.id for one in await first(sms.events(after=999, timeout=60), 2)] == [1, 2]


def test_without_async_it_is_an_ordinary_loop():
    with emulator.running(clock="frozen") as sms:
        sms.background.run(send(sms.behind))
        told = list(itertools.islice(sms.events(timeout=60), 2))
        assert [one.event for one in told] == ["message", "request"]
        with pytest.raises(TimeoutError):
            next(sms.events(after=2, timeout=0.05))


def test_frames_are_read_back_from_any_pieces():
    frames = [sse.SseFrame("7", "message", '{"a":"b: c"}'), sse.SseFrame("", "gone", "two\nlines")]
    octets = sse.BEAT + b"".join(map(sse.write, frames))
    for size in (1, 2, 7, len(octets)):
        reader = sse.Reader()
        pieces = (octets[at : at + size] for at in range(0, len(octets), size))
        assert [frame for piece in pieces for frame in reader.feed(piece)] == frames
