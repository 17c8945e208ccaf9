"""Batches and messages: one accepted request, and one recipient of it; and the store that finds them."""

from collections.abc import Iterator

import msgspec

from emulator.core.statuses import Status
from emulator.core.values import Moment


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
    created_at: Moment
    begins_at: Moment
    first: bool
    flash: bool
    report: bool
    extra: dict[str, str]
    ids: tuple[str, ...] = ()
    """Of its parts, where each part was submitted by itself; the first is `provider_id`."""
    asks: tuple[int, ...] = ()
    """Which reports are wanted, by flags of the protocol; one for each of `ids`, or one. (): by a callback."""


class Message(msgspec.Struct, gc=False):
    """One recipient. `history` is flat, status and moment in turn, to stay small."""

    id: int
    batch: int
    to: str
    status: Status
    history: tuple[str | int, ...]
    plan: int
    version: int = 0
    """Goes up when a hand moves the message: what the plan still held is void then."""
    reason: str = ""
    error: int = 0
    operator: str = ""
    """What a rule calls the subscriber's network."""

    @property
    def changed_at(self) -> Moment:
        at = self.history[-1]
        assert isinstance(at, int)
        return at

    def become(self, status: Status, at: Moment, reason: str, error: int, operator: str = "") -> None:
        self.status = status
        self.reason = reason
        self.error = error
        self.operator = operator or self.operator
        self.history = (*self.history, status, at)


class Incoming(msgspec.Struct):
    """A subscriber's message to the account. `way`: the protocol it goes by."""

    id: int
    provider: str
    way: str
    source: str
    to: str
    text: str
    at: Moment


class Store:
    """All batches and messages of a sandbox, by id (they count from 1) and by what people ask with."""

    def __init__(self, batches: list[Batch], messages: list[Message]) -> None:
        self.batches: list[Batch] = []
        self.messages: list[Message] = []
        self._by_number: dict[str, list[int]] = {}
        self._by_reference: dict[tuple[str, str], list[int]] = {}
        self._by_provider_id: dict[tuple[str, str], list[int]] = {}
        for batch in batches:
            self.add_batch(batch)
        for message in messages:
            self.add(message)

    def add_batch(self, batch: Batch) -> None:
        self.batches.append(batch)

    def add(self, message: Message) -> None:
        self.messages.append(message)
        batch = self.batches[message.batch - 1]
        self._by_number.setdefault(message.to, []).append(message.id)
        if batch.reference:
            self._by_reference.setdefault((batch.provider, batch.reference), []).append(message.id)
        if batch.provider_id is not None:
            for provider_id in batch.ids or (batch.provider_id,):
                self._by_provider_id.setdefault((batch.provider, provider_id), []).append(message.id)

    def message(self, number: int) -> Message | None:
        return self.messages[number - 1] if 0 < number <= len(self.messages) else None

    def batch_of(self, message: Message) -> Batch:
        return self.batches[message.batch - 1]

    def to_number(self, number: str) -> list[int]:
        """Ids of the messages to a number, oldest first."""
        return self._by_number.get(number, [])

    def with_reference(self, provider: str, reference: str) -> list[int]:
        return self._by_reference.get((provider, reference), [])

    def with_provider_id(self, provider: str, provider_id: str) -> list[int]:
        return self._by_provider_id.get((provider, provider_id), [])

    def sent_as(self, provider: str, number: str, reference: str) -> list[int]:
        """Ids of the messages of a provider to a number under the client's reference, oldest first."""
        return sorted(set(self.with_reference(provider, reference)) & set(self.to_number(number)))

    def after(self, number: int) -> Iterator[Message]:
        """Messages with a higher id, oldest first."""
        for index in range(number, len(self.messages)):
            yield self.messages[index]
