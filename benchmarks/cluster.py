"""What many nodes cost: the processor time of a send at its owner beside SQLite's, and of handing one on.

`BENCH_DATABASE=postgresql://… python -m benchmarks cluster`: an empty database, which is used up.
"""

import os
from collections.abc import Iterator
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
    (own, own_rate), (file, file_rate), (handing, _), (handed, handed_rate) = (
        [tuple(map(median, zip(*column, strict=True))) for column in zip(*rounds, strict=True)]
    )
    return [
        ("send at its owner, beside --state FILE (us)", own, file, own / file),
        ("the front's share of one handed on (us)", handing, own, handing / own),
        ("the owner's share of it (us)", handed, own, handed / own),
        ("sends/s at the owner, beside --state FILE", own_rate, file_rate, own_rate / file_rate),
        ("sends/s handed on, beside the owner", handed_rate, own_rate, handed_rate / own_rate),
    ]
