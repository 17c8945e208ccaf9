"""A client of SMPP whose session is at another node: its octets go there as they are, and come from there."""

import asyncio
from typing import cast

from emulator.cluster.frames import ForwardedBind, Frame, Kind, pack_value
from emulator.cluster.link import NodeLink


class Spliced(asyncio.Protocol):
    """The client's end, at the front."""

    def __init__(self, link: NodeLink, sandbox: str, peer: str, octets: bytes) -> None:
        self._link = link
        self._stream = link.open(self)
        link.send(Kind.BIND, self._stream, pack_value(ForwardedBind(sandbox, peer, octets)))
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        self._link.send(Kind.DATA, self._stream, data)

    def eof_received(self) -> bool:
        self._link.send(Kind.CLOSE, self._stream)
        return True

    def pause_writing(self) -> None:
        self._link.send(Kind.PAUSE, self._stream)

    def resume_writing(self) -> None:
        self._link.send(Kind.RESUME, self._stream)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._link.ends.pop(self._stream, None) is not None:
            self._link.send(Kind.RESET, self._stream)

    def got(self, frame: Frame) -> None:
        match frame.kind:
            case Kind.DATA:
                self._transport.write(frame.payload)
            case Kind.PAUSE | Kind.RESUME if self._transport.is_closing():
                pass
            case Kind.PAUSE:
                self._transport.pause_reading()
            case Kind.RESUME:
                self._transport.resume_reading()
            case Kind.RESET:
                self._ended()
                self._transport.abort()
            case _:
                self._ended()
                self._transport.close()

    def _ended(self) -> None:
        self._link.ends.pop(self._stream, None)

    def lost(self) -> None:
        self._transport.close()
