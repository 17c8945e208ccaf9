"""What is due, in order: by moment, then first-class before the rest, then as it was put on."""

from collections.abc import Container, Iterable, Iterator
from heapq import heapify, heappop, heappush
from typing import Any, final

import msgspec

from emulator.core.statuses import Status
from emulator.core.units import Timestamp


@final
class Step(msgspec.Struct, array_like=True, tag="step", gc=False):
    """The message takes step number `index` of its plan, if its version is still this one."""

    message: int
    version: int
    index: int


@final
class Begin(msgspec.Struct, array_like=True, tag="begin", gc=False):
    """A scheduled message's moment has come."""

    message: int
    version: int


@final
class Expire(msgspec.Struct, array_like=True, tag="expire", gc=False):
    """The message's life time ends."""

    message: int


@final
class SendReport(msgspec.Struct, array_like=True, tag="report", gc=False):
    """A delivery report of a change goes out; `attempt` counts from 1."""

    message: int
    status: Status
    changed_at: Timestamp
    reason: str
    error: int
    attempt: int = 1
    part: int = 0
    """Of which part, where each part has its own reports."""


@final
class SendIncoming(msgspec.Struct, array_like=True, tag="incoming", gc=False):
    """A subscriber's message, or a part of it, goes to the client."""

    incoming: int
    part: int = 0
    attempt: int = 1


@final
class PartsEnd(msgspec.Struct, array_like=True, tag="parts-end", gc=False):
    """Parts of long messages may have waited long enough for the others."""

    provider: str


Item = Step | Begin | Expire | SendReport | SendIncoming | PartsEnd
Entry = tuple[Timestamp, int, int, Item]


_INDEX, _VERSION, _MESSAGE, _PLACE, _RANK, _MOMENT = 2, 12, 24, 56, 96, 97
"""A number in the scheduler: from which bit on it holds what. The lowest two hold one of"""
_BESIDE, _STEP, _BEGIN, _EXPIRE = range(4)
"""the kinds: what lies beside the heap, and what fits into a number."""
_KINDS = 3
_LATER = 1 << _RANK
"""Of what is not first-class."""
_CLASS = _RANK - _PLACE
_NEXT = (1 << _PLACE) + (1 << _MESSAGE)
"""From the number of something due of a message to that of the next one, put right behind it."""
_LOW, _LAST_INDEX, _LAST_VERSION = (1 << _PLACE) - 1, (1 << _VERSION - _INDEX) - 1, (1 << _MESSAGE - _VERSION) - 1
_WIDTH = 24
"""Octets of a number, written down."""
_AT_ONCE = 10_000
"""So many are written down in one piece."""
_FEW = 1000
"""So many numbers that stand for nothing do no harm."""


class PackedScheduler(msgspec.Struct, array_like=True):
    """A scheduler, written down: its numbers in order, and what lies beside them."""

    numbers: bytes
    beside: dict[int, Item]
    counted: int


