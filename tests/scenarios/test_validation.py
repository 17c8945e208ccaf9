"""Plain data, as it comes over the control API."""

import math
from typing import Any

import pytest

from emulator.core.accounts import AccountPatch
from emulator.core.commands import OPERATIONS
from emulator.core.rules.actions import FAULTS, Plan, Refuse
from emulator.core.rules.conditions import When
from emulator.core.rules.http_actions import HTTP_FAULTS
from emulator.core.rules.matching import RuleSpec
from emulator.core.rules.smpp_actions import SMPP_FAULTS
from emulator.scenarios.scenario import Scenario
from emulator.scenarios.validation import Invalid, checked
from emulator.scenarios.vocabulary import Vocabulary

SAID = [
    # types, from the top to the bottom
    (5, "found 5; may be a mapping with name, comment, extends, seed, accounts, rules"),
    ({"seed": "x"}, "at seed: found 'x'; may be a whole number"),
    ({"rules": {}}, "at rules: found a mapping; may be a list"),
    ({"rules": [3]}, "at rules[0]: found 3; may be a mapping with then, when, times, comment, name"),
    (
        {"rules": [{"then": {"refuse": "no credit"}}]},
        "at rules[0].then.refuse: found 'no credit'; may be a mapping with code, reason; write {reason: no-credit}",
    ),
    ({"rules": [{}]}, "at rules[0]: the key then is missing; then is a mapping with steps, refuse, reply, reports, "
     "accept, retries, account, incoming, opt_out, unknown_for"),
    ({"rulez": []},
     "at rulez: no such key: found 'rulez'; may be name, comment, extends, seed, accounts, rules; did you mean rules?"),
    ({"rules": [{"then": {}, "times": 0}]}, "at rules[0].times: found 0; may be a whole number, 1 or more"),
    ({"rules": [{"then": {"steps": [{"after": -1, "status": "sent"}]}}]},
     "at rules[0].then.steps[0].after: found -1; may be a number, 0 to 3153600000"),
    ({"rules": [{"then": {"steps": [{"after": 1, "status": "deliverd"}]}}]},
     "at rules[0].then.steps[0].status: found 'deliverd'; may be scheduled, pending, sent, delivered, read, "
     "undelivered, expired, rejected, deleted, error, unknown; did you mean delivered?"),
    ({"rules": [{"then": {"reply": {"status": 99}}}]},
     "at rules[0].then.reply.status: found 99; may be a whole number, 200 to 599"),
    ({"rules": [{"then": {"reply": {"fault": "lots"}}}]},
     f"at rules[0].then.reply.fault: found 'lots'; may be {', '.join(FAULTS)}, or {', '.join(HTTP_FAULTS)}, or "
     f"{', '.join(SMPP_FAULTS)}; did you mean lost?"),
    ({"rules": [{"then": {"reports": {"twice": "yes"}}}]},
     "at rules[0].then.reports.twice: found 'yes'; may be true or false"),
    ({"rules": [{"then": {}, "when": {"operation": "sned"}}]},
     f"at rules[0].when.operation: found 'sned'; may be {', '.join(OPERATIONS)}; did you mean send?"),
    ({"rules": [{"then": {}, "when": {"to": 995}}]},
     'at rules[0].when.to: found 995; may be text; a number or word to be read as text goes in quotes: "995"'),
    # wholes of which every part is right
    ({"rules": [{"then": {"refuse": {}}}]}, "at rules[0].then.refuse: refuse takes either code or reason"),
    ({"rules": [{"then": {"reply": {"fault": "lost", "status": 503}}}]},
     "at rules[0].then.reply: reply takes either fault or status or command_status"),
    ({"rules": [{"then": {"reply": {"fault": "lost", "taken": True}}}]},
     "at rules[0].then.reply: reply takes taken only with status or command_status: what a fault does is in its name"),
    ({"rules": [{"then": {"unknown_for": -1}}]},
     "at rules[0].then.unknown_for: found -1; may be a number, 0 to 3153600000"),
    ({"rules": [{"then": {}, "when": {"matches": "("}}]},
     "at rules[0].when.matches: no regular expression: a ( without its ) at character 1: found '('"),
    ({"rules": [{"then": {}, "when": {"matches": "a{99999999999999999999}"}}]},
     "at rules[0].when.matches: no regular expression: the expression is too large: very many pieces so far, and 250 "
     "are the most, at character 23: found 'a{99999999999999999999}'"),
    # the words of rules
    ({"rules": [{"then": {}, "when": {"provider": "smsofice"}}]},
     "at rules[0].when.provider: no such provider: found 'smsofice'; may be smsoffice, ubill, smscenter; "
     "did you mean smsoffice?"),
    ({"rules": [{"then": {}, "when": {"provider": "ubill", "operation": "cost"}}]},
     "at rules[0].when.operation: this provider does not serve it: found 'cost'; may be send, brands"),
    ({"rules": [{"then": {}, "when": {"operation": "bind"}}]},
     "at rules[0].when.operation: no provider serves it: found 'bind'; may be send, status, balance, brands, cost"),
    ({"rules": [{"then": {"refuse": {"code": 20}}}]},
     "at rules[0].then.refuse.code: codes differ from provider to provider: found 20; say which with when.provider, "
     "or refuse with a neutral reason"),
    ({"rules": [{"then": {"refuse": {"code": 404}}, "when": {"provider": "smsoffice", "operation": "send"}}]},
     "at rules[0].then.refuse.code: no code of smsoffice in send: found 404; may be 20, 150, -100"),
    ({"rules": [{"then": {"refuse": {"code": 1}}, "when": {"provider": "smsoffice"}}]},
     "at rules[0].then.refuse.code: no code of smsoffice: found 1; may be 20, 150, -100, 404"),
    ({"rules": [{"then": {"refuse": {"code": 1}}, "when": {"provider": "smsoffice", "operation": "balance"}}]},
     "at rules[0].then.refuse.code: no code of smsoffice in balance: found 1; may be nothing: there is none"),
    # the words of accounts
    ({"accounts": {"smsofice": {}}},
     "at accounts.smsofice: no such provider: found 'smsofice'; may be smsoffice, ubill, smscenter; "
     "did you mean smsoffice?"),
    ({"accounts": {"smsoffice": {"switches": {"number": "strict"}}}},
     "at accounts.smsoffice.switches.number: no such switch: found 'number'; may be numbers, report-pending, retry; "
     "did you mean numbers?"),
    ({"accounts": {"smsoffice": {"switches": {"numbers": "loose"}}}},
     "at accounts.smsoffice.switches.numbers: found 'loose'; may be 'strict', 'lenient'"),
    ({"accounts": {"smsoffice": {"switches": {"retry": [1, -1]}}}},
     "at accounts.smsoffice.switches.retry: found a list; "
     "may be a list of at most 50 delays in seconds, each at most a week"),
    ({"accounts": {"smsoffice": {"limits": {"flood": 1}}}},
     "at accounts.smsoffice.limits.flood: no such limit: found 'flood'; may be nothing: there is none"),
    ({"accounts": {"smscenter": {"limits": {"send-per-second": -1}}}},
     "at accounts.smscenter.limits.send-per-second: found -1; may be a whole number, 0 to 2147483647"),
    ({"accounts": {"smscenter": {"limits": "of"}}},
     "at accounts.smscenter.limits: found 'of'; may be off, or a mapping of names to a whole number, 0 to 2147483647; "
     "did you mean off?"),
    ({"accounts": {"smscenter": {"prices": {"parts": 1}}}},
     "at accounts.smscenter.prices.parts: no such price: found 'parts'; may be part, hlr; did you mean part?"),
    ({"accounts": {"ubill": {"balance": -0.5}}},
     "at accounts.ubill.balance: found -0.5; may be a number, 0 to 1000000000000"),
    ({"accounts": {"ubill": {"callback_url": "ftp://x/"}}},
     'at accounts.ubill.callback_url: found \'ftp://x/\'; may be an http:// or https:// URL, "" for no callbacks, '
     "null for the built-in sink"),
    ({"accounts": {"ubill": {"allowed_ips": ["::1", "localhost"]}}},
     "at accounts.ubill.allowed_ips[1]: found 'localhost'; may be an address such as 127.0.0.1 or ::1"),
    ({"accounts": {"ubill": {"stoplist": ["995577000001", "*0001"]}}},
     "at accounts.ubill.stoplist[1]: found '*0001'; may be a number in full; "
     "for a pattern, use a rule that refuses with the reason stop-listed"),
    ({"accounts": {"ubill": {"senders": [{"name": "a", "state": "on"}]}}},
     "at accounts.ubill.senders[0].state: found 'on'; may be active, pending, refused"),
    ({"accounts": {"ubill": {"senders": [7]}}},
     "at accounts.ubill.senders[0]: found 7; may be text, or a mapping with name, state; "
     'a number or word to be read as text goes in quotes: "7"'),
    # what could never be kept
    ({"rules": [{"then": {"steps": [{"after": math.inf, "status": "sent"}]}}]},
     "at rules[0].then.steps[0].after: found inf; may be a finite number"),
    ({"seed": 2**63}, "at seed: the number does not fit into 64 bits"),
    ({"comment": "\ud83d"}, "at comment: half of a surrogate pair is no text: found '\\ud83d'"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "line"), SAID)
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
