"""clients/: one file a language, held against what the control API describes, and run where the language is installed:
the suite of docs/ways-in.md, the same with a mistake in it, and what that suite leaves out."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from examples.snippets import ROOT, Document
from support import deaf_port
from tools import JUNIT, need

import emulator
from emulator.control_api.openapi import document

HERE = Path(__file__).parent / "languages"
SHORT_RUN = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""A Java that starts quickly rather than runs fast."""


class Language(NamedTuple):
    """`snippet`: its suite in docs/ways-in.md; `rest`: a test of ours in languages/; `ran`: one failure of three."""

    helper: str
    snippet: tuple[str, str]
    suite: str
    rest: str
    renamed: tuple[str, str]
    """Two suites with one name cannot stand side by side: what the one with the mistake is called instead."""
    commands: Callable[[], list[list[str]]]
    ran: str


LANGUAGES = {
    "node": Language(
        "sms-emulator.mjs", ("js", "node"), "sms.test.mjs", "rest.test.mjs", ("", ""),
        lambda: [[need("node"), "--test"]], r"\bpass 2\s.*fail 1\s",
    ),
    "php": Language(
        "SmsEmulator.php", ("php", "phpunit"), "SmsTest.php", "RestTest.php", ("SmsTest", "MistakeTest"),
        lambda: [[need("php"), need("phpunit"), "."]], r"Tests: 3,.* Failures: 1\.",
    ),
    "go": Language(
        "smsemulator.go", ("go", "go"), "sms_test.go", "rest_test.go", ("TestACode", "TestMistake"),
        lambda: [[need("go"), "test", "-v", "."]],
        r"--- FAIL: TestMistake.*--- PASS: TestTheRest.*--- PASS: TestACode",
    ),
    "java": Language(
        "SmsEmulator.java", ("java", "java"), "SmsTest.java", "RestTest.java", ("SmsTest", "MistakeTest"),
        lambda: [[need("junit") + "c", *(f"-J{one}" for one in SHORT_RUN), "-proc:none", "-encoding", "utf-8",
                  "-cp", JUNIT, "-d", ".", "SmsEmulator.java", "SmsTest.java", "RestTest.java", "MistakeTest.java"],
                 [need("junit"), *SHORT_RUN, "-jar", JUNIT, "-cp", ".", "--scan-classpath", "--details", "none"]],
        r"2 tests successful.*1 tests failed",
    ),
}  # fmt: skip


def in_folder(language, folder):
    """The helper, the suite, the suite with a mistake, and the rest, as a project of that language."""
    one = LANGUAGES[language]
    helper = (ROOT / "clients" / language / one.helper).read_text(encoding="utf-8")
    (suite,) = Document("docs/ways-in.md").of(*one.snippet)
    mistaken, count = re.subn(r"(sender\W+)smsoffice", r"\1Shop", suite)
    assert count == 1
    old, new = one.renamed
    name = one.suite.replace(old, new) if old and old in one.suite else f"mistake_{one.suite}"
    texts = {
        one.suite: suite,
        name: mistaken.replace(old, new) if old else mistaken,
        one.rest: (HERE / one.rest).read_text(encoding="utf-8"),
    }
    if language == "go":
        texts["go.mod"] = "module example.test/login\n\ngo 1.19\n"
        (folder / "smsemulator").mkdir()
    texts["smsemulator/" * (language == "go") + one.helper] = helper
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")
    return one


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_helper_serves_its_suite_explains_a_failure_and_leaves_no_sandbox(language, tmp_path):
    one = in_folder(language, tmp_path)
    *first, last = one.commands()
    for command in first:
        subprocess.run(command, check=True, cwd=tmp_path, timeout=200)
    with emulator.running() as sms, deaf_port() as port:
        env = {"SMS_EMULATOR_URL": sms.base_url, "NOBODY": f"http://127.0.0.1:{port}"}
        done = subprocess.run(
            last, capture_output=True, text=True, timeout=200, cwd=tmp_path, env={**os.environ, **env}
        )
        left = {one.id for one in sms.operation("listSandboxes")["sandboxes"]}
    told = done.stdout + done.stderr
    assert re.search(one.ran, told, re.DOTALL), told
    assert done.returncode != 0
    assert told.count("right would be: a sender of this account: smsoffice") == 1, told
    assert left == {"default", sms.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_helper_asks_only_for_what_is_described(language):
    text = (ROOT / "clients" / language / LANGUAGES[language].helper).read_text(encoding="utf-8")
    asked = set(re.findall(r"""["'](GET|POST|PUT|DELETE)["'], (?:this\.#|\$this->|s\.|)at\(["'](.*?)["']\)""", text))
    paths = document()["paths"]
    assert len(asked) >= 8
    for method, path in asked:
        assert method.lower() in paths["/_emulator/sandboxes/{sandbox}" + path], path


TYPED = {
    "node": r"@typedef \{\{([^\n]*?)\}\} %s \*/",
    "go": r"type %s struct \{(.*?)\n\}",
    "java": r"record %s\((.*?)\) \{",
}
"""How a language writes the fields of a record."""


@pytest.mark.parametrize("record", ["Message", "Callback"])
@pytest.mark.parametrize("language", TYPED)
def test_the_fields_of_a_record_are_those_that_are_described(language, record):
    text = (ROOT / "clients" / language / LANGUAGES[language].helper).read_text(encoding="utf-8")
    (fields,) = re.findall(TYPED[language] % record, text, re.DOTALL)
    pattern = {"node": r"(\w+): ", "go": r'json:"(\w+)"', "java": r" (\w+)(?:,|$)"}[language]
    named = set(re.findall(pattern, re.sub(r"<.*?>", "", fields)))
    assert len(named) >= 7
    assert named <= set(document()["components"]["schemas"][record]["properties"])
