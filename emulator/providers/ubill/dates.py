"""uBill's two ways to write a moment, both in the zone of the switch `timezone`."""

import re
from datetime import UTC, datetime, timedelta

from emulator.core.units import SECOND, Timestamp, local

_minute = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2})").fullmatch
_LAST_YEAR = 8999
"""No clock goes beyond it."""


def read_minute(written: str, hours: float) -> Timestamp | None:
    """A sendTime, `Y-m-d H:i` (page 003), at an offset from UTC; None when it is none."""
    found = _minute(written)
    if found is None:
        return None
    year, month, day, hour, minute = map(int, found.groups())
    if not 1971 <= year <= _LAST_YEAR:
        return None
    try:
        there = datetime(year, month, day, hour, minute, tzinfo=UTC)
    except ValueError:
        return None
    return round((there - timedelta(hours=hours)).timestamp()) * SECOND


def write_second(at: Timestamp, hours: float) -> str:
    """A moment as `Y-m-d H:i:s` (page 003; createdAt: ubill.md 2.5)."""
    return local(at, hours, "%Y-%m-%d %H:%M:%S")
