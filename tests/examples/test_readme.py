"""Every snippet of the README, and of the guides that continue it, does what stands there."""

import json
import re
import shlex
import subprocess
import sys

import pytest
from examples.snippets import ROOT, Document
from support import free_port
from tools import need

from emulator.providers import found

CONTINUED = ("testing", "scenarios", "operations", "performance", "fidelity")
GUIDES = ("README.md", *(f"docs/{name}.md" for name in CONTINUED))
DOCUMENTS = {name: Document(name) for name in GUIDES}
README = DOCUMENTS["README.md"].text


def snippets(language: str, kind: str = "") -> list[str]:
    return [text for document in DOCUMENTS.values() for text in document.of(language, kind)]


CURLS = [line for text in DOCUMENTS["README.md"].of("sh") for line in text.splitlines() if line.startswith("curl ")]


async def test_the_curl_lines_work_when_pasted(served):
    import asyncio

    served.emulator.default.clock.rate = 0  # who pastes a line at a time sees it go on; each line is asked at once
    answers = []
    for line in CURLS:
        words = shlex.split(line.replace("http://127.0.0.1:8775", served.base_url))
        done = await asyncio.to_thread(
            subprocess.run, [words[0], "-sS", *words[1:]], capture_output=True, text=True, timeout=200
        )
        assert done.returncode == 0, done.stderr
        answers.append(json.loads(done.stdout))
    assert answers[0] == json.loads(snippets("json")[0])
    assert answers[1]["Output"] == {"Status": "Pending"}
    assert answers[3] == 999
    assert answers[4]["ErrorCode"] == 150
    quoted = re.search(r"^> (.*?)\n\n", README, re.DOTALL | re.MULTILINE).group(1)
    said = " ".join(quoted.replace("\n>", "").split())
    assert said in answers[5]["requests"][0]["explain"]


def test_the_tests_of_the_readme_pass(tmp_path):
    for number, text in enumerate(snippets("python", "test")):
        (tmp_path / f"test_{number}.py").write_text(text, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(snippets("toml", "ini")[0], encoding="utf-8")
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"(\d+) passed", done.stdout).group(1)) >= len(snippets("python", "test"))


@pytest.mark.parametrize("text", snippets("python", "script"))
def test_a_script_of_the_readme_runs(text, tmp_path):
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=200, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("http://127.0.0.1:")


def test_the_scenarios_of_the_readme_are_good(tmp_path):
    files = [tmp_path / f"play-{number}.yaml" for number, _ in enumerate(snippets("yaml", "scenario"))]
    for file, text in zip(files, snippets("yaml", "scenario"), strict=True):
        file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "emulator", "check", *files], capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": good, ") == len(files) > 0


@pytest.mark.parametrize("name", sorted(found()))
def test_what_is_not_emulated_is_said(name):
    told = DOCUMENTS["docs/fidelity.md"].text
    missing = [row.id for row in found()[name].contract() if row.left_out and row.id not in told]
    assert missing == []


def test_the_lines_of_the_readme_can_be_pasted_and_keep_a_message_over_a_kill(tmp_path):
    (text,) = snippets("sh", "state")
    port = free_port()
    text = text.replace(" serve ", f" serve --port {port} --smpp-port 0 ").replace(":8775", f":{port}")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    command = tmp_path / ".venv" / "bin" / "sms-emulator"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m emulator "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    done = subprocess.run([need("bash"), "-c", text], capture_output=True, text=True, timeout=200, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in re.findall("{.*}", done.stdout)]
    assert answers[0]["Success"]
    assert [one["text"] for one in answers[1]["messages"]] == ["Kept"]


def test_every_snippet_is_tried_by_some_test():
    known = {("sh", ""), ("json", ""), ("python", "test"), ("python", "script"),
             ("yaml", "scenario"), ("sh", "state"), ("sh", "unchanged"), ("toml", "ini"), ("", "")}  # fmt: skip
    assert {(one.language, one.kind) for document in DOCUMENTS.values() for one in document.snippets} <= known


def test_the_readme_is_read_in_one_sitting():
    assert len(README.splitlines()) <= 155


def test_every_link_leads_somewhere():
    for name in ("README.md", *(str(file.relative_to(ROOT)) for file in (ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\((?!http)([^)#]*)(?:#[^)]*)?\)", Document(name).text):
            assert not target or ((ROOT / name).parent / target).exists(), f"{name}: {target}"
