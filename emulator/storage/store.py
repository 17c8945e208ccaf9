"""What the writer asks of whatever keeps sandboxes: SQLite (sqlite.py) or PostgreSQL (postgres.py). Rows are octets;
what they mean is in records.py."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from emulator.storage.records import SandboxHeader

Done = Callable[[str | None], None]
"""Hears None once all of it is safe, or why nothing of it was written."""


class NotWritten(Exception):
    """A transaction failed and left nothing behind; the text is the engine's."""


class Stored(NamedTuple):
    """One sandbox as it stands in the store."""

    number: int
    head: SandboxHeader
    state: bytes
    pages: list[bytes]
    snapshots: list[bytes]
    entries: list[tuple[int, bytes]]
    """Of the journal, by their order."""


class Rows(Protocol):
    """What one transaction puts and takes away."""

    def put_head(self, number: int, head: bytes) -> None: ...

    def put_state(self, number: int, state: bytes) -> None:
        """A checkpoint: it takes the place of the one before and of all pages."""

    def put_piece(self, number: int, area: int, count: int, piece: bytes) -> None:
        """A part of a state, in an area; it counts as soon as a head says so."""

    def drop_pieces(self, number: int, area: int, most: int) -> int:
        """Pieces of an area go, at most so many if others wait meanwhile; 0: none are left."""

    def drop_pages(self, number: int, first: int, most: int) -> int:
        """The same of pages before page number `first`."""

    def put_page(self, number: int, count: int, page: bytes) -> None:
        """Page number `count`."""

    def put_snapshot(self, number: int, name: str, data: bytes) -> None: ...

    def put_entry(self, number: int, order: int, entry: bytes) -> None:
        """Of the journal, in the place of the same one."""

    def drop_entries(self, number: int, first: int, most: int) -> int:
        """Those before `first` go."""

    def forget(self, number: int) -> None:
        """A sandbox is gone."""


class Batch:
    """Rows that are put later: the calls, by name, in order. Nobody waits for what is dropped: all of it goes at
    once."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def put_head(self, number: int, head: bytes) -> None:
        self.calls.append(("put_head", (number, head)))

    def put_state(self, number: int, state: bytes) -> None:
        self.calls.append(("put_state", (number, state)))

    def put_piece(self, number: int, area: int, count: int, piece: bytes) -> None:
        self.calls.append(("put_piece", (number, area, count, piece)))

    def drop_pieces(self, number: int, area: int, most: int) -> int:
        self.calls.append(("drop_pieces", (number, area)))
        return 0

    def drop_pages(self, number: int, first: int, most: int) -> int:
        self.calls.append(("drop_pages", (number, first)))
        return 0

    def put_page(self, number: int, count: int, page: bytes) -> None:
        self.calls.append(("put_page", (number, count, page)))

    def put_snapshot(self, number: int, name: str, data: bytes) -> None:
        self.calls.append(("put_snapshot", (number, name, data)))

    def put_entry(self, number: int, order: int, entry: bytes) -> None:
        self.calls.append(("put_entry", (number, order, entry)))

    def drop_entries(self, number: int, first: int, most: int) -> int:
        self.calls.append(("drop_entries", (number, first)))
        return 0

    def forget(self, number: int) -> None:
        self.calls.append(("forget", (number,)))


class Store(Protocol):
    """`name`: as it stands in sentences."""

    name: str

    def write(self, fill: Callable[[Rows], None], done: Done, one_row: bool = False) -> None:
        """All that `fill` puts, or nothing; then `done`, before this returns or later. What is written first is done
        first. `one_row`: it will be one."""

    def close(self, well: bool = False) -> None:
        """`well`: everything was written."""
