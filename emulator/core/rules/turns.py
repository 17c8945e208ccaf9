"""Whose turn it is: what counts the calls that match a rule, for all together or for each number, reference or text."""

from itertools import islice
from typing import Any

from emulator.core.rules.conditions import When
from emulator.core.rules.ranges import Rate
from emulator.core.units import Timestamp, seconds

MOST_KEYS = 100_000
"""Numbers, references or texts that one rule counts apart at most: of more, a tenth that came first is forgotten."""


class Turns:
    """What a rule has counted; `Rule` keeps the numbers, so that they go into a snapshot."""

    __slots__ = ("every", "first", "gap", "nth", "rate")

    def __init__(self, when: When) -> None:
        self.nth, self.first, self.every, self.rate = when.nth, when.first, when.every, when.rate
        self.gap = 0 if when.rate is None else seconds(when.rate.within)

    def come(self, counted: dict[str, int], recent: dict[str, list[Timestamp]], key: str, at: Timestamp) -> bool:
        """A call has come, which is counted under the key: is it its turn?"""
        number = counted.get(key, 0) + 1
        counted[key] = number
        _forget(counted)
        often = self.rate is None or self._often(self.rate, recent, key, at)
        return (
            often and (self.nth is None or number == self.nth) and (self.first is None or number <= self.first)
            and (self.every is None or number % self.every == 0)
        )  # fmt: skip

    def _often(self, rate: Rate, recent: dict[str, list[Timestamp]], key: str, at: Timestamp) -> bool:
        """Is it one of more calls than `over` within the time?"""
        calls = [moment for moment in recent.pop(key, ()) if moment > at - self.gap][-rate.over :] if rate.over else []
        calls.append(at)
        recent[key] = calls
        _forget(recent)
        return len(calls) > rate.over


def _forget(counted: dict[str, Any]) -> None:
    """Many at once: a dict's first key is the slower to find the more were taken away in front of it."""
    if len(counted) > MOST_KEYS:
        for key in list(islice(counted, MOST_KEYS // 10)):
            del counted[key]
