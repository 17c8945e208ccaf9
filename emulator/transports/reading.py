"""Requests from what aiohttp read of them: heads, bodies, fields of multipart ones; and which bodies are not taken."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import msgspec
from aiohttp import BodyPartReader, MultipartReader, StreamReader
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError

from emulator.limits import Limits
from emulator.transports import web
from emulator.transports.connection import Connection, without_octets
from emulator.wire import Headers, HttpRequest

MAX_FILE = 128 * 1024 * 1024
"""Of a new sandbox, which may be made from another one's export."""
_MAKES = ("POST", "/_emulator/sandboxes")
_MAX_FIELDS = 1000


class TooMuch(Exception):
    """The body is over a limit: too large, too slow, or not what its headers say."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Reading:
    """Reads the requests of a server. `trusts`: may who asks for this (its body left out) send a whole file?"""

    def __init__(self, limits: Limits, trusts: Callable[[HttpRequest], bool]) -> None:
        self._limits = limits
        self._trusts = trusts

    async def whole(self, request: web.BaseRequest) -> HttpRequest:
        """A request with its body. Raises TooMuch."""
        connection = request.protocol
        body, form = b"", None
        if request.can_read_body:
            if request.headers.get("Expect", "").lower() == "100-continue":
                with suppress(ConnectionError):  # it went away meanwhile
                    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                request.writer.output_size = 0
            body = await self._body(request)
            if request.content_type == "multipart/form-data":
                form = await _form(request, body)
        raw_octets = isinstance(connection, Connection) and connection.raw_octets
        return msgspec.structs.replace(head_of(request), body=body, form=form, raw_octets=raw_octets)

    async def _body(self, request: web.BaseRequest) -> bytes:
        """The whole body, unpacked. Raises TooMuch."""
        limits = self._limits
        most = limits.body
        told = int(request.headers.get("Content-Length") or 0)
        may_be_large = told > most or not told or "Content-Encoding" in request.headers
        if may_be_large and (request.method, request.path) == _MAKES and self._trusts(head_of(request)):
            most = max(MAX_FILE, most)
        if told > most:
            raise _too_large(most)
        pieces, size = [], 0
        try:
            async with asyncio.timeout(None if request.content.is_eof() else limits.body_seconds):
                async for piece in request.content.iter_any():
                    size += len(piece)
                    if size > most:
                        raise _too_large(most)
                    pieces.append(piece)
        except TimeoutError:
            raise TooMuch(408, f"the body was not there after {limits.body_seconds:g} s (--body-seconds)") from None
        except (RequestPayloadError, HttpProcessingError) as broken:
            raise TooMuch(400, f"the body cannot be read: {without_octets(str(broken))}") from None
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def head_of(request: web.BaseRequest) -> HttpRequest:
    """A request without its body."""
    peer = request.protocol.peername
    return HttpRequest(
        method=request.method, target=request.raw_path, headers=headers_of(request.raw_headers),
        peer=peer[0] if isinstance(peer, tuple) else "",
    )  # fmt: skip


def headers_of(raw: tuple[tuple[bytes, bytes], ...]) -> Headers:
    """Names and values as they came."""
    return tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw])


def _too_large(most: int) -> TooMuch:
    return TooMuch(413, f"a body may have {most} bytes (--max-body)")


async def _form(request: web.BaseRequest, body: bytes) -> tuple[tuple[str, bytes], ...] | None:
    """The fields of a multipart body; None when it is broken (the face then sees no fields)."""
    loop = asyncio.get_running_loop()
    content = StreamReader(BaseProtocol(loop), len(body) + 1, loop=loop)  # not the connection's: it would be paused
    content.feed_data(body)
    content.feed_eof()
    fields: list[tuple[str, bytes]] = []
    try:
        reader = MultipartReader(request.headers, content)
        while (part := await reader.next()) is not None and len(fields) < _MAX_FIELDS:
            if isinstance(part, BodyPartReader):
                fields.append((part.name or "", bytes(await part.read(decode=True))))
    except Exception:  # there is no end of what aiohttp's reader raises for one that is broken
        return None
    return tuple(fields)
