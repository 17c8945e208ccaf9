"""What the SMSC brought: kept for whoever reads it, or handed on and answered when it has been worked off."""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Generic, TypeVar

from emulator.client.reports import Report
from emulator.client.smpp.messages import Incoming
from emulator.smpp import Status

T = TypeVar("T")
_log = logging.getLogger("emulator.client")


class Place(Generic[T]):
    """For one kind of what comes: `most` that wait here, or are being worked off by `take`."""

    def __init__(self, most: int, take: Callable[[T], object] | None) -> None:
        self._most = most
        self._take = take
        self._under_way = 0
        self._queue: asyncio.Queue[T | None] = asyncio.Queue()
        self._ended = False

    @property
    def full(self) -> bool:
        return self._queue.qsize() + self._under_way >= self._most

    def take(self, item: T, put_back: Callable[[], None]) -> int | Awaitable[int]:
        """The status to answer, or who will know it; `put_back`: nothing came of it."""
        if self._take is None:
            self._queue.put_nowait(item)
            return Status.ROK
        self._under_way += 1
        return self._worked_off(self._take, item, put_back)

    async def _worked_off(self, take: Callable[[T], object], item: T, put_back: Callable[[], None]) -> int:
        done = False
        try:
            result = take(item)
            if inspect.isawaitable(result):
                await result
            done = True
        except Exception:
            _log.exception("smpp: what came could not be worked off: the SMSC is asked to bring it again")
        finally:
            self._under_way -= 1
            if not done:
                put_back()
        return Status.ROK if done else Status.RX_T_APPN

    async def items(self) -> AsyncIterator[T]:
        """What comes, until the end."""
        queue = self._queue
        while (item := await queue.get()) is not None:
            yield item
        queue.put_nowait(None)

    def begin(self) -> None:
        """Anew, after an end."""
        if self._ended:
            self._queue, self._ended = asyncio.Queue(), False

    def end(self) -> None:
        self._ended = True
        self._queue.put_nowait(None)


class Deliveries:
    """Receipts and subscribers' messages: one being full does not stop the other."""

    def __init__(
        self, most: int, take_report: Callable[[Report], object] | None,
        take_message: Callable[[Incoming], object] | None,
    ) -> None:  # fmt: skip
        self.reports: Place[Report] = Place(most, take_report)
        self.messages: Place[Incoming] = Place(most, take_message)

    def place(self, receipt: bool) -> Place[Any]:
        """Where such a one goes."""
        return self.reports if receipt else self.messages

    def begin(self) -> None:
        self.reports.begin()
        self.messages.begin()

    def end(self) -> None:
        self.reports.end()
        self.messages.end()
