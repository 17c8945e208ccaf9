"""Where a client of each provider stands: the same few things said to any of them over real sockets, by its own client
half, and answers and reports read back into the same few words."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiohttp import ClientError, ClientSession
from support import Receiver, frozen, receiver, serving, walk

from emulator.app.server import Server
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.smscenter import client as smscenter
from emulator.providers.smsoffice import client as smsoffice
from emulator.providers.ubill import client as ubill
from emulator.sandboxes.sandbox import Sandbox

TO, OTHER = "995577123456", "995577654321"


class Heard(NamedTuple):
    """An answer: the HTTP status (None: the connection closed without one), the provider's code (0: done; None: no
    answer of the provider's), headers."""

    http: int | None
    code: int | None = None
    headers: dict[str, str] = {}  # noqa: RUF012


class Words(NamedTuple):
    """A provider's half of a desk. `codes`: what it says for the scenarios; `states` of reports, and where they are."""

    send: Callable[[dict[str, str], list[str], str, str], HttpRequest]
    status: Callable[[dict[str, str], str, str], HttpRequest]
    balance: Callable[[dict[str, str]], HttpRequest]
    code: Callable[[HttpReply], int]
    left: Callable[[HttpReply], float]
    codes: dict[str, int]
    state: tuple[str, dict[str, str]]
    name: str
    """The field of a report that says which message it is about."""
    ok: bytes = b"OK"


def _smscenter_code(reply: HttpReply) -> int:
    try:
        smscenter.read_answer(reply)
    except smscenter.Failure as failure:
        return failure.code
    return 0


def _who(credentials: dict[str, str]) -> smscenter.Who:
    return smscenter.Who(credentials["login"], credentials["psw"])


WORDS = {
    "smsoffice": Words(
        send=lambda c, to, text, own: smsoffice.send(c["key"], to, "smsoffice", text, reference=own),
        status=lambda c, to, own: smsoffice.message_status(c["key"], to, own),
        balance=lambda c: smsoffice.balance(c["key"]),
        code=lambda reply: smsoffice.read_answer(reply).code,
        left=smsoffice.read_balance,
        codes={"no-credit": 20, "stop-listed": 75, "later": -100, "shut-out": 120},
        state=("status", {
            "Pending": "sent", "Delivered": "delivered", "Undelivered": "undelivered", "Expired": "expired",
            "Unknown": "unknown",
        }),
        name="reference",
    ),
    "ubill": Words(
        send=lambda c, to, text, own: ubill.send(c["key"], 1, to, text),
        status=lambda c, to, own: ubill.report(c["key"], int(own)),
        balance=lambda c: ubill.balance(c["key"]),
        code=lambda reply: ubill.read_sent(reply).status_id,
        left=lambda reply: ubill.read_balance(reply).sms or 0,
        codes={"no-credit": 40, "stop-listed": 50, "shut-out": 401},
        state=("statusID", {"0": "sent", "1": "delivered", "2": "undelivered", "3": "pending"}),
        name="smsID",
    ),
    "smscenter": Words(
        send=lambda c, to, text, own: smscenter.send(_who(c), to, text, id=own.removeprefix("r")),
        status=lambda c, to, own: smscenter.status(_who(c), to, own.removeprefix("r")),
        balance=lambda c: smscenter.balance(_who(c)),
        code=_smscenter_code,
        left=lambda reply: float(smscenter.read_balance(reply)),
        codes={"no-credit": 3, "stop-listed": 8, "later": 9, "shut-out": 4},
        state=("status", {
            "0": "sent", "1": "delivered", "3": "expired", "20": "undelivered", "23": "rejected",
        }),
        name="id",
    ),
}  # fmt: skip
PROVIDERS = tuple(WORDS)


class Desk:
    """A client of one provider, in a sandbox of its own whose clock stands, with an endpoint for reports."""

    def __init__(self, served: Server, sandbox: Sandbox, endpoint: Receiver, provider: str) -> None:
        self.served = served
        self.sandbox = sandbox
        self.endpoint = endpoint
        self.words = WORDS[provider]
        self.provider = provider
        self.path = f"/_emulator/sandboxes/{sandbox.id}"

    async def ask(self, request: HttpRequest) -> HttpReply | None:
        """One request over the wire; None when the connection closed without an answer."""
        url = self.served.base_url + request.target
        try:
            async with (
                ClientSession() as session,
                session.request(request.method, url, headers=dict(request.headers), data=request.body or None) as got,
            ):
                return HttpReply(status=got.status, headers=tuple(got.headers.items()), body=await got.read())
        except ClientError:
            return None

    async def send(self, *to: str, text: str = "Your code is 1234", own: str = "r1") -> Heard:
        reply = await self.ask(self.words.send(self._credentials, list(to or (TO,)), text, own))
        if reply is None:
            return Heard(None)
        try:
            code: int | None = self.words.code(reply)
        except ValueError:
            code = None
        return Heard(reply.status, code, dict(reply.headers))

    async def balance(self) -> float:
        reply = await self.ask(self.words.balance(self._credentials))
        assert reply is not None
        return self.words.left(reply)

    @property
    def _credentials(self) -> dict[str, str]:
        return self.sandbox.account(self.provider).credentials

    async def walk(self, seconds: float | None = None) -> None:
        await walk(self.served, self.sandbox, seconds)

    @property
    def reports(self) -> list[str]:
        """The states reported, as they arrived."""
        field, states = self.words.state
        return [states[came[field]] for came in self.endpoint.came]

    @property
    def named(self) -> list[str]:
        """Which message each report was about."""
        return [came[self.words.name] for came in self.endpoint.came]

    @property
    def states(self) -> list[str]:
        """The states of all messages, as the sandbox sees them."""
        return [message.status for message in self.sandbox.engine.state.store.messages]

    @property
    def spent(self) -> float:
        return self.sandbox.account(self.provider).spent / 10_000


@asynccontextmanager
async def desk(provider: str, scenario: Any, **wish: Any) -> AsyncIterator[Desk]:
    """A client of that provider in that scenario."""
    async with serving() as served, receiver() as endpoint:
        sandbox = frozen(served, scenario=scenario, callback_url=endpoint.url, **wish)
        yield Desk(served, sandbox, endpoint, provider)
