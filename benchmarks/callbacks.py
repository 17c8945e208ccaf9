"""Callbacks out, all due at once, journalled and judged, beside aiohttp's client alone sending the same requests: each
one's processor time."""

import json
import subprocess
import sys
from statistics import median

from benchmarks import servers

COUNT = 6_000
"""Callbacks; each message has two: it was sent, it was delivered."""
ROUNDS = 3


def _send(emulator: str, receiver: str) -> None:
    """So many messages accepted while the clock stands, after one whose callbacks bring aiohttp, which the yardstick
    has loaded before it begins to count."""
    sandbox = f"{emulator}/_emulator/sandboxes/default"
    one = {"brandID": 1, "numbers": ["995577000000"], "text": "Hello"}
    servers.call(f"{emulator}/v1/sms/send?key=emulator-ubill", json.dumps(one))
    servers.call(f"{sandbox}/settle", "{}")
    servers.call(f"{sandbox}/clock", '{"rate": 0}')
    account = {"balance": 100_000_000, "limits": "off", "callback_url": f"{receiver}/ubill"}
    servers.call(f"{sandbox}/accounts/ubill", json.dumps(account), "PATCH")
    for first in range(0, COUNT // 2, 1000):
        numbers = [f"9955{n:08}" for n in range(first, first + 1000)]
        body = {"brandID": 1, "numbers": numbers, "text": "Hello"}
        answer = servers.call(f"{emulator}/v1/sms/send?key=emulator-ubill", json.dumps(body))
        assert b'"statusID":0' in answer.replace(b" ", b""), answer


def measure() -> list[tuple[str, float, float, float]]:
    """(what, ours, the yardstick's, ratio), the medians of paired rounds."""
    table = []
    for on, command in servers.EMULATORS:
        pairs = []
        for _ in range(ROUNDS):
            with servers.receiving(COUNT) as (receiver, told):
                with servers.started(command) as emulator:
                    _send(emulator.url, receiver)
                    before = emulator.processor()
                    # What they report is due at one moment.
                    servers.call(f"{emulator.url}/_emulator/sandboxes/default/clock", '{"rate": 1000}')
                    _, _, target = told()
                    ours = (emulator.processor() - before) / COUNT * 1e6
                alone = [sys.executable, "-m", "benchmarks.callbacks_yardstick", f"{receiver}{target}", str(COUNT)]
                done = subprocess.run([*alone, command[-1]], check=True, preexec_fn=servers.on_core(min),
                                      capture_output=True, text=True)  # fmt: skip
                pairs.append((ours, float(done.stdout)))
        ours, plain = (median(column) for column in zip(*pairs, strict=True))
        ratio = median(b / a for a, b in pairs)
        table.append((f"callbacks, due at once{on} (us each)", ours, plain, ratio))
    return table
