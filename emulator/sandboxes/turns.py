"""Long work as steps, with turns between them for others on the loop."""

import asyncio
from collections.abc import Generator, Iterable
from typing import TypeVar

import msgspec

T = TypeVar("T")

Steps = Generator[None, None, T]
"""Small pieces of work, and what they come to."""

TURN = 0.01
"""So many real seconds anything goes on before others on the loop get their turn."""
_encode_into = msgspec.json.Encoder().encode_into


async def in_turns(steps: Steps[T]) -> T:
    """What the steps come to. Where no loop runs there are no others."""
    try:
        now = asyncio.get_running_loop().time
    except RuntimeError:
        now = float
    ends = now() + TURN
    while True:
        try:
            next(steps)
        except StopIteration as done:
            found: T = done.value
            return found
        if now() >= ends:
            await asyncio.sleep(0)
            ends = now() + TURN


def listed(found: Iterable[object | None], name: str = "") -> Steps[bytes]:
    """What was found as a list in JSON, under a name if there is one, without the Nones that stand for what was passed
    over. Each is written down at once: 200,000 messages would be many objects."""
    written = bytearray(b'{"%b":[' % name.encode() if name else b"[")
    between = b""
    for one in found:
        if one is not None:
            written += between
            _encode_into(one, written, -1)
            between = b","
        yield
    written += b"]}" if name else b"]"
    return bytes(written)
