"""Worlds played: one by its token, or many, the first failure of which is shrunk to the fewest faults and told."""

import asyncio
import gc
import traceback
import warnings
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from emulator.clock import time_from
from emulator.core.units import SECOND
from emulator.world import timeline
from emulator.world.errors import WorldError, WorldFailed
from emulator.world.loop import WorldLoop
from emulator.world.memory_loop import MemoryLoop
from emulator.world.nature import natural
from emulator.world.network import QUIET, WEATHERS, Network, Weather
from emulator.world.plan import KINDS, OF_PROCESSES, Course, Plan, drawn, planned
from emulator.world.process import new_task
from emulator.world.socket_loop import LONGEST, SocketLoop
from emulator.world.waiting import of_a_library
from emulator.world.watchdog import watched
from emulator.world.world import BEGAN, World

Main = Callable[[World], Coroutine[Any, Any, Any]]

_MOST_SHRINKING = 60


class Played(NamedTuple):
    """A world that has been. `trace`: a digest of all that went over its network, and when."""

    plan: Plan
    value: Any
    error: BaseException | None
    course: Course
    seconds: float
    trace: str
    happened: list[timeline.Happened]

    @property
    def timeline(self) -> str:
        return timeline.lines(self.happened)


def play(
    main: Main, plan: Plan, weather: Weather = QUIET, wishes: Mapping[str, Any] | None = None, real: bool = False,
    longest: float = LONGEST,
) -> Played:  # fmt: skip
    """One world. What it raises is in the result. `real`: in real time over sockets of this machine, where nothing is
    lost on the way, and no wait is longer than `longest` seconds."""
    network = None if real else Network(plan.seed, weather)
    loop: WorldLoop = SocketLoop(longest) if network is None else MemoryLoop(network)
    world = World(loop, plan, wishes or {})
    if network is not None:
        network.loop, network.course = loop, world
    loop.set_task_factory(new_task(world))
    loop.set_exception_handler(world.unhandled)
    value, error = None, None
    try:
        with natural(loop, plan.seed, BEGAN), time_from(lambda: round((BEGAN + loop.time()) * SECOND)), watched(loop):
            try:
                value = _through(loop, world, main)
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as raised:
                error = raised
            finally:
                _end(loop, world)
    finally:
        loop.close()
    if world.failure is not None:
        error = world.failure
    if error is None:
        error = next((process.failure for process in world.processes if process.failure is not None), None)
    trace = "" if network is None else network.trace
    return Played(plan, value, error, world.course, loop.time(), trace, world.happened)


def _through(loop: WorldLoop, world: World, main: Main) -> Any:
    async def whole() -> Any:
        await world.begin()
        return await main(world)

    world.main = loop.create_task(whole(), name="test")
    return loop.run_until_complete(world.main)


def _end(loop: WorldLoop, world: World) -> None:
    """Nothing of it is left."""
    with _thrown_away():
        _wind_up(loop, world)


