"""Programs of others that tests drive: the one table of what they are and where they come from.

A test asks `need("php")`, or is marked `@needs("php")`: without the program it is skipped, and the run says in one line
what was not tried (this file is a plugin of the run too). `make clients` installs what is missing. A new program is a
new row, nothing else.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

NPM = Path(__file__).parent.parent / ".venv" / "npm"
PIP = NPM.with_name("pip")
"""Where pip's packages are, for PYTHONPATH of a program: none of them is a dependency of ours."""
NODE_MODULES = Path(os.environ.get("SMS_EMULATOR_NODE_MODULES") or NPM / "node_modules")
"""Where npm's packages are, for NODE_PATH."""
PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
PATIENCE = 600
"""Seconds for one step of an installation: where no registry answers, each would be asked again and again."""
NOT_INSTALLED = "not installed: "
"""How the reason of a skip begins."""


class Tool(NamedTuple):
    """`commands` and `files` must be there, `asked` must answer 0 with `says` in its output, and the packages too."""

    commands: tuple[str, ...]
    debian: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    pip: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    says: str = ""
    files: tuple[str, ...] = ()


JUNIT = "/usr/share/java/junit-platform-console-standalone.jar"
NODE_20 = ("node", "--eval", "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)")
TOOLS = {
    "bash": Tool(("bash",), ("bash",)),
    "buildah": Tool(("buildah", "debootstrap"), ("buildah", "debootstrap")),
    "chromium": Tool(("chromium",), ("chromium",)),
    "curl": Tool(("curl",), ("curl",)),
    "wget": Tool(("wget",), ("wget",)),
    "go": Tool(("go",), ("golang-go",)),
    "haproxy": Tool(("haproxy",), ("haproxy",)),
    "ip": Tool(("ip", "unshare"), ("iproute2", "util-linux")),
    "java": Tool(("java", "javac"), ("default-jdk-headless",)),
    "junit": Tool(("java", "javac"), ("default-jdk-headless", "junit5"), files=(JUNIT,)),
    "kannel": Tool(("bearerbox", "smsbox"), ("kannel",)),
    "node": Tool(("node",), ("nodejs",), asked=NODE_20),
    "npm's axios": Tool(("node", "npm"), ("nodejs", "npm"), ("axios@1.21.1",)),
    "npm's axe-core": Tool(("node", "npm"), ("nodejs", "npm"), ("axe-core@4.14.1",)),
    "npm's node-smsc": Tool(("node", "npm"), ("nodejs", "npm"), ("node-smsc@0.2.3",)),
    "npm's express": Tool(("node", "npm"), ("nodejs", "npm"), ("express@5.3.0",)),
    "npm's smpp": Tool(("node", "npm"), ("nodejs", "npm"), ("smpp@0.5.1",)),
    "npm's soap": Tool(("node", "npm"), ("nodejs", "npm"), ("soap@1.13.0",)),
    "openssl": Tool(("openssl",), ("openssl",)),
    "php": Tool(("php",), ("php-cli",)),
    "php-curl": Tool(("php",), ("php-cli", "php-curl"), asked=("php", "-m"), says="curl"),
    "php-soap": Tool(("php",), ("php-cli", "php-soap"), asked=("php", "-m"), says="soap"),
    "pip's smsc": Tool((), pip=("smsc==0.1.1", "furl==2.1.4", "orderedmultidict==1.0.2", "six==1.17.0",
                                "arrow==1.3.0", "python_dateutil==2.9.0.post0")),
    "phpunit": Tool(("phpunit", "php"), ("phpunit",)),
    "ruby": Tool(("ruby",), ("ruby",)),
    "tshark": Tool(("tshark", "text2pcap"), ("tshark",)),
}


def where(command: str) -> str | None:
    """A command's path; $CHROMIUM and the like name another."""
    return os.environ.get(command.upper()) or shutil.which(command, path=PATH)


@cache
def has(name: str) -> bool:
    tool = TOOLS[name]
    return _program(tool) and all(map(_package, tool.npm)) and all(map(_wheel, tool.pip))


