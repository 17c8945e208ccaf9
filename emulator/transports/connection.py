"""One HTTP connection: what aiohttp's own does, and three things more, for clients as they really are.

Raw octets beyond ASCII in a request line reach us percent-encoded (aiohttp's parser refuses them, real servers take
them); what the parser refuses is answered without a traceback; and the refused octets are at hand for the journal.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp.http_exceptions import LineTooLong
from aiohttp.web_protocol import RequestHandler

from emulator.transports import web

MAX_LINE = 64 * 1024
MAX_FIELD = 32 * 1024

Refusal = Callable[[bytes, str, int, str], web.Response]
"""(the octets refused, why, HTTP status, the peer's address) → what to answer."""


def escape_line(octets: bytes) -> bytes:
    """Octets beyond ASCII as %XX."""
    return b"".join(bytes((octet,)) if octet < 0x80 else b"%%%02X" % octet for octet in octets)


class Connection(RequestHandler):
    """`raw_octets`: the request line that came last held octets beyond ASCII."""

    __slots__ = ("_in_line", "_last", "_refusal", "raw_octets")

    def __init__(self, manager: web.Server, refusal: Refusal, **options: Any) -> None:
        super().__init__(manager, max_line_size=MAX_LINE, max_field_size=MAX_FIELD, access_log=None, **options)  # type: ignore[arg-type]
        self._refusal = refusal
        self._in_line = False
        self._last = b""
        self.raw_octets = False

    def data_received(self, data: bytes) -> None:
        """Octets from the client."""
        if self._in_line or (self._current_request is None and not self._messages):
            if not self._in_line:
                self.raw_octets = False
            if not data.isascii():
                line, newline, rest = data.partition(b"\n")
                if not line.isascii():
                    self.raw_octets = True
                    data = escape_line(line) + newline + rest
            self._in_line = b"\n" not in data
            self._last = data
        super().data_received(data)

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
                status = 414 if b"\n" not in self._last[:MAX_LINE] else 431
            why = " ".join((message or "this is no HTTP request").split())
            peer = self.peername
            address = peer[0] if isinstance(peer, tuple) else ""
            response = self._refusal(self._last, why, status, address)
        response.force_close()
        return response


class Server(web.Server):
    """Makes a Connection for each client."""

    def __init__(self, handler: Any, refusal: Refusal, **options: Any) -> None:
        super().__init__(handler, handler_cancellation=True, **options)
        self._refusal = refusal

    def __call__(self) -> RequestHandler:
        return Connection(self, self._refusal, loop=asyncio.get_running_loop())
