"""smsoffice.ge in the hand: requests in, replies and callbacks out, in memory, on a clock that stands."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from providers.in_memory import InMemory

from emulator.core.accounts import AccountPatch
from emulator.core.admin_commands import PatchAccount
from emulator.core.messages import Batch, Message
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers import found

PROVIDER = found()["smsoffice"]
TO = "995577123456"
OTHER = "995599123456"
NOW = "2026-11-21T12:00:00+04:00"
NOON = int(datetime.fromisoformat(NOW).timestamp())
"""Where the clock stands, in Unix seconds."""
URL = "http://client.example/callback"
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)

Json = dict[str, Any]


def query(fields: dict[str, Any]) -> str:
    """As a client's own library writes it; None leaves a parameter out."""
    return "&".join(f"{name}={quote_plus(str(value))}" for name, value in fields.items() if value is not None)


class Office(InMemory):
    """One account in a sandbox of its own. Rules and switches may be given."""

    provider = PROVIDER

    def __init__(self, *rules: Json, now: str = NOW, url: str = URL, **account: Any) -> None:
        super().__init__(datetime.fromisoformat(now), {"callback_url": url, **account}, *rules)
        self.key = self.account.credentials["key"]

    @property
    def url(self) -> str:
        return self.account.callback_url

    @property
    def messages(self) -> list[Message]:
        return list(self.sandbox.engine.state.store.messages)

    def batch(self, number: int = -1) -> Batch:
        return self.sandbox.engine.state.store.batch_of(self.messages[number])

    # asking

    def call(self, method: str, target: str, body: bytes = b"", headers: Any = (), **more: Any) -> HttpReply:
        return self.exchange(HttpRequest(method=method, target=target, headers=headers, body=body, **more))

    def fields(self, **given: Any) -> Json:
        """The parameters of an ordinary send, those given in their place."""
        return {"key": self.key, "destination": TO, "sender": "smsoffice", "content": "Hello"} | given

    def send(self, **given: Any) -> Json:
        """A GET send; what the envelope says."""
        return envelope(self.call("GET", f"/api/v2/send/?{query(self.fields(**given))}"))

    def post(self, **given: Any) -> Json:
        return envelope(self.call("POST", "/api/v2/send/", query(self.fields(**given)).encode(), FORM))

    def code(self, **given: Any) -> int:
        """The ErrorCode of a send."""
        return int(self.send(**given)["ErrorCode"])

    def ask(self, destination: str | None = TO, reference: str | None = "mine", **more: Any) -> Json:
        """getMessageStatus."""
        fields = {"key": self.key, "destination": destination, "reference": reference, **more}
        return envelope(self.call("GET", f"/api/v2/getMessageStatus/?{query(fields)}"))

    def status(self, destination: str = TO, reference: str = "mine") -> str:
        found = self.ask(destination, reference)
        assert found["Success"] is True
        return str(found["Output"]["Status"])

    def balance(self) -> int:
        return int(self.call("GET", f"/api/getBalance?key={self.key}").body)

    advance = InMemory.calls

    def patch(self, **account: Any) -> None:
        patch: AccountPatch = self.emulator.patch("smsoffice", account)
        self.sandbox.control(PatchAccount("smsoffice", patch))


def envelope(reply: HttpReply) -> Json:
    """The four properties, of their types; nothing else."""
    assert reply.status == 200
    found = json.loads(reply.body)
    assert list(found) == ["Success", "Message", "Output", "ErrorCode"]
    assert isinstance(found["Success"], bool)
    assert isinstance(found["Message"], str)
    assert found["Output"] is None or isinstance(found["Output"], dict)
    assert type(found["ErrorCode"]) is int
    assert found["Success"] == (found["ErrorCode"] == 0)
    return dict(found)
