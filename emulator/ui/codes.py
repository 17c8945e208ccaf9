"""One-time codes in a text, as a person would see them."""

import re

_standing_alone = re.compile(r"(?<![\w.,/:+-])([0-9]{4,8}|[0-9]{3}[- ][0-9]{3})(?![\w/:]|[.,-][0-9])")
_years = re.compile(r"(?:19|20)[0-9]{2}")
_words = re.compile(r"code|otp|pin|password|verif|confirm|passcode|код|парол|подтвер|კოდ|პაროლ", re.IGNORECASE)


def codes(text: str) -> list[str]:
    """4 to 8 digits that stand alone; without a word such as `code` beside them, a year is none."""
    found = list(dict.fromkeys(_standing_alone.findall(text)))
    return found if _words.search(text) else [one for one in found if not _years.fullmatch(one)]
