"""The command where the system is not POSIX: Windows, as far as a stand-in shows it (its modules, loop and pipes)."""

import os
import signal
import subprocess
import sys
import urllib.request
from textwrap import dedent

import pytest
from support import PATIENCE

WITHOUT = dedent("""
    import asyncio, os, signal, sys
    for name in ("fcntl", "resource", "pwd", "grp", "termios", "uvloop"):
        sys.modules[name] = None
    for name in ("SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"):
        delattr(signal, name)
    for name in ("getuid", "geteuid", "getgid", "chown", "fchmod", "unshare"):
        if hasattr(os, name):
            delattr(os, name)

    def refuse(loop, number, *_):
        raise NotImplementedError

    asyncio.SelectorEventLoop.add_signal_handler = asyncio.SelectorEventLoop.remove_signal_handler = refuse
    from emulator.cli.main import main
    commands = [[]]
    for word in sys.argv[1:]:
        if word == "then":
            commands.append([])
        else:
            commands[-1].append(word)
    sys.exit(max(map(main, commands)))
""")
"""What Windows has not, taken away before the command starts; `then` begins another."""


def command(*arguments):
    return [sys.executable, "-c", WITHOUT, *arguments]


ENVIRONMENT = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}


def run(*arguments):
    return subprocess.run(
        command(*arguments), capture_output=True, encoding="cp1252", timeout=PATIENCE, env=ENVIRONMENT
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_it_serves_until_it_is_told_to_stop(number, tmp_path):
    process = subprocess.Popen(
        command("serve", "--port", "0", "--smpp-port", "0", "--state", str(tmp_path / "state")),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="cp1252", env=ENVIRONMENT,
    )  # fmt: skip
    try:
        ready = process.stdout.readline()
        url = dict(pair.split("=", 1) for pair in ready.split()[1:])["http"]
        with urllib.request.urlopen(f"{url}/_emulator/health", timeout=PATIENCE) as answer:
            assert answer.status == 200
        process.send_signal(number)
        _, told = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert (process.returncode, "Traceback" in told) == (0, False), told


def test_what_a_pipe_cannot_say_is_escaped(tmp_path):
    file = tmp_path / "გამოცდა.yaml"
    file.write_text("rules: []\n", encoding="utf-8")
    good = run("check", str(file))
    assert (good.returncode, "\\u10d2" in good.stdout) == (0, True), good.stderr
    file.write_text("ruls: []\n", encoding="utf-8")
    bad = run("check", str(file))
    assert (bad.returncode, "did you mean" in bad.stdout + bad.stderr) == (1, True)


def test_a_program_is_run_and_its_sends_are_told():
    sends = "import os, sys; print('HTTP_PROXY' in os.environ or 'http_proxy' in os.environ); sys.exit(3)"
    done = run("run", "--", sys.executable, "-c", sends)
    assert (done.returncode, done.stdout.split()) == (3, ["True"]), done.stderr
    assert "0 requests" in done.stderr


def test_the_other_commands_answer():
    done = run("scenarios", "then", "schema", "then", "contract", "then", "env", "--shell=powershell", "then", "demo")
    assert done.returncode == 0, done.stderr
    for said in ("no-credit", '"$defs"', "smsoffice.code.150", "$env:HTTP", "the body is OK"):
        assert said in done.stdout, said
