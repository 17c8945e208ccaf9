"""Finds things of a paged list by the names they have.

A page that is packed goes into a hash index (hash_index.py). The names of one that is full, but was never packed, stand
in a dict, which costs little as things come; the last page is looked through.
"""

from array import array
from collections import deque
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Generic, TypeVar
from zlib import crc32

from emulator.core.messages import Batch, Message
from emulator.core.state.hash_index import HashIndex
from emulator.core.state.paged_list import PagedList

T = TypeVar("T", bound=Batch | Message)


class NameIndex(Generic[T]):
    """`named`: each name in a page with the id of the thing that has it; names never change. `one_each`: each thing has
    one."""

    def __init__(
        self, things: PagedList[T], named: Callable[[list[T]], list[tuple[str, int]]], one_each: bool = False
    ) -> None:  # fmt: skip
        self._things = things
        self._named = named
        self._packed = HashIndex(counted=one_each)
        self._newest: dict[str, int] = {}
        """The id of the newest of a name, in the pages that were never packed; and"""
        self._older: dict[str, deque[int]] = {}
        """of those before it, the oldest first, where there are some."""
        things.filled, things.packs = self._fill, self._pack

    def find(self, name: str) -> Sequence[int]:
        """The ids of things of a name, others perhaps among them, the lowest first."""
        found = array("I", self._packed.find(_hash(name)))
        if name in self._newest:
            found.extend(self._older.get(name, ()))
            found.append(self._newest[name])
        found.extend([one for known, one in self._named(self._things.tail) if known == name])
        return found

    def _fill(self, page: list[T]) -> None:
        """The next page is full."""
        named, newest = self._named(page), self._newest
        fresh = dict(named)
        if len(fresh) == len(named) and newest.keys().isdisjoint(fresh):
            newest.update(fresh)
            return
        for name, one in named:
            if name in newest:
                self._older.setdefault(name, deque()).append(newest[name])
            newest[name] = one

    def _pack(self, page: list[T]) -> None:
        """The next page is packed."""
        named = sorted(self._named(page), key=itemgetter(1))
        self._packed.add([_hash(name) for name, _ in named], [one for _, one in named])
        older = self._older
        for name, _ in named:
            if name not in older:
                del self._newest[name]
            elif len(older[name]) > 1:
                older[name].popleft()
            else:
                del older[name]


def _hash(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass"))
