"""One sandbox's journal as the store knows it (`--keep-journal`): entries by their order, each a row of its own."""

from collections.abc import Callable, Iterable

import msgspec

from emulator.journal import Attempt, Entries, Exchange, Line
from emulator.storage.store import Rows

_AT_ONCE = 100
"""Rows of entries that the journal dropped for want of space go when there are so many."""
_LATER = 1 << 40

_pack = msgspec.msgpack.Encoder().encode
_unpack_exchange = msgspec.msgpack.Decoder(Exchange).decode
_unpack_attempt = msgspec.msgpack.Decoder(Attempt).decode
_EXCHANGE, _ATTEMPT = b"x", b"a"


class JournalLog:
    """Hears what the journal holds (journal.py, Keeper). `soil`: there is something to be written. `put` and `safe` as
    of a SandboxLog."""

    def __init__(self, soil: Callable[[], None]) -> None:
        self._soil = soil
        self._pending: dict[int, Line | Attempt] = {}
        self._put: dict[int, Line | Attempt] = {}
        """On their way into the store."""
        self._order: dict[int, int] = {}
        """Of attempts, by their id: where they stand."""
        self._oldest_held = 0
        """Of the journal's entries: it holds none before that one."""
        self._drop_before = 0
        """Somebody wants those before that one gone from the store at once."""
        self._dropped_before = 0
        """The store holds none before that one."""
        self._dropping_before = 0
        """Nor will it before that one, once what is on its way stands there."""

    # what the journal tells

    def wrote(self, order: int, entry: Line | Attempt) -> None:
        if isinstance(entry, Attempt):
            self._order[entry.id] = order
        self._pending[order] = entry
        self._soil()

    def answered(self, attempt: Attempt) -> None:
        order = self._order.get(attempt.id)
        if order is not None:
            self._pending[order] = attempt
            self._soil()

    def dropped(self, first: int, at_once: bool = False) -> None:
        """Entries before that one are gone, as somebody wants it `at_once`."""
        self._oldest_held = first
        if at_once:
            self._drop_before = first
            self._soil()

    # what becomes of it

    def stands(self) -> None:
        """What was told so far stands in the store."""
        self._pending.clear()

    def put(self, number: int, rows: Rows) -> None:
        self._put |= self._pending
        self._pending = {}
        for order, entry in self._put.items():
            if order >= self._oldest_held:
                rows.put_entry(number, order, _packed(entry))
        if self._dropped_before < max(self._drop_before, self._oldest_held - _AT_ONCE):
            rows.drop_entries(number, self._oldest_held, _LATER)
            self._order = {one: order for one, order in self._order.items() if order >= self._oldest_held}
            self._dropping_before = self._oldest_held

    def safe(self) -> None:
        self._put, self._dropped_before = {}, self._dropping_before


def _packed(entry: Line | Attempt) -> bytes:
    return _ATTEMPT + _pack(entry) if isinstance(entry, Attempt) else _EXCHANGE + _pack(entry.whole())


def unpacked(made: int, rows: Iterable[tuple[int, bytes]]) -> Entries:
    """What a journal held that had made so many entries. Raises MsgspecError."""
    entries = Entries(made=made, dropped=0, exchanges=[], attempts=[])
    for order, data in rows:
        if data[:1] == _ATTEMPT:
            entries.attempts.append((order, _unpack_attempt(data[1:])))
        else:
            entries.exchanges.append(_unpack_exchange(data[1:]))
    return entries
