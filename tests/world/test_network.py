"""The network in memory beside the sockets of this machine: the same is seen over both, by protocols and by streams."""

import asyncio
import selectors
import socket
import struct
from contextlib import closing

import pytest
from aiohttp import ClientSession, web

from emulator.world.network import QUIET, ROUGH
from emulator.world.plan import Plan, planned
from emulator.world.runner import play
from emulator.world.socket_loop import CuttingSelector


@pytest.fixture(params=["memory", "sockets"])
def seen(request):
    """Runs `main(port)`, in a world over each of the two, and gives what it gives back."""

    def run(main, token="1"):
        async def whole(w):
            return await main(w)

        played = play(whole, planned(token), QUIET, real=request.param == "sockets", longest=0.05)
        if played.error is not None:
            raise played.error
        return played.value

    return run


async def served(handler):
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


def test_half_close_the_other_side_answers_all_the_same(seen):
    async def main(w):
        async def upper(reader, writer):
            writer.write((await reader.read()).upper())
            writer.close()

        _, port = await served(upper)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"abc")
        writer.write_eof()
        return await reader.read()

    assert seen(main) == b"ABC"


def test_a_reset_is_seen_as_one(seen):
    async def main(w):
        async def resets(reader, writer):
            await reader.readexactly(3)
            peer = writer.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

        _, port = await served(resets)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"abc")
        try:
            return await reader.read()
        except ConnectionResetError:
            return "reset"

    assert seen(main) == "reset"


def test_a_close_lets_out_what_was_written(seen):
    async def main(w):
        async def much(reader, writer):
            writer.write(b"x" * 3_000_000)
            writer.close()

        _, port = await served(much)
        reader, _ = await asyncio.open_connection("127.0.0.1", port)
        return len(await reader.read())

    assert seen(main) == 3_000_000


def test_whoever_writes_to_one_that_is_gone_is_reset(seen):
    async def main(w):
        async def leaves(reader, writer):
            writer.transport.abort()

        _, port = await served(leaves)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await reader.read() == b""
        for _ in range(5):
            writer.write(b"more")
            try:
                await writer.drain()
            except (ConnectionResetError, BrokenPipeError):
                return "reset"
            await asyncio.sleep(1)

    assert seen(main) == "reset"


def test_nobody_listens(seen):
    async def main(w):
        server, port = await served(lambda reader, writer: None)
        server.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)

    seen(main)


def test_a_writer_is_held_back_while_nobody_reads(seen):
    class Writes(asyncio.Protocol):
        def __init__(self):
            self.told = []

        def connection_made(self, transport):
            self.transport = transport

        def pause_writing(self):
            self.told.append("pause")

        def resume_writing(self):
            self.told.append("resume")

    async def main(w):
        came = bytearray()

        class Reads(asyncio.Protocol):
            def connection_made(self, transport):
                self.transport = transport
                transport.pause_reading()
                readers.append(transport)

            def data_received(self, data):
                came.extend(data)

        readers = []
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Reads, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        transport, protocol = await loop.create_connection(Writes, "127.0.0.1", port)
        transport.write(b"x" * 16 * 1024 * 1024)
        await asyncio.sleep(1)
        before = (list(protocol.told), transport.get_write_buffer_size() > 0, len(came))
        readers[0].resume_reading()
        await asyncio.sleep(1)
        return before, protocol.told, len(came), transport.get_write_buffer_size()

    assert seen(main) == ((["pause"], True, 0), ["pause", "resume"], 16 * 1024 * 1024, 0)


def test_buffered_protocols_are_served(seen):
    class Buffered(asyncio.BufferedProtocol):
        def __init__(self):
            self.buffer, self.came = bytearray(1000), bytearray()

        def get_buffer(self, sizehint):
            return memoryview(self.buffer)

        def buffer_updated(self, nbytes):
            self.came += self.buffer[:nbytes]

    async def main(w):
        async def says(reader, writer):
            writer.write(bytes(range(256)) * 20)
            writer.close()

        _, port = await served(says)
        loop = asyncio.get_running_loop()
        _, protocol = await loop.create_connection(Buffered, "127.0.0.1", port)
        await asyncio.sleep(1)
        return bytes(protocol.came)

    assert seen(main) == bytes(range(256)) * 20


