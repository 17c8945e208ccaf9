"""What moves a sandbox's time: by itself, as its clock runs, or walked from due date to due date when somebody asks."""

import asyncio

from emulator.core.engine.engine import Engine
from emulator.core.units import LATEST, Timestamp, counted
from emulator.sandboxes.in_flight import InFlight
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import InvalidOptions
from emulator.sandboxes.turns import Turn

_TURN = 0.5
"""So long, in real seconds, one callback is waited for before the next one of the same moment is sent as well."""
_AT_ONCE = 500
"""So many due things are done before somebody asks whether the turn is over."""
HORIZON: Timestamp = 366 * 86_400 * 1_000_000
"""Settling goes so far, from where the clock stood, and no farther: what is due later was hardly meant, and no
certificate, token or test would be good there."""


class Ended(Exception):
    """The state whose time was to be moved is no more: the sandbox was reset, restored or deleted."""


class Overdue(Exception):
    """The walk took longer than it might; its text says what was still due."""


class TooFar(Exception):
    """All within the horizon is settled; `due` is the next thing beyond it, `message` whose it is (0: nobody's)."""

    def __init__(self, due: Timestamp, message: int) -> None:
        super().__init__(due, message)
        self.due, self.message = due, message


class ClockDriver:
    """Fires what is due in one sandbox. At most one loop timer is armed, for the next due date."""

    def __init__(self, sandbox: Sandbox, in_flight: InFlight, loop: asyncio.AbstractEventLoop) -> None:
        self._sandbox = sandbox
        self._in_flight = in_flight
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for: Timestamp = 0
        self._walking = asyncio.Lock()
        self._stopped = False
        sandbox.schedule_timer = self.schedule_timer
        if "engine" in vars(sandbox):  # in one that nobody has used nothing is due
            self.schedule_timer()

    # by itself

    def schedule_timer(self) -> None:
        """See to it that the next due date is fired when the clock reaches it."""
        due = self._sandbox.engine.state.scheduler.due
        if self._timer is not None:
            if due is not None and self._armed_for <= due and not self._sandbox.clock.held:
                return
            self._timer.cancel()
            self._timer = None
        if due is None or self._stopped:
            return
        wait = self._sandbox.clock.real_until(due)
        if wait is not None and not self._sandbox.clock.held:
            self._armed_for = due
            self._timer = self._loop.call_later(wait, self._fire)

    def cancel_timer(self) -> None:
        """The clock changed its rate or its state: what is armed means nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self) -> None:
        self._timer = None
        self._sandbox.catch_up(self._sandbox.now())
        self.schedule_timer()

    def stop(self) -> None:
        self._stopped = True
        self.cancel_timer()

    # when somebody asks

    async def walk(self, seconds: float | None, timeout: float, to: Timestamp | None = None,
    first: bool = False) -> None:
        """Advance by `seconds` of sandbox time, or `to` a moment, or to the `first` due date, or, with none of them,
        until nothing is due within the horizon and no callback under way; raises TooFar when something is due beyond
        it. Raises Overdue after `timeout` real seconds, ValueError for a moment that has passed, Bad for one that no
        clock shows, Ended when the state in which it was asked for ends first. Walks of one sandbox queue."""
        engine, deadline = self._sandbox.engine, self._loop.time() + timeout
        try:
            async with asyncio.timeout(timeout):  # also where the lock is free and somebody stands in front of us
                await self._walking.acquire()
        except TimeoutError:
            raise Overdue("another call is still moving this sandbox's clock") from None
        try:
            self._still_there(engine)
            await self._walk(seconds, to, first, deadline)
        finally:
            self._walking.release()

    async def _walk(self, seconds: float | None, to: Timestamp | None, first: bool, deadline: float) -> None:
        sandbox = self._sandbox
        clock, engine = sandbox.clock, sandbox.engine
        clock.hold()
        self.cancel_timer()
        try:
            target = self._target(seconds, to, first)
            horizon = sandbox.now() + HORIZON if target is None else target
            await self._quiet(deadline)
            self._still_there(engine)
            turn, begun = Turn(), False
            while True:
                due = engine.state.scheduler.due
                if due is None or due > horizon:
                    if target is not None or not self._in_flight.of(sandbox):
                        break
                    await self._quiet(deadline)
                    self._still_there(engine)
                    continue
                if begun:
                    self._still_time(deadline)
                reports, _ = engine.go_on(horizon, _AT_ONCE)
                clock.move_to(engine.state.now)
                for report in reports:
                    await self._in_turn(sandbox.router.post(sandbox, report), deadline)
                    await turn.over()
                    self._still_there(engine)
                await self._quiet(deadline)
                await turn.over()
                begun = True
                self._still_there(engine)
            if target is not None:
                clock.move_to(target)
                engine.advance(target)
            elif due is not None and (beyond := engine.first_due()) is not None:
                raise TooFar(*beyond)
        finally:
            clock.release()
            self.schedule_timer()

    def _target(self, seconds: float | None, to: Timestamp | None, first: bool) -> Timestamp | None:
        now = self._sandbox.now()
        if to is not None:
            if to < now:
                raise ValueError("the clock never goes back")
            return to
        if first:
            due = self._sandbox.engine.state.scheduler.due
            target = now if due is None else max(now, due)
        elif seconds is None:
            return None
        else:
            target = now + round(seconds * 1_000_000)
        if target > max(now, LATEST) + (HORIZON if first else 0):
            raise InvalidOptions("no clock goes beyond the year 9000", "the sandbox's clock stands near its end; "
            "reset it")
        return target

    def _still_there(self, engine: Engine) -> None:
        if self._stopped or self._sandbox.engine is not engine:
            raise Ended

    async def _in_turn(self, task: "asyncio.Future[None] | None", deadline: float) -> None:
        """Callbacks of one moment go one after the other, so that they arrive in order; a slow one does not hold up
        the rest for long, and none once the time is up."""
        patience = min(_TURN, deadline - self._loop.time())
        if task is not None and patience > 0:
            await asyncio.wait((task,), timeout=patience)

    async def _quiet(self, deadline: float) -> None:
        """Wait until no callback is under way."""
        while self._in_flight.of(self._sandbox):
            left = deadline - self._loop.time()
            if left > 0:
                await asyncio.wait((self._in_flight.quiet(self._sandbox),), timeout=left)
            self._still_time(deadline)

    def _still_time(self, deadline: float) -> None:
        if self._loop.time() < deadline:
            return
        under_way = len(self._in_flight.of(self._sandbox))
        due = len(self._sandbox.engine.state.scheduler)
        raise Overdue(f"{counted(due, 'date')} still due, {counted(under_way, 'callback')} under way")


