"""A served emulator that fills itself and measures: `python -m benchmarks.memory_server [MESSAGES]` prints one of JSON.

The messages go the whole way of a request but for the socket, each with its own number, text and reference. A second
emulator in the process stays empty: sends to either in turn tell what a full store costs a send.
"""

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable
from statistics import median

from emulator.app.emulator import Emulator
from emulator.app.server import Server
from emulator.app.settings import Settings
from emulator.core.accounts import AccountPatch
from emulator.core.admin_commands import PatchAccount
from emulator.http.messages import HttpRequest
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import NewSandbox

_TEXT = "Your%20code%20is%20{n:07},%20valid%20for%20ten%20minutes.%20Thank%20you!"
_TARGET = (
    "/api/v2/send?key=emulator-smsoffice&destination=99557{n:07}&sender=smsoffice&reference=order-{n}"
    f"&content={_TEXT}"
)
_ROUNDS, _SENDS = 40, 250
_STEPS = 100_000
_APART = 70
"""Microseconds of world time between two sends, so that each is due at another moment."""


def _resident() -> int:
    """Bytes of this process in memory."""
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def _took(do: Callable[[], object]) -> float:
    began = time.process_time()
    do()
    return time.process_time() - began


def _ready(emulator: Emulator) -> Sandbox:
    sandbox = emulator.default
    sandbox.control(PatchAccount("smsoffice", AccountPatch(balance=1e9, limits="off", callback_url="")))
    sandbox.clock.rate = 0
    return sandbox


def _send(emulator: Emulator, first: int, count: int) -> None:
    clock = emulator.default.clock
    for n in range(first, first + count):
        clock.move_to(clock.now() + _APART)
        emulator.exchange(HttpRequest(method="GET", target=_TARGET.format(n=n)))


async def _measure(count: int) -> dict[str, float]:
    async with Server(Settings(port=0, smpp_port=0)) as full, Server(Settings(port=0, smpp_port=0)) as empty:
        emulator, sandbox = full.emulator, _ready(full.emulator)
        _ready(empty.emulator)
        idle = _resident()
        _send(emulator, 0, count)
        pending = _resident()
        await emulator.clock_driver(sandbox).walk(3600.0, 3600.0)
        final = _resident()
        both: list[list[float]] = [[], []]
        for turn in range(_ROUNDS):
            for place, one in enumerate((emulator, empty.emulator)):
                both[place].append(_took(lambda one=one, turn=turn: _send(one, count + turn * _SENDS, _SENDS)))  # type: ignore[misc]
        store, some = sandbox.engine.state.store, f"99557{count // 2:07}"
        found = _took(lambda: list(store.to_number(some)))
        contained = _took(lambda: [*store.likely(0, text="code is 00123")])
        await emulator.clock_driver(sandbox).walk(3600.0, 3600.0)
        snapshot = _took(lambda: len(sandbox.engine.state.dump()))
        emulator.reset(sandbox)
        _ready(emulator)
        _send(emulator, 0, _STEPS)
        steps = await _walked(emulator, sandbox)
        before = _resident()
        made = _took(lambda: [emulator.create(NewSandbox()) for _ in range(200)])
        return {
            "idle": idle, "pending": pending, "final": final, "count": count,
            "ratio": median(a / b for a, b in zip(*both, strict=True)),
            "full": median(both[0]) / _SENDS, "empty": median(both[1]) / _SENDS,
            "found": found, "contained": contained, "snapshot": snapshot, "steps": steps, "sandbox": made / 200,
            "sandbox_bytes": (_resident() - before) / 200,
        }  # fmt: skip


async def _walked(emulator: Emulator, sandbox: Sandbox) -> float:
    began = time.process_time()
    await emulator.clock_driver(sandbox).walk(3600.0, 3600.0)
    return time.process_time() - began


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))))
