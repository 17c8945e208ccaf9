"""docs/certify.md: its command runs, and it names every option and case there is."""

import re
import shlex
import sys

from certify.test_certify import PROGRAM
from examples.snippets import Document

from emulator.certify.cases import cases
from emulator.cli.main import main
from emulator.providers import found

PAGE = Document("docs/certify.md")


def test_the_command_of_the_page_grades_a_program(tmp_path, monkeypatch, capsys):
    [line] = PAGE.of("sh", "command")
    (tmp_path / "send.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    _, *words = shlex.split(line.replace("python", shlex.quote(sys.executable)))
    assert main([*words, "--only", "text-latin"]) == 0
    assert "grade A" in capsys.readouterr().out


def test_every_case_is_told():
    begun = {case.name.rpartition("-")[0] for case in cases(found()["smsoffice"])}
    shapes = {case.name.partition("-")[2] for case in cases(found()["smsoffice"]) if case.name.startswith("reply")}
    told = set(re.findall(r"`(?:reply)?-([\w.-]+)`", PAGE.text))
    assert begun
    assert shapes - told == set()
