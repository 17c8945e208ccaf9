"""The inbox's search: newest first, a page at a time, by index where a word names a number, reference or id exactly."""

from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import groupby
from typing import NamedTuple, TypeVar
from urllib.parse import urlencode

from emulator.control_api.filters import number_of
from emulator.control_api.refused_sends import RefusedSend, refused_sends
from emulator.core.messages import Batch, Message
from emulator.core.state.message_store import MessageStore
from emulator.core.units import Timestamp
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.turns import Steps, in_turns

T = TypeVar("T")

PAGE = 50
"""So many messages are shown at once."""
REFUSED = "refused"
"""Stands among the statuses of messages, for sends of which there is none."""
_SCANNED = 100_000
"""So many are looked through for one page."""
_WORD = 6
"""A word as long as this may be a number, a reference or an id."""


def page_of(
    entries: Iterable[tuple[int, T]], fits: Callable[[T], bool], most: int, looked_at: int
) -> Steps[tuple[list[T], int]]:  # fmt: skip
    """Of the first `looked_at` entries, each with its number, the first `most` that fit; and the number of the last one
    looked at, if others are left."""
    found: list[T] = []
    last = 0
    for count, (number, one) in enumerate(entries):
        if len(found) == most or count == looked_at:
            return found, last
        yield
        last = number
        if fits(one):
            found.append(one)
    return found, 0


class InboxSearch(NamedTuple):
    """What is looked for. `text`: each of its words must stand in the number, text, sender, reference, id or status."""

    text: str = ""
    provider: str = ""
    status: str = ""
    before: int = 0
    """Only messages with a lower id; 0: from the newest on."""

    @classmethod
    def of(cls, query: dict[str, str]) -> "InboxSearch":
        return cls(query.get("q", "").strip()[:200], query.get("provider", ""), query.get("status", ""),
                   number_of(query.get("before")))  # fmt: skip

    @property
    def narrows(self) -> bool:
        return bool(self.text or self.provider or self.status)

    def query(self, **more: str) -> str:
        """As a query string."""
        said = {"q": self.text, "provider": self.provider, "status": self.status, **more}
        return urlencode({name: value for name, value in said.items() if value})

    def fits(self, message: Message, batch: Batch) -> bool:
        if batch.provider != (self.provider or batch.provider) or message.status != (self.status or message.status):
            return False
        if not self.text:
            return True
        hay = "\n".join((
            message.to, batch.text, batch.sender, batch.reference or "", batch.provider_id or "", batch.provider,
            message.status, f"m{message.id}",
        )).casefold()  # fmt: skip
        return all(word in hay for word in self.text.casefold().split())

    def fits_refused(self, one: RefusedSend) -> bool:
        """Is a send that was refused looked for?"""
        if self.status not in ("", REFUSED) or one.exchange.provider != (self.provider or one.exchange.provider):
            return False
        said = (*one.to, one.text, one.sender, one.reference, one.exchange.provider, REFUSED, f"x{one.exchange.id}")
        hay = "\n".join(said).casefold()
        return all(word in hay for word in self.text.casefold().split())


class SearchResult(NamedTuple):
    """A page of messages. `more`: the id before which to go on; 0 at the end. `scanned`: so many, if too many.
    `refused`: the sends of the same time that were refused."""

    messages: list[Message]
    more: int
    scanned: int
    refused: list[RefusedSend]


async def find(sandbox: Sandbox, search: InboxSearch) -> SearchResult:
    """The newest messages that fit, and what was refused meanwhile."""
    store = sandbox.engine.state.store
    candidates = () if search.status == REFUSED else store.with_batches(_candidates(sandbox, store, search))
    numbered = ((pair[0].id, pair) for pair in candidates)
    pairs, more = await in_turns(page_of(numbered, lambda pair: search.fits(*pair), PAGE, _SCANNED))
    found = [message for message, _ in pairs]
    edge = store.message(search.before) if search.before else None
    newest = store.batch_of(edge).created_at if edge is not None else None
    oldest = store.batch_of(found[-1]).created_at if more and found else None
    scanned = _SCANNED if more and len(found) < PAGE else 0
    return SearchResult(found, more, scanned, _refused(sandbox, search, newest, oldest))


def _refused(
    sandbox: Sandbox, search: InboxSearch, newest: Timestamp | None, oldest: Timestamp | None
) -> list[RefusedSend]:
    """Sends that were refused before `newest` and since `oldest`, the newest first."""
    found: list[RefusedSend] = []
    for one in refused_sends(sandbox):
        if len(found) == PAGE or (oldest is not None and one.at < oldest):
            break
        if (newest is None or one.at < newest) and search.fits_refused(one):
            found.append(one)
    return found


def _candidates(sandbox: Sandbox, store: MessageStore, search: InboxSearch) -> Iterator[Message]:
    """What may fit, newest first. One word that is exactly a number, reference or id is found by index."""
    word, end = search.text, len(store.messages) + 1
    before = search.before or end
    if len(word) >= _WORD and " " not in word and next(_called(sandbox, store, word, end), None) is not None:
        return _called(sandbox, store, word, before)
    return store.newest(before, search.status or None, search.provider or None)


def _called(sandbox: Sandbox, store: MessageStore, word: str, before: int) -> Iterator[Message]:
    """Messages whose number, reference or provider's id is the word, newest first."""
    named = {
        number for provider in sandbox.providers for find in (store.with_reference, store.with_provider_id)
        for number in find(provider, word) if number < before
    }  # fmt: skip
    by_name = (store.messages[number - 1] for number in sorted(named, reverse=True))
    both = merge(store.newest_to(word, before), by_name, key=lambda message: -message.id)
    return (next(same) for _, same in groupby(both, key=lambda message: message.id))
