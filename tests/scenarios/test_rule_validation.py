"""Words of rules that no provider knows, or that could never matter where they stand."""

from typing import Any

import pytest

from emulator.app.emulator import Emulator
from emulator.core.rules.matching import RuleSpec
from emulator.scenarios.json_schema import schema
from emulator.scenarios.validation import Invalid, checked

REAL = Emulator().vocabulary


def lines_of(when: dict[str, Any], then: dict[str, Any]) -> list[str]:
    try:
        checked({"when": when, "then": then}, RuleSpec, REAL)
    except Invalid as invalid:
        return invalid.lines
    return []


SAID = [
    ({"provider": "ubill", "protocol": "soap"}, {},
     "at when.protocol: this provider does not speak it: found 'soap'; may be http"),
    ({"protocol": "smtp"}, {}, "at when.protocol: no provider speaks it: found 'smtp'; may be http, soap, smpp, v1"),
    ({"operation": "balance", "contains": "x"}, {},
     "at when.contains: a call of balance has none, so that this rule never holds; with it goes send or cost"),
    ({"operation": "status", "parts": 2}, {},
     "at when.parts: a call of status has none, so that this rule never holds; with it goes send or cost"),
    ({"operation": "status"}, {"steps": []},
     "at then.steps: only a send makes a message; with it goes operation: send"),
    ({"operation": "balance"}, {"opt_out": True},
     "at then.opt_out: only a send makes a message; with it goes operation: send"),
    ({"provider": "ubill"}, {"incoming": {"text": "x"}},
     "at then.incoming: this provider passes no messages of subscribers on; those that do: smscenter"),
    ({}, {"account": {"switches": {"retry": []}}},
     "at then.account.switches: switches differ from provider to provider; say which with when.provider"),
    ({"provider": "ubill"}, {"account": {"balance": -1}},
     "at then.account.balance: found -1; may be a number, 0 to 1000000000000"),
    ({}, {"reports": {"to": "ftp://x"}}, "at then.reports.to: found 'ftp://x'; may be an http:// or https:// URL"),
    ({"after": "noon"}, {}, "at when.after: no time with its zone, such as 2026-11-21T12:00:00Z: found 'noon'"),
    ({"parts": {"form": 1}}, {}, "at when.parts.form: no such key: found 'form'; may be from, to; did you mean from?"),
    ({}, {"reports": {"late": {"from": 2, "to": 1}}}, "at then.reports.late: from is more than to"),
]  # fmt: skip


@pytest.mark.parametrize(("when", "then", "line"), SAID)
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
