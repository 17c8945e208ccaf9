"""A run tells what it had no program for, in one line, and how to have it."""

import sys

import pytest
from tools import TOOLS, Tool, install, not_tried


def test_what_was_not_tried_is_one_line_with_each_program_once():
    told = not_tried(["Skipped: not installed: php", "Skipped: not installed: chromium", "Skipped: not installed: php",
                      "Skipped: a process may have 64 open files here"])  # fmt: skip
    assert told == "not tried, 3 tests, for want of: chromium, php. `make clients` installs them"
    assert not_tried(["Skipped: not today"]) is None


def test_tests_that_want_a_program_that_is_not_there_are_skipped_and_told(pytester, monkeypatch):
    monkeypatch.setitem(TOOLS, "nothing", Tool(("no-such-program",)))
    monkeypatch.setitem(TOOLS, "no module", Tool((sys.executable,), asked=(sys.executable, "-c", ""), says="soap"))
    pytester.makepyfile(
        """
        from tools import need, needs

        def test_that_asks():
            need("nothing")

        @needs("no module")
        def test_that_is_marked():
            raise AssertionError

        def test_with_what_is_there():
            assert need("there")
        """
    )
    monkeypatch.setitem(TOOLS, "there", Tool((sys.executable,)))
    done = pytester.runpytest_inprocess("-p", "tools")
    done.assert_outcomes(passed=1, skipped=2)
    done.stdout.fnmatch_lines(
        ["not tried, 2 tests, for want of: no module, nothing. `make clients` installs them"]
    )


def test_a_package_that_cannot_be_had_is_said_and_the_others_are_installed(monkeypatch, tmp_path, capsys):
    apt, log = tmp_path / "apt-get", tmp_path / "log"
    apt.write_text(f'#!/bin/sh\necho "$*" >>"{log}"\ncase "$*" in *bad*) echo no such package >&2; exit 100;; esac\n')
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setitem(TOOLS, "one", Tool(("no-such-program",), ("bad",)))
    monkeypatch.setitem(TOOLS, "two", Tool(("no-such-program",), ("good",)))
    install(["one", "two"])
    assert [line.rpartition(" ")[2] for line in log.read_text().splitlines()] == ["-qq", "good", "bad", "good"]
    assert capsys.readouterr().err.count("no such package") == 2


def test_a_registry_that_does_not_answer_is_waited_for_only_so_long(monkeypatch, tmp_path, capsys):
    apt = tmp_path / "apt-get"
    apt.write_text("#!/bin/sh\nexec tail -f /dev/null\n")
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("tools.PATIENCE", 0.1)
    monkeypatch.setitem(TOOLS, "one", Tool(("no-such-program",), ("good",)))
    install(["one"])
    assert "not done within 0.1 s" in capsys.readouterr().err


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_each_program_can_be_had_from_somewhere(tool):
    assert tool.debian or tool.npm or tool.pip
    assert all("@" in package for package in tool.npm)
    assert all("==" in package for package in tool.pip)
