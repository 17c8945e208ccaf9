"""Processes of a world: killed, begun again, thrown away; what outlives them."""

import asyncio
import gc
import sys
import threading
from contextlib import asynccontextmanager

import pytest
from support import free_port

from emulator import world
from emulator.world.plan import planned
from emulator.world.runner import play


def test_a_killed_process_is_told_with_file_and_line_and_starts_again_on_its_disk():
    ran = []

    async def main(w):
        async def worker(process):
            process.disk["starts"] = process.disk.get("starts", 0) + 1
            (process.disk.path / "log").open("a").write("x")
            ran.append("begun")
            try:
                await asyncio.sleep(10)
                await asyncio.sleep(10)
                ran.append("done")
            finally:
                ran.append("finally")

        process = await w.app(worker)
        await w.at(minutes=5)
        return process.disk["starts"], (process.disk.path / "log").read_text(), tuple(ran)

    played = play(main, planned("1/kill@2~60"))
    assert played.value == (2, "xx", ("begun", "begun", "done", "finally"))
    killed = [one.what for one in played.happened if "killed" in one.what]
    assert killed == [f"** killed at {__file__}:{main.__code__.co_firstlineno + 6} in worker"]


def test_terminate_lets_a_process_tidy_up_and_kills_what_does_not_end():
    async def main(w):
        tidied = []

        async def good(process):
            try:
                await asyncio.sleep(1e6)
            finally:
                await asyncio.sleep(1)
                tidied.append("good")

        async def bad(process):
            while True:
                try:
                    await asyncio.sleep(1e6)
                except asyncio.CancelledError:
                    tidied.append("bad")

        one, other = await w.app(good), await w.app(bad)
        await one.terminate()
        await other.terminate(grace=5)
        return tidied, w.now, other.runs

    assert world.run(main) == (["good", "bad"], pytest.approx(6), False)


def test_the_disk_holds_copies():
    async def main(w):
        async def worker(process):
            held = process.disk["orders"] = []
            held.append("never written")
            process.disk["orders"].append("neither")

        return dict((await w.app(worker)).disk)

    assert world.run(main) == {"orders": []}


@pytest.mark.parametrize("real", [False, True], ids=["memory", "sockets"])
def test_the_peers_of_a_killed_process_see_its_connections_end(real):
    port = free_port()

    async def main(w):
        seen = []

        async def serves(process):
            async def client(reader, writer):
                await reader.read()

            await asyncio.start_server(client, "127.0.0.1", port)
            await asyncio.sleep(1e6)

        async def asks(process):
            reader, _ = await asyncio.open_connection("127.0.0.1", port)
            seen.append(await reader.read())
            try:
                await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                seen.append("refused")

        served = await w.app(serves)
        await w.app(asks)
        await w.after(minutes=1)
        assert seen == []
        served.kill()
        await w.after(minutes=1)
        return seen

    assert world.run(main, real=real, longest=0.05) == [b"", "refused"]


def test_a_world_that_is_over_leaves_nothing_that_complains(monkeypatch):
    """Neither of ours nor of an application's own, wherever it waits in a `finally`."""
    complaints = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)

    @asynccontextmanager
    async def opened():
        try:
            yield
        finally:
            await asyncio.sleep(60)

    async def main(w):
        async def worker(process):
            async with opened():
                await w.after(days=1)

        async def blocks(scope, receive, send):
            if scope["type"] == "http":
                threading.Thread(target=print).start()

        killed = await w.app(worker)
        killed.kill()
        asked_to_end = await w.app(worker)
        await asyncio.wait_for(asked_to_end.terminate(grace=5), 10)
        await (await w.app(lambda process: blocks)).get("/")

    with pytest.raises(world.OutOfWorld, match="A thread"):
        world.run(main)
    gc.collect()
    assert [f"{one.exc_value!r} in {one.object}" for one in complaints] == []


@pytest.mark.parametrize("killed", [True, False])
def test_who_clings_to_life_is_thrown_away_all_the_same(killed, monkeypatch):
    """Nor does it run on when nobody knows of it any more, where no loop would stop it."""
    known, heard = [], []
    monkeypatch.setattr(sys, "unraisablehook", heard.append)

    async def main(w):
        async def worker(process):
            while True:
                try:
                    await asyncio.sleep(1)
                except BaseException:
                    continue

        known.append(await w.app(worker))
        await w.after(seconds=10)
        if killed:
            known[0].kill()
        await w.after(seconds=10)

    world.run(main)
    known.clear()
    gc.collect()
    assert heard == []


def test_an_application_that_ends_by_itself_fails_the_world():
    async def main(w):
        async def worker(process):
            await asyncio.sleep(5)
            raise KeyError("no such order")

        await w.app(worker)
        await w.quiet()

    with pytest.raises(world.WorldFailed, match=r"00:00:05\.000  worker  ends by itself: KeyError: 'no such order'"):
        world.run(main)
