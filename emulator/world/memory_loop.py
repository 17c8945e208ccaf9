"""A loop over a network in memory: what is ready is done in its order, and when nothing is, the moment that the next
timer is due at is there. It has no selector, and its handles keep no books, so that a turn costs half of what asyncio's
own loops take for one."""

import asyncio
import logging
import sys
from asyncio import _set_running_loop
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
from contextvars import Context, copy_context
from heapq import heappop, heappush
from socket import socket
from typing import Any, TypeVar, TypeVarTuple
from weakref import WeakSet

from emulator.world.loop import MOST_TURNS, WorldLoop, no_tls, refuse
from emulator.world.network import Network
from emulator.world.process import Life, if_alive, life_in

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class _Handle(asyncio.TimerHandle):
    """A callback that is due at a moment. One that is cancelled has no function."""

    __slots__ = ("args", "context", "function", "moment")

    def __init__(self, function: Any, args: tuple[Any, ...], context: Context | None, moment: float) -> None:
        self.function = function
        self.args = args
        self.context = copy_context() if context is None else context
        self.moment = moment

    def cancel(self) -> None:
        self.function = None
        self.args = ()

    def cancelled(self) -> bool:
        return self.function is None

    def when(self) -> float:
        return self.moment

    def get_context(self) -> Context:
        return self.context

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        return f"<{'cancelled' if self.function is None else self.function!r} at {self.moment}>"


