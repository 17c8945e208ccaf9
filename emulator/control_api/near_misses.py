"""Rules that nearly fired: exactly one thing was in their way. Worked out when somebody reads the journal, against the
rules as they stand then; a request's way knows nothing of it."""

from collections.abc import Callable, Iterable
from typing import Any

from emulator.core.commands import AnyCommand, Query, Submit
from emulator.core.rules.conditions import KIND, OF_NUMBER, OF_TURN, Now, When, destinations_of, unmet
from emulator.core.rules.matching import Rule
from emulator.core.text import Measure

_MOST = 3
_LONG = 60


def _measured(command: AnyCommand) -> Measure | None:
    return command.measure_of(command.text or "") if isinstance(command, Submit) else None


_FOUND: dict[str, Callable[[AnyCommand], Any]] = {
    "provider": lambda command: command.provider,
    "protocol": lambda command: command.protocol,
    "operation": lambda command: command.operation,
    "account": lambda command: command.credential.name if command.credential else None,
    "to": lambda command: ", ".join(destinations_of(command)[:3]) or None,
    "to_matches": lambda command: ", ".join(destinations_of(command)[:3]) or None,
    "sender": lambda command: getattr(command, "sender", None),
    "reference": lambda command: command.reference if isinstance(command, Submit | Query) else None,
    "contains": lambda command: getattr(command, "text", None),
    "matches": lambda command: getattr(command, "text", None),
    "encoding": lambda command: measured.encoding if (measured := _measured(command)) else None,
    "parts": lambda command: measured.parts if (measured := _measured(command)) else None,
}
"""What a call had where a rule wanted something, by the rule's key."""


def nearly(rules: Iterable[Rule], command: AnyCommand, now: Now, fired: str | None) -> list[str]:
    """Sentences about at most three rules before the one that fired (all, if none did), those put in by hand first."""
    told: list[tuple[bool, str]] = []
    for rule in rules:
        if rule.id == fired:
            break
        why = _why(rule, command, now, fired is not None)
        if why is not None:
            told.append((not rule.by_hand, f"rule {rule.id} nearly fired: {why}"))
    told.sort(key=lambda one: one[0])
    return [text for _, text in told[:_MOST]]


def _why(rule: Rule, command: AnyCommand, now: Now, another_fired: bool) -> str | None:
    when = rule.spec.when
    keys = list(unmet(when, command, now))
    if not keys:
        return _not_its_turn(rule)
    if len(keys) > 1 or not _is_near(rule, keys[0], command, another_fired):
        return None
    key = keys[0]
    find = _FOUND.get(key)
    wanted = getattr(when, key)
    return f"{key} was {_short(find(command))}, not {_short(wanted)}" if find else f"{key} was not {_short(wanted)}"


def _not_its_turn(rule: Rule) -> str | None:
    """Why a rule whose keys hold did not fire; None where it was put in later, or would have."""
    when, spec = rule.spec.when, rule.spec
    if rule.exhausted:
        return f"its {spec.times} time(s) are used up"
    turns = [f"{name} {getattr(when, name)}" for name in OF_TURN if getattr(when, name) is not None]
    if turns:
        return f"it was not its turn ({', '.join(turns)}; {rule.seen} matched so far)"
    return None if when.probability is None else f"the dice were against it (probability {when.probability:g})"


def _is_near(rule: Rule, key: str, command: AnyCommand, another_fired: bool) -> bool:
    """Is a rule with one key in its way worth telling? A scenario's rules are many, and mostly about other numbers."""
    others = [name for name in When.__struct_fields__
              if name not in (*KIND, *OF_TURN, key) and getattr(rule.spec.when, name) is not None]  # fmt: skip
    if key in KIND:
        return bool(others)
    if key in OF_NUMBER:
        return not another_fired and (rule.by_hand or bool(others) or _one_digit_off(rule.spec.when.to, command))
    return rule.by_hand or bool(others) or not another_fired


def _one_digit_off(pattern: str | None, command: AnyCommand) -> bool:
    literal = (pattern or "").strip("*+")
    if len(literal) < 6:
        return False
    ends = (number[-len(literal) :] for number in destinations_of(command)[:3])
    return any(len(end) == len(literal) and sum(a != b for a, b in zip(end, literal, strict=True)) == 1 for end in ends)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
