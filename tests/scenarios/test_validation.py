"""Plain data, as it comes over the control API."""

from typing import Any

import pytest
from mistakes import OF_SCENARIOS

from emulator.core.accounts import AccountPatch
from emulator.core.rules.actions import Plan, Refuse
from emulator.core.rules.conditions import When
from emulator.core.rules.rule import RuleSpec
from emulator.scenarios.scenario import Scenario
from emulator.scenarios.validation import Invalid, checked
from emulator.scenarios.vocabulary import Vocabulary


@pytest.mark.parametrize(("value", "line"), OF_SCENARIOS)
def test_each_mistake_yields_its_one_line(json_lines_of: Any, value: Any, line: str) -> None:
    assert json_lines_of(value) == [line]


def test_all_mistakes_of_a_rule_are_told_at_once(json_lines_of: Any) -> None:
    rule = {"when": {"provider": "x", "nth": 0}, "then": {"refuse": {"code": "20"}, "repl": {}}, "times": 1.5}
    assert [line.partition(":")[0] for line in json_lines_of(rule, RuleSpec)] == [
        "at when.nth", "at then.refuse.code", "at then.repl", "at times", "at when.provider",
    ]  # fmt: skip


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/cb?x=1", "https://example.org", "", None])
def test_callback_urls_that_may_stand(json_lines_of: Any, url: str | None) -> None:
    assert json_lines_of({"callback_url": url}, AccountPatch, "ubill") == []


@pytest.mark.parametrize("url", ["http://", "example.org/cb", "http://x:99999/", "http://[::1/", "http://a/\n"])
def test_callback_urls_that_may_not_stand(json_lines_of: Any, url: str) -> None:
    (line,) = json_lines_of({"callback_url": url}, AccountPatch, "ubill")
    assert line.startswith("at callback_url: found ")


def test_a_patch_is_held_against_the_words_of_its_provider(json_lines_of: Any, vocabulary: Vocabulary) -> None:
    patch = {"balance": 5, "switches": {"numbers": "lenient"}, "prices": {"part": 0.5}, "limits": "off"}
    assert checked(patch, AccountPatch, vocabulary, provider="smsoffice").balance == 5
    assert [line.partition(":")[0] for line in json_lines_of(patch, AccountPatch, "ubill")] == [
        "at switches.numbers", "at prices.part",
    ]  # fmt: skip


def test_lists_of_rules_and_accounts_by_provider_can_be_checked(json_lines_of: Any, vocabulary: Vocabulary) -> None:
    assert checked([{"then": {}}], list[RuleSpec], vocabulary) == [RuleSpec(then=Plan())]
    assert json_lines_of([{"then": {}}, {"when": {"provider": "x"}}], list[RuleSpec]) == [
        "at [1]: the key then is missing; then is a mapping with steps, refuse, reply, reports, "
        "accept, retries, account, incoming, opt_out, unknown_for",
        "at [1].when.provider: no such provider: found 'x'; may be smsoffice, ubill, smscenter",
    ]
    assert checked({"ubill": {"balance": 1}}, dict[str, AccountPatch], vocabulary)["ubill"].balance == 1
    assert json_lines_of({"x": {}}, dict[str, AccountPatch]) == [
        "at x: no such provider: found 'x'; may be smsoffice, ubill, smscenter"
    ]


def test_instances_are_checked_like_data(vocabulary: Vocabulary) -> None:
    rule = RuleSpec(when=When(provider="ubill"), then=Plan(refuse=Refuse(code=2)))
    assert checked(rule, RuleSpec, vocabulary) == rule
    assert checked(Scenario(rules=(rule,)), Scenario, vocabulary).rules == (rule,)
    assert checked({"then": Plan(), "when": {"to": "1"}}, RuleSpec, vocabulary).when.to == "1"
    with pytest.raises(Invalid, match="no code of ubill"):
        checked([RuleSpec(when=When(provider="ubill"), then=Plan(refuse=Refuse(code=5)))], list[RuleSpec], vocabulary)


def test_bottomless_data_is_refused(json_lines_of: Any) -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    assert json_lines_of({"accounts": {"smsoffice": {"switches": {"numbers": deep}}}}) == [
        "at accounts.smsoffice.switches: nested more than 32 deep"
    ]
