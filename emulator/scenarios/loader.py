"""Scenario files: YAML text to a Scenario, or every mistake in it with line and column."""

import codecs
import re
from pathlib import Path as File
from typing import Any

from msgspec.structs import replace

from emulator.scenarios import library
from emulator.scenarios.extends import over
from emulator.scenarios.positions import placed
from emulator.scenarios.problems import Path
from emulator.scenarios.scenario import Scenario
from emulator.scenarios.validation import Invalid, Problem, checked
from emulator.scenarios.vocabulary import Vocabulary

_ALLOWED = "\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"

MOST_BASES = 20
"""So many files may extend one another."""
_MOST_KEPT = 32
_kept: dict[File, tuple[bytes, Vocabulary, Scenario]] = {}
"""What was read last from files that stand alone: every emulator of a test run begins with the same one."""

ADVICE: tuple[tuple[str, str], ...] = (
    ("alias", "a text that begins with * goes in quotes"),
    ("anchor", "a text that begins with & goes in quotes"),
    ("mapping values are not allowed", 'a text with ": " in it goes in quotes; or is the indentation off?'),
    ("expected key", "is the indentation off?"),
    ("'-' indicator", "is the indentation off, or a space missing after the -?"),
    ("cannot start any token", "a text that begins with this character goes in quotes"),
    ("escape", "in double quotes a backslash is written twice; in single quotes once"),
    ("end of stream", "a quotation mark is missing"),
    ("',' or ']'", "a bracket is not closed"),
    ("',' or '}'", "a brace is not closed"),
)
"""A part of the parser's words → what to do about it."""


def load(path: File, vocabulary: Vocabulary, above: tuple[File, ...] = ()) -> Scenario:
    """The scenario in a file, which the files `above` extend. Raises Invalid, also when the file cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Invalid([Problem((), f"cannot be read: {error.strerror or error}")], str(path)) from None
    kept = _kept.get(path)
    if kept is not None and kept[0] == data and kept[1] is vocabulary:
        return kept[2]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _position(data[: error.start].decode("utf-8"))
        hint = "this is UTF-16; save it as UTF-8" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""
        wrong = Problem((), "not UTF-8", f"byte 0x{data[error.start]:02x}", hint=hint, line=line, column=column)
        raise Invalid([wrong], str(path)) from None
    scenario = parse(text, str(path), vocabulary, above)
    if "extends" not in text:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[path] = data, vocabulary, scenario
    return scenario


def parse(text: str, name: str, vocabulary: Vocabulary, above: tuple[File, ...] = ()) -> Scenario:
    """The scenario in a text; `name` is the file's, and without directory and ending the scenario's unless it says
    another. Raises Invalid."""
    import yaml

    from emulator.scenarios.yaml_reader import Stop, read

    text = text.removeprefix("\ufeff")
    wrong = _forbidden(text)
    if wrong:
        line, column = _position(text[: wrong.start()])
        found = f"U+{ord(wrong[0]):04X}"
        raise Invalid([Problem((), "a character that YAML forbids", found, line=line, column=column)], name)
    try:
        reading = read(text)
    except Stop as stop:
        raise Invalid([stop.complaint], name) from None
    except yaml.YAMLError as error:
        raise Invalid([_syntax(error, text)], name) from None
    except (ValueError, OverflowError) as error:  # escapes that yaml's parser in Python does not check
        raise Invalid([Problem((), f"no YAML: {error}")], name) from None
    scenario = _checked(reading, name, vocabulary, above)
    return scenario if scenario.name else replace(scenario, name=File(name).stem)


def own_rules(path: File) -> tuple[int, str]:
    """Of a file that `load` takes: how many rules it says itself, and what it extends ("" for nothing)."""
    from emulator.scenarios.yaml_reader import read

    top = read(path.read_text(encoding="utf-8-sig")).top
    said = top.value if top is not None and isinstance(top.value, dict) else {}
    return len(said.get("rules") or ()), said.get("extends") or ""


def _forbidden(text: str) -> re.Match[str] | None:
    """The first character that YAML forbids. All that is printed is allowed, and compiling the pattern takes longer
    than reading the scenario that is in force when nothing else is said."""
    return None if text.replace("\n", "").isprintable() else re.search(f"[^{_ALLOWED}]", text)


def _checked(reading: Any, name: str, vocabulary: Vocabulary, above: tuple[File, ...]) -> Scenario:
    if reading.top is None:
        empty = "the file is empty"
        raise Invalid([Problem((), empty, allowed="accounts, rules, seed, comment, name", line=1, column=1)], name)
    complaints: list[Problem] = list(reading.complaints)
    try:
        scenario = checked(reading.top.value, Scenario, vocabulary)
    except Invalid as invalid:
        sound = (one for one in invalid.complaints if not _spoilt(one.path, reading.spoilt))
        complaints += [placed(one, reading.top) for one in sound]
    base, theirs = _extended(reading.top.value, name, vocabulary, above)
    complaints += [placed(one, reading.top) for one in theirs if not one.file]
    if complaints or theirs:
        complaints.sort(key=lambda one: (one.line, one.column))
        raise Invalid([*complaints, *(one for one in theirs if one.file)], name)
    return scenario if base is None else over(scenario, base)


def _extended(
    value: Any, name: str, vocabulary: Vocabulary, above: tuple[File, ...]
) -> tuple[Scenario | None, list[Problem]]:
    """The scenario that this one extends, if any, and what is wrong with it."""
    given = value.get("extends") if isinstance(value, dict) else None
    if not isinstance(given, str):
        return None, []
    here = File(name).absolute()
    try:
        path = library.find_base(given, here.parent)
        chain = (*above, here)
        if len(chain) > MOST_BASES:
            return None, [Problem(("extends",), f"more than {MOST_BASES} files extend one another", f"'{given}'")]
        if path.resolve() in [one.resolve() for one in chain]:
            circle = " → ".join(one.name for one in (*chain, path))
            return None, [Problem(("extends",), f"it would extend itself: {circle}", f"'{given}'")]
        return load(path, vocabulary, chain), []
    except Invalid as invalid:
        if not invalid.file:
            return None, [replace(one, path=("extends",)) for one in invalid.complaints]
        return None, [replace(one, file=one.file or invalid.file) for one in invalid.complaints]


def _spoilt(path: Path, spoilt: set[Path]) -> bool:
    """Is it about something, or a part of it, of which the writing itself was wrong?"""
    return any(path[:length] in spoilt for length in range(len(path) + 1))


def _syntax(error: Any, text: str) -> Problem:
    """The parser's error in one complaint."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return Problem((), f"no YAML: {error}")
    line, column = mark.line + 1, mark.column + 1
    lines = text.splitlines() or [""]
    if 0 < line <= len(lines) and lines[line - 1][:column].endswith("\t"):
        return Problem((), "a tab: YAML is indented with spaces", line=line, column=column)
    context, began = getattr(error, "context", None), getattr(error, "context_mark", None)
    where = f", {context}" if context else ""
    where += f" that began in line {began.line + 1}" if where and began and began.line != mark.line else ""
    message = f"no YAML: {error.problem}{where}"
    return Problem((), message, hint=next((advice for part, advice in ADVICE if part in message), ""),
                     line=line, column=column)  # fmt: skip


def _position(before: str) -> tuple[int, int]:
    """Line and column after a text."""
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
