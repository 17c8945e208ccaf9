"""Requests waiting to leave: first come, first out, over whichever link is bound and has room in its window, no faster
than allowed. A request is written in the moment it is its turn, so that they leave in the order in which they came.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol, TypeAlias, TypeVar

from emulator.smpp import Pdu, Unreadable

T = TypeVar("T")
Answer: TypeAlias = "asyncio.Future[Pdu | Unreadable]"


class Link(Protocol):
    """A connection, as far as the outbox knows it. `room`: does it take one more request right now, and is that of a
    kind that its bind allows?"""

    def room(self, command_id: int) -> bool: ...

    def request(self, pdu: Pdu) -> Answer: ...


class Shut(Exception):
    """The client was closed before the request left."""


async def answered(future: "asyncio.Future[T]", until: float) -> T:
    """What it comes to until that moment, or TimeoutError. What comes in the same moment counts: a request that has
    left must not be told as one that has not."""
    await asyncio.wait([future], timeout=max(until - asyncio.get_running_loop().time(), 0.0))
    if not future.done():
        raise TimeoutError
    return future.result()


class Outbox:
    """`links`: those that are there right now; `rate`: requests a second, 0 for as fast as they go."""

    def __init__(self, links: Callable[[], Iterable[Link]], rate: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._links = links
        self._gap = 1 / rate if rate else 0.0
        self._next = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: dict[asyncio.Future[Answer], Pdu] = {}
        self._under_way: set[Answer] = set()
        self.over = asyncio.Event()
        """Set when the client is closed."""

    def __len__(self) -> int:
        return len(self._waiting)

    async def send(self, pdu: Pdu, until: float) -> Answer:
        """Wait for its turn until that moment (TimeoutError) → where its answer will come. Raises Shut."""
        if self.over.is_set():
            raise Shut
        turn: asyncio.Future[Answer] = self._loop.create_future()
        self._waiting[turn] = pdu
        self.pump()
        try:
            return await answered(turn, until)
        finally:
            self._waiting.pop(turn, None)

    def pump(self) -> None:
        """Let go what may go: a link was bound, or has room again."""
        while self._waiting and self._timer is None:
            turn, pdu = next(iter(self._waiting.items()))
            if turn.done():
                del self._waiting[turn]
                continue
            link = next((one for one in self._links() if one.room(pdu.command_id)), None)
            if link is None:
                return
            if self._gap and self._next > self._loop.time():
                self._timer = self._loop.call_at(self._next, self._tick)
                return
            self._next = max(self._next, self._loop.time()) + self._gap
            del self._waiting[turn]
            try:
                answer = link.request(pdu)
            except ValueError as why:
                turn.set_exception(why)
                continue
            self._under_way.add(answer)
            answer.add_done_callback(self._under_way.discard)
            turn.set_result(answer)

    def _tick(self) -> None:
        self._timer = None
        self.pump()

    def shut(self) -> None:
        """Nothing leaves any more; whoever waits is told."""
        self.over.set()
        if self._timer is not None:
            self._timer.cancel()
        for turn in self._waiting:
            if not turn.done():
                turn.set_exception(Shut())
        self._waiting.clear()

    async def drained(self, within: float) -> None:
        """Wait for the answers to what has left, so long at most."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=within)

    async def pause(self, seconds: float) -> bool:
        """Wait so long, or until the client is closed → is it closed?"""
        try:
            async with asyncio.timeout(seconds):
                await self.over.wait()
        except TimeoutError:
            return False
        return True
