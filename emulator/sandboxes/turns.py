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


class Turn:
    """The turn of somebody who goes on for long. Where no loop runs there are no others, and it does not end."""

    def __init__(self) -> None:
        try:
            self._now = asyncio.get_running_loop().time
        except RuntimeError:
            self._now = float
        self._ends = self._now() + TURN

    async def over(self) -> None:
        """If it has been long enough, others get theirs; another one begins then."""
        if self._now() >= self._ends:
            await asyncio.sleep(0)
            self._ends = self._now() + TURN


async def in_turns(steps: Steps[T]) -> T:
    """What the steps come to."""
    turn = Turn()
    while True:
        try:
            next(steps)
        except StopIteration as done:
            found: T = done.value
            return found
        await turn.over()


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
