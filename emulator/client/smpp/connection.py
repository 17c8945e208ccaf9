"""One connection to an SMSC: octets and timers around a Session. It lives once; reconnecting is the client's trade."""

import asyncio
import logging
from collections.abc import Callable
from typing import cast

from emulator.smpp import (
    Answered,
    Asked,
    Close,
    Command,
    Event,
    Framer,
    Pdu,
    Role,
    Send,
    Session,
    Timers,
    Unanswered,
    Unreadable,
    encode,
)
from emulator.smpp.session_states import BOUND

_log = logging.getLogger(__name__)


class Gone(Exception):
    """A request of ours will have no answer; what it carried may or may not have arrived."""


class Connection(asyncio.Protocol):
    """`on_delivery`: a deliver_sm or data_sm → the command_status to answer. `closed`: done when the link has gone,
    with why."""

    def __init__(self, timers: Timers, window: int, on_delivery: Callable[[Pdu], int]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_delivery = on_delivery
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

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None:
            self._why = f"the connection broke: {error}"
        if self._timer is not None:
            self._timer.cancel()
        self._follow(self.session.closed())
        if not self.closed.done():
            self.closed.set_result(self._why)

    # the client's side

    @property
    def serves(self) -> bool:
        """Is it open, and not about to close?"""
        return not self.closed.done() and not self.session.unbinding and self.session.state in BOUND

    def request(self, pdu: Pdu) -> "asyncio.Future[Pdu | Unreadable]":
        """Send a request → its response; Gone when there will be none. Raises NotNow, or ValueError for what cannot be
        written."""
        answer: asyncio.Future[Pdu | Unreadable] = self._loop.create_future()
        encode(pdu)
        self._write(self.session.send(pdu, self._loop.time(), answer))
        self._wind()
        return answer

    async def leave(self, within: float) -> None:
        """Unbind, wait for the answer so long, and close."""
        if not self.closed.done() and self.session.may_send(Command.UNBIND):
            self._write(self.session.unbind(self._loop.time()))
            self._wind()
            await asyncio.wait([self.closed], timeout=within)
        self.abort()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # the session's side

    def _follow(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, Send):
                self._write(event.pdu)
            elif isinstance(event, Answered):
                _settle(event.token, event.response, None)
            elif isinstance(event, Unanswered):
                _settle(event.token, None, Gone(event.why))
            elif isinstance(event, Asked):
                self._asked(event.request)
            elif isinstance(event, Close):
                self._why = event.why
                if self._transport is not None:
                    self._transport.close()

    def _asked(self, request: Pdu) -> None:
        if request.command_id in (Command.DELIVER_SM, Command.DATA_SM):
            status = self._on_delivery(request)
            self._write(self.session.respond(request, self._loop.time(), status))
        else:
            self.session.withhold(request)

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


def _settle(token: object, response: Pdu | Unreadable | None, error: Gone | None) -> None:
    if not isinstance(token, asyncio.Future) or token.done():
        return
    if error is not None:
        token.set_exception(error)
        token.exception()  # looked at: nobody may be waiting any more
    else:
        token.set_result(response)
