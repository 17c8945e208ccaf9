"""What machines have otherwise, and the suite says the same."""

import os
import subprocess
import sys
from pathlib import Path


def test_no_test_asks_a_proxy_for_what_listens_on_this_machine():
    set_here = dict.fromkeys(("http_proxy", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9") | {"no_proxy": "x"}
    code = "import conftest, os; print([name for name in os.environ if name.lower().endswith('_proxy')])"
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **set_here}, cwd=Path(__file__).parent,
                          capture_output=True, text=True, timeout=60, check=True)  # fmt: skip
    assert done.stdout == "[]\n"


def test_pytest_inside_pytest_says_the_same_on_every_machine(request, monkeypatch):
    for name, value in {"CI": "true", "COLUMNS": "40", "PYTEST_ADDOPTS": "--collect-only"}.items():
        monkeypatch.setenv(name, value)
    pytester = request.getfixturevalue("pytester")
    pytester.makepyfile("def test():\n    raise ValueError('first\\nsecond')")
    said = pytester.runpytest_subprocess("-W", "error")
    said.assert_outcomes(failed=1)
    _, _, summary = said.stdout.str().partition("short test summary info")
    assert "second" not in summary
    assert all(len(line) == 80 for line in said.stdout.lines if "===" in line)
