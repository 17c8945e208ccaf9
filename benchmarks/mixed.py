"""What a real suite sends, and simpler workloads, each answer checked, as processor time of the server beside that of a
bare aiohttp handler in the same run: 1.0 is as cheap as the bare handler."""

import json
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks import servers, workloads
from benchmarks.workloads import Asked, Credentials

ROUNDS = 3
COUNT = 6000
SANDBOXES = 8
_BARE = [Asked(b"GET /api/v2/send?key=k&destination=995577123456&sender=smsoffice&content=Your%%20code%%20is%%20%d"
               b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % n, b"200 OK") for n in range(COUNT)]  # fmt: skip


class Workload(NamedTuple):
    """What to name it, what makes it, over how many connections, kept or new for each request; are limits on?"""

    name: str
    made: Callable[[int, Sequence[Credentials], int], list[Asked]]
    connections: int = 32
    kept: bool = True
    limits: bool = False


WORKLOADS = (
    Workload("mixed, as a suite sends", workloads.mixed),
    Workload("smsoffice sends, each different", workloads.different),
    Workload("smsoffice sends, alike", workloads.plain),
    Workload("SMS Center sends, limits on", workloads.smscenter, 4, limits=True),
    Workload("smsoffice sends, new connections", workloads.different, 8, kept=False),
)


def measure() -> list[tuple[str, float, float, float]]:
    """(what, our microseconds a request, the yardstick's, ratio), the medians of paired rounds."""
    return [_measured(one, on, command) for one in WORKLOADS for on, command in servers.EMULATORS]


def _measured(workload: Workload, on: str, command: tuple[str, ...]) -> tuple[str, float, float, float]:
    ours, bare = [], []
    with servers.started(command) as emulator, servers.started(servers.YARDSTICK) as yardstick:
        made = [_sandbox(emulator.url, n, workload.limits) for n in range(SANDBOXES)]
        _cost(emulator, workload, workload.made(99, made, 1500))
        _cost(yardstick, workload, _BARE[:1500])
        for round_number in range(ROUNDS):
            ours.append(_cost(emulator, workload, workload.made(round_number, made, COUNT)))
            bare.append(_cost(yardstick, workload, _BARE))
    ratio = median(b / a for a, b in zip(ours, bare, strict=True))
    return f"{workload.name}{on} (us)", median(ours), median(bare), ratio


def bare_handler() -> float:
    """Microseconds of the processor that the yardstick takes for a request."""
    with servers.started(servers.YARDSTICK) as yardstick:
        _cost(yardstick, WORKLOADS[0], _BARE[:1500])
        return median(_cost(yardstick, WORKLOADS[0], _BARE) for _ in range(ROUNDS))


def _sandbox(url: str, number: int, limits: bool) -> Credentials:
    """A sandbox without callbacks, where a suite may send as much as it wants."""
    account: dict[str, Any] = {"balance": 100_000_000, "callback_url": ""}
    if not limits:
        account["limits"] = "off"
    accounts = dict.fromkeys(("smsoffice", "ubill", "smscenter"), account)
    asked = {"id": f"b{number}", "clock": "frozen", "accounts": accounts}
    made: Credentials = json.loads(servers.call(f"{url}/_emulator/sandboxes", json.dumps(asked)))["accounts"]
    return made


def _cost(server: servers.Server, workload: Workload, asked: list[Asked]) -> float:
    """Microseconds of the server's processor for one of the requests."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(pickle.dumps(asked))
        port = server.url.rpartition(":")[2]
        before = server.processor()
        command = [sys.executable, "-m", "benchmarks.player", port, str(workload.connections),
                   str(int(workload.kept)), file.name]  # fmt: skip
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, preexec_fn=servers.on_core(max))
        return (server.processor() - before) / len(asked) * 1e6
