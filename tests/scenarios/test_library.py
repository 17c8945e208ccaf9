from pathlib import Path

import msgspec
import pytest

from emulator.core.reasons import Reason
from emulator.core.rules.actions import Plan, Refuse, Reply, Reports, Step
from emulator.providers import found
from emulator.sandboxes.vocabulary import vocabulary_of
from emulator.scenarios import library
from emulator.scenarios.json_schema import schema
from emulator.scenarios.library import find, load_named, names
from emulator.scenarios.validation import Invalid
from emulator.scenarios.vocabulary import Vocabulary

ALL = [name for name, _ in names()]


def test_the_default_comes_first_and_each_has_a_comment() -> None:
    assert ALL[0] == "happy"
    assert set(ALL) >= {
        "happy", "no-credit", "stop-listed", "late-reports", "doubled-reports", "lost-reply", "provider-down",
    }  # fmt: skip
    assert all(comment for _, comment in names())


@pytest.mark.parametrize("name", ALL)
def test_each_scenario_loads_under_its_name(name: str) -> None:
    assert load_named(name, vocabulary_of(found())).name == name


@pytest.mark.parametrize("name", ALL)
def test_each_scenario_says_what_it_rehearses_and_what_a_correct_client_does(name: str) -> None:
    text = find(name).read_text(encoding="utf-8")
    assert "# Rehearses: " in text
    assert "# A correct client: " in text


def test_the_magic_numbers_of_happy_in_their_order(vocabulary: Vocabulary) -> None:
    rules = [rule for rule in load_named("happy", vocabulary).rules if rule.when.kind is None]
    assert [rule.when.to for rule in rules] == [f"*99000{n}" for n in range(1, 10)]
    assert {rule.when.operation for rule in rules} == {"send"}
    assert [rule.then for rule in rules] == [
        Plan(steps=(Step(2, "undelivered"),)),
        Plan(steps=(Step(2, "expired"),)),
        Plan(steps=(Step(2, "rejected"),)),
        Plan(steps=()),
        Plan(steps=(Step(2, "unknown"),)),
        Plan(steps=(Step(60, "delivered"),)),
        Plan(reports=Reports(twice=True)),
        Plan(refuse=Refuse(reason=Reason.STOP_LISTED)),
        Plan(refuse=Refuse(reason=Reason.NO_CREDIT)),
    ]


def test_the_other_scenarios_say_what_their_comments_promise(vocabulary: Vocabulary) -> None:
    assert load_named("no-credit", vocabulary).accounts["smsoffice"].balance == 0
    assert load_named("stop-listed", vocabulary).accounts["smsoffice"].stoplist == ["995577000008"]
    plans = {
        "late-reports": (Plan(reports=Reports(late=30)), None),
        "doubled-reports": (Plan(reports=Reports(twice=True)), None),
        "lost-reply": (Plan(reply=Reply(fault="lost")), 1),
        "provider-down": (Plan(reply=Reply(status=503)), 3),
    }
    for name, (plan, times) in plans.items():
        (rule,) = load_named(name, vocabulary).rules
        assert (rule.then, rule.times, rule.when.operation) == (plan, times, "send")


def test_a_file_is_found_by_its_path(tmp_path: Path, vocabulary: Vocabulary) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("seed: 7")
    assert load_named(str(file), vocabulary).seed == 7
    assert find(file) == file


def test_paths_can_be_forbidden_for_what_comes_over_the_wire(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("seed: 7")
    for given in (str(file), "../pyproject.toml", f"../scenarios/{ALL[0]}", "/etc/passwd"):
        with pytest.raises(Invalid, match="no such scenario: found"):
            find(given, paths=False)
    assert find("happy", paths=False).name == "happy.yaml"


@pytest.mark.parametrize("given", ["hapy", "", ".", "/", "a\0b", "x" * 5000])
def test_an_unknown_name_is_answered_with_what_there_is(given: str) -> None:
    with pytest.raises(Invalid) as caught:
        find(given)
    (line,) = str(caught.value).split("\n")
    assert f"may be {', '.join(ALL)}" in line


def test_a_near_name_is_proposed() -> None:
    with pytest.raises(Invalid, match=r"no such scenario or file: found 'hapy'; may be .*; did you mean happy\?"):
        find("hapy")


def test_the_schema_knows_the_keys_and_providers(vocabulary: Vocabulary) -> None:
    made = schema(vocabulary)
    assert made["$defs"]["When"]["properties"]["provider"]["enum"] == ["smsoffice", "ubill", "smscenter", None]
    assert made["$defs"]["RuleSpec"]["additionalProperties"] is False
    assert set(made["$defs"]["Scenario"]["properties"]) == {"name", "comment", "extends", "seed", "accounts", "rules"}
    assert msgspec.json.encode(schema())


def test_an_installed_package_finds_its_own_scenarios_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, seed in (("wheel", 1), ("checkout", 2)):
        (tmp_path / place).mkdir()
        (tmp_path / place / "happy.yaml").write_text(f"# The {place}'s.\nseed: {seed}\n")
    monkeypatch.setattr(library, "_PLACES", (tmp_path / "wheel", tmp_path / "checkout"))
    assert names() == [("happy", "The wheel's.")]
    monkeypatch.setattr(library, "_PLACES", (tmp_path / "missing", tmp_path / "checkout"))
    assert names() == [("happy", "The checkout's.")]
