"""Scenarios that extend each other: whose rules stand where, and whose mistake is whose."""

from pathlib import Path
from typing import Any

import pytest

from emulator.app.emulator import Emulator
from emulator.sandboxes.spec import InvalidOptions
from emulator.scenarios.loader import load
from emulator.scenarios.validation import Invalid
from emulator.scenarios.vocabulary import Vocabulary


@pytest.fixture
def written(tmp_path: Path, vocabulary: Vocabulary) -> Any:
    """Write files; the first one's scenario, or its complaints without the folder."""

    def write(**texts: str) -> Any:
        for name, text in texts.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        try:
            return load(tmp_path / f"{next(iter(texts))}.yaml", vocabulary)
        except Invalid as invalid:
            return [line.replace(f"{tmp_path}/", "") for line in invalid.lines]

    return write


BASE = """\
seed: 7
comment: the base
accounts:
  smsoffice: {balance: 5, senders: [a, b], switches: {numbers: lenient, report-pending: true}}
  ubill: {balance: 1}
rules:
  - {comment: base, then: {}}
"""


def test_own_rules_stand_in_front_and_accounts_are_laid_over(written: Any) -> None:
    own = """\
extends: base.yaml
accounts:
  smsoffice: {senders: [c], switches: {numbers: strict}}
  smscenter: {balance: 3}
rules:
  - {comment: own, then: {}}
"""
    made = written(own=own, base=BASE)
    assert (made.name, made.comment, made.seed, made.extends) == ("own", "the base", 7, None)
    assert [rule.comment for rule in made.rules] == ["own", "base"]
    account = made.accounts["smsoffice"]
    assert (account.balance, account.senders) == (5, ["c"])
    assert account.switches == {"numbers": "strict", "report-pending": True}
    assert (made.accounts["ubill"].balance, made.accounts["smscenter"].balance) == (1, 3)


def test_what_is_said_oneself_goes_first(written: Any) -> None:
    made = written(own="extends: base.yaml\nseed: 1\ncomment: mine\nname: me", base=BASE)
    assert (made.seed, made.comment, made.name) == (1, "mine", "me")


def test_one_of_ours_is_extended_by_its_name_and_a_chain_may_be_long(written: Any) -> None:
    made = written(
        own="extends: middle.yaml\nrules: [{comment: own, then: {}}]",
        middle="extends: happy\nrules: [{comment: middle, then: {}}]",
    )
    assert [rule.comment for rule in made.rules][:3] == ["own", "middle", "undelivered"]
    assert len(made.rules) == 16


def test_mistakes_are_told_with_the_file_that_they_are_in(written: Any) -> None:
    lines = written(
        own="extends: middle.yaml\nseed: x\n", middle="rules: 3\nextends: base.yaml\n", base="acounts: {}\nseed: z\n"
    )
    assert [line.partition(": found")[0] for line in lines] == [
        "own.yaml:2:7: at seed", "middle.yaml:1:8: at rules", "base.yaml:1:1: at acounts: no such key",
        "base.yaml:2:7: at seed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        ({"a": "extends: a.yaml"},
         "a.yaml:1:10: at extends: it would extend itself: a.yaml → a.yaml: found 'a.yaml'"),
        ({"a": "seed: 1\nextends: b.yaml", "b": "extends: a.yaml"},
         "b.yaml:1:10: at extends: it would extend itself: a.yaml → b.yaml → a.yaml: found 'a.yaml'"),
    ],
)  # fmt: skip
def test_a_circle_is_refused(written: Any, texts: dict[str, str], line: str) -> None:
    assert written(**texts) == [line]


def test_what_is_not_there_is_answered_with_what_there_is(written: Any) -> None:
    (line,) = written(own="seed: 1\nextends: hapy\n")
    assert line.startswith("own.yaml:2:10: at extends: no such scenario or file: found 'hapy'; may be happy, ")
    assert line.endswith("did you mean happy?")
    (line,) = written(own="extends: 5")
    assert line.startswith("own.yaml:1:10: at extends: found 5; may be text; ")


def test_over_the_wire_only_ours_can_be_extended(tmp_path: Path) -> None:
    emulator = Emulator()
    made = emulator.scenario({"extends": "happy", "rules": [{"then": {}}]})
    assert (len(made.rules), made.extends) == (15, None)
    (tmp_path / "mine.yaml").write_text("seed: 1")
    for given in (str(tmp_path / "mine.yaml"), "../pyproject.toml", "nobody"):
        with pytest.raises(InvalidOptions, match="at extends: no such scenario"):
            emulator.scenario({"extends": given})


def test_a_chain_of_files_has_an_end(written: Any) -> None:
    chain = {f"s{n}": f"extends: s{n + 1}.yaml\n" for n in range(30)}
    assert written(**chain, s30="rules: []\n") == [
        "s20.yaml:1:10: at extends: more than 20 files extend one another: found 's21.yaml'"
    ]
