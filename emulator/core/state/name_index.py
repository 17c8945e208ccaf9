"""Finds things of a paged list by the names they have.

A page that is packed goes into a hash index (hash_index.py). Of one that is full, but was never packed, the set of its
names is kept, which costs next to nothing as things come; the last page is looked through.
"""

from array import array
from collections import deque
from collections.abc import Callable, Sequence
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Generic, TypeVar
from zlib import crc32

from emulator.core.messages import Batch, Message
from emulator.core.state.hash_index import HashIndex
from emulator.core.state.paged_list import PagedList

T = TypeVar("T", bound=Batch | Message)


class NameIndex(Generic[T]):
    """`names`: all those of a page's things, which never change. They stand in the attributes `named`, where there may
    be a name or None, and in `several`, where there may be some."""

    def __init__(
        self, things: PagedList[T], names: Callable[[list[T]], set[str | None]], *named: str, several: str | None = None
    ) -> None:  # fmt: skip
        self._things = things
        self._named = [attrgetter(one) for one in named]
        self._several = None if several is None else attrgetter(several)
        self._hashes = HashIndex(counted=len(named) == 1)
        """Of pages that were packed; their number:"""
        self._packed = 0
        self._full: deque[set[str | None]] = deque()
        """The names in each page behind them that is full."""
        things.filled = lambda page: self._full.append(names(page))
        things.packs = self._settle

    def find(self, name: str) -> Sequence[int]:
        """The ids of things of a name, others perhaps among them, the lowest first."""
        things = self._things
        found = array("I", self._hashes.find(_hash(name)))
        there = [things.page(number) for number, names in enumerate(self._full, self._packed) if name in names]
        for page in (*there, things.tail):
            found.extend(self._in(page, name))
        return found

    def _in(self, page: list[T], name: str) -> list[int]:
        """The ids of those in a page that have a name."""
        found: set[int] = set()
        for of in self._named:
            names, place = list(map(of, page)), -1
            for _ in range(names.count(name)):
                place = names.index(name, place + 1)
                found.add(page[place].id)
        if self._several is not None and name in chain.from_iterable(map(self._several, page)):
            found.update(one.id for one in page if name in self._several(one))
        return sorted(found)

    def _settle(self, page: list[T]) -> None:
        """The next page is packed."""
        named = [(one.id, of(one)) for one in page for of in self._named]
        if self._several is not None:
            named += [(one.id, name) for one in page for name in self._several(one)]
            named.sort(key=itemgetter(0))
        named = [(one, name) for one, name in named if name is not None]
        self._hashes.add([_hash(name) for _, name in named], [one for one, _ in named])
        self._packed += 1
        self._full.popleft()


def _hash(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass"))
