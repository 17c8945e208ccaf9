"""TLS that begins on octets already read, against the client's TLS of the standard library over real sockets."""

import asyncio
import os
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from support import until

from emulator.server.tls_transport import TlsTransport
from emulator.tls.authority import make
from emulator.tls.contexts import loaded

AUTHORITY = make([], datetime.now(UTC))[0]
CONTEXT = loaded(AUTHORITY.issue(["localhost"], datetime.now(UTC)))
TRUSTING = ssl.create_default_context(cadata=AUTHORITY.pem.decode())


class Outside(asyncio.Protocol):
    """What owns the socket's side: hands everything over once the first octets are there."""

    def __init__(self, inside: Callable[[], asyncio.Protocol], wrong: Callable[[Exception], None]) -> None:
        self._inside, self._wrong = inside, wrong

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.tls = TlsTransport(transport, CONTEXT, lambda tls: self._inside(), self._wrong)

    def data_received(self, data: bytes) -> None:
        self.tls.feed(data)

    def eof_received(self) -> bool | None:
        return self.tls.feed_eof()

    def connection_lost(self, error: Exception | None) -> None:
        self.tls.lost(error)

    def pause_writing(self) -> None:
        if self.tls.is_open:
            self.tls.get_protocol().pause_writing()

    def resume_writing(self) -> None:
        if self.tls.is_open:
            self.tls.get_protocol().resume_writing()


class Inside(asyncio.Protocol):
    """Keeps what it hears."""

    def __init__(self, echo: bool = True) -> None:
        self.echo = echo
        self.heard = b""
        self.ended = False
        self.paused = 0
        self.opened = asyncio.Event()
        self.lost: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.opened.set()

    def data_received(self, data: bytes) -> None:
        self.heard += data
        if self.echo:
            self.transport.write(data)

    def eof_received(self) -> bool:
        self.ended = True
        return True

    def pause_writing(self) -> None:
        self.paused += 1

    def connection_lost(self, error: Exception | None) -> None:
        self.lost.set_result(error)


