"""Receipts and subscribers' messages on their way over SMPP: to any receiver's session of the account, within its
window, kept while there is none.

What waits here is in the state all the same (`in_flight`), so a snapshot has it; for another state it is gathered anew.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Any

import msgspec

from emulator.core.engine.engine import Engine
from emulator.core.engine.lifecycle import Outgoing
from emulator.core.state.scheduler import SendIncoming, SendReport
from emulator.core.units import Timestamp
from emulator.delivery import failures
from emulator.http.messages import SmppFrame
from emulator.journal import Attempt
from emulator.journal.attempts import attempt_of
from emulator.sandboxes.in_flight import InFlight, Waiting
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.smpp_session import BoundSession
from emulator.smpp.pdu import Pdu

BuildDelivery = Callable[[Sandbox, Outgoing], tuple[str, Any, Any]]
"""Whose something is, and the PDU that it goes out as, if it does as one."""

_A_DAY = 86_400_000_000
"""So long, in microseconds of the sandbox's time, something is kept for a receiver (facts on SMPP, section 1)."""


_MOST_SETTLED = 1000


class PendingReceipt(msgspec.Struct, eq=False):
    """One thing to deliver, of a state, and the record of the attempt once it has gone."""

    backlog: "Backlog"
    engine: Engine
    out: Outgoing
    pdu: Pdu
    attempt: Attempt | None = None


class Backlog:
    """What one account waits for: the queue, and the sessions that take from it."""

    def __init__(self, sandbox: Sandbox, provider: str) -> None:
        self.sandbox = sandbox
        self.provider = provider
        self.engine = sandbox.engine
        self.queue: deque[PendingReceipt] = deque()
        self.gone = 0
        """So many were sent and are not answered."""
        self.lines: list[BoundSession] = []
        self.settled: dict[Hashable, bool] = {}
        """What was given up, and answered all the same before it went out again: was it taken?"""
        self.busy: Waiting | None = None
        """Not done as long as something is under way here."""


