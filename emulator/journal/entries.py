"""What a journal holds: exchanges and callback attempts, as values.

An exchange is kept as one packed value: that is small, its size is known exactly, and the garbage collector never
walks it.
"""

import msgspec

from emulator.core.commands import AnyCommand
from emulator.core.outcomes import AnyOutcome
from emulator.core.values import Moment
from emulator.wire import HttpReply, HttpRequest, SmppFrame

OVERHEAD = 250
"""What the rest of an entry weighs besides its packed bytes: tuple, key strings, deque slots."""
class Exchange(msgspec.Struct, kw_only=True, array_like=True):
    """A request as it came, what it was taken for, what came of it, and the reply as it went."""

    id: int
    at: Moment
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


class Attempt(msgspec.Struct):
    """One callback: what was sent, what was answered, whether the provider would take that for success."""

    id: int
    message: int
    provider: str
    attempt: int
    at: Moment
    status: str
    changed_at: Moment
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


class Head(msgspec.Struct, frozen=True, gc=False):
    """What an exchange is looked for by, beside its packed whole."""

    id: int
    provider: str
    protocol: str
    operation: str
    word: str
    rule: str | None
    packed: bytes

    @property
    def size(self) -> int:
        return len(self.packed) + OVERHEAD

    @classmethod
    def of(cls, exchange: Exchange) -> "Head":
        return cls(
            exchange.id, exchange.provider, exchange.protocol, exchange.operation, exchange.word, exchange.rule,
            _pack(exchange),
        )  # fmt: skip

    def whole(self) -> Exchange:
        return _unpack(self.packed)


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Exchange).decode
