"""What is due, in order: by moment, then first-class before the rest, then as it was put on."""

from heapq import heapify, heappop, heappush

import msgspec

from emulator.core.statuses import Status
from emulator.core.values import Moment


class Step(msgspec.Struct, array_like=True, tag="step", gc=False):
    """The message takes step number `index` of its plan, if its version is still this one."""

    message: int
    version: int
    index: int


class Begin(msgspec.Struct, array_like=True, tag="begin", gc=False):
    """A scheduled message's moment has come."""

    message: int
    version: int


class Expire(msgspec.Struct, array_like=True, tag="expire", gc=False):
    """The message's life time ends."""

    message: int


class SendReport(msgspec.Struct, array_like=True, tag="report", gc=False):
    """A delivery report of a change goes out; `attempt` counts from 1."""

    message: int
    status: Status
    changed_at: Moment
    reason: str
    error: int
    attempt: int = 1
    part: int = 0
    """Of which part, where each part has its own reports."""


class SendIncoming(msgspec.Struct, array_like=True, tag="incoming", gc=False):
    """A subscriber's message, or a part of it, goes to the client."""

    incoming: int
    part: int = 0
    attempt: int = 1


class PartsEnd(msgspec.Struct, array_like=True, tag="parts-end", gc=False):
    """Parts of long messages may have waited long enough for the others."""

    provider: str


Item = Step | Begin | Expire | SendReport | SendIncoming | PartsEnd
Entry = tuple[Moment, int, int, Item]


class Agenda:
    """A heap. `entries` is its whole state."""

    def __init__(self, entries: list[Entry], counted: int = 0) -> None:
        self.entries = entries
        self.counted = counted
        heapify(self.entries)

    def put(self, at: Moment, item: Item, first: bool = False) -> None:
        self.counted += 1
        heappush(self.entries, (at, 0 if first else 1, self.counted, item))

    def next_due(self) -> Moment | None:
        return self.entries[0][0] if self.entries else None

    def take(self, until: Moment) -> tuple[Moment, Item] | None:
        """The next item due at or before a moment."""
        if self.entries and self.entries[0][0] <= until:
            at, _, _, item = heappop(self.entries)
            return at, item
        return None

    def drop(self, item: Item) -> None:
        """Take an item off."""
        self.entries[:] = [entry for entry in self.entries if entry[3] != item]
        heapify(self.entries)

    def __len__(self) -> int:
        return len(self.entries)
