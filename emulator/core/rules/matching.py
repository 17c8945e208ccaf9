"""when → then. The first rule that matches and has `times` left decides; each counts its uses."""

import msgspec

from emulator.core.commands import AnyCommand
from emulator.core.reasons import OF_A_NUMBER
from emulator.core.rules.actions import Plan
from emulator.core.rules.conditions import Now, When, destinations_of, number_test, speaks_of, tests_of, turn_test
from emulator.core.rules.ranges import Count
from emulator.core.units import Chance


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
    """Calls that matched everything but the keys that count; kept where there are such keys."""
    fired: int = 0

    @property
    def exhausted(self) -> bool:
        return self.spec.times is not None and self.fired >= self.spec.times


class Ruling(msgspec.Struct, frozen=True):
    """What the rules say of one call: the rule for the call as a whole, and each recipient's."""

    call: Rule | None
    by_destination: dict[str, Rule] | Rule | None
    """One rule for every recipient, or a rule by number as written, or None."""

    def of(self, destination: str) -> Rule | None:
        rules = self.by_destination
        return rules.get(destination) if isinstance(rules, dict) else rules


NOTHING = Ruling(None, None)


class _Candidate:
    """A rule with the tests that its `when` comes to, made once."""

    __slots__ = ("counts", "fits", "probability", "rule", "tests")

    def __init__(self, rule: Rule) -> None:
        when = rule.spec.when
        self.rule = rule
        self.fits = number_test(when)
        self.tests = tests_of(when)
        self.counts = turn_test(when)
        self.probability = when.probability

    def about(self, command: AnyCommand, now: Now) -> bool:
        """Do the keys hold that speak of the call as a whole?"""
        return all(test(command, now) for test in self.tests)

    def decides(self, chance: Chance, open_yet: bool) -> bool:
        """Of a rule whose other keys hold: is it this call's turn (counted here), has it `times` left, and do the dice
        say so? They are thrown only where the rule could still decide."""
        rule = self.rule
        if self.counts is not None:
            rule.seen += 1
            if not self.counts(rule.seen):
                return False
        if not open_yet or rule.exhausted:
            return False
        return self.probability is None or chance.draw() < self.probability


class RuleBook:
    """The rules of a sandbox in order: those put in by hand first, the scenario's behind them.

    `rules` is the whole state; the rest is an index over it, by kind of call.
    """

    def __init__(self, rules: list[Rule]) -> None:
        self.replace(rules)

    def replace(self, rules: list[Rule]) -> None:
        self.rules = rules
        self._speaking: dict[tuple[str, str, str], list[_Candidate]] = {}
        self._endings: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def ruling(self, command: AnyCommand, now: Now, chance: Chance) -> Ruling:
        """Which rules decide. Counts the call and throws the dice; that a rule fired is for the engine to say."""
        kind = (command.provider, command.protocol, command.operation)
        candidates = self._speaking.get(kind)
        if candidates is None:
            candidates = self._find(kind)
        if not candidates:
            return NOTHING
        numbers = destinations_of(command)
        endings = self._endings[kind]
        if len(numbers) == 1:
            if endings and not numbers[0].endswith(endings):
                return NOTHING
            rule = _for_one(candidates, command, numbers[0], now, chance)
            return NOTHING if rule is None else Ruling(rule, rule)
        if endings and not any(number.endswith(endings) for number in numbers):
            return NOTHING
        return _for_many(candidates, command, numbers, now, chance)

    def _find(self, kind: tuple[str, str, str]) -> list[_Candidate]:
        speaking = (rule for rule in self.rules if speaks_of(rule.spec.when, *kind))
        candidates = self._speaking[kind] = [_Candidate(rule) for rule in speaking]
        self._endings[kind] = _endings(candidates)
        return candidates


def _endings(candidates: list[_Candidate]) -> tuple[str, ...]:
    """Where all rules speak of numbers by their ending, these endings: most calls are done with one look."""
    patterns = [one.rule.spec.when.to or "" for one in candidates]
    plain = all(pattern[:1] == "*" and "*" not in pattern[1:] for pattern in patterns)
    return tuple(pattern[1:] for pattern in patterns) if plain else ()


def _for_one(
    candidates: list[_Candidate], command: AnyCommand, number: str, now: Now, chance: Chance
) -> Rule | None:  # fmt: skip
    found: Rule | None = None
    for one in candidates:
        if one.fits is not None and not one.fits(number):
            continue
        if found is not None and one.counts is None:
            continue
        if (not one.tests or one.about(command, now)) and one.decides(chance, found is None):
            found = one.rule
    return found


def _for_many(
    candidates: list[_Candidate], command: AnyCommand, numbers: tuple[str, ...], now: Now, chance: Chance
) -> Ruling:  # fmt: skip
    first: Rule | None = None
    whole: Rule | None = None
    for_all: Rule | None = None
    decided: dict[str, Rule] = {}
    for one in candidates:
        if for_all is not None and one.counts is None:
            continue
        if not one.about(command, now):
            continue
        fits = one.fits
        mine = [number for number in numbers if fits(number)] if fits is not None else []
        if (fits is not None and not mine) or not one.decides(chance, for_all is None):
            continue
        first = first or one.rule
        if whole is None and _of_the_call(one.rule.spec.then):
            whole = one.rule
        if fits is None:
            for_all = one.rule
        for number in mine:
            decided.setdefault(number, one.rule)
    if for_all is not None and decided:
        for number in numbers:
            decided.setdefault(number, for_all)
    return Ruling(whole or first, decided or for_all)


def _of_the_call(plan: Plan) -> bool:
    """Does it refuse the call as a whole, or do something to its reply? A list with one such number fares so."""
    return plan.reply is not None or (plan.refuse is not None and plan.refuse.reason not in OF_A_NUMBER)
