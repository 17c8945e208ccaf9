"""What the wheel carries: a package that is installed somewhere else works the same."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
               "--disable-pip-version-check", "--wheel-dir", str(folder), str(ROOT)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_carries_all_that_the_package_reads(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    plays = {f"emulator/scenarios/bundled/{file.name}" for file in (ROOT / "scenarios").glob("*.yaml")}
    read = {str(file.relative_to(ROOT)) for file in (ROOT / "emulator").rglob("*")
            if file.is_file() and "__pycache__" not in file.parts}  # fmt: skip
    assert plays | read <= names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]


def test_what_is_unpacked_elsewhere_finds_its_scenarios_and_starts(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = (
        "import asyncio, sys\n"
        f"sys.path.insert(0, {str(tmp_path / 'site')!r})\n"
        "import emulator\n"
        f"assert emulator.__file__.startswith({str(tmp_path)!r}), emulator.__file__\n"
        "from emulator.app.server import Server\n"
        "async def main():\n"
        "    async with Server() as serving:\n"
        "        print(serving.emulator.default.scenario.name)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=200, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "happy\n"), done.stderr
