"""What a rule may have done to a reply on its way (the lists are in core/rules/actions.py and http_actions.py). One
fault, one function: it gets the reply, and what makes octets of one, and says in steps what goes out."""

import re
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from emulator.http.messages import HttpReply
from emulator.http.reply_writer import Encoded, chunk
from emulator.server.fault_steps import CloseConnection, ResetConnection, Step, Wait, Write

Encode = Callable[[HttpReply], Encoded]
Fault = Callable[[HttpReply, Encode], list[Step]]

_PIECES = 20
_PAUSE = 0.05
_length = re.compile(rb"(?i)\r\nContent-Length: *\d+")
_INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </>; rel=preconnect\r\n\r\n"
_BOM = b"\xef\xbb\xbf"


def whole(reply: HttpReply, encode: Encode) -> list[Step]:
    """No fault."""
    return [Write(b"".join(encode(reply)))]


def _close(reply: HttpReply, encode: Encode) -> list[Step]:
    """FIN without an answer."""
    return [CloseConnection()]


def _reset(reply: HttpReply, encode: Encode) -> list[Step]:
    return [ResetConnection()]


def _hang(reply: HttpReply, encode: Encode) -> list[Step]:
    """Nothing, until the client goes."""
    return [Wait(None), CloseConnection()]


def _cut(reply: HttpReply, encode: Encode) -> list[Step]:
    """The head promises all of the body, half of it comes."""
    head, body = encode(reply)
    return [Write(head + body[: len(body) // 2]), CloseConnection()]


def _empty(reply: HttpReply, encode: Encode) -> list[Step]:
    return whole(HttpReply(status=reply.status, headers=reply.headers), encode)


def _garbled(reply: HttpReply, encode: Encode) -> list[Step]:
    """The body backwards behind two octets that no text begins with."""
    kind = reply.header("content-type", "application/octet-stream")
    body = b"\xff\x00" + reply.body[::-1]
    return whole(HttpReply(status=reply.status, headers=(("Content-Type", kind),), body=body), encode)


def _slow(reply: HttpReply, encode: Encode) -> list[Step]:
    """The body in at most twenty pieces, with a pause behind each."""
    head, body = encode(reply)
    size = max(1, -(-len(body) // _PIECES))
    steps: list[Step] = [Write(head)]
    for begin in range(0, len(body), size):
        steps += (Write(body[begin : begin + size]), Wait(_PAUSE))
    return steps


def _split(reply: HttpReply, encode: Encode) -> list[Step]:
    """Head and half the body, and the other half a moment later."""
    head, body = encode(reply)
    middle = len(body) // 2
    return [Write(head + body[:middle]), Wait(_PAUSE), Write(body[middle:])]


def _last(reply: HttpReply) -> HttpReply:
    """The same, as the connection's last."""
    kept = tuple(pair for pair in reply.headers if pair[0].lower() != "connection")
    return replace(reply, headers=(*kept, ("Connection", "close")))


def _close_behind(reply: HttpReply, encode: Encode) -> list[Step]:
    return [*whole(_last(reply), encode), CloseConnection()]


def _old(reply: HttpReply, encode: Encode) -> list[Step]:
    head, body = encode(reply)
    return [Write(head.replace(b"HTTP/1.1", b"HTTP/1.0", 1) + body), CloseConnection()]


def _until_close(reply: HttpReply, encode: Encode) -> list[Step]:
    head, body = encode(_last(reply))
    return [Write(_length.sub(b"", head) + body), CloseConnection()]


def _in_chunks(reply: HttpReply, encode: Encode) -> tuple[bytes, bytes]:
    """All of it but the last chunk, and that, where there is one: a reply to HEAD has no body to end."""
    head, body = encode(reply)
    middle = len(body) // 2
    pieces = [chunk(piece) for piece in (body[:middle], body[middle:]) if piece]
    ends = len(body) == len(reply.body) and _length.search(head) is not None
    head = _length.sub(b"\r\nTransfer-Encoding: chunked", head)
    return head + b"".join(pieces), chunk(b"") if ends else b""


def _chunked(reply: HttpReply, encode: Encode) -> list[Step]:
    begin, end = _in_chunks(_last(reply), encode)
    return [Write(begin + end), CloseConnection()]


def _endless(reply: HttpReply, encode: Encode) -> list[Step]:
    """The whole answer is there, but nothing says so."""
    return [Write(_in_chunks(reply, encode)[0]), Wait(None), CloseConnection()]


def _interim(reply: HttpReply, encode: Encode) -> list[Step]:
    return [Write(_INTERIM), *whole(reply, encode)]


def _bom(reply: HttpReply, encode: Encode) -> list[Step]:
    return whole(replace(reply, body=_BOM + reply.body), encode)


FAULTS: Mapping[str | None, Fault] = {
    None: whole,
    "lost": _close,
    "drop": _close,
    "hang": _hang,
    "reset": _reset,
    "cut": _cut,
    "empty": _empty,
    "garbled": _garbled,
    "slow": _slow,
    "split": _split,
    "close": _close_behind,
    "http-1.0": _old,
    "until-close": _until_close,
    "chunked": _chunked,
    "interim": _interim,
    "bom": _bom,
    "endless": _endless,
}
