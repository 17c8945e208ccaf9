"""The standard library as a world has it: time, chance, and what would lead out of it. For this thread alone, and only
while the world's loop runs."""

import os
import random
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NoReturn

from emulator.world.errors import OutOfWorld
from emulator.world.loop import WorldLoop

_UNKNOWN = "is outside the world, whose time does not run there"


@contextmanager
def natural(loop: WorldLoop, seed: int, began: float) -> Iterator[None]:
    """`began`: what `time.time()` says at the loop's second 0."""
    here = threading.get_ident()
    chance = random.Random(f"chance {seed}")
    before = random.getstate()
    with ExitStack() as stack:

        def put(holder: Any, name: str, in_world: Callable[..., Any]) -> None:
            real = getattr(holder, name)

            def either(*args: Any, **how: Any) -> Any:
                return (in_world if threading.get_ident() == here else real)(*args, **how)

            either.__name__ = either.__qualname__ = name
            setattr(holder, name, either)
            stack.callback(setattr, holder, name, real)

        def sleep(seconds: float) -> None:
            if not loop.in_executor:
                _out("time.sleep in the event loop: everything stands still meanwhile, also outside of tests. "
                     "`await asyncio.sleep(...)` lets the others go on")  # fmt: skip
            loop.blocked += seconds

        put(time, "time", lambda: began + loop.time())
        put(time, "time_ns", lambda: round((began + loop.time()) * 1e6) * 1000)
        put(time, "sleep", sleep)
        put(os, "urandom", chance.randbytes)
        put(random.SystemRandom, "random", lambda _: chance.random())
        put(random.SystemRandom, "getrandbits", lambda _, bits: chance.getrandbits(bits))
        put(random.SystemRandom, "randbytes", lambda _, size: chance.randbytes(size))
        put(threading.Thread, "start", lambda thread: _out(
            f"A thread ({thread.name}) {_UNKNOWN}. asyncio.to_thread and run_in_executor work: at once, in place"
        ))  # fmt: skip
        put(subprocess.Popen, "__init__", lambda *_, **__: _out(f"A subprocess {_UNKNOWN}"))
        if loop.network is not None:
            for name in ("connect", "connect_ex"):
                put(socket.socket, name, lambda _, address, *__: _out(
                    f"A blocking connection to {address} {_UNKNOWN}: use an asynchronous client (aiohttp, httpx, "
                    "the reference client's Async... classes)"
                ))  # fmt: skip
        random.seed(f"random {seed}")
        stack.callback(random.setstate, before)
        yield


def _out(why: str) -> NoReturn:
    raise OutOfWorld(why)
