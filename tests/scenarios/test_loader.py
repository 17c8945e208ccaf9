"""YAML files: every refusal with its line and column."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulator.scenarios import yaml_reader
from emulator.scenarios.library import find
from emulator.scenarios.loader import load, parse
from emulator.scenarios.validation import Invalid
from emulator.scenarios.vocabulary import Vocabulary

TRAPS = [
    *((word, "some readers of YAML take this for true or false")
      for word in ("yes", "Yes", "NO", "no", "on", "On", "off", "OFF", "y", "N")),
    ("12:30", "some readers of YAML take this for a number to base 60"),
    ("1:02:03.5", "some readers of YAML take this for a number to base 60"),
    ("0123", "some readers of YAML take a number with leading zeros for octal"),
    ("00995577123456", "some readers of YAML take a number with leading zeros for octal"),
    ("-07.5", "some readers of YAML take a number with leading zeros for octal"),
    ("0x1F", "readers of YAML differ about numbers that are not decimal"),
    ("0o17", "readers of YAML differ about numbers that are not decimal"),
    ("1_000", "some readers of YAML drop the underscores of a number"),
    (".inf", "there is no use for a number without an end"),
    (".NaN", "there is no use for a number without an end"),
    ("1.0e+999", "there is no use for a number without an end"),
    ("12345678901234567890", "the number does not fit into 64 bits"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "why"), TRAPS)
def test_a_trap_has_to_be_written_in_quotes(lines_of: Any, word: str, why: str) -> None:
    rule = "rules:\n  - then: {}\n    when:\n      contains: "
    truth = "; else write true or false" if "true or false" in why else ""
    assert lines_of(f"{rule}{word}\n") == [
        f"play.yaml:4:17: at rules[0].when.contains: {why}: found {word}; "
        f'write it in quotes if text is meant: "{word}"{truth}'
    ]
    assert lines_of(f'{rule}"{word}"\n') == []


def test_a_trap_as_a_key_is_told_once(lines_of: Any) -> None:
    assert lines_of("rules:\n  - then: {}\n    on: 3\n") == [
        "play.yaml:3:5: at rules[0].on: some readers of YAML take this for true or false: found on; "
        'write it in quotes if text is meant: "on"'
    ]
    assert lines_of("<<: 1") == [
        "play.yaml:1:1: at <<: merging is no part of the scenario language: found <<; "
        'write it in quotes if text is meant: "<<"'
    ]
    assert lines_of("7: 1") == [
        'play.yaml:1:1: at 7: a key is text: found 7; write it in quotes if text is meant: "7"'
    ]


@pytest.mark.parametrize("written", ["995577123456", "+995577123456", "1.50", "true", "FALSE"])
def test_a_number_where_text_is_expected_is_shown_as_written_and_has_to_be_quoted(lines_of: Any, written: str) -> None:
    assert lines_of(f"rules:\n- then: {{}}\n  when: {{to: {written}}}") == [
        f"play.yaml:3:14: at rules[0].when.to: found {written}; may be text; "
        f'a number or word to be read as text goes in quotes: "{written}"'
    ]


def test_words_that_no_reader_doubts_need_no_quotes(vocabulary: Vocabulary) -> None:
    text = "comment: 1e3\nseed: -5\nrules:\n- when: {contains: once upon 12:30, sender: 2026-11-21}\n  then: {}"
    scenario = parse(text, "x", vocabulary)
    assert (scenario.comment, scenario.seed) == ("1e3", -5)
    assert (scenario.rules[0].when.contains, scenario.rules[0].when.sender) == ("once upon 12:30", "2026-11-21")


def test_numbers_are_read_as_yaml_1_2_does(lines_of: Any, vocabulary: Vocabulary) -> None:
    steps = ", ".join(f"{{after: {n}, status: sent}}" for n in ("0", ".5", "1.", "+2.5", "1.5e+2"))
    scenario = parse(f"rules: [{{then: {{steps: [{steps}]}}}}]", "x", vocabulary)
    assert [step.after for step in scenario.rules[0].then.steps or ()] == [0, 0.5, 1, 2.5, 150]
    assert lines_of("seed: 1e3") == ["play.yaml:1:7: at seed: found '1e3'; may be a whole number"]


WRITING = [
    ("", "play.yaml:1:1: the file is empty; may be accounts, rules, seed, comment, name"),
    ("# nothing\n", "play.yaml:1:1: the file is empty; may be accounts, rules, seed, comment, name"),
    ("- a", "play.yaml:1:1: found a list; may be a mapping with name, comment, extends, seed, accounts, rules"),
    ("rules:\n", 'play.yaml:1:7: at rules: nothing stands here; leave the key out, or write "" or [] or null'),
    ("seed: 1\ncomment: x\nseed: 2\n", "play.yaml:3:1: at seed: the key stands twice, first in line 1; "
     "keep one of them"),
    ("rules:\n\t- then: {}\n", "play.yaml:2:1: a tab: YAML is indented with spaces"),
    ("seed: 1\n\tname: x\n", "play.yaml:2:1: a tab: YAML is indented with spaces"),
    ("seed: 1\n name: x\n", "play.yaml:2:6: no YAML: mapping values are not allowed in this context; "
     'a text with ": " in it goes in quotes; or is the indentation off?'),
    ("rules:\n- then: {\n", "play.yaml:3:1: no YAML: did not find expected node content, while parsing a flow node"),
    ("comment: 'x\n", "play.yaml:2:1: no YAML: found unexpected end of stream, while scanning a quoted scalar that "
     "began in line 1; a quotation mark is missing"),
    ("name: @x", "play.yaml:1:7: no YAML: found character that cannot start any token, while scanning for the next "
     "token; a text that begins with this character goes in quotes"),
    ('name: "\\d"', "play.yaml:1:8: no YAML: found unknown escape character, while parsing a quoted scalar; "
     "in double quotes a backslash is written twice; in single quotes once"),
    ("name: *", "play.yaml:1:8: no YAML: did not find expected alphabetic or numeric character, while scanning an "
     "alias; a text that begins with * goes in quotes"),
    ("name: *990001", "play.yaml:1:7: at name: there is no anchor of that name before: found *990001; "
     'write it in quotes if text is meant: "*990001"'),
    ("name: !!str 1", "play.yaml:1:7: at name: tags are no part of the scenario language: "
     "found tag:yaml.org,2002:str; leave it out"),
    ("name: !!python/object/apply:os.system [x]", "play.yaml:1:7: at name: tags are no part of the scenario language: "
     "found tag:yaml.org,2002:python/object/apply:os.system; leave it out"),
    ("seed: 1\n---\nseed: 2", "play.yaml:2:1: a second document begins (---): a file holds one scenario"),
    ("? [a]\n: 1", "play.yaml:1:3: a key is a word, and no list, mapping or alias"),
    ("seed: 1\nname: a\x07b", "play.yaml:2:8: a character that YAML forbids: found U+0007"),
    ("name: \ud83d", "play.yaml:1:7: a character that YAML forbids: found U+D83D"),
    ("[" * 100_000, "play.yaml:1:34: at [0][0][0]: nested more than 32 deep"),
    ("- " * 100_000, "play.yaml:1:67: at [0][0][0]: nested more than 32 deep"),
    ("comment: x\nrules: &a [*a]", "play.yaml:2:12: at rules[0]: there is no anchor of that name before: found *a; "
     'write it in quotes if text is meant: "*a"'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line"), WRITING, ids=[text[:12] for text, _ in WRITING])
def test_each_mistake_of_writing_is_one_line_with_its_place(lines_of: Any, text: str, line: str) -> None:
    assert lines_of(text) == [line]


def test_aliases_repeat_what_stood_before(vocabulary: Vocabulary) -> None:
    text = "rules:\n- then: &late {reports: {late: 5}}\n- then: *late\n"
    rules = parse(text, "x", vocabulary).rules
    assert rules[0] == rules[1]


def test_an_alias_that_is_wrong_points_at_what_it_repeats(lines_of: Any) -> None:
    lines = lines_of("rules:\n- then: &late {reports: {late: -5}}\n- then: *late\n")
    assert [line.partition(": found")[0] for line in lines] == [
        "play.yaml:2:32: at rules[0].then.reports.late", "play.yaml:2:32: at rules[1].then.reports.late",
    ]  # fmt: skip


def test_a_bomb_of_aliases_is_stopped_at_once(lines_of: Any) -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 20)
    )
    began = time.process_time()
    assert lines_of(bomb) == ["play.yaml:3:50: at a2[8]: aliases repeat more than 1000 values"]
    assert time.process_time() - began < 5


TEN = """\
seed: many
acounts: {}
accounts:
  smsofice: {balance: 5}
  smsoffice: {balance: -1, limits: off}
