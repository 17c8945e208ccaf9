"""A program run as a child."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from emulator.interception.launcher import launch


@pytest.mark.parametrize(("program", "status"), [
    ("raise SystemExit(0)", 0), ("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 9)", 137),
])  # fmt: skip
async def test_the_programs_exit_status_is_ours(program: str, status: int) -> None:
    assert await launch([sys.executable, "-c", program], os.environ) == status


async def test_a_command_that_cannot_be_run_is_told_as_shells_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await launch(["no-such-command"], os.environ) == 127
    (tmp_path / "file").touch(mode=0o644)
    assert await launch([str(tmp_path / "file")], os.environ) == 126
    told = capsys.readouterr().err
    assert "there is no command 'no-such-command'" in told
    assert "file' cannot be run: Permission denied" in told


async def test_a_signal_to_us_reaches_the_program_and_its_answer_counts(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    program = (
        "import signal, sys\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        f"open({str(ready)!r}, 'w').write('ready')\n"
        "signal.pause()\n"
    )
    running = asyncio.ensure_future(launch([sys.executable, "-c", program], os.environ))
    await asyncio.to_thread(ready.read_text)
    os.kill(os.getpid(), signal.SIGTERM)
    assert await running == 7
