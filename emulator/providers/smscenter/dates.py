"""Dates as SMS Center reads and writes them: by default in Moscow time (UTC+3 all year, as recorded answers show)."""

import re
from datetime import UTC, datetime, timedelta, timezone

from emulator.core.units import HOUR, MINUTE, SECOND, Timestamp, local
from emulator.providers.smscenter.countries import Zone

MOSCOW = timezone(timedelta(hours=3))

_compact = re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", re.ASCII).fullmatch
_dotted = re.compile(r"(\d\d)\.(\d\d)\.(?:20)?(\d\d) (\d\d):(\d\d)", re.ASCII).fullmatch
_stamp = re.compile(r"0(\d{9,11})", re.ASCII).fullmatch
_minutes = re.compile(r"[+ ](\d{1,6})", re.ASCII).fullmatch
_hours = re.compile(r"(\d{1,2})-(\d{1,2})", re.ASCII).fullmatch
_zone = re.compile(r"[+-]?\d{1,2}(?:\.\d{1,20})?", re.ASCII).fullmatch
_span = re.compile(r"(\d{1,2})(?::(\d\d))?", re.ASCII).fullmatch


def written(at: Timestamp, zone: Zone) -> str:
    """DD.MM.YYYY hh:mm:ss."""
    return local(at, zone(at), "%d.%m.%Y %H:%M:%S")


def hours(zone: str) -> float:
    """A zone as clients write it: hours, a day at most either way. Raises ValueError."""
    found = _zone(zone.strip())
    if found is None or not abs(float(found[0])) <= 24:
        raise ValueError(zone)
    return float(found[0])


def begins(time: str, now: Timestamp, zone: float) -> Timestamp:
    """When a message shall go: `time` in one of its forms, `zone` in hours relative to Moscow. Raises ValueError.

    DDMMYYhhmm; DD.MM.YY hh:mm; h1-h2 (between these hours of the day); 0 and Unix seconds; + and minutes (the + may
    have come as a space, unescaped). 0, nothing and what has passed are now.
    """
    if time in ("", "0"):
        return now
    if found := _compact(time) or _dotted(time):
        day, month, year, hour, minute = map(int, found.groups())
        at = datetime(2000 + year, month, day, hour, minute, tzinfo=MOSCOW)
        return max(now, round(at.timestamp()) * SECOND - round(zone * HOUR))
    if found := _stamp(time):
        return max(now, int(found[1]) * SECOND)
    if found := _minutes(time):
        return now + int(found[1]) * MINUTE
    if found := _hours(time):
        return _within(int(found[1]), int(found[2]), now, zone)
    raise ValueError(time)


def is_past(time: str, now: Timestamp, zone: float) -> bool:
    """Is it a date that has passed? (It is taken for now.)"""
    at = None if time in ("", "0") or _minutes(time) or _hours(time) else begins(time, 0, zone)
    return at is not None and at < now


def _within(first: int, last: int, now: Timestamp, zone: float) -> Timestamp:
    """Now, if the hour of the day is in [first, last), else the next `first` o'clock."""
    if first > 23 or last > 24 or first == last:
        raise ValueError(f"{first}-{last}")
    there = datetime.fromtimestamp(now // SECOND, UTC) + timedelta(hours=3 + zone)
    inside = first <= there.hour < last if first < last else there.hour >= first or there.hour < last
    if inside:
        return now
    start = there.replace(hour=first, minute=0, second=0)
    if start <= there:
        start += timedelta(days=1)
    return now // SECOND * SECOND + round((start - there).total_seconds()) * SECOND


def spread(period: str, freq: str, count: int) -> list[int]:
    """How long after the beginning each of so many messages goes. Raises ValueError."""
    hours, minutes = _decimal(period), _decimal(freq or "60")
    if not 0.1 <= hours <= 720:
        raise ValueError(f"period `{period[:20]}` is not a number of hours, 0.1 to 720")
    if not 1 <= minutes <= 1440:
        raise ValueError(f"freq `{freq[:20]}` is not a number of minutes, 1 to 1440")
    portions = max(1, round(hours * 60 / minutes))
    return [place * portions // count * round(minutes * MINUTE) for place in range(count)]


def _decimal(written: str) -> float:
    return float(written) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", written, re.ASCII) else -1.0


def life(valid: str) -> int | None:
    """How long a message is tried: hours, or hh:mm, at most 24 h, in microseconds; None when nothing is said. Raises
    ValueError."""
    if valid in ("", "0"):
        return None
    found = _span(valid)
    if found is None:
        raise ValueError(valid)
    span = int(found[1]) * HOUR + int(found[2] or 0) * MINUTE
    if not 0 < span <= 24 * HOUR or int(found[2] or 0) > 59:
        raise ValueError(valid)
    return span
