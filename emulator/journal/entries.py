"""What a journal holds: exchanges and callback attempts, as values.

An exchange is kept as a line that refers to what was said, and is written out when somebody reads it.
"""

from typing import Protocol

import msgspec

from emulator.core.commands import AnyCommand, Credential
from emulator.core.outcomes import AnyOutcome
from emulator.core.units import Timestamp
from emulator.http.messages import HttpReply, HttpRequest, SmppFrame


class Exchange(msgspec.Struct, kw_only=True, array_like=True):
    """A request as it came, what it was taken for, what came of it, and the reply as it went."""

    id: int
    at: Timestamp
    provider: str
    protocol: str
    operation: str
    request: HttpRequest | SmppFrame
    request_size: int
    reply: HttpReply | SmppFrame | None
    reply_size: int
    command: AnyCommand | None
    outcome: AnyOutcome | None
    word: str
    """accepted, refused, answered, dropped, unreadable or unroutable."""
    rule: str | None = None
    fault: str | None = None
    """What the transport did to the reply."""
    notes: tuple[str, ...] = ()
    why: str = ""
    """For people, where there is no outcome that says it."""


class Attempt(msgspec.Struct, gc=False):
    """One callback: what was sent, what was answered, whether the provider would take that for success. Like a line
    it is nothing that the garbage collector walks."""

    id: int
    message: int
    provider: str
    attempt: int
    at: Timestamp
    status: str
    changed_at: Timestamp
    reason: str
    error: int
    request: HttpRequest | SmppFrame
    answer: HttpReply | SmppFrame | None = None
    failure: str | None = None
    accepted: bool | None = None
    """None while it is under way."""
    verdict: str = ""
    part: int = 0
    incoming: int = 0
    """The number of the subscriber's message, where it is one."""


class Entries(msgspec.Struct, kw_only=True):
    """What a journal holds, written down. Of an attempt its order among all entries goes before it."""

    made: int
    dropped: int
    exchanges: list[Exchange]
    attempts: list[tuple[int, Attempt]]


class CommandReader(Protocol):
    """Knows what a request says."""

    def read(self, request: HttpRequest) -> AnyCommand: ...


class Line(msgspec.Struct, gc=False):
    """An exchange as the journal keeps it: what was said and what came of it, by reference; nothing is packed, and the
    garbage collector never walks it. The command is read anew when somebody asks, where `route` can."""

    at: Timestamp
    provider: str
    protocol: str
    operation: str
    word: str
    rule: str | None
    request: HttpRequest | SmppFrame
    reply: HttpReply | SmppFrame | None
    outcome: AnyOutcome | None
    fault: str | None
    notes: tuple[str, ...]
    why: str = ""
    command: AnyCommand | None = None
    route: CommandReader | None = None
    credential: Credential | None = None
    """Whose the command turned out to be, where it is read anew."""
    request_size: int = 0
    """Octets of the body, where it was cut; of the reply's:"""
    reply_size: int = 0
    id: int = 0
    """Given by the journal; and"""
    size: int = 0
    """what it weighs there."""

    @classmethod
    def of(cls, exchange: Exchange) -> "Line":
        return cls(
            exchange.at, exchange.provider, exchange.protocol, exchange.operation, exchange.word, exchange.rule,
            exchange.request, exchange.reply, exchange.outcome, exchange.fault, exchange.notes, exchange.why,
            exchange.command, None, None, exchange.request_size, exchange.reply_size, exchange.id,
        )  # fmt: skip

    def whole(self) -> Exchange:
        command, request, reply = self.command, self.request, self.reply
        if self.route is not None and isinstance(request, HttpRequest):
            command = self.route.read(request)
            command.credential, command.in_flight = self.credential, request.in_flight
        return Exchange(
            id=self.id, at=self.at, provider=self.provider, protocol=self.protocol, operation=self.operation,
            request=request, request_size=self.request_size or len(request.body), reply=reply,
            reply_size=self.reply_size or (0 if reply is None else len(reply.body)),
            command=command, outcome=self.outcome, word=self.word, rule=self.rule, fault=self.fault, notes=self.notes,
            why=self.why,
        )  # fmt: skip