rules:
  - when: {provider: ubill, operation: cost, to: 995577123456}
    then: {steps: [{after: 2, status: delivrd}]}
    times: 0
  - when: {provider: smsoffice}
    then: {refuse: {code: 9}, reply: {fault: lost, status: 503}}
"""


def test_ten_mistakes_yield_ten_good_lines_in_order(lines_of: Any) -> None:
    assert lines_of(TEN, "ten.yaml") == [
        "ten.yaml:1:7: at seed: found 'many'; may be a whole number",
        "ten.yaml:2:1: at acounts: no such key: found 'acounts'; may be name, comment, extends, seed, accounts, rules; "
        "did you mean accounts?",
        "ten.yaml:4:3: at accounts.smsofice: no such provider: found 'smsofice'; may be smsoffice, ubill, smscenter; "
        "did you mean smsoffice?",
        "ten.yaml:5:24: at accounts.smsoffice.balance: found -1; may be a number, 0 to 1000000000000",
        "ten.yaml:5:36: at accounts.smsoffice.limits: some readers of YAML take this for true or false: found off; "
        'write it in quotes if text is meant: "off"; else write true or false',
        "ten.yaml:7:40: at rules[0].when.operation: this provider does not serve it: found 'cost'; "
        "may be send, brands",
        "ten.yaml:7:50: at rules[0].when.to: found 995577123456; may be text; "
        'a number or word to be read as text goes in quotes: "995577123456"',
        "ten.yaml:8:39: at rules[0].then.steps[0].status: found 'delivrd'; may be scheduled, pending, sent, "
        "delivered, read, undelivered, expired, rejected, deleted, error, unknown; did you mean delivered?",
        "ten.yaml:9:12: at rules[0].times: found 0; may be a whole number, 1 or more",
        "ten.yaml:11:27: at rules[1].then.refuse.code: no code of smsoffice: found 9; may be 20, 150, -100, 404",
        "ten.yaml:11:38: at rules[1].then.reply: reply takes either fault or status or command_status",
    ]


def test_a_missing_key_points_at_the_mapping_it_is_missing_in(lines_of: Any) -> None:
    assert lines_of("rules:\n  - when: {}\n    times: 1\n") == [
        "play.yaml:2:5: at rules[0]: the key then is missing; then is a mapping with steps, refuse, reply, reports, "
        "accept, retries, account, incoming, opt_out, unknown_for"
    ]


def test_a_scenario_is_named_after_its_file_unless_it_says_otherwise(vocabulary: Vocabulary) -> None:
    assert parse("seed: 1", "plays/monday.yaml", vocabulary).name == "monday"
    assert parse("name: tuesday", "plays/monday.yaml", vocabulary).name == "tuesday"


def test_a_byte_order_mark_and_windows_line_ends_are_taken(vocabulary: Vocabulary) -> None:
    assert parse("\ufeffseed: 3\r\ncomment: x\r\n", "x", vocabulary).seed == 3


def test_a_file_that_is_not_utf8_says_where(tmp_path: Path, vocabulary: Vocabulary) -> None:
    file = tmp_path / "cp1251.yaml"
    file.write_bytes("seed: 1\ncomment: при".encode("cp1251"))
    with pytest.raises(Invalid) as caught:
        load(file, vocabulary)
    assert str(caught.value) == f"{file}:2:10: not UTF-8: found byte 0xef"
    file.write_text("seed: 1", encoding="utf-16")
    with pytest.raises(Invalid, match="1:1: not UTF-8: found byte 0xff; this is UTF-16; save it as UTF-8"):
        load(file, vocabulary)


def test_a_file_that_cannot_be_read_is_a_complaint(tmp_path: Path, vocabulary: Vocabulary) -> None:
    with pytest.raises(Invalid, match="cannot be read: Is a directory"):
        load(tmp_path, vocabulary)


def test_the_parser_in_python_finds_the_same(lines_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_reader, "Loader", yaml.SafeLoader)
    assert len(lines_of(TEN)) == 11
    assert lines_of("rules:\n\t- a") == ["play.yaml:2:1: a tab: YAML is indented with spaces"]
    assert lines_of('name: "\\UFFFFFFFF"')[0].startswith("play.yaml: no YAML: ")
    assert len(lines_of("[" * 100_000)) == 1


def test_yaml_is_not_imported_before_a_file_is_read() -> None:
    program = (
        "import sys\n"
        "import emulator.scenarios.library, emulator.scenarios.validation, emulator.scenarios.json_schema\n"
        "assert not {'yaml', 'difflib'} & {name.partition('.')[0] for name in sys.modules}\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])


def test_the_default_scenario_is_read_in_a_few_milliseconds(vocabulary: Vocabulary) -> None:
    file = find("happy")
    load(file, vocabulary)
    times = []
    for _ in range(10):
        began = time.thread_time()
        load(file, vocabulary)
        times.append(time.thread_time() - began)
    assert min(times) < 0.02
