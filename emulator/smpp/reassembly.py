"""Parts of long messages, waiting for each other: octets in, in any order, whole messages out.

The state is plain Structs (it goes into a snapshot as it is), its clock is the sandbox's: moments are integer
microseconds, handed in. Joins octets, never text, for clients cut inside characters; how each part's octets are
to be read it keeps beside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from msgspec import Struct, field

from .segments import Segment, Width

WAIT = 60_000_000
"""All parts within a minute (provider's page on SUBMIT_SM)."""


class Key(Struct, frozen=True):
    """What parts have in common (facts, section 5). `account` is whatever tells the caller's accounts
    apart."""

    account: str
    source: bytes
    destination: bytes
    reference: int
    width: Width
    total: int


def key_of(account: str, source: bytes, destination: bytes, part: Segment) -> Key:
    return Key(account, source, destination, part.reference, part.width, part.total)


class Piece(Struct):
    """One part that came; `name` is the caller's own for it (its message_id, say), `coding` its own word for how the
    octets are to be read."""

    number: int
    octets: bytes
    name: str
    coding: int = 0


class Gathering(Struct):
    """A message that is not whole yet; `due` is when it is given up."""

    key: Key
    due: int
    pieces: list[Piece]

    @property
    def missing(self) -> list[int]:
        here = {piece.number for piece in self.pieces}
        return [number for number in range(1, self.key.total + 1) if number not in here]


class PartsAwaited(Struct, frozen=True):
    """The part was taken, so many are still to come before `due`."""

    key: Key
    missing: int
    due: int


class Joined(Struct, frozen=True):
    """The message is whole: its parts in the order of their numbers."""

    key: Key
    pieces: tuple[Piece, ...]

    @property
    def octets(self) -> bytes:
        return b"".join(piece.octets for piece in self.pieces)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(piece.name for piece in self.pieces)


class Repeated(Struct, frozen=True):
    """A part with that number is here already (as `name`) and stays; `same`: its octets were the same. So many others
    are still to come."""

    key: Key
    number: int
    name: str
    same: bool
    missing: int


Outcome: TypeAlias = PartsAwaited | Joined | Repeated


class Reassembler(Struct):
    """All gatherings of one state, in order of their first parts, hence of their ends."""

    wait: int = WAIT
    gatherings: dict[str, Gathering] = field(default_factory=dict)

    def look(self, key: Key, number: int, octets: bytes = b"") -> Repeated | None:
        """Is that part here already? Changes nothing: for whoever has to refuse before anything is kept."""
        gathering = self.gatherings.get(_name(key))
        return None if gathering is None else _repeated(gathering, number, octets)

    def whole_with(self, key: Key, number: int, octets: bytes, coding: int = 0) -> tuple[Piece, ...] | None:
        """The whole message, if that part came now and were the last one missing. Changes nothing."""
        gathering = self.gatherings.get(_name(key))
        pieces = gathering.pieces if gathering else []
        if len(pieces) + 1 < key.total or any(piece.number == number for piece in pieces):
            return None
        return _in_order((*pieces, Piece(number, octets, "", coding)))

    def add(self, key: Key, number: int, octets: bytes, name: str, now: int, coding: int = 0) -> Outcome:
        """Take one part. The minute runs from the first part; ends are told by `expire`, so call that one
        first. After a message is whole its reference is free: the next part with it begins a new message."""
        own = _name(key)
        gathering = self.gatherings.get(own)
        if gathering is None:
            gathering = self.gatherings[own] = Gathering(key, now + self.wait, [])
        repeated = _repeated(gathering, number, octets)
        if repeated is not None:
            return repeated
        gathering.pieces.append(Piece(number, octets, name, coding))
        missing = key.total - len(gathering.pieces)
        if missing:
            return PartsAwaited(key, missing, gathering.due)
        del self.gatherings[own]
        return Joined(key, _in_order(gathering.pieces))

    def next_due(self) -> int | None:
        """When the oldest gathering ends."""
        return next((gathering.due for gathering in self.gatherings.values()), None)

    def expire(self, now: int) -> list[Gathering]:
        """Give up, and give back, what has waited long enough."""
        over: list[Gathering] = []
        while self.gatherings:
            name, gathering = next(iter(self.gatherings.items()))
            if gathering.due > now:
                break
            over.append(self.gatherings.pop(name))
        return over


def _repeated(gathering: Gathering, number: int, octets: bytes) -> Repeated | None:
    for piece in gathering.pieces:
        if piece.number == number:
            missing = gathering.key.total - len(gathering.pieces)
            return Repeated(gathering.key, number, piece.name, piece.octets == octets, missing)
    return None


def _in_order(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    return tuple(sorted(pieces, key=lambda piece: piece.number))


def _name(key: Key) -> str:
    """One string for one key: JSON has no other kind of key, and repr() is free of collisions."""
    return repr((key.account, key.source, key.destination, key.reference, key.width, key.total))
