"""A process of a world: made by a factory, killed between two steps of its coroutines, started again on the same disk.

What a killed process had under way is never resumed, not even its `finally`; its timers do not fire, its sockets close
as a kernel closes them.
"""

import asyncio
import inspect
import sys
import types
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar
from typing import Any, Protocol

from emulator.world.disk import Disk
from emulator.world.errors import WorldError
from emulator.world.serving import served

Factory = Callable[["Process"], Any]
"""Gives an ASGI application, an aiohttp one, or a coroutine that runs as the process (and may give back such a one)."""

_GRACE = 10.0
"""Seconds between asking a process to end and killing it, as supervisors have them."""
_STARTING = 30.0
_MOST_CLOSED = 100


class Ground(Protocol):
    """What a process knows of its world."""

    def step(self, process: "Process", coroutine: Any) -> None: ...

    def tell(self, who: str, what: str) -> None: ...

    def born(self, life: "Life") -> None: ...

    def gone(self, life: "Life") -> None: ...

    def cannot_go_on(self, why: WorldError) -> None: ...


class Life:
    """From one start of a process to its end. `dead`: nothing of it is resumed. `over`: neither is the world."""

    def __init__(self, process: "Process") -> None:
        self.process = process
        self.dead = False
        self.over = False
        self.tasks: set[asyncio.Task[Any]] = set()


_life: ContextVar[Life | None] = ContextVar("life of a process", default=None)


TEST = "test"
PROVIDERS = "providers"
side: ContextVar[str] = ContextVar("side of a world", default=TEST)
"""Who runs where no process does: the test, or the providers."""


def current() -> Life | None:
    """Whose code runs here; None for the test and the providers."""
    return _life.get()


def life_in(context: Context | None) -> Life | None:
    """Whose code will run in a context; None for the running one."""
    return _life.get() if context is None else context.get(_life)


def who(life: Life | None) -> str:
    """The same by name."""
    return side.get() if life is None else life.process.name


def if_alive(life: Life, callback: Callable[..., object], *args: Any) -> None:
    """A callback of a process dies with it."""
    if not life.dead:
        callback(*args)


