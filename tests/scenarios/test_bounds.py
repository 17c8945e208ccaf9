"""However large what people wrote is, the answer comes quickly and stays short."""

import time
from typing import Any

import pytest

from emulator.scenarios import validation

RULE = {"when": {"provider": "smsoffice"}, "then": {}}


@pytest.mark.parametrize(
    ("value", "last"),
    [
        ({f"key{n}": 1 for n in range(100_000)}, "there is more: the first 100 mistakes are told"),
        ({"rules": [{"whem": {}, "then": {}}] * 50_000}, "there is more: the first 100 mistakes are told"),
        ({"rules": [{"when": {"provider": "smsofice"}, "then": {}}] * 9_000},
         "there is more: the first 100 mistakes are told"),
        ({"rules": [RULE] * 10_001}, "at rules: more than 10000 rules"),
        ({"rules": [1] * 300_001}, "more than 300000 values"),
        ({"rules": [{"when": {"matches": "a{100}"}, "then": {}}] * 21},
         "at rules[19]: the regular expressions up to here have 2020 pieces, and 2000 are the most; "
         "write some of them with contains, or to with *"),
    ],
)  # fmt: skip
def test_data_of_any_size_is_told_of_in_short(json_lines_of: Any, value: Any, last: str) -> None:
    began = time.process_time()
    lines = json_lines_of(value)
    assert time.process_time() - began < 2
    assert lines[-1] == last
    assert len(lines) <= validation.MOST_TOLD + 1


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("".join(f"key{n}: 1\n" for n in range(300_000)),
         "play.yaml:100000:11: at key99999: more than 100000 values in one file"),
        ("rules:\n" + "- yes\n" * 30_000,
         "play.yaml:101:3: at rules[99]: some readers of YAML take this for true or false: found yes; "
         'write it in quotes if text is meant: "yes"; else write true or false'),
    ],
)  # fmt: skip
def test_a_file_of_any_size_is_told_of_in_short(lines_of: Any, text: str, last: str) -> None:
    began = time.process_time()
    lines = lines_of(text)
    assert time.process_time() - began < 5
    assert lines[-1] == last
    assert len(lines) <= 2 * validation.MOST_TOLD + 1
