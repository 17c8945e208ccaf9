"""What many nodes cost: the processor time of a send at its owner beside SQLite's, and of handing one on; and what two
nodes answer beside one, all on the cores that are there, with the load and PostgreSQL on the same.

`BENCH_DATABASE=postgresql://… python -m benchmarks cluster`: an empty database, which is used up.
"""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import servers
from benchmarks.send import SEND

SECONDS = 1.5
ROUNDS = 5
CONNECTIONS = 64


@contextmanager
def _emulator(*more: str) -> Iterator[servers.Server]:
    """One that has the sandbox default, or hands on to who has, with no limits."""
    with servers.started((*servers.EMULATOR, *more)) as server:
        url = f"{server.url}/_emulator/sandboxes/default"
        account = '{"balance": 100000000, "limits": "off", "callback_url": ""}'
        servers.call(f"{url}/accounts/smsoffice", account, "PATCH")
        servers.call(f"{url}/clock", '{"rate": 0}')
        yield server


def _cost(asked: servers.Server, measured: servers.Server) -> tuple[float, float]:
    """Microseconds of the measured one's processor for a send to the asked one, and sends a second."""
    before = measured.processor()
    rate = servers.load(asked.url, SEND.target, CONNECTIONS, SECONDS)
    return (measured.processor() - before) * 1e6 / (rate * SECONDS), rate


def _targets(nodes: list[servers.Server]) -> list[tuple[str, str]]:
    """For each node its URL and a send to a sandbox of its own."""
    found: dict[str, str] = {}
    for number in range(100):
        wish = {
            "id": f"b{number}",
            "clock": "frozen",
            "accounts": {"smsoffice": {"balance": 100_000_000, "limits": "off"}},
        }
        made = json.loads(servers.call(f"{nodes[0].url}/_emulator/sandboxes", json.dumps(wish)))
        told = json.loads(servers.call(f"{nodes[0].url}/_emulator/cluster", "", "GET"))["nodes"]
        owner = next(one["url"] for one in told if wish["id"] in one["sandboxes"])
        key = made["accounts"]["smsoffice"]["key"]
        found.setdefault(owner, SEND.target.replace("emulator-smsoffice", key))
        if len(found) == len(nodes):
            return [(node.url, found[node.url]) for node in nodes]
    raise SystemExit(f"of 100 sandboxes not one at some of the nodes: {found.keys()}")


def _together(targets: list[tuple[str, str]]) -> float:
    """Sends a second, to all of them at the same time."""

    def one(target: tuple[str, str]) -> float:
        return servers.load(*target, CONNECTIONS // len(targets), SECONDS, anywhere=True)

    with ThreadPoolExecutor() as loads:
        return sum(loads.map(one, targets))


def measure() -> list[tuple[str, float, float, float]]:
    """(what, here, beside it, ratio), the medians of paired rounds."""
    database = os.environ["BENCH_DATABASE"]
    with TemporaryDirectory() as folder, ExitStack() as open_:
        kept = open_.enter_context(_emulator("--state", str(Path(folder, "state.db"))))
        owner = open_.enter_context(_emulator("--state", database))
        front = open_.enter_context(_emulator("--state", database))
        rounds = [
            (_cost(owner, owner), _cost(kept, kept), _cost(front, front), _cost(front, owner)) for _ in range(ROUNDS)
        ]
        for node in (owner, front):
            os.sched_setaffinity(node.pid, os.sched_getaffinity(0))
        both = _targets([owner, front])
        crossed = [(url, path) for (url, _), (_, path) in zip(both, reversed(both), strict=True)]
        rates = [(_together(both[:1]), _together(both), _together(crossed)) for _ in range(ROUNDS)]
    (own, own_rate), (file, file_rate), (handing, _), (handed, handed_rate) = [
        tuple(map(median, zip(*column, strict=True))) for column in zip(*rounds, strict=True)
    ]
    one, two, other = map(median, zip(*rates, strict=True))
    return [
        ("send at its owner, beside --state FILE (us)", own, file, own / file),
        ("the front's share of one handed on (us)", handing, own, handing / own),
        ("the owner's share of it (us)", handed, own, handed / own),
        ("sends/s at the owner, beside --state FILE", own_rate, file_rate, own_rate / file_rate),
        ("sends/s handed on, beside the owner", handed_rate, own_rate, handed_rate / own_rate),
        (f"sends/s at two nodes beside one, {os.cpu_count()} cores", two, one, median(b / a for a, b, _ in rates)),
        ("sends/s at two nodes, all handed on, beside one", other, one, median(c / a for a, _, c in rates)),
    ]
