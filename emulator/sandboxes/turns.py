"""Long work in turns."""

import asyncio
from collections.abc import Callable, Generator
from typing import TypeVar

T = TypeVar("T")

_TURN = 0.005
"""So many real seconds it works before others on the loop get their turn."""


def _time() -> Callable[[], float]:
    """The running loop's; where none runs, time stands still."""
    try:
        return asyncio.get_running_loop().time
    except RuntimeError:
        return float


async def in_turns(steps: Generator[None, None, T]) -> T:
    """What small steps come to. Where no loop runs there are no others."""
    now = _time()
    ends = now() + _TURN
    while True:
        try:
            next(steps)
        except StopIteration as done:
            found: T = done.value
            return found
        if now() >= ends:
            await asyncio.sleep(0)
            ends = now() + _TURN