def _program(tool: Tool) -> bool:
    if not (all(map(where, tool.commands)) and all(map(os.path.exists, tool.files))):
        return False
    if not tool.asked:
        return True
    program, *words = tool.asked
    done = subprocess.run([where(program) or program, *words], capture_output=True, text=True, timeout=60)
    return done.returncode == 0 and tool.says in ("", *done.stdout.split())


def _package(package: str) -> bool:
    return (NODE_MODULES / package.rpartition("@")[0]).is_dir()


def _wheel(package: str) -> bool:
    return any(PIP.glob(package.replace("==", "-") + ".dist-info"))


def need(name: str) -> str:
    """The path of the tool's first command; without the tool the test is skipped."""
    if not has(name):
        import pytest

        pytest.skip(NOT_INSTALLED + name)
    return where(TOOLS[name].commands[0]) or ""


def needs(name: str) -> Any:
    """A mark: without the tool the test is skipped."""
    import pytest

    return pytest.mark.skipif(not has(name), reason=NOT_INSTALLED + name)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = terminalreporter.getreports("skipped")
    told = not_tried(str(one.longrepr[2]) for one in skipped if isinstance(one.longrepr, tuple))
    if told:
        terminalreporter.write_line(told, yellow=True)


def not_tried(reasons: Iterable[str]) -> str | None:
    """What a run says at its end, from the reasons of its skipped tests."""
    names = [reason.partition(NOT_INSTALLED)[2] for reason in reasons if NOT_INSTALLED in reason]
    if not names:
        return None
    from emulator.core.units import counted  # `make clients` does without us

    programs = ", ".join(sorted(set(names)))
    return f"not tried, {counted(len(names), 'test')}, for want of: {programs}. `make clients` installs them"


# make clients


def install(wanted: list[str]) -> None:
    """As far as it can be had here, each step said in words when it cannot."""
    tools = [TOOLS[name] for name in wanted]
    debian = sorted({package for tool in tools if not _program(tool) for package in tool.debian})
    apt = shutil.which("apt-get")
    if not debian:
        pass
    elif apt is None:
        print(f"no apt-get here; Debian calls the packages: {' '.join(debian)}", file=sys.stderr)
    elif os.geteuid() != 0:
        print(f"not root, so left to you: apt-get install --no-install-recommends {' '.join(debian)}", file=sys.stderr)
    else:
        _run(apt, "update", "-qq")
        if not _apt(apt, debian):
            for package in debian:  # one that cannot be had is no reason to go without the others
                _apt(apt, [package])
    wanting = any(tool.npm for tool in tools)
    packages = [one for tool in TOOLS.values() for one in tool.npm if wanting]  # npm drops those that are not named
    npm = shutil.which("npm")
    if packages and npm is not None:
        NPM.mkdir(parents=True, exist_ok=True)
        _run(npm, "install", "--prefix", str(NPM), "--no-save", "--no-package-lock", "--no-audit", "--no-fund",
             "--ignore-scripts", "--loglevel=error", *packages)  # fmt: skip


    wheels = [package for tool in tools for package in tool.pip]
    if wheels:
        _run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target", str(PIP), *wheels)


def _apt(apt: str, packages: list[str]) -> bool:
    # Run level 1: services among them (Kannel, a database) are not started.
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    return _run(apt, "install", "-qq", "--no-install-recommends", *packages, **quiet)


def _run(*command: str, **environment: str) -> bool:
    try:
        done = subprocess.run(command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=PATIENCE)  # fmt: skip
    except subprocess.TimeoutExpired:
        print(f"{' '.join(command)}: not done within {PATIENCE} s", file=sys.stderr)
        return False
    if done.returncode:
        print(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()[-2000:]}", file=sys.stderr)
    return done.returncode == 0


def main() -> int:
    wanted = [name for name in TOOLS if not has(name)]
    if wanted:
        print(f"installing {', '.join(wanted)} ...", file=sys.stderr)
        install(wanted)
    has.cache_clear()
    missing = [name for name in TOOLS if not has(name)]
    if missing:
        print(f"could not be had, so the tests with them are skipped: {', '.join(missing)}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
