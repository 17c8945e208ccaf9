"""An event loop whose time jumps: when nothing can happen at this moment, the next one that something is due at is
there. Everything is asyncio's own but the time, the selector, and where connections lead.

Over `network` they stay in memory. Without one they are real sockets, and time jumps only while none has anything to
read: all ends of all connections are in this process, so what was written is there at once.
"""

import asyncio
import selectors
import socket
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from contextvars import Context
from typing import Any, NoReturn, TypeVarTuple, Unpack

from emulator.world.errors import OutOfWorld, Spinning, Stuck
from emulator.world.network import Network, no_tls
from emulator.world.process import Life, current, life_in
from emulator.world.waiting import who_waits

if sys.platform != "win32":  # which tells nobody what is under way
    import fcntl
    import termios

Ts = TypeVarTuple("Ts")

MOST_TURNS = 20_000
"""So many turns of the loop one moment may take."""
_GRACE = 0.002
"""Real seconds in which a socket may still bring something, before time jumps;"""
_PATIENCE = 250
"""so many times at most, while something is under way."""


class JumpingSelector(selectors.BaseSelector):
    """Never waits for time. `jump` is told how long there is nothing to do: None when for ever."""

    def __init__(self, jump: Callable[[float | None], None], sockets: selectors.BaseSelector | None) -> None:
        self._jump = jump
        self._sockets = sockets
        self._keys: dict[Any, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        if self._sockets is not None:
            return self._sockets.register(fileobj, events, data)
        number = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        key = self._keys[number] = selectors.SelectorKey(fileobj, number, events, data)
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        if self._sockets is not None:
            return self._sockets.unregister(fileobj)
        return self._keys.pop(fileobj if isinstance(fileobj, int) else fileobj.fileno())

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys if self._sockets is None else self._sockets.get_map()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self._sockets is not None:
            found = self._sockets.select(0)
            if found or timeout == 0:
                self._jump(0)
                return found
            for patience in range(_PATIENCE):
                found = self._sockets.select(_GRACE)
                if found:
                    return found
                if patience and not self._under_way():
                    break
        self._jump(timeout)
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
        self._keys.clear()
        if self._sockets is not None:
            self._sockets.close()


class WorldLoop(asyncio.SelectorEventLoop):
    """`network`: where connections lead; None for real sockets of this machine."""

    def __init__(self, network: Network | None) -> None:
        self._moment = 0.0
        self._turns = 0
        self.network = network
        self.blocked = 0.0
        """Seconds that the function in an executor has slept."""
        self.in_executor = False
        real = selectors.DefaultSelector() if network is None else None
        super().__init__(JumpingSelector(self._jump, real))
        self.total_turns = 0
        self._real: list[tuple[Life | None, asyncio.AbstractServer | asyncio.WriteTransport]] = []
        """What has real sockets, and whose it is."""

    def time(self) -> float:
        return self._moment

    def _jump(self, seconds: float | None) -> None:
        if seconds is None:
            raise Stuck(f"Nothing can happen any more, and these still wait:\n{who_waits(self)}")
        self.total_turns += 1
        if seconds > 0:
            self._moment += seconds
            self._turns = 0
            return
        self._turns += 1
        if self._turns > MOST_TURNS:
            self._turns = 0
            raise Spinning(
                f"The loop has come round {MOST_TURNS:,} times and no time has passed: something waits by "
                f"`await asyncio.sleep(0)` in a circle. These run or wait:\n{who_waits(self)}"
            )

    def call_at(
        self, when: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:  # fmt: skip
        """A timer of a process dies with it."""
        life = life_in(context)
        if life is None:
            return super().call_at(when, callback, *args, context=context)

        def go() -> None:
            if not life.dead:
                callback(*args)

        return super().call_at(when, go, context=context)

    # threads: in place

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], Any], *args: *Ts
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

    # connections: in memory

    async def getaddrinfo(self, host: Any, port: Any, **how: Any) -> Any:
        if self.network is None:
            _of_this_machine(host)
            return socket.getaddrinfo(host, port, **how)
        return self.network.getaddrinfo(host, port, **how)

    async def sock_connect(self, sock: socket.socket, address: Any) -> None:
        if self.network is None:
            _of_this_machine(address[0])
            return await super().sock_connect(sock, address)
        await self.network.connect_socket(sock, address)

    async def create_connection(
        self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **how: Any
    ) -> tuple[Any, Any]:
        if how.get("ssl") is not None:
            no_tls()
        if self.network is None:
            made: tuple[Any, Any] = await super().create_connection(protocol_factory, host, port, **how)
            self._real.append((current(), made[0]))
            return made
        return await self.network.create_connection(protocol_factory, host, port, **how)

    async def create_server(
        self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **how: Any
    ) -> Any:
        if how.get("ssl") is not None:
            no_tls()
        if self.network is None:
            life = current()

            def accept() -> asyncio.Protocol:
                return _Introduction(protocol_factory(), lambda transport: self._real.append((life, transport)))

            server = await super().create_server(accept, host, port, **how)
            self._real.append((life, server))
            return server
        return self.network.create_server(protocol_factory, host, port, **how)

    def gone(self, life: Life) -> None:
        """A process is dead: the kernel closes what it had open."""
        if self.network is not None:
            self.network.gone(life)
        for owner, one in self._real:
            if owner is life:
                one.close() if isinstance(one, asyncio.AbstractServer) else one.abort()
        self._real = [(owner, one) for owner, one in self._real if owner is not life]

    async def sendfile(self, *args: Any, **how: Any) -> int:
        raise NotImplementedError  # callers then send what they read

    def add_signal_handler(self, sig: int, callback: Callable[[Unpack[Ts]], object], *args: *Ts) -> None:
        raise NotImplementedError  # as on Windows: who asks for signals goes without them

    # what is not in the world

    async def create_datagram_endpoint(self, *args: Any, **how: Any) -> Any:
        _refuse("a UDP socket")

    async def create_unix_connection(self, *args: Any, **how: Any) -> Any:
        _refuse("a Unix socket")

    async def create_unix_server(self, *args: Any, **how: Any) -> Any:
        _refuse("a Unix socket")

    async def subprocess_exec(self, *args: Any, **how: Any) -> Any:
        _refuse("a subprocess")

    async def subprocess_shell(self, *args: Any, **how: Any) -> Any:
        _refuse("a subprocess")

    def add_reader(self, fd: Any, callback: Callable[[Unpack[Ts]], Any], *args: *Ts) -> None:
        if self.network is not None:
            _refuse("a socket or file that a library watches by itself (add_reader)")
        super().add_reader(fd, callback, *args)

    def add_writer(self, fd: Any, callback: Callable[[Unpack[Ts]], Any], *args: *Ts) -> None:
        if self.network is not None:
            _refuse("a socket or file that a library watches by itself (add_writer)")
        super().add_writer(fd, callback, *args)


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


def _refuse(what: str) -> NoReturn:
    raise OutOfWorld(f"the application asks for {what}: that is outside the world, whose time does not run there")
