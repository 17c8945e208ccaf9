"""What the image is made of: pins that agree with pyproject.toml, and a Dockerfile whose words mean something."""

import asyncio
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support import deaf_port, serving

from emulator.app.options import OPTIONS
from emulator.app.settings import settings

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS, GROUPS = PROJECT["project"]["optional-dependencies"], PROJECT["dependency-groups"]
FILES = {
    "constraints.txt": [*PROJECT["project"]["dependencies"], *EXTRAS["speed"], *EXTRAS["tls"]],
    "constraints-build.txt": [*PROJECT["build-system"]["requires"], *GROUPS["build"]],
    "constraints-dev.txt": [one for some in (PROJECT["project"]["dependencies"], *EXTRAS.values(), GROUPS["build"],
                                             GROUPS["dev"])
                            for one in some if isinstance(one, str)],
    "constraints-docs.txt": GROUPS["docs"],
}  # fmt: skip
DOCKERFILE = re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", (ROOT / "Dockerfile").read_text()))
LAST = DOCKERFILE[DOCKERFILE.rindex("FROM ") :]


def pins(name):
    """(package, version, where it counts, hashes) of each line."""
    text = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^\s*#.*\n", "", (ROOT / name).read_text()))
    for line in text.splitlines():
        what, *hashes = line.split(" --hash=")
        pin = Requirement(what)
        ((operator, version),) = ((one.operator, one.version) for one in pin.specifier)
        assert operator == "==", line
        yield canonicalize_name(pin.name), version, pin.marker, [one.strip() for one in hashes]


MACHINES = [
    {"python_version": python, "python_full_version": f"{python}.1",
     "sys_platform": system, "platform_machine": machine}
    for python in ("3.11", "3.12", "3.13", "3.14")
    for system, machine in (("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("darwin", "x86_64"),
                            ("win32", "AMD64"))
]  # fmt: skip


def said(word):
    return [line.partition(" ")[2].strip() for line in LAST.splitlines() if line.startswith(f"{word} ")]


@pytest.mark.parametrize("name", FILES)
def test_every_dependency_is_pinned_as_pyproject_allows_it(name):
    every = list(pins(name))
    for machine in MACHINES:
        pinned = {package: version for package, version, marker, _ in every if not marker or marker.evaluate(machine)}
        for wanted in map(Requirement, FILES[name]):
            if wanted.marker is None or wanted.marker.evaluate(machine):
                version = pinned[canonicalize_name(wanted.name)]
                assert wanted.specifier.contains(version), f"{wanted} is pinned to {version}: make constraints"


def test_what_is_in_two_files_has_one_version():
    dev = {(package, version) for package, version, _, _ in pins("constraints-dev.txt")}
    for name in ("constraints.txt", "constraints-build.txt"):
        assert {(package, version) for package, version, _, _ in pins(name)} <= dev


@pytest.mark.parametrize("name", FILES)
def test_every_pin_has_hashes_and_no_address_stands_there(name):
    for package, version, _, hashes in pins(name):
        assert hashes, package
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), package
        assert re.fullmatch(r"[0-9][\w.!+]*", version), package
    text = (ROOT / name).read_text()
    assert not re.search(r"://|--\w*index|--find-links|--trusted-host| @ ", text)


def test_the_tests_for_other_versions_are_there():
    reach = re.search(r"^REACH := ((?:.*\\\n)*.*)", (ROOT / "Makefile").read_text(), re.MULTILINE).group(1)
    assert [path for path in reach.replace("\\\n", "").split() if not (ROOT / path).exists()] == []


def test_the_image_installs_nothing_but_what_is_pinned():
    installs = re.findall(r"pip [^&\n]*\b(?:install|wheel)\b[^&\n]*", DOCKERFILE)
    assert len(installs) == 4
    for one in installs:
        assert "--require-hashes -r constraints" in one or "--no-deps" in one, one
    assert "://" not in (ROOT / "Dockerfile").read_text().replace("http://127.0.0.1", "")


def test_the_image_runs_as_nobody_special_and_keeps_what_it_may_write_apart():
    (user,) = said("USER")
    assert user == "10001:10001"
    assert json.loads(said("VOLUME")[0]) == ["/scenarios", "/data"]
    assert "install -d -o 10001 -g 10001 /data /data/authority" in LAST
    written = dict(pair.split("=", 1) for pair in said("ENV")[0].split())
    assert (written["SMS_EMULATOR_CA_DIR"], written["TMPDIR"]) == ("/data/authority", "/data")
    assert said("STOPSIGNAL") == ["SIGTERM"]
    assert [json.loads(one) for one in (*said("ENTRYPOINT"), *said("CMD"))] == [["sms-emulator"], ["serve"]]


def test_the_images_variables_are_options_and_its_ports_theirs():
    environment = dict(pair.split("=", 1) for pair in said("ENV")[0].split())
    ours = {name: value for name, value in environment.items() if name.startswith("SMS_EMULATOR_")}
    assert set(ours) <= {option.variable for option in OPTIONS}
    chosen = settings({}, ours)
    assert not chosen.loopback
    ours = [str(chosen.port), str(chosen.port_of_smpp), str(chosen.smtp_port)]
    assert said("EXPOSE")[0].split()[:3] == ours


async def test_the_health_check_tells_health():
    command = json.loads(said("HEALTHCHECK")[0].partition("CMD")[2])
    assert command[0] == "python"

    def check(port):
        done = subprocess.run(
            [sys.executable, *command[1:]], env={"SMS_EMULATOR_PORT": str(port)}, capture_output=True, timeout=200
        )
        return done.returncode

    async with serving(token="secret") as served:
        port = int(served.base_url.rsplit(":", 1)[1])
        assert await asyncio.to_thread(check, port) == 0
    with deaf_port() as port:
        assert await asyncio.to_thread(check, port) != 0


def test_a_signal_before_it_listens_stops_it_too():
    """In a container nobody else would: a process that is the first there is spared what it has no answer to."""
    code = (
        "import os, signal, emulator.net.listen as listening\n"
        "listening.bind = lambda *_: os.kill(os.getpid(), signal.SIGTERM)\n"
        "from emulator.cli.main import main\n"
        "main(['serve'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=200)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
