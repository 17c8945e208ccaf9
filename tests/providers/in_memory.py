"""A provider in memory: an account in a sandbox whose clock stands; requests in, replies and callbacks out."""

from datetime import datetime
from typing import Any

from emulator.app.emulator import Emulator, Exchanged
from emulator.app.settings import Settings
from emulator.core.accounts import Account
from emulator.core.admin_commands import MoveMessage, PutRules
from emulator.core.units import SECOND
from emulator.dispatch.explain import explain
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.base import Provider
from emulator.sandboxes.spec import ClockWish, NewSandbox


class InMemory:
    """`own`: what PATCH of an account takes, and credentials; `url`: where callbacks go."""

    provider: Provider
    url: str

    def __init__(self, now: datetime, own: dict[str, Any], *rules: dict[str, Any], seed: int | None = None) -> None:
        self.emulator = Emulator(Settings())
        self.sandbox = self.emulator.create(NewSandbox(
            clock=ClockWish(now=now, rate=0), scenario={"rules": [self._ours(rule) for rule in rules]},
            accounts={self.provider.name: own}, seed=seed,
        ))  # fmt: skip
        self.answer: Exchanged | None = None

    def _ours(self, rule: dict[str, Any]) -> dict[str, Any]:
        """A rule of this provider, who has not to be named in each."""
        return {**rule, "when": {"provider": self.provider.name, **rule.get("when", {})}}

    @property
    def account(self) -> Account:
        return self.sandbox.account(self.provider.name)

    def exchange(self, request: HttpRequest) -> HttpReply:
        self.answer = self.emulator.exchange(request)
        assert self.answer.reply is not None
        return self.answer.reply

    def calls(self, seconds: float) -> list[HttpRequest]:
        """Time goes on; the callbacks that go out, each taken for answered as it should be."""
        engine = self.sandbox.engine
        at = self.sandbox.now() + round(seconds * SECOND)
        calls = []
        while (due := engine.state.scheduler.due) is not None and due <= at:
            self.sandbox.clock.move_to(due)
            for report in engine.advance(due):
                message = engine.state.store.messages[report.due.message - 1]
                batch = engine.state.store.batch_of(message)
                request = self.provider.report(self.account, batch, message, report.due, self.url)
                engine.answered(report.attempt, True, report.at)
                if request is not None:
                    calls.append(request)
        self.sandbox.clock.move_to(at)
        engine.advance(at)
        return calls

    def rules(self, *rules: dict[str, Any]) -> None:
        """These from now on, and no others."""
        self.sandbox.control(PutRules(self.emulator.rules([self._ours(rule) for rule in rules])))

    def move(self, message: int, status: Any, error: int = 0, reason: str = "") -> None:
        self.sandbox.control(MoveMessage(message, status, reason, error))

    def texts(self) -> list[tuple[str, str]]:
        """(number, text) of all messages there are."""
        store = self.sandbox.engine.state.store
        return [(message.to, store.batch_of(message).text) for message in store.messages]

    def why(self) -> str:
        """The explanation of the last answer."""
        assert self.answer is not None
        return explain(self.emulator.providers, self.answer.exchange)

    def details(self, row: str) -> list[str]:
        """What a finding says of it."""
        return self.sandbox.findings.by_row[row].details

    def lint(self) -> list[str]:
        return list(self.sandbox.findings.by_row)
