"""A client of SMPP whose session is at another node: its octets go there as they are, and come from there."""

import asyncio
from collections.abc import Callable
from typing import cast

from emulator.cluster.frames import ForwardedBind, Frame, Kind, pack_value
from emulator.cluster.link import NodeLink
from emulator.server.stream_protocol import StreamProtocol


class Spliced(StreamProtocol):
    """The client's end, at the front. `among`: all of them. `anew` makes what serves a client that binds once more."""

    def __init__(
        self, link: NodeLink, sandbox: str, peer: str, octets: bytes, among: "set[Spliced]",
        anew: Callable[[], StreamProtocol],
    ) -> None:  # fmt: skip
        super().__init__()
        self._link = link
        self._among = among
        self._anew = anew
        self._said: bytearray | None = None
        """What the client has said from another bind on, while what was on its way to the owner comes back."""
        self._said_all = False
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._stream = link.open(self)
        link.send(Kind.BIND, self._stream, pack_value(ForwardedBind(sandbox, peer, octets)))
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._among.add(self)
        self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        self._link.send(Kind.DATA, self._stream, data)

    def eof_received(self) -> bool:
        self._said_all = True
        self._link.send(Kind.CLOSE, self._stream)
        return True

    def pause_writing(self) -> None:
        self._link.send(Kind.PAUSE, self._stream)

    def resume_writing(self) -> None:
        self._link.send(Kind.RESUME, self._stream)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._link.ends.pop(self._stream, None) is not None:
            self._link.send(Kind.RESET, self._stream)
        self._leave()

    def _leave(self) -> None:
        self._among.discard(self)
        if not self.gone.done():
            self.gone.set_result(None)

    def unbind(self) -> None:
        self._link.send(Kind.UNBIND, self._stream)

    def got(self, frame: Frame) -> None:
        match frame.kind:
            case Kind.DATA | Kind.PAUSE | Kind.RESUME if self._transport.is_closing():
                pass
            case Kind.REBIND if self._transport.is_closing():
                pass  # the owner hears of it when the connection is lost
            case Kind.REBIND:
                self._said = bytearray(frame.payload)
                self._transport.pause_reading()
                self._link.send(Kind.CLOSE, self._stream)
            case Kind.DATA if self._said is not None:
                self._said += frame.payload
            case Kind.DATA:
                self._transport.write(frame.payload)
            case Kind.PAUSE:
                self._transport.pause_reading()
            case Kind.RESUME:
                self._transport.resume_reading()
            case how:
                self._link.ends.pop(self._stream, None)
                if self._said is not None and how is Kind.END and not self._transport.is_closing():
                    self._begin_anew(bytes(self._said))
                elif how is Kind.RESET:
                    self._transport.abort()
                else:
                    self._transport.close()

    def _begin_anew(self, octets: bytes) -> None:
        self._leave()
        anew = self._anew()
        self._transport.set_protocol(anew)
        anew.connection_made(self._transport)
        self._transport.resume_reading()
        anew.data_received(octets)
        if self._said_all and not anew.eof_received():
            self._transport.close()

    def lost(self) -> None:
        self._transport.close()
