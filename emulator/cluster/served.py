"""The owner's end of a stream: a connection as from a socket, whose octets go back over the link."""

import asyncio
from typing import Any, cast

from emulator.cluster.frames import Forwarded, ForwardedMail, Frame, Kind
from emulator.cluster.link import NodeLink
from emulator.dispatch.http import Stranger
from emulator.http.request_parser import Parsed
from emulator.server.answers import Service
from emulator.server.http_connection import HttpConnection
from emulator.server.smpp_connection import SmppConnection
from emulator.server.smpp_server import SmppServer
from emulator.server.stream_protocol import StreamProtocol
from emulator.smtp.answers import MailAnswers


class _LinkTransport(asyncio.Transport):
    """What a connection takes for a socket."""

    def __init__(self, link: NodeLink, stream: int, peer: str) -> None:
        super().__init__()
        self._link = link
        self._stream = stream
        self._peer = peer
        self._protocol: Any = None
        self.closing = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return (self._peer, 0) if name == "peername" else default

    def write(self, data: Any) -> None:
        if not self.closing:
            self._link.send(Kind.DATA, self._stream, bytes(data))

    def writelines(self, list_of_data: Any) -> None:
        self.write(b"".join(list_of_data))

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.end(Kind.CLOSE)

    def abort(self) -> None:
        self.end(Kind.RESET)

    def end(self, how: Kind | None, octets: bytes = b"") -> None:
        """The stream is over; how the other side is told."""
        if self.closing:
            return
        self.closing = True
        self._link.ends.pop(self._stream, None)
        if how is not None:
            self._link.send(how, self._stream, octets)
        asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    def can_write_eof(self) -> bool:
        return False

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        """The client is to feel it: the asked node reads no more of it either."""
        self._link.send(Kind.PAUSE, self._stream)

    def resume_reading(self) -> None:
        self._link.send(Kind.RESUME, self._stream)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        return cast(asyncio.BaseProtocol, self._protocol)


class ServedRequest(HttpConnection):
    """One request that was read at the front; its reply is all that this connection is for."""

    __slots__ = ("_taken", "_wire")

    def __init__(self, service: Service, wire: _LinkTransport) -> None:
        super().__init__(service)
        self.here = True
        self._wire = wire
        self._taken = False

    def _watch(self) -> None:
        """No time of its own: the front watches the client. What is answered whole is over."""
        if self._taken and self.is_idle:
            self._wire.end(Kind.END)

    def take(self, parsed: Parsed) -> None:
        self._taken = True
        super().take(parsed)

    def release(self, octets: bytes) -> None:
        super().release(octets)
        self._watch()

    def got(self, frame: Frame) -> None:
        _got(self, self._wire, frame)

    def lost(self) -> None:
        self._wire.end(None)


def serve_request(link: NodeLink, stream: int, service: Service, asked: Forwarded) -> None:
    """Answer it."""
    wire = _LinkTransport(link, stream, asked.request.peer)
    connection = ServedRequest(service, wire)
    wire.set_protocol(connection)
    link.ends[stream] = connection
    connection.connection_made(wire)
    connection.take(Parsed(asked.request, asked.last, asked.version, asked.form))


class ServedConnection:
    """A client of SMPP that came to another node."""

    def __init__(self, link: NodeLink, stream: int, peer: str, smpp: SmppServer) -> None:
        self._link, self._stream = link, stream
        self._wire = _LinkTransport(link, stream, peer)
        self.protocol = smpp.from_elsewhere(self)
        self._wire.set_protocol(self.protocol)
        link.ends[stream] = self
        self.protocol.connection_made(self._wire)

    def said(self, octets: bytes) -> None:
        self.protocol.data_received(octets)

    def bind(self, connection: SmppConnection, who: Stranger, octets: bytes) -> None:
        """Another bind, after one that was refused: the asked node looks whose it is."""
        returned = self._link.ends[self._stream] = _Returned(self._link, self._stream, self._wire)
        connection.end(lambda: returned.begin(octets))

    def got(self, frame: Frame) -> None:
        if frame.kind is Kind.UNBIND:
            self.protocol.unbind()
        else:
            _got(self.protocol, self._wire, frame)

    def lost(self) -> None:
        self._wire.end(None)


class _Returned:
    """What a client says behind another bind, until the front knows of that: it goes back, in its order."""

    def __init__(self, link: NodeLink, stream: int, wire: _LinkTransport) -> None:
        self._link, self._stream, self._wire = link, stream, wire
        self._waiting: list[Frame] | None = []

    def begin(self, octets: bytes) -> None:
        """What was answered before is out; `octets`: what the bind came with."""
        if self._wire.closing:
            return
        self._wire.end(Kind.REBIND, octets)
        self._link.ends[self._stream] = self
        waiting, self._waiting = self._waiting or [], None
        for frame in waiting:
            self.got(frame)

    def got(self, frame: Frame) -> None:
        if self._waiting is not None:
            self._waiting.append(frame)
        elif frame.kind is Kind.DATA:
            self._link.send(Kind.DATA, self._stream, frame.payload)
        elif frame.kind in (Kind.CLOSE, Kind.RESET):
            self._link.ends.pop(self._stream, None)
            self._link.send(Kind.END, self._stream)

    def lost(self) -> None:
        self._wire.end(None)


class ServedMail:
    """A mail that came to another node: one line back, or the end without one."""

    def __init__(self, link: NodeLink, stream: int, mails: MailAnswers, asked: ForwardedMail) -> None:
        link.ends[stream] = self
        self._ends, self._stream = link.ends, stream
        self._task = asyncio.get_running_loop().create_task(self._answer(link, stream, mails, asked))

    async def _answer(self, link: NodeLink, stream: int, mails: MailAnswers, asked: ForwardedMail) -> None:
        line = None
        try:
            line = await mails.answer(asked.request, asked.address, here=True)
        finally:
            link.ends.pop(stream, None)
            if line is not None:
                link.send(Kind.DATA, stream, line.encode())
            link.send(Kind.CLOSE if line is None else Kind.END, stream)

    def got(self, frame: Frame) -> None:
        """Nobody waits for it any more."""
        self._ends.pop(self._stream, None)
        self._task.cancel()

    def lost(self) -> None:
        self._task.cancel()


def _got(protocol: StreamProtocol, wire: _LinkTransport, frame: Frame) -> None:
    """What the client does, as a protocol hears it from a socket."""
    match frame.kind:
        case Kind.DATA:
            protocol.data_received(frame.payload)
        case Kind.CLOSE:
            if not protocol.eof_received():
                wire.close()
        case Kind.RESET:
            wire.end(None)
        case Kind.PAUSE:
            protocol.pause_writing()
        case Kind.RESUME:
            protocol.resume_writing()
