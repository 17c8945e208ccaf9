"""The network of a world: who listens where, connections between them, how long things are under way, and the faults of
the plan. What the test itself asks is always at once and never lost."""

import asyncio
import socket
import sys
from collections.abc import Callable
from contextvars import Context, copy_context
from hashlib import blake2b
from struct import Struct
from typing import Any, NamedTuple, Protocol

from emulator.world.errors import OutOfWorld
from emulator.world.plan import Fault
from emulator.world.process import PROVIDERS, TEST, Life, current, who
from emulator.world.transport import End, Item

HOST = "127.0.0.1"
_FIRST_PORT = 40_000
PYTHON = b"Python/%d.%d" % sys.version_info[:2]
_FEW = 64
_HEAD = Struct("<dI?i")
_DRAWS = Struct("<16I")


class Weather(NamedTuple):
    """How the network is: seconds that things are under way, and which faults a plan may draw, at most so many."""

    latency: tuple[float, float] = (0.0005, 0.002)
    faults: tuple[str, ...] = ()
    most: int = 0


QUIET = Weather()
ROUGH = Weather((0.001, 0.12), ("lost", "lost", "silent", "late", "late"), 2)
WEATHERS = {"quiet": QUIET, "rough": ROUGH}


class Course(Protocol):
    """Hears what happens on the network."""

    def turn(self, who: str, to: str, said: bytes) -> Fault | None: ...


class Connection:
    """Two ends and what is between them."""

    def __init__(self, network: "Network", number: int, ideal: bool, names: tuple[str, str]) -> None:
        self._network = network
        self._ideal = ideal
        self._names = names
        self._number = number
        self._drawn: tuple[int, ...] = ()
        self._draws = 0
        self.ends: tuple[End, End]
        self._speaks: End | None = None
        self._fault: Fault | None = None

    def says(self, end: End, data: bytes) -> None:
        if end is self._speaks or self._ideal:
            return
        self._speaks = end
        names = self._names if end is self.ends[0] else self._names[::-1]
        self._fault = self._network.course.turn(*names, data)
        if self._fault is not None and self._fault.kind == "lost":
            self._network.loop.call_later(self.latency(), self._break, context=Context())

    def _break(self) -> None:
        for end in self.ends:
            end.break_()

    def latency(self) -> float:
        """Of what leaves next: the seed of the world, the connection and how many there were before decide, and nothing
        else, so that a fault elsewhere changes no other."""
        if self._ideal:
            return 0.0
        which = self._draws % 16
        if not which:
            text = f"{self._network.seed}/{self._number}/{self._draws}"
            self._drawn = _DRAWS.unpack(blake2b(text.encode()).digest())
        self._draws += 1
        low, high = self._network.weather.latency
        return low + (high - low) * self._drawn[which] / 0xFFFFFFFF

    def delay(self, end: End) -> float | None:
        fault = self._fault if end is self._speaks else None
        if fault is None:
            return self.latency()
        return self.latency() + fault.seconds if fault.kind == "late" else None

    def came(self, end: End, item: Item) -> None:
        if not self._ideal:
            self._network.note(self._number, end is self.ends[0], item)


class Listener(asyncio.AbstractServer):
    """A server of the network."""

    def __init__(
        self, network: "Network", address: tuple[str, int], factory: Callable[[], Any], life: Life | None,
    ) -> None:  # fmt: skip
        self._network = network
        self.address = address
        self.factory = factory
        self.life = life
        self.context: Context = copy_context()
        self.sockets = (Address(address),)
        self.name = who(life)

    def close(self) -> None:
        self._network.listeners.pop(self.address, None)
        for one in self.sockets:
            one.close()

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._network.loop

    def is_serving(self) -> bool:
        return self._network.listeners.get(self.address) is self

    async def start_serving(self) -> None: ...

    async def serve_forever(self) -> None:
        await asyncio.get_running_loop().create_future()

    async def wait_closed(self) -> None:
        await asyncio.sleep(0)

    def close_clients(self) -> None: ...

    def abort_clients(self) -> None: ...


class Address:
    """Stands for a listening socket: where it is, and nothing else."""

    family = socket.AF_INET
    type = socket.SOCK_STREAM

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address

    def getsockname(self) -> tuple[str, int]:
        return self._address

    def setblocking(self, blocks: bool) -> None: ...

    def close(self) -> None: ...


