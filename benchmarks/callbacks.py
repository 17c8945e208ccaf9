"""Callbacks out, all due at once, journalled and judged, beside aiohttp's client alone sending the same requests."""

import json
import subprocess
import sys
from statistics import median

from benchmarks import servers

COUNT = 6_000
"""Callbacks; each message has two: it was sent, it was delivered."""
ROUNDS = 3


def _send(emulator: str, receiver: str) -> None:
    """So many messages accepted while the clock stands, then what they report is due at one moment."""
    sandbox = f"{emulator}/_emulator/sandboxes/default"
    servers.call(f"{sandbox}/clock", '{"rate": 0}')
    account = {"balance": 100_000_000, "limits": "off", "callback_url": f"{receiver}/ubill"}
    servers.call(f"{sandbox}/accounts/ubill", json.dumps(account), "PATCH")
    for first in range(0, COUNT // 2, 1000):
        numbers = [f"9955{n:08}" for n in range(first, first + 1000)]
        body = {"brandID": 1, "numbers": numbers, "text": "Hello"}
        answer = servers.call(f"{emulator}/v1/sms/send?key=emulator-ubill", json.dumps(body))
        assert b'"statusID":0' in answer.replace(b" ", b""), answer
    servers.call(f"{sandbox}/clock", '{"rate": 1000}')


def measure() -> list[tuple[str, float, float, float]]:
    """(what, ours, the yardstick's, ratio), the medians of paired rounds."""
    table = []
    for on, command in servers.EMULATORS:
        pairs = []
        for _ in range(ROUNDS):
            with servers.receiving(COUNT) as (receiver, told):
                with servers.running(command) as emulator:
                    _send(emulator, receiver)
                    rate, _, target = told()
                alone = [sys.executable, "-m", "benchmarks.callbacks_yardstick", f"{receiver}{target}", str(COUNT)]
                subprocess.run([*alone, command[-1]], check=True, preexec_fn=servers.on_core(min))
                pairs.append((float(rate), float(told()[0])))
        ours, plain = (median(column) for column in zip(*pairs, strict=True))
        ratio = median(a / b for a, b in pairs)
        table.append((f"callbacks, due at once{on} (requests/s)", ours, plain, ratio))
    return table
