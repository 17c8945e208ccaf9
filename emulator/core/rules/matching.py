"""when → then. The first rule that matches and has `times` left decides, for one number and for each of many; each
counts its uses."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from emulator.core.commands import AnyCommand, Delete, QueryMany, Submit
from emulator.core.rules.conditions import (
    OF_ASKED,
    OF_CALL,
    OF_LISTED,
    OF_NUMBER,
    OF_SAID,
    OF_TEXT,
    Per,
    destinations_of,
    references_of,
    speaks_of,
    spelt,
    tests_of,
    texts_of,
)
from emulator.core.rules.rule import NOTHING, Rule, Ruling, ruling_of
from emulator.core.rules.turns import Turns

if TYPE_CHECKING:
    from emulator.core.engine.checks import CheckContext

_LONG = 1000
_ENDING, _PER = 0.02, 8.0
"""What it costs to look at a number for one of some endings, and to count by number: against the look of another
rule."""
_KEPT = 9
"""So many of the last digits of a number are the same, however it is written."""


class _Candidate:
    """A rule with the tests that its `when` comes to, made once."""

    __slots__ = (
        "alone", "asked", "listed", "loose", "numbers", "per", "probability", "reads", "rule", "said", "spellings",
        "tests", "texts", "turns",
    )  # fmt: skip

    def __init__(self, rule: Rule) -> None:
        when = rule.spec.when
        self.rule = rule
        self.alone = ruling_of((rule,), rule)
        """Where it decides, and no other."""
        self.tests = tests_of(when, OF_CALL)
        self.numbers = tests_of(when, OF_NUMBER)
        self.texts = tests_of(when, OF_TEXT)
        self.said = tests_of(when, OF_SAID)
        self.listed = tests_of(when, OF_LISTED)
        self.asked = tests_of(when, OF_ASKED)
        self.spellings = bool(self.numbers or self.listed)
        """Does it look at how a number is written?"""
        self.loose = not (self.spellings or self.texts or self.said or self.asked)
        """Does it hold for each recipient, where it holds for the call?"""
        self.turns = Turns(when) if when.counts else None
        self.per: Per | None = when.per
        self.reads = not self.loose or when.per is not None
        """Does it look at numbers or texts at all?"""
        self.probability = when.probability

    def holds(self, case: "CheckContext", spellings: Sequence[str], text: str | None) -> bool:
        """Do the keys hold that speak of a recipient, of a call that has one or none?"""
        for test in self.numbers:
            for number in spellings:
                if test(number):
                    break
            else:
                return False
        return (
            self.hears(case, 0, text) and all(test(case, spellings) for test in self.listed)
            and all(test(case, 0) for test in self.asked)
        )  # fmt: skip

    def hears(self, case: "CheckContext", place: int, text: str | None) -> bool:
        """Do the keys hold that speak of what goes to a recipient?"""
        return (not self.texts or (text is not None and all(test(text) for test in self.texts))) and all(
            test(case, place) for test in self.said
        )

    def fitting(
        self, case: "CheckContext", places: Sequence[int], written: Sequence[str], normal: Sequence[str],
        texts: Sequence[str | None],
    ) -> Sequence[int]:  # fmt: skip
        """Those of the places for which the keys hold that speak of a recipient. `normal`: the numbers as the provider
        writes them; `texts`: one for all, or each one's own."""
        if self.loose:
            return places
        if self.texts or self.said:
            if len(texts) > 1:
                places = [place for place in places if self.hears(case, place, texts[place])]
            elif not self.hears(case, 0, texts[0] if texts else None):
                return ()
        for test in self.numbers:
            fits = [place for place in places if test(written[place])]
            if normal is not written:
                fits = sorted({*fits, *(place for place in places if test(normal[place]))})
            places = fits
        for test in self.listed:
            places = [place for place in places if test(case, (written[place], normal[place]))]
        for test in self.asked:
            places = [place for place in places if test(case, place)]
        return places

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

    __slots__ = ("candidates", "counting", "endings", "numbered", "short", "weight")

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.candidates = [_Candidate(rule) for rule in rules]
        self.endings = _endings(self.candidates)
        """Where all of them speak of numbers by their ending, these: most calls are done with one look."""
        self.short = max(map(len, self.endings), default=0) <= _KEPT
        self.numbered = any(one.spellings for one in self.candidates)
        self.counting = any(one.turns is not None for one in self.candidates)
        self.weight = _ENDING * len(self.endings) or sum(_weight(one) for one in self.candidates)
        """What each number of a call costs: in looks at one."""

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
        self.changes_accounts = any(rule.spec.then.account is not None for rule in rules)
        """May a call change the account that the next one meets?"""
        self._speaking: dict[tuple[str, str, str], _Speaking] = {}

    def named(self, name: str) -> Rule | None:
        """The rule with that id or name."""
        return next((rule for rule in self.rules if name in (rule.id, rule.spec.name)), None)

    def looks(self, command: AnyCommand) -> float:
        """How often rules look at each number of a call: in looks of one that knows all it wants by one."""
        return self._of(command).weight

    def _of(self, command: AnyCommand) -> _Speaking:
        kind = (command.provider, command.protocol, command.operation)
        speaking = self._speaking.get(kind)
        if speaking is None:
            rules = (rule for rule in self.rules if speaks_of(rule.spec.when, *kind))
            speaking = self._speaking[kind] = _Speaking(rules)
        return speaking

    def ruling(self, case: "CheckContext") -> Ruling:
        """Which rules decide. Counts the call and throws the dice; that a rule fired is for the engine to say."""
        command = case.command
        kind = (command.provider, command.protocol, command.operation)
        speaking = self._speaking.get(kind) or self._of(command)
        if not speaking.candidates:
            return NOTHING
        numbers = (command.destinations or ()) if type(command) is Submit else destinations_of(command)
        if speaking.endings and speaking.nobody(case, numbers):
            return NOTHING
        if len(numbers) > 1:
            return _for_many(speaking.candidates, case, numbers)
        return _for_one(speaking, case, numbers[0] if numbers else None)


