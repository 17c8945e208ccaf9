"""The only file that reads real time.

A sandbox's clock has a rate: 0 stands, 1 is real, 60 is an hour a minute. It can be held while somebody walks it from
due date to due date, and it never goes back.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from emulator.core.units import LATEST, SECOND, Timestamp

if sys.platform == "win32":
    _time_ns: Callable[[], int] = time.time_ns
    _monotonic_ns: Callable[[], int] = time.monotonic_ns
else:  # by a name under which freezegun does not stand in for them
    _time_ns = partial(time.clock_gettime_ns, time.CLOCK_REALTIME)
    _monotonic_ns = partial(time.clock_gettime_ns, time.CLOCK_MONOTONIC)

_CLOCK_REALTIME_COARSE = 5
"""Linux's number of a clock that Python has no name for: the same time, some milliseconds coarser."""


def _now_ns() -> int:
    """The real time, though a test may be in another one already as this is imported: time-machine stands in for the
    one clock and not for the other."""
    now = _time_ns()
    if sys.platform != "linux":
        return now
    coarse = time.clock_gettime_ns(_CLOCK_REALTIME_COARSE)
    return now if abs(now - coarse) < 100_000_000 else coarse


_origin = _now_ns() // 1000 - _monotonic_ns() // 1000
"""Read once: a test that freezes time in this process does not stop our clocks."""


def monotonic() -> float:
    """Real seconds, whatever a test makes of time.monotonic()."""
    return _monotonic_ns() / 1e9


_source: ContextVar[Callable[[], Timestamp] | None] = ContextVar("time source", default=None)


def real_now() -> Timestamp:
    """The real moment; within `time_from`, what stands for it there."""
    source = _source.get()
    return _origin + _monotonic_ns() // 1000 if source is None else source()


@contextmanager
def time_from(source: Callable[[], Timestamp]) -> Iterator[None]:
    """What runs in this context, and every task and timer that begins in it, takes `source` for the real time: one
    emulator, its clients and its timers live in a time of their own, beside others of the same process."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


class Clock:
    """Sandbox time of one sandbox."""

    def __init__(self, now: Timestamp | None = None, rate: float = 1.0) -> None:
        real = real_now()
        self._base = real if now is None else now
        self._since = real
        self._rate = rate
        self.held = False
        """Does somebody walk it?"""

    @property
    def rate(self) -> float:
        """Sandbox seconds in a real second."""
        return self._rate

    @rate.setter
    def rate(self, rate: float) -> None:
        self._base, self._since = self.now(), real_now()
        self._rate = rate

    def written(self) -> tuple[Timestamp, Timestamp, float]:
        """The sandbox's time at a real one, and the rate: what `again` makes the clock of."""
        return self._base, self._since, self._rate

    @classmethod
    def again(cls, base: Timestamp, since: Timestamp, rate: float) -> "Clock":
        """A clock that was written down, in another process: it went on meanwhile, if it goes."""
        clock = cls(base, rate)
        clock._since = min(since, clock._since)
        return clock

    @property
    def stands(self) -> bool:
        """Does it stand still unless somebody moves it?"""
        return self.held or self._rate == 0

    def now(self) -> Timestamp:
        """The sandbox's time."""
        return self.at(real_now())

    def at(self, real: Timestamp) -> Timestamp:
        """The sandbox's time at a real one."""
        if self.held or self._rate == 0:
            return self._base
        elapsed = real - self._since
        if self._rate == 1:
            return self._base + elapsed
        return max(self._base, min(self._base + int(elapsed * self._rate), LATEST))

    def real_until(self, due: Timestamp) -> float | None:
        """Real seconds until a moment of the sandbox; None when it never comes by itself."""
        if self.held or self._rate == 0:
            return 0.0 if due <= self._base else None
        return max(due - self.now(), 0) / SECOND / self._rate

    def hold(self) -> None:
        """Stand, until `release`, whatever the rate; `walk_to` moves it meanwhile."""
        self._base, self.held = self.now(), True

    def move_to(self, moment: Timestamp) -> None:
        """Go on to a moment; an earlier one changes nothing."""
        self._base, self._since = max(moment, self.now()), real_now()

    def release(self) -> None:
        self._since, self.held = real_now(), False
