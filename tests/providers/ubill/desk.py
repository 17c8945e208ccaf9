"""uBill in memory: one sandbox whose clock stands at noon in Tbilisi, on 2026-02-01."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from providers.in_memory import InMemory

from emulator.core.admin_commands import PatchSender
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.ubill import PROVIDER

NOON = datetime(2026, 2, 1, 8, tzinfo=UTC)
TO = "995577123456"
OTHER = "995577654321"
JSON = "application/json"


class Desk(InMemory):
    """`wish`: what PATCH of an account takes; `credentials`: the account's own."""

    provider = PROVIDER
    url = "http://localhost/callback"

    def __init__(self, credentials: dict[str, str] | None = None, **wish: Any) -> None:
        super().__init__(NOON, {**(credentials or {}), **wish})

    @property
    def key(self) -> str:
        return self.account.credentials["key"]

    # asking

    def get(self, path: str, **query: str) -> Any:
        """A GET with the key in the query; the JSON that comes back."""
        said = urlencode({"key": self.key, **query})
        return self._json(self.exchange(HttpRequest(method="GET", target=f"/v1/sms/{path}?{said}")))

    def post(self, path: str, body: Any, kind: str = JSON) -> Any:
        """A POST with the key in the header; the JSON that comes back. Bytes go as they are."""
        octets = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = (("key", self.key), ("Content-Type", kind))
        return self._json(self.exchange(
            HttpRequest(method="POST", target=f"/v1/sms/{path}", headers=headers, body=octets)
        ))  # fmt: skip

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

    def advance(self, seconds: float) -> list[dict[str, str]]:
        """Let time pass; the callbacks that go out, each the parameters in order."""
        calls = self.calls(seconds)
        assert all((call.method, call.body) == ("GET", b"") for call in calls)
        return [dict(parse_qsl(urlsplit(call.target).query, keep_blank_values=True)) for call in calls]

    def decide(self, brand: int, state: Any) -> None:
        self.sandbox.control(PatchSender("ubill", brand, state))
