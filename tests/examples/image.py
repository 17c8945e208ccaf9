"""The image as its Dockerfile says, and its command started by hand: there is no Docker engine where the tests run."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from examples.snippets import ROOT
from support import PATIENCE


class Image(NamedTuple):
    """The last stage. `healthy`: the words of its health check."""

    ports: set[int]
    environment: dict[str, str]
    volumes: list[str]
    command: list[str]
    healthy: list[str]


def image() -> Image:
    stage = (ROOT / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2].replace("\\\n", " ")
    said: dict[str, list[str]] = {}
    for line in stage.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word.isupper():
            said.setdefault(word, []).append(rest.strip())
    pairs = [pair.partition("=") for rest in said["ENV"] for pair in rest.split()]
    return Image(
        {int(port) for rest in said["EXPOSE"] for port in rest.split()},
        {name: value for name, _, value in pairs},
        [one for rest in said.get("VOLUME", []) for one in json.loads(rest)],
        json.loads(said["ENTRYPOINT"][0]) + json.loads(said["CMD"][0]),
        json.loads(re.search(r"CMD (\[.*\])", said["HEALTHCHECK"][0]).group(1)),
    )


class Container(NamedTuple):
    base_url: str
    smpp_url: str
    urls: dict[str, str]


@contextmanager
def container(given: Mapping[str, str]) -> Iterator[Container]:
    """The image's command, with its environment and `given`, but on free ports of loopback."""
    ours = {name: value for name, value in image().environment.items() if name.startswith("SMS_EMULATOR_")}
    ours |= {**given, "SMS_EMULATOR_HOST": "127.0.0.1"}
    ours |= {name: "0" for name in ours if name.endswith("_PORT")}
    if "SMS_EMULATOR_CA_DIR" not in given:
        del ours["SMS_EMULATOR_CA_DIR"]  # there is no /data here
    entry, *words = image().command
    assert entry == "sms-emulator"
    running = subprocess.Popen(
        [sys.executable, "-m", "emulator", *words], env={**os.environ, **ours}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert running.stdout is not None
        told: dict[str, Any] = dict(re.findall(r"(\w+)=(\S+)", running.stdout.readline()))
        yield Container(told["http"], told["smpp"], told)
    finally:
        running.terminate()
        assert running.wait(PATIENCE) == 0