class Scheduler:
    """A heap of numbers: moment, class, place, message and what is due of it. A number weighs a quarter of a tuple with
    all that it holds; what fits into none (a report, ...) lies beside the heap, by its place."""

    def __init__(self, entries: Iterable[Entry] = (), counted: int = 0) -> None:
        self.counted = counted
        self._beside: dict[int, Item] = {}
        self._parts_end: dict[str, int] = {}
        """The place of each."""
        self._dropped = 0
        """So many numbers in the heap stand for nothing any more."""
        self._heap = [self._number(*entry) for entry in entries]
        heapify(self._heap)
        self.due: Timestamp | None = None
        """When the next thing is."""
        self._look()

    def put(self, at: Timestamp, item: Item, first: bool = False) -> None:
        self.counted += 1
        heappush(self._heap, self._number(at, 0 if first else 1, self.counted, item))
        if self.due is None or at < self.due:
            self.due = at

    def put_each(self, at: Timestamp, message: int, count: int, first: bool = False, begins: bool = False) -> None:
        """The first step, or the beginning, of `count` messages whose ids follow one another from `message` on."""
        heap, due = self._heap, self.due
        number = (at << _MOMENT) + (self.counted + 1 << _PLACE) + (message << _MESSAGE) + (_BEGIN if begins else _STEP)
        if not first:
            number += _LATER
        self.counted += count
        for _ in range(count):
            heappush(heap, number)
            number += _NEXT
        if due is None or at < due:
            self.due = at

    def take(self) -> Item:
        """The next item; it is due when `due` says."""
        heap = self._heap
        number = heappop(heap)
        item = self._item(number) if number & _KINDS else self._beside.pop(_place(number))
        if self._dropped:
            self._clear()
            heap = self._heap
        self.due = heap[0] >> _MOMENT if heap else None
        return item

    def drop(self, item: PartsEnd) -> None:
        """Take it off, if it is there."""
        place = self._parts_end.get(item.provider)
        if place is not None and self._beside.pop(place, None) is not None:
            self._dropped += 1
            self._clear()
            self._look()

    def has_report(self, message: int) -> bool:
        """Is a report of the message on it?"""
        return any(type(item) is SendReport and item.message == message for item in self._beside.values())

    def entries(self) -> Iterator[Entry]:
        """All that is due now, in order."""
        beside = dict(self._beside)
        return (
            (number >> _MOMENT, number >> _RANK & 1, _place(number), beside.get(_place(number)) or self._item(number))
            for number in self._numbers()
        )

    def written(self) -> PackedScheduler:
        """All of it."""
        numbers = b"".join(number.to_bytes(_WIDTH, "big", signed=True) for number in self._numbers())
        return PackedScheduler(numbers, dict(sorted(self._beside.items())), self.counted)

    def in_pieces(self) -> tuple[int, Iterator[bytes], dict[int, Item]]:
        """What `written` gives, as it is now: how many octets the numbers have, these in pieces, what lies beside."""
        beside = dict(sorted(self._beside.items()))
        return len(self) * _WIDTH, _in_order(self._heap[:], beside if self._dropped else None), beside

    @classmethod
    def read(cls, written: PackedScheduler) -> "Scheduler":
        """What `written` gave."""
        made = cls(counted=written.counted)
        numbers = written.numbers
        made._heap = [  # in order, and so a heap
            int.from_bytes(numbers[at : at + _WIDTH], "big", signed=True) for at in range(0, len(numbers), _WIDTH)
        ]
        for place, item in written.beside.items():
            made._lay_beside(place, item)
        made._look()
        return made

    def __len__(self) -> int:
        return len(self._heap) - self._dropped

    # inside

    def _look(self) -> None:
        self.due = self._heap[0] >> _MOMENT if self._heap else None

    def _number(self, at: Timestamp, rank: int, place: int, item: Any) -> int:
        kind = type(item)
        low = _BESIDE
        if kind is SendReport:
            self._beside[place] = item
            return ((at << 1 | rank) << _CLASS | place) << _PLACE
        if kind is Step:
            if item.version <= _LAST_VERSION and item.index <= _LAST_INDEX:
                low = item.message << _MESSAGE | item.version << _VERSION | item.index << _INDEX | _STEP
        elif kind is Begin:
            if item.version <= _LAST_VERSION:
                low = item.message << _MESSAGE | item.version << _VERSION | _BEGIN
        elif kind is Expire:
            low = item.message << _MESSAGE | _EXPIRE
        if low == _BESIDE:
            self._lay_beside(place, item)
        return ((at << 1 | rank) << _CLASS | place) << _PLACE | low

    def _lay_beside(self, place: int, item: Item) -> None:
        self._beside[place] = item
        if isinstance(item, PartsEnd):
            self._parts_end[item.provider] = place

    def _item(self, number: int) -> Item:
        kind, message, version = number & _KINDS, (number & _LOW) >> _MESSAGE, number >> _VERSION & _LAST_VERSION
        if kind == _STEP:
            return Step(message, version, number >> _INDEX & _LAST_INDEX)
        return Begin(message, version) if kind == _BEGIN else Expire(message)

    def _numbers(self) -> list[int]:
        """In order, without those that stand for nothing."""
        return sorted(filter(self._stands, self._heap) if self._dropped else self._heap)

    def _stands(self, number: int) -> bool:
        return number & _KINDS != _BESIDE or _place(number) in self._beside

    def _clear(self) -> None:
        """What stands for nothing never lies on top, nor in most of the heap."""
        heap = self._heap
        if self._dropped > _FEW and self._dropped * 2 > len(heap):
            self._heap = self._numbers()
            self._dropped = 0
        else:
            while heap and not self._stands(heap[0]):
                heappop(heap)
                self._dropped -= 1


def _in_order(heap: list[int], beside: Container[int] | None) -> Iterator[bytes]:
    """The numbers of a heap, which is used up by it, in octets; with `beside` only those that stand for something."""
    while heap:
        numbers = [heappop(heap) for _ in range(min(_AT_ONCE, len(heap)))]
        yield b"".join([
            number.to_bytes(_WIDTH, "big", signed=True) for number in numbers
            if beside is None or number & _KINDS != _BESIDE or _place(number) in beside
        ])  # fmt: skip


def _place(number: int) -> int:
    return number >> _PLACE & (1 << _CLASS) - 1
