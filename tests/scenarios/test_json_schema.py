"""The schema takes what the checker takes, and refuses what it refuses, as far as a schema can."""

import random
from typing import Any

import pytest
import yaml
from mistakes import OF_RULES, OF_SCENARIOS

from emulator.app.emulator import Emulator
from emulator.scenarios.json_schema import schema
from emulator.scenarios.library import find, names
from emulator.scenarios.scenario import Scenario
from emulator.scenarios.validation import Invalid, Problem, checked

REAL = Emulator().vocabulary
jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
VALIDATOR = jsonschema.Draft202012Validator(schema(REAL))
BEYOND = (
    "from is more than to", "never comes", "regular expression", "no time with its zone", "URL", "an address such as",
    "is no header", "are the same time", "half of a surrogate pair", "may be an offset", "64 bits", "a finite number",
    "deep", "it would have",
)  # fmt: skip
"""What a schema cannot see: two values compared, an expression, a moment, a URL or an address read, parts counted."""


def agreed(document: Any) -> None:
    wrong: list[Problem] = []
    try:
        checked(document, Scenario, REAL)
    except Invalid as invalid:
        wrong = invalid.complaints
    refused = not VALIDATOR.is_valid(document)
    seen = [one for one in wrong if not any(words in one.told() for words in BEYOND)]
    if seen:
        assert refused, (document, seen[0].told())
    if not wrong:
        assert not refused, (document, next(VALIDATOR.iter_errors(document)).message)


@pytest.mark.parametrize("case", range(len(OF_RULES)))
def test_it_refuses_a_rule_that_the_checker_refuses(case: int) -> None:
    when, then, _ = OF_RULES[case]
    agreed({"rules": [{"when": when, "then": then}]})


def test_it_refuses_values_that_the_checker_refuses() -> None:
    for document, *_ in OF_SCENARIOS:
        agreed(document)


POOLS: dict[str, list[Any]] = {
    "provider": ["smsoffice", "ubill", "smscenter", "smsc", 3], "protocol": ["http", "soap", "smpp", "v1", "ftp"],
    "operation": ["send", "status", "balance", "cost", "brands", "cancel", "sned"], "to": ["*1", 5],
    "contains": ["x"], "reference": ["r"], "nth": [1, 2, 0], "first": [1, 3], "probability": [0.5, 2],
    "parts": [1, {"to": 2}, {}],
    "per": ["number", "everything"], "rate": [{"over": 1, "within": 5}, {"over": 1}],
    "time_of_day": [{"from": "21:00", "to": "09:00", "zone": "+04:00"}, {"from": "9:00", "to": "10:00"}],
    "balance": [{"from": 1}, {}, 5], "stop_listed": [True, "yes"], "asked": ["delivered", ["sent", "read"], "gone"],
}  # fmt: skip
PLANS: dict[str, list[Any]] = {
    "steps": [[], [{"after": 1, "status": "sent"}], "delivered", [{"after": -1, "status": "sent"}]],
    "refuse": [{"reason": "no-credit"}, {"reason": "flood"}, {"code": 20}, {"code": 3}, {"code": 3, "reason": "flood"},
               {}],
    "reply": [{"fault": "lost"}, {"fault": "doubled"}, {"fault": "bom"}, {"status": 503},
              {"status": 503, "fault": "lost"},
              {"command_status": 88}, {"delay": {"from": 1, "to": 2}}, {"status": 100}],
    "reports": [{"never": True}, {"never": True, "twice": True}, {"twice": True, "times": 2}, {"form": ["id-hex"]},
                {"with": {"a": "b"}}, {"order": "odd"}, {"fault": "cut"}, {"fault": "half"},
                {"script": [{"after": 1, "status": "sent"}]}],
    "accept": [True, False], "retries": [[1, 2], 3],
    "incoming": [{"text": "STOP"}, "STOP", None],
    "opt_out": [True, False],
    "account": [{"balance": 1}, {"balance": -1}, {"switches": {}}, {"switches": {"retry": [1]}}, {"limits": "off"},
                {"switches": {"nosuch": 1}}, {"stoplist": ["995*"]}],
}  # fmt: skip


def some(chance: random.Random, pools: dict[str, list[Any]], most: int) -> dict[str, Any]:
    return {name: chance.choice(pools[name]) for name in chance.sample(list(pools), chance.randint(0, most))}


@pytest.mark.parametrize("seed", range(4))
def test_both_say_the_same_of_rules_made_by_chance(seed: int) -> None:
    chance, good = random.Random(seed), 0
    for _ in range(60):
        rule = {"when": some(chance, POOLS, 3), "then": some(chance, PLANS, 2)}
        agreed({"rules": [rule]})
        good += VALIDATOR.is_valid({"rules": [rule]})
    assert 5 < good < 55


@pytest.mark.parametrize("account", [
    {"smsoffice": {"switches": {"retry": [1, 2]}}}, {"smsoffice": {"switches": {"nosuch": 1}}}, {"smsofice": {}},
    {"ubill": {"switches": {"retry": 5}}}, {"smscenter": {"limits": {"nosuch": 1}}}, {"smscenter": {"limits": "off"}},
    {"ubill": {"balance": -3}}, {"ubill": {"prices": {"nosuch": 1}}}, {"ubill": {"stoplist": ["none"]}},
])  # fmt: skip
def test_both_say_the_same_of_accounts(account: dict[str, Any]) -> None:
    agreed({"accounts": account})


def test_it_takes_the_scenarios_that_come_along() -> None:
    for name, _ in names():
        VALIDATOR.validate(yaml.safe_load(find(name).read_text("utf-8")))
