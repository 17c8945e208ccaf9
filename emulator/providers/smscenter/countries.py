"""By which host SMS Center was asked: the same service under four countries' names, with other money and clocks."""

import re
from collections.abc import Callable
from typing import NamedTuple

from emulator.core.units import HOUR, SECOND, Timestamp
from emulator.http.messages import HttpRequest

_absolute = re.compile(r"(https?)://([^/?#]*)", re.IGNORECASE).match
_name = re.compile(r"[A-Za-z0-9.\-_]{1,255}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?", re.ASCII).fullmatch

CURRENCIES = {"": "RUR", "kz": "KZT", "ua": "UAH"}
"""By country: what cur=1 says."""

_MOSCOW = 3
_KZ_CHANGED = 1_709_229_600 * SECOND
"""The end of 2024-02-29 in Almaty: UTC+5 since then, UTC+6 before (the dates recorded of smsc.kz in 2018 are so)."""

Zone = Callable[[Timestamp], float]
"""A moment → the offset from UTC in hours, by which its date is written."""


class RequestOrigin(NamedTuple):
    """Scheme and host of a request, as the client has them."""

    scheme: str
    host: str


def asked(request: HttpRequest) -> RequestOrigin:
    """Of an absolute target, else of the connection and the Host header. A Host that is none becomes localhost."""
    absolute = _absolute(request.target)
    if absolute:
        scheme, name = absolute[1].lower(), absolute[2]
    else:
        scheme, name = request.scheme, request.header("host")
    return RequestOrigin(scheme, name if _name(name) else "localhost")


def country(host: str) -> str:
    """kz or ua, by the end of the host's name; "" for all others."""
    last = host.rpartition(".")[2]
    return last if last in CURRENCIES else ""


def zone(switch: str | float, country: str) -> Zone:
    """By which clock dates are written: the switch's offset, or that of the host's country. Of smsc.ua nothing is
    known: Moscow's, like all others."""
    if not isinstance(switch, str):
        return lambda at: switch
    if country == "kz":
        return lambda at: 5 if at >= _KZ_CHANGED else 6
    return lambda at: _MOSCOW


def moscow_time(zone: Zone, at: Timestamp) -> Timestamp:
    """How far a zone is ahead of Moscow."""
    return round((zone(at) - _MOSCOW) * HOUR)
