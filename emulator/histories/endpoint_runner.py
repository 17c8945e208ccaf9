"""Delivery histories played at a callback endpoint, each answer judged as the provider would. Only that address is
called; the messages exist nowhere but here."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from emulator.app.emulator import Emulator
from emulator.app.settings import Settings
from emulator.clock import real_now
from emulator.core.admin_commands import PutRules
from emulator.core.units import SECOND
from emulator.delivery.http_client import HttpClient
from emulator.dispatch.explain import explain
from emulator.histories.history import History, read_token
from emulator.histories.history_rules import laid_over
from emulator.http.messages import HttpReply, HttpRequest, read_query, write_query
from emulator.net.allowed_targets import Everywhere
from emulator.providers.base import Provider
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import ClockWish, NewSandbox


class About(NamedTuple):
    """The message that the callbacks are about, as the program knows it: its reference, number, id at the provider;
    and the secret that the program shares with the provider."""

    reference: str
    to: str
    id: int | None
    secret: str


_NEVER_SENT = About("never-sent", "995577999999", 987_654_321, "")
_TEXT = "A message that sms-emulator check-callbacks made up"


class HistoryCase(NamedTuple):
    """A history to be run. `unknown`: about a message that the program has never sent. `forged`: with another secret.
    `lower`: the state's word in lower-case letters."""

    name: str
    history: History
    unknown: bool = False
    forged: bool = False
    lower: bool = False


CASES = (
    HistoryCase("delivered", read_token("delivered@2")),
    HistoryCase("undelivered", read_token("undelivered@2")),
    HistoryCase("twice", read_token("delivered@2,delivered@3")),
    HistoryCase("again, as if unanswered", read_token("delivered@2x2")),
    HistoryCase("out of order", read_token("delivered@2,pending@3/1")),
    HistoryCase("back from an end", read_token("delivered@2,pending@3")),
    HistoryCase("contradictory", read_token("delivered@2,undelivered@3")),
    HistoryCase("a day late", read_token("delivered@86400/2")),
    HistoryCase("unknown message", read_token("delivered@2"), unknown=True),
    HistoryCase("odd letter case", read_token("delivered@2"), lower=True),
    HistoryCase("wrong secret", read_token("delivered@2"), forged=True),
)


class EndpointRow(msgspec.Struct, frozen=True):
    """One callback: what was sent, what the provider asks for, what came back, and whether that is `good`."""

    case: str
    method: str
    url: str
    sent: dict[str, str]
    asked: str
    answered: str
    good: bool
    verdict: str


class Unreachable(Exception):
    """Nobody answers at the address at all."""


class Endpoint:
    """The address under test. Takes requests as the HTTP client does and writes a row for each."""

    def __init__(self, provider: Provider, timeout: float) -> None:
        self._provider = provider
        self.timeout = timeout
        self._outbox = HttpClient(Everywhere())
        self._asked = provider.judge_answer(404, b"").verdict.partition("; ")[2] or "an answer as documented"
        self.case = CASES[0]
        self.dry = False
        """Nothing is sent; what would be is in `requests`."""
        self.requests: list[HttpRequest] = []
        self.rows: list[EndpointRow] = []
        self.unreachable = ""
        """Why nobody could be called from the first on."""

    async def call(self, request: HttpRequest, fault: str | None = None) -> HttpReply:
        if self.case.lower:
            request = msgspec.structs.replace(request, target=_lower(self._provider, request.target))
        self.requests.append(request)
        if self.dry:
            return self._provider.sink_answer
        try:
            async with asyncio.timeout(self.timeout):
                answer = await self._outbox.call(request)
        except TimeoutError:
            failure = f"no answer within {self.timeout:g} s"
            self._note(request, failure, False, failure)
            raise TimeoutError(failure) from None
        except OSError as error:
            if not self.rows:
                self.unreachable = str(error)
            self._note(request, "no answer", False, str(error))
            raise
        accepted, verdict = self._provider.judge_answer(answer.status, answer.body)
        body = answer.body[:60].decode("utf-8", "replace")
        self._note(request, f"{answer.status} {body}".strip(), accepted, verdict)
        return answer

    def _note(self, request: HttpRequest, answered: str, accepted: bool, verdict: str) -> None:
        asked = self._asked
        if self.case.forged:
            asked = "no success: the secret is wrong"
            if accepted:
                verdict = f"taken for true, though the secret is wrong ({verdict})"
            elif answered[:1].isdigit():
                verdict = "refused, as it should be"
        good = accepted is not self.case.forged and (not self.case.forged or answered[:1].isdigit())
        sent = dict(self._provider.said_in(request))
        self.rows.append(
            EndpointRow(self.case.name, request.method, request.target, sent, asked, answered, good, verdict)
        )

    async def close(self) -> None:
        await self._outbox.close()


