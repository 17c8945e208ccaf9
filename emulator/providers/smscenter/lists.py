"""Recipients as a send names them: `phones` with one text for all, or `list`, an item a line with its own text.

An item is `phones:text`, `sender|phones:text` or `sender,tz|phones:text`. A line break inside a text is written as a
backslash and an n; with nl=1 it may stand there as it is, and a line that begins like an item opens the next one.
"""

import re
from collections.abc import Iterator
from contextlib import suppress

import msgspec

from emulator.providers.smscenter.dates import hours

_item = re.compile(r"(?:([^|:;]*)\|)?([^:;]*)[:;](.*)", re.DOTALL).fullmatch
_opens = re.compile(r"(?:[^|:;]*\|)?[\s+(]*(?:[0-9][,+()\s\-]*){10,}[:;]").match
"""Ten digits at least, as a number has: a text may have a line that begins with a time of day, a date or a sum."""
_separators = re.compile(r"[,;\n]").split
_breaks = re.compile(r"\r\n|\r|\n").split


class Recipients(msgspec.Struct, frozen=True):
    """Numbers as written; of each its text, and its sender and zone (hours from Moscow, "" for the common one) if any
    item has one. `problem`: what is wrong with the list. `numbers` None: there are neither phones nor list."""

    numbers: tuple[str, ...] | None
    texts: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    problem: str = ""


def numbers_of(phones: str) -> tuple[str, ...]:
    """Those of `phones`."""
    return (phones,) if phones.isalnum() else tuple(filter(None, map(str.strip, _separators(phones))))


def of_list(listed: str, breaks: bool) -> Recipients:
    """Those of `list`; `breaks`: texts hold line breaks as they are (nl=1)."""
    found: list[tuple[str, str, str, str]] = []
    for item in _items(listed) if breaks else filter(str.strip, _breaks(listed)):
        read = _item(item)
        if read is None or not read[3].strip():
            problem = f"list has a line without number or text: {item[:40]}"
            if found and not breaks:
                problem += r"; a line break inside a text is written as \n, or nl=1 allows it as it is"
            return Recipients((), problem=problem)
        name, _, zone = (read[1] or "").partition(",")
        if not _is_zone(zone):
            return Recipients((), problem=f"list has a zone that is not a number of hours: {item[:40]}")
        text = read[3] if breaks else read[3].replace("\\n", "\n")
        found += [(number, text, name.strip(), zone.strip()) for number in numbers_of(read[2])]
    if not found:
        return Recipients(())
    numbers, texts, senders, zones = zip(*found, strict=True)
    return Recipients(numbers, texts, senders if any(senders) else (), zones if any(zones) else ())


def _items(listed: str) -> Iterator[str]:
    """Items whose texts may have several lines."""
    item: list[str] = []
    for line in _breaks(listed):
        if _opens(line) and item:
            yield "\n".join(item)
            item = []
        if item or line.strip():
            item.append(line)
    if item:
        yield "\n".join(item).rstrip()


def _is_zone(zone: str) -> bool:
    with suppress(ValueError):
        return not zone.strip() or abs(hours(zone)) <= 24
    return False
