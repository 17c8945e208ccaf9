"""SMS Center in memory: one sandbox, its clock at noon in Moscow on 2026-02-02, with the page's credentials."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from emulator.app.emulator import Emulator, Exchanged
from emulator.app.settings import Settings
from emulator.core.accounts import Account
from emulator.core.admin_commands import MoveMessage, PutRules
from emulator.core.units import SECOND
from emulator.dispatch.explain import explain
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.smscenter import PROVIDER
from emulator.providers.smscenter.client import Failure, Who
from emulator.providers.smscenter.soap import client
from emulator.sandboxes.spec import ClockWish, NewSandbox

NOON = datetime(2026, 2, 2, 9, tzinfo=UTC)
TO = "79161234567"
OTHER = "79261234567"
LOGIN = {"login": "alex", "psw": "123"}
FORM = "application/x-www-form-urlencoded"


class Desk:
    """`wish`: what PATCH of an account takes, and credentials."""

    def __init__(
        self, now: datetime = NOON, rules: list[Any] | None = None, handler: str = "http://localhost/handler.php",
        seed: int | None = None, **wish: Any,
    ) -> None:  # fmt: skip
        self.handler = handler
        self.emulator = Emulator(Settings())
        own = {**LOGIN, "apikey": "key-of-alex", "callback_secret": "secret", **wish}
        self.sandbox = self.emulator.create(NewSandbox(
            clock=ClockWish(now=now, rate=0), scenario={"rules": rules or []}, accounts={"smscenter": own}, seed=seed,
        ))  # fmt: skip
        self.answer: Exchanged | None = None
        self.called: HttpRequest | None = None
        """The last callback."""
        self.peer = "192.0.2.1"
        self.in_flight = 1

    @property
    def account(self) -> Account:
        return self.sandbox.account("smscenter")

    # asking

    def ask(
        self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None, **more: Any
    ) -> HttpReply:
        request = HttpRequest(
            method=method, target=target, body=body, headers=tuple((headers or {}).items()), peer=self.peer,
            in_flight=self.in_flight, **more,
        )  # fmt: skip
        self.answer = self.emulator.exchange(request)
        assert self.answer.reply is not None
        return self.answer.reply

    def get(self, page: str, who: dict[str, str] | None = None, **query: str) -> bytes:
        """The body of a GET of /sys/<page>.php."""
        said = urlencode({**(LOGIN if who is None else who), **query})
        return self.ask("GET", f"/sys/{page}.php?{said}").body

    def json(self, page: str, who: dict[str, str] | None = None, **query: str) -> Any:
        """The same as UTF-8 JSON."""
        return json.loads(self.get(page, who, **{"fmt": "3", "charset": "utf-8", **query}))

    def send(self, phones: str = TO, mes: str = "Hello", **more: str) -> Any:
        return self.json("send", phones=phones, mes=mes, **more)

    def status(self, id: object, phone: str = TO, **more: str) -> Any:
        return self.json("status", phone=phone, id=str(id), **more)

    def soap(self, operation: str, who: dict[str, str] | None = None, **fields: str) -> dict[str, str]:
        """The fields of a SOAP result, `error` included."""
        given = LOGIN if who is None else who
        request = client.call(operation, Who(**given), fields)
        reply = self.ask("POST", request.target, request.body, dict(request.headers))
        assert reply.status == 200, reply
        try:
            return client.read_answer(reply)
        except Failure as failure:
            return {"error": str(failure.code), **({"id": str(failure.id)} if failure.id else {})}

    # the world

    def advance(self, seconds: float) -> list[dict[str, str]]:
        """Let time pass; the callbacks that go out, their fields in order."""
        engine, told = self.sandbox.engine, []
        target = self.sandbox.now() + round(seconds * SECOND)
        for report in engine.advance(target):
            message = engine.state.store.messages[report.message - 1]
            batch = engine.state.store.batch_of(message)
            request = PROVIDER.report(self.account, batch, message, report, self.handler)
            assert request is not None
            assert request.method == "POST"
            self.called = request
            told.append(dict(PROVIDER.said_in(request)))
            engine.answered(report.attempt, True, report.at)
        self.sandbox.clock.move_to(target)
        return told

    def rules(self, *rules: dict[str, Any]) -> None:
        self.sandbox.control(PutRules(self.emulator.rules(list(rules))))

    def move(self, message: int, status: Any, error: int = 0, reason: str = "") -> None:
        self.sandbox.control(MoveMessage(message, status, reason, error))

    def messages(self) -> list[tuple[str, str, str]]:
        """(number, text, status) of all messages there are."""
        store = self.sandbox.engine.state.store
        return [(message.to, store.batch_of(message).text, message.status) for message in store.messages]

    @property
    def left(self) -> float:
        return self.account.balance / 10_000

    def why(self) -> str:
        """The explanation of the last answer."""
        assert self.answer is not None
        return explain(self.emulator.providers, self.answer.exchange)

    def lint(self) -> list[str]:
        return list(self.sandbox.findings.by_row)
