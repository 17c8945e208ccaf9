"""What stands in the state file makes the same sandboxes again, whatever had happened to them before."""

import asyncio
import sqlite3
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from aiohttp import web
from core.engine.test_replay import dated, inputs
from hypothesis import given, settings
from hypothesis import strategies as st
from storage.crashes import after_a_crash, begun, copied, there
from support import PATIENCE, TO, control, frozen, get, key_of, receiver, send_path, serving, skip, until

from emulator import clock
from emulator.app.server import Server
from emulator.app.settings import Settings
from emulator.core.commands import Credential, Submit
from emulator.core.units import SECOND
from emulator.sandboxes.change_log import Unusable
from emulator.sandboxes.spec import NewSandbox
from emulator.storage import sandbox_log, sqlite

which = st.integers(0, 3)
happenings = st.one_of(
    st.tuples(st.just("traffic"), which, st.sampled_from([0.0, 1.0, 2.0, 60.0]), st.sampled_from([True, False, None])),
    st.tuples(st.just("inputs"), which, st.lists(inputs, max_size=20)), st.tuples(st.just("commit")),
    st.tuples(st.just("create"), st.sampled_from([None, 3600.0, 1e9])), st.tuples(st.just("remove"), which),
    st.tuples(st.just("reset"), which), st.tuples(st.just("snapshot"), which, st.sampled_from("ab")),
    st.tuples(st.just("restore"), which, st.sampled_from("ab")), st.tuples(st.just("rate"), which, st.just(0.0)),
    st.tuples(st.just("scenario"), which, st.sampled_from(["happy", "no-credit"])), st.tuples(st.just("crash")),
    st.tuples(st.just("step"), st.integers(1, 9)),
)  # fmt: skip


def traffic(sandbox, seconds, accepted):
    """A send, time goes on, and the client answers the oldest callback, if at all."""
    account = sandbox.account("smsoffice")
    sandbox.execute(Submit(
        provider="smsoffice", credential=Credential("key", account.credentials["key"]), destinations=(TO,), text="Hi",
        sender="smsoffice", reference="r", report=True,
    ))  # fmt: skip
    sandbox.engine.advance(sandbox.now() + round(seconds * SECOND))
    under_way = sandbox.engine.state.in_flight
    if under_way and accepted is not None:
        sandbox.engine.answered(min(under_way), accepted, sandbox.now(), (5.0,) * 9)


def happen(emulator, what, *more):
    """One thing that changes sandboxes; which one is a number, counted round."""
    if what == "create":
        emulator.create(NewSandbox(clock="frozen", ttl=more[0]))
        return
    every = list(emulator.sandboxes.by_id.values())
    sandbox = every[more[0] % len(every)]
    match what:
        case "inputs":
            for one in dated(more[1], sandbox.now()):
                with suppress(LookupError):
                    sandbox.engine.apply(one)
        case "traffic":
            traffic(sandbox, *more[1:])
        case "remove" if sandbox is not emulator.default:
            emulator.remove(sandbox)
        case "reset":
            emulator.reset(sandbox)
        case "snapshot":
            sandbox.snapshots.keep(sandbox, more[1])
        case "restore" if more[1] in sandbox.snapshots.by_name:
            asyncio.run(emulator.restore(sandbox, more[1]))
        case "rate":
            sandbox.run_at(more[1])
        case "scenario":
            sandbox.scenario = emulator.scenario(more[1])
            sandbox.run_at(sandbox.clock.rate)


