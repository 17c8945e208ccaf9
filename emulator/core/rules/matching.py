"""when → then. The first rule that matches and has `times` left decides, for one number and for each of many; each
counts its uses."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from emulator.core.commands import Delete, QueryMany
from emulator.core.rules.actions import Plan
from emulator.core.rules.conditions import (
    OF_CALL,
    OF_NUMBER,
    OF_PLACE,
    OF_TEXT,
    Per,
    When,
    destinations_of,
    references_of,
    speaks_of,
    spelt,
    tests_of,
    texts_of,
)
from emulator.core.rules.ranges import Count
from emulator.core.rules.turns import Turns
from emulator.core.units import Timestamp

if TYPE_CHECKING:
    from emulator.core.engine.checks import CheckContext

NAME = "^(?!r[0-9]+$)[A-Za-z][A-Za-z0-9._-]{0,63}$"
"""Of a rule; not what could be an id."""
Name = Annotated[str, Meta(pattern=NAME, description="of letters, digits and . _ -, and not like the id r7")]


class RuleSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule as people write it, in YAML and JSON alike. By its `name` one asks whether it fired."""

    then: Plan
    when: When = When()
    times: Count | None = None
    comment: str = ""
    name: Name | None = None


class Rule(msgspec.Struct):
    """A rule in force, with its counters."""

    id: str
    spec: RuleSpec
    by_hand: bool
    seen: int = 0
    """Calls that matched everything but the keys that count; kept where there are such keys."""
    fired: int = 0
    counted: dict[str, int] = {}
    """The same, for each number, reference or text where it counts `per` those; under "" where not."""
    recent: dict[str, list[Timestamp]] = {}
    """When the last of them came, where it has a rate."""

    @property
    def exhausted(self) -> bool:
        return self.spec.times is not None and self.fired >= self.spec.times


class Ruling(msgspec.Struct, frozen=True):
    """What the rules say of one call: those that decide, in their order; and which of them of whom."""

    rules: tuple[Rule, ...] = ()
    everyone: Rule | None = None
    """Decides of all recipients; or it is None, and then"""
    recipients: dict[tuple[str, Any], Rule | None] | None = None
    """a rule for each recipient: by number as written, and what is said to it where each may hear something else, or
    the id that is asked after."""

    def of(self, written: str, said: Any = None) -> Rule | None:
        """The rule for a recipient; `said` where each has its own."""
        return self.everyone if self.recipients is None else self.recipients.get((written, said))

    def each(self) -> Iterable[Rule | None]:
        """The rules of all recipients; of a call without any, its own."""
        return (self.everyone,) if self.recipients is None else self.recipients.values()


NOTHING = Ruling()
_KEPT = 9
"""So many of the last digits of a number are the same, however it is written."""


class _Candidate:
    """A rule with the tests that its `when` comes to, made once."""

    __slots__ = ("loose", "numbers", "per", "places", "probability", "rule", "tests", "texts", "turns")

    def __init__(self, rule: Rule) -> None:
        when = rule.spec.when
        self.rule = rule
        self.tests = tests_of(when, OF_CALL)
        self.numbers = tests_of(when, OF_NUMBER)
        self.texts = tests_of(when, OF_TEXT)
        self.places = tests_of(when, OF_PLACE)
        self.loose = not (self.numbers or self.texts or self.places)
        """Does it hold for each recipient, where it holds for the call?"""
        self.turns = Turns(when) if when.counts else None
        self.per: Per | None = when.per
        self.probability = when.probability

    def holds(self, case: "CheckContext", place: int, spellings: Sequence[str], text: str | None) -> bool:
        """Do the keys hold that speak of a recipient?"""
        for test in self.texts:
            if text is None or not test(text):
                return False
        for test in self.numbers:
            for number in spellings:
                if test(number):
                    break
            else:
                return False
        return not self.places or all(test(case, place) for test in self.places)

    def about(self, case: "CheckContext") -> bool:
        """Do the keys hold that speak of the call as a whole?"""
        return all(test(case) for test in self.tests)

    def decides(self, case: "CheckContext", key: str, open_yet: bool) -> bool:
        """Of a rule whose other keys hold: is it this call's turn (counted here), has it `times` left, and do the dice
        say so? They are thrown only where the rule could still decide."""
        rule = self.rule
        if self.turns is not None:
            rule.seen += 1
            if not self.turns.come(rule.counted, rule.recent, key, case.at):
                return False
        if not open_yet or rule.exhausted:
            return False
        if self.probability is None:
            return True
        chance = case.state.chance
        drawn = chance.draw() if self.per is None else chance.lot(f"{rule.id} {key}")
        return drawn < self.probability


class _Speaking:
    """The rules that speak of a kind of call."""

    __slots__ = ("candidates", "endings", "numbered", "short")

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.candidates = [_Candidate(rule) for rule in rules]
        self.endings = _endings(self.candidates)
        """Where all of them speak of numbers by their ending, these: most calls are done with one look."""
        self.short = max(map(len, self.endings), default=0) <= _KEPT
        self.numbered = any(one.numbers for one in self.candidates)

    def nobody(self, case: "CheckContext", numbers: Sequence[str]) -> bool:
        """Is it clear at once that none of them speaks of these numbers?"""
        endings = self.endings
        for number in numbers:
            if number.endswith(endings):
                return False
            if not (self.short and number.isdigit()) and any(one.endswith(endings) for one in spelt(case, number)):
                return False
        return True


