"""All batches and messages of a sandbox, and what finds them by the words people ask with.

Messages and batches stand in lists of pages (paged_list.py): the newest pages, and those asked for lately, hold
objects, all others are packed to bytes. Two indexes (name_index.py) lead from numbers and from names to ids; a hit is
compared with the thing itself. A batch's messages lie behind one another, so that a reference or a provider's id leads
to its batch alone. Beside plain lists and dicts, for a million messages: 250 bytes a message in place of 1,280 (of the
600 that it may have), no more time to add one (15 us and 16), 17 ms in place of 1.2 s for a full run of the garbage
collector; to look one up costs 40 us in place of 5.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, islice
from typing import cast
from zlib import crc32

from emulator.core.messages import Batch, Message
from emulator.core.state.name_index import NameIndex
from emulator.core.state.paged_list import CacheSize, PagedList
from emulator.core.statuses import STATUSES, Status

_BIT = {status: 1 << place for place, status in enumerate(STATUSES)}
_PROVIDER_BITS = 16
"""Two that share one are looked through together."""
_ANY = -1
"""Every bit."""
_RUN = 32
"""So many messages are put back at once."""


class MessageStore:
    """Ids count from 1. What `take` and `take_batch` give may be changed until the next `evict`; everything else is to
    be read."""

    def __init__(self, room: CacheSize | None = None) -> None:
        room = room or CacheSize()
        self.batches = PagedList(Batch, "provider", _provider_bit, room)
        self.messages = PagedList(Message, "status", _BIT.__getitem__, room)
        self.by_status: Counter[Status] = Counter()
        """How many messages have a status."""
        self.claimed: dict[str, int] = {}
        """The highest of a provider's ids that are numbers (of less than 20 digits) and were not given out by it."""
        self._first = array("I")
        """The first message of each batch."""
        self._by_number = NameIndex(self.messages, lambda page: [(one.to, one.id) for one in page], one_each=True)
        self._by_name = NameIndex(self.batches, _named)

    # making

    def add(
        self, batch: Batch, numbers: Iterable[str], status: Status, plan: int, reason: str = "", error: int = 0
    ) -> list[Message]:  # fmt: skip
        """Messages to some numbers that are alike otherwise: of the next batch, or of the last one."""
        messages, made, history = self.messages, [], (status, batch.created_at)
        number = messages.count
        if batch.id > self.batches.count:
            self.batches.append(batch)
            self._first.append(number + 1)
        for to in numbers:
            number += 1
            made.append(Message(number, batch.id, to, status, history, plan, 0, reason, error))
        messages.extend(made)
        self.by_status[status] += len(made)
        return made

    def claim(self, provider: str, provider_id: str) -> None:
        """An id that the provider has not given out itself, but might one day."""
        if len(provider_id) < 20 and provider_id.isdecimal():
            self.claimed[provider] = max(int(provider_id), self.claimed.get(provider, 0))

    def became(self, before: Status, now: Status) -> None:
        """A message changed its status."""
        self.by_status[before] -= 1
        self.by_status[now] += 1

    def put_back(self, batches: Iterable[bytes], messages: Iterable[bytes]) -> Iterator[None]:
        """An empty store gets what the lists of another one gave as `packed`, step by step."""
        return self.fill(self.batches.unpack(batches), self.messages.unpack(messages))

    def fill(self, batches: Iterable[Batch], messages: Iterable[Message]) -> Iterator[None]:
        """An empty store gets these, step by step."""
        for batch in batches:
            self.batches.append(batch)
            for one in _ids(batch):
                self.claim(batch.provider, one)
            self.batches.evict()
            yield
        for batch_id, those in groupby(messages, lambda message: message.batch):
            while run := list(islice(those, _RUN)):
                while len(self._first) < batch_id:
                    self._first.append(run[0].id)
                self.messages.extend(run)
                self.by_status.update(message.status for message in run)
                self.evict()
                yield

    def evict(self) -> None:
        """Between inputs: what has not been used for long is packed."""
        if self.batches.full:
            self.batches.evict()
        if self.messages.full:
            self.messages.evict()

    # one

    def message(self, number: int) -> Message | None:
        return self.messages[number - 1] if 0 < number <= len(self.messages) else None

    def near(self, number: int) -> Message:
        """A message, where those beside it will be read next."""
        return self.messages.near(number - 1)

    def take(self, number: int) -> Message:
        """A message to be changed."""
        return self.messages.take(number - 1)

    def take_batch(self, number: int) -> Batch:
        """A batch to be changed."""
        return self.batches.take(number - 1)

    def batch_of(self, message: Message) -> Batch:
        batch = self.batches[message.batch - 1]
        return batch if batch.replaced is None else batch.as_sent(message.id)

    def batch_near(self, message: Message) -> Batch:
        """Its batch, where those of the messages beside it will be read next."""
        batch = self.batches.near(message.batch - 1)
        return batch if batch.replaced is None else batch.as_sent(message.id)

    def batch_number(self, message: int) -> int:
        """The id of the batch of a message, which is not read for it."""
        return bisect_right(self._first, message)

    def messages_of(self, batch: int) -> range:
        """The ids of a batch's messages."""
        first, end = self._first, len(self.messages) + 1
        return range(first[batch - 1] if batch <= len(first) else end, first[batch] if batch < len(first) else end)

    # by what people ask with

    def to_number(self, number: str, after: int = 0) -> Iterator[Message]:
        """The messages to a number with a higher id, oldest first."""
        ids = self._by_number.find(number)
        found = (self.messages[ids[place] - 1] for place in range(bisect_right(ids, after), len(ids)))
        return (message for message in found if message.to == number)

    def newest_to(self, number: str, before: int | None = None) -> Iterator[Message]:
        """The messages to a number with a lower id, newest first."""
        ids = self._by_number.find(number)
        last = len(ids) if before is None else bisect_left(ids, before)
        found = (self.messages[ids[place] - 1] for place in range(last - 1, -1, -1))
        return (message for message in found if message.to == number)

    def with_reference(self, provider: str, reference: str, to: str | None = None) -> list[int]:
        """Ids of the messages (to a number) under the client's reference, oldest first."""
        return [one for batch in self._referred(provider, reference) for one in self._of(batch, to)]

    def with_provider_id(self, provider: str, provider_id: str, to: str | None = None) -> list[int]:
        """Ids of the messages (to a number) under the provider's id, oldest first."""
        return [one for batch in self._identified(provider, provider_id) for one in self._of(batch, to)]

    def newest_with(self, provider: str, provider_id: str, to: str) -> int | None:
        """The id of the newest of them."""
        batches = reversed(list(self._identified(provider, provider_id)))
        return next((ids[-1] for batch in batches if (ids := self._of(batch, to))), None)

    def taken(self, provider: str, provider_id: str) -> bool:
        """Is there a batch under the provider's id?"""
        return next(self._identified(provider, provider_id), None) is not None

    def likely(
        self, after: int, status: str | None = None, provider: str | None = None, text: str = ""
    ) -> Iterator[Message]:  # fmt: skip
        """Messages with a higher id, oldest first; passed over are pages that hold none that has the status, is the
        provider's and has the text."""
        pages = range(self.messages.page_of(after), self.messages.pages)
        likely = (self.messages.page(page) for page in self._likely(pages, status, provider, text))
        return (message for page in likely for message in page if message.id > after)

    def newest(self, before: int, status: str | None = None, provider: str | None = None) -> Iterator[Message]:
        """Messages with a lower id, newest first; passed over as above."""
        pages = range(min(self.messages.page_of(before - 1), self.messages.pages - 1), -1, -1)
        likely = (self.messages.page(page) for page in self._likely(pages, status, provider, ""))
        return (message for page in likely for message in reversed(page) if message.id < before)

    def with_batches(self, messages: Iterable[Message]) -> Iterator[tuple[Message, Batch]]:
        """Each with its batch, quickly where their ids lie close together."""
        read, batches = -1, self.batches
        for message in messages:
            page = batches.page_of(message.batch - 1)
            if page != read:
                read, there = page, batches.page(page)
                first = there[0].id
            batch = there[message.batch - first]
            yield message, batch if batch.replaced is None else batch.as_sent(message.id)

    # inside

    def _likely(self, pages: range, status: str | None, provider: str | None, text: str) -> Iterator[int]:
        status_bit = _ANY if status is None else _BIT.get(cast(Status, status), 0)
        provider_bit = _ANY if provider is None else _provider_bit(provider)
        octets = text.encode("utf-8", "surrogatepass")
        for page in pages:
            if self.messages.may_hold(page, status_bit) and (
                (not octets and provider is None)
                or any(self.batches.may_hold(one, provider_bit, octets) for one in self._batch_pages(page))
            ):
                yield page

    def _batch_pages(self, page: int) -> range:
        """Where the batches of a page of messages lie."""
        first, end = self.batch_number(self.messages.first_of(page) + 1), len(self.batches)
        if page + 1 < self.messages.pages:
            end = self.batch_number(self.messages.first_of(page + 1))
        return range(self.batches.page_of(first - 1), self.batches.page_of(end - 1) + 1)

    def _of(self, batch: int, to: str | None) -> Sequence[int]:
        """The ids of a batch's messages, or of those to a number."""
        there: Sequence[int] = self.messages_of(batch)
        if to is None:
            return there
        if len(there) > 1:
            ids = self._by_number.find(to)
            there = ids[bisect_left(ids, there[0]) : bisect_right(ids, there[-1])]
        return [one for one in there if self.messages[one - 1].to == to]

    def _referred(self, provider: str, reference: str) -> Iterator[int]:
        """Batches under a reference."""
        for number in self._by_name.find(reference):
            batch = self.batches[number - 1]
            if batch.reference == reference and batch.provider == provider:
                yield number

    def _identified(self, provider: str, provider_id: str) -> Iterator[int]:
        """Batches under a provider's id."""
        for number in self._by_name.find(provider_id):
            batch = self.batches[number - 1]
            if provider_id in _ids(batch) and batch.provider == provider:
                yield number


def _ids(batch: Batch) -> tuple[str, ...]:
    """Of a batch: the provider's, or those of its parts."""
    return batch.ids or (() if batch.provider_id is None else (batch.provider_id,))


def _named(page: list[Batch]) -> list[tuple[str, int]]:
    """Each of the names by which batches are found, with the batch's id."""
    named: list[tuple[str, int]] = []
    for one in page:
        provider_id, reference = one.provider_id, one.reference
        if one.ids:
            named += [(name, one.id) for name in dict.fromkeys((*one.ids, reference or one.ids[0]))]
            continue
        if provider_id is not None:
            named.append((provider_id, one.id))
        if reference and reference != provider_id:
            named.append((reference, one.id))
    return named


@lru_cache(maxsize=64)
def _provider_bit(provider: str) -> int:
    return 1 << crc32(provider.encode()) % _PROVIDER_BITS
