"""Whether, and where, an expression fits into a text. All ways through it are followed at once, so that a character
costs no more than the expression has pieces; what was worked out once for a set of ways and a character is kept."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from emulator.core.regex.compiler import Check, Done, Instruction, Save, Split, Take, compile_to, needed
from emulator.core.regex.nodes import LAST, Test
from emulator.core.regex.parser import parse

REACH = 150_000
"""Steps at most: an expression of so many pieces looks at no more characters than makes them."""
_MOST_KEPT = 20_000
"""Answers kept at most, of one expression."""

Slots = tuple[int, ...]


class _Ways(dict[str, "_Ways | None"]):
    """Where one stands before a character: a set of ways, and what comes next by character (None: it fits)."""

    __slots__ = ("at", "before", "step")

    def __init__(self, at: tuple[int, ...], before: str, step: "Callable[[_Ways, str], _Ways | None]") -> None:
        super().__init__()
        self.at, self.before, self.step = at, before, step

    def __missing__(self, character: str) -> "_Ways | None":
        found = self[character] = self.step(self, character)
        return found


class RegexMatch(NamedTuple):
    """Where it fits: the whole, and its first group (None: it has none, or that one takes no part)."""

    whole: str
    group: str | None


class Pattern:
    """An expression, ready to search with. Raises BadPattern."""

    def __init__(self, text: str) -> None:
        node, self.groups = parse(text)
        program: list[Instruction] = []
        compile_to(program, node)
        program.append(Done())
        self._program = program
        self.pieces = len(program)
        self._needed = needed(node)
        self.reach = REACH // self.pieces
        """So many characters of a text are looked at."""
        self._tests: list[Test] = [test for one in program if isinstance(one, Check) for test in one.place.before]
        self._known: dict[tuple[tuple[int, ...], tuple[bool, ...]], _Ways] = {}
        self._kept = 0

    def fits(self, text: str) -> bool:
        """Does it fit anywhere in the text?"""
        if self._needed not in text:
            return False
        body, tail = self._cut(text)
        ways: _Ways | None = self._ways((0,), "")
        for characters in (body, tail):
            for character in characters:
                if ways is None:
                    return True
                ways = ways[character]
        return ways is None

    def find(self, text: str) -> RegexMatch | None:
        """Where it fits first; of several ways to fit there, that which Python's engine prefers."""
        if not self.fits(text):
            return None
        slots = self._first(text)
        assert slots is not None
        group = text[slots[2] : slots[3]] if self.groups and min(slots[2], slots[3]) >= 0 else None
        return RegexMatch(text[slots[0] : slots[1]], group)

    def _cut(self, text: str) -> tuple[str, tuple[str, ...]]:
        """What is looked at: the text's characters, and how it ends."""
        if len(text) > self.reach:
            return text[: self.reach], (text[self.reach],)
        return (text[:-1], (LAST, "")) if text.endswith("\n") else (text, ("",))

    def _ways(self, at: tuple[int, ...], before: str) -> _Ways:
        key = at, tuple([bool(test(before)) for test in self._tests])
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = _Ways(at, before, self._step)
        return found

    def _step(self, ways: _Ways, character: str) -> _Ways | None:
        """What comes of that set of ways with that character."""
        if self._kept >= _MOST_KEPT:
            self._known.clear()
            self._kept = 0
        self._kept += 1 + len(ways.at)
        program, sign = self._program, character[:1]
        after: set[int] = {0}
        seen: set[int] = set()
        todo = list(ways.at)
        while todo:
            at = todo.pop()
            if at in seen:
                continue
            seen.add(at)
            match program[at]:
                case Take(what):
                    if sign and what.test(sign):
                        after.add(at + 1)
                case Split(first, second):
                    todo += (first, second)
                case Save():
                    todo.append(at + 1)
                case Check(place):
                    if place.holds(ways.before, character):
                        todo.append(at + 1)
                case Done():
                    return None
        return self._ways(tuple(sorted(after)), sign)

    def _first(self, text: str) -> Slots | None:
        """Where the whole and its first group begin and end: the leftmost fit, the preferred way of it."""
        body, tail = self._cut(text)
        program, found = self._program, None
        ways: list[tuple[int, Slots]] = []
        before = ""
        for place, character in enumerate((*body, *tail)):
            if found is None:
                ways.append((0, (place, -1, -1, -1)))
            following: list[tuple[int, Slots]] = []
            seen: set[int] = set()
            todo = ways[::-1]
            while todo:
                at, slots = todo.pop()
                if at in seen:
                    continue
                seen.add(at)
                match program[at]:
                    case Take(what):
                        if character and what.test(character[:1]):
                            following.append((at + 1, slots))
                    case Split(first, second):
                        todo += ((second, slots), (first, slots))
                    case Save(slot):
                        kept = (*slots[:slot], place, *slots[slot + 1 :]) if slot < 4 else slots
                        todo.append((at + 1, kept))
                    case Check(checked):
                        if checked.holds(before, character):
                            todo.append((at + 1, slots))
                    case Done():
                        found = (slots[0], place, *slots[2:])
                        break
            ways, before = following, character
            if not ways and found is not None:
                break
        return found


@lru_cache(maxsize=1024)
def compiled(text: str) -> Pattern:
    """The pattern of an expression; what it learnt about texts stays with it. Raises BadPattern."""
    return Pattern(text)