def test_bodies_of_16_mib_go_both_ways(seen):
    async def main(w):
        async def echo(request):
            return web.Response(body=await request.read())

        app = web.Application(client_max_size=2**25)
        app.router.add_post("/", echo)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 8099 if w.loop.network else 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        body = bytes(range(256)) * 65536
        async with ClientSession() as session, session.post(f"http://{host}:{port}/", data=body) as answer:
            same = await answer.read() == body
        await runner.cleanup()
        return same

    assert seen(main)


# faults, which only the network in memory has


async def asks(w):
    """A process asks the providers; when it was answered, or what it met."""

    met = []

    async def worker(process):
        try:
            async with ClientSession() as session, session.post(f"{w.base_url}/api/getBalance?key=x") as answer:
                await answer.read()
                met.append(answer.status)
        except OSError as error:
            met.append(type(error).__name__)
        met.append(w.now)

    await w.app(worker)
    await w.at(minutes=10)
    return met


@pytest.mark.parametrize("turn", [1, 2])
def test_a_lost_turn_breaks_the_connection(turn):
    played = play(asks, planned(f"1/lost@{turn}"), QUIET)
    assert played.value[0] in ("ClientOSError", "ServerDisconnectedError")
    assert played.value[1] < 1


@pytest.mark.parametrize("turn", [1, 2])
def test_a_silent_one_does_not(turn):
    played = play(asks, planned(f"1/silent@{turn}"), QUIET)
    assert played.value == ["TimeoutError", pytest.approx(300, abs=1)] or played.value[1] == pytest.approx(300, abs=1)


def test_a_late_one_comes_late():
    played = play(asks, planned("1/late@2~30"), QUIET)
    assert played.value == [200, pytest.approx(30, abs=1)]


def test_what_goes_over_a_connection_keeps_its_order_however_rough_it_is():
    async def main(w):
        came = bytearray()

        async def takes(process):
            async def client(reader, writer):
                came.extend(await reader.read())

            await asyncio.start_server(client, "127.0.0.1", 9000)
            await asyncio.sleep(1e7)

        async def gives(process):
            _, writer = await asyncio.open_connection("127.0.0.1", 9000)
            for number in range(200):
                writer.write(bytes([number]))
                await asyncio.sleep(0.001)
            writer.close()

        await w.app(takes)
        await w.app(gives)
        await w.after(minutes=1)
        return bytes(came)

    assert play(main, Plan(3), ROUGH).value == bytes(range(200))


class Heard:
    """Of a loop, by its selector."""

    def __init__(self):
        self.cuts = []

    def turn(self, waits):
        assert waits

    def cut(self, left):
        self.cuts.append(left)


def test_no_wait_is_cut_short_while_something_is_under_way_to_a_socket():
    """A machine that is busy brings it late."""
    looks, loop = [], Heard()

    class Busy(selectors.SelectSelector):
        def select(self, timeout=None):
            looks.append(timeout)
            return super().select(0) if len(looks) > 5 else []

    listening = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listening.getsockname())
    selector = CuttingSelector(loop, Busy(), longest=0.5)
    try:
        selector.register(listening, selectors.EVENT_READ)
        selector.register(client, selectors.EVENT_WRITE)
        assert {key.fileobj for key, _ in selector.select(60.0)} == {listening, client}
        assert loop.cuts == []
        selector.unregister(client)
        listening.accept()[0].close()
        looks.clear()
        assert selector.select(60.0) == []
        assert loop.cuts == [59.5]
    finally:
        client.close()
        listening.close()
        selector.close()


def test_what_comes_while_it_is_asked_what_is_under_way_is_found():
    here, there = socket.socketpair()

    class Asked(selectors.SelectSelector):
        def get_map(self):
            there.send(b"x")
            return super().get_map()

    selector = CuttingSelector(Heard(), Asked(), longest=0)
    with here, there, closing(selector):
        selector.register(here, selectors.EVENT_READ)
        assert [key.fileobj for key, _ in selector.select(60.0)] == [here]
