"""Our own requests until they are answered: their numbers, the window, who waits for which answer, and until
when. Messages that were given up are remembered for a while: slow is not dead, and their answers may still come."""

from __future__ import annotations

from msgspec import Struct

from .pdu import Pdu, Unreadable
from .pdu_tables import BINDS, RESPONSE, WITHOUT_RESPONSE, CommandId, command_name

LAST_SEQUENCE = 0x7FFFFFFF
MOST_LATE = 1000
"""So many messages that were given up are remembered."""

ABOUT_THE_LINK = BINDS | {CommandId.UNBIND, CommandId.ENQUIRE_LINK}
"""These are outside the window, and silence in answer to one of them ends the link."""


class Own(Struct):
    """One request of ours; `token` is its sender's own mark."""

    request: Pdu
    token: object
    asked: float


class Window:
    """`window`: most messages that may be unanswered at once. `wait`: seconds until an answer is given up."""

    def __init__(self, window: int, wait: float | None) -> None:
        self.window = window
        self.wait = wait
        self.messages = 0  # of those waiting, how many count for the window
        self.enquiries = 0  # and how many are enquire_links
        self.waiting: dict[int, Own] = {}
        """By number."""
        self._late: dict[int, Own] = {}
        self._last = 0

    def add(self, request: Pdu, token: object, now: float) -> Pdu:
        """Number a request: 1, 2 … 0x7FFFFFFF, 1 (3.2), and wait for its answer if it can have one."""
        numbered = request.numbered(self._next())
        if numbered.command_id not in WITHOUT_RESPONSE:
            self.waiting[self._last] = Own(numbered, token, now)
            self._count(numbered, 1)
        return numbered

    def deliver(self, message: Pdu, token: object, now: float) -> None:
        """The same with a message that surely has a response: it is numbered itself, not a copy."""
        number = message.sequence = self._next()
        self.waiting[number] = Own(message, token, now)
        self.messages += 1

    def _next(self) -> int:
        """The next number that nothing waits under."""
        number = self._last % LAST_SEQUENCE + 1
        while number in self.waiting or number in self._late:
            number = number % LAST_SEQUENCE + 1
        self._last = number
        return number

    def match(self, item: Pdu | Unreadable) -> tuple[Own, bool] | str:
        """A response → the request that it answers, which waits no more, and was it given up already; or why it answers
        none."""
        own = self.waiting.get(item.sequence)
        late = own is None
        if own is None:
            own = self._late.get(item.sequence)
        if own is None:
            return f"nobody waits for sequence_number {item.sequence}"
        command_id = own.request.command_id
        if item.command_id not in (command_id | RESPONSE, CommandId.GENERIC_NACK):
            return f"sequence_number {item.sequence} was a {command_name(command_id)} of ours"
        if late:
            return self._late.pop(item.sequence), True
        return self._remove(own), False

    def answered(self, sequence: int, command_id: int) -> object:
        """The token of the message of that kind and number, which waits no more; None: look closer."""
        own = self.waiting.get(sequence)
        if own is None or own.token is None or own.request.command_id != command_id:
            return None
        del self.waiting[sequence]
        self.messages -= 1
        return own.token

    def first_deadline(self) -> float | None:
        """They all wait equally long, so the first asked is the first due."""
        first = next(iter(self.waiting.values()), None)
        return None if first is None or self.wait is None else first.asked + self.wait

    def overdue(self, now: float) -> Own | None:
        """The next request to give up, which waits no more; None: none is late."""
        deadline = self.first_deadline()
        if deadline is None or deadline > now:
            return None
        own = next(iter(self.waiting.values()))
        if own.request.command_id not in ABOUT_THE_LINK:
            self._late[own.request.sequence] = own
            if len(self._late) > MOST_LATE:
                del self._late[next(iter(self._late))]
        return self._remove(own)

    def give_up(self) -> list[Own]:
        """All of them, in the order they were asked."""
        left = list(self.waiting.values())
        self.waiting.clear()
        self._late.clear()
        self.messages = self.enquiries = 0
        return left

    def _remove(self, own: Own) -> Own:
        del self.waiting[own.request.sequence]
        self._count(own.request, -1)
        return own

    def _count(self, request: Pdu, step: int) -> None:
        if request.command_id not in ABOUT_THE_LINK:
            self.messages += step
        elif request.command_id == CommandId.ENQUIRE_LINK:
            self.enquiries += step