@contextmanager
def _thrown_away() -> Iterator[None]:
    """Within, the coroutines of killed processes are thrown away; that they were never awaited is no news."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        yield


def _wind_up(loop: WorldLoop, world: World) -> None:
    for _ in range(3):
        try:
            loop.run_until_complete(world.end())
            left = [task for task in asyncio.all_tasks(loop) if not task.done()]
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.wait(left))
            loop.run_until_complete(loop.shutdown_asyncgens())
            return
        except WorldError:
            continue


@contextmanager
def _no_chance_collections() -> Iterator[None]:
    """The collector of garbage finalizes at moments of its own: between worlds here, never in one."""
    enabled = gc.isenabled()
    gc.freeze()
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # of what killed processes had open
            yield
            with _thrown_away():
                gc.collect()
    finally:
        gc.unfreeze()
        if enabled:
            gc.enable()


def weather_of(network: str | Weather) -> Weather:
    """Raises ValueError."""
    if isinstance(network, Weather):
        unknown = [kind for kind in network.faults if kind not in KINDS or kind in OF_PROCESSES]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no fault of a network: lost, silent and late are")
        return network
    if not isinstance(network, str) or network not in WEATHERS:
        raise ValueError(f"network={network!r}: write 'quiet', 'rough', or a Weather")
    return WEATHERS[network]


def run(
    main: Main, *, seed: int = 1, token: str | None = None, network: str | Weather = "quiet", real: bool = False,
    longest: float = LONGEST, **wishes: Any,
) -> Any:  # fmt: skip
    """One world: what `main(world)` gives back. `token` plays a world again that was told; otherwise it has no faults.
    `real`: in real time over sockets of this machine, where no wait is longer than `longest` seconds. `wishes`: of the
    sandbox, as POST /_emulator/sandboxes takes them."""
    plan = Plan(seed) if token is None else planned(token)
    with _no_chance_collections():
        played = play(main, plan, weather_of(network), wishes, real, longest)
    if played.error is None:
        return played.value
    if isinstance(played.error, WorldError):
        raise played.error
    raise _told(main, played, played, weather_of(network)) from played.error


def explore(
    main: Main, *, worlds: int = 100, seed: int = 1, network: str | Weather = "rough", crashes: int = 0, **wishes: Any
) -> int:  # fmt: skip
    """Many worlds, each with another seed and other faults; how many were played. The first one that fails is shrunk
    and raised as WorldFailed. `crashes`: at most so many a world. Raises ValueError."""
    for word, value, least in (("worlds", worlds, 1), ("crashes", crashes, 0), ("seed", seed, None)):
        if not isinstance(value, int) or (least is not None and value < least):
            raise ValueError(f"{word}={value!r}: write a whole number{'' if least is None else f', {least} or more'}")
    weather = weather_of(network)
    count = 0
    with _no_chance_collections():
        course: Course | None = None
        for number in range(worlds):
            one = seed * 1_000_003 + number
            if course is None:
                plan = Plan(one)
            else:
                plan = drawn(one, course, weather.faults, weather.most, crashes)
            played = play(main, plan, weather, wishes)
            count += 1
            if played.error is not None:
                if isinstance(played.error, WorldError):
                    raise played.error
                shrunk = shrink(main, played, weather, wishes)
                raise _told(main, shrunk, played, weather) from shrunk.error
            if course is None:
                course = played.course
            with _thrown_away():
                gc.collect(1)
    return count


def shrink(main: Main, failed: Played, weather: Weather, wishes: Mapping[str, Any] | None = None) -> Played:
    """The same failure with as few faults as it needs, tried one by one."""
    tries = 0
    smaller = True
    while smaller and tries < _MOST_SHRINKING:
        smaller = False
        for number in range(len(failed.plan.faults)):
            tries += 1
            other = play(main, failed.plan.without(number), weather, wishes)
            if _same(other.error, failed.error):
                failed, smaller = other, True
                break
    return failed


def _same(one: BaseException | None, other: BaseException | None) -> bool:
    return one is not None and type(one) is type(other)


def raised_at(error: BaseException) -> str:
    """The innermost place that is neither a library's nor ours."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    own = [frame for frame in frames if not of_a_library(frame.f_code.co_filename)]
    return f"{own[-1].f_code.co_filename}:{own[-1].f_lineno} in {own[-1].f_code.co_name}" if own else ""


def _told(main: Main, shrunk: Played, first: Played, weather: Weather) -> WorldFailed:
    error = shrunk.error
    told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if error is not None and (place := raised_at(error)):
        told += f"\n  at {place}"
    faults = "\n".join(f"  {fault}: {KINDS[fault.kind]}" for fault in shrunk.plan.faults) or "  none"
    less = len(first.plan.faults) - len(shrunk.plan.faults)
    more = f" ({less} more were drawn, and do not matter)" if less else ""
    text = (
        f"{told}\n\nWhat happened, {timeline.clock(shrunk.seconds)} in all:\n{shrunk.timeline}\n\n"
        f"Faults{more}:\n{faults}\n\nThe same world again: token {shrunk.plan.token}"
    )
    return WorldFailed(text, shrunk.plan.token, shrunk.timeline)
