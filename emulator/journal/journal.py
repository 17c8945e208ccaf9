"""The journal of one sandbox: every exchange and every callback attempt, bounded by bytes, the oldest going first."""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from operator import attrgetter
from typing import Any, Protocol

import msgspec

from emulator.http.messages import Headers, HttpReply, HttpRequest, SmppFrame
from emulator.journal.entries import Attempt, Entries, Exchange, Line
from emulator.journal.memory_limit import PROCESS_LIMIT, MemoryLimit

BODY_LIMIT = 64 * 1024
OVERHEAD = 650
"""What an exchange weighs besides its octets: line, request, reply, outcome and their strings."""
_OF_ATTEMPT = 1000
"""What an attempt weighs besides the octets of its request."""
_OF_HEADER = 50
"""A header besides its letters."""


class Keeper(Protocol):
    """Writes down what a journal holds, so that it outlives the process."""

    def wrote(self, order: int, entry: Line | Attempt) -> None:
        """A new one."""

    def answered(self, attempt: Attempt) -> None: ...

    def dropped(self, first: int, at_once: bool = False) -> None:
        """Those before are gone: there was no space, or somebody wants it `at_once`."""


class Journal:
    """The exchanges and attempts of one sandbox."""

    def __init__(self, budget: MemoryLimit | None = None, limit: int = PROCESS_LIMIT) -> None:
        self._budget = MemoryLimit() if budget is None else budget
        self.limit = limit
        self.used = 0
        self.skipped = 0
        self.dropped = 0
        """How many entries went because there was no space."""
        self.made = 0
        self.keeper: Keeper | None = None
        self._exchanges: deque[Line] = deque()
        self._headers: Headers = ()
        self._weight = 0
        """Of the headers that were weighed last."""
        self._attempts: deque[tuple[Attempt, int, int]] = deque()
        """Attempt, its order among all entries, its size."""

    # writing

    def write(self, exchange: Exchange) -> Exchange:
        """Keep an exchange; it gets its id here. Long bodies are cut, the sizes say what they were."""
        line = Line.of(exchange)
        line.id = 0
        self.add(line)
        return line.whole()

    def add(self, line: Line) -> None:
        """The same with one that is a line already; one that has an id keeps it."""
        if not line.id:
            line.id = self.made = self.made + 1
        request, reply, budget = line.request, line.reply, self._budget
        size = len(request.body)
        if reply is not None:
            size += len(reply.body)
        if size > BODY_LIMIT:
            size = _cut(line)
            request = line.request
        if type(request) is HttpRequest:
            headers = request.headers
            if headers is not self._headers:
                self._headers = headers
                self._weight = _OF_HEADER * len(headers) + len("".join(chain.from_iterable(headers)))
            size += len(request.target) + self._weight
        line.size = size = size + OVERHEAD
        self._exchanges.append(line)
        self.used += size
        budget.used += size
        budget.lines.append(self)
        if self.keeper is not None:
            self.keeper.wrote(line.id, line)
        if budget.used > budget.limit or self.used > self.limit:
            self._make_room()

    def write_attempt(self, attempt: Attempt, order: int | None = None) -> None:
        """Keep a callback attempt; its answer is filled in later by `answered`. `order`: its own, where it has one."""
        if order is None:
            order = self.made = self.made + 1
        request, budget = attempt.request, self._budget
        size = _OF_ATTEMPT + len(request.body)
        if type(request) is HttpRequest:
            size += len(request.target)
        self._attempts.append((attempt, order, size))
        self.used += size
        budget.used += size
        budget.lines.append(self)
        if self.keeper is not None:
            self.keeper.wrote(order, attempt)
        if budget.used > budget.limit or self.used > self.limit:
            self._make_room()

    def put_back(self, entries: Entries) -> None:
        """Take over what another journal held, in its order; a callback that was under way there is given up."""
        for _, attempt in entries.attempts:
            _give_up(attempt, "the journal was written down before an answer came")
        both = [(one.id, one) for one in entries.exchanges] + list(entries.attempts)
        for order, one in sorted(both, key=lambda entry: entry[0]):
            if isinstance(one, Exchange):
                self.add(Line.of(one))
            else:
                self.write_attempt(one, order)
        self.made = max(self.made, entries.made, *(order for order, _ in both), 0)
        self.dropped += entries.dropped

    def answered(self, attempt: Attempt, answer: HttpReply | SmppFrame | None, failure: str | None) -> None:
        """What came back: an answer (its body cut) or what went wrong."""
        if answer is not None and len(answer.body) > 1024:
            answer = msgspec.structs.replace(answer, body=answer.body[:1024])
        attempt.answer, attempt.failure = answer, failure
        if self.keeper is not None:
            self.keeper.answered(attempt)

    def give_up(self, why: str) -> list[int]:
        """No answer is waited for any more; the numbers of the attempts that this ends."""
        ended = [attempt for attempt, _, _ in self._attempts if _give_up(attempt, why)]
        if self.keeper is not None:
            for one in ended:
                self.keeper.answered(one)
        return [one.id for one in ended]

    def _make_room(self) -> None:
        """The oldest entries go, of all journals or of this one, as far as there is too much."""
        if self._budget.used > self._budget.limit:
            self._budget.make_room()
        while self.used > self.limit:
            self._budget.passed_over(self)
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
        if self.keeper is not None:
            self.keeper.dropped(self.oldest)

    def clear(self) -> None:
        """Forget everything; the ids go on."""
        self._budget.forget(self)
        self._exchanges.clear()
        self._attempts.clear()
        self.used = self.skipped = self.dropped = 0
        if self.keeper is not None:
            self.keeper.dropped(self.made + 1, at_once=True)

    # reading

    def exchanges(self, after: int = 0, **wanted: str | None) -> Iterator[Exchange]:
        """Oldest first, of those there are now, however slowly they are gone through; those whose head fits: provider,
        protocol, operation, word, rule."""
        fits = _fitting(wanted)
        return (head.whole() for head in tuple(self._exchanges) if head.id > after and fits(head))

    def newest(self, before: int = 0, **wanted: str | None) -> Iterator[Exchange]:
        """The same, newest first, those older than `before` (0: from the newest on)."""
        fits = _fitting(wanted)
        kept = reversed(tuple(self._exchanges))
        return (head.whole() for head in kept if (not before or head.id < before) and fits(head))

    def newest_where(self, fits: Callable[[Line], bool]) -> Iterator[Exchange]:
        """Those that fit, newest first."""
        return (head.whole() for head in reversed(self._exchanges) if fits(head))

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

    def attempts(self, after: int = 0) -> Iterator[Attempt]:
        """In the order in which they went out, of those there are now; those behind the one with the id `after`. A
        receipt that waits for a session or its window goes out behind callbacks with higher ids. Of an id that is not
        here, or no more, those with higher ones."""
        kept = [attempt for attempt, _, _ in self._attempts]
        if after:
            for place in range(len(kept), 0, -1):
                if kept[place - 1].id == after:
                    return iter(kept[place:])
        return (attempt for attempt in kept if attempt.id > after)

    def newest_attempts(self) -> Iterator[tuple[int, Attempt]]:
        """Newest first, each with its order among all entries."""
        return ((order, attempt) for attempt, order, _ in reversed(tuple(self._attempts)))

    def attempt(self, number: int) -> Attempt | None:
        return next((attempt for attempt, _, _ in reversed(self._attempts) if attempt.id == number), None)

    def counts(self) -> dict[str, Any]:
        return {"requests": len(self._exchanges), "callbacks": len(self._attempts), "dropped": self.dropped,
                "bytes": self.used}  # fmt: skip


def _fitting(wanted: dict[str, str | None]) -> Callable[[Line], bool]:
    """Does a head have what is wanted of it?"""
    asked = {name: value for name, value in wanted.items() if value is not None}
    if not asked:
        return lambda head: True
    told, values = attrgetter("id", *asked), tuple(asked.values())
    return lambda head: bool(told(head)[1:] == values)


def _cut(line: Line) -> int:
    """Its bodies, where they are long; of a request that is cut the command cannot be read any more. How many octets
    are left."""
    request, reply = line.request, line.reply
    if len(request.body) > BODY_LIMIT:
        line.request_size = line.request_size or len(request.body)
        line.request = request = msgspec.structs.replace(request, body=request.body[:BODY_LIMIT])
        line.command = line.route = None
    if reply is not None and len(reply.body) > BODY_LIMIT:
        line.reply_size = line.reply_size or len(reply.body)
        line.reply = reply = msgspec.structs.replace(reply, body=reply.body[:BODY_LIMIT])
    return len(request.body) + (0 if reply is None else len(reply.body))


def _give_up(attempt: Attempt, why: str) -> bool:
    if attempt.accepted is None:
        attempt.accepted, attempt.verdict, attempt.failure = False, f"no answer: {why}", why
        return True
    return False