class MemoryLoop(WorldLoop):
    network: Network

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        self._moment = 0.0
        self._turns = 0
        self._ready: deque[_Handle] = deque()
        self._timers: list[tuple[float, int, _Handle]] = []
        self._numbered = 0
        self._runs = self._stops = self._closed = False
        self._generators: WeakSet[AsyncGenerator[Any, Any]] = WeakSet()
        self._task_factory: Any = None
        self._exception_handler: Any = None

    # running

    def run_forever(self) -> None:
        if self._closed or self._runs:
            raise RuntimeError("This event loop is closed" if self._closed else "This event loop is already running")
        hooks = sys.get_asyncgen_hooks()
        self._runs = True
        try:
            sys.set_asyncgen_hooks(self._generators.add, self._throw_away)
            _set_running_loop(self)
            self._run()
        finally:
            self._runs = self._stops = False
            _set_running_loop(None)
            sys.set_asyncgen_hooks(*hooks)

    def _run(self) -> None:
        ready = self._ready
        while True:
            if not ready and not self._stops:
                self._jump()
            self.total_turns += 1
            self._turns += 1
            if self._turns > MOST_TURNS:
                self._turns = 0
                self.spinning()
            for _ in range(len(ready)):
                handle = ready.popleft()
                if handle.function is None:
                    continue
                try:
                    handle.context.run(handle.function, *handle.args)
                except (SystemExit, KeyboardInterrupt):
                    raise
                except BaseException as error:
                    self.call_exception_handler(
                        {"message": f"Exception in callback {handle!r}", "exception": error, "handle": handle}
                    )
            if self._stops:
                return

    def _jump(self) -> None:
        """To the next moment that anything is due at."""
        timers, ready = self._timers, self._ready
        while timers and timers[0][2].function is None:
            heappop(timers)
        if not timers:
            self.stuck()
        moment = self._moment = timers[0][0]
        self._turns = 0
        while timers and timers[0][0] <= moment:
            ready.append(heappop(timers)[2])

    def run_until_complete(self, future: Generator[Any, None, T] | Awaitable[T]) -> T:
        own = not asyncio.isfuture(future)
        task: asyncio.Future[T] = asyncio.ensure_future(future, loop=self)  # type: ignore
        task.add_done_callback(self._done)
        try:
            self.run_forever()
        except BaseException:
            if own and task.done() and not task.cancelled():
                task.exception()  # it is known here: nobody need be told again
            raise
        finally:
            task.remove_done_callback(self._done)
        if not task.done():
            raise RuntimeError("Event loop stopped before Future completed.")
        return task.result()

    def _done(self, task: "asyncio.Future[Any]") -> None:
        if task.cancelled() or not isinstance(task.exception(), (SystemExit, KeyboardInterrupt)):
            self.stop()

    def stop(self) -> None:
        self._stops = True

    def is_running(self) -> bool:
        return self._runs

    def is_closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        self._closed = True
        self._ready.clear()
        self._timers.clear()

    def _throw_away(self, generator: AsyncGenerator[Any, Any]) -> None:
        self._generators.discard(generator)
        if not self._closed:
            self.call_soon(self.create_task, generator.aclose())

    async def shutdown_asyncgens(self) -> None:
        generators = list(self._generators)
        self._generators.clear()
        await asyncio.gather(*(one.aclose() for one in generators), return_exceptions=True)

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """There is none."""

    def set_default_executor(self, executor: Any) -> None:
        """None is used."""

    # callbacks and timers

    def time(self) -> float:
        return self._moment

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> _Handle:  # fmt: skip
        handle = _Handle(callback, args, context, self._moment)
        self._ready.append(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> _Handle:  # fmt: skip
        return self.call_soon(callback, *args, context=context)

    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> _Handle:  # fmt: skip
        return self.call_at(self._moment + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> _Handle:  # fmt: skip
        life = life_in(context)
        if life is None:
            handle = _Handle(callback, args, context, when)
        else:
            handle = _Handle(if_alive, (life, callback, *args), context, when)
        if when <= self._moment:
            self._ready.append(handle)
        else:
            self._numbered += 1
            heappush(self._timers, (when, self._numbered, handle))
        return handle

    # tasks and futures

    def create_future(self) -> "asyncio.Future[Any]":
        return asyncio.Future(loop=self)

    def create_task(self, coro: Coroutine[Any, Any, Any], **how: Any) -> "asyncio.Task[Any]":  # type: ignore[override]
        if self._closed:
            raise RuntimeError("Event loop is closed")
        make = self._task_factory
        return asyncio.Task(coro, loop=self, **how) if make is None else make(self, coro, **how)

    def set_task_factory(self, factory: Any) -> None:
        self._task_factory = factory

    def get_task_factory(self) -> Any:
        return self._task_factory

    # what goes wrong

    def get_debug(self) -> bool:
        return False

    def set_debug(self, enabled: bool) -> None:
        """There is no such mode."""

    def set_exception_handler(self, handler: Any) -> None:
        self._exception_handler = handler

    def get_exception_handler(self) -> Any:
        return self._exception_handler

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        logging.getLogger("asyncio").error(context.get("message"), exc_info=context.get("exception"))

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if self._exception_handler is None:
            self.default_exception_handler(context)
        else:
            self._exception_handler(self, context)

    # connections: in memory

    async def getaddrinfo(self, host: Any, port: Any, **how: Any) -> Any:
        return self.network.getaddrinfo(host, port)

    async def sock_connect(self, sock: socket, address: Any) -> None:
        await self.network.connect_socket(sock, address)

    async def create_connection(
        self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **how: Any
    ) -> tuple[Any, Any]:
        no_tls(how)
        return await self.network.create_connection(protocol_factory, host, port, **how)

    async def create_server(
        self, protocol_factory: Callable[[], Any], host: Any = None, port: Any = None, **how: Any
    ) -> Any:
        no_tls(how)
        return self.network.create_server(protocol_factory, host, port, **how)

    def gone(self, life: Life) -> None:
        self.network.gone(life)

    # what nobody has in memory

    def _not_here(self, *_: Any, **__: Any) -> Any:
        refuse("a socket, pipe or file that a library reads or watches by itself")

    def add_reader(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> None:
        self._not_here()

    def add_writer(self, fd: Any, callback: Callable[[*Ts], Any], *args: *Ts) -> None:
        self._not_here()

    remove_reader = remove_writer = _not_here
    sock_accept = sock_recv = sock_recv_into = sock_recvfrom = sock_recvfrom_into = _not_here
    sock_sendall = sock_sendfile = sock_sendto = connect_read_pipe = connect_write_pipe = _not_here
    getnameinfo = connect_accepted_socket = start_tls = remove_signal_handler = _not_here