class Network:
    """`loop` and `course` are set by whoever makes them."""

    loop: asyncio.AbstractEventLoop
    course: Course

    def __init__(self, seed: int, weather: Weather) -> None:
        self.seed = seed
        self.weather = weather
        self.listeners: dict[tuple[str, int], Listener] = {}
        self._hosts: dict[str, str] = {}
        self._ends: list[End] = []
        self._many = _FEW
        """So many ends there are before those that have closed are forgotten."""
        self._dialled: dict[int, End] = {}
        self._made = 0
        self._port = _FIRST_PORT
        self._trace = blake2b(digest_size=16)

    def note(self, connection: int, to_client: bool, item: Item) -> None:
        """All that goes over the network, and when, into one digest; but for the version by which aiohttp names the
        Python that it runs on, so that another one gives the same."""
        head = _HEAD.pack(self.loop.time(), connection, to_client, -1 if item is None else len(item))
        self._trace.update(head + item.replace(PYTHON, b"Python") if item else head)

    @property
    def trace(self) -> str:
        return self._trace.hexdigest()

    # names

    def getaddrinfo(self, host: Any, port: Any, **how: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else host
        number = int(port or 0)
        if name in (None, "", "localhost", "0.0.0.0", "::"):
            name = HOST
        address = self._hosts.get(name, name)
        try:
            socket.inet_aton(address)
        except OSError:
            raise OutOfWorld(
                f"the application looks up {name!r}, which is not in the world: its providers are at "
                f"{', '.join(sorted(f'{h}:{p}' for h, p in self.listeners))}. Another service belongs into the test as "
                "a fake; SQLite works as it is"
            ) from None
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, number))]

    def name(self, host: str, address: str = HOST) -> None:
        """A name that leads to an address of the world."""
        self._hosts[host] = address

    # listening

    def create_server(self, factory: Callable[[], Any], host: Any, port: Any, **how: Any) -> Listener:
        sock = how.get("sock")
        if sock is not None:
            address = sock.getsockname()[:2]
        else:
            name = host[0] if isinstance(host, list | tuple) and host else host
            address = self.getaddrinfo(name, port or self._free())[0][4]
        if address in self.listeners:
            raise OSError(98, f"error while attempting to bind on address {address}: address already in use")
        listener = self.listeners[address] = Listener(self, address, factory, current())
        return listener

    def _free(self) -> int:
        self._port += 1
        return self._port

    # connecting

    async def connect_socket(self, sock: socket.socket, address: Any) -> None:
        self._dialled[id(sock)] = await self._dial(address[0], address[1])

    async def create_connection(self, factory: Callable[[], Any], host: Any, port: Any, **how: Any) -> tuple[Any, Any]:
        sock = how.get("sock")
        if sock is not None:
            client = self._dialled.pop(id(sock), None)
            if client is None:
                raise OutOfWorld("the application gives a socket that it has connected by itself, outside the world")
            sock.close()
        else:
            address = self.getaddrinfo(host, port)[0][4]
            client = await self._dial(*address)
        return client, client.begin(factory)

    async def _dial(self, host: str, port: int) -> End:
        caller = current()
        listener = self.listeners.get((host, port))
        names = (who(caller), "nobody" if listener is None else listener.name)
        ideal = TEST in names or names == (PROVIDERS, PROVIDERS)
        self._made += 1
        connection = Connection(self, self._made, ideal, names)
        if not ideal:
            await asyncio.sleep(2 * connection.latency())
            listener = self.listeners.get((host, port))
        if listener is None:
            if not (host.startswith("127.") or host == HOST):
                raise OutOfWorld(f"the application connects to {host}:{port}, which is not in the world")
            raise ConnectionRefusedError(111, f"Connect call failed ('{host}', {port})")
        theirs = listener.life
        here, there = (HOST, self._free()), (host, port)
        client = End(self.loop, connection, here, there, caller, copy_context())
        server = End(self.loop, connection, there, here, theirs, listener.context.copy())
        client.other, server.other = server, client
        connection.ends = (client, server)
        if len(self._ends) > self._many:
            self._ends = [end for end in self._ends if not end.gone]
            self._many = 2 * len(self._ends) + _FEW
        self._ends += (client, server)
        server.call(server.begin, listener.factory)
        return client

    # the end of a process

    def gone(self, life: Life) -> None:
        for listener in list(self.listeners.values()):
            if listener.life is life:
                listener.close()
        for end in self._ends:
            if end.life is life:
                end.die()
        self._ends = [end for end in self._ends if end.life is not life]
