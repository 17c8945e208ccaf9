"""The standard library as a world has it: time, chance, and what would lead out of it. For this thread alone, and only
while the world's loop runs."""

import inspect
import os
import random
import socket
import subprocess
import sys
import threading
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from types import BuiltinFunctionType, FunctionType
from typing import Any, NoReturn

from emulator.world.errors import OutOfWorld
from emulator.world.loop import WorldLoop

_UNKNOWN = "is outside the world, whose time does not run there"


_REAL: dict[str, Callable[..., Any]] = {name: getattr(time, name) for name in (
    "time", "time_ns", "monotonic", "monotonic_ns", "sleep", "gmtime", "localtime", "ctime", "asctime", "strftime"
)}  # fmt: skip
if hasattr(uuid, "uuid7"):  # from Python 3.14 on: it goes on from the last moment that it saw, in whatever world
    _REAL["uuid7"] = uuid.uuid7
_CLOCKS = {real: name for name, real in _REAL.items()}
"""Functions that modules take out of `time` and `uuid` when they are imported."""
_taken: list[tuple[Any, str, str]] = []
"""Modules that have one, `time` and `uuid` among them: the module, its name there, its name in these."""
_looked_into: dict[str, Any] = {}


def _taken_clocks() -> list[tuple[Any, str, str]]:
    if sys.modules == _looked_into:
        return _taken
    for gone in _looked_into.keys() - sys.modules.keys():
        del _looked_into[gone]
    for name, module in list(sys.modules.items()):
        if _looked_into.get(name) is module:
            continue
        _looked_into[name] = module
        for own, value in list(getattr(module, "__dict__", {}).items()):
            if isinstance(value, BuiltinFunctionType | FunctionType) and value in _CLOCKS:
                _taken.append((module, own, _CLOCKS[value]))
    return _taken


_natures: dict[int, dict[Callable[..., Any], Callable[..., Any]]] = {}
"""By thread: what stands for real functions in its world."""


@cache
def _by_thread(real: Callable[..., Any]) -> Callable[..., Any]:
    """The world's own in the thread of a world, the real one elsewhere. Whoever takes it out of its module while a
    world runs has the real one again behind it."""

    def either(*args: Any, **how: Any) -> Any:
        mine = _natures.get(threading.get_ident())
        return (real if mine is None else mine[real])(*args, **how)

    either.__name__ = either.__qualname__ = real.__name__
    return either


@contextmanager
def natural(loop: WorldLoop, seed: int, began: float) -> Iterator[None]:
    """`began`: what `time.time()` says at the loop's second 0."""
    chance = random.Random(f"chance {seed}")
    before = random.getstate()
    mine: dict[Callable[..., Any], Callable[..., Any]] = {}
    with ExitStack() as stack:

        def put(holder: Any, name: str, in_world: Callable[..., Any]) -> None:
            real = getattr(holder, name)
            mine[real] = in_world
            setattr(holder, name, _by_thread(real))
            stack.callback(setattr, holder, name, real)

        def sleep(seconds: float) -> None:
            if not loop.in_executor:
                _out("time.sleep in the event loop: everything stands still meanwhile, also outside of tests. "
                     "`await asyncio.sleep(...)` lets the others go on")  # fmt: skip
            loop.blocked += seconds

        def now() -> float:
            return began + loop.time()

        def told(name: str) -> Callable[..., Any]:
            """Of seconds; of this moment when there are none."""
            return lambda seconds=None: _REAL[name](now() if seconds is None else seconds)

        here_and_now = told("localtime")
        clocks: dict[str, Callable[..., Any]] = {
            "time": now, "time_ns": lambda: round(now() * 1e6) * 1000,
            "monotonic": loop.time, "monotonic_ns": lambda: round(loop.time() * 1e9), "sleep": sleep,
            "gmtime": told("gmtime"), "localtime": here_and_now, "ctime": told("ctime"),
            "asctime": lambda when=None: _REAL["asctime"](when or here_and_now()),
            "strftime": lambda how, when=None: _REAL["strftime"](how, when or here_and_now()),
            "uuid7": _uuid7(lambda: round(now() * 1000), chance),
        }  # fmt: skip
        for module, own, name in _taken_clocks():
            put(module, own, clocks[name])
        put(os, "urandom", chance.randbytes)
        put(random.SystemRandom, "random", lambda _: chance.random())
        put(random.SystemRandom, "getrandbits", lambda _, bits: chance.getrandbits(bits))
        put(random.SystemRandom, "randbytes", lambda _, size: chance.randbytes(size))
        put(threading.Thread, "start", _no_thread)
        put(subprocess.Popen, "__init__", lambda *_, **__: _out(f"A subprocess {_UNKNOWN}"))
        for name in ("connect", "connect_ex"):
            put(socket.socket, name, _only_asynchronous(getattr(socket.socket, name), loop))
        put(socket, "getaddrinfo", _only_numbers(socket.getaddrinfo))
        if (uvloop := sys.modules.get("uvloop")) is not None:
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # install: from Python 3.14 on
                for name in ("install", "new_event_loop", "run"):
                    put(uvloop, name, lambda *_, **__: _out(
                        "uvloop keeps a time of its own, which no world can turn: the application runs in the loop of "
                        "the world, so leave uvloop to whoever starts it outside of tests"
                    ))  # fmt: skip
        random.seed(f"random {seed}")
        stack.callback(random.setstate, before)
        here = threading.get_ident()
        _natures[here] = mine
        stack.callback(_natures.pop, here)
        yield


def _uuid7(milliseconds: Callable[[], int], chance: random.Random) -> Callable[[], uuid.UUID]:
    """A world's own (RFC 9562, 5.7 and method 1 of 6.2): those of one moment count on from a random number."""
    last = counter = -1

    def one() -> uuid.UUID:
        nonlocal last, counter
        if (at := milliseconds()) > last:
            last, counter = at, chance.getrandbits(41)
        else:
            counter += 1
        high, low = divmod(counter, 1 << 30)
        return uuid.UUID(int=last << 80 | 7 << 76 | high << 64 | 2 << 62 | low << 32 | chance.getrandbits(32))

    return one


def _no_thread(thread: threading.Thread) -> None:
    if inspect.stack(0)[2].frame.f_globals.get("__name__") == "asgiref.sync":
        thread.run()  # Django waits there for the threads of an executor, which has none
    else:
        _out(f"A thread ({thread.name}) {_UNKNOWN}. asyncio.to_thread and run_in_executor work: at once, in place")


def _only_numbers(look_up: Callable[..., Any]) -> Callable[..., Any]:
    """A name that is looked up by a blocking call leads out of the world; an address is one already."""

    def either(host: Any, *args: Any, **how: Any) -> Any:
        if host not in (None, "", "localhost"):
            try:
                look_up(host, None, flags=socket.AI_NUMERICHOST)
            except OSError:
                _out(f"A blocking look-up of {host!r} {_UNKNOWN}: use an asynchronous client")
        return look_up(host, *args, **how)

    return either


def _only_asynchronous(connect: Callable[..., Any], loop: WorldLoop) -> Callable[..., Any]:
    """Over sockets of this machine asynchronous clients have some that do not block; in memory nobody has any."""

    def either(sock: socket.socket, address: Any) -> Any:
        if loop.network is None and sock.gettimeout() == 0:
            return connect(sock, address)
        sock.close()  # most callers do so for an OSError alone
        _out(f"A blocking connection to {address} {_UNKNOWN}: use an asynchronous client (aiohttp, httpx, the "
             "reference client's Async... classes)")  # fmt: skip

    return either


def _out(why: str) -> NoReturn:
    raise OutOfWorld(why)
