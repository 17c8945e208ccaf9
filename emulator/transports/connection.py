"""One HTTP connection: what aiohttp's own does, with patience (patience.py), and four things more, for clients as they
really are.

Raw octets beyond ASCII in a request line reach us percent-encoded (aiohttp's parser refuses them, real servers take
them); what the parser refuses is answered without a traceback; the refused octets are at hand for the journal; who says
no more behind a request is answered all the same.
"""

import asyncio
import re
from typing import Any

from aiohttp.http_exceptions import HttpProcessingError, LineTooLong
from aiohttp.web_protocol import RequestHandler, RequestPayloadError

from emulator.limits import Limits
from emulator.transports import web
from emulator.transports.patience import Patience, Refusal

_QUOTED = re.compile(r"b?[\x27\x22]")
READ_AT_ONCE = 32 * 1024
"""Octets. asyncio would read into a fresh buffer of 256 KiB, for which the C library calls the system three times."""
_TO_ITS_END = 0.1
"""Real seconds that a request is still served whose client says no more: it has gone, or waits for the answer."""

def escape_line(octets: bytes) -> bytes:
    """Octets beyond ASCII as %XX."""
    return b"".join(bytes((octet,)) if octet < 0x80 else b"%%%02X" % octet for octet in octets)


class Connection(Patience):
    """`raw_octets`: the request line that came last held octets beyond ASCII."""

    __slots__ = ("_in_line", "_line", "raw_octets")

    def __init__(self, manager: web.Server, refusal: Refusal, limits: Limits, **options: Any) -> None:
        super().__init__(manager, refusal, limits, **options)
        self._in_line = False
        self._line = 0
        """How many octets the request line has, as far as it is here."""
        self.raw_octets = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has come."""
        super().connection_made(transport)
        if hasattr(transport, "max_size"):
            transport.max_size = READ_AT_ONCE

    def data_received(self, data: bytes) -> None:
        """Octets from the client."""
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
        super().data_received(data)
        self.note_head(self._request_count != count)

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client says no more: the transport closes, at once unless something is being served. uvloop tells of a
        request and of its being the last at once."""
        going_on = self.transport is not None and (self._waiter is None or self._waiter.done())
        if going_on:
            self._loop.call_later(_TO_ITS_END, self.transport.close)  # type: ignore[union-attr]
        return going_on

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

    def __init__(self, handler: Any, refusal: Refusal, limits: Limits, **options: Any) -> None:
        super().__init__(handler, handler_cancellation=True, **options)
        self._terms = (refusal, limits)

    def __call__(self) -> RequestHandler:
        return Connection(self, *self._terms, loop=asyncio.get_running_loop())
