"""One connection to an SMSC: octets and timers around a Session. It lives once; reconnecting is the client's trade."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeAlias, cast

from emulator.smpp import (
    Close,
    CommandId,
    Event,
    Framer,
    Pdu,
    RequestAnswered,
    Requested,
    Role,
    Send,
    Session,
    Timers,
    Unanswered,
    Unreadable,
    encode,
)
from emulator.smpp.session_states import BOUND

_log = logging.getLogger("emulator.client")
Deliver: TypeAlias = Callable[[Pdu], "int | Awaitable[int]"]


class Gone(Exception):
    """A request of ours will have no answer; what it carried may or may not have arrived."""


class Connection(asyncio.Protocol):
    """`deliver`: a deliver_sm or data_sm → the command_status to answer, or who will know. `changed`: called when the
    window may have room again. `closed`: done when the link has gone, with why."""

    def __init__(self, timers: Timers, window: int, deliver: Deliver, changed: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._deliver = deliver
        self._changed = changed
        self._working: set[asyncio.Future[int]] = set()
        self._framer = Framer()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._why = "the connection closed"
        self.session = Session(Role.ESME, self._loop.time(), timers, window)
        self.closed: asyncio.Future[str] = self._loop.create_future()

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods alone

    def data_received(self, data: bytes) -> None:
        for item in self._framer.feed(data):
            if isinstance(item, Unreadable):
                _log.warning("unreadable %s, and the SMSC is told so: %s", item.name, item.why)
            self._follow(self.session.received(item, self._loop.time()))
        self._wind()
        self._changed()

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None:
            self._why = f"the connection broke: {error}"
        if self._timer is not None:
            self._timer.cancel()
        for working in self._working:
            working.cancel()
        self._follow(self.session.closed())
        if not self.closed.done():
            self.closed.set_result(self._why)

    # the client's side

    def room(self, command_id: int) -> bool:
        """May one more such request go right now?"""
        session = self.session
        return not self.closed.done() and session.state in BOUND and session.may_send(command_id) and session.room > 0

    def request(self, pdu: Pdu) -> "asyncio.Future[Pdu | Unreadable]":
        """Send a request, which `room` allows → its response; Gone when there will be none. Raises ValueError for
        what cannot be written."""
        answer: asyncio.Future[Pdu | Unreadable] = self._loop.create_future()
        encode(pdu)
        self._write(self.session.send(pdu, self._loop.time(), answer))
        self._wind()
        return answer

    async def leave(self, within: float) -> None:
        """Let what is being worked off be answered, unbind, and close; after so many seconds at most."""
        end = self._loop.time() + within
        if self._working:
            await asyncio.wait(self._working, timeout=within)
        if not self.closed.done() and self.session.may_send(CommandId.UNBIND):
            self._write(self.session.unbind(self._loop.time()))
            self._wind()
            await asyncio.wait([self.closed], timeout=max(end - self._loop.time(), 0.0))
        self.abort()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # the session's side

    def _follow(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Send):
                self._write(event.pdu)
            elif isinstance(event, RequestAnswered):
                _settle(event.token, event.response, None)
            elif isinstance(event, Unanswered):
                _settle(event.token, None, Gone(event.why))
            elif isinstance(event, Requested):
                self._asked(event.request)
            elif isinstance(event, Close):
                self._why = event.why
                if self._transport is not None:
                    self._transport.close()

    def _asked(self, request: Pdu) -> None:
        if request.command_id in (CommandId.DELIVER_SM, CommandId.DATA_SM):
            status = self._deliver(request)
            if isinstance(status, int):
                self._write(self.session.respond(request, self._loop.time(), status))
                return
            working = asyncio.ensure_future(status)
            self._working.add(working)
            working.add_done_callback(partial(self._worked, request))
        else:
            self.session.withhold(request)

    def _worked(self, request: Pdu, working: "asyncio.Future[int]") -> None:
        self._working.discard(working)
        if not working.cancelled() and not self.closed.done():
            self._write(self.session.respond(request, self._loop.time(), working.result()))
            self._wind()

    def _write(self, pdu: Pdu) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(encode(pdu))

    def _wind(self) -> None:
        """Set the timer to the session's next deadline."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        when = self.session.next_deadline()
        if when is not None and not self.closed.done():
            self._timer = self._loop.call_at(when, self._expire)

    def _expire(self) -> None:
        self._timer = None
        self._follow(self.session.expire(self._loop.time()))
        self._wind()
        self._changed()


def _settle(token: object, response: Pdu | Unreadable | None, error: Gone | None) -> None:
    if not isinstance(token, asyncio.Future) or token.done():
        return
    if error is not None:
        token.set_exception(error)
        token.exception()  # looked at: nobody may be waiting any more
    else:
        token.set_result(response)
