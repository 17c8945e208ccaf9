"""Replies to octets."""

from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple, TypeAlias

from emulator.http.messages import Headers, HttpReply

SERVER = "sms-emulator"
"""Of replies that name no server."""
_PHRASES = {int(one): one.phrase for one in HTTPStatus}
_EMPTY = frozenset((204, 304))


Encoded: TypeAlias = tuple[bytes, bytes]
"""A reply as it goes out: head and body."""


class Manner(NamedTuple):
    """How the request wants to be answered."""

    last: bool = False
    """The connection ends with the reply."""
    old: bool = False
    """HTTP/1.0."""
    without_body: bool = False
    """HEAD: all but the body."""


PLAIN = Manner()


def encoded(reply: HttpReply, date: bytes, manner: Manner = PLAIN) -> Encoded:
    """`date`: as the header has it. Raises ValueError for headers of more than one line."""
    body = reply.body
    head, goes = _head(reply.status, reply.headers, manner, body != b"")
    return head % {b"n": len(body), b"d": date}, body if goes else b""


@lru_cache(maxsize=512)
def _head(status: int, headers: Headers, manner: Manner, full: bool) -> tuple[bytes, bool]:
    """Status line and headers, with places for the length of the body and the date; and whether the body goes too."""
    last, old, without_body = manner
    names = {name.lower() for name, _ in headers}
    if any("\r" in part or "\n" in part for header in headers for part in header):
        raise ValueError("a header of the reply would have more than one line")
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers).replace("%", "%%")
    if "content-length" not in names and status not in _EMPTY:
        lines += "Content-Length: %(n)d\r\n"
    if full and "content-type" not in names:
        lines += "Content-Type: application/octet-stream\r\n"
    goes = not without_body and status not in _EMPTY
    return _status_line(status, old) + (lines + _rest(names, last, old)).encode(), goes


def stream_head(headers: Headers, date: bytes, old: bool) -> bytes:
    """Of a reply whose body comes piece by piece, and the connection's last."""
    names = {name.lower() for name, _ in headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers).replace("%", "%%")
    lines += "" if old else "Transfer-Encoding: chunked\r\n"
    return _status_line(200, old) + (lines + _rest(names, True, old)).encode() % {b"d": date}


def chunk(piece: bytes) -> bytes:
    """A piece of such a body; an empty one ends it."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def _status_line(status: int, old: bool) -> bytes:
    return f"HTTP/1.{'0' if old else '1'} {status} {_PHRASES.get(status, '')}\r\n".encode()


def _rest(names: set[str], last: bool, old: bool) -> str:
    lines = "" if "date" in names else "Date: %(d)b\r\n"
    if "server" not in names:
        lines += f"Server: {SERVER}\r\n"
    if "connection" not in names:
        if last and not old:
            lines += "Connection: close\r\n"
        elif old and not last:
            lines += "Connection: keep-alive\r\n"
    return lines + "\r\n"
