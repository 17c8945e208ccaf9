"""What a million messages weigh, and what they cost those who send and ask; beside the aims, not beside a yardstick.

Times are of the processor. `SMS_EMULATOR_BENCH_MESSAGES` asks for fewer.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from statistics import median
from urllib.parse import urlsplit

from benchmarks import servers

MESSAGES = int(os.environ.get("SMS_EMULATOR_BENCH_MESSAGES", "1000000"))
_MIB = 1024 * 1024
_SEND = "/api/v2/send"
_QUERY = "?key=emulator-smsoffice&destination=995577123456&sender=smsoffice&content=Your%20code%20is%20{n}"
_AT_ONCE = 50_000
"""Numbers in one request that fills the store."""
_ROUNDS, _EACH = 30, 100


def measure() -> list[tuple[str, float, float, float]]:
    """(what, ours, the aim, ratio)."""
    command = [sys.executable, "-m", "benchmarks.memory_server", str(MESSAGES)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    count = told["count"]
    rows = [
        ("process, idle (MiB; aim)", told["idle"] / _MIB, 60.0),
        (f"process, {count:,} messages pending (MiB; aim)", told["pending"] / _MIB, 600.0),
        (f"process, {count:,} messages delivered (MiB; aim)", told["final"] / _MIB, 600.0),
        ("a message, pending (bytes; aim)", (told["pending"] - told["idle"]) / count, 450.0),
        ("a message, delivered (bytes; aim)", (told["final"] - told["idle"]) / count, 450.0),
        ("send in process, full store (us; empty store)", told["full"] * 1e6, told["empty"] * 1e6),
        ("messages to a number, full store (ms; aim)", told["found"] * 1e3, 1.0),
        ("messages by a part of the text (ms; aim)", told["contained"] * 1e3, 1000.0),
        ("100,000 due steps (s; aim)", told["steps"], 1.0),
        ("a new sandbox (ms; aim)", told["sandbox"] * 1e3, 1.0),
        ("a new sandbox (KiB; aim)", told["sandbox_bytes"] / 1024, 50.0),
    ]
    return [*((what, ours, aim, ours / aim) for what, ours, aim in rows), _over_the_wire()]


def _over_the_wire() -> tuple[str, float, float, float]:
    """The median time of a send over a connection kept alive, to a full server and to an empty one in turn."""
    with servers.started(servers.EMULATOR) as full, servers.started(servers.EMULATOR) as empty:
        asks = []
        for url in (full.url, empty.url):
            account = f"{url}/_emulator/sandboxes/default/accounts/smsoffice"
            servers.call(account, '{"balance": 100000000, "limits": "off", "callback_url": ""}', "PATCH")
            servers.call(f"{url}/_emulator/sandboxes/default/clock", '{"rate": 0}')
            asks.append(_asking(HTTPConnection(urlsplit(url).netloc)))
        for first in range(0, MESSAGES, _AT_ONCE):
            numbers = ",".join(f"99558{n:07}" for n in range(first, min(first + _AT_ONCE, MESSAGES)))
            said = f"key=emulator-smsoffice&destination={numbers}&sender=smsoffice&content=Hello"
            asks[0]("POST", _SEND, said)
        took: list[list[float]] = [[], []]
        for turn in range(_ROUNDS):
            for ask, times in zip(asks, took, strict=True):
                times += [ask("GET", _SEND + _QUERY.format(n=turn * _EACH + n), "") for n in range(_EACH)]
    filled, none = (median(times) * 1e6 for times in took)
    return f"send over the wire, {MESSAGES:,} stored (us; none)", filled, none, filled / none


def _asking(connection: HTTPConnection) -> Callable[[str, str, str], float]:
    """What makes a request and tells how long it took, in seconds."""

    def ask(method: str, target: str, body: str) -> float:
        began = time.perf_counter()
        connection.request(method, target, body, {"Content-Type": "application/x-www-form-urlencoded"} if body else {})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        return time.perf_counter() - began

    return ask
