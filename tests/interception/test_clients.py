"""Unchanged programs, each in its own language, against the three https addresses: nobody but the emulator answers."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from interception.clients import CLIENTS, SECONDS, Client
from tools import NODE_MODULES, has, needs

HOW = {"run": (), "run --isolate": ("--isolate",)}
QUICK = ("curl", "Python urllib", "Python aiohttp", "Python smpplib over TLS", "Node https", "PHP own context",
         "PHP SoapClient")  # fmt: skip
"""One for each way in which a program is led: the whole table takes a quarter of a minute."""


@cache
def came_of(how: str, names: tuple[str, ...]) -> dict[str, dict[str, str | int | None]]:
    """What each client said, all run beside one another by one `sms-emulator run`."""
    driver = [sys.executable, str(Path(__file__).with_name("clients.py")), *names]
    ran = subprocess.run(
        [sys.executable, "-m", "emulator", "run", *HOW[how], "--", *driver], capture_output=True, text=True,
        env={**os.environ, "NODE_PATH": str(NODE_MODULES)}, timeout=SECONDS * 3, check=False,
    )  # fmt: skip
    if ran.returncode == 2 and "the kernel refuses" in ran.stderr:
        pytest.skip(ran.stderr)
    assert ran.returncode == 0, ran.stderr
    answers: dict[str, dict[str, str | int | None]] = json.loads(ran.stdout)
    return answers


def missing(client: Client, told: dict[str, str | int | None]) -> str | None:
    """What was not as it is when the emulator answered."""
    wanted = [one for one in client.shows if one not in str(told["out"])]
    return f"{wanted} not in {told}" if wanted or told["status"] != 0 else None


def installed(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if CLIENTS[name].needs is None or has(CLIENTS[name].needs or ""))


@pytest.mark.parametrize("how", HOW)
def test_programs_of_each_kind_are_led_here(how: str) -> None:
    names = installed(name for name in QUICK if CLIENTS[name].led or how != "run")
    answers = came_of(how, names)
    assert {name: missing(CLIENTS[name], answers[name]) for name in names} == dict.fromkeys(names)


@pytest.mark.long
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("name", [pytest.param(name, marks=[needs(one.needs)] if one.needs else [])
                                  for name, one in CLIENTS.items()])  # fmt: skip
def test_every_client_unchanged(name: str, how: str) -> None:
    client, told = CLIENTS[name], came_of(how, installed(CLIENTS))[name]
    if client.led or how != "run":
        assert missing(client, told) is None
    else:  # it heeds no variable, as docs/unchanged-programs.md says
        assert missing(client, told) is not None
