"""One TCP connection between two nodes, with the streams of many clients in it. The front dials."""

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Protocol, cast

from emulator.cluster.frames import BEGINS, Frame, Kind, Unpacker, pack
from emulator.server.stream_protocol import StreamProtocol

PATH = "/_emulator/link"
_ALIVE = {"TCP_KEEPIDLE": 2, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 5_000}
"""A node that is cut off says nothing: within so many seconds (the last one: milliseconds) the system ends the link, as
far as it knows of this."""
ACCEPTED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: sms-emulator\r\n\r\n"


log = logging.getLogger("emulator")


class StreamEnd(Protocol):
    """One end of a stream."""

    def got(self, frame: Frame) -> None: ...

    def lost(self) -> None:
        """The link is gone, and nobody knows what became of what was said."""


class NodeLink(StreamProtocol):
    """`begun` hears of streams that the other side begins, `retired` that we begin none any more. What is said in one
    turn of the loop leaves together."""

    def __init__(
        self, begun: Callable[["NodeLink", Frame], None], gone: Callable[["NodeLink"], None],
        retired: Callable[["NodeLink"], None],
    ) -> None:  # fmt: skip
        super().__init__()
        self._begun = begun
        self._retired = retired
        self.quiet = asyncio.Event()
        """Set once the other side begins nothing more."""
        self._gone = gone
        self._loop = asyncio.get_running_loop()
        self._frames = Unpacker()
        self._out: list[bytes] = []
        self._made = 0
        self.ends: dict[int, StreamEnd] = {}
        self.closed = False
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in _ALIVE.items():
                if hasattr(socket, name):
                    connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    def data_received(self, data: bytes) -> None:
        try:
            frames = self._frames.feed(data)
        except ValueError:
            self.transport.abort()
            return
        for frame in frames:
            try:
                self._take(frame)
            except Exception:
                log.exception("a stream between two nodes failed and is reset; the others go on")
                self.send(Kind.RESET, frame.stream)
                if (end := self.ends.pop(frame.stream, None)) is not None:
                    end.lost()

    def _take(self, frame: Frame) -> None:
        end = self.ends.get(frame.stream)
        if end is not None:
            end.got(frame)
        elif frame.kind in BEGINS:
            self._begun(self, frame)
        elif frame.kind is Kind.RETIRE:
            self._retired(self)
            self.send(Kind.RETIRED, 0)
        elif frame.kind is Kind.RETIRED:
            self.quiet.set()

    def open(self, end: StreamEnd) -> int:
        """A new stream's number. Raises ConnectionResetError when the link has ended."""
        if self.closed:
            raise ConnectionResetError("the node is gone")
        self._made += 1
        self.ends[self._made] = end
        return self._made

    def send(self, kind: Kind, stream: int, payload: bytes = b"") -> None:
        if self.closed:
            return
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(pack(kind, stream, payload))

    def _flush(self) -> None:
        octets = b"".join(self._out)
        self._out.clear()
        if not self.closed and not self.transport.is_closing():
            self.transport.write(octets)

    def eof_received(self) -> None:
        """The other side is gone."""

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self.quiet.set()
        ends, self.ends = self.ends, {}
        self._gone(self)
        for end in ends.values():
            end.lost()

    def close(self) -> None:
        """What was said leaves."""
        self._flush()
        self.transport.close()

    def cut(self) -> None:
        self.transport.abort()


async def dial(host: str, port: int, secret: str, made: Callable[[], NodeLink]) -> NodeLink:
    """A link to a node. Raises OSError when nobody is there, or who is there is no node of ours."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(2.0):  # a machine without power refuses nothing
        transport, greeting = await loop.create_connection(_Greeting, host, port)
    transport.write(f"GET {PATH} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: Upgrade\r\nUpgrade: sms-emulator\r\n"
                    f"Authorization: Bearer {secret}\r\n\r\n".encode())  # fmt: skip
    try:
        async with asyncio.timeout(2.0):
            await greeting.answered
    except BaseException:
        transport.abort()
        raise
    link = made()
    transport.set_protocol(link)
    link.connection_made(transport)
    return link


class _Greeting(StreamProtocol):
    """Until the other side has agreed."""

    def __init__(self) -> None:
        super().__init__()
        self.answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._said = b""

    def data_received(self, data: bytes) -> None:
        self._said += data
        if b"\r\n\r\n" in self._said and not self.answered.done():
            if self._said == ACCEPTED:
                self.answered.set_result(None)
            else:
                self.answered.set_exception(ConnectionRefusedError("who answers there is no node of this cluster"))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.answered.done():
            self.answered.set_exception(ConnectionResetError("it closed the connection"))
