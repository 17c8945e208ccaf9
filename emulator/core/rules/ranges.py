"""Values of rules that may be a range: of seconds, out of which chance draws one, or of whole numbers."""

from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from emulator.core.units import Chance

Seconds = Annotated[float, Meta(ge=0, le=3_153_600_000)]
"""At most a hundred years: every moment that they lead to must be one that a date can show."""
Count = Annotated[int, Meta(ge=1)]


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`{from: 1, to: 5}`: somewhere between them, drawn anew each time."""

    low: Seconds = msgspec.field(name="from")
    high: Seconds = msgspec.field(name="to")

    def __post_init__(self) -> None:
        force_setattr(self, "low", float(self.low))
        force_setattr(self, "high", float(self.high))
        if self.low > self.high:
            raise ValueError("from is more than to")


class Between(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`{from: 2}`, `{to: 3}`, `{from: 2, to: 3}`: both ends included."""

    low: Count = msgspec.field(name="from", default=1)
    high: Count | None = msgspec.field(name="to", default=None)

    def __post_init__(self) -> None:
        if self.high is not None and self.low > self.high:
            raise ValueError("from is more than to")

    def __contains__(self, number: int) -> bool:
        return self.low <= number and (self.high is None or number <= self.high)


def drawn(value: float | Span, chance: Chance) -> float:
    """A number as it is; of a span a number, to the millisecond."""
    if not isinstance(value, Span):
        return value
    return round(value.low + chance.draw() * (value.high - value.low), 3)


def as_written(value: float | Span) -> float | Span:
    """2 and 2.0 are one thing and must be written as one."""
    return value if isinstance(value, Span) else float(value)
