"""What a release must do, tried from outside: `make release-check`.

Wheel and sdist are built, looked into, and each installed into an empty environment; from an empty folder there the
version, the demo and the tests of the README run. Nothing is published.
"""

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from examples.snippets import ROOT, Document

from emulator.version import __version__

_NEEDED = ("LICENSE",)


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(word) for word in command], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def built(folder: Path) -> list[Path]:
    """The wheel and the sdist, each with its licence and this version."""
    run(sys.executable, "-m", "hatchling", "build", "-d", folder, cwd=ROOT)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as packed, tarfile.open(sdist) as tarred:
        names = {wheel: packed.namelist(), sdist: tarred.getnames()}
    for file, inside in names.items():
        assert __version__ in file.name, file.name
        for wanted in _NEEDED:
            assert any(name.endswith(f"/{wanted}") for name in inside), f"{file.name} lacks {wanted}"
        assert any(name.endswith("scenarios/happy.yaml") or "bundled/happy.yaml" in name for name in inside), file.name
    return [*names]


def tried(package: Path) -> None:
    """Installed into an empty environment, and used from an empty folder."""
    with tempfile.TemporaryDirectory() as made:
        empty = Path(made)
        run(sys.executable, "-m", "venv", empty / "venv", cwd=empty)
        home = empty / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
        run(home / "python", "-m", "pip", "install", "--quiet", f"{package}[pytest]", cwd=empty)
        told = run(home / "sms-emulator", "--version", cwd=empty)
        assert told.split() == ["sms-emulator", __version__], told
        assert "delivered" in run(home / "sms-emulator", "demo", cwd=empty)
        for number, text in enumerate(Document("README.md").of("python", "test")):
            (empty / f"test_{number}.py").write_text(text, encoding="utf-8")
        print(f"{package.name}:", run(home / "python", "-m", "pytest", "-q", ".", cwd=empty).splitlines()[-1])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for package in built(Path(folder)):
            tried(package)


if __name__ == "__main__":
    main()
