"""What happened in a sandbox: every exchange and every callback attempt, bounded by bytes, the oldest going first.

An exchange is kept as one packed value: that is small, its size is known exactly, and the garbage collector never
walks it.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import msgspec

from emulator.core.commands import AnyCommand
from emulator.core.outcomes import AnyOutcome
from emulator.core.values import Moment
from emulator.wire import HttpReply, HttpRequest, SmppFrame

BODY_LIMIT = 64 * 1024
PROCESS_LIMIT = 256 * 1024 * 1024
_OVERHEAD = 250
"""What the rest of an entry weighs besides its packed bytes: tuple, key strings, deque slots."""
_OF_SHORTHAND = 450
"""The same of an exchange in shorthand, its outcome included."""


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


class Attempt(msgspec.Struct, kw_only=True):
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
        return len(self.packed) + _OVERHEAD

    def whole(self) -> Exchange:
        return _unpack(self.packed)


class Kind(Protocol):
    """What exchanges in shorthand of one kind have in common, and how one of them is written out."""

    provider: str
    protocol: str
    operation: str
    word: str
    what: tuple[str, str, str, str]
    """All four."""

    def whole(self, short: "Shorthand") -> Exchange: ...


class Shorthand(msgspec.Struct, gc=False):
    """An exchange of which the same kind comes by the thousand: its octets and what came of them. The rest is made out
    of these when somebody reads it."""

    kind: Kind
    at: Moment
    request: bytes
    reply: bytes
    outcome: AnyOutcome
    rule: str | None
    id: int = 0

    @property
    def provider(self) -> str:
        return self.kind.provider

    @property
    def protocol(self) -> str:
        return self.kind.protocol

    @property
    def operation(self) -> str:
        return self.kind.operation

    @property
    def word(self) -> str:
        return self.kind.word

    @property
    def size(self) -> int:
        return len(self.request) + len(self.reply) + _OF_SHORTHAND

    def whole(self) -> Exchange:
        return self.kind.whole(self)


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Exchange).decode


class Budget:
    """The bound over all journals of a process. `lines` names whose entry is the next oldest; an entry that its own
    journal dropped meanwhile is skipped when its turn comes."""

    def __init__(self, limit: int = PROCESS_LIMIT) -> None:
        self.limit = limit
        self.used = 0
        self.lines: deque[Journal] = deque()
        """A journal for each entry, in the order in which they were written; it adds them itself."""
        self._stale = 0
        """Lines of entries that their own journals dropped."""

    def __len__(self) -> int:
        return len(self.lines)

    def make_room(self) -> None:
        """Too much was written: the oldest entries go."""
        while self.used > self.limit and self.lines:
            self._drop_first()

    def passed_over(self, journal: "Journal") -> None:
        """A journal is about to drop its oldest entry by itself."""
        journal.skipped += 1
        self._stale += 1
        if self._stale > 64 and self._stale * 2 > len(self.lines):
            self._sweep()

    def _drop_first(self) -> None:
        journal = self.lines.popleft()
        if journal.skipped:
            journal.skipped -= 1
            self._stale -= 1
        else:
            journal.drop_oldest()

    def _sweep(self) -> None:
        """Take the stale lines out: of each journal the first ones, as many as it skips."""
        kept: deque[Journal] = deque()
        for journal in self.lines:
            if journal.skipped:
                journal.skipped -= 1
            else:
                kept.append(journal)
        self.lines, self._stale = kept, 0

    def forget(self, journal: "Journal") -> None:
        """A journal is gone: its lines too."""
        self.used -= journal.used
        self.lines = deque(line for line in self.lines if line is not journal)
        self._stale -= journal.skipped


class Journal:
    """The exchanges and attempts of one sandbox."""

    def __init__(self, budget: Budget | None = None, limit: int = PROCESS_LIMIT) -> None:
        self._budget = Budget() if budget is None else budget
        self.limit = limit
        self.used = 0
        self.skipped = 0
        self.dropped = 0
        """How many entries went because there was no room."""
        self.made = 0
        self._exchanges: deque[Head | Shorthand] = deque()
        self._attempts: deque[tuple[Attempt, int, int]] = deque()
        """Attempt, its order among all entries, its size."""

    # writing

    def write(self, exchange: Exchange) -> Exchange:
        """Keep an exchange; it gets its id here. Long bodies are cut, the sizes say what they were."""
        self.made += 1
        exchange.id = self.made
        exchange.request_size = len(exchange.request.body)
        if exchange.request_size > BODY_LIMIT:
            exchange.request = msgspec.structs.replace(exchange.request, body=exchange.request.body[:BODY_LIMIT])
        if exchange.reply is not None:
            exchange.reply_size = len(exchange.reply.body)
            if exchange.reply_size > BODY_LIMIT:
                exchange.reply = msgspec.structs.replace(exchange.reply, body=exchange.reply.body[:BODY_LIMIT])
        if exchange.request_size > BODY_LIMIT:
            exchange.command = None
        self._add(exchange)
        return exchange

    def jot(self, short: Shorthand) -> None:
        """Keep an exchange in shorthand; it gets its id here."""
        short.id = self.made = self.made + 1
        self._exchanges.append(short)
        self._charge(len(short.request) + len(short.reply) + _OF_SHORTHAND)

    def jot_all(self, shorts: Sequence[Shorthand]) -> None:
        """The same with several, in order."""
        number, size = self.made, len(shorts) * _OF_SHORTHAND
        for short in shorts:
            number += 1
            short.id = number
            size += len(short.request) + len(short.reply)
        self.made = number
        self._exchanges.extend(shorts)
        self._charge(size, len(shorts))

    def _add(self, exchange: Exchange) -> None:
        packed = _pack(exchange)
        head = Head(
            exchange.id, exchange.provider, exchange.protocol, exchange.operation, exchange.word, exchange.rule, packed
        )
        self._exchanges.append(head)
        self._charge(len(packed) + _OVERHEAD)

    def write_attempt(self, attempt: Attempt) -> None:
        """Keep a callback attempt; its answer is filled in later by `answered`."""
        self.made += 1
        self._add_attempt(attempt, self.made)

    def _add_attempt(self, attempt: Attempt, order: int) -> None:
        target = attempt.request.target if isinstance(attempt.request, HttpRequest) else ""
        size = 1000 + len(target) + len(attempt.request.body)
        self._attempts.append((attempt, order, size))
        self._charge(size)

    def put_back(self, entries: Entries) -> None:
        """Take over what another journal held, in its order; a callback that was under way there is given up."""
        for attempt in (one for _, one in entries.attempts if one.accepted is None):
            attempt.accepted, attempt.failure = False, "the journal was written down before an answer came"
            attempt.verdict = f"no answer: {attempt.failure}"
        both = [(one.id, one) for one in entries.exchanges] + list(entries.attempts)
        for order, one in sorted(both, key=lambda entry: entry[0]):
            if isinstance(one, Exchange):
                self._add(one)
            else:
                self._add_attempt(one, order)
        self.made = max(self.made, entries.made, *(order for order, _ in both), 0)
        self.dropped += entries.dropped

    def answered(self, attempt: Attempt, answer: HttpReply | SmppFrame | None, failure: str | None) -> None:
        """What came back: an answer (its body cut) or what went wrong."""
        if answer is not None and len(answer.body) > 1024:
            answer = msgspec.structs.replace(answer, body=answer.body[:1024])
        attempt.answer, attempt.failure = answer, failure

    def _charge(self, size: int, entries: int = 1) -> None:
        self.used += size
        budget = self._budget
        budget.used += size
        if entries == 1:
            budget.lines.append(self)
        else:
            budget.lines.extend((self,) * entries)
        if budget.used > budget.limit:
            budget.make_room()
        while self.used > self.limit:
            budget.passed_over(self)
            self.drop_oldest()

    def drop_oldest(self) -> None:
        """The oldest entry goes."""
        exchanges, attempts = self._exchanges, self._attempts
        if attempts and (not exchanges or attempts[0][1] < exchanges[0].id):
            size = attempts.popleft()[2]
        elif exchanges:
            size = exchanges.popleft().size
        else:
            return
        self.dropped += 1
        self.used -= size
        self._budget.used -= size

    def clear(self) -> None:
        """Forget everything; the ids go on."""
        self._budget.forget(self)
        self._exchanges.clear()
        self._attempts.clear()
        self.used = self.skipped = self.dropped = 0

    # reading

    def exchanges(self, after: int = 0, **wanted: str | None) -> Iterator[Exchange]:
        """Oldest first, those whose head fits: provider, protocol, operation, word, rule."""
        asked = {name: value for name, value in wanted.items() if value is not None}
        for head in self._exchanges:
            if head.id > after and all(getattr(head, name) == value for name, value in asked.items()):
                yield head.whole()

    def newest(self, before: int = 0, **wanted: str | None) -> Iterator[Exchange]:
        """The same, newest first, those older than `before` (0: from the newest on)."""
        asked = {name: value for name, value in wanted.items() if value is not None}
        for head in reversed(self._exchanges):
            if (not before or head.id < before) and all(getattr(head, name) == asked[name] for name in asked):
                yield head.whole()

    def exchange(self, number: int) -> Exchange | None:
        """By its id; the newest are found at once."""
        for head in reversed(self._exchanges):
            if head.id <= number:
                return head.whole() if head.id == number else None
        return None

    @property
    def oldest(self) -> int:
        """The order of the oldest entry that is kept; of the next one when none is."""
        exchange = self._exchanges[0].id if self._exchanges else self.made + 1
        return min(exchange, self._attempts[0][1]) if self._attempts else exchange

    def entries(self) -> Entries:
        """Everything, to be written down."""
        return Entries(
            made=self.made, dropped=self.dropped, exchanges=list(self.exchanges()),
            attempts=[(order, attempt) for attempt, order, _ in self._attempts],
        )  # fmt: skip

    def attempts(self, after: int = 0) -> Iterator[Attempt]:
        """Oldest first."""
        return (attempt for attempt, _, _ in self._attempts if attempt.id > after)

    def newest_attempts(self) -> Iterator[tuple[int, Attempt]]:
        """Newest first, each with its order among all entries."""
        return ((order, attempt) for attempt, order, _ in reversed(self._attempts))

    def attempt(self, number: int) -> Attempt | None:
        return next((attempt for attempt, _, _ in reversed(self._attempts) if attempt.id == number), None)

    def counts(self) -> dict[str, Any]:
        return {"requests": len(self._exchanges), "callbacks": len(self._attempts), "dropped": self.dropped,
                "bytes": self.used}  # fmt: skip
