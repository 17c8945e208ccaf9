"""One world while a test lives in it: the providers, the application's processes, time, and the judgement."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from contextvars import Context, copy_context
from typing import Any

from emulator.app.server import Server
from emulator.app.settings import Settings
from emulator.clock import real_now
from emulator.control_client.async_client import AsyncSms, ServerAddress
from emulator.control_client.records import Message
from emulator.control_client.transports import InProcess
from emulator.core.units import SECOND
from emulator.http.messages import HttpReply, HttpRequest
from emulator.world import timeline
from emulator.world.accounts import Account
from emulator.world.errors import WorldError
from emulator.world.loop import WorldLoop
from emulator.world.network import HOST, Address
from emulator.world.plan import OF_NETWORK, OF_PROCESSES, Course, Fault, Plan
from emulator.world.process import PROVIDERS, Factory, Life, Process, side
from emulator.world.visitor import App
from emulator.world.waiting import place_of

BEGAN = 1_767_571_200
"""Monday 2026-01-05, midnight UTC: `at(hours=9)` is nine in the morning."""
_HTTP, _SMPP, _APPS = 8775, 2775, 8000
_STILL = 600.0
_WITHIN = 2 * 86_400.0
_STEP = 60.0


class World:
    """`sms` is the sandbox that the providers serve here, with all its verbs; `smsoffice`, `ubill`, `smscenter` its
    accounts; `plan` the seed and faults, `token` the same as a text."""

    sms: AsyncSms

    def __init__(self, loop: WorldLoop, plan: Plan, wishes: Mapping[str, Any]) -> None:
        self.loop = loop
        self.plan = plan
        self.happened: list[timeline.Happened] = []
        self.processes: list[App] = []
        self.failure: WorldError | None = None
        self.main: asyncio.Task[Any] | None = None
        self._wishes = dict(wishes)
        self._network_faults = plan.of(OF_NETWORK)
        self._process_faults = plan.of(OF_PROCESSES)
        self._turns = self._steps = 0
        self._at_turn: list[int] = []
        self._last_turn = 0.0
        self._healed = False
        self._lives: list[Life] = []
        self._context: Context
        self._providers: Context

    @property
    def token(self) -> str:
        return self.plan.token

    @property
    def course(self) -> Course:
        return Course(self._turns, self._steps, tuple(self._at_turn))

    # beginning and end

    async def begin(self) -> None:
        self._context = copy_context()
        self._providers = copy_context()
        self._providers.run(side.set, PROVIDERS)
        if self.loop.network is None:
            self._server = Server(Settings(port=0, smpp_port=0))
        else:
            http: Any = Address((HOST, _HTTP))
            smpp: Any = Address((HOST, _SMPP))
            self._server = Server(Settings(port=_HTTP), listening=http, smpp=smpp)
        await self._as_providers(self._server.start())
        place = ServerAddress(self._server.base_url, self._server.smpp_url)
        wishes = {"id": "world", "seed": self.plan.seed, **self._wishes}
        self._door, self._place = _Door(self, self._server.control.answer), place
        self.sms = await self.sandbox(**wishes)

    async def sandbox(self, **wishes: Any) -> AsyncSms:
        """One more sandbox of the same providers, as POST /_emulator/sandboxes takes it."""
        return await AsyncSms.make(self._door, self._place, wishes)

    async def end(self) -> None:
        """Everything stops where it is."""
        for life in self._lives:
            life.dead = life.over = True
        left = [task for life in self._lives for task in life.tasks]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
        if hasattr(self, "_server"):
            await self._as_providers(self._server.stop())
        for process in self.processes:
            process.disk.wipe()

    async def _as_providers(self, coroutine: Any) -> Any:
        return await self.loop.create_task(coroutine, context=self._providers.copy())

    # the providers

    @property
    def base_url(self) -> str:
        """Where the providers' paths are served: put it in the place of the provider's address."""
        return self._server.base_url

    @property
    def smpp_host(self) -> str:
        return self._server.smpp_host

    @property
    def smpp_port(self) -> int:
        return self._server.smpp_port

    def __getattr__(self, name: str) -> Account:
        """A provider's account."""
        if name.startswith("_") or name == "sms":
            raise AttributeError(name)
        return Account(self._server, self.sms.id, name, getattr(self.sms, name))

    # the application

    async def app(self, factory: Factory, name: str | None = None, **environment: str) -> App:
        """Start a process. `factory(process)` gives an ASGI application (FastAPI, Starlette, ...), an aiohttp one, or
        is a coroutine function: a worker, which may also give back one of these. Comes back when it is served."""
        called = name or getattr(factory, "__name__", "app").removeprefix("make_")
        port = 0 if self.loop.network is None else _APPS + len(self.processes)
        process = App(self, called, factory, HOST, port)
        process.environment.update(environment)
        self.processes.append(process)
        await process.start()
        return process

    # time

    @property
    def now(self) -> float:
        """Seconds since the world began."""
        return self.loop.time()

    async def at(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Live until so long after the world began. Raises ValueError when that has passed."""
        moment = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        if moment < self.now:
            raise ValueError(f"it is {timeline.clock(self.now)} already: time never goes back")
        await asyncio.sleep(moment - self.now)

    async def after(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Live so long."""
        await asyncio.sleep(((days * 24 + hours) * 60 + minutes) * 60 + seconds)

    async def quiet(self, *, still: float = _STILL, within: float = _WITHIN) -> None:
        """From now on nothing is lost and nobody is killed. Live on until nothing is due with the providers, no
        callback is under way, every process that was killed runs again, and the network was still for `still` seconds;
        at most `within` seconds, for an application that asks for ever."""
        self._healed = True
        since, wait = self.now, still
        ends = since + within
        while self.now < ends:
            await asyncio.sleep(min(max(wait, 0.001), ends - self.now))
            sandbox = self._server.emulator.sandboxes.by_id[self.sms.id]
            router = self._server.emulator.router
            due = sandbox.engine.state.scheduler.due
            busy = router is not None and bool(router.in_flight.of(sandbox))
            coming = any(process.comes_back for process in self.processes)
            later = due is not None and due > real_now() + round(within) * SECOND
            wait = max(self._last_turn, since) + still - self.now
            if wait > 0:
                continue
            if busy or coming:
                wait = _STEP
            elif due is None or later:
                return
            else:
                wait = max(_STEP, (due - real_now()) / SECOND)
        self.tell("test", f"the network is not still after {within:.0f} s")

    # judgement

    async def messages(self) -> list[Message]:
        """What the providers have, oldest first."""
        return await self.sms.messages()

    async def assert_once_each(self, to: Iterable[str] | None = None) -> None:
        """No number has the same text twice; and with `to`, each of these numbers has one message and nobody else has
        any. Refused messages do not count."""
        held = [one for one in await self.messages() if one["status"] != "rejected"]
        costs: dict[tuple[str, str], list[float]] = {}
        for one in held:
            costs.setdefault((one["to"], one["text"]), []).append(float(one["cost"]))
        twice = [
            f"{len(cost)} times to {number}: {text!r}, for {sum(cost):g} in place of {cost[0]:g}"
            for (number, text), cost in costs.items()
            if len(cost) > 1
        ]
        assert not twice, f"sent more than once: {'; '.join(twice)}"
        if to is not None:
            wanted, got = Counter(to), Counter(one["to"] for one in held)
            never = wanted - got
            assert not never, f"never sent, though faults have ended long ago: {', '.join(sorted(never))}"
            more = got - wanted
            assert not more, f"sent to whom nothing was due: {', '.join(sorted(more))}"

    # what the network and the processes tell

    def tell(self, who: str, what: str) -> None:
        self.happened.append(timeline.Happened(self.loop.time(), who, what))

    def turn(self, who: str, to: str, said: bytes) -> Fault | None:
        if timeline.keeps_alive(said):
            return None
        self._turns += 1
        self._last_turn = self.loop.time()
        self._at_turn.append(self._steps)
        fault = None if self._healed else self._network_faults.get(self._turns)
        behind = "" if fault is None else f"   ** {_FAULTS[fault.kind].format(fault.seconds)}"
        self.happened.append(timeline.Happened(self._last_turn, who, f"→ {to}: ", said[: timeline.MOST_KEPT], behind))
        return fault

    def step(self, process: Process, coroutine: Any) -> None:
        self._steps += 1
        fault = None if self._healed else self._process_faults.get(self._steps)
        if fault is None:
            return
        place = place_of(coroutine)
        assert isinstance(process, App)
        process.comes_back = True
        if fault.kind == "kill":
            process.kill(f"** killed at {place}")
            self.loop.call_later(fault.seconds, self._come_back, process, context=self._context)
        else:
            self.tell(process.name, f"** asked to end at {place}")
            self._context.copy().run(self.loop.create_task, self._end_and_come_back(process, fault.seconds))

    async def _end_and_come_back(self, process: App, seconds: float) -> None:
        await process.terminate()
        await asyncio.sleep(seconds)
        self._come_back(process)

    def _come_back(self, process: App) -> None:
        process.comes_back = False
        if not process.runs:
            process.begin()

    def born(self, life: Life) -> None:
        self._lives.append(life)

    def gone(self, life: Life) -> None:
        self.loop.gone(life)

    def cannot_go_on(self, why: WorldError) -> None:
        """An application met what no world has: the test ends here."""
        if self.failure is None:
            self.failure = why
            if self.main is not None:
                self.main.cancel()

    def unhandled(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """asyncio's exception handler."""
        error = context.get("exception")
        if isinstance(error, WorldError):
            self.cannot_go_on(error)
        elif error is not None:
            self.tell("loop", f"{context.get('message')}: {type(error).__name__}: {error}")


_FAULTS = {
    "lost": "lost: the connection breaks",
    "silent": "lost, and nobody is told",
    "late": "under way for {:g} s",
}


class _Door:
    """The test's way to the control API: what it sets going is the providers' doing."""

    def __init__(self, world: World, answer: Any) -> None:
        self._world = world
        self._door = InProcess(answer)

    async def __call__(self, request: HttpRequest, patience: float) -> HttpReply:
        reply: HttpReply = await self._world._as_providers(self._door(request, patience))
        return reply

    def stream(self, request: HttpRequest) -> Any:
        return self._door.stream(request)