@pytest.mark.parametrize(("floor", "at_once"), [(200, 1 << 40), (200, -1), (1 << 40, 0)])
@settings(max_examples=15, deadline=None)
@given(st.lists(happenings, max_size=14))
def test_any_history_is_there_again_after_a_crash(floor, at_once, made):
    """`at_once`: with -1 every checkpoint is written in pieces, a step here and there."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox_log, "FLOOR", floor)
        patch.setattr(sandbox_log, "AT_ONCE", at_once)
        patch.setattr(sandbox_log, "PIECE", 100)
        patch.setattr(sqlite, "SYNCHRONOUS", "OFF")
        path = Path(folder, "0.db")
        emulator, logbook = begun(path)
        emulator.default.spec.rate = 0.0
        emulator.reset(emulator.default)
        for number, (what, *more) in enumerate([*made, ("crash",)], 1):
            if what == "commit":
                assert logbook.commit()
            elif what == "step":
                assert all(logbook.step() for _ in range(more[0]))
            elif what == "crash":
                assert logbook.commit()
                expected = after_a_crash(emulator)
                path = copied(path, Path(folder, f"{number}.db"))
                logbook.give_up()
                emulator, logbook = begun(path)
                assert there(emulator) == expected
            else:
                happen(emulator, what, *more)
        expected = there(emulator)
        logbook.close()
        emulator, logbook = begun(path)
        assert there(emulator) == expected
        logbook.give_up()


async def test_time_that_passed_meanwhile_counts_on_a_clock_that_runs_and_not_on_one_that_stands(tmp_path, monkeypatch):
    async with serving(state=str(tmp_path / "1.db")) as first:
        running = first.emulator.default
        standing = frozen(first, id="standing")
        fast = first.emulator.create(NewSandbox(id="fast"))
        fast.run_at(60.0)
        for sandbox in (running, standing):
            await get(first.base_url + send_path(key_of(sandbox), reference="r"))
        assert first.emulator.recorder.commit()
        before = {one.id: one.now() for one in (running, standing, fast)}
        left = copied(tmp_path / "1.db", tmp_path / "2.db")
    monkeypatch.setattr("emulator.clock._origin", clock._origin + 3600 * SECOND)
    async with serving(state=str(left)) as second:
        found = second.emulator.sandboxes.by_id
        passed = {name: (found[name].now() - at) / SECOND for name, at in before.items()}
        assert 3600 <= passed["default"] < 3660
        assert 60 * 3600 <= passed["fast"] < 61 * 3600
        assert passed["standing"] == 0
        _, told = await control(second, "GET", "/_emulator/sandboxes/default/wait?for=callbacks&timeout=60")
        assert told["callbacks"][0]["sent"]["reference"] == "r"
        _, told = await control(second, "GET", "/_emulator/sandboxes/default/messages")
        (pending, at), (delivered, then) = ((one["status"], one["at"]) for one in told["messages"][0]["history"])
        assert (pending, delivered) == ("pending", "delivered")
        seconds = datetime.fromisoformat(then) - datetime.fromisoformat(at)
        assert seconds.total_seconds() == 2                       # at its due date, not at the restart
        assert found["standing"].engine.state.scheduler.due is not None


async def test_a_callback_that_was_under_way_goes_out_again(tmp_path):
    async with receiver() as client:
        arrived, hanging = asyncio.Event(), asyncio.Event()

        async def late(_):
            arrived.set()
            await hanging.wait()
            return web.Response(text="OK")

        client.answers = late
        async with serving(state=str(tmp_path / "1.db"), callback_url=(client.url,)) as first:
            await get(first.base_url + send_path(reference="r"))
            await control(first, "POST", "/_emulator/sandboxes/default/messages/m1/status", {"status": "delivered"})
            await asyncio.wait_for(arrived.wait(), PATIENCE)
            client.answers = lambda _: web.Response(text="OK")
            left = copied(tmp_path / "1.db", tmp_path / "2.db")
        async with serving(state=str(left)) as second:
            path = "/_emulator/sandboxes/default/wait?for=callbacks&accepted=true&timeout=60"
            assert (await control(second, "GET", path))[0] == 200
            assert [one["reference"] for one in client.came] == ["r", "r"]
            assert not second.emulator.default.engine.state.in_flight
            hanging.set()


async def test_after_a_restart_a_sandbox_has_its_whole_time_again_and_its_name_is_free_after_that(
    tmp_path, monkeypatch
):  # fmt: skip
    async with serving(state=str(tmp_path / "1.db")) as first:
        first.emulator.create(NewSandbox(id="short", ttl=60))
        assert first.emulator.recorder.commit()
        left = copied(tmp_path / "1.db", tmp_path / "2.db")
    monkeypatch.setattr("emulator.clock._origin", clock._origin + 3600 * SECOND)
    async with serving(state=str(left)) as second:
        assert list(second.emulator.sandboxes.by_id) == ["default", "short"]
        monkeypatch.setattr("emulator.clock._origin", clock._origin + 61 * SECOND)
        skip(61)
        await until(lambda: "short" not in second.emulator.sandboxes.by_id)
        second.emulator.create(NewSandbox(id="short"))


def stand(path):
    """How many rows there are of worlds and of pages."""
    base = sqlite3.connect(path)
    counts = [base.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("world", "page")]
    base.close()
    return counts


@pytest.mark.parametrize("lost", [0, 1, 3, 1000])
def test_a_large_checkpoint_is_written_in_pieces_and_counts_once_it_is_whole(tmp_path, monkeypatch, lost):
    """`lost`: it crashes after so many steps."""
    for name, value in (("FLOOR", 2000), ("AT_ONCE", 0), ("PIECE", 500)):
        monkeypatch.setattr(sandbox_log, name, value)
    emulator, logbook = begun(tmp_path / "state.db")
    sandbox, track_ = emulator.default, logbook.track(emulator.default)
    emulator.default.clock.rate = 0
    while not track_.busy:
        traffic(sandbox, 1.0, True)
        assert logbook.commit()
    for _ in range(lost):
        logbook.step()
        if track_.busy and track_.logged < 1500:
            traffic(sandbox, 1.0, True)
            assert logbook.commit()
    expected = after_a_crash(emulator)
    left = copied(tmp_path / "state.db", tmp_path / "left.db")
    logbook.give_up()
    emulator, logbook = begun(left)
    assert there(emulator) == expected
    logbook.close()
    assert stand(left)[1] == 0
    emulator, logbook = begun(left)
    assert there(emulator) == expected
    logbook.give_up()


def test_what_a_crash_left_half_done_is_cleared_away(tmp_path, monkeypatch):
    for name, value in (("FLOOR", 2000), ("AT_ONCE", 0), ("PIECE", 500)):
        monkeypatch.setattr(sandbox_log, name, value)
    emulator, logbook = begun(tmp_path / "state.db")
    track_ = logbook.track(emulator.default)
    while not track_.busy:
        traffic(emulator.default, 1.0, True)
        assert logbook.commit()
    while track_.logged:
        logbook.step()
    left = copied(tmp_path / "state.db", tmp_path / "left.db")
    logbook.give_up()
    worlds, pages = stand(left)
    assert pages > 0
    emulator, logbook = begun(left)
    while logbook.track(emulator.default).busy:
        assert logbook.step()
    assert not logbook.track(emulator.default).logged
    logbook.give_up()
    assert stand(left)[0] < worlds
    assert stand(left)[1] == 0


async def test_a_file_from_the_future_is_taken_and_no_clock_goes_back(tmp_path, monkeypatch):
    """The machine's clock was put right meanwhile, or the file comes from another machine."""
    async with serving(state=str(tmp_path / "1.db")) as first:
        sandbox = first.emulator.create(NewSandbox(id="runs"))
        traffic(sandbox, 2.0, None)
        assert first.emulator.recorder.commit()
        left, before = copied(tmp_path / "1.db", tmp_path / "2.db"), sandbox.now()
    monkeypatch.setattr("emulator.clock._origin", clock._origin - 3600 * SECOND)
    async with serving(state=str(left)) as second:
        again = second.emulator.sandboxes.by_id["runs"]
        began = again.clock.now()
        assert began >= before - SECOND
        monkeypatch.setattr("emulator.clock._origin", clock._origin + 60 * SECOND)
        assert again.clock.now() - began >= 60 * SECOND  # it goes, and does not wait an hour for its own past


