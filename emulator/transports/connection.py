"""One HTTP connection: what aiohttp's own does, with patience (patience.py), and five things more, for clients as they
really are.

Raw octets beyond ASCII in a request line reach us percent-encoded (aiohttp's parser refuses them, real servers take
them); what the parser refuses is answered without a traceback; the refused octets are at hand for the journal; who says
no more behind a request is answered all the same; and a plain request may be answered at once, without waking the
connection's task (transports/at_once.py), or even without being parsed (transports/letterheads.py).
"""

import asyncio
import re
from collections.abc import Callable
from typing import Any

from aiohttp import EMPTY_PAYLOAD
from aiohttp.http import HttpRequestParser
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong
from aiohttp.web_protocol import RequestHandler, RequestPayloadError

from emulator.limits import Limits
from emulator.transports import web
from emulator.transports.at_once import short
from emulator.transports.held import Held
from emulator.transports.letterheads import Letterheads, Like
from emulator.transports.patience import Patience, Refusal
from emulator.wire import Letterhead

_QUOTED = re.compile(r"b?[\x27\x22]")
_END_OF_HEAD = b"\r\n\r\n"
READ_AT_ONCE = 32 * 1024
"""Octets. asyncio would read into a fresh buffer of 256 KiB, for which the C library calls the system three times."""
_TO_ITS_END = 0.1
"""Real seconds that a request is still served whose client says no more: it has gone, or waits for the answer."""

AtOnce = Callable[["Connection", Any, Any], bytes | None]
"""(the connection, a plain request as parsed, its body as parsed) → the answer's octets; None: it goes the long way."""
Again = Callable[["Connection", Letterhead, str], bytes | None]
"""The same for a request by its letterhead and target."""


def escape_line(octets: bytes) -> bytes:
    """Octets beyond ASCII as %XX."""
    return b"".join(bytes((octet,)) if octet < 0x80 else b"%%%02X" % octet for octet in octets)


_consumed: Callable[[Any], None] = getattr(HttpRequestParser, "message_consumed", lambda _: None)
"""Tells the parser that a request has left the queue; older versions of aiohttp do not count them."""


