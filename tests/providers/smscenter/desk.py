"""SMS Center in memory: one sandbox, its clock at noon in Moscow on 2026-02-02, with the page's credentials."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from providers.in_memory import InMemory

from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.smscenter import PROVIDER
from emulator.providers.smscenter.client import Failure, Who
from emulator.providers.smscenter.soap import client

NOON = datetime(2026, 2, 2, 9, tzinfo=UTC)
TO = "79161234567"
OTHER = "79261234567"
LOGIN = {"login": "alex", "psw": "123"}
FORM = "application/x-www-form-urlencoded"


class Desk(InMemory):
    """`wish`: what PATCH of an account takes, and credentials."""

    provider = PROVIDER

    def __init__(
        self, now: datetime = NOON, rules: Sequence[dict[str, Any]] = (), handler: str = "http://localhost/handler.php",
        seed: int | None = None, **wish: Any,
    ) -> None:  # fmt: skip
        own = {**LOGIN, "apikey": "key-of-alex", "callback_secret": "secret", **wish}
        super().__init__(now, own, *rules, seed=seed)
        self.url = handler
        self.called: HttpRequest | None = None
        """The last callback."""
        self.peer = "192.0.2.1"
        self.in_flight = 1

    # asking

    def ask(
        self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None, **more: Any
    ) -> HttpReply:
        return self.exchange(HttpRequest(
            method=method, target=target, body=body, headers=tuple((headers or {}).items()), peer=self.peer,
            in_flight=self.in_flight, **more,
        ))  # fmt: skip

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
        calls = self.calls(seconds)
        assert {call.method for call in calls} <= {"POST"}
        self.called = calls[-1] if calls else self.called
        return [dict(PROVIDER.said_in(call)) for call in calls]

    def messages(self) -> list[tuple[str, str, str]]:
        """(number, text, status) of all messages there are."""
        store = self.sandbox.engine.state.store
        return [(message.to, store.batch_of(message).text, message.status) for message in store.messages]

    @property
    def left(self) -> float:
        return self.account.balance / 10_000