async def play(
    provider: Provider, url: str, about: About, timeout: float
) -> AsyncIterator[tuple[int, list[EndpointRow]]]:
    """How many cases are still to come, and the rows of one: first before any is played, then after each. Raises
    Unreachable, and ValueError for a message that the provider would not take."""
    endpoint = Endpoint(provider, timeout)
    emulator = Emulator(Settings())
    emulator.start(endpoint.call, "")
    try:
        stage = Stage(emulator, endpoint, provider, url, about)
        cases = await stage.fitting()
        yield len(cases), []
        for left, case in zip(range(len(cases) - 1, -1, -1), cases, strict=True):
            before = len(endpoint.rows)
            await stage.play(case)
            if endpoint.unreachable:
                raise Unreachable(endpoint.unreachable)
            yield left, endpoint.rows[before:]
    finally:
        await emulator.stop()
        await endpoint.close()


class Stage:
    """Where cases are played: each in a sandbox of its own, whose clock stands until the reports are due."""

    def __init__(self, emulator: Emulator, endpoint: Endpoint, provider: Provider, url: str, about: About) -> None:
        self._emulator = emulator
        self._endpoint = endpoint
        self._provider = provider
        self._url = url
        self._about = about
        self._clock = ClockWish(now=datetime.fromtimestamp(real_now() // SECOND, UTC), rate=0)

    async def fitting(self) -> list[HistoryCase]:
        """The cases that mean something for the provider. Those of a word or a secret must change what goes out."""
        self._endpoint.dry = True
        sent: list[HttpRequest] = []
        for case in CASES:
            await self.play(case)
            sent.append(self._endpoint.requests[-1])
        self._endpoint.dry = False
        told = zip(CASES, sent, strict=True)
        return [case for case, request in told if not (case.lower or case.forged) or request != sent[0]]

    async def play(self, case: HistoryCase) -> None:
        """Send a message, and let everything be reported that the case holds."""
        self._endpoint.case = case
        name = self._provider.name
        sandbox = self._emulator.create(NewSandbox(
            clock=self._clock, callback_url=self._url, scenario={"rules": []}, accounts={name: {"limits": "off"}}
        ))  # fmt: skip
        try:
            self._send(sandbox, case)
            secret = self._about.secret
            account = sandbox.account(name)
            # Who asks was told when the message was sent; what is left for a credential to do is to sign callbacks.
            account.credentials = dict.fromkeys(account.credentials, f"not-{secret}" if case.forged else secret)
            await self._emulator.clock_driver(sandbox).walk(None, 60.0 + 10 * self._endpoint.timeout)
        finally:
            self._emulator.remove(sandbox)

    def _send(self, sandbox: Sandbox, case: HistoryCase) -> None:
        about, provider = _NEVER_SENT if case.unknown else self._about, self._provider
        if about.id is not None and provider.profile.first_id is not None:
            sandbox.engine.state.next_ids[provider.name] = about.id
        sandbox.control(PutRules(self._emulator.rules(laid_over([], case.history))))
        credentials = sandbox.spec.credentials[provider.name]
        exchange = self._emulator.exchange(provider.example(credentials, about.to, _TEXT, about.reference)).exchange
        if exchange.word != "accepted":
            raise ValueError(explain(self._emulator.providers, exchange))


def _lower(provider: Provider, target: str) -> str:
    """The target of a callback with the word of the state in lower case."""
    words = {row.word for row in provider.profile.statuses if row.word.isalpha()}
    path, mark, query = target.partition("?")
    fields = [(name, value.lower() if value in words else value) for name, value in read_query(query)]
    return f"{path}{mark}{write_query(fields)}" if mark and fields != read_query(query) else target
