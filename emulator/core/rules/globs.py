"""Patterns in which `*` stands for anything, in time linear in text and pattern: without a regular expression."""

from collections.abc import Callable
from functools import lru_cache

Fits = Callable[[str], bool]


@lru_cache(maxsize=4096)
def glob(pattern: str) -> Fits:
    """A test of texts."""
    first, *inner = pattern.split("*")
    if not inner:
        return pattern.__eq__
    last = inner.pop()
    pieces = [piece for piece in inner if piece]
    if pieces:
        return lambda text: _fits(text, first, pieces, last)
    if not first:
        return lambda text: text.endswith(last)
    if not last:
        return lambda text: text.startswith(first)
    least = len(first) + len(last)
    return lambda text: len(text) >= least and text.startswith(first) and text.endswith(last)


def _fits(text: str, first: str, pieces: list[str], last: str) -> bool:
    """Each piece where it comes first: what lies behind is never less for the next ones."""
    end = len(text) - len(last)
    if end < len(first) or not text.startswith(first) or not text.endswith(last):
        return False
    at = len(first)
    for piece in pieces:
        at = text.find(piece, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True
