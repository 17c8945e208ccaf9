"""when → then. The first rule that matches and has `times` left decides; each counts its uses."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from emulator.core.commands import AnyCommand, Delete, Query, QueryMany, Submit
from emulator.core.plans import Plan

Operation = Literal["send", "status", "balance", "cost", "brands", "bind"]
Count = Annotated[int, Meta(ge=1)]


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Every key given must hold. `to` and `sender` know `*`; `contains` is a part of the text, `matches` a regular
    expression somewhere in it; `nth` counts the calls that match all the rest."""

    provider: str | None = None
    protocol: str | None = None
    operation: Operation | None = None
    to: str | None = None
    sender: str | None = None
    reference: str | None = None
    contains: str | None = None
    matches: str | None = None
    nth: Count | None = None

    def __post_init__(self) -> None:
        if self.matches is not None:
            try:
                re.compile(self.matches)
            except (re.error, OverflowError, RecursionError) as error:
                raise ValueError(f"matches: no regular expression: {error}") from None


class RuleSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule as people write it, in YAML and JSON alike."""

    then: Plan
    when: When = When()
    times: Count | None = None
    comment: str = ""


class Rule(msgspec.Struct):
    """A rule in force, with its counters."""

    id: str
    spec: RuleSpec
    by_hand: bool
    seen: int = 0
    """Calls that matched everything but `nth`."""
    fired: int = 0

    @property
    def exhausted(self) -> bool:
        return self.spec.times is not None and self.fired >= self.spec.times


@lru_cache(maxsize=4096)
def _glob(pattern: str) -> Callable[[str], object]:
    """A test for a pattern in which `*` stands for anything; the two common shapes go without a regular expression."""
    if "*" not in pattern:
        return pattern.__eq__
    if pattern.count("*") == 1 and pattern[0] == "*":
        suffix = pattern[1:]
        return lambda text: text.endswith(suffix)
    if pattern.count("*") == 1 and pattern[-1] == "*":
        prefix = pattern[:-1]
        return lambda text: text.startswith(prefix)
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL).fullmatch


@lru_cache(maxsize=4096)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def speaks_of(when: When, provider: str, protocol: str, operation: str) -> bool:
    """Do the keys that name the kind of call hold?"""
    return (
        (when.provider is None or when.provider == provider)
        and (when.protocol is None or when.protocol == protocol)
        and (when.operation is None or when.operation == operation)
    )


def about_call(when: When, command: AnyCommand) -> bool:
    """Do the keys that speak of the call as a whole hold (all but `to`, `nth` and the kind of call)?"""
    if when.contains is not None or when.matches is not None or when.sender is not None:
        if not isinstance(command, Submit):
            return False
        text = command.text or ""
        if when.contains is not None and when.contains not in text:
            return False
        if when.matches is not None and not _regex(when.matches).search(text):
            return False
        if when.sender is not None and not _glob(when.sender)(command.sender or ""):
            return False
    if when.reference is not None:
        reference = command.reference if isinstance(command, Submit | Query) else None
        return reference == when.reference
    return True


def destinations_of(command: AnyCommand) -> tuple[str, ...]:
    """The numbers a rule's `to` is held against."""
    if isinstance(command, Submit):
        return command.destinations or ()
    if isinstance(command, Query):
        return (command.destination or "",)
    if isinstance(command, QueryMany | Delete):
        return tuple(number for number, _ in command.wanted or ())
    return ()


class Ruling(msgspec.Struct, frozen=True):
    """What the rules say of one call: the rule for the call as a whole, and each recipient's."""

    call: Rule | None
    by_destination: dict[str, Rule] | Rule | None
    """One rule for every recipient, or a rule by number as written, or None."""

    def of(self, destination: str) -> Rule | None:
        rules = self.by_destination
        return rules.get(destination) if isinstance(rules, dict) else rules


NOTHING = Ruling(None, None)


class RuleBook:
    """The rules of a sandbox in order: those put in by hand first, the scenario's behind them.

    `rules` is the whole state; the rest is an index over it, by kind of call.
    """

    def __init__(self, rules: list[Rule]) -> None:
        self.replace(rules)

    def replace(self, rules: list[Rule]) -> None:
        self.rules = rules
        self._speaking: dict[tuple[str, str, str], list[Rule]] = {}

    def ruling(self, command: AnyCommand) -> Ruling:
        """Which rules decide. Counts the call for `nth`; that a rule fired is for the engine to say."""
        kind = (command.provider, command.protocol, command.operation)
        candidates = self._speaking.get(kind)
        if candidates is None:
            candidates = self._speaking[kind] = [rule for rule in self.rules if speaks_of(rule.spec.when, *kind)]
        if not candidates:
            return NOTHING
        numbers = destinations_of(command)
        if len(numbers) == 1:
            rule = _for_one(candidates, command, numbers[0])
            return Ruling(rule, rule)
        return _for_many(candidates, command, numbers)


def _for_one(candidates: list[Rule], command: AnyCommand, number: str) -> Rule | None:
    found: Rule | None = None
    for rule in candidates:
        when = rule.spec.when
        if found is not None and when.nth is None:
            continue
        if when.to is not None and not _glob(when.to)(number):
            continue
        if about_call(when, command) and _its_turn(rule) and found is None:
            found = rule
    return found


def _for_many(candidates: list[Rule], command: AnyCommand, numbers: tuple[str, ...]) -> Ruling:
    first: Rule | None = None
    for_all: Rule | None = None
    decided: dict[str, Rule] = {}
    for rule in candidates:
        when = rule.spec.when
        if for_all is not None and when.nth is None:
            continue
        if not about_call(when, command):
            continue
        mine = [n for n in numbers if _glob(when.to)(n)] if when.to is not None else []
        if (when.to is not None and not mine) or not _its_turn(rule) or for_all is not None:
            continue
        first = first or rule
        if when.to is None:
            for_all = rule
        for number in mine:
            decided.setdefault(number, rule)
    if for_all is not None and decided:
        for number in numbers:
            decided.setdefault(number, for_all)
    return Ruling(first, decided or for_all)


def _its_turn(rule: Rule) -> bool:
    """Of a rule whose other keys hold: is this the nth call (counted here), and has it `times` left?"""
    nth = rule.spec.when.nth
    if nth is None:
        return not rule.exhausted
    rule.seen += 1
    return rule.seen == nth and not rule.exhausted
