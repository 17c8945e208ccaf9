"""One-time codes in a text, as a person would see them: the digits beside a word for code, in several languages, before
others; never those of an order, an amount or a year where there are better ones."""

import re
from itertools import islice
from typing import NamedTuple

_WORDS = (
    "code", "otp", "pin", "password", "passcode", "passwort", "kennwort", "verif", "confirm", "код", "пин", "парол",
    "подтвер", "կոդ", "კოდ", "პაროლ", "kod", "şifr", "parol", "kodi", "código", "codigo", "clave", "codice",
)  # fmt: skip
"""How words for a code begin."""
_ELSE = ("№", "#", "order", "invoice", "ticket", "заказ", "счет", "счёт", "договор", "შეკვეთ", "ინვოის", "sipariş")
"""What digits right behind it are a number of."""
_MONEY = ("gel", "₾", "руб", "rub", "₽", "usd", "$", "eur", "€", "ლარ", "тенге", "₸", "uah", "грн", "%", "kzt", "amd")

_alone = re.compile(
    r"(?<![0-9])(?<![0-9][.,:/])[0-9]{4,8}(?![0-9])"
    r"|(?<![0-9])(?<![0-9][- .,:/])[0-9]{3}[- ][0-9]{3}(?![0-9]|[- ][0-9])"
)
_words = re.compile(rf"(?<![^\W\d_])(?:{'|'.join(_WORDS)})", re.IGNORECASE)
_elses = re.compile(rf"(?:{'|'.join(map(re.escape, _ELSE))})\w{{0,12}}[ .:#№-]{{0,3}}\Z", re.IGNORECASE)
_years = re.compile(r"(?:19|20)[0-9]{2}").fullmatch
_goes_before = re.compile(r"[\w.,/:+-]").match
_goes_on = re.compile(r"[\w/:]|[.,-][0-9]").match
_NEAR = 40
"""Characters between a word and its code at most."""
_LOOKED_AT = 10_000
_MOST = 200
"""Characters of a text, words and digits in it that are looked at."""


class Code(NamedTuple):
    """The digits, where they stand in the text, and why they are taken for the code."""

    digits: str
    written: str
    rule: str


class _Seen(NamedTuple):
    """Digits that stand alone; `kind`: "year", or "else" where they are an amount or another thing's number."""

    begin: int
    written: str
    kind: str

    @property
    def end(self) -> int:
        return self.begin + len(self.written)

    def code(self, rule: str) -> Code:
        return Code(self.written.replace("-", "").replace(" ", ""), self.written, rule)


def code_in(text: str) -> Code | None:
    """The one that is most likely the code; any 4 to 8 digits that stand alone are better than none."""
    seen, words = _seen(text), list(islice(_words.finditer(text[:_LOOKED_AT]), _MOST))
    near = [
        (distance, one.begin, one, word.group())
        for one in seen if one.kind != "else"
        for word in words if (distance := _distance(one, word)) <= _NEAR
    ]  # fmt: skip
    if near:
        _, _, one, word = min(near)
        return one.code(f"the digits beside {word!r}")
    best = [one for one in seen if not one.kind] or seen
    if not best:
        return None
    many = "the only digits" if len(seen) == 1 else "the first digits"
    return best[0].code(f"{many} that stand alone, 4 to 8 of them; no word for a code is near")


def codes(text: str) -> list[str]:
    """All that look like a code, as they are written; where the text has no word for a code, a year is none."""
    taken = ("", "year") if _words.search(text[:_LOOKED_AT]) else ("",)
    found = [
        one.written for one in _seen(text)
        if one.kind in taken and not _goes_before(text[: one.begin][-1:]) and not _goes_on(text, one.end)
    ]  # fmt: skip
    return list(dict.fromkeys(found))


def _seen(text: str) -> list[_Seen]:
    found = islice(_alone.finditer(text[:_LOOKED_AT]), _MOST)
    return [_Seen(one.start(), one.group(), _kind(text, one)) for one in found]


def _kind(text: str, found: re.Match[str]) -> str:
    behind = text[found.end() : found.end() + 8].lower().lstrip(" .,0")
    if _elses.search(text[max(0, found.start() - 30) : found.start()]) or behind.startswith(_MONEY):
        return "else"
    return "year" if _years(found.group()) else ""


def _distance(one: _Seen, word: re.Match[str]) -> int:
    """Characters between; a word behind the digits is a little farther than one before them."""
    return one.begin - word.end() if word.end() <= one.begin else max(0, word.start() - one.end) + 5
