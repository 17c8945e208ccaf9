"""The image, built from its Dockerfile and started, by a builder that needs no engine: buildah in a chroot, on a base
made by debootstrap in the place of python:3.13-slim, which comes from a registry. Root and Debian's packages only."""

import json
import os
import re
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest
from examples.image import image
from examples.snippets import ROOT
from support import PATIENCE
from tools import need

BASE = set(re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
IN_THE_BASE = "python3,python3-venv,python-is-python3,passwd,ca-certificates"
SBIN = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MOST_MIB = 150
"""Of what we add to the base: Python's packages and our own."""


class Buildah:
    """Its storage in a folder of its own; nothing of this machine is touched."""

    def __init__(self, folder):
        program = need("buildah")
        self._command = [program, "--root", str(folder / "storage"), "--runroot", str(folder / "run")]

    def words(self, *words):
        return [*self._command, *map(str, words)]

    def given_back(self):
        self("umount", "--all")
        self("rm", "--all")

    def __call__(self, *words):
        done = subprocess.run(self.words(*words), capture_output=True, text=True, timeout=1_700)
        assert done.returncode == 0, f"{words}: {done.stdout[-1000:]}{done.stderr[-3000:]}"
        return done.stdout.strip()


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="a chroot wants root")
def test_the_image_is_built_and_serves_as_its_user(tmp_path, request):
    buildah = Buildah(tmp_path)
    request.addfinalizer(buildah.given_back)
    (base,) = BASE
    root = tmp_path / "base"
    subprocess.run(["debootstrap", "--variant=minbase", f"--include={IN_THE_BASE}", "stable", root],
                   check=True, stdout=subprocess.DEVNULL, timeout=1_700)  # fmt: skip
    made = buildah("from", "scratch")
    buildah("add", made, root, "/")
    buildah("config", "--env", f"PATH={SBIN}", made)
    buildah("commit", "--quiet", made, f"docker.io/library/{base}")

    mounts = [one for path in ("/etc/pip.conf", "/etc/ssl/certs") if Path(path).exists()
              for one in ("-v", f"{path}:{path}:ro")]  # fmt: skip
    buildah("bud", "--isolation", "chroot", "--pull-never", *mounts, "-t", "sms-emulator", ROOT)

    running = buildah("from", "--pull-never", "sms-emulator")
    told = json.loads(buildah("inspect", running))["Docker"]["config"]
    assert told["User"] == "10001:10001"
    assert {int(port.partition("/")[0]) for port in told["ExposedPorts"]} == image().ports
    folder = Path(buildah("mount", running))
    size = sum(file.lstat().st_size for file in (folder / "opt").rglob("*") if not file.is_dir()) / 2**20
    print(f"\n{size:.0f} MiB beside the base")
    assert size < MOST_MIB

    ports = [f"--{option}=0" for option in ("port", "smpp-port", "smtp-port")]
    command = [*image().command, "--quiet", "--host=127.0.0.1", *ports]
    served = subprocess.Popen(buildah.words("run", "--isolation", "chroot", running, "--", *command),
                              stdout=subprocess.PIPE, text=True, start_new_session=True)  # fmt: skip
    try:
        urls = dict(re.findall(r"(\w+)=(\S+)", served.stdout.readline()))
        with urllib.request.urlopen(f"{urls['http']}/_emulator/health", timeout=PATIENCE) as answer:
            assert answer.status == 200
        seen = subprocess.run(["ps", "-eww", "-o", "uid=,args="], capture_output=True, text=True, check=True).stdout
        assert re.search(r"^ *10001 .*sms-emulator serve --quiet --host=127.0.0.1", seen, re.MULTILINE)
    finally:
        os.killpg(served.pid, signal.SIGTERM)
        served.wait(PATIENCE)
        served.stdout.close()
