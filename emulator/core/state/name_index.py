"""Finds things of a paged list by the names they have.

Nothing is done for it as things come. Those that came since somebody asked last are looked at when somebody asks again;
a page that is packed goes into a hash index (hash_index.py).
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
        """Of pages that were packed; their number:"""
        self._packed = 0
        self._recent: deque[dict[str, tuple[int, ...]]] = deque()
        """Ids by name, of each page behind them,"""
        self._seen = 0
        """as far as it was looked at: so many things from the first on."""
        things.packs = self._settle

    def find(self, name: str) -> Sequence[int]:
        """The ids of things of a name, others perhaps among them, the lowest first."""
        self._look()
        found = array("I", self._hashes.find(_hash(name)))
        for page in self._recent:
            if name in page:
                found.extend(page[name])
        return found

    def _look(self) -> None:
        """At what came since."""
        things, names, recent = self._things, self._names, self._recent
        for number in range(things.page_of(self._seen), things.pages):
            if number == self._packed + len(recent):
                recent.append({})
            page = recent[-1]
            for one in things.page(number)[self._seen - things.first_of(number) :]:
                for name in names(one):
                    page[name] = (*page.get(name, ()), one.id)
            self._seen = min(things.first_of(number + 1), things.count)

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
        self._seen = max(self._seen, self._things.first_of(self._packed))


def _hash(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass"))
