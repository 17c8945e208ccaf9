"""The sandboxes of one process: made, found, reset, restored, forgotten, each with what moves its clock; and the words
that people write for them (scenarios, accounts, rules), checked.

Who hangs something on a sandbox (sessions, deliveries) overrides the three hooks at the end.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec

from emulator.clock import real_now
from emulator.core.accounts import AccountPatch
from emulator.core.rules.rule import RuleSpec
from emulator.core.state.sandbox_state import SandboxState
from emulator.core.units import SECOND
from emulator.journal import MemoryLimit
from emulator.providers.base import Provider
from emulator.sandboxes import export
from emulator.sandboxes.change_log import ChangeLog
from emulator.sandboxes.clock_driver import ClockDriver, Ended
from emulator.sandboxes.in_flight import InFlight, Waiting
from emulator.sandboxes.sandbox import OutgoingRouter, Sandbox, Sandboxes
from emulator.sandboxes.snapshots import Snapshot, unpack
from emulator.sandboxes.spec import InvalidOptions, NewSandbox, SandboxSpec, specification
from emulator.sandboxes.turns import in_turns
from emulator.scenarios.library import extended, load_named
from emulator.scenarios.scenario import Scenario
from emulator.scenarios.validation import Invalid, checked
from emulator.scenarios.vocabulary import Vocabulary


async def _alone(sandbox: Sandbox) -> None:
    """There are no others."""


@contextmanager
def no_place_told() -> Iterator[None]:
    """What keeps a new sandbox out, as InvalidOptions: ValueError says that there is no room, KeyError what is
    taken."""
    try:
        yield
    except KeyError as taken:
        raise InvalidOptions(f"{taken.args[0]} is taken", "leave it out to get a random one", "taken") from None
    except ValueError as full:
        raise InvalidOptions(str(full), "delete some, or give them a ttl", "full") from None


class SandboxManager:
    """`base`: what the sandbox `default` is made after, and what new ones begin with, whatever becomes of it. `most`:
    so many sandboxes there may be. `journal_bytes`: of each journal."""

    def __init__(
        self, providers: Mapping[str, Provider], vocabulary: Vocabulary, base: SandboxSpec, most: int,
        journal_bytes: int, recorder: ChangeLog | None = None,
    ) -> None:  # fmt: skip
        self.providers = providers
        self.vocabulary = vocabulary
        self.base = base
        self.recorder = recorder
        self.budget = MemoryLimit()
        self.sandboxes = Sandboxes(providers, most)
        self._journal_bytes = journal_bytes
        self._drivers: dict[Sandbox, ClockDriver] = {}
        self._ends: dict[Sandbox, asyncio.TimerHandle] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._router: OutgoingRouter | None = None
        self._in_flight = InFlight()
        self.node = 0
        """The number of this one among many, if there are many; then the names of their sandboxes:"""
        self.elsewhere: Collection[str] = ()
        self.claim: Callable[[Sandbox], Awaitable[None]] = _alone
        """Id and credentials of a new sandbox become its own, where others might take them at the same moment. Raises
        InvalidOptions when that was so; then the sandbox is gone."""
        self.made: Callable[[Sandbox], None] = lambda sandbox: None
        """Hears of each new one."""
        self.default = self.make(base)

    # coming and going

    def let_time_pass(self, router: OutgoingRouter, in_flight: InFlight) -> None:
        """From now on clocks run in the running loop, and what falls due goes out by it; `in_flight` knows what
        is not answered yet."""
        self._loop = asyncio.get_running_loop()
        self._router, self._in_flight = router, in_flight
        for sandbox in self.sandboxes.by_id.values():
            self._attend(sandbox)

    def under_way(self) -> list[Waiting]:
        """What has gone out of all sandboxes and is not answered."""
        return self._in_flight.all()

    def stop_time(self) -> None:
        for driver in self._drivers.values():
            driver.stop()
        for end in self._ends.values():
            end.cancel()

    def _attend(self, sandbox: Sandbox) -> None:
        assert self._loop is not None
        assert self._router is not None
        sandbox.router = self._router
        self._drivers[sandbox] = ClockDriver(sandbox, self._in_flight, self._loop)
        if sandbox.spec.ttl is not None:
            self._end_after(sandbox, sandbox.spec.ttl)

    def _end_after(self, sandbox: Sandbox, ttl: float) -> None:
        """Forget it so many seconds after its last use. One with an SMPP session, or that is waited for, is in use."""
        assert self._loop is not None
        if sandbox.feed.listeners or self._in_use(sandbox):
            sandbox.used_at = real_now()
        left = ttl - (real_now() - sandbox.used_at) / SECOND
        if left <= 0:
            self.remove(sandbox)
        else:
            self._ends[sandbox] = self._loop.call_later(left, self._end_after, sandbox, ttl)

    # sandboxes

    def make(self, made: SandboxSpec) -> Sandbox:
        """A sandbox after a specification. Raises ValueError when there is no room, KeyError naming what is taken."""
        sandbox = Sandbox(made, self.providers, self.budget, self._journal_bytes, self.recorder)
        try:
            self.sandboxes.add(sandbox)
        except (KeyError, ValueError):
            if self.recorder is not None:
                self.recorder.removed(sandbox)
            raise
        if self._loop is not None:
            self._attend(sandbox)
        self.made(sandbox)
        return sandbox

    def create(self, wish: NewSandbox) -> Sandbox:
        """A new sandbox. Raises InvalidOptions; with code "taken" when an id or credentials are."""
        made = specification(wish, self.providers, self.base, self.scenario, self.patch)
        with no_place_told():
            return self.make(made)

    async def copy(self, wish: NewSandbox, file: dict[str, msgspec.Raw]) -> Sandbox:
        """A new sandbox with what a file holds; it is there as soon as all of that is. Raises as `create` does."""
        found = await in_turns(export.read(file, wish, self.providers))
        state = await in_turns(SandboxState.step_by_step(found.state.state))
        made = specification(wish, self.providers, self.base, self.scenario, self.patch)
        with no_place_told():
            copy = self.make(export.spec_of(found, made))
        with self.replacing_state(copy):
            export.fill(copy, found, state)
        return copy

    async def restore(self, sandbox: Sandbox, name: str) -> Snapshot:
        """The sandbox as it was when a snapshot was taken; callbacks under way are dropped, the journal stays. Raises
        KeyError when there is none of that name, Ended when the sandbox goes meanwhile."""
        found = sandbox.snapshots.by_name[name]
        kept = unpack(found.packed)
        state = await in_turns(SandboxState.step_by_step(kept.state))
        if sandbox.gone:
            raise Ended
        with self.replacing_state(sandbox):
            sandbox.snapshots.restored(sandbox, found, kept, state)
        sandbox.feed.add("restored", 0)
        return found

    @contextmanager
    def replacing_state(self, sandbox: Sandbox) -> Iterator[None]:
        """No timer is armed while the sandbox gets another state, and nobody waits for answers to the old one."""
        driver = self._drivers.get(sandbox)
        if driver is not None:
            driver.cancel_timer()
        try:
            yield
        finally:
            sandbox.schedule_timer()
        for attempt in sandbox.journal.give_up("the sandbox was reset, restored or deleted before an answer came"):
            sandbox.feed.add("callbacks", attempt)
        self._in_flight.give_up(sandbox)
        self._state_replaced(sandbox)

    def remove(self, sandbox: Sandbox) -> None:
        """Forget a sandbox and all that hangs on it."""
        self.release(sandbox)
        if self.recorder is not None:
            self.recorder.removed(sandbox)

    def forget(self, id: str) -> None:
        """The same by name; none of that name is well, too."""
        found = self.sandboxes.by_id.get(id)
        if found is not None:
            self.remove(found)

    def release(self, sandbox: Sandbox) -> None:
        """Nothing is left of a sandbox here, which may live on elsewhere."""
        self.sandboxes.remove(sandbox)
        sandbox.gone = True
        self._removed(sandbox)
        driver = self._drivers.pop(sandbox, None)
        if driver is not None:
            driver.stop()
        end = self._ends.pop(sandbox, None)
        if end is not None:
            end.cancel()
        self._in_flight.give_up(sandbox)
        sandbox.journal.keeper = None  # what was kept of it stays where it is
        sandbox.journal.clear()
        sandbox.feed.add("gone", 0)
        sandbox.feed.listeners.clear()

    def bring_back(self, spec: SandboxSpec) -> Sandbox:
        """One that is to get a state from before. The sandbox default is always the same object, whether it lives here
        or not. Raises as `make` does."""
        default = self.default
        if spec.id != default.id:
            return self.make(spec)
        if default.id in self.sandboxes.by_id:
            self.sandboxes.remove(default)
        default.spec, default.gone = spec, False
        self.sandboxes.add(default)
        if self._loop is not None:
            self._attend(default)
        return default

    def reset(self, sandbox: Sandbox) -> None:
        """A new state after the same specification."""
        with self.replacing_state(sandbox):
            sandbox.build()
            sandbox.journal.clear()
        sandbox.feed.add("reset", 0)

    def clock_driver(self, sandbox: Sandbox) -> ClockDriver:
        """What moves the clock of a sandbox."""
        return self._drivers[sandbox]

    def names(self, shown: Sandbox, most: int) -> tuple[list[str], int]:
        """Of so many sandboxes, wherever they are: those that are here first, `shown` always among them; and how many
        more there are."""
        found = list(dict.fromkeys((*self.sandboxes.by_id, *self.elsewhere)))
        named = found[:most] if shown.id in found[:most] else [*found[: most - 1], shown.id]
        return named, len(found) - len(named)

    # words that people write, checked

    def scenario(self, given: str | dict[str, Any]) -> Scenario:
        """A scenario by name, or a whole one. Raises InvalidOptions."""
        if isinstance(given, dict) and not given.keys() - {"name", "comment"}:
            raise InvalidOptions(
                f"this scenario has {' and '.join(given) or 'nothing'}, and neither rules nor accounts",
                'a scenario that comes along is asked for by its name alone, as in "no-credit" or '
                '{"scenario": "no-credit"}; one without rules says "rules": []',
            )  # fmt: skip
        try:
            if isinstance(given, str):
                return load_named(given, self.vocabulary, paths=False)
            return extended(checked(given, Scenario, self.vocabulary), self.vocabulary)
        except Invalid as invalid:
            raise InvalidOptions(f"the scenario is not valid: {invalid}", "see sms-emulator check FILE") from None

    def patch(self, provider: str, given: dict[str, Any]) -> AccountPatch:
        """A change of an account. Raises InvalidOptions."""
        if not given:
            return AccountPatch()
        try:
            return checked(given, AccountPatch, self.vocabulary, provider=provider)
        except Invalid as invalid:
            raise InvalidOptions(f"the account of {provider} is not valid: {invalid}") from None

    def rules(self, given: list[Any]) -> list[RuleSpec]:
        """Rules. Raises InvalidOptions."""
        try:
            return checked(given, list[RuleSpec], self.vocabulary)
        except Invalid as invalid:
            raise InvalidOptions(f"the rules are not valid: {invalid}") from None

    # hooks

    def _in_use(self, sandbox: Sandbox) -> bool:
        """Does somebody hold on to the sandbox just now?"""
        return False

    def _removed(self, sandbox: Sandbox) -> None:
        """The sandbox is forgotten; what hangs on it goes, too."""

    def _state_replaced(self, sandbox: Sandbox) -> None:
        """The sandbox has another state; what waits for the old one begins anew."""
