"""Where requests come in: each one's whole way, from what was said to what goes back and stands in the journal. Without
I/O."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from emulator import otherwise
from emulator.core.commands import AnyCommand
from emulator.core.engine import Verdict
from emulator.core.plans import Reply
from emulator.core.values import Moment
from emulator.journal import Exchange
from emulator.providers.contract import Provider, Route
from emulator.reception.routing import Routing
from emulator.sandboxes import Sandbox, Sandboxes
from emulator.wire import HttpReply, HttpRequest

Reports = Callable[[Sandbox, Moment], tuple["asyncio.Future[Any]", ...]]
"""Sends what is due in a sandbox now; gives back what is under way."""


class Answer(NamedTuple):
    """What goes back to the client: the reply, what a rule wants done to it, and the exchange as journalled."""

    reply: HttpReply | None
    fault: Reply | None
    exchange: Exchange
    first: tuple["asyncio.Future[Any]", ...] = ()
    """Callbacks under way that shall be answered before the reply goes."""


class Reception:
    """Serves the sandboxes of a process. What leads to none of them is journalled in the `default` one."""

    def __init__(
        self, providers: Mapping[str, Provider], sandboxes: Sandboxes, default: Sandbox, send_reports: Reports
    ) -> None:  # fmt: skip
        self._sandboxes = sandboxes
        self._default = default
        self._send_reports = send_reports
        self.routing = Routing(providers)
        self._counting = {
            route.path.lower().removesuffix("/"): provider
            for provider in providers.values() if provider.lane is not None for route in provider.routes
        }  # fmt: skip
        self._uncounted = frozenset(
            route.path + slash for provider in providers.values() if provider.lane is None
            for route in provider.routes for slash in ("", "/")
        )  # fmt: skip
        """The other addresses, as they are mostly written."""
        self.told: Callable[[Sandbox, Exchange], None] | None = None
        """Hears each exchange as it is kept: the log."""
        self.counted: dict[tuple[str, str, str, str], int] = {}
        """How many exchanges there were by provider, protocol, operation and outcome, for the metrics."""

    # a request over HTTP

    def lane(self, request: HttpRequest) -> tuple[str, ...] | None:
        """Whose requests under way this one is counted with; None when nobody counts."""
        path = request.path
        if path in self._uncounted:
            return None
        provider = self._counting.get(path.lower().removesuffix("/"))
        if provider is None or provider.lane is None:
            return None
        found = provider.lane(request)
        sandbox = self._sandboxes.of(provider.name, found[0]) if found else None
        if found is None or sandbox is None or sandbox.account(provider.name).limits_off:
            return None
        return sandbox.id, provider.name, found[1]

    def exchange(self, request: HttpRequest) -> Answer:
        """Read, judge, answer, journal. Never raises for what a client sent."""
        match = self.routing.match(request)
        if match.route is None:
            exchange = self._stray(request, match.reply, match.provider, "unroutable", match.reply.body.decode())
            return Answer(match.reply, None, exchange)
        command = match.route.read(request, match.values)
        sandbox = self._sandboxes.of(match.provider, command.credential)
        judged = (sandbox or self._default).execute(command)
        return self.answer(sandbox, match.route, request, command, *judged)

    def answer(
        self, sandbox: Sandbox | None, route: Route, request: HttpRequest, command: AnyCommand, at: Moment,
        verdict: Verdict,
    ) -> Answer:  # fmt: skip
        """What goes back once a command has been judged, journalled. `sandbox`: whose credentials it has, or None."""
        known, sandbox = sandbox is not None, sandbox or self._default
        outcome, fault = verdict.outcome, verdict.reply
        if fault is not None and not fault.heard:
            reply = otherwise.reply(fault, None)
        else:
            whose = sandbox.account(command.provider) if known or command.credential is None else None
            reply = route.write(command, outcome, whose)
            if fault is not None:
                reply = otherwise.reply(fault, reply)
        exchange = Exchange(
            id=0, at=at, provider=command.provider, protocol=command.protocol, operation=command.operation,
            request=request, request_size=0, reply=reply, reply_size=0, command=command, outcome=outcome,
            word=outcome.word, rule=verdict.rule, fault=None if fault is None else fault.fault, notes=command.notes,
        )  # fmt: skip
        self.keep(sandbox, exchange)
        return Answer(reply, fault, exchange, self._send_reports(sandbox, at) if verdict.reports_first else ())

    def unreadable(self, request: HttpRequest, why: str, status: int = 400) -> HttpReply:
        """What the HTTP parser itself refused: answered cleanly, and journalled in the default sandbox."""
        text = f"{why}\n".encode("utf-8", "replace")
        reply = HttpReply(status=status, headers=(("Content-Type", "text/plain; charset=utf-8"),), body=text)
        self._stray(request, reply, "", "unreadable", why)
        return reply

    def _stray(self, request: HttpRequest, reply: HttpReply, provider: str, word: str, why: str) -> Exchange:
        sandbox = self._default
        return self.keep(sandbox, Exchange(
            id=0, at=sandbox.now(), provider=provider, protocol="http", operation="", request=request, request_size=0,
            reply=reply, reply_size=0, command=None, outcome=None, word=word, why=why,
        ))  # fmt: skip

    # what has been answered, over any protocol

    def keep(self, sandbox: Sandbox, exchange: Exchange) -> Exchange:
        """Journal an exchange, note what it bent, and tell of it."""
        kept = sandbox.journal.write(exchange)
        for row in exchange.notes:
            sandbox.findings.note(row, exchange.provider, kept.id, exchange.at)
        self._tell(sandbox, kept.id, (exchange.provider, exchange.protocol, exchange.operation, exchange.word))
        if self.told is not None:
            self.told(sandbox, kept)
        return kept

    def _tell(self, sandbox: Sandbox, number: int, what: tuple[str, str, str, str]) -> None:
        self.counted[what] = self.counted.get(what, 0) + 1
        sandbox.tell("requests", number)