class SmppQueue:
    """All mailboxes of a process."""

    def __init__(self, envelope: BuildDelivery, under_way: InFlight) -> None:
        self._envelope = envelope
        self._under_way = under_way
        self._backlogs: dict[tuple[Sandbox, str], Backlog] = {}
        self._after: dict[Sandbox, dict[int, list[Callable[[], Any]]]] = {}
        """What waits for the receipt of a message, and"""
        self._ears: dict[Sandbox, Callable[[str, int], None]] = {}
        """who hears of these messages."""

    def _backlog(self, sandbox: Sandbox, provider: str) -> Backlog:
        backlog = self._backlogs.get((sandbox, provider))
        if backlog is None:
            backlog = self._backlogs[sandbox, provider] = Backlog(sandbox, provider)
        elif backlog.engine is not sandbox.engine:
            self._another_state(backlog)
        return backlog

    def _another_state(self, backlog: Backlog) -> None:
        """Sessions stay; what waits is what the new state has in flight."""
        engine = backlog.engine = backlog.sandbox.engine
        backlog.queue.clear()
        backlog.settled.clear()
        backlog.gone = 0
        for attempt, due in sorted(engine.state.in_flight.items()):
            out = Outgoing(attempt, engine.state.now, due)
            provider, pdu, _ = self._envelope(backlog.sandbox, out)
            if provider == backlog.provider and isinstance(pdu, Pdu):
                backlog.queue.append(PendingReceipt(backlog, engine, out, pdu))

    # from the router

    def post(self, sandbox: Sandbox, provider: str, out: Outgoing, pdu: Pdu) -> None:
        """Deliver something as soon as a session can take it."""
        backlog = self._backlog(sandbox, provider)
        if backlog.settled and self._is_settled(backlog, out):
            return
        queue = backlog.queue
        if not queue or queue[-1].out.attempt != out.attempt:
            queue.append(PendingReceipt(backlog, backlog.engine, out, pdu))
        self._run(backlog, out.at)

    def callbacks(self, sandbox: Sandbox) -> tuple[Waiting, ...]:
        """What of a sandbox is under way otherwise."""
        busy = {backlog.busy for (owner, _), backlog in self._backlogs.items() if owner is sandbox}
        return tuple(self._under_way.of(sandbox) - busy)

    def after_receipt(
        self, sandbox: Sandbox, provider: str, message: int, ends: bool, then: Callable[[], Any]
    ) -> None:  # fmt: skip
        """Call `then` as soon as a receipt of a message has gone, or none can come any more. `ends`: its life ends at a
        moment, whatever its plan says."""
        store = sandbox.engine.state.store
        asked = store.batch_of(store.messages[message - 1]).asks  # else it is told by a callback
        if not (asked and self._backlog(sandbox, provider).lines and sandbox.engine.will_report(message, ends)):
            then()
            return
        if sandbox not in self._after:
            self._after[sandbox] = {}
            self._ears[sandbox] = self._listener(sandbox)
            sandbox.feed.listeners.append(self._ears[sandbox])
        self._after[sandbox].setdefault(message, []).append(then)

    def _listener(self, sandbox: Sandbox) -> Callable[[str, int], None]:
        """Hears of messages whose receipts are waited for; it goes with the last of them."""

        def hear(kind: str, number: int) -> None:
            if kind == "messages" and number in self._after.get(sandbox, ()):
                asyncio.get_running_loop().call_soon(self._look_after, sandbox, number)

        return hear

    def _look_after(self, sandbox: Sandbox, message: int) -> None:
        """Has it come to an end that is told by no receipt?"""
        if message in self._after.get(sandbox, ()) and not sandbox.engine.will_report(message, True):
            self._gone(sandbox, message)

    def _gone(self, sandbox: Sandbox, message: int) -> None:
        """Its receipt has gone, or will never come."""
        waiting = self._after.get(sandbox, {})
        left = waiting.pop(message, ())
        if sandbox in self._after and not waiting:
            del self._after[sandbox]
            sandbox.feed.listeners.remove(self._ears.pop(sandbox))
        for then in left:
            then()

    def _all_gone(self, sandbox: Sandbox) -> None:
        for message in tuple(self._after.get(sandbox, ())):
            self._gone(sandbox, message)

    # from the sessions

    def joined(self, line: BoundSession) -> None:
        """A receiver is bound."""
        sandbox, provider = line.home
        if sandbox.gone:
            return
        backlog = self._backlog(sandbox, provider)
        backlog.lines.append(line)
        self._run(backlog)

    def left(self, line: BoundSession) -> None:
        """A receiver is gone."""
        sandbox, provider = line.home
        backlog = self._backlogs.get((sandbox, provider))
        if backlog is not None and line in backlog.lines:
            backlog.lines.remove(line)
            if not backlog.lines:
                self._all_gone(sandbox)
            self._mark(backlog)

    def go_on(self, line: BoundSession) -> None:
        """A session can take more, or may have to take what another state brought."""
        sandbox, provider = line.home
        if not sandbox.gone:
            self._run(self._backlog(sandbox, provider))

    def wake(self, sandbox: Sandbox) -> None:
        """The sandbox has another state."""
        self._all_gone(sandbox)
        for owner, provider in tuple(self._backlogs):
            if owner is sandbox:
                self._run(self._backlog(sandbox, provider))

    def answered(self, pending: PendingReceipt, line: BoundSession, status: int, octets: bytes) -> None:
        """A receiver's answer, whatever it says: its status and its octets."""
        accepted, verdict, again = line.face.judge(status)
        frame = SmppFrame(octets, line.id, line.peer)
        self._close(pending, accepted, verdict, frame, None, line.terms.again if again else ())

    def answered_late(self, pending: PendingReceipt, line: BoundSession, status: int, octets: bytes) -> None:
        """An answer to what was given up already: it need not go out again, unless the answer wants it."""
        accepted, verdict, again = line.face.judge(status)
        sandbox, attempt = pending.backlog.sandbox, pending.attempt
        assert attempt is not None
        if not sandbox.lives(pending.engine):
            return
        backlog = self._backlog(sandbox, pending.backlog.provider)
        attempt.accepted, attempt.verdict = accepted, f"{verdict}; it came late"
        sandbox.journal.answered(attempt, SmppFrame(octets, line.id, line.peer), None)
        sandbox.feed.add("callbacks", attempt.id)
        if not again:
            backlog.settled[_matter(pending.out.due)] = accepted
            if len(backlog.settled) > _MOST_SETTLED:
                del backlog.settled[next(iter(backlog.settled))]
        self._run(backlog)

    def unanswered(self, pending: PendingReceipt, line: BoundSession, why: str, closed: bool) -> None:
        """No answer will come: the receipt goes out again, at once if the link broke."""
        again = tuple(0.0 for _ in range(1000)) if closed else line.terms.again
        self._close(pending, False, f"no answer: {why}", None, why, again)

    def forget(self, sandbox: Sandbox) -> None:
        """The sandbox is gone."""
        self._all_gone(sandbox)
        for key in [key for key in self._backlogs if key[0] is sandbox]:
            backlog = self._backlogs.pop(key)
            backlog.queue.clear()
            backlog.gone = 0
            backlog.lines.clear()
            self._mark(backlog)

    # inside

    def _run(self, backlog: Backlog, at: Timestamp | None = None) -> None:
        """Send as much as the windows allow, the oldest first. `at`: the sandbox's moment, where it is known."""
        queue, lines = backlog.queue, backlog.lines
        if queue and lines:
            at = backlog.sandbox.now() if at is None else at
            while queue and (line := _roomiest(lines)) is not None:
                self._send(backlog, line, queue.popleft(), at)
        if backlog.busy is None or not backlog.gone:
            self._mark(backlog)

    def _is_settled(self, backlog: Backlog, out: Outgoing) -> bool:
        """Was it answered late, before it could go out again?"""
        accepted = backlog.settled.pop(_matter(out.due), None) if out.due.attempt > 1 else None
        if accepted is None:
            return False
        backlog.engine.answered(out.attempt, accepted, backlog.sandbox.now(), ())
        return True

    def _send(self, backlog: Backlog, line: BoundSession, pending: PendingReceipt, at: Timestamp) -> None:
        sandbox, engine, out, spell = backlog.sandbox, pending.engine, pending.out, line.terms.spell
        if backlog.settled and self._is_settled(backlog, out):
            return
        if at - out.at > _A_DAY:
            engine.answered(out.attempt, False, at, ())
            return
        try:
            octets = line.deliver(pending.pdu if spell is None else spell(pending.pdu), pending)
        except Exception as error:
            failures.given_up(f"a receipt of sandbox {sandbox.id}", engine, out, at, error)
            return
        backlog.gone += 1
        attempt = pending.attempt = attempt_of(out, backlog.provider, SmppFrame(octets, line.id, line.peer), at)
        sandbox.journal.write_attempt(attempt)
        if self._after and attempt.message:
            self._gone(sandbox, attempt.message)

    def _close(
        self, pending: PendingReceipt, accepted: bool, verdict: str, answer: SmppFrame | None, failure: str | None,
        again: tuple[float, ...],
    ) -> None:  # fmt: skip
        backlog, attempt, engine = pending.backlog, pending.attempt, pending.engine
        sandbox = backlog.sandbox
        if sandbox.gone:
            return
        if backlog.engine is not sandbox.engine:
            self._another_state(backlog)
        if engine is backlog.engine:
            assert attempt is not None
            backlog.gone -= 1
            attempt.accepted, attempt.verdict = accepted, verdict
            sandbox.journal.answered(attempt, answer, failure)
            engine.answered(attempt.id, accepted, engine.state.now if accepted else sandbox.now(), again)
            sandbox.feed.add("callbacks", attempt.id)
            if not accepted:
                sandbox.schedule_timer()
        if backlog.queue or not backlog.gone:
            self._run(backlog)

    def _mark(self, backlog: Backlog) -> None:
        """Is something under way? What waits for a session that is not there is not."""
        busy = backlog.gone > 0 or bool(backlog.queue and backlog.lines)
        if busy and backlog.busy is None:
            backlog.busy = self._under_way.open(backlog.sandbox)
        elif not busy and backlog.busy is not None:
            self._under_way.close(backlog.sandbox, backlog.busy)
            backlog.busy = None


def _matter(due: SendReport | SendIncoming) -> Hashable:
    """What is told, whichever attempt it is."""
    if isinstance(due, SendIncoming):
        return "incoming", due.incoming, due.part
    return due.message, due.status, due.changed_at, due.part


def _roomiest(lines: Iterable[BoundSession]) -> BoundSession | None:
    """The first session that may be sent something; equally full ones take turns by their places in the window."""
    best, most = None, 0
    for line in lines:
        room = line.room
        if room > most:
            best, most = line, room
    return best
