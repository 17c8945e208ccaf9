"""docs/client.md: every snippet runs, and its table is the client's own."""

import re
import subprocess
import sys

from examples.snippets import Document

from emulator.client import repeating
from emulator.client.repeating import ROWS, Fate

CLIENT = Document("docs/client.md")
INI = """[tool.pytest.ini_options]
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "function"
"""
HURRIED = """import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        if hasattr(item.module, "SmppClient"):
            item.add_marker(pytest.mark.sms(clock={"rate": 20}))
"""
"""What waits for a receipt waits in the sandbox's time."""


def test_every_snippet_runs(tmp_path):
    tests = 0
    for number, one in enumerate(CLIENT.snippets):
        assert one.language == "python", one
        tests += one.kind == "test"
        name = f"test_{number}.py" if one.kind == "test" else f"{one.kind}.py"
        (tmp_path / name).write_text(one.text, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(INI, encoding="utf-8")
    (tmp_path / "conftest.py").write_text(HURRIED, encoding="utf-8")
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{tests} passed" in done.stdout


def test_the_table_of_what_may_be_repeated_is_the_clients_own():
    rows = [
        f"| {fate.value} | {row.send.value} | {row.ask.value} | {'yes' if row.doubt else 'no'} | {row.why} |"
        for fate, row in ROWS.items()
    ]
    assert set(ROWS) == set(Fate)
    table = CLIENT.text.partition("<!-- rows of repeating.py -->\n")[2].partition("\n\n")[0]
    assert table.splitlines()[2:] == rows
    assert repeating.LOOKS == 2


def test_every_fault_that_it_names_is_one():
    from emulator.core.rules.actions import FAULTS
    from emulator.core.rules.http_actions import HTTP_FAULTS

    said = CLIENT.text.partition("## Rehearse it")[2].partition("```")[0]
    assert {*FAULTS, *HTTP_FAULTS} <= set(re.findall(r"`([a-z0-9.-]+)`", said))
