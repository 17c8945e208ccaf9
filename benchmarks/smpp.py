"""submit_sm, validated, stored and journalled, with and without its receipt, beside a plain asyncio server."""

import subprocess
import sys
from statistics import median

from benchmarks import servers

SECONDS = 2.0
ROUNDS = 3
CASES = [(1, False), (50, False), (1, True), (50, True)]
"""Window, and whether receipts are asked for. Without them the sandbox's clock stands, as in the benchmark of `send`:
what becomes of a message is planned and does not come due. With them each message is delivered at once."""
_AT_ONCE = '{"rules": [{"then": {"steps": [{"after": 0, "status": "delivered"}]}}]}'


def load(ready: dict[str, str], window: int, receipts: bool) -> tuple[float, float]:
    """Submits and receipts a second of a server, by its ready line."""
    port = ready["smpp"].rpartition(":")[2]
    command = [sys.executable, "-m", "benchmarks.smpp_load", port, str(window), str(SECONDS), str(int(receipts))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=servers.on_core(max))
    submits, received = map(float, done.stdout.split())
    return submits, received


def _one(window: int, receipts: bool) -> tuple[tuple[float, float], tuple[float, float]]:
    """A fresh pair of servers: (submits, receipts) a second of ours, and of the yardstick's."""
    with servers.running_at(servers.EMULATOR) as ready:
        url = f"{ready['http']}/_emulator/sandboxes/default"
        account = '{"balance": 100000000, "limits": "off", "callback_url": "", "switches": {"smpp-window": 100}}'
        servers.call(f"{url}/accounts/smscenter", account, "PATCH")
        if receipts:
            servers.call(f"{url}/rules", _AT_ONCE, "PUT")
        else:
            servers.call(f"{url}/clock", '{"rate": 0}')
        ours = load(ready, window, receipts)
    with servers.running_at(("benchmarks.smpp_yardstick",)) as ready:
        plain = load(ready, window, receipts)
    return ours, plain


def measure() -> list[tuple[str, float, float, float]]:
    """(what, ours, the yardstick's, ratio), the medians of paired rounds."""
    table = []
    for window, receipts in CASES:
        pairs = [_one(window, receipts) for _ in range(ROUNDS)]
        for column, what in ((0, "submits/s"), (1, "receipts/s"))[: 1 + receipts]:
            ours, plain = median(one[column] for one, _ in pairs), median(one[column] for _, one in pairs)
            ratio = median(one[column] / other[column] for one, other in pairs)
            with_ = "with" if receipts else "without"
            table.append((f"SMPP, window {window}, {with_} receipts ({what})", ours, plain, ratio))
    return table
