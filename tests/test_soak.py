"""Ten minutes of everything at once (benchmarks/soak.py): steady memory, all given back, the books add up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = os.environ.get("SMS_SOAK_SECONDS", "600")


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the soak looks into /proc")
def test_a_mixed_soak_leaves_nothing_behind(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.soak", SECONDS, str(tmp_path / "soak.svg")], capture_output=True, text=True,
        cwd=Path(__file__).parent.parent, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "<polyline" in (tmp_path / "soak.svg").read_text("utf-8")
