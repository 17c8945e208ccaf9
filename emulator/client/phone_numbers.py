"""Numbers as people write them, made the digits that providers want."""

import re
from typing import NamedTuple

_PUNCTUATION = re.compile(r"[\s().\-/\u2010-\u2015]+")


class _Country(NamedTuple):
    """`local`: digits behind the code; `mobile`: how a mobile number begins behind it; `trunk`: what people dial
    before it at home."""

    local: int
    mobile: tuple[str, ...]
    trunk: str = ""


_COUNTRIES = {
    "995": _Country(9, ("5",), "0"),
    "7": _Country(10, ("9", "7"), "8"),
    "380": _Country(9, ("39", "50", "6", "7", "9"), "0"),
}
"""Countries whose home form we know; others want the international form."""


def normal_number(written: str, country: str = "995") -> str:
    """`+995 577 12-34-56`, `00995577123456`, `577 123 456` → `995577123456`: international digits without + and 00.

    `country`: the one in which a number without a code is at home. A number with + or 00 is taken as it stands.
    Raises ValueError for what is not a number of 8 to 15 digits (E.164).
    """
    digits = _PUNCTUATION.sub("", written)
    abroad = digits.startswith(("+", "00"))
    digits = digits.removeprefix("+") if digits.startswith("+") else digits.removeprefix("00")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{written!r} is no telephone number")
    if not abroad:
        digits = _at_home(digits, country)
    if not 8 <= len(digits) <= 15 or digits.startswith("0"):
        raise ValueError(f"{written!r} is no international number of 8 to 15 digits")
    return digits


def _at_home(digits: str, country: str) -> str:
    known = _COUNTRIES.get(country)
    if known is None:
        return digits
    if known.trunk and len(digits) == known.local + len(known.trunk) and digits.startswith(known.trunk):
        digits = digits.removeprefix(known.trunk)
    return country + digits if len(digits) == known.local and digits.startswith(known.mobile) else digits
