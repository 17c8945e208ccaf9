"""A loop over sockets of this machine, in real time, but that nobody waits for hours: a wait in which no socket stirs
ends after `longest` real seconds, and the moment that it was for is there.

All ends of all connections are in this process, so what was written is on its way until the kernel says otherwise; no
wait is cut short meanwhile.
"""

import asyncio
import selectors
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import Context
from functools import partial
from time import perf_counter
from typing import Any, Protocol, TypeVarTuple

from emulator.world.errors import OutOfWorld
from emulator.world.loop import MOST_TURNS, WorldLoop, no_tls
from emulator.world.process import Life, current, if_alive, life_in

if sys.platform != "win32":  # which tells nobody what is under way
    import fcntl
    import termios

Ts = TypeVarTuple("Ts")

LONGEST = 1.0
_GRACE = 0.002
"""Real seconds in which a socket may still bring something, before a wait is cut short;"""
_PATIENCE = 250
"""so many times at most, while something is under way."""


class HearsTurns(Protocol):
    """Hears of each turn of a loop."""

    def turn(self, waits: bool) -> None:
        """One begins; does it wait, for time or for ever?"""

    def cut(self, left: float | None) -> None:
        """A wait is cut short: so many seconds were left of it, None when it was for ever."""


class CuttingSelector(selectors.BaseSelector):
    """Waits `longest` seconds at most."""

    def __init__(self, turns: HearsTurns, sockets: selectors.BaseSelector, longest: float) -> None:
        self._turns = turns
        self._sockets = sockets
        self._longest = longest

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._sockets.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._sockets.unregister(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._sockets.get_map()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self._turns.turn(timeout != 0)
        wait = self._longest if timeout is None else min(timeout, self._longest)
        found = self._sockets.select(wait)
        if found or wait == timeout:
            return found
        for patience in range(_PATIENCE):
            still = not self._under_way()  # asked before: what comes meanwhile is found
            found = self._sockets.select(_GRACE)
            if found:
                return found
            if patience and still:
                break
        self._turns.cut(None if timeout is None else timeout - wait)
        return []

    def _under_way(self) -> bool:
        """Is there a socket that connects, or whose octets the other end has not got? A busy machine takes its time."""
        for key in self.get_map().values():
            if key.events & selectors.EVENT_WRITE:
                return True
            if sys.platform != "win32":
                with suppress(OSError):  # a listening one has none
                    if any(fcntl.ioctl(key.fd, termios.TIOCOUTQ, bytes(4))):
                        return True
        return False

    def close(self) -> None:
        self._sockets.close()


class SocketLoop(WorldLoop, asyncio.SelectorEventLoop):
    def __init__(self, longest: float = LONGEST) -> None:
        WorldLoop.__init__(self)
        self._turns = 0
        self._began = perf_counter()
        self._cut_short = 0.0
        """Seconds that nobody has waited for."""
        self._open: list[tuple[Life | None, asyncio.AbstractServer | asyncio.WriteTransport]] = []
        """What has sockets, and whose it is."""
        asyncio.SelectorEventLoop.__init__(self, CuttingSelector(self, selectors.DefaultSelector(), longest))
        if not longest >= 0:
            self.close()
            raise ValueError(f"a wait of at most {longest:g} seconds: write 0 or more")

    def time(self) -> float:
        return perf_counter() - self._began + self._cut_short

    def turn(self, waits: bool) -> None:
        self.total_turns += 1
        self._turns = 0 if waits else self._turns + 1
        if self._turns > MOST_TURNS:
            self._turns = 0
            self.spinning()

    def cut(self, left: float | None) -> None:
        if left is None:
            self.stuck()
        self._cut_short += left

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:  # fmt: skip
        life = life_in(context)
        if life is None:
            return super().call_at(when, callback, *args, context=context)
        return super().call_at(when, partial(if_alive, life, callback, *args), context=context)

    # connections

    async def getaddrinfo(self, host: Any, port: Any, **how: Any) -> Any:
        _of_this_machine(host)
        return socket.getaddrinfo(host, port, **how)

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        _of_this_machine(address[0])
        await super().sock_connect(sock, address)

    async def create_connection(
        self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **how: Any
    ) -> tuple[Any, Any]:
        no_tls(how)
        made: tuple[Any, Any] = await super().create_connection(protocol_factory, host, port, **how)
        self._open.append((current(), made[0]))
        return made

    async def create_server(
        self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **how: Any
    ) -> Any:
        no_tls(how)
        life = current()

        def accept() -> asyncio.Protocol:
            return _Introduction(protocol_factory(), lambda transport: self._open.append((life, transport)))

        server = await super().create_server(accept, host, port, **how)
        self._open.append((life, server))
        return server

    def gone(self, life: Life) -> None:
        for owner, one in self._open:
            if owner is life:
                one.close() if isinstance(one, asyncio.AbstractServer) else one.abort()
        self._open = [(owner, one) for owner, one in self._open if owner is not life]


class _Introduction(asyncio.Protocol):
    """In the place of a protocol until its connection is there, which `met` hears of."""

    def __init__(self, protocol: asyncio.BaseProtocol, met: Callable[[asyncio.WriteTransport], None]) -> None:
        self._protocol = protocol
        self._met = met

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            self._met(transport)
        transport.set_protocol(self._protocol)
        self._protocol.connection_made(transport)


def _of_this_machine(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name not in (None, "", "localhost", "0.0.0.0", "::", "::1") and not str(name).startswith("127."):
        raise OutOfWorld(f"the application connects to {name}, which is not in the world")
