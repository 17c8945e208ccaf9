"""Many numbers, a chunk in each request, and what became of each number."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from emulator.client.errors import SmsError

CHUNK = 100
"""Numbers in a request unless told otherwise: so many are in doubt at once when a reply is lost."""


class NumberResult(msgspec.Struct, frozen=True):
    """`sent`: what the send of its chunk gave, None when that failed; `error`: with what. `left_out`: the chunk was
    accepted without this number (smsoffice.ge's stop list)."""

    number: str
    sent: Any = None
    error: SmsError | None = None
    left_out: bool = False

    @property
    def accepted(self) -> bool:
        """Was it accepted for this number?"""
        return self.sent is not None and not self.left_out

    @property
    def maybe_accepted(self) -> bool:
        """Is it in doubt?"""
        return self.error is not None and self.error.maybe_accepted


def chunks(numbers: Iterable[str], size: int) -> Iterator[list[str]]:
    """So many numbers at a time. Raises ValueError for a size that is none."""
    if size < 1:
        raise ValueError(f"chunk must be at least 1, not {size!r}")
    chunk: list[str] = []
    for number in numbers:
        chunk.append(number)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def results(chunk: list[str], outcome: Any) -> list[NumberResult]:
    """The results of a chunk: what the send gave, or the SmsError."""
    if isinstance(outcome, SmsError):
        return [NumberResult(number, error=outcome) for number in chunk]
    stopped = set(getattr(outcome, "stop_listed", ()))
    return [NumberResult(number, outcome, left_out=number in stopped) for number in chunk]
