"""Plain data, from JSON or YAML, to rules, accounts and scenarios; or all that is wrong with it at once."""

import math
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any, TypeVar

import msgspec

from emulator.core.accounts import AccountPatch
from emulator.core.rules.rule import RuleSpec
from emulator.scenarios.account_validation import about_account, about_accounts
from emulator.scenarios.problems import MOST_TOLD, Invalid, Path, Problem, shown
from emulator.scenarios.rule_validation import about_rule, pieces_of
from emulator.scenarios.scenario import Scenario
from emulator.scenarios.type_errors import converted, find_type_errors
from emulator.scenarios.vocabulary import Vocabulary, mapping

__all__ = ["Invalid", "Problem", "checked"]

T = TypeVar("T")

DEEPEST = 32
MOST_VALUES = 300_000
MOST_RULES = 10_000
MOST_PIECES = 2_000
"""In one body: values, rules, and pieces of all their regular expressions (core/regex)."""


def checked(value: Any, kind: type[T], vocabulary: Vocabulary, provider: str | None = None) -> T:
    """The value as that type: Scenario, RuleSpec, list[RuleSpec], AccountPatch (`provider` says whose), or
    dict[str, AccountPatch]. Raises Invalid with every complaint."""
    value = _plain(value)
    sound = _sound(value)
    if sound and next(_about_words(value, kind, vocabulary, provider), None) is None:
        try:
            made: T = converted(value, kind)
            return made
        except ValueError:
            pass
    raise Invalid(_complaints(value, kind, vocabulary, provider, sound))


def _complaints(
    value: Any, kind: Any, vocabulary: Vocabulary, provider: str | None, sound: bool | None
) -> list[Problem]:  # fmt: skip
    """Everything wrong with plain data: its types first, then its words."""
    if sound is None:
        return [Problem((), f"more than {MOST_VALUES} values")]
    if not sound:
        return list(islice(_unsound(value), MOST_TOLD))
    found = list(
        islice(chain(find_type_errors(value, kind), _about_words(value, kind, vocabulary, provider)), MOST_TOLD + 1)
    )
    if len(found) > MOST_TOLD:
        found[MOST_TOLD:] = [Problem((), f"there is more: the first {MOST_TOLD} mistakes are told")]
    return found


def _plain(value: Any) -> Any:
    """Instances and tuples, however deep, as the plain data that they stand for."""
    try:
        return msgspec.to_builtins(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return value  # will be complained about


def _sound(value: Any) -> bool | None:
    """Is nothing of what `_unsound` tells so? None: there are too many values. A quick look, which keeps no paths."""
    todo: list[tuple[int, Any]] = [(0, value)]
    seen = 0
    while todo:
        depth, one = todo.pop()
        inside: Any = one
        if isinstance(one, dict):
            inside = (*one, *one.values())
        elif not isinstance(one, list):
            inside = (one,)
        seen += len(inside)
        if seen > MOST_VALUES:
            return None
        if depth > DEEPEST:
            return False
        for inner in inside:
            if isinstance(inner, str):
                if not inner.isascii() and any("\ud800" <= c <= "\udfff" for c in inner):
                    return False
            elif isinstance(inner, dict | list):
                todo.append((depth + 1, inner))
            elif isinstance(inner, float):
                if not math.isfinite(inner):
                    return False
            elif isinstance(inner, int) and abs(inner) >= 2**63:
                return False
    return True


def _unsound(value: Any) -> Iterator[Problem]:
    """Values that could never be kept, whatever their place: endless numbers, half characters, bottomless nesting."""
    todo: list[tuple[Path, Any]] = [((), value)]
    while todo:
        path, one = todo.pop()
        if isinstance(one, dict | list) and len(path) > DEEPEST:
            yield Problem(path[:3], f"nested more than {DEEPEST} deep")
            return
        if isinstance(one, dict):
            todo += [((*path, name), inner) for name, inner in one.items()]
            todo += [((*path, name), name) for name in one]
        elif isinstance(one, list):
            todo += [((*path, index), inner) for index, inner in enumerate(one)]
        elif isinstance(one, float) and not math.isfinite(one):
            yield Problem(path, found=str(one), allowed="a finite number")
        elif isinstance(one, int) and abs(one) >= 2**63:
            yield Problem(path, "the number does not fit into 64 bits")
        elif isinstance(one, str) and not one.isascii() and any("\ud800" <= c <= "\udfff" for c in one):
            yield Problem(path, "half of a surrogate pair is not text", shown(one))


def _about_rules(vocabulary: Vocabulary, rules: Any, path: Path = ()) -> Iterator[Problem]:
    if not isinstance(rules, list):
        return
    if len(rules) > MOST_RULES:
        yield Problem(path, f"more than {MOST_RULES} rules")
        return
    pieces = 0
    for index, rule in enumerate(rules):
        yield from about_rule(vocabulary, rule, (*path, index))
        pieces += pieces_of(rule)
        if pieces > MOST_PIECES:
            many = f"the regular expressions up to here have {pieces} pieces, and {MOST_PIECES} are the most"
            yield Problem((*path, index), many, hint="write some of them with contains, or to with *")
            return


def _about_scenario(vocabulary: Vocabulary, scenario: Any) -> Iterator[Problem]:
    yield from about_accounts(vocabulary, mapping(scenario, "accounts"), ("accounts",))
    if isinstance(scenario, dict):
        yield from _about_rules(vocabulary, scenario.get("rules"), ("rules",))


_WORDS: dict[Any, Callable[[Vocabulary, Any], Iterator[Problem]]] = {
    Scenario: _about_scenario, RuleSpec: about_rule, list[RuleSpec]: _about_rules, tuple[RuleSpec, ...]: _about_rules,
    dict[str, AccountPatch]: about_accounts,
}  # fmt: skip


def _about_words(value: Any, kind: Any, vocabulary: Vocabulary, provider: str | None) -> Iterator[Problem]:
    if kind is AccountPatch:
        return about_account(vocabulary, value, provider=provider)
    about = _WORDS.get(kind)
    return about(vocabulary, value) if about else iter(())
