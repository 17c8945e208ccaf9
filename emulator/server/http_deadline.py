"""Until when a client has to have done what it does next: one timer, which is not set anew for each request."""

import asyncio
import math
from collections.abc import Callable


class Deadline:
    """Of one connection. `over` hears for what there was no more time."""

    __slots__ = ("_armed", "_loop", "_over", "_timer", "due", "waits_for")

    def __init__(self, loop: asyncio.AbstractEventLoop, over: Callable[[str], None]) -> None:
        self._loop = loop
        self._over = over
        self._timer: asyncio.TimerHandle | None = None
        self._armed = self.due = math.inf
        """When the timer comes, and when what is waited for has to be there: moved by others, where it is later."""
        self.waits_for = ""
        """What that is: a place, a handshake, a request, its head or its body, the end."""

    def expect(self, what: str, seconds: float) -> None:
        """That has to be there in so many real seconds."""
        self.waits_for = what
        self.due = self._loop.time() + seconds
        if self.due < self._armed:
            if self._timer is not None:
                self._timer.cancel()
            self._arm()

    def lift(self) -> None:
        """It is not for the client to do anything."""
        self.due, self.waits_for = math.inf, ""

    def stop(self) -> None:
        """Nothing is waited for any more. Who heard of it is let go of, not left to the garbage collector."""
        self._over = _nobody
        if self._timer is not None:
            self._timer.cancel()

    def _arm(self) -> None:
        self._armed = self.due
        self._timer = self._loop.call_at(self.due, self._ring)

    def _ring(self) -> None:
        self._timer, self._armed = None, math.inf
        if self._loop.time() >= self.due:
            self._over(self.waits_for)
        elif self.due != math.inf:
            self._arm()


def _nobody(what: str) -> None: ...
