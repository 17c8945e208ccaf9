"""Emulator: joins sandboxes, dispatch and delivery. `exchange` is a request's whole way, without I/O."""

import asyncio
from collections.abc import Mapping
from typing import Any

from emulator.app.settings import Settings
from emulator.core.accounts import AccountPatch
from emulator.core.units import Timestamp
from emulator.delivery.router import DeliveryRouter
from emulator.dispatch.http import Exchanged, HttpDispatcher
from emulator.dispatch.smpp import SmppDispatcher
from emulator.http.messages import Call, HttpRequest
from emulator.providers import found
from emulator.providers.base import Provider
from emulator.sandboxes.change_log import ChangeLog
from emulator.sandboxes.manager import SandboxManager
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import DEFAULT, SandboxSpec
from emulator.sandboxes.vocabulary import vocabulary_of
from emulator.scenarios.library import load_named
from emulator.scenarios.vocabulary import Vocabulary


class Emulator(SandboxManager):
    """One process's emulator. Raises Invalid when the settings' scenario is not valid."""

    def __init__(
        self, settings: Settings | None = None, providers: Mapping[str, Provider] | None = None,
        recorder: ChangeLog | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings or Settings()
        providers = providers if providers is not None else found()
        vocabulary = vocabulary_of(providers)
        base = _default(self.settings, providers, vocabulary)
        super().__init__(
            providers, vocabulary, base, self.settings.max_sandboxes, self.settings.journal_bytes, recorder
        )  # fmt: skip
        self.base_url = ""
        self.router: DeliveryRouter | None = None
        self.http = HttpDispatcher(
            self.providers, self.sandboxes, self.default, self._send_reports, self.settings.public_url
        )  # fmt: skip
        if self.settings.any_credentials:
            self.sandboxes.stand_in = self.default
        self.smpp = SmppDispatcher(self.sandboxes, self.default, self.http.record)

    def start(self, call: Call, base_url: str) -> None:
        """From now on time passes and callbacks go out, by `call`. Runs in the loop that serves."""
        self.base_url = base_url
        self.router = DeliveryRouter(call, lambda provider: f"{self.base_url}/_emulator/sink/{provider}")
        self.smpp.receivers = self.router.receivers
        self.let_time_pass(self.router, self.router.in_flight)

    async def stop(self) -> None:
        """Time stands, and callbacks under way are given up."""
        self.stop_time()
        if self.router is not None:
            await self.router.close()

    def exchange(self, request: HttpRequest) -> Exchanged:
        """Read, judge, answer, journal. Never raises for what a client sent."""
        return self.http.exchange(request)

    def _send_reports(self, sandbox: Sandbox, at: Timestamp) -> tuple["asyncio.Future[Any]", ...]:
        """What is due in the sandbox goes out now."""
        sandbox.catch_up(at)
        return () if self.router is None else tuple(self.router.in_flight.of(sandbox))

    def _in_use(self, sandbox: Sandbox) -> bool:
        return any(self.smpp.of(sandbox))

    def _removed(self, sandbox: Sandbox) -> None:
        self.smpp.forget(sandbox)

    def _state_replaced(self, sandbox: Sandbox) -> None:
        if self.router is not None:
            self.router.receivers.wake(sandbox)


def _default(settings: Settings, providers: Mapping[str, Provider], vocabulary: Vocabulary) -> SandboxSpec:
    """What the sandbox `default` is made after."""
    scenario = load_named(settings.scenario, vocabulary)
    patches = {name: AccountPatch() for name in providers}
    for name, url in settings.callback_urls(tuple(providers)).items():
        patches[name].callback_url = url
    credentials = {
        name: {**provider.default_credentials, **provider.fixed_credentials} for name, provider in providers.items()
    }
    seed = settings.seed if settings.seed is not None else scenario.seed if scenario.seed is not None else 1
    return SandboxSpec(
        id=DEFAULT, scenario=scenario, seed=seed, began=None, rate=1.0, credentials=credentials, patches=patches
    )
