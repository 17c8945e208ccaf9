"""Finds ids by keys, in few bytes: a key is 32 bits of a hash, so what is found is looked at before it is believed.

Entries lie in runs, sorted by key and then by id. Eight runs of a level make one of the next; those of the last level
stay as they are, so that nothing ever stops to be built anew.

    oldest   ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒   ▒▒▒▒▒▒▒▒   ▒▒▒▒▒▒▒▒   ▒▒   ▒▒   ▒▒   newest
"""

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import chain, repeat
from operator import lshift, or_
from typing import TypeAlias

_Run: TypeAlias = "tuple[array[int], array[int]]"
"""Keys, and the id of each."""
_LEVELS, _RUNS = 4, 8
_BITS = 32
_IDS, _KEYS = (0, 1) if sys.byteorder == "little" else (1, 0)
"""Where the halves of an entry stand: its key above its id."""


class HashIndex:
    """Ids by key; they come in rising order, a page of them at a time."""

    def __init__(self) -> None:
        self._levels: list[list[_Run]] = [[] for _ in range(_LEVELS)]

    def add(self, keys: Iterable[int], ids: Iterable[int]) -> None:
        """Some entries: each key with the id in the same place."""
        run = _run(_entries(keys, ids))
        *merged, last = self._levels
        for level in merged:
            level.append(run)
            if len(level) < _RUNS:
                return
            run = _run(chain.from_iterable(_entries(*one) for one in level))
            level.clear()
        last.append(run)

    def find(self, key: int) -> "array[int]":
        """The ids under a key, the lowest first; with bad luck others among them."""
        found = array("I")
        for level in reversed(self._levels):
            for keys, ids in level:
                place = bisect_left(keys, key)
                if place < len(keys) and keys[place] == key:
                    found += ids[place : bisect_right(keys, key, place)]
        return found


def _entries(keys: Iterable[int], ids: Iterable[int]) -> Iterable[int]:
    return map(or_, map(lshift, keys, repeat(_BITS)), ids)


def _run(entries: Iterable[int]) -> _Run:
    halves = array("I", array("Q", sorted(entries)).tobytes())
    return halves[_KEYS::2], halves[_IDS::2]
