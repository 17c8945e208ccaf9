"""Servers under measurement: started on a free port, on the first core where there are several, stopped by their id."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ON_UVLOOP = ("emulator", "serve", "--port", "0", "--quiet", "--loop", "uvloop")
EMULATOR = (*ON_UVLOOP[:-1], "asyncio")
EMULATORS = (("", EMULATOR), *(((", uvloop", ON_UVLOOP),) if find_spec("uvloop") else ()))
"""What to call it, and the command: on the plain loop, and on uvloop where the extra [speed] is installed."""
YARDSTICK = ("benchmarks.yardstick",)


def start(command: tuple[str, ...]) -> subprocess.Popen[str]:
    """A server's process. It may write bytecode, as pip does for what it installs."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.PIPE, text=True, env=environment)


class Server(NamedTuple):
    """A server under measurement, and all URLs of its ready line by name."""

    urls: dict[str, str]
    pid: int

    @property
    def url(self) -> str:
        """Of HTTP."""
        return self.urls["http"]

    def processor(self) -> float:
        """Seconds of the processor that its main thread has had."""
        return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[0]) / 1e9


@contextmanager
def started(command: tuple[str, ...]) -> Iterator[Server]:
    """A server, as long as the block lasts."""
    process = start(command)
    try:
        assert process.stdout is not None
        ready = process.stdout.readline().split()
        if os.cpu_count() != 1 and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
        yield Server(dict(pair.split("=", 1) for pair in ready[1:]), process.pid)
    finally:
        process.terminate()
        process.wait(10)


def on_core(choose: Callable[[set[int]], int]) -> Callable[[], None] | None:
    """What puts a new process on the first (min) or last (max) core, where there are several."""
    if os.cpu_count() == 1 or not hasattr(os, "sched_setaffinity"):
        return None
    cores = {choose(os.sched_getaffinity(0))}
    return lambda: os.sched_setaffinity(0, cores)


@contextmanager
def receiving(count: int) -> Iterator[tuple[str, Callable[[], list[str]]]]:
    """An endpoint for callbacks on the last core: its URL, and what waits until `count` have come and tells of them."""
    command = [sys.executable, "-m", "benchmarks.callbacks_receiver", str(count)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=on_core(max))
    try:
        out = process.stdout
        assert out is not None
        yield out.readline().split("=", 1)[1].strip(), lambda: out.readline().split()
    finally:
        process.terminate()
        process.wait(10)


def load(url: str, path: str, connections: int, seconds: float, kept: bool = True, anywhere: bool = False) -> float:
    """Requests a second, from a load process on the last core, or wherever there is room."""
    command = [sys.executable, "-m", "benchmarks.load", url, str(connections), str(seconds), str(int(kept)), path]
    where = None if anywhere else on_core(max)
    done = subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=where)
    return float(done.stdout)


def call(url: str, body: str, method: str = "POST", seconds: float = 30) -> bytes:
    """One call of the control API."""
    request = urllib.request.Request(url, body.encode(), {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=seconds) as answer:
        found: bytes = answer.read()
    return found
