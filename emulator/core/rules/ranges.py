"""Values of rules that are a range: of seconds, out of which chance draws one, of numbers, of the hours of a day."""

from typing import Annotated

import msgspec
from msgspec import Meta

from emulator.core.units import SECOND, Chance, Timestamp

Seconds = Annotated[float, Meta(ge=0, le=3_153_600_000)]
"""At most a hundred years: every moment that they lead to must be one that a date can show."""
Count = Annotated[int, Meta(ge=1)]
Amount = Annotated[float, Meta(ge=-1e12, le=1e12)]
CLOCK = "^([01][0-9]|2[0-3]):[0-5][0-9]$"
OFFSET = "^(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$"
ClockTime = Annotated[str, Meta(pattern=CLOCK, description='such as "21:00"')]
Offset = Annotated[str, Meta(pattern=OFFSET, description='such as "+04:00", or Z')]
_DAY = 86_400


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`{from: 1, to: 5}`: somewhere between them, drawn anew each time."""

    low: Seconds = msgspec.field(name="from")
    high: Seconds = msgspec.field(name="to")

    def __post_init__(self) -> None:
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


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`{over: 5, within: 60}`: more than five calls within the last sixty seconds, this one among them."""

    over: Annotated[int, Meta(ge=0, le=10_000)]
    within: Annotated[float, Meta(gt=0, le=31_536_000)]


class Amounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`{from: 10}`, `{to: 0}`, `{from: 1, to: 5}`: messages or roubles, both ends included."""

    low: Amount | None = msgspec.field(name="from", default=None)
    high: Amount | None = msgspec.field(name="to", default=None)

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise ValueError("from or to must stand there")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("from is more than to")


class DayTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`{from: "21:00", to: "09:00", zone: "+04:00"}`: a part of each day, over midnight where it ends before it begins;
    the end is not included. The zone is an offset from UTC; without one it is UTC."""

    begin: ClockTime = msgspec.field(name="from")
    end: ClockTime = msgspec.field(name="to")
    zone: Offset = "Z"

    def __post_init__(self) -> None:
        if self.begin == self.end:
            raise ValueError("from and to are the same time")

    def __contains__(self, at: Timestamp) -> bool:
        begin, end = _of_clock(self.begin), _of_clock(self.end)
        offset = 0 if self.zone == "Z" else _of_clock(self.zone[1:]) * (1 if self.zone[0] == "+" else -1)
        now = (at // SECOND + offset) % _DAY
        return begin <= now < end if begin < end else now >= begin or now < end


def _of_clock(written: str) -> int:
    """Seconds since midnight."""
    hours, minutes = written.split(":")
    return int(hours) * 3600 + int(minutes) * 60
