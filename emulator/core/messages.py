"""Batches and messages: one accepted request, and one recipient of it."""

from bisect import bisect_left
from typing import Literal, cast, get_args

import msgspec

from emulator.core.statuses import Status
from emulator.core.units import Timestamp

MessageKind = Literal["sms", "call", "hlr", "ping"]
"""A text; a call with a code; two questions about a number: where is it registered, is its telephone on."""
KINDS: tuple[MessageKind, ...] = get_args(MessageKind)


class Former(msgspec.Struct, frozen=True, array_like=True):
    """What some messages of a batch are while its others were replaced; `moment` and `ends`, where they had been
    replaced before."""

    messages: tuple[int, ...]
    """Ids, rising."""
    text: str
    parts: int
    asks: tuple[int, ...]
    begins_at: Timestamp
    moment: Timestamp | None = None
    ends: Timestamp | None = None

    def has(self, message: int) -> bool:
        """Is it one of them?"""
        place = bisect_left(self.messages, message)
        return place < len(self.messages) and self.messages[place] == message


class Replacement(msgspec.Struct, frozen=True, array_like=True):
    """When a batch was replaced, and when the life of its messages ends by that (None: as before). `left_out` are those
    that it did not reach, because they were delivered: they stay what they were."""

    moment: Timestamp | None
    ends: Timestamp | None = None
    left_out: tuple[Former, ...] = ()


class Batch(msgspec.Struct, gc=False):
    """What all recipients of one accepted request have in common."""

    id: int
    provider: str
    protocol: str
    provider_id: str | None
    sender: str
    text: str
    reference: str | None
    encoding: str
    parts: int
    cost: int
    """For one recipient."""
    created_at: Timestamp
    begins_at: Timestamp
    first: bool
    flash: bool
    report: bool
    extra: dict[str, str]
    ids: tuple[str, ...] = ()
    """Of its parts, where each part was submitted by itself; the first is `provider_id`."""
    asks: tuple[int, ...] = ()
    """Which reports are wanted, by flags of the protocol; one for each of `ids`, or one. (): by a callback."""
    replaced: Replacement | None = None
    """By another text, schedule and life time."""

    @property
    def kind(self) -> MessageKind:
        """It stands in `extra` where it is not text, so that the many texts carry nothing for it."""
        return cast("MessageKind", self.extra.get("kind", "sms"))

    def as_sent(self, message: int) -> "Batch":
        """The batch as one of its messages has it: this, or what it was before others of it were replaced."""
        if self.replaced is None or not self.replaced.left_out:
            return self
        former = next((one for one in self.replaced.left_out if one.has(message)), None)
        if former is None:
            return self
        return msgspec.structs.replace(
            self, text=former.text, parts=former.parts, asks=former.asks, begins_at=former.begins_at,
            replaced=None if former.moment is None else Replacement(former.moment, former.ends),
        )  # fmt: skip


class Message(msgspec.Struct, gc=False):
    """One recipient. `history` is flat, status and moment in turn, to stay small."""

    id: int
    batch: int
    to: str
    status: Status
    history: tuple[str | int, ...]
    plan: int
    version: int = 0
    """Goes up when an admin command moves the message: what the plan still held is void then."""
    reason: str = ""
    error: int = 0
    operator: str = ""
    """What a rule calls the subscriber's network."""

    @property
    def changed_at(self) -> Timestamp:
        at = self.history[-1]
        assert isinstance(at, int)
        return at

    def become(self, status: Status, at: Timestamp, reason: str, error: int, operator: str = "") -> None:
        self.status = status
        self.reason = reason
        self.error = error
        if operator:
            self.operator = operator
        self.history += status, at


class Incoming(msgspec.Struct):
    """A subscriber's message to the account. `way`: the protocol it goes by. `retries`: as its rule says; None: as the
    account does."""

    id: int
    provider: str
    way: str
    source: str
    to: str
    text: str
    at: Timestamp
    retries: tuple[float, ...] | None = None
