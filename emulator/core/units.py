"""Units that every package shares: moments, amounts, chance."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Annotated

import msgspec

SECOND = 1_000_000

NO_CLOCK_SHOWS = 253_402_300_799_999_999
Timestamp = Annotated[int, msgspec.Meta(ge=0, le=NO_CLOCK_SHOWS)]
"""Microseconds since 1970-01-01 UTC, until the end of the year 9999; a duration is microseconds too. Whatever is read
from outside is held to it."""

LATEST: Timestamp = 221_845_392_000 * SECOND
"""9000-01-01: no clock goes on beyond it, so that what falls due later still has a date."""

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

UNIT = 10_000
"""An amount (balance, cost) is an integer of 1/10,000 of a message or of a rouble: SMPP's cost TLV has four digits."""


def seconds(value: float) -> int:
    """Seconds, as people write them, to microseconds."""
    return round(value * SECOND)


def local(at: Timestamp, hours: float, form: str) -> str:
    """A moment at an offset from UTC, as strftime writes it."""
    return _written(at // SECOND, hours, form)


@lru_cache(maxsize=1024)
def _written(second: int, hours: float, form: str) -> str:
    return f"{datetime.fromtimestamp(second, UTC) + timedelta(hours=hours):{form}}"


def amount(value: float) -> int:
    """Messages or roubles, as people write them, to an amount."""
    return round(value * UNIT)


def plain(value: int) -> int | float:
    """An amount as people read it: 1000, not 1000.0, where nothing stands behind the point."""
    whole, rest = divmod(value, UNIT)
    return value / UNIT if rest else whole


class Chance(msgspec.Struct):
    """The one source of chance of a sandbox.

    A counter that is hashed with the seed: its whole state is two integers, so it goes into a snapshot as it is,
    and making one costs nothing (a Mersenne twister has 2.5 KB of state and takes 10 µs to seed).
    """

    seed: int
    drawn: int = 0

    def draw(self) -> float:
        """The next number, 0 <= n < 1."""
        self.drawn += 1
        digest = blake2b(f"{self.seed}:{self.drawn}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64

    def lot(self, key: str) -> float:
        """The number of a key, 0 <= n < 1: always the same, whatever is drawn in between."""
        digest = blake2b(f"{self.seed} {key}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64

    def between(self, low: int, high: int) -> int:
        """The next whole number, low <= n <= high."""
        return low + int(self.draw() * (high - low + 1))


def counted(number: int, word: str) -> str:
    """So many of something, as people say it."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def some(numbers: Sequence[str]) -> str:
    """The first five; one with more in it than letters and digits in backticks, so that its blanks and commas are not
    taken for ours."""
    shown = ", ".join(one if one.removeprefix("+").isalnum() else f"`{one}`" for one in numbers[:5]) or "none"
    return f"{shown} and {len(numbers) - 5} more" if len(numbers) > 5 else shown
