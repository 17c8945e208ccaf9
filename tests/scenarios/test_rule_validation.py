"""Words of rules that no provider knows, or that could never matter where they stand."""

from typing import Any

import pytest
from mistakes import OF_RULES

from emulator.app.emulator import Emulator
from emulator.core.rules.rule import RuleSpec
from emulator.scenarios.json_schema import schema
from emulator.scenarios.validation import Invalid, checked

REAL = Emulator().vocabulary


def lines_of(when: dict[str, Any], then: dict[str, Any]) -> list[str]:
    try:
        checked({"when": when, "then": then}, RuleSpec, REAL)
    except Invalid as invalid:
        return invalid.lines
    return []


@pytest.mark.parametrize(("when", "then", "line"), OF_RULES)
def test_each_mistake_yields_its_one_line(when: dict[str, Any], then: dict[str, Any], line: str) -> None:
    assert lines_of(when, then) == [line]


def test_a_reason_that_a_provider_has_no_code_for_is_answered_with_those_it_has() -> None:
    (line,) = lines_of({"provider": "ubill", "operation": "send"}, {"refuse": {"reason": "too-many-requests"}})
    assert line.startswith(
        "at then.refuse.reason: ubill in send has no code for it: found 'too-many-requests'; may be key-missing, "
    )
    (line,) = lines_of({"provider": "ubill"}, {"refuse": {"reason": "flood"}})
    assert line.startswith("at then.refuse.reason: ubill has no code for it: found 'flood'; may be ")
    (line,) = lines_of({"operation": "balance"}, {"refuse": {"reason": "no-credit"}})
    assert line.startswith("at then.refuse.reason: no provider has a code for it: found 'no-credit'; may be ")


@pytest.mark.parametrize("provider", REAL.providers)
def test_every_reason_of_a_provider_may_be_said_in_its_operation(provider: str) -> None:
    for operation, reasons in REAL.providers[provider].reasons.items():
        if operation in REAL.providers[provider].operations:
            for reason in reasons:
                assert lines_of({"provider": provider, "operation": operation}, {"refuse": {"reason": reason}}) == []


@pytest.mark.parametrize(
    ("when", "then"),
    [
        ({"provider": "smscenter", "protocol": "smpp"}, {}),
        ({"operation": "cost", "contains": "x"}, {}),
        ({"operation": "status", "to": "*1", "reference": "a"}, {"account": {"blocked": True}}),
        ({}, {"incoming": {"text": "x"}, "reports": {"to": "https://example.org/cb?x=1"}}),
        ({"provider": "ubill"}, {"account": {"switches": {"retry": [1]}}}),
    ],
)
def test_what_may_stand(when: dict[str, Any], then: dict[str, Any]) -> None:
    assert lines_of(when, then) == []


def test_the_schema_has_every_word_that_a_rule_may_have() -> None:
    made = schema(REAL)["$defs"]
    for name, kind in (("When", "when"), ("Plan", "then"), ("Reports", "reports"), ("Reply", "reply")):
        assert made[name]["additionalProperties"] is False, kind
    assert {"first", "every", "probability", "to_matches", "parts"} <= set(made["When"]["properties"])
    assert {"accept", "retries", "account", "incoming", "opt_out"} <= set(made["Plan"]["properties"])
    assert {"without", "with", "to", "times", "before_reply"} <= set(made["Reports"]["properties"])
    assert {"headers", "body", "delay"} <= set(made["Reply"]["properties"])
    assert set(made["Span"]["properties"]) == {"from", "to"}
