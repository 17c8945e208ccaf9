"""Phone numbers: how they may be written, and whose they are (providers/number_ranges.py)."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from emulator.providers.number_ranges import COUNTRIES, OPERATORS, REGIONS

LONGEST_PREFIX = 6
"""So many of a number's first digits tell whose it is."""
_number = re.compile(r"[1-9][0-9]{9,14}", re.ASCII).fullmatch
_as_it_is = re.compile(r"[1-7][0-9]{9,14}", re.ASCII).fullmatch
"""A number that neither correction is about."""
_between = re.compile(r"[\s()\-.]+")


def normal_number(written: str, switches: Mapping[str, Any]) -> str | None:
    """Digits of an international number, 10 to 15 of them; None for a malformed one.

    With or without +; spaces, brackets, dashes and dots are dropped. Without a + a Russian number is corrected: 8 9xx
    becomes 7 9xx, and ten digits that begin with 9 get a 7 in front (facts, 3.1; the second form is our reading).
    """
    if _as_it_is(written):
        return written
    written = _between.sub("", written)
    number = written.removeprefix("+")
    if number == written and switches["correct-numbers"] == "on":
        if len(number) == 11 and number.startswith("89"):
            number = "7" + number[1:]
        elif len(number) == 10 and number.startswith("9"):
            number = "7" + number
    return number if _number(number) else None


def as_digits(written: str) -> str:
    """A number as it was written, without what may stand between its digits."""
    if written.isascii() and written.isdigit():
        return written
    return _between.sub("", written).removeprefix("+")


class NumberOwner(NamedTuple):
    """Whose a number is; "" where it is not known."""

    country: str = ""
    operator: str = ""
    region: str = ""
    mccmnc: str = ""


def _spread() -> dict[str, NumberOwner]:
    """Every prefix of the table with all that is known of it."""
    places = {code: NumberOwner(country) for code, country in COUNTRIES.items()}
    for code, operator, prefixes in OPERATORS:
        for prefix in prefixes.split():
            places[code + prefix] = places[code]._replace(operator=operator.name, mccmnc=operator.mcc + operator.mnc)
    regions = [(code + prefix, region) for code, region, prefixes in REGIONS for prefix in prefixes.split()]
    for prefix, region in regions:
        places[prefix] = _within(places, prefix)._replace(region=region)
    return places


def _within(table: Mapping[str, NumberOwner], number: str) -> NumberOwner:
    """Whose the longest prefix of a number is that the table knows."""
    for length in range(min(LONGEST_PREFIX, len(number)), 0, -1):
        found = table.get(number[:length])
        if found is not None:
            return found
    return NumberOwner()


@lru_cache(maxsize=1)
def places() -> dict[str, NumberOwner]:
    """The table by prefix."""
    return _spread()


@lru_cache(maxsize=4096)
def _place_of_prefix(prefix: str) -> NumberOwner:
    return _within(places(), prefix)


def place_of(number: str) -> NumberOwner:
    """What the table knows of a number."""
    return _place_of_prefix(number[:LONGEST_PREFIX])