class RuleBook:
    """The rules of a sandbox in order: those put in by the control API first, the scenario's behind them.

    `rules` is the whole state; the rest is an index over it, by kind of call.
    """

    def __init__(self, rules: list[Rule]) -> None:
        self.replace(rules)

    def replace(self, rules: list[Rule]) -> None:
        self.rules = rules
        self._speaking: dict[tuple[str, str, str], _Speaking] = {}

    def named(self, name: str) -> Rule | None:
        """The rule with that id or name."""
        return next((rule for rule in self.rules if name in (rule.id, rule.spec.name)), None)

    def ruling(self, case: "CheckContext") -> Ruling:
        """Which rules decide. Counts the call and throws the dice; that a rule fired is for the engine to say."""
        command = case.command
        kind = (command.provider, command.protocol, command.operation)
        speaking = self._speaking.get(kind)
        if speaking is None:
            rules = (rule for rule in self.rules if speaks_of(rule.spec.when, *kind))
            speaking = self._speaking[kind] = _Speaking(rules)
        if not speaking.candidates:
            return NOTHING
        numbers = destinations_of(command)
        if speaking.endings and speaking.nobody(case, numbers):
            return NOTHING
        if len(numbers) > 1:
            return _for_many(speaking.candidates, case, numbers)
        rule = _for_one(speaking, case, numbers[0] if numbers else None)
        return NOTHING if rule is None else Ruling((rule,), rule)


def _endings(candidates: list[_Candidate]) -> tuple[str, ...]:
    patterns = [one.rule.spec.when.to or "" for one in candidates]
    plain = all(pattern[:1] == "*" and "*" not in pattern[1:] for pattern in patterns)
    return tuple(pattern[1:] for pattern in patterns) if plain else ()


def _for_one(speaking: _Speaking, case: "CheckContext", number: str | None) -> Rule | None:
    texts = texts_of(case.command)
    text = None if texts is None else texts[0]
    spellings = spelt(case, number) if speaking.numbered and number is not None else ()
    found: Rule | None = None
    for one in speaking.candidates:
        if found is not None and one.turns is None:
            continue
        if (one.loose or one.holds(case, 0, spellings, text)) and (not one.tests or one.about(case)):
            key = "" if one.per is None else _key(one.per, case, number or "", text or "")
            if one.decides(case, key, found is None):
                found = one.rule
    return found


def _for_many(candidates: list[_Candidate], case: "CheckContext", numbers: tuple[str, ...]) -> Ruling:
    said = texts_of(case.command)
    alone = None if said is None else said[0]
    texts: Sequence[str | None] = said if said is not None and len(said) > 1 else (alone,) * len(numbers)
    decided: list[Rule | None] = [None] * len(numbers)
    rules: list[Rule] = []
    left: Sequence[int] = range(len(numbers))
    spellings: list[tuple[str, ...]] | None = None
    for one in candidates:
        if (not left and one.turns is None) or not one.about(case):
            continue
        if one.numbers and spellings is None:
            spellings = [spelt(case, number) for number in numbers]

        def fits(place: int, one: _Candidate = one, spellings: list[tuple[str, ...]] | None = spellings) -> bool:
            return one.loose or one.holds(case, place, spellings[place] if spellings else (), texts[place])

        if one.per is None:
            mine = left if one.loose else [place for place in left if fits(place)]
            counted = bool(mine) or (one.turns is not None and any(map(fits, range(len(numbers)))))
            took = list(mine) if counted and one.decides(case, "", bool(mine)) else []
        else:
            took = _by_key(one, case, [place for place in range(len(numbers)) if fits(place)], numbers, texts, decided)
        if took:
            rules.append(one.rule)
            for place in took:
                decided[place] = one.rule
            left = [place for place in left if decided[place] is None]
    first = decided[0]
    if all(rule is first for rule in decided):
        return NOTHING if first is None else Ruling(tuple(rules), first)
    command = case.command
    keys: Iterable[tuple[str, Any]]
    if isinstance(command, QueryMany | Delete):
        keys = command.wanted or ()
    else:
        keys = ((number, case.said(place) if command.texts else None) for place, number in enumerate(numbers))
    return Ruling(tuple(rules), None, dict(zip(keys, decided, strict=True)))


def _by_key(
    one: _Candidate, case: "CheckContext", fitting: list[int], numbers: Sequence[str], texts: Sequence[str | None],
    decided: list[Rule | None],
) -> list[int]:  # fmt: skip
    """The places that a rule decides which counts, or throws dice, for each number, reference or text by itself."""
    assert one.per is not None
    groups: dict[str, list[int]] = {}
    for place in fitting:
        groups.setdefault(_key(one.per, case, numbers[place], texts[place] or ""), []).append(place)
    took: list[int] = []
    for key, places in groups.items():
        left = [place for place in places if decided[place] is None]
        if (left or one.turns is not None) and one.decides(case, key, bool(left)):
            took += left
    return took


def _key(per: Per, case: "CheckContext", number: str, text: str) -> str:
    """Under what a rule counts."""
    match per:
        case "number":
            return spelt(case, number)[-1]
        case "text":
            return text
        case "reference":
            return " ".join(references_of(case.command))
