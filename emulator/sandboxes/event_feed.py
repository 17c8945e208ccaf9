"""What happened in a sandbox, as it happens: numbered, the newest kept, so that each listener reads at its own pace.

The ring is the queue of all listeners: a slow one costs nobody anything, falls off its end and is told how many events
it missed.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from emulator.core.messages import Message

KEPT = 1000
"""So many events can be had again."""

REPLACED = ("reset", "restored", "forgotten")
"""Kinds of events after which there is not what was there before: another state, or (forgotten) another journal."""


Listener = Callable[[str, int], None]
"""Hears of each at once: kind and number."""


class FeedEvent(NamedTuple):
    """Something of a kind (requests, messages, callbacks, ...) happened to number `number`; of a message, `steps`
    statuses stood in its history by then."""

    kind: str
    number: int
    steps: int = 0


class EventFeed:
    """The events of one sandbox. They count from 1, on over resets."""

    def __init__(self) -> None:
        self.made = 0
        self._ring: deque[tuple[str, int, int]] = deque(maxlen=KEPT)
        self._waiting: list[asyncio.Future[None]] = []
        self.listeners: list[Listener] = []

    def add(self, kind: str, number: int) -> None:
        """Something happened that is no change of a message."""
        self.made += 1
        self._ring.append((kind, number, 0))
        if self._waiting:
            self._wake()
        if self.listeners:
            self._tell(kind, number)

    def changed(self, messages: Sequence[Message]) -> None:
        """Messages changed, in that order."""
        self.made += len(messages)
        for message in messages:
            self._ring.append(("messages", message.id, len(message.history) // 2))
        if self._waiting:
            self._wake()
        if self.listeners:
            for message in messages:
                self._tell("messages", message.id)

    def after(self, number: int) -> tuple[int, list[tuple[int, FeedEvent]]]:
        """How many events after that one are not kept any more, and those that are, each with its number."""
        first = self.made - len(self._ring) + 1
        missed = max(0, first - number - 1)
        begin = max(number + 1, first)
        ring = self._ring
        return missed, [(at, FeedEvent(*ring[at - first])) for at in range(begin, self.made + 1)]

    async def wait(self, seconds: float) -> bool:
        """Until the next event; False when none came within so many real seconds."""
        coming: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(coming)
        try:
            await asyncio.wait_for(coming, seconds)
        except TimeoutError:
            return False
        finally:
            if coming in self._waiting:
                self._waiting.remove(coming)
        return True

    def _tell(self, kind: str, number: int) -> None:
        for listener in tuple(self.listeners):
            listener(kind, number)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.done():
                one.set_result(None)
