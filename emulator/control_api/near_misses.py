"""Rules that nearly fired: exactly one thing was in their way. Worked out when somebody reads the journal, against the
rules as they stand then; a request's way knows nothing of it."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from emulator.core.commands import AnyCommand, Submit
from emulator.core.engine.checks import CheckContext
from emulator.core.rules.conditions import (
    KIND,
    OF_NUMBER,
    OF_TURN,
    When,
    asked_after,
    destinations_of,
    references_of,
    senders_of,
    unmet,
)
from emulator.core.rules.http_actions import HTTP_FAULTS
from emulator.core.rules.rule import Rule
from emulator.core.text import Measure
from emulator.core.units import counted, plain

_MOST = 3
_LONG = 60


def _measured(command: AnyCommand) -> Measure | None:
    return command.measure_of(command.text or "") if isinstance(command, Submit) else None


_FOUND: dict[str, Callable[[CheckContext], Any]] = {
    "provider": lambda case: case.command.provider,
    "protocol": lambda case: case.command.protocol,
    "operation": lambda case: case.command.operation,
    "account": lambda case: case.command.credential.name if case.command.credential else None,
    "to": lambda case: ", ".join(destinations_of(case.command)[:3]) or None,
    "to_matches": lambda case: ", ".join(destinations_of(case.command)[:3]) or None,
    "sender": lambda case: " or ".join(senders_of(case, 0)) or None,
    "reference": lambda case: next(iter(references_of(case.command)), None),
    "contains": lambda case: getattr(case.command, "text", None),
    "matches": lambda case: getattr(case.command, "text", None),
    "encoding": lambda case: measured.encoding if (measured := _measured(case.command)) else None,
    "parts": lambda case: measured.parts if (measured := _measured(case.command)) else None,
    "kind": lambda case: getattr(case.command, "kind", None),
    "balance": lambda case: plain(case.owner.balance) if case.known else None,
    "asked": lambda case: asked_after(case, 0),
}
"""What a call had where a rule wanted something, by the rule's key."""


def nearly(rules: Iterable[Rule], case: CheckContext, fired: str | None) -> list[str]:
    """Sentences about at most three rules before the one that fired (all, if none did), those put in by the control API
    first."""
    told: list[tuple[bool, str]] = []
    for rule in rules:
        if rule.id == fired:
            break
        why = _why(rule, case, fired is not None)
        if why is not None:
            told.append((not rule.by_hand, f"rule {called(rule)} nearly fired: {why}"))
    told.sort(key=lambda one: one[0])
    return [text for _, text in told[:_MOST]]


def passed_over(rule: Rule | None, case: CheckContext) -> list[str]:
    """Of a rule that fired: what only another protocol than the call's can have done to a reply."""
    said = None if rule is None else rule.spec.then.reply
    if rule is None or said is None or said.over(case.command.protocol) is said:
        return []
    what = f"fault {said.fault}" if said.fault is not None else "command_status"
    whose = "HTTP" if said.fault in HTTP_FAULTS else "SMPP"
    return [f"rule {called(rule)} asks for the {what}, which only {whose} has: passed over"]


def called(rule: Rule) -> str:
    """A rule's id, and its name if it has one."""
    return f"{rule.id} ({rule.spec.name})" if rule.spec.name else rule.id


def _why(rule: Rule, case: CheckContext, another_fired: bool) -> str | None:
    when = rule.spec.when
    keys = list(unmet(when, case))
    if not keys:
        return _not_its_turn(rule)
    if len(keys) > 1 or not _is_near(rule, keys[0], case.command, another_fired):
        return None
    key = keys[0]
    find = _FOUND.get(key)
    wanted = getattr(when, key)
    return f"{key} was {_short(find(case))}, not {_short(wanted)}" if find else f"{key} was not {_short(wanted)}"


def _not_its_turn(rule: Rule) -> str | None:
    """Why a rule whose keys hold did not fire; None where it was put in later, or would have."""
    when, spec = rule.spec.when, rule.spec
    if rule.exhausted:
        return f"it has fired {counted(spec.times or 0, 'time')}, as often as it may"
    turns = [f"{name} {_short(getattr(when, name))}" for name in OF_TURN if getattr(when, name) is not None]
    if turns and when.per is not None:
        turns.append(f"per {when.per}")
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
    if isinstance(value, msgspec.Struct):
        value = msgspec.to_builtins(value)
    text = ", ".join(value) if isinstance(value, tuple) else repr(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
