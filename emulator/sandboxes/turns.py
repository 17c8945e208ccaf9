"""Long work in turns."""

import asyncio
from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

_TURN = 0.005
"""So many real seconds it works before others on the loop get their turn."""


async def in_turns(steps: Generator[None, None, T]) -> T:
    """What small steps come to."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + _TURN
    while True:
        try:
            next(steps)
        except StopIteration as done:
            found: T = done.value
            return found
        if loop.time() >= ends:
            await asyncio.sleep(0)
            ends = loop.time() + _TURN
