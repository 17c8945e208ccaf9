"""Filters whose words are known: another word there is a mistake that is told, not a list that is empty."""

import re
from collections.abc import Callable
from difflib import get_close_matches

import msgspec

from emulator.control_api.context import Context
from emulator.control_api.filters import CallbackFilters, MessageFilters, RequestFilters
from emulator.control_api.refusal import Refusal
from emulator.core.commands import OPERATIONS
from emulator.core.statuses import STATUSES
from emulator.journal.journal import Journal

_OUTCOMES = ("accepted", "answered", "refused", "dropped", "unroutable", "unreadable", "ignored")

_KNOWN: dict[str, Callable[[Context], tuple[str, ...]]] = {
    "provider": lambda context: tuple(context.providers),
    "protocol": lambda context: context.manager.vocabulary.protocols,
    "operation": lambda context: (*OPERATIONS, "describe", "unbind", "deliver", "outbind"),
    "outcome": lambda context: _OUTCOMES,
    "status": lambda context: STATUSES,
}
_LETTERS = {MessageFilters: "m", RequestFilters: "x", CallbackFilters: "c"}
"""With which the ids of a list begin."""


def heed(asked: object, context: Context, journal: Journal | None) -> None:
    """Refuse a query with a word that nothing can have. Raises Refusal."""
    if not isinstance(asked, msgspec.Struct):
        return
    if getattr(asked, "to", None) == "":
        raise Refusal(400, "invalid", "to: it is empty, and no message goes to an empty number",
                      "leave it out, or give a number")  # fmt: skip
    for name, known in _KNOWN.items():
        given, words = getattr(asked, name, None), known(context)
        if given is not None and given not in words and not _kept(journal, name, given):
            near = get_close_matches(given, words, 1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise Refusal(400, "invalid", f"{name}: there is no {given[:60]!r}", f"{hint}it may be {', '.join(words)}")
    for name, letter in (("after", _LETTERS.get(type(asked))), ("message", "m")):
        given = getattr(asked, name, None)
        if letter and given is not None and not re.fullmatch(rf"{letter}?[0-9]{{1,18}}", given):
            raise Refusal(400, "invalid", f"{name}: {given[:60]!r} is not an id of this list",
                          f"it may be an id such as {letter}12, or its number")  # fmt: skip


def _kept(journal: Journal | None, name: str, given: str) -> bool:
    """Does the journal have such a request all the same? What others make of a protocol has words of its own."""
    if journal is None or name not in ("protocol", "operation", "outcome"):
        return False
    key = "word" if name == "outcome" else name
    return next(journal.exchanges(0, **{key: given}), None) is not None
