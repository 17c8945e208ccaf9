"""uBill in memory: one sandbox whose clock stands at noon in Tbilisi, on 2026-02-01."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from emulator.app.emulator import Emulator, Exchanged
from emulator.app.settings import Settings
from emulator.core.accounts import Account
from emulator.core.admin_commands import MoveMessage, PatchSender, PutRules
from emulator.core.units import SECOND
from emulator.dispatch.explain import explain
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.ubill import PROVIDER
from emulator.sandboxes.spec import ClockWish, NewSandbox

NOON = datetime(2026, 2, 1, 8, tzinfo=UTC)
TO = "995577123456"
OTHER = "995577654321"
JSON = "application/json"


class Desk:
    """`wish`: what PATCH of an account takes; `credentials`: the account's own."""

    def __init__(self, credentials: dict[str, str] | None = None, **wish: Any) -> None:
        self.emulator = Emulator(Settings())
        self.sandbox = self.emulator.create(NewSandbox(
            clock=ClockWish(now=NOON, rate=0), scenario={"rules": []},
            accounts={"ubill": {**(credentials or {}), **wish}},
        ))  # fmt: skip
        self.url = "http://localhost/callback"
        self.answer: Exchanged | None = None

    @property
    def account(self) -> Account:
        return self.sandbox.account("ubill")

    @property
    def key(self) -> str:
        return self.account.credentials["key"]

    # asking

    def ask(self, request: HttpRequest) -> HttpReply:
        self.answer = self.emulator.exchange(request)
        assert self.answer.reply is not None
        return self.answer.reply

    def get(self, path: str, **query: str) -> Any:
        """A GET with the key in the query; the JSON that comes back."""
        said = urlencode({"key": self.key, **query})
        return self._json(self.ask(HttpRequest(method="GET", target=f"/v1/sms/{path}?{said}")))

    def post(self, path: str, body: Any, kind: str = JSON) -> Any:
        """A POST with the key in the header; the JSON that comes back. Bytes go as they are."""
        octets = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = (("key", self.key), ("Content-Type", kind))
        return self._json(self.ask(HttpRequest(method="POST", target=f"/v1/sms/{path}", headers=headers, body=octets)))

    def _json(self, reply: HttpReply) -> Any:
        assert (reply.status, reply.header("content-type")) == (200, JSON), reply
        return json.loads(reply.body)

    def send(self, **said: Any) -> Any:
        """A POST of JSON; what is not said is as it should be, what is None is left out."""
        whole = {"brandID": 1, "numbers": [int(TO)], "text": "Hello", **said}
        return self.post("send", {name: value for name, value in whole.items() if value is not None})

    def sent(self, **said: Any) -> str:
        """A send that is accepted; its smsID."""
        answer = self.send(**said)
        assert answer["statusID"] == 0, answer
        return str(answer["smsID"])

    def report(self, sms_id: str) -> list[tuple[str, str]]:
        answer = self.get(f"report/{sms_id}")
        assert answer["statusID"] == 0, answer
        return [(one["number"], one["statusID"]) for one in answer["result"]]

    @property
    def left(self) -> str:
        found: str = self.get("balance")["sms"]
        return found

    # the world

    def messages(self) -> list[tuple[str, str]]:
        """(number, text) of all messages there are."""
        store = self.sandbox.engine.state.store
        return [(message.to, store.batch_of(message).text) for message in store.messages]

    def advance(self, seconds: float) -> list[dict[str, str]]:
        """Let time pass; the callbacks that go out, each the parameters in order."""
        engine = self.sandbox.engine
        told = []
        for report in engine.advance(self.sandbox.now() + round(seconds * SECOND)):
            message = engine.state.store.messages[report.message - 1]
            batch = engine.state.store.batch_of(message)
            request = PROVIDER.report(self.account, batch, message, report, self.url)
            assert request is not None
            assert (request.method, request.body) == ("GET", b"")
            told.append(dict(parse_qsl(urlsplit(request.target).query, keep_blank_values=True)))
            engine.answered(report.attempt, True, report.at)
        return told

    def move(self, message: int, status: Any) -> None:
        self.sandbox.control(MoveMessage(message, status))

    def decide(self, brand: int, state: Any) -> None:
        self.sandbox.control(PatchSender("ubill", brand, state))

    def rules(self, *rules: dict[str, Any]) -> None:
        for rule in rules:
            rule["when"] = {"provider": "ubill", **rule.get("when", {})}
        self.sandbox.control(PutRules(self.emulator.rules(list(rules))))

    def why(self) -> str:
        """The explanation of the last answer."""
        assert self.answer is not None
        return explain(self.emulator.providers, self.answer.exchange)

    def lint(self) -> list[str]:
        return list(self.sandbox.findings.by_row)
