"""Unchanged programs, each in its own language, against the three https addresses: nobody but the emulator answers, and
nothing of it leaves this machine."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from interception.clients import CLIENTS, SECONDS, Client
from interception.closed_network import REFUSED
from tools import NODE_MODULES, has, needs

HOW = ("run", "run --isolate")
QUICK = ("curl", "Python aiohttp", "Python smpplib over TLS", "Node https", "PHP own context",
         "PHP SoapClient")  # fmt: skip
"""One for each way in which a program is led: the whole table takes half a minute."""
HERE = Path(__file__).parent
SAID = (sys.executable, "-m", "emulator")


class Ran(NamedTuple):
    """What each client said, and what it did besides: None where this kernel permits no closed network."""

    answers: dict[str, Any]
    besides: dict[str, Any] | None


def ran(*command: str) -> subprocess.CompletedProcess[str]:
    paths = {"NODE_PATH": str(NODE_MODULES), "PYTHONPATH": str(HERE.parent.parent)}
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **paths}, timeout=SECONDS * 3,
                          check=False)  # fmt: skip


def recorded(network: str, record: Path) -> tuple[str, ...]:
    """What writes down what the command behind it asks for."""
    return (sys.executable, str(HERE / "closed_network.py"), network, str(record))


@cache
def came_of(how: str, names: tuple[str, ...], record: Path) -> Ran:
    """All of them beside one another by one `sms-emulator run`, which makes a closed network itself, or is put into one
    that leads no name anywhere. Port 80 is closed: what began with https (a WSDL) leads to nothing else."""
    program = (sys.executable, str(HERE / "clients.py"), *names)
    spaced = ("run", "--ca-dir", str(record.parent / "a folder of ours"))  # as macOS has them
    if how == "run":
        done = ran(*recorded("closed", record), *SAID, *spaced, "--", *program)
        if done.returncode == REFUSED:
            done = ran(*SAID, *spaced, "--", *program)
    else:
        done = ran(*SAID, *spaced, "--isolate", "--also-http-port", "0", "--", *recorded("here", record), *program)
        if "the kernel refuses" in done.stderr:
            pytest.skip(done.stderr)
    assert done.returncode == 0, done.stderr
    return Ran(json.loads(done.stdout), json.loads(record.read_text()) if record.exists() else None)


def missing(client: Client, told: dict[str, Any]) -> str | None:
    """What was not as it is when the emulator answered."""
    wanted = [one for one in client.shows if one not in told["out"]]
    return f"{wanted} not in {told}" if wanted or told["status"] != 0 else None


def installed(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if CLIENTS[name].needs is None or has(CLIENTS[name].needs or ""))


@pytest.mark.parametrize("how", HOW)
def test_programs_of_each_kind_are_led_here_and_ask_no_resolver_and_send_no_packet(how: str, tmp_path: Path) -> None:
    names = installed(name for name in QUICK if CLIENTS[name].led or how != "run")
    came = came_of(how, names, tmp_path / "record")
    assert {name: missing(CLIENTS[name], came.answers[name]) for name in names} == dict.fromkeys(names)
    if came.besides is None:
        pytest.skip("this kernel permits no network in which what else is asked could be recorded")
    assert came.besides == {"asked": [], "lost": 0}


def test_what_is_asked_and_sent_without_us_would_be_recorded(tmp_path: Path) -> None:
    program = (
        "import socket\n"
        "try:\n    socket.getaddrinfo('smsc.ru', 443)\nexcept OSError: pass\n"
        "try:\n    socket.create_connection(('192.0.2.1', 443))\nexcept OSError: pass\n"
    )
    done = ran(*recorded("closed", tmp_path / "record"), sys.executable, "-c", program)
    if done.returncode == REFUSED:
        pytest.skip(done.stderr)
    told = json.loads((tmp_path / "record").read_text())
    assert set(told["asked"]) == {"smsc.ru"}
    assert told["lost"] >= 1


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {how: tmp_path_factory.mktemp("clients") / "record" for how in HOW}


@pytest.mark.long
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("name", [pytest.param(name, marks=[needs(one.needs)] if one.needs else [])
                                  for name, one in CLIENTS.items()])  # fmt: skip
def test_every_client_unchanged(name: str, how: str, records: dict[str, Path]) -> None:
    client, told = CLIENTS[name], came_of(how, installed(CLIENTS), records[how]).answers[name]
    if client.led or how != "run":
        assert missing(client, told) is None
    else:  # it heeds no variable, as docs/unchanged-programs.md says
        assert missing(client, told) is not None


@pytest.mark.long
@pytest.mark.parametrize("how", HOW)
def test_none_asks_a_resolver_or_sends_a_packet_but_who_heeds_no_variable(how: str, records: dict[str, Path]) -> None:
    named = {"smsoffice.ge", "api.ubill.dev", "smsc.ru"} if how == "run" else set()
    besides = came_of(how, installed(CLIENTS), records[how]).besides
    if besides is None:
        pytest.skip("this kernel permits no network in which what else is asked could be recorded")
    assert set(besides["asked"]) <= named
    assert besides["lost"] == 0
