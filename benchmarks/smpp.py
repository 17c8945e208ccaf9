"""submit_sm as an app's vary, validated, stored and journalled, with and without receipts, as processor time of the
server beside that of a plain asyncio server in the same run."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple

from benchmarks import servers

SECONDS = 2.0
ROUNDS = 3
CASES = [(1, False), (50, False), (1, True), (50, True)]
"""Window, and whether receipts are asked for. Without them the sandbox's clock stands, as in the benchmark of `send`:
what becomes of a message is planned and does not come due. With them each message is delivered at once."""
_AT_ONCE = '{"rules": [{"then": {"steps": [{"after": 0, "status": "delivered"}]}}]}'
_YARDSTICK = ("benchmarks.smpp_yardstick",)


class Load(NamedTuple):
    """Submits a second; receipts a second, where asked for; microseconds of the server's processor for a submit, and
    its receipt."""

    submits: float
    receipts: float
    cost: float


def load(server: servers.Server, window: int, receipts: bool) -> Load:
    """Of a server."""
    port = server.urls["smpp"].rpartition(":")[2]
    command = [sys.executable, "-m", "benchmarks.smpp_load", port, str(window), str(SECONDS), str(int(receipts))]
    before = server.processor()
    done = subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=servers.on_core(max))
    cost = server.processor() - before
    submits, received, answered = map(float, done.stdout.split())
    return Load(submits, received, cost / answered * 1e6)


def measure() -> list[tuple[str, float, float, float]]:
    """(what, our microseconds a submit, the yardstick's, ratio), the medians of paired rounds."""
    return [_measured(on, command, *case) for case in CASES for on, command in servers.EMULATORS]


def _measured(on: str, command: tuple[str, ...], window: int, receipts: bool) -> tuple[str, float, float, float]:
    pairs = []
    for _ in range(ROUNDS):
        with _emulator(command, receipts) as emulator:
            ours = load(emulator, window, receipts)
        with servers.started(_YARDSTICK) as yardstick:
            pairs.append((ours.cost, load(yardstick, window, receipts).cost))
    ours_cost, plain = (median(column) for column in zip(*pairs, strict=True))
    what = f"SMPP, window {window}{', with receipts' if receipts else ''}{on} (us a submit)"
    return what, ours_cost, plain, median(b / a for a, b in pairs)


@contextmanager
def _emulator(command: tuple[str, ...], receipts: bool) -> Iterator[servers.Server]:
    """One whose client may send as much as it wants."""
    with servers.started(command) as server:
        url = f"{server.url}/_emulator/sandboxes/default"
        account = '{"balance": 100000000, "limits": "off", "callback_url": "", "switches": {"smpp-window": 100}}'
        servers.call(f"{url}/accounts/smscenter", account, "PATCH")
        if receipts:
            servers.call(f"{url}/rules", _AT_ONCE, "PUT")
        else:
            servers.call(f"{url}/clock", '{"rate": 0}')
        yield server
