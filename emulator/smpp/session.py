"""One SMPP session without its socket, in either role: states, numbers of own requests, the window, link
timers.

PDUs that came and the time go in; events come out (`events`). The time is any rising number of seconds,
handed in.

    for item in framer.feed(octets):
        for event in session.received(item, now): ...
    session.next_deadline()  → when to call  session.expire(now)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from .codec import encode
from .command_status import Status, status_name
from .events import Close, Event, Ignored, RequestAnswered, Requested, Send, Unanswered
from .pdu import Fields, Pdu, Tlv, Unreadable, generic_nack, response
from .pdu_tables import BINDS, RESPONSE, WITHOUT_RESPONSE, CommandId, command_name
from .session_states import ALLOWED, BOUND, BOUND_BY, Role, State, judge
from .timers import ESME_TIMERS, SMSC_TIMERS, Timers
from .window import ABOUT_THE_LINK, Window

_BY_ITSELF = BINDS | {CommandId.ENQUIRE_LINK, CommandId.UNBIND, CommandId.OUTBIND}
"""Requests that mean something to a session, too."""
_SERVED = {
    (sender, state): frozenset(
        int(command) for command, states in ALLOWED[sender].items() if state in states and command not in _BY_ITSELF
    )
    for sender in Role
    for state in State
}
"""By who sends them and the state: the others, which only the owner can answer."""


class NotNow(Exception):
    """The owner wants to send what the state or the window does not allow."""


class Session:
    """`window`: most messages of ours that may be unanswered at once (3.4, 2.6: ten is the guideline)."""

    def __init__(self, role: Role, now: float, timers: Timers | None = None, window: int = 10) -> None:
        self.role = role
        self._enter(State.OPEN)
        self.timers = timers or (SMSC_TIMERS if role is Role.SMSC else ESME_TIMERS)
        self.own = Window(window, self.timers.response)
        self.unbinding = False  # our own unbind is on its way: the peer is still served, we send nothing new
        self.bound: Pdu | None = None  # the bind that the session lives by
        self._opened = self._heard = self._said = now
        self._unanswered = 0  # messages in a row
        self._answered = now  # when the last answer came, to whatever
        self._binding = False  # a bind of the peer waits for the owner's answer

    def _enter(self, state: State) -> None:
        self.state = state
        self._served = _SERVED[self.role.peer, state]

    # -- what we send --

    @property
    def room(self) -> int:
        """How many messages the window still has a place for."""
        return max(0, self.own.window - self.own.messages)

    def may_send(self, command_id: int) -> bool:
        """Does the state allow this request of ours?"""
        return not self.unbinding and judge(self.role, command_id, self.state) is Status.ROK

    def send(self, request: Pdu, now: float, token: object = None, *, anyway: bool = False) -> Pdu:
        """Number a request of ours and wait for its answer → the PDU to write. `token` comes back with the
        answer. `anyway` asks neither state nor window (for faults). NotNow: it may not be sent."""
        command = request.command_id
        if not anyway:
            if not self.may_send(command):
                unbinding = ", unbinding" if self.unbinding else ""
                raise NotNow(
                    f"{self.role} may not send {command_name(command)} in state {self.state}{unbinding}"
                )
            if command not in ABOUT_THE_LINK and command not in WITHOUT_RESPONSE and not self.room:
                raise NotNow(f"the window of {self.own.window} is full")
        numbered = self.own.add(request, token, now)
        self._said = now
        if command == CommandId.OUTBIND and self.state is State.OPEN:
            self._enter(State.OUTBOUND)
        elif command == CommandId.UNBIND:
            self.unbinding = True
        return numbered

    def deliver(self, message: Pdu, now: float, token: object) -> bytes:
        """A message of ours goes out, whatever state and window say; its octets. It is numbered itself, not a copy."""
        self.own.deliver(message, token, now)
        self._said = now
        return encode(message)

    def unbind(self, now: float) -> Pdu:
        """Take leave politely: the unbind to write. `Close` comes with its answer, or when there is none in
        time."""
        return self.send(Pdu(CommandId.UNBIND), now)

    def respond(self, request: Pdu, now: float, status: int = 0, fields: Fields | None = None,
                tlvs: Sequence[Tlv] = ()) -> Pdu:  # fmt: skip
        """The owner's answer to a `Requested` → the PDU to write."""
        answer = response(request, status, fields, tlvs)
        self.record_answer(request, answer, now)
        return answer

    def spoke(self, now: float) -> None:
        """Answers of the owner to requests that are no bind have gone out."""
        self._said = now

    def record_answer(self, request: Pdu, answer: Pdu, now: float) -> None:
        """So the owner answers a `Requested`. Status 0 to a bind binds the session."""
        self._said = now
        if request.command_id in BINDS:
            self._binding = False
            if answer.status == 0 and self.state in (State.OPEN, State.OUTBOUND):
                self._enter(BOUND_BY[request.command_id])
                self.bound = request
                self._heard = now

    def acknowledged(self, sequence: int, command_id: int, now: float) -> object:
        """A response came, past `received` → the token of the message of ours, of that kind, which it answers; None:
        nothing was done, it is to go through `received`."""
        token = self.own.answered(sequence, command_id)
        if token is not None:
            self._heard = self._answered = now
            self._unanswered = 0
        return token

    def withhold(self, request: Pdu) -> None:
        """The owner will never answer that request (a fault does it, or the answer was made elsewhere)."""
        if request.command_id in BINDS:
            self._binding = False

    # -- what comes --

    def received(self, item: Pdu | Unreadable, now: float) -> list[Event]:
        """One PDU of the peer → what follows from it."""
        if self.serves(item, now):
            return [Requested(item)]
        if self.state is State.CLOSED:
            return [Ignored(item, "the connection is closed")]
        self._heard = now
        if isinstance(item, Unreadable):
            return self._unreadable(item, now)
        if item.command_id & RESPONSE:
            return self._response(item)
        status = judge(self.role.peer, item.command_id, self.state)
        return self._by_itself(item, now) if status is Status.ROK else self._refuse(item, status, now)

    def serves(self, item: Pdu | Unreadable, now: float) -> TypeGuard[Pdu]:
        """One PDU of the peer: is it a request, and all that follows from it that the owner answers? Else nothing was
        done yet."""
        served = isinstance(item, Pdu) and item.command_id in self._served
        if served:
            self._heard = now
        return served

    def _unreadable(self, item: Unreadable, now: float) -> list[Event]:
        if item.closes:
            reply = item.reply()
            self._enter(State.UNBOUND)
            sent: list[Event] = [] if reply is None else [Send(reply, item.why)]
            return [*sent, Close(item.why)]
        if item.command_id & RESPONSE:
            return self._response(item)
        if item.answer == "own response":
            # A wrong state is told before a wrong field, as for a readable one.
            status = judge(self.role.peer, item.command_id, self.state)
            if status is not Status.ROK:
                return self._refuse(item, status, now)
        reply = item.reply()
        return [Ignored(item, item.why)] if reply is None else self._say(reply, item.why, now)

    def _refuse(self, item: Pdu | Unreadable, status: Status, now: float) -> list[Event]:
        name = command_name(item.command_id)
        if status is Status.RINVCMDID:
            why = f"{name} is nothing that the {self.role.peer} may send"
            return self._say(generic_nack(status, item.sequence), why, now)
        why = f"{name} in state {self.state}: {status_name(status)}"
        if item.command_id in WITHOUT_RESPONSE:
            return [Ignored(item, why)]
        return self._say(Pdu(item.command_id | RESPONSE, status, item.sequence), why, now)

    def _say(self, pdu: Pdu, why: str, now: float) -> list[Event]:
        self._said = now
        return [Send(pdu, why)]

    def _by_itself(self, item: Pdu, now: float) -> list[Event]:
        command = item.command_id
        if command == CommandId.ENQUIRE_LINK:
            return self._say(response(item), "enquire_link is answered at once", now)
        if command == CommandId.UNBIND:
            self._enter(State.UNBOUND)
            return [*self._say(response(item), "the peer unbinds", now), Close("the peer unbound")]
        if command == CommandId.OUTBIND:
            self._enter(State.OUTBOUND)
        elif self._binding:
            return self._refuse(item, Status.RALYBND, now)
        else:
            self._binding = True
        return [Requested(item)]

    def _response(self, item: Pdu | Unreadable) -> list[Event]:
        found = self.own.match(item)
        if isinstance(found, str):
            return [Ignored(item, found)]
        own, late = found
        command = own.request.command_id
        self._unanswered = 0
        self._answered = self._heard
        events: list[Event] = [RequestAnswered(own.request, item, own.token, late)]
        if command == CommandId.UNBIND:
            self._enter(State.UNBOUND)
            events.append(Close("we unbound"))
        elif command in BINDS and self.state not in BOUND and _accepted(item):
            self._enter(BOUND_BY[command])
            self.bound = own.request
        return events

    # -- time --

    def next_deadline(self) -> float | None:
        """When `expire` has something to do, if nothing else happens before; None: never."""
        return min((when for when in self._deadlines() if when is not None), default=None)

    def _deadlines(self) -> tuple[float | None, ...]:
        if self.state in (State.UNBOUND, State.CLOSED):
            return ()
        return self.own.first_deadline(), self._init_ends(), self._inactivity_ends(), self._asking_time()

    def _init_ends(self) -> float | None:
        if self.timers.session_init is None or self.state in BOUND:
            return None
        return self._opened + self.timers.session_init

    def _inactivity_ends(self) -> float | None:
        if self.timers.inactivity is None or self.state not in BOUND or self.unbinding:
            return None
        return self._heard + self.timers.inactivity

    def _asking_time(self) -> float | None:
        every = self.timers.enquire_link
        if every is None or self.state not in BOUND or self.unbinding or self.own.enquiries:
            return None
        return min(self._heard, self._said) + every

    def expire(self, now: float) -> list[Event]:
        """Time has come to `now` → what follows from it: requests given up, an enquire_link to send, the
        end."""
        events: list[Event] = []
        if self.state in (State.UNBOUND, State.CLOSED):
            return events
        while own := self.own.overdue(now):
            name = own.request.name
            events.append(
                Unanswered(own.request, f"{name} had no answer for {self.timers.response:g} s", own.token)
            )
            if own.request.command_id in ABOUT_THE_LINK:
                if own.request.command_id == CommandId.ENQUIRE_LINK and self._heard > own.asked:
                    continue
                return [*events, self._end(f"{name} had no answer")]
            if self._answered > own.asked:
                continue
            self._unanswered += 1
            if self.timers.unanswered is not None and self._unanswered >= self.timers.unanswered:
                return [*events, self._end(f"{self._unanswered} messages in a row had no answer")]
        if _over(self._init_ends(), now):
            return [*events, self._end(f"no bind within {self.timers.session_init:g} s")]
        if _over(self._inactivity_ends(), now):
            why = f"nothing came from the {self.role.peer} for {self.timers.inactivity:g} s"
            if not self.timers.unbind_first:
                return [*events, self._end(why)]
            return [*events, Send(self.unbind(now), why)]
        if _over(self._asking_time(), now):
            why = f"link check after {self.timers.enquire_link:g} s"
            events.append(Send(self.send(Pdu(CommandId.ENQUIRE_LINK), now), why))
        return events

    def _end(self, why: str) -> Close:
        self._enter(State.UNBOUND)
        return Close(why)

    def closed(self) -> list[Event]:
        """The connection is gone, by whomever: gives back every request of ours that has no answer."""
        self._enter(State.CLOSED)
        return [Unanswered(own.request, "the connection closed", own.token) for own in self.own.give_up()]


def _accepted(item: Pdu | Unreadable) -> bool:
    return isinstance(item, Pdu) and item.status == 0 and item.command_id != CommandId.GENERIC_NACK


def _over(deadline: float | None, now: float) -> bool:
    return deadline is not None and deadline <= now
