"""What a rule may have done to a reply on its way (the list is in core/rules/actions.py). One fault, one function: it
gets the reply, and what makes octets of one, and says in steps what goes out."""

from collections.abc import Callable, Mapping

from emulator.http.messages import HttpReply
from emulator.http.reply_writer import Encoded
from emulator.server.fault_steps import Close, Reset, Step, Wait, Write

Encode = Callable[[HttpReply], Encoded]
Fault = Callable[[HttpReply, Encode], list[Step]]

_PIECES = 20
_PAUSE = 0.05


def whole(reply: HttpReply, encode: Encode) -> list[Step]:
    """No fault."""
    return [Write(b"".join(encode(reply)))]


def _close(reply: HttpReply, encode: Encode) -> list[Step]:
    """FIN without an answer."""
    return [Close()]


def _reset(reply: HttpReply, encode: Encode) -> list[Step]:
    return [Reset()]


def _hang(reply: HttpReply, encode: Encode) -> list[Step]:
    """Nothing, until the client goes."""
    return [Wait(None), Close()]


def _cut(reply: HttpReply, encode: Encode) -> list[Step]:
    """The head promises all of the body, half of it comes."""
    head, body = encode(reply)
    return [Write(head + body[: len(body) // 2]), Close()]


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
}
