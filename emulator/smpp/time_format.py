"""SMPP time both ways (3.4, 7.1.1): `YYMMDDhhmmsstnnp`. Moments are integer microseconds since the epoch,
UTC; zones are quarter-hours ahead of UTC, as the format itself counts them. The years are 2000-2099."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1)
_SECOND = 1_000_000
MINUTE = 60 * _SECOND
QUARTER = 15 * MINUTE
_FORM = re.compile(rb"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d)(\d\d)([-+R])")


def read_time(octets: bytes, now: int) -> int | None:
    """A filled time field and the moment it is read at → the moment it means, or None: it is not a time.

    Absolute (`+`, `-`): local time nn quarters ahead of or behind UTC. Relative (`R`): years and months by
    the calendar (the 31st may become the 30th), the rest added; its t and nn should be 0 and are not looked
    at. An empty field has a meaning that only its owner knows: ask before calling.
    """
    read = _read(octets)
    if not isinstance(read, tuple):
        return read
    months, span = read
    try:
        return (_micros(_months_on(_moment(now), months)) if months else now) + span
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=1024)
def _read(octets: bytes) -> int | tuple[int, int] | None:
    """A moment; or months, and microseconds after them, from now; None: it is not a time."""
    found = _FORM.fullmatch(octets)
    if found is None:
        return None
    year, month, day, hour, minute, second, tenth, quarters = (int(group) for group in found.groups()[:8])
    clock = timedelta(hours=hour, minutes=minute, seconds=second)
    sign = found[9]
    if sign == b"R":
        return 12 * year + month, (timedelta(days=day) + clock) // timedelta(microseconds=1)
    try:
        if hour > 23 or minute > 59 or second > 59 or quarters > 48:
            return None
        local = datetime(2000 + year, month, day) + clock
    except (ValueError, OverflowError):
        return None
    offset = quarters * QUARTER * (-1 if sign == b"-" else 1)
    return _micros(local) + tenth * 100_000 - offset


def is_time(octets: bytes) -> bool:
    """Empty, or in the format: the test of a field, for which the present moment does not matter."""
    return not octets or _read(octets) is not None


def write_absolute(moment: int, quarters: int = 0) -> bytes:
    """A moment → its local time `quarters` (-48..48) ahead of UTC, cut to tenths of a second."""
    local = _moment(moment + quarters * QUARTER)
    tenth = local.microsecond // 100_000
    return f"{local:%y%m%d%H%M%S}{tenth}{abs(quarters):02d}{'-' if quarters < 0 else '+'}".encode("ascii")


def write_relative(span: int) -> bytes:
    """A span of up to 99 days in microseconds → relative time, in days and below (a month has no fixed
    length)."""
    days, rest = divmod(span // _SECOND, 86_400)
    if not 0 <= days <= 99:
        raise ValueError(f"a relative time holds 0 to 99 days, not {days}")
    return f"0000{days:02d}{rest // 3600:02d}{rest // 60 % 60:02d}{rest % 60:02d}000R".encode("ascii")


def write_date(moment: int, quarters: int = 0, digits: int = 10) -> str:
    """A moment → the local date of a receipt's text: `YYMMDDhhmm`, or with 12 digits the seconds too
    (Appendix B)."""
    return _date((moment + quarters * QUARTER) // _SECOND)[:digits]


@lru_cache(maxsize=1024)
def written_date(minute: int) -> bytes:
    """A minute since the epoch, by the local clock → the same of 10 digits, as octets."""
    return _date(minute * 60)[:10].encode()


@lru_cache(maxsize=1024)
def _date(second: int) -> str:
    return f"{_moment(second * _SECOND):%y%m%d%H%M%S}"


def read_date(text: str, quarters: int = 0) -> int | None:
    """A receipt's date of 10 or 12 digits in the SMSC's zone → the moment, or None."""
    if len(text) not in (10, 12) or not text.isascii() or not text.isdigit():
        return None
    try:
        local = datetime.strptime(text.ljust(12, "0"), "%y%m%d%H%M%S")
    except ValueError:
        return None
    return _micros(local) - quarters * QUARTER


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _months_on(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