@asynccontextmanager
async def serving(inside: Inside, wrong: Callable[[Exception], None] = lambda _: None) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(
        lambda: Outside(lambda: inside, wrong), "127.0.0.1", 0
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()  # from Python 3.12 on waiting for it would be waiting for its connections
        if inside.opened.is_set():
            inside.transport.abort()


@asynccontextmanager
async def opened(inside: Inside, **options: Any) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A client of it, once the handshake is over."""
    options |= {"ssl": TRUSTING, "server_hostname": "localhost"}
    async with serving(inside) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, **options)
        await inside.opened.wait()
        yield reader, writer
        writer.close()


async def test_what_is_said_is_heard_and_answered_at_any_size() -> None:
    inside = Inside()
    sent = bytes(range(256)) * 40_000
    async with opened(inside) as (reader, writer):
        assert inside.transport.get_extra_info("ssl_object").version() == "TLSv1.3"
        assert inside.transport.get_extra_info("peername") == writer.get_extra_info("sockname")
        writer.write(sent)
        assert await reader.readexactly(len(sent)) == sent
    assert inside.heard == sent


async def test_a_client_that_does_not_read_stops_the_writer_and_is_not_buffered_for_without_end() -> None:
    inside = Inside(echo=False)
    async with opened(inside, limit=1024) as (reader, _):
        inside.transport.set_write_buffer_limits(64 * 1024)
        for _ in range(400):
            inside.transport.write(b"x" * 65536)
        assert inside.paused == 1
        assert inside.transport.get_write_buffer_size() > 64 * 1024
        assert len(await reader.readexactly(400 * 65536)) == 400 * 65536


async def test_reading_stops_and_goes_on_where_it_stopped() -> None:
    inside = Inside()
    async with opened(inside) as (reader, writer):
        inside.transport.pause_reading()
        writer.write(b"a" * 300_000)
        await asyncio.sleep(0)
        assert (inside.heard, inside.transport.is_reading()) == (b"", False)
        inside.transport.resume_reading()
        assert await reader.readexactly(300_000) == b"a" * 300_000


async def test_a_close_says_goodbye_behind_what_was_written() -> None:
    inside = Inside(echo=False)
    async with opened(inside) as (reader, _):
        inside.transport.write(b"last words")
        inside.transport.close()
        assert await reader.read() == b"last words"  # read() without a goodbye raises
        assert await inside.lost is None


async def test_an_abort_is_told_to_the_protocol_inside() -> None:
    inside = Inside(echo=False)
    async with opened(inside) as (reader, _):
        peer: socket.socket = inside.transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        inside.transport.abort()
        with pytest.raises(ConnectionResetError):
            await reader.read()
        await inside.lost


def half_closed(port: int) -> bytes:
    """A client that says goodbye behind its question and reads on."""
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = TRUSTING.wrap_bio(incoming, outgoing, server_hostname="localhost")
        heard = b""

        def until_done(step: Callable[[], Any]) -> Any:
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    plain.sendall(outgoing.read())
                    incoming.write(plain.recv(65536))

        until_done(tls.do_handshake)
        tls.write(b"question")
        try:
            tls.unwrap()
        except ssl.SSLWantReadError:
            plain.sendall(outgoing.read())
        plain.shutdown(socket.SHUT_WR)
        while heard != b"question":
            incoming.write(plain.recv(65536))
            with suppress(ssl.SSLWantReadError):
                heard += tls.read()
        return heard


async def test_who_says_goodbye_behind_a_question_is_answered() -> None:
    inside = Inside()
    async with serving(inside) as port:
        assert await asyncio.to_thread(half_closed, port) == b"question"
        assert inside.ended
        inside.transport.close()


def ended_without_goodbye(port: int, behind: bytes) -> bytes:
    """A client whose stream ends behind its question, and behind a record in part; what it hears then."""
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        tls = TRUSTING.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=True)
        tls.sendall(b"question")
        with socket.socket(fileno=os.dup(tls.fileno())) as raw:
            raw.sendall(behind)
            raw.shutdown(socket.SHUT_WR)
        heard = b""
        with suppress(OSError), tls:
            while octets := tls.recv(100):
                heard += octets
        return heard


@pytest.mark.parametrize(("behind", "hears"), [(b"", {b"answer"}), (b"\x17\x03\x03\x00\x40half", {b"answer", b""})])
async def test_who_ends_without_a_goodbye_is_answered_and_nothing_is_raised_where_that_cannot_be(
    behind: bytes, hears: set[bytes]
) -> None:
    inside = Inside(echo=False)
    async with serving(inside) as port:
        hearing = asyncio.ensure_future(asyncio.to_thread(ended_without_goodbye, port, behind))
        await until(lambda: inside.ended)
        inside.transport.write(b"answer")
        inside.transport.close()
        assert await hearing in hears


HELLOS = (b"\x16\x03\x01\x00\x05hello", b"\x16" * 40_000, b"\x16\x03\x01\x40\x00" + b"\0" * 16384)


@pytest.mark.parametrize("hello", HELLOS)
async def test_a_hello_that_is_none_is_told_and_the_connection_ends(hello: bytes) -> None:
    wrong: list[Exception] = []
    async with serving(Inside(), wrong.append) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(hello)
        assert (await reader.read())[:1] in (b"\x15", b"")  # an alert, or nothing
        writer.close()
    assert isinstance(wrong[0], ssl.SSLError)


async def test_a_client_that_breaks_off_the_handshake_is_told_of() -> None:
    told: asyncio.Queue[Exception] = asyncio.Queue()
    async with serving(Inside(), told.put_nowait) as port:
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection("127.0.0.1", port, ssl=ssl.create_default_context())
        assert isinstance(await told.get(), ssl.SSLError)


async def test_octets_that_are_no_tls_end_a_connection_that_was_open() -> None:
    inside = Inside()
    async with serving(inside) as port:
        with socket.create_connection(("127.0.0.1", port)) as plain:
            client = await asyncio.to_thread(TRUSTING.wrap_socket, plain, server_hostname="localhost")
            descriptor = client.detach()
            with socket.socket(fileno=descriptor) as raw:
                raw.sendall(b"plain words")
                await inside.lost
    assert inside.heard == b""
