"""Emulator: joins providers, sandboxes, journal and callbacks. `exchange` is a request's whole way, without I/O."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from emulator.app.settings import Settings
from emulator.clock import real_now
from emulator.core.accounts import AccountPatch
from emulator.core.rules.matching import RuleSpec
from emulator.core.units import SECOND, Timestamp
from emulator.delivery.router import Call, DeliveryRouter
from emulator.dispatch.http import Exchanged, HttpDispatcher
from emulator.dispatch.smpp import SmppDispatcher
from emulator.http.messages import HttpRequest
from emulator.journal import MemoryLimit
from emulator.providers import found
from emulator.providers.base import Provider
from emulator.sandboxes import export
from emulator.sandboxes.change_log import ChangeLog
from emulator.sandboxes.clock_driver import ClockDriver
from emulator.sandboxes.sandbox import Sandbox, Sandboxes
from emulator.sandboxes.snapshots import Snapshot
from emulator.sandboxes.spec import InvalidOptions, NewSandbox, SandboxSpec, recipe
from emulator.sandboxes.vocabulary import vocabulary_of
from emulator.scenarios.library import extended, load_named
from emulator.scenarios.scenario import Scenario
from emulator.scenarios.validation import Invalid, checked
from emulator.scenarios.vocabulary import Vocabulary

DEFAULT = "default"


class Emulator:
    """One process's emulator. Raises Invalid when the settings' scenario is no good."""

    def __init__(
        self, settings: Settings | None = None, providers: Mapping[str, Provider] | None = None,
        recorder: ChangeLog | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings or Settings()
        self.recorder = recorder
        self.providers = providers if providers is not None else found()
        self.vocabulary: Vocabulary = vocabulary_of(self.providers)
        self.budget = MemoryLimit()
        self.sandboxes = Sandboxes(self.providers, self.settings.max_sandboxes)
        self.base_url = ""
        self._pumps: dict[Sandbox, ClockDriver] = {}
        self._ends: dict[Sandbox, asyncio.TimerHandle] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self.postman: DeliveryRouter | None = None
        self.base = self._default_recipe()
        """What new sandboxes begin with, whatever becomes of the default one."""
        self.default = self.make(self.base)
        self.reception = HttpDispatcher(
            self.providers, self.sandboxes, self.default, self._send_reports, self.settings.public_url
        )  # fmt: skip
        if self.settings.any_credentials:
            self.sandboxes.stand_in = self.default
        self.board = SmppDispatcher(self.sandboxes, self.default, self.reception.keep)

    # coming and going

    def start(self, call: Call, base_url: str) -> None:
        """From now on time passes and callbacks go out, by `call`. Runs in the loop that serves."""
        self._loop = asyncio.get_running_loop()
        self.base_url = base_url
        self.postman = DeliveryRouter(call, lambda provider: f"{self.base_url}/_emulator/sink/{provider}")
        self.board.receivers = self.postman.receivers
        for sandbox in self.sandboxes.by_id.values():
            self._attend(sandbox)

    async def stop(self) -> None:
        """Time stands, and callbacks under way are given up."""
        for pump in self._pumps.values():
            pump.stop()
        for end in self._ends.values():
            end.cancel()
        if self.postman is not None:
            await self.postman.close()

    def _attend(self, sandbox: Sandbox) -> None:
        assert self._loop is not None
        assert self.postman is not None
        self._pumps[sandbox] = ClockDriver(sandbox, self.postman, self._loop)
        if sandbox.recipe.ttl is not None:
            self._end_after(sandbox, sandbox.recipe.ttl)

    def _end_after(self, sandbox: Sandbox, ttl: float) -> None:
        """Forget it so many seconds after its last use. One with an SMPP session, or that is waited for, is in use."""
        assert self._loop is not None
        if sandbox.listeners or any(self.board.of(sandbox)):
            sandbox.used_at = real_now()
        left = ttl - (real_now() - sandbox.used_at) / SECOND
        if left <= 0:
            self.remove(sandbox)
        else:
            self._ends[sandbox] = self._loop.call_later(left, self._end_after, sandbox, ttl)

    # sandboxes

    def _default_recipe(self) -> SandboxSpec:
        settings = self.settings
        scenario = load_named(settings.scenario, self.vocabulary)
        patches = {name: AccountPatch() for name in self.providers}
        for name, url in settings.callback_urls(tuple(self.providers)).items():
            patches[name].callback_url = url
        credentials = {
            name: {**provider.default_credentials, **provider.fixed_credentials}
            for name, provider in self.providers.items()
        }
        seed = settings.seed if settings.seed is not None else scenario.seed if scenario.seed is not None else 1
        return SandboxSpec(
            id=DEFAULT, scenario=scenario, seed=seed, began=None, rate=1.0, credentials=credentials, patches=patches
        )

    def make(self, made: SandboxSpec) -> Sandbox:
        """A sandbox after a recipe. Raises ValueError when there is no room, KeyError naming what is taken."""
        sandbox = Sandbox(made, self.providers, self.budget, self.settings.journal_bytes, self.recorder)
        try:
            self.sandboxes.add(sandbox)
        except (KeyError, ValueError):
            if self.recorder is not None:
                self.recorder.removed(sandbox)
            raise
        if self._loop is not None:
            self._attend(sandbox)
        return sandbox

    def create(self, wish: NewSandbox) -> Sandbox:
        """A new sandbox. Raises Bad; with code "taken" when an id or credentials are."""
        found = None if wish.file is None else export.read(wish.file, wish, self.providers)
        made = recipe(wish, self.providers, self.base, self.scenario, self.patch)
        try:
            if found is None:
                return self.make(made)
            copy = self.make(export.recipe_of(found, made))
        except KeyError as taken:
            raise InvalidOptions(f"{taken.args[0]} is taken", "leave it out to get a random one", "taken") from None
        except ValueError as full:
            raise InvalidOptions(str(full), "delete some, or give them a ttl", "full") from None
        with self._standing(copy):
            export.fill(copy, found)
        return copy

    def restore(self, sandbox: Sandbox, name: str) -> Snapshot:
        """The sandbox as it was when a snapshot was taken; callbacks under way are dropped, the journal stays. Raises
        KeyError when there is none of that name."""
        with self._standing(sandbox):
            found = sandbox.snapshots.restore(sandbox, name)
        sandbox.tell("restored", 0)
        return found

    @contextmanager
    def _standing(self, sandbox: Sandbox) -> Iterator[None]:
        """Nothing is armed while the sandbox gets another world, and nobody waits for answers to the old one."""
        pump = self._pumps.get(sandbox)
        if pump is not None:
            pump.cancel_timer()
        yield
        sandbox.schedule_timer()
        if self.postman is not None:
            self.postman.give_up(sandbox)
            self.postman.receivers.wake(sandbox)

    def remove(self, sandbox: Sandbox) -> None:
        """Forget a sandbox and all that hangs on it."""
        self.sandboxes.remove(sandbox)
        sandbox.gone = True
        self.board.forget(sandbox)
        pump = self._pumps.pop(sandbox, None)
        if pump is not None:
            pump.stop()
        end = self._ends.pop(sandbox, None)
        if end is not None:
            end.cancel()
        if self.recorder is not None:
            self.recorder.removed(sandbox)
        if self.postman is not None:
            self.postman.give_up(sandbox)
        sandbox.journal.clear()
        sandbox.tell("gone", 0)
        sandbox.listeners.clear()

    def reset(self, sandbox: Sandbox) -> None:
        """A new world after the same recipe."""
        with self._standing(sandbox):
            sandbox.build()
            sandbox.journal.clear()
        sandbox.tell("reset", 0)

    def pump(self, sandbox: Sandbox) -> ClockDriver:
        return self._pumps[sandbox]

    # words that people write, checked

    def scenario(self, given: str | dict[str, Any]) -> Scenario:
        """A scenario by name, or a whole one. Raises Bad."""
        if isinstance(given, dict) and "name" in given and not given.keys() - {"name", "comment"}:
            raise InvalidOptions(
                "this is a scenario that has a name and nothing else: no rules, no accounts",
                'a scenario that comes along is asked for by its name alone, as in "no-credit" or '
                '{"scenario": "no-credit"}; one without rules says "rules": []',
            )  # fmt: skip
        try:
            if isinstance(given, str):
                return load_named(given, self.vocabulary, paths=False)
            return extended(checked(given, Scenario, self.vocabulary), self.vocabulary)
        except Invalid as invalid:
            raise InvalidOptions(f"the scenario is no good: {invalid}", "sms-emulator check FILE tells more") from None

    def patch(self, provider: str, given: dict[str, Any]) -> AccountPatch:
        """A change of an account. Raises Bad."""
        try:
            return checked(given, AccountPatch, self.vocabulary, provider=provider)
        except Invalid as invalid:
            raise InvalidOptions(f"the account of {provider} cannot be so: {invalid}") from None

    def rules(self, given: list[Any]) -> list[RuleSpec]:
        """Rules. Raises Bad."""
        try:
            return checked(given, list[RuleSpec], self.vocabulary)
        except Invalid as invalid:
            raise InvalidOptions(f"the rules are no good: {invalid}") from None

    # the way of a request

    def exchange(self, request: HttpRequest) -> Exchanged:
        """Read, judge, answer, journal. Never raises for what a client sent."""
        return self.reception.exchange(request)

    def _send_reports(self, sandbox: Sandbox, at: Timestamp) -> tuple["asyncio.Future[Any]", ...]:
        """What is due in the sandbox goes out now."""
        sandbox.catch_up(at)
        return () if self.postman is None else tuple(self.postman.under_way(sandbox))
