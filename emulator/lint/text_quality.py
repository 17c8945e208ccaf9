"""Texts that are not what their author meant: dear for a character, or encoded once too often."""

import re

from emulator.core.text import forcing_ucs2, measure

_FEW = 3
_percents = re.compile(r"%(?:20|0[AaDd]|2[0-9A-Fa-f]|3[0-9A-Fa-f]|[CDEcde][0-9A-Fa-f]%[89ABab][0-9A-Fa-f])").findall
_entity = re.compile(r"&(?:#[0-9]{2,7}|#x[0-9A-Fa-f]{2,6}|amp|quot|lt|gt);").search
_escape = re.compile(r"\\u[0-9a-fA-F]{4}").search
_plus = re.compile(r"[^\W\d_]\+[^\W\d_]").findall


def turned_ucs2(text: str) -> tuple[list[str], int, int] | None:
    """For a text that but for a few characters would fit GSM-7: these characters, the parts it makes, the parts it
    would make without them. None for any other text."""
    if text.isascii():
        return None
    odd = forcing_ucs2(text)
    count = sum(map(text.count, odd))
    if not odd or len(odd) > _FEW or count * 10 > max(len(text), 30) or count * 2 >= len(text):
        return None
    plainer = text.translate({ord(character): "?" for character in odd})
    return odd, measure(text).parts, measure(plainer).parts


def encoded_twice(text: str) -> str | None:
    """In which way a text still is encoded when it reaches the phone; None when it looks right."""
    if text.isascii():
        if "%" in text and len(found := _percents(text)) >= 2:
            return f"percent-encoding is left in it ({', '.join(found[:3])})"
        if "+" in text and " " not in text and len(_plus(text)) >= 2:
            return "it has + where spaces should be"
        if "&" in text and (entity := _entity(text)):
            return f"an HTML entity is left in it ({entity.group()})"
        if "\\u" in text and (escape := _escape(text)):
            return f"a JSON escape is left in it ({escape.group()})"
        return None
    for charset in ("latin-1", "cp1252", "cp1251"):
        try:
            meant = text.encode(charset).decode("utf-8")
        except UnicodeError:
            continue
        return f"UTF-8 was read as {charset} and encoded again; it was meant as {meant[:40]!r}"
    return None
