"""The short way of an ordinary request: one that is there whole, and whose reply needs no waiting, is answered where
its octets arrive. No task is woken for it; what goes out is what aiohttp would have written, octet by octet.
"""

from functools import lru_cache
from http import HTTPStatus
from typing import Any

from aiohttp.helpers import rfc822_formatted_time
from aiohttp.http import SERVER_SOFTWARE, HttpVersion11, RawRequestMessage

from emulator.wire import Headers, HttpReply

_METHODS = ("GET", "POST")
_NO_BODY = (204, 205, 304)
_OF_THE_CONNECTION = frozenset(("content-length", "connection", "transfer-encoding", "date"))


def short(message: Any, payload: Any) -> bool:
    """Is a parsed request whole, and of the plain kind? `payload` is what the parser gave for its body."""
    if type(message) is not RawRequestMessage or message.should_close or message.upgrade or message.compression:
        return False
    if message.method not in _METHODS or message.version != HttpVersion11:
        return False
    if not payload.is_eof() or payload.exception() is not None:
        return False
    headers = message.headers
    return "Expect" not in headers and "multipart" not in headers.get("Content-Type", "").lower()


def octets(reply: HttpReply) -> bytes | None:
    """A reply as it goes out on a connection that stays open; None for one that is not of the plain kind."""
    head, body = _head(reply.status, reply.headers), reply.body
    if head is None:
        return None
    return head % (len(body), rfc822_formatted_time().encode()) + body


@lru_cache(maxsize=256)
def _head(status: int, headers: Headers) -> bytes | None:
    """Status line and headers, with gaps for the length of the body and the date."""
    names = [name.lower() for name, _ in headers]
    plain = 200 <= status < 600 and status in HTTPStatus._value2member_map_ and status not in _NO_BODY
    if not plain or "content-type" not in names or len({*names}) < len(names):
        return None
    if not _OF_THE_CONNECTION.isdisjoint(names):
        return None
    if any("\r" in part or "\n" in part for header in headers for part in header):
        return None
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers).replace("%", "%%")
    line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
    server = "" if "server" in names else f"Server: {SERVER_SOFTWARE}\r\n"
    return f"{line}{lines}Content-Length: %d\r\nDate: %s\r\n{server}\r\n".encode()
