"""How long an HTTP connection is borne with: who sends a head too slowly, leaves answers unread, or is one too many, is
sent away. (Bodies are waited for in http.py, idle connections are aiohttp's own trade.)"""

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from aiohttp.web_protocol import RequestHandler

from emulator.limits import Limits
from emulator.transports import web

Refusal = Callable[[bytes, str, int, str], web.Response]
"""(the octets refused, why, HTTP status, the peer's address) → what to answer."""

_LINGER = 1.0
"""Real seconds between a last word and the end: closed at once, octets that nobody read would reset the connection."""
_LINGER_READING = 5.0
"""So long the rest of a body that is not taken is read: the client may be sending before it reads."""
_log = logging.getLogger(__name__)


class Patience(RequestHandler):
    """`last`: the octets that came last, as far as they are a head."""

    __slots__ = ("_head", "_stalled", "_wire", "last", "limits", "refusal")

    def __init__(self, manager: web.Server, refusal: Refusal, limits: Limits, **options: Any) -> None:
        super().__init__(
            manager, max_line_size=limits.line, max_field_size=limits.header, access_log=None,  # type: ignore[arg-type]
            keepalive_timeout=limits.idle_seconds, lingering_time=_LINGER_READING, **options,
        )  # fmt: skip
        self.refusal = refusal
        self.limits = limits
        self.last = b""
        self._head: asyncio.TimerHandle | None = None
        """Armed while a head is here in part."""
        self._stalled: asyncio.TimerHandle | None = None
        """Armed while what was written lies unread."""
        self._wire: asyncio.Transport | None = None
        """The transport, also once aiohttp has closed it: it stays as long as something lies unread."""

    @property
    def address(self) -> str:
        """The peer's."""
        peer = self.peername
        return peer[0] if isinstance(peer, tuple) else ""

    # coming and going

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._wire = cast(asyncio.Transport, transport)  # uvloop's is one by its methods alone
        self._wire.set_write_buffer_limits(0)  # whatever lies unread is told to `pause_writing`
        assert self._manager is not None
        if len(self._manager._connections) > self.limits.connections:  # `connections` makes a list of them
            self._send_away(503, f"there are {self.limits.connections} connections (--max-connections)")

    def connection_lost(self, exc: BaseException | None) -> None:
        for timer in (self._head, self._stalled):
            if timer is not None:
                timer.cancel()
        self._wire = None
        super().connection_lost(exc)

    def _send_away(self, status: int, why: str) -> None:
        """A last word, a moment to read it, the end."""
        reply = self.refusal(self.last, why, status, self.address)
        body = reply.body if isinstance(reply.body, bytes) else b""
        if self.transport is not None:
            head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n"
            self.transport.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        self.close()
        self._loop.call_later(_LINGER, self.force_close)

    # the head of a request

    def note_head(self, came: bool) -> None:
        """Octets came, and with them the rest of a head, or not."""
        if came:
            if self._head is not None:
                self._head.cancel()
                self._head = None
        elif self._head is None and self._waits:
            self._head = self._loop.call_later(self.limits.head_seconds, self._head_overdue)

    @property
    def _waits(self) -> bool:
        """Is no request being served, and none too many here?"""
        return self._waiter is not None and not self._waiter.done() and not self._close

    def _head_overdue(self) -> None:
        self._head = None
        if self._waits:
            why = f"the head of the request was not there after {self.limits.head_seconds:g} s (--head-seconds)"
            self._send_away(408, why)

    # the answer

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self._loop.call_later(self.limits.stalled_seconds, self._cut)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _cut(self) -> None:
        """Closing would wait for the client to read."""
        self._stalled = None
        seconds = self.limits.stalled_seconds
        _log.warning("%s left an answer unread for %g s: cut (--stalled-seconds)", self.address, seconds)
        if self._wire is not None:
            self._wire.abort()
