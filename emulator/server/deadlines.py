"""How long an SMPP connection may take: who never ends a PDU, or leaves unread what is written, is given up."""

import asyncio
from collections.abc import Callable

from emulator.http.limits import Limits


class Deadlines:
    """Of one connection. `give_up` hears why, and whether a last word can still be said."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, limits: Limits, give_up: Callable[[str, bool], None]
    ) -> None:  # fmt: skip
        self.limits = limits
        self._loop = loop
        self._give_up = give_up
        self._late: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    def part(self, held: int, ended: bool) -> None:
        """Octets came: so many wait for the rest of their PDU; `ended`: a PDU came to its end."""
        if self._late is not None and (ended or not held):
            self._late.cancel()
            self._late = None
        if held and self._late is None:
            why = f"a PDU was not there whole after {self.limits.head_seconds:g} s (--head-seconds)"
            self._late = self._loop.call_later(self.limits.head_seconds, self._give_up, why, True)

    def unread(self) -> None:
        """Something lies unread."""
        if self._unread is None:
            why = f"what was written lay unread for {self.limits.stalled_seconds:g} s (--stalled-seconds)"
            self._unread = self._loop.call_later(self.limits.stalled_seconds, self._give_up, why, False)

    def read(self) -> None:
        """It was read."""
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def stop(self) -> None:
        """The connection is gone."""
        self.read()
        if self._late is not None:
            self._late.cancel()
