"""What the loops of worlds have in common: executors work in place, timers die with their process, what no world has is
refused by name, and a moment has an end."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, NoReturn, TypeVarTuple

from emulator.world.errors import OutOfWorld, Spinning, Stuck
from emulator.world.network import Network
from emulator.world.process import Life
from emulator.world.waiting import who_waits

Ts = TypeVarTuple("Ts")

MOST_TURNS = 20_000
"""So many turns of the loop one moment may take."""


class WorldLoop(asyncio.AbstractEventLoop):
    """`network`: where connections lead; None for real sockets of this machine."""

    network: Network | None = None

    def __init__(self) -> None:
        self.blocked = 0.0
        """Seconds that the function in an executor has slept."""
        self.in_executor = False
        self.total_turns = 0

    def gone(self, life: Life) -> None:
        """A process is dead: the kernel closes what it had open."""
        raise NotImplementedError

    def stuck(self) -> NoReturn:
        raise Stuck(f"Nothing can happen any more, and these still wait:\n{who_waits(self)}")

    def spinning(self) -> NoReturn:
        raise Spinning(
            f"The loop has come round {MOST_TURNS:,} times and no time has passed: something waits by "
            f"`await asyncio.sleep(0)` in a circle. These run or wait:\n{who_waits(self)}"
        )

    # threads: in place

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], Any], *args: *Ts
    ) -> "asyncio.Future[Any]":
        """At once, here; what it sleeps (time.sleep) passes before it is done."""
        done: asyncio.Future[Any] = self.create_future()
        before, self.blocked, self.in_executor = (self.blocked, self.in_executor), 0.0, True
        try:
            value, error = func(*args), None
        except Exception as raised:
            value, error = None, raised
        finally:
            slept = self.blocked
            self.blocked, self.in_executor = before

        def finish() -> None:
            if done.done():
                return
            if error is None:
                done.set_result(value)
            else:
                done.set_exception(error)

        if slept:
            self.call_later(slept, finish)
        else:
            finish()
        return done

    # what is not in the world

    async def sendfile(self, *args: Any, **how: Any) -> int:
        raise NotImplementedError  # callers then send what they read

    def add_signal_handler(self, sig: int, callback: Callable[[*Ts], object], *args: *Ts) -> None:
        raise NotImplementedError  # as on Windows: who asks for signals goes without them

    async def create_datagram_endpoint(self, *args: Any, **how: Any) -> Any:
        refuse("a UDP socket")

    async def create_unix_connection(self, *args: Any, **how: Any) -> Any:
        refuse("a Unix socket")

    async def create_unix_server(self, *args: Any, **how: Any) -> Any:
        refuse("a Unix socket")

    async def subprocess_exec(self, *args: Any, **how: Any) -> Any:
        refuse("a subprocess")

    async def subprocess_shell(self, *args: Any, **how: Any) -> Any:
        refuse("a subprocess")


def refuse(what: str) -> NoReturn:
    raise OutOfWorld(f"the application asks for {what}: that is outside the world, whose time does not run there")


def no_tls(how: dict[str, Any]) -> None:
    """Of a connection or a server."""
    if how.get("ssl") is not None:
        raise OutOfWorld(
            "the application asks for TLS: its handshake is made of chance that no seed gives, so nothing could be "
            "played again. Give it the world's http:// address (world.base_url)"
        )