def _weight(one: _Candidate) -> float:
    if one.per is not None:
        return _PER
    return 0.0 if one.loose and one.turns is None else 1.0


def _endings(candidates: list[_Candidate]) -> tuple[str, ...]:
    patterns = [one.rule.spec.when.to or "" for one in candidates]
    plain = all(pattern[:1] == "*" and "*" not in pattern[1:] for pattern in patterns)
    return tuple(pattern[1:] for pattern in patterns) if plain else ()


def _for_one(speaking: _Speaking, case: "CheckContext", number: str | None) -> Ruling:
    text: str | None = None
    spellings: Sequence[str] | None = None
    found = NOTHING
    for one in speaking.candidates:
        if found is not NOTHING and one.turns is None:
            continue
        if spellings is None and one.reads:
            spellings = spelt(case, number) if speaking.numbered and number is not None else ()
            texts = texts_of(case.command)
            text = None if texts is None else texts[0]
        if (one.loose or one.holds(case, spellings or (), text)) and (not one.tests or one.about(case)):
            key = "" if one.per is None else _key(one.per, case, spelt(case, number or "")[-1], text or "")
            if one.decides(case, key, found is NOTHING):
                found = one.alone
                if not speaking.counting:
                    break
    return found


def _for_many(candidates: list[_Candidate], case: "CheckContext", numbers: tuple[str, ...]) -> Ruling:
    texts = texts_of(case.command) or ()
    normal: Sequence[str] = numbers
    if any(one.spellings or one.per == "number" for one in candidates):
        otherwise = tuple(spelt(case, number)[-1] for number in numbers)
        normal = numbers if otherwise == numbers else otherwise
    everywhere = range(len(numbers))
    decided: list[Rule | None] = [None] * len(numbers)
    rules: list[Rule] = []
    left: Sequence[int] = everywhere
    for one in candidates:
        if (not left and one.turns is None) or not one.about(case):
            continue
        took: Sequence[int] = ()
        if one.per is None:
            mine = one.fitting(case, left, numbers, normal, texts)
            counted = mine or (one.turns is not None and one.fitting(case, everywhere, numbers, normal, texts))
            if counted and one.decides(case, "", bool(mine)):
                took = mine
        else:
            fitting = one.fitting(case, everywhere, numbers, normal, texts)
            took = _by_key(one, case, fitting, normal, texts, decided)
        if took:
            rules.append(one.rule)
            for place in took:
                decided[place] = one.rule
            left = [place for place in left if decided[place] is None]
    first = decided[0]
    if all(rule is first for rule in decided):
        return NOTHING if first is None else ruling_of(rules, first)
    command = case.command
    asked = command.wanted or () if isinstance(command, QueryMany | Delete) else everywhere
    return ruling_of(rules, None, dict(zip(asked, decided, strict=True)))


def _by_key(
    one: _Candidate, case: "CheckContext", fitting: Sequence[int], normal: Sequence[str], texts: Sequence[str],
    decided: list[Rule | None],
) -> list[int]:  # fmt: skip
    """The places that a rule decides which counts, or throws dice, for each number, reference or text by itself."""
    assert one.per is not None
    groups: dict[str, list[int]] = {}
    for place in fitting:
        text = texts[place] if len(texts) > 1 else "".join(texts)
        groups.setdefault(_key(one.per, case, normal[place], text), []).append(place)
    took: list[int] = []
    for key, places in groups.items():
        left = [place for place in places if decided[place] is None]
        if (left or one.turns is not None) and one.decides(case, key, bool(left)):
            took += left
    return took


def _key(per: Per, case: "CheckContext", normal: str, text: str) -> str:
    """Under what a rule counts: a number as the provider writes it, a text (a long one by its hash), a reference."""
    match per:
        case "number":
            return normal
        case "text":
            return text if len(text) <= _LONG else sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        case "reference":
            return " ".join(references_of(case.command))
