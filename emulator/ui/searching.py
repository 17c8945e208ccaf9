"""The inbox's search: newest first, a page at a time, by index where a word names a number, reference or id exactly."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple
from urllib.parse import urlencode

from emulator.admin.finding import number_of
from emulator.core.messages import Batch, Message, Store
from emulator.sandboxes import Sandbox

PAGE = 50
"""So many messages are shown at once."""
_SCANNED = 100_000
"""So many are looked through for one page."""
_BREATH = 2_000
"""After so many, others on the loop get their turn."""


class Search(NamedTuple):
    """What is looked for. `text`: each of its words must stand in the number, text, sender, reference, id or status."""

    text: str = ""
    provider: str = ""
    status: str = ""
    before: int = 0
    """Only messages with a lower id; 0: from the newest on."""

    @classmethod
    def of(cls, query: dict[str, str]) -> "Search":
        return cls(query.get("q", "").strip()[:200], query.get("provider", ""), query.get("status", ""),
                   number_of(query.get("before")))  # fmt: skip

    @property
    def narrows(self) -> bool:
        return bool(self.text or self.provider or self.status)

    def query(self, **more: str) -> str:
        """As a query string."""
        said = {"q": self.text, "provider": self.provider, "status": self.status, **more}
        return urlencode({name: value for name, value in said.items() if value})

    def fits(self, batch: Batch, message: Message) -> bool:
        if batch.provider != (self.provider or batch.provider) or message.status != (self.status or message.status):
            return False
        if not self.text:
            return True
        hay = "\n".join((
            message.to, batch.text, batch.sender, batch.reference or "", batch.provider_id or "", batch.provider,
            message.status, f"m{message.id}",
        )).casefold()  # fmt: skip
        return all(word in hay for word in self.text.casefold().split())


class Found(NamedTuple):
    """A page of messages. `more`: the id before which to go on; 0 at the end. `scanned`: so many, if too many."""

    messages: list[Message]
    more: int
    scanned: int


async def find(sandbox: Sandbox, search: Search) -> Found:
    """The newest messages that fit."""
    store = sandbox.engine.world.store
    found: list[Message] = []
    looked = 0
    async for message in _breathing(_candidates(sandbox, store, search)):
        if len(found) == PAGE:
            return Found(found, found[-1].id, 0)
        looked += 1
        if search.fits(store.batch_of(message), message):
            found.append(message)
        elif looked >= _SCANNED:
            return Found(found, message.id, looked)
    return Found(found, 0, 0)


def _candidates(sandbox: Sandbox, store: Store, search: Search) -> Iterator[Message]:
    """What may fit, newest first. One word that is exactly a number, reference or id is found by index."""
    last = search.before - 1 if search.before else len(store.messages)
    ids = _indexed(sandbox, store, search.text)
    if ids:
        return (store.messages[n - 1] for n in ids if n <= last)
    return (store.messages[n - 1] for n in range(min(last, len(store.messages)), 0, -1))


def _indexed(sandbox: Sandbox, store: Store, text: str) -> list[int]:
    if not text or " " in text or len(text) < 6:
        return []
    ids = set(store.to_number(text))
    for provider in sandbox.providers:
        ids |= {*store.with_reference(provider, text), *store.with_provider_id(provider, text)}
    return sorted(ids, reverse=True)


async def _breathing(messages: Iterator[Message]) -> AsyncIterator[Message]:
    for count, message in enumerate(messages, 1):
        yield message
        if count % _BREATH == 0:
            await asyncio.sleep(0)