class Connection(Patience):
    """`raw_octets`: the request line that came last held octets beyond ASCII. `begun`: what has come of a request that
    set out on the short way and goes on by the long one."""

    __slots__ = (
        "_again", "_at_once", "_between", "_held", "_in_line", "_letterheads", "_like", "_line", "begun", "raw_octets",
    )  # fmt: skip

    def __init__(
        self, manager: web.Server, refusal: Refusal, limits: Limits, at_once: AtOnce, again: Again,
        letterheads: Letterheads, held: Held | None, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(manager, refusal, limits, **options)
        self._again = again
        self._letterheads = letterheads
        self._held = held
        self._like: Like | None = None
        self._between = True
        """Does what the parser got last end with a head? Where no request is being served, none has begun either."""
        self._in_line = False
        self._line = 0
        """How many octets the request line has, as far as it is here."""
        self._at_once = at_once
        self.begun: Any = None
        self.raw_octets = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has come."""
        super().connection_made(transport)
        if hasattr(transport, "max_size"):
            transport.max_size = READ_AT_ONCE

    def take_begun(self) -> Any:
        """What has come of the request on the short way, once; None if it did not set out on it."""
        begun, self.begun = self.begun, None
        return begun

    def data_received(self, data: bytes) -> None:
        """Octets from the client."""
        if self._held is not None:
            self._held.last(self.transport)
        if self._go_the_shortest_way(data):
            return
        in_head = self._head is not None
        if self._in_line or (not in_head and self._current_request is None and not self._messages):
            if not self._in_line:
                self.raw_octets, self._line = False, 0
            if not data.isascii():
                line, newline, rest = data.partition(b"\n")
                if not line.isascii():
                    self.raw_octets = True
                    data = escape_line(line) + newline + rest
            end = data.find(b"\n")
            self._in_line = end < 0
            self._line += len(data) if self._in_line else end
            self.last = data
        elif in_head:
            self.last = data
        count = self._request_count
        waiter = self._waiter
        if waiter is None or waiter.done() or self._paused:
            super().data_received(data)
        else:
            self._answer_or_wake(data, waiter)
        self._between = data.endswith(_END_OF_HEAD)
        self.note_head(self._request_count != count)

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client says no more: the transport closes, at once unless something is being served. uvloop tells of a
        request and of its being the last at once."""
        going_on = self.transport is not None and (self._waiter is None or self._waiter.done())
        if going_on:
            self._loop.call_later(_TO_ITS_END, self.transport.close)  # type: ignore[union-attr]
        return going_on

    def _go_the_shortest_way(self, data: bytes) -> bool:
        """Answer a request that is like the one before it, if nothing is being read or served; False: it goes on by a
        longer way."""
        like, waiter = self._like, self._waiter
        if (
            like is None or not self._between or waiter is None or waiter.done() or self._paused or self._messages
            or self._head is not None or self._current_request is not None
        ):  # fmt: skip
            return False
        target = like.target_of(data)
        octets = None if target is None else self._again(self, like.letterhead, target)
        if octets is None:
            return False
        self._say(octets)
        return True

    def _answer_or_wake(self, data: bytes, waiter: "asyncio.Future[None]") -> None:
        """The connection's task sleeps. A plain request is answered without it; for all else it is woken."""
        self._waiter = None  # which keeps aiohttp from waking it
        try:
            super().data_received(data)
            if self.begun is None and len(self._messages) == 1 and short(*self._messages[0]):
                self._go_the_short_way(data)
        finally:
            self._waiter = waiter
        if self._messages and not waiter.done():
            waiter.set_result(None)

    def _go_the_short_way(self, data: bytes) -> None:
        """Answer the one request that is there; one that cannot be answered so is put back."""
        message, payload = self._messages.popleft()
        octets = self._at_once(self, message, payload)
        if octets is None or self.transport is None:
            self._messages.appendleft((message, payload))
            return
        self._say(octets)
        if self._parser is not None:
            _consumed(self._parser)
        if self._between and payload is EMPTY_PAYLOAD and data.find(_END_OF_HEAD) == len(data) - len(_END_OF_HEAD):
            raw_headers = message.raw_headers  # type: ignore[union-attr]
            self._like = self._letterheads.learn(data, raw_headers, self.address)

    def _say(self, octets: bytes) -> None:
        """An answer goes out, and the connection stays open."""
        assert self.transport is not None
        if self._held is None:
            self.transport.write(octets)
        else:
            self._held.add(self.transport, octets)
        self._next_keepalive_close_time = self._loop.time() + self._keepalive_timeout

    def log_exception(self, *args: Any, **more: Any) -> None:
        """What aiohttp cannot explain goes to the log; that the rest of a body cannot be read is the client's fault."""
        if not isinstance(more.get("exc_info"), RequestPayloadError | HttpProcessingError):
            super().log_exception(*args, **more)

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """What the parser refused (400 to 431), or a fault of our own (500)."""
        if status >= 500:
            self.log_exception("A request could not be served", exc_info=exc)
            text = "The emulator failed; its log says more. This is a bug of the emulator.\n"
            response = web.Response(status=500, text=text)
        else:
            if isinstance(exc, LineTooLong):
                status = 414 if self._line > self.limits.line else 431
            elif "Too many headers" in (message or ""):
                status = 431
            why = without_octets(message or "this is no HTTP request")
            response = self.refusal(self.last, why, status, self.address)
        response.force_close()
        return response


def without_octets(message: str) -> str:
    """What the parser says, less the octets that it quotes: a key may be among them, and the log has this."""
    told = _QUOTED.split(" ".join(message.split()))[0].rstrip(" :^")
    return told or "this is no HTTP request"


class Server(web.Server):
    """Makes a Connection for each client."""

    def __init__(
        self, handler: Any, refusal: Refusal, limits: Limits, at_once: AtOnce, again: Again, held: Held | None,
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(handler, handler_cancellation=True, **options)
        self._terms = (refusal, limits, at_once, again, Letterheads(limits.line), held)

    def __call__(self) -> RequestHandler:
        return Connection(self, *self._terms, loop=asyncio.get_running_loop())
