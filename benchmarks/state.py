"""What `--state` costs: `send` and SMPP submits with a state file, beside the same emulator without one."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import servers, smpp
from benchmarks.send import SEND

SECONDS = 2.0
ROUNDS = 5
WINDOW = 50


def _submits(server: servers.Server) -> float:
    return smpp.load(server, WINDOW, False).submits


def _sends(server: servers.Server) -> float:
    return servers.load(server.url, SEND.target, SEND.connections, SECONDS)


@contextmanager
def _emulator(command: tuple[str, ...]) -> Iterator[servers.Server]:
    """An emulator with no limits, whose clock stands."""
    with servers.started(command) as server:
        url = f"{server.url}/_emulator/sandboxes/default"
        account = '{"balance": 100000000, "limits": "off", "callback_url": ""}'
        servers.call(f"{url}/accounts/smsoffice", account, "PATCH")
        servers.call(f"{url}/accounts/smscenter", account[:-1] + ', "switches": {"smpp-window": 100}}', "PATCH")
        servers.call(f"{url}/clock", '{"rate": 0}')
        yield server


def measure() -> list[tuple[str, float, float, float]]:
    """(what, with a state file, without, ratio), the medians of paired rounds."""
    table = []
    for on, command in servers.EMULATORS:
        with TemporaryDirectory() as folder, ExitStack() as open_:
            kept = open_.enter_context(_emulator((*command, "--state", str(Path(folder, "state.db")))))
            plain = open_.enter_context(_emulator(command))
            for what, load in (
                (f"{SEND.name} with --state{on} (requests/s)", _sends),
                (f"SMPP with --state, window {WINDOW}{on} (submits/s)", _submits),
            ):
                pairs = [(load(kept), load(plain)) for _ in range(ROUNDS)]
                ours, theirs = (median(column) for column in zip(*pairs, strict=True))
                table.append((what, ours, theirs, median(a / b for a, b in pairs)))
    return table