class Process:
    """`environment` and `disk` outlive kills. `host`, `port`: where an application is served."""

    def __init__(self, ground: Ground, name: str, factory: Factory, host: str, port: int) -> None:
        self._ground = ground
        self.name = name
        self._factory = factory
        self.host, self.port = host, port
        self.environment: dict[str, str] = {}
        self.disk = Disk()
        self.life: Life | None = None
        self._main: asyncio.Task[None] | None = None
        self._up = asyncio.Event()
        self.failure: BaseException | None = None
        """What ended it by itself."""
        self.comes_back = False
        """Will it be started again by the plan?"""

    def __repr__(self) -> str:
        return f"<Process {self.name}>"

    @property
    def runs(self) -> bool:
        return self.life is not None and not self.life.dead

    @property
    def up(self) -> asyncio.Event:
        """Is it served?"""
        return self._up

    def url(self, path: str = "") -> str:
        return f"http://{self.host}:{self.port}{path}"

    # starting

    async def start(self) -> None:
        """Run it; come back when it is served, or, when it is a mere coroutine, once it waits for something."""
        self.begin()
        for _ in range(3):
            await asyncio.sleep(0)
        main = self._main
        assert main is not None
        if not main.done() and self._serves is not False:
            waiting = asyncio.ensure_future(self._up.wait())
            await asyncio.wait((waiting, main), timeout=_STARTING, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
        if self.failure is not None:
            raise self.failure

    def begin(self) -> None:
        """Start it; what comes of it shows later."""
        if self.runs:
            raise RuntimeError(f"{self.name} runs already")
        life = self.life = Life(self)
        self._up.clear()
        self.failure = None
        self._serves: bool | None = None
        self._ground.born(life)
        self._ground.tell(self.name, "starts")
        token = _life.set(life)
        try:
            self._main = asyncio.get_running_loop().create_task(self._run(), name=self.name)
        finally:
            _life.reset(token)

    async def _run(self) -> None:
        life = self.life
        try:
            made = self._factory(self)
            self._serves = False if inspect.iscoroutine(made) else None
            if inspect.isawaitable(made):
                made = await made
            if made is not None:
                self._serves = True
                async with served(made, self.host, self.port) as (self.host, self.port):
                    self._up.set()
                    await asyncio.get_running_loop().create_future()
        except Exception as error:
            if life is None or life.dead:  # of an `await` in a `finally` that is thrown away
                raise
            self.failure = error
            self._ground.tell(self.name, f"ends by itself: {type(error).__name__}: {error}")
        finally:
            self._up.clear()
            if life is not None and not life.dead and life is self.life:
                left = [task for task in life.tasks if task is not self._main and not task.done()]
                for task in left:
                    task.cancel()
                if left:
                    await asyncio.wait(left)
                life.dead = True
                self._ground.gone(life)

    # ending

    async def terminate(self, grace: float = _GRACE) -> None:
        """Ask it to end, as SIGTERM does: its coroutines are cancelled; what does not end in time is killed."""
        self._ground.tell(self.name, "is asked to end")
        life, main = self.life, self._main
        if main is None or life is None or life.dead:
            return
        main.cancel()
        await asyncio.wait((main,), timeout=grace)
        if not main.done() and not life.dead:
            self.kill("has not ended in time and is killed")

    def kill(self, why: str = "is killed") -> None:
        """End it at once."""
        if self.life is None or self.life.dead:
            return
        self._up.clear()
        self.life.dead = True
        self._ground.tell(self.name, why)
        self._ground.gone(self.life)

    async def restart(self) -> None:
        """Kill and start."""
        self.kill()
        await self.start()


def new_task(ground: Ground) -> Callable[..., "asyncio.Task[Any]"]:
    """A task factory: what belongs to a process goes step by step, as long as the process lives."""

    def make(loop: asyncio.AbstractEventLoop, coroutine: Any, **how: Any) -> "asyncio.Task[Any]":
        life = life_in(how.get("context"))
        if life is None:
            return asyncio.Task(coroutine, loop=loop, **how)
        task: asyncio.Task[Any] = asyncio.Task(_living(ground, life, [coroutine]), loop=loop, **how)
        life.tasks.add(task)
        task.add_done_callback(life.tasks.discard)
        return task

    return make


async def _living(ground: Ground, life: Life, given: list[Coroutine[Any, Any, Any]]) -> Any:
    return await _steps(ground, life, given)


@types.coroutine
def _steps(ground: Ground, life: Life, given: list[Any]) -> Generator[Any, Any, Any]:
    """`given`: the coroutine, which nobody holds but this frame."""
    coroutine = given.pop()
    error: BaseException | None = None
    while True:
        if not life.dead:
            ground.step(life.process, coroutine)
        if life.dead:
            yield from _never(life)
            _close(coroutine)
            error = None
            with _unheard():  # gone while a loop runs: what clings on nevertheless would go round and round without one
                del coroutine
            raise asyncio.CancelledError
        try:
            waits_for = coroutine.send(None) if error is None else coroutine.throw(error)
        except StopIteration as stop:
            return stop.value
        except WorldError as why:
            ground.cannot_go_on(why)
            raise
        error = None
        try:
            yield waits_for
        except GeneratorExit:
            _close(coroutine)
            raise
        except BaseException as thrown:
            error = thrown


def _never(life: Life) -> Generator[Any, Any, None]:
    loop = asyncio.get_running_loop()
    while not life.over:
        try:
            yield from loop.create_future()
        except GeneratorExit:
            raise
        except BaseException:
            pass  # cancelled: a dead process does not hear it


@contextmanager
def _unheard() -> Iterator[None]:
    """Whatever Python has to say of what is thrown away within: who heard it would keep it."""
    before, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        yield
    finally:
        sys.unraisablehook = before


class _Over(BaseException):
    """Thrown through the coroutines of dead processes when the world ends: nobody waits for it by name."""


def _close(coroutine: Any) -> None:
    """The world is over: what was never resumed is thrown away, however its `finally` clauses cling to it. Not by
    `close`, after which asynchronous generators that wait in a `finally` complain when they are collected."""
    for _ in range(_MOST_CLOSED):
        try:
            coroutine.throw(_Over())
        except BaseException:
            return
