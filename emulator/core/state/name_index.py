"""Finds things of a paged list by the names they have.

Nothing is done for it as things come. Pages that were never packed are told apart by the set of their names, made when
somebody asks; a page that is packed goes into a hash index (hash_index.py).
"""

from array import array
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar
from zlib import crc32

from emulator.core.messages import Batch, Message
from emulator.core.state.hash_index import HashIndex
from emulator.core.state.paged_list import PagedList

T = TypeVar("T", bound=Batch | Message)


class NameIndex(Generic[T]):
    """`names`: those of a thing, which never change. `one_each`: each thing has one."""

    def __init__(self, things: PagedList[T], names: Callable[[T], Sequence[str]], one_each: bool = False) -> None:
        self._things = things
        self._names = names
        self._hashes = HashIndex(counted=one_each)
        """Of pages that were packed; and the names in"""
        self._recent: deque[frozenset[str]] = deque()
        """some of those behind them."""
        self._packed = 0
        things.packs = self._settle

    def find(self, name: str) -> Sequence[int]:
        """The ids of things of a name, others perhaps among them, the lowest first."""
        things, names, recent = self._things, self._names, self._recent
        for number in range(self._packed + len(recent), things.pages - 1):
            recent.append(frozenset(name for one in things.page(number) for name in names(one)))
        found = array("I", self._hashes.find(_hash(name)))
        there = [things.page(number) for number, known in enumerate(recent, self._packed) if name in known]
        for page in (*there, things.tail):
            found.extend([one.id for one in page if name in names(one)])
        return found

    def _settle(self, page: list[T]) -> None:
        """The next page is packed."""
        keys: list[int] = []
        ids: list[int] = []
        for one in page:
            for name in self._names(one):
                keys.append(_hash(name))
                ids.append(one.id)
        self._hashes.add(keys, ids)
        self._packed += 1
        if self._recent:
            self._recent.popleft()


def _hash(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass"))
