"""From the command to its ready line, beside a bare aiohttp server's; and `--help`."""

import subprocess
import sys
import time
from statistics import median

from benchmarks import servers

ROUNDS = 10


def _until_ready(command: tuple[str, ...]) -> float:
    began = time.perf_counter()
    process = servers.start(command)
    assert process.stdout is not None
    process.stdout.readline()
    took = time.perf_counter() - began
    process.terminate()
    process.wait(10)
    return took


def _help() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "emulator", "--help"], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def measure() -> list[tuple[str, float, float, float]]:
    """(what, ours, the yardstick's, ratio), medians. The first start of each is not counted: it writes bytecode."""
    for command in (servers.EMULATOR, servers.YARDSTICK):
        _until_ready(command)
    table = []
    for on, command in servers.EMULATORS:
        pairs = [(_until_ready(command), _until_ready(servers.YARDSTICK)) for _ in range(ROUNDS)]
        ours, bare = (median(column) for column in zip(*pairs, strict=True))
        table.append((f"start to ready{on} (s)", ours, bare, median(a / b for a, b in pairs)))
    helped = median(_help() for _ in range(ROUNDS))
    return [*table, ("--help (s)", helped, bare, helped / bare)]
