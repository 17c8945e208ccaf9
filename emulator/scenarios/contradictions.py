"""Rules that could never act as they say: keys of one rule that exclude one another, words of another protocol, rules
behind one that decides of everything.

What is looked at is plain data that may have other mistakes: only what has the right type is judged.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from emulator.core.rules.conditions import When
from emulator.core.rules.http_actions import HTTP_FAULTS
from emulator.core.rules.rule import RuleSpec
from emulator.core.rules.smpp_actions import SMPP_FAULTS
from emulator.scenarios.problems import Path, Problem, shown
from emulator.scenarios.vocabulary import Vocabulary, mapping

OF_SMPP = tuple(SMPP_FAULTS)
OF_HTTP = tuple(HTTP_FAULTS)


def about_turns(when: dict[str, Any], path: Path) -> Iterator[Problem]:
    """Turns that never come, and spans of time that end before they begin."""
    nth, first, every = (_number(when.get(name)) for name in ("nth", "first", "every"))
    if first is not None:
        for name, value in (("nth", nth), ("every", every)):
            if value is not None and value > first:
                yield Problem((*path, name), f"never comes: the rule holds for the first {first} alone", str(value))
    if nth is not None and every is not None and every > 0 and nth % every:
        yield Problem((*path, "nth"), f"never comes: the rule holds for every {every} of them", str(nth))
    after, before = _number(when.get("after")), _number(when.get("before"))
    if after is not None and before is not None and after >= before:
        yield Problem((*path, "before"), f"never comes: the rule holds after {shown(after)}", shown(before))


def about_reports(reports: dict[str, Any], path: Path) -> Iterator[Problem]:
    """What is said of reports that never go out."""
    if reports.get("never") is True:
        for name, value in reports.items():
            if name != "never" and value not in (None, False, 0, [], {}) and value != "normal":
                yield Problem((*path, name), "no report goes out: never is true", about_key=True)


def about_protocols(spoken: Sequence[str], then: dict[str, Any], path: Path, whose: str) -> Iterator[Problem]:
    """Words of a protocol that none of those is over which the rule's calls come."""
    reply, reports = mapping(then, "reply"), mapping(then, "reports")
    fault, at = reply.get("fault"), (*path, "reply")
    hint = "with it goes protocol: smpp, of a provider that speaks it"
    if "smpp" not in spoken:
        if fault in OF_SMPP:
            yield Problem((*at, "fault"), f"only SMPP has it, and {whose}", shown(fault), hint=hint)
        if reply.get("command_status") is not None:
            yield Problem((*at, "command_status"), f"only SMPP has it, and {whose}", about_key=True, hint=hint)
        if reports.get("form"):
            yield Problem((*path, "reports", "form"), f"only SMPP has it, and {whose}", about_key=True, hint=hint)
    if tuple(spoken) == ("smpp",):
        for name, value in ((at, fault in OF_HTTP and fault), ((*path, "reports"), reports.get("fault"))):
            if value:
                yield Problem((*name, "fault"), "only HTTP has it, and the rule's calls come over smpp", shown(value))


def hidden(rules: Sequence[RuleSpec]) -> Iterator[Problem]:
    """Rules of one list that never decide, because one before them decides of everything: no mistake, but told."""
    over = next((index for index, rule in enumerate(rules) if rule.when == When() and rule.times is None), None)
    if over is not None and over + 1 < len(rules):
        behind = len(rules) - over - 1
        yield Problem(("rules", over), f"it holds for every call, so that none of the {behind} behind it ever decides")


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def spoken_by(vocabulary: Vocabulary, provider: Any, protocol: Any) -> tuple[tuple[str, ...], str] | None:
    """Over which protocols the calls of a rule come, and why; None where nobody knows."""
    words = vocabulary.providers.get(provider) if isinstance(provider, str) else None
    if isinstance(protocol, str):
        return (protocol,), f"the rule's calls come over {protocol}"
    if words is not None and words.protocols:
        return words.protocols, f"{provider} speaks {', '.join(words.protocols)}"
    return None