async def test_a_file_with_a_moment_that_no_clock_shows_is_refused_and_says_so(tmp_path):
    async with serving(state=str(tmp_path / "1.db")) as first:
        traffic(first.emulator.default, 2.0, None)
        first.emulator.default.engine.state.now = 3_000_000_000 * SECOND * 1000
    with pytest.raises(Unusable, match="it holds a moment after the year 9999, which no clock shows"):
        async with serving(state=str(tmp_path / "1.db")):
            pass


async def told(serving):
    """What the control API says of what was."""
    path = "/_emulator/sandboxes/default"
    return [(await control(serving, "GET", f"{path}/{what}"))[1][name]
            for what, name in (("requests",) * 2, ("callbacks",) * 2, ("lint", "findings"))]  # fmt: skip


async def test_with_keep_journal_requests_callbacks_and_findings_are_there_again_after_a_crash(tmp_path):
    first, copy = tmp_path / "first.db", tmp_path / "copy.db"
    kept = {"keep_journal": True, "journal_bytes": 40_000}
    async with receiver() as client, serving(
        state=str(first), callback_url=(f"smsoffice={client.url}",), **kept
    ) as served:  # fmt: skip
        for _ in range(200):
            assert (await get(f"{served.base_url}/nowhere"))[0] == 404
        await get(served.base_url + send_path(reference="r", urgent="yes"))
        path = "/_emulator/sandboxes/default/callbacks"
        while not any(one["accepted"] for one in (await control(served, "GET", path))[1]["callbacks"]):
            pass
        before = await told(served)
        copied(first, copy)
    assert len(before[0]) > 10
    assert before[2]
    with sqlite3.connect(first) as base:  # bounded
        assert base.execute("SELECT count(*) FROM entry").fetchone()[0] <= len(before[0] + before[1]) + 100
    base.close()
    async with serving(state=str(copy), **kept) as served:
        assert await told(served) == before
        await get(f"{served.base_url}/nowhere")
        newest = (await told(served))[0][-1]
        assert int(newest["id"][1:]) > int(before[0][-1]["id"][1:])
        await control(served, "POST", "/_emulator/sandboxes/default/reset", {"what": "journal"})
    async with serving(state=str(copy), **kept) as served:
        assert await told(served) == [[], [], []]
        await get(f"{served.base_url}/nowhere")
    async with serving(state=str(copy)):
        pass
    async with serving(state=str(copy), **kept) as served:
        assert (await told(served))[0] == []  # what was kept no more is not found again


async def test_keep_journal_needs_a_place_to_keep_it():
    with pytest.raises(Unusable, match="--keep-journal goes with --state"):
        Server(Settings(port=0, keep_journal=True))
