"""Responses that do not go at once: late, in pieces, behind others or behind reports, as a rule wants them."""

import asyncio
from collections.abc import Callable, Collection, Iterator
from typing import Any, Protocol

from emulator.dispatch.smpp import SmppDispatcher, SmppReply
from emulator.sandboxes.smpp_session import BoundSession
from emulator.server import fault_steps, smpp_faults
from emulator.server.fault_steps import ResetConnection, Wait, Write
from emulator.server.smpp_faults import Ask, NextFirst, SmppStep
from emulator.smpp.pdu import Pdu

_REPORTS_FIRST = 1.0
"""Real seconds that a response waits for callbacks which shall go before it."""


class AnsweringConnection(Protocol):
    """The connection."""

    line: BoundSession
    closing: bool

    def write(self, octets: bytes) -> None: ...
    def flush(self) -> None: ...
    def hang_up(self) -> None: ...
    def reset(self) -> None: ...
    def answered(self) -> None:
        """One of them is done with."""


class LateAnswers:
    """Of one connection."""

    def __init__(
        self, connection: AnsweringConnection, dispatcher: SmppDispatcher, loop: asyncio.AbstractEventLoop
    ) -> None:  # fmt: skip
        self._connection = connection
        self._dispatcher = dispatcher
        self._loop = loop
        self.owed = 0
        """So many have begun and are not done."""
        self.held: list[Callable[[], None]] = []
        """Responses that wait for the next one to go first."""
        self._late: dict[Callable[[], None], asyncio.TimerHandle] = {}
        """What waits for its moment."""

    def begin(self, answer: SmppReply, bound: Callable[[], None]) -> None:
        """`bound` is called behind the answer."""
        fault = answer.fault
        name = "" if fault is None else fault.fault or ""
        steps = iter(smpp_faults.steps(name, answer.octets))
        self.owed += 1

        def go() -> None:
            self._take(steps, bound)

        def in_time() -> None:
            if fault is not None and fault.wait:
                self._later(fault.wait, go)
            else:
                go()

        if answer.first:
            self._after(answer.first, in_time)
        elif name == "receipt-first" and answer.message:
            self._dispatcher.after_receipt(self._connection.line, answer, in_time)
        else:
            in_time()

    def _take(self, steps: Iterator[SmppStep], bound: Callable[[], None]) -> None:
        """The steps of a response, until one of them has to wait."""
        connection = self._connection
        for step in steps:
            if connection.closing:
                return
            match step:
                case Write(octets):
                    connection.write(octets)
                case Wait(seconds):
                    connection.flush()
                    self._later(seconds or 0.0, lambda: self._take(steps, bound))
                    return
                case NextFirst(seconds):
                    if not self.held:
                        self._hold(seconds, lambda: self._take(steps, bound))
                        return
                case Ask(command):
                    connection.line.send(Pdu(command))
                case fault_steps.CloseConnection():
                    connection.hang_up()
                case ResetConnection():
                    connection.reset()
        self.owed -= 1
        self.release()
        bound()
        connection.answered()

    def _after(self, first: Collection[asyncio.Future[Any]], then: Callable[[], None]) -> None:
        """As soon as these are done, or were waited for long enough."""
        left = set(first)
        come = self._later(_REPORTS_FIRST, then)

        def done(one: asyncio.Future[Any]) -> None:
            left.discard(one)
            if not left and come in self._late:
                self._late[come].cancel()
                come()

        for one in first:
            one.add_done_callback(done)

    def _later(self, delay: float, go: Callable[[], None]) -> Callable[[], None]:
        """What comes then; it may be taken from `_late`, or called, before."""

        def come() -> None:
            del self._late[come]
            go()

        self._late[come] = self._loop.call_later(delay, come)
        return come

    def _hold(self, seconds: float, go: Callable[[], None]) -> None:
        """Until the next response has gone, or so long."""

        def over() -> None:
            self.held.remove(released)
            go()

        come = self._later(seconds, over)

        def released() -> None:
            self._late.pop(come).cancel()
            go()

        self.held.append(released)

    def hurry(self) -> None:
        """Serving stops: what waits goes now."""
        for come, handle in tuple(self._late.items()):
            if come in self._late:
                handle.cancel()
                come()

    def release(self) -> None:
        """Responses that were held back go now."""
        if self.held:
            held, self.held = self.held, []
            for go in held:
                go()
