"""A store that writes later: what happens meanwhile is not lost, and answers leave in order, once they are safe."""

import asyncio
import re
import sqlite3
import tempfile
from collections import deque
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from storage.crashes import after_a_crash, begun, copied, there
from storage.test_restart import happen, happenings
from support import PATIENCE, once, request, send_path, serving, until
from wires import Wire, settled

from emulator.http.messages import HttpReply, HttpRequest
from emulator.server import http_connection
from emulator.storage import sandbox_log, sqlite
from emulator.storage.store import Batch

LATER = 1 << 40


class Late:
    """Stands before a store; what is written comes there one by one, when it is told to."""

    def __init__(self, store):
        self.store, self.name, self.waiting = store, store.name, deque()

    def write(self, fill, done, one_row=False):
        batch = Batch()
        fill(batch)
        self.waiting.append((batch.calls, done))

    def land(self, fails=None):
        """The oldest of them."""
        calls, done = self.waiting.popleft()

        def put(rows):
            for name, values in calls:
                getattr(rows, name)(*values, *((LATER,) if name.startswith("drop") else ()))

        if fails is None:
            self.store.write(put, done)
        else:
            done(fails)

    def close(self, well=False):
        self.store.close(well)


@asynccontextmanager
async def late_store(path, **settings):
    """(a server with that state file, a store put before its own, an HTTP connection, its wire)"""
    async with serving(state=str(path), **settings) as served:
        connection, wire = Wire.to(served)
        logbook = served.emulator.recorder
        logbook.commit()
        late = logbook.store = Late(logbook.store)
        try:
            yield served, late, connection, wire
        finally:
            logbook.store = late.store
            connection.connection_lost(None)


moves = st.one_of(happenings, st.just(("land",)), st.just(("land",)))


@pytest.mark.parametrize(("floor", "at_once"), [(200, LATER), (200, -1), (LATER, 0)])
@settings(max_examples=20, deadline=None)
@given(st.lists(moves, max_size=24))
def test_what_happens_during_a_commit_is_there_again_after_the_next(floor, at_once, made):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        for name, value in (("FLOOR", floor), ("AT_ONCE", at_once), ("PIECE", 100)):
            patch.setattr(sandbox_log, name, value)
        patch.setattr(sqlite, "SYNCHRONOUS", "OFF")
        emulator, logbook = begun(Path(folder, "0.db"))
        late = logbook.store = Late(logbook.store)
        emulator.default.spec.rate = 0.0
        emulator.reset(emulator.default)
        for what, *more in made:
            if what == "commit":
                logbook.commit()
            elif what == "step":
                logbook.step()
            elif what == "land":
                if late.waiting:
                    late.land()
            elif what != "crash":
                happen(emulator, what, *more)
        while not logbook.commit():
            late.land()
        expected = after_a_crash(emulator)
        left = copied(Path(folder, "0.db"), Path(folder, "1.db"))
        logbook.give_up()
        emulator, logbook = begun(left)
        assert there(emulator) == expected
        logbook.give_up()


async def test_answers_leave_in_order_once_they_are_safe_and_the_connection_ends_behind_the_last(tmp_path, monkeypatch):
    monkeypatch.setattr(http_connection, "TURN", PATIENCE)  # two requests of one read are one turn
    async with late_store(tmp_path / "state.db") as (_, late, connection, wire):
        first, second, third = (request(send_path(reference=name)) for name in ("first", "second", "third"))
        connection.data_received(first)
        await until(lambda: late.waiting)
        late.land()
        await settled(wire, 1)
        connection.data_received(second)
        await until(lambda: late.waiting)
        connection.data_received(third + once(send_path(reference="fourth")))
        connection.eof_received()
        assert wire.octets.count(b"HTTP/1.1 200") == 1
        late.land()
        assert (wire.octets.count(b"HTTP/1.1 200"), wire.ended) == (2, False)
        await until(lambda: late.waiting)
        late.land()
        assert (wire.octets.count(b"HTTP/1.1 200"), wire.ended) == (4, True)


async def test_who_waits_for_100_continue_is_told_to_go_on_behind_the_answers_before_it(tmp_path):
    async with late_store(tmp_path / "state.db") as (_, late, connection, wire):
        head = once("/nowhere", "x", "Expect: 100-continue", "Content-Length: 1", method="POST")
        connection.data_received(request(send_path()) + head)
        await until(lambda: late.waiting)
        assert wire.octets == b""
        late.land()
        assert wire.octets.index(b"HTTP/1.1 200") < wire.octets.index(b"HTTP/1.1 100")


async def test_who_did_not_wait_for_100_continue_is_not_told_to_go_on_any_more(tmp_path):
    async with late_store(tmp_path / "state.db") as (_, late, connection, wire):
        head = once("/nowhere", "x", "Expect: 100-continue", "Content-Length: 2", method="POST")
        connection.data_received(request(send_path()) + head)
        await until(lambda: late.waiting)
        connection.data_received(b"a")
        late.land()
        connection.data_received(b"b")
        await until(lambda: b"HTTP/1.1 404" in wire.octets)
        assert re.findall(rb"HTTP/1.1 ([0-9]+)", wire.octets) == [b"200", b"404"]


async def test_an_answer_whose_commit_fails_says_so_and_a_refused_line_comes_behind_what_waits(tmp_path):
    async with late_store(tmp_path / "state.db") as (_, late, connection, wire):
        connection.data_received(request(send_path()) + b"GARBAGE\r\n\r\n")
        await until(lambda: late.waiting)
        assert wire.octets == b""
        late.land(fails="the cable is out")
        first, second = wire.octets.index(b"HTTP/1.1 500"), wire.octets.index(b"HTTP/1.1 400")
        assert first < second
        assert b"the cable is out. It may have been done all the same" in wire.octets


async def test_what_waits_for_the_store_to_be_written_goes_out_though_it_failed_once(tmp_path):
    """And so do entries of the journal, where that is kept."""
    gone = []

    async def call(request, fault=None):
        gone.append(request.target)
        return HttpReply()

    async with late_store(tmp_path / "state.db", keep_journal=True) as (served, late, connection, _):
        connection.data_received(request(send_path()))
        await until(lambda: late.waiting)
        going = served.emulator.recorder.first(call)(HttpRequest(method="GET", target="/sms"))
        waiting = asyncio.create_task(going)
        await asyncio.sleep(0)
        late.land(fails="the disk is full")
        served.emulator.exchange(HttpRequest(method="GET", target="/nowhere"))
        await until(lambda: late.waiting)
        assert gone == []
        late.land()
        await waiting
        assert gone == ["/sms"]
    base = sqlite3.connect(tmp_path / "state.db")
    assert base.execute("SELECT count(*) FROM entry").fetchone() == (2,)
    base.close()


def test_a_scenario_that_is_put_while_a_large_checkpoint_is_written_is_there_again(tmp_path, monkeypatch):
    for name, value in (("FLOOR", 200), ("AT_ONCE", -1), ("PIECE", 100)):
        monkeypatch.setattr(sandbox_log, name, value)
    emulator, logbook = begun(tmp_path / "0.db")
    sandbox = emulator.default
    for _ in range(20):
        happen(emulator, "traffic", 0, 1, 0)
        logbook.commit()
    assert logbook.step()
    sandbox.scenario = emulator.scenario("no-credit")
    logbook.commit()
    for _ in range(300):
        logbook.step()
    left = copied(tmp_path / "0.db", tmp_path / "1.db")
    logbook.give_up()
    emulator, logbook = begun(left)
    assert emulator.default.scenario.name == "no-credit"
    logbook.give_up()
