"""A long row of things: those in use are objects, the others lie packed, some to a page.

       page 0      page 1      page 2      page 3
    ┌───────────┬───────────┬───────────┬───────────┐
    │ ▒▒ bytes  │ 17 18 19… │ ▒▒ bytes  │ 49 50 …   │ ◄── append
    └───────────┴───────────┴───────────┴───────────┘
                  ▲ take: to be changed        evict: the pages unpacked longest ago are packed

Nothing is packed but by `evict`, which is called between inputs, when nobody holds a thing that is still to be changed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, reduce
from operator import attrgetter, or_
from typing import Any, Generic, NamedTuple, TypeVar, cast

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


_decode_rows = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode


@lru_cache
def _decoders(kind: type[msgspec.Struct]) -> tuple[Callable[[bytes], Any], Callable[[msgspec.Raw], Any]]:
    """What reads a page of a kind of things, and one of them. Made once: they cost as much as the rest of a sandbox."""
    row: Any = tuple.__class_getitem__(tuple(field.type for field in msgspec.structs.fields(kind)))
    return msgspec.msgpack.Decoder(list.__class_getitem__(row)).decode, msgspec.msgpack.Decoder(row).decode


class CacheSize(NamedTuple):
    """How much is kept unpacked: pages of 2 to the power of `bits` things, `pages` of them."""

    bits: int = 5
    pages: int = 1024


class PagedList(Generic[T]):
    """Things of a kind in the order in which they came. `bit` tells that of a thing's `trait`; a page that lies packed
    is passed over where none of its things has a bit that is looked for."""

    def __init__(self, kind: type[T], trait: str, bit: Callable[[Any], int], room: CacheSize) -> None:
        self.filled: Callable[[list[T]], None] = lambda page: None
        """Gets each page that is full, before there is another; and"""
        self.packs: Callable[[list[T]], None] = lambda page: None
        """each before it is packed for the first time, one after the other."""
        self._settled = 0
        """So many pages have been packed."""
        self._kind: Callable[..., T] = kind
        self._trait, self._bit_of = attrgetter(trait), bit
        self._bits, self._most = room
        self._last = (1 << self._bits) - 1
        """Of a page."""
        self.live: dict[int, list[T]] = {}
        """Pages as objects, in the order in which they were unpacked; the last page always is among them."""
        self.tail: list[T] = []
        """The last page."""
        self._packed: list[bytes | None] = []
        """All pages; None: it changed since, or never was packed."""
        self._marks: list[int] = []
        """Of each page, as it was when it was packed."""
        self.count = 0
        self.full = False
        """Are more pages in use than shall be?"""
        self.unpacked = 0
        """How many pages were unpacked so far, to be measured."""
        self._decode_page, self._decode_row = _decoders(kind)

    # things

    def append(self, thing: T) -> None:
        if not self.count & self._last:
            self._begin()
        self.tail.append(thing)
        self.count += 1

    def extend(self, things: Sequence[T]) -> None:
        done = -self.count & self._last
        """So many fit into the last page."""
        self.tail.extend(things[:done])
        while done < len(things):
            self._begin()
            self.tail.extend(things[done : done + self._last + 1])
            done += self._last + 1
        self.count += len(things)

    def _begin(self) -> None:
        """Another page."""
        if self.tail:
            self.filled(self.tail)
        self.tail = self.live[self.pages] = []
        self._packed.append(None)
        self._marks.append(0)
        self.full = len(self.live) > self._most

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> T:
        """To be read; the first has index 0."""
        live = self.live.get(index >> self._bits)
        if live is not None:
            return live[index & self._last]
        if not -self.count <= index < self.count:
            raise IndexError(index)
        if index < 0:
            return self[index + self.count]
        packed = cast(bytes, self._packed[index >> self._bits])
        return self._kind(*self._decode_row(_decode_rows(packed)[index & self._last]))

    def take(self, index: int) -> T:
        """To be changed."""
        page = index >> self._bits
        live = self.live.get(page)
        if live is None:
            live = self.live[page] = self.page(page)
            self.full = len(self.live) > self._most
        self._packed[page] = None
        return live[index & self._last]

    def near(self, index: int) -> T:
        """To be read, where its neighbours will be read next."""
        page = index >> self._bits
        live = self.live.get(page)
        if live is None:
            live = self.live[page] = self.page(page)
            self.full = len(self.live) > self._most
        return live[index & self._last]

    def __iter__(self) -> Iterator[T]:
        return (thing for page in range(self.pages) for thing in self.page(page))

    def __reversed__(self) -> Iterator[T]:
        return (thing for page in range(self.pages - 1, -1, -1) for thing in reversed(self.page(page)))

    # pages

    @property
    def pages(self) -> int:
        return len(self._packed)

    def page_of(self, index: int) -> int:
        """In which page a thing lies."""
        return index >> self._bits

    def first_of(self, page: int) -> int:
        """The index of the first thing in a page."""
        return page << self._bits

    def page(self, page: int) -> list[T]:
        """A page's things, to be read."""
        live = self.live.get(page)
        if live is not None:
            return live
        self.unpacked += 1
        return [self._kind(*row) for row in self._decode_page(cast(bytes, self._packed[page]))]

    def may_hold(self, page: int, bits: int, octets: bytes = b"") -> bool:
        """Whether a thing in a page may have one of the bits, and those octets in one of its strings."""
        packed = self._packed[page]
        if packed is not None:
            return self._marks[page] & bits != 0 and octets in packed
        return self._bits_of(self.live[page]) & bits != 0

    def evict(self) -> None:
        """Pack what is too much. What was taken may not be changed any more."""
        live = self.live
        while len(live) > self._most:
            page = next(iter(live))
            things = live.pop(page)
            if page == self.pages - 1:
                live[page] = things
                continue
            if page == self._settled:
                self.packs(things)
                self._settled += 1
            if self._packed[page] is None:
                self._pack(page, things)
        self.full = False

    def packed(self) -> list[bytes]:
        """All pages as bytes; what is in use stays so."""
        return [
            self._rows(self.live[page]) if packed is None else packed for page, packed in enumerate(self._packed)
        ]

    def unpack(self, pages: Iterable[bytes]) -> Iterator[T]:
        """The things in what a list of this kind gave as `packed`."""
        return (self._kind(*row) for packed in pages for row in self._decode_page(packed))

    def _rows(self, things: list[T]) -> bytes:
        return _encode([msgspec.structs.astuple(thing) for thing in things])

    def _pack(self, page: int, things: list[T]) -> None:
        self._packed[page] = bytes(memoryview(self._rows(things)))  # a copy: the encoder gives out half as much again
        self._marks[page] = self._bits_of(things)

    def _bits_of(self, things: list[T]) -> int:
        return reduce(or_, map(self._bit_of, set(map(self._trait, things))), 0)


_encode = msgspec.msgpack.Encoder().encode
