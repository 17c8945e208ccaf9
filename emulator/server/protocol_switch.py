"""What a new connection speaks, told by its first octet: 0x16 begins TLS, everything else is plain. Asked anew after a
CONNECT, within which a client begins again."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Protocol, cast

from emulator.server.stream_protocol import StreamProtocol
from emulator.server.tls_transport import TlsTransport
from emulator.tls.contexts import Contexts

_TLS_HELLO = 0x16


class Inner(Protocol):
    """The protocol inside, which has a client to itself from the first moment: it counts connections and gives them
    their time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None: ...

    def data_received(self, data: bytes) -> None: ...

    def eof_received(self) -> bool | None: ...

    def connection_lost(self, exc: Exception | None) -> None: ...

    def pause_writing(self) -> None: ...

    def resume_writing(self) -> None: ...

    def begin_tls(self) -> None:
        """A handshake has begun."""

    def over_tls(self) -> None:
        """It is done; `connection_made` follows with the transport inside."""


Failed = Callable[[asyncio.BaseTransport, Exception], None]
"""Hears why a TLS client could not be served."""


_BROKEN_OFF = (
    "; a client that does not trust the emulator's authority ends a handshake so: `sms-emulator ca` prints the "
    "certificate to trust, `sms-emulator env` the variables that name it"
)


def told(wrong: Exception) -> str:
    """Why a TLS client could not be served, for log and journal."""
    if not isinstance(wrong, ssl.SSLError):
        return f"a client began TLS and could not be served: {wrong}"
    reason = getattr(wrong, "reason", None)  # those that OpenSSL did not make have none
    said = (reason or "").replace("_", " ").lower() or str(wrong)
    refused = isinstance(wrong, ssl.SSLEOFError) or "alert" in said or "ca" in said.split()
    return f"a TLS handshake failed: {said}{_BROKEN_OFF if refused else ''}"


class ProtocolSwitch(StreamProtocol):
    """Between the socket and the protocol inside. Nothing of it is left behind a plain connection's first octets."""

    def __init__(self, inner: Inner, contexts: Contexts, failed: Failed) -> None:
        super().__init__()
        self._inner = inner
        self._contexts = contexts
        self._failed = failed
        self._tls: TlsTransport | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods alone
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._tls is None and not self._begin(data):
            return
        assert self._tls is not None
        self._tls.feed(data)

    def _begin(self, data: bytes) -> bool:
        """Is it TLS?"""
        if data[0] != _TLS_HELLO:
            self._transport.set_protocol(cast(StreamProtocol, self._inner))
            self._inner.data_received(data)
            return False
        try:
            context = self._contexts.server()
        except Exception as wrong:  # the authority cannot be had
            self._failed(self._transport, wrong)
            self._transport.abort()
            return False
        self._inner.begin_tls()
        self._tls = TlsTransport(self._transport, context, self._opened, self._not_opened)
        return True

    def _opened(self, tls: TlsTransport) -> StreamProtocol:
        self._inner.over_tls()
        return cast(StreamProtocol, self._inner)

    def _not_opened(self, wrong: ssl.SSLError) -> None:
        self._failed(self._transport, wrong)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._tls is None else self._tls.feed_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        opened = self._tls is not None and self._tls.is_open
        if self._tls is not None:
            self._tls.lost(exc)
        if not opened:
            self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self._writes.pause_writing()

    def resume_writing(self) -> None:
        self._writes.resume_writing()

    @property
    def _writes(self) -> Inner | StreamProtocol:
        """Who does now: within TLS a tunnel may have taken the place of the protocol inside."""
        opened = self._tls is not None and self._tls.is_open
        return cast(StreamProtocol, self._tls.get_protocol()) if self._tls is not None and opened else self._inner


class TlsOnly(StreamProtocol):
    """The same on a port that speaks TLS from the first octet: the protocol inside is made once the handshake is done.

    `waiting` holds those that shake hands: at most `most` of them, each for at most `seconds`.
    """

    def __init__(
        self, inner: Callable[[], StreamProtocol], contexts: Contexts, failed: Failed, waiting: "set[TlsOnly]",
        most: int, seconds: float,
    ) -> None:  # fmt: skip
        super().__init__()
        self._inner = inner
        self._contexts = contexts
        self._failed = failed
        self._waiting = waiting
        self._most = most
        self._seconds = seconds
        self._tls: TlsTransport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._waiting.add(self)
        try:
            if len(self._waiting) > self._most:
                raise ConnectionRefusedError(f"{self._most} clients are in their handshakes (--max-connections)")
            self._tls = TlsTransport(self._transport, self._contexts.server(), self._opened, self._not_opened)
        except Exception as wrong:
            self._failed(transport, wrong)
            self._transport.abort()
        else:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self.abort)

    def abort(self) -> None:
        """Nobody is served."""
        self._transport.abort()

    def _opened(self, _: TlsTransport) -> StreamProtocol:
        self._done()
        return self._inner()

    def _not_opened(self, wrong: ssl.SSLError) -> None:
        self._done()
        self._failed(self._transport, wrong)

    def _done(self) -> None:
        self._waiting.discard(self)
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        if self._tls is not None:
            self._tls.feed(data)

    def eof_received(self) -> bool | None:
        return False if self._tls is None else self._tls.feed_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        self._done()
        if self._tls is not None:
            self._tls.lost(exc)

    def pause_writing(self) -> None:
        if self._tls is not None and self._tls.is_open:
            self._tls.get_protocol().pause_writing()

    def resume_writing(self) -> None:
        if self._tls is not None and self._tls.is_open:
            self._tls.get_protocol().resume_writing()
