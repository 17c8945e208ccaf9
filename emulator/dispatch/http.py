"""Where requests come in: each one's whole way, from what was said to what goes back and stands in the journal. Without
I/O."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import msgspec

from emulator.core.commands import Credential
from emulator.core.rules.actions import Reply
from emulator.core.units import Timestamp
from emulator.dispatch import reply_overrides, workload
from emulator.dispatch.routes import RouteMatch, routes_of
from emulator.http.messages import HttpReply, HttpRequest
from emulator.journal import Exchange, Line
from emulator.providers.asked import host
from emulator.providers.base import Provider
from emulator.sandboxes.sandbox import Sandbox, Sandboxes

Reports = Callable[[Sandbox, Timestamp], tuple["asyncio.Future[Any]", ...]]
"""Sends what is due in a sandbox now; gives back what is under way."""


_LARGE = 1000
"""Octets: what has less cannot ask for too much."""
_PLAIN = (("Content-Type", "text/plain; charset=utf-8"),)


Lane: TypeAlias = tuple[str, str, str]
"""Sandbox, provider, kind of request: whose requests under way are counted together."""


class Exchanged(msgspec.Struct, frozen=True, gc=False):
    """What goes back to the client: the reply, what a rule wants done to it, and the exchange as journalled."""

    reply: HttpReply | None
    fault: Reply | None
    line: Line
    first: tuple["asyncio.Future[Any]", ...] = ()
    """Callbacks under way that shall be answered before the reply goes."""
    lane: Lane | None = None
    """With which requests under way it is counted; None where nobody counts."""

    @property
    def exchange(self) -> Exchange:
        return self.line.whole()


UnderWay = Callable[[Lane], int]
"""Another request is under way: how many are now, this one included."""


class Stranger(Exception):
    """A request leads to no sandbox of this process, and nothing was done."""

    def __init__(self, provider: str = "", credential: Credential | None = None) -> None:
        self.provider, self.credential = provider, credential


class HttpDispatcher:
    """Serves the sandboxes of a process. What leads to none of them is journalled in the `default` one."""

    def __init__(
        self, providers: Mapping[str, Provider], sandboxes: Sandboxes, default: Sandbox, send_reports: Reports,
        public_url: str | None = None,
    ) -> None:  # fmt: skip
        public = urlsplit(public_url or "")
        self._public = public.hostname if public.scheme == "https" else None
        """Whoever asks under this host has come by https, wherever TLS ended."""
        self._providers = providers
        self._sandboxes = sandboxes
        self._default = default
        self._send_reports = send_reports
        self.routing = routes_of(providers)
        self.told: Callable[[Sandbox, Exchange], None] | None = None
        """Hears each exchange as it is kept: the log."""
        self.hand_on: Callable[[Line], None] | None = None
        """Takes what belongs into the journal of the sandbox default, where that is at another node."""
        self.counted: Counter[tuple[str, str, str, str]] = Counter()
        """How many exchanges there were by provider, protocol, operation and outcome, for the metrics."""

    # a request over HTTP

    def exchange(
        self, request: HttpRequest, under_way: UnderWay | None = None, match: RouteMatch | None = None,
        here: bool = True,
    ) -> Exchanged:  # fmt: skip
        """Read, judge, answer, journal. Never raises for what a client sent. `match`: where it is known already. Raises
        Stranger unless whatever comes is to be answered `here`."""
        if self._public is not None and host(request) == self._public:
            request = msgspec.structs.replace(request, scheme="https")
        match = match or self.routing.match(request)
        route, provider = match.route, match.provider
        if route is None:
            if not here:
                raise Stranger
            line = self.record_unrouted(request, match.reply, provider, "unroutable", match.reply.body.decode())
            return Exchanged(match.reply, None, line)
        large = len(request.body) + len(request.target) > _LARGE
        if large and (why := workload.unread(request.body)) is not None:
            if not here:
                raise Stranger
            return self._too_many(request, provider, why, self._default)
        command = match.read(request) if request.method == "HEAD" else route.read(request, match.values)
        known, command.credential = self._sandboxes.of(provider, command.credential, here)
        lane = account = None
        if known is None:
            if not here:
                raise Stranger(provider, command.credential)
            sandbox = self._default
            if command.credential is None:
                account = sandbox.engine.state.accounts[provider]
        else:
            sandbox, account = known, known.engine.state.accounts[provider]
            if under_way is not None and not account.limits_off:
                kind = self._providers[provider].lanes.get(command.operation)
                if kind is not None:
                    lane = sandbox.spec.id, provider, kind
                    in_flight = under_way(lane)
                    if in_flight > 1:
                        command.in_flight = in_flight
                        request = msgspec.structs.replace(request, in_flight=in_flight)
        if large and (why := workload.too_many(command, sandbox.engine.state)) is not None:
            return self._too_many(request, provider, why, sandbox)
        at, decision = sandbox.execute(command)
        outcome, fault = decision.outcome, decision.reply
        reply = route.write(command, outcome, account) if fault is None or fault.heard else None
        if fault is not None:
            reply = reply_overrides.reply(fault, reply)
        line = Line(
            at, provider, command.protocol, command.operation, outcome.word, decision.rule, request, reply, outcome,
            None if fault is None else fault.fault, command.notes + decision.noticed, "", None, match,
            command.credential,
        )  # fmt: skip
        self.record(sandbox, line)
        return Exchanged(
            reply, fault, line, self._send_reports(sandbox, at) if decision.reports_first else (), lane
        )  # fmt: skip

    # a mail

    def takes_mail(self, address: str) -> bool:
        """Is it some provider's mailbox?"""
        return any(provider.mail is not None and provider.mail.receives(address) for provider in self._mailing())

    @property
    def largest_mail(self) -> int:
        return max((provider.mail.most for provider in self._mailing() if provider.mail is not None), default=0)

    def mail(self, request: HttpRequest, address: str, here: bool = True) -> Exchanged:
        """A mail to one of the mailboxes, as a request: read, judged, journalled like others. Raises as `exchange`
        does."""
        for provider in self._mailing():
            if provider.mail is not None and provider.mail.receives(address):
                match = RouteMatch(provider.name, provider.mail.route, {}, HttpReply())
                return self.exchange(request, None, match, here)
        raise LookupError(address)

    def _mailing(self) -> Iterator[Provider]:
        return (provider for provider in self._providers.values() if provider.mail is not None)

    def _too_many(self, request: HttpRequest, provider: str, why: str, sandbox: Sandbox) -> Exchanged:
        refusal = HttpReply(status=413, headers=_PLAIN, body=f"{why}\n".encode())
        return Exchanged(refusal, None, self.record_unrouted(request, refusal, provider, "unreadable", why, sandbox))

    def unreadable(self, request: HttpRequest, why: str, status: int = 400) -> HttpReply:
        """What the HTTP parser itself refused: answered cleanly, and journalled in the default sandbox."""
        text = f"{why}\n".encode("utf-8", "replace")
        plain = HttpReply(status=status, headers=_PLAIN, body=text)
        reply = self.routing.named(request, plain)
        self.record_unrouted(request, reply, "", "unreadable", why)
        return reply

    def unanswered(self, request: HttpRequest, why: str) -> None:
        """A client that was not even heard, such as one that broke off a handshake: journalled in the same place."""
        self.record_unrouted(request, None, "", "unreadable", why)

    def record_unrouted(
        self, request: HttpRequest, reply: HttpReply | None, provider: str, word: str, why: str,
        sandbox: Sandbox | None = None,
    ) -> Line:  # fmt: skip
        sandbox = sandbox or self._default
        protocol = "smtp" if request.method == "MAIL" else "http"
        line = Line(
            sandbox.now(), provider, protocol, "", word, None, request, reply, None, None, (), why
        )  # fmt: skip
        self.record(sandbox, line)
        return line

    # what has been answered, over any protocol

    def record(self, sandbox: Sandbox, line: Line) -> None:
        """Journal an exchange, note which rows it violated, and tell of it."""
        if sandbox.gone and sandbox is self._default and self.hand_on is not None:
            self.hand_on(line)
        else:
            self.keep(sandbox, line)
        self.counted[line.provider, line.protocol, line.operation, line.word] += 1
        if self.told is not None:
            self.told(sandbox, line.whole())

    def keep(self, sandbox: Sandbox, line: Line) -> None:
        """In the sandbox's journal, with what was noticed."""
        sandbox.journal.add(line)
        if line.notes:
            sandbox.findings.note_rows(line)
        sandbox.feed.add("requests", line.id)
