"""What is wrong with something that a person wrote: where, what was found, what may stand there. One line each."""

from collections.abc import Iterable
from typing import Any

import msgspec

Path = tuple[str | int, ...]

LONGEST_SHOWN = 60
MOST_TOLD = 100
"""Mistakes of one file or body."""


class Problem(msgspec.Struct, frozen=True):
    """One mistake. `path` leads to it from the top; `line` and `column` count from 1, 0 is not known.

    `message` says what is wrong where `found` and `allowed` do not say it alone; `hint` what to do about it
    (`{found}` in it stands for what was found).
    """

    path: Path
    message: str = ""
    found: str = ""
    allowed: str = ""
    hint: str = ""
    line: int = 0
    column: int = 0
    file: str = ""
    """Where it is not the file being read, but one that it extends."""
    about_key: bool = False
    """It is the path's last key that is wrong, and not what stands under it."""

    @property
    def said(self) -> str:
        """`no such provider: found 'smsofice'; may be smsoffice, ubill; did you mean smsoffice?`"""
        found = f"found {self.found}" if self.found else ""
        first = ": ".join(part for part in (self.message, found) if part)
        allowed = f"may be {self.allowed}" if self.allowed else ""
        return "; ".join(part for part in (first, allowed, self.hint.replace("{found}", self.found)) if part)

    def told(self, file: str = "") -> str:
        """`file:line:column: at rules[1].when.provider: found 'smsofice'; may be smsoffice, ubill, smscenter`"""
        place = ":".join(part for part in (self.file or file, str(self.line or ""), str(self.column or "")) if part)
        where = f"at {written(self.path)}: " if self.path else ""
        return one_line(f"{place}: {where}{self.said}" if place else f"{where}{self.said}")


class Invalid(Exception):
    """All that is wrong with a scenario, rule or account; its text is one line a complaint."""

    def __init__(self, complaints: Iterable[Problem], file: str = "") -> None:
        self.complaints = list(complaints)
        self.file = file
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> list[str]:
        return [complaint.told(self.file) for complaint in self.complaints]


def written(path: Path) -> str:
    """A path as people write it: `rules[1].when.provider`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def shown(value: Any) -> str:
    """A value in a few characters, as it would stand in a file."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"'{short(value)}'"
    return short(repr(value).lower() if isinstance(value, bool) else repr(value))


def short(text: str) -> str:
    """The text, or its beginning when it is long."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def one_line(text: str) -> str:
    """The text with what would break a line, or a terminal, escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """`did you mean smsoffice?`, or "" when nothing is near."""
    from difflib import get_close_matches

    words = list(options)
    begun = [one for one in words if len(word) > 2 and one.startswith(word)]
    near = begun if len(begun) == 1 else get_close_matches(word, words, 1)
    return f"did you mean {near[0]}?" if near else ""


def listed(words: Iterable[object]) -> str:
    """`a, b, c`; said in words when there is nothing to list."""
    return ", ".join(map(str, words)) or "nothing: there is none"
