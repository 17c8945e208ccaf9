"""Long lists in slices: others on the loop get their turn in between."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

T = TypeVar("T")

AT_ONCE = 100
"""So many things are looked at before others on the loop get their turn."""
_encode = msgspec.json.Encoder().encode


async def listed(name: str, found: Iterable[object | None]) -> msgspec.Raw:
    """An object in JSON with a list under a name: of what was found, without the Nones that stand for what was passed
    over. Each slice is written down at once: 200,000 messages would be many objects."""
    slices: list[bytes] = []
    fitting: list[object] = []
    for number, one in enumerate(found, 1):
        if one is not None:
            fitting.append(one)
        if number % AT_ONCE == 0:
            if fitting:
                slices.append(_encode(fitting)[1:-1])
                fitting = []
            await asyncio.sleep(0)
    if fitting:
        slices.append(_encode(fitting)[1:-1])
    return msgspec.Raw(b"".join((b"{", _encode(name), b":[", b",".join(slices), b"]}")))


async def page_of(
    entries: Iterable[tuple[int, T]], fits: Callable[[T], bool], most: int, looked_at: int
) -> tuple[list[T], int]:  # fmt: skip
    """Of the first `looked_at` entries, each with its number, the first `most` that fit; and the number of the last one
    looked at, if others are left."""
    found: list[T] = []
    last = 0
    for count, (number, one) in enumerate(entries):
        if len(found) == most or count == looked_at:
            return found, last
        if count % AT_ONCE == AT_ONCE - 1:
            await asyncio.sleep(0)
        last = number
        if fits(one):
            found.append(one)
    return found, 0
