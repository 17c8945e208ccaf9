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

    box: "Backlog"
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
        self._boxes: dict[tuple[Sandbox, str], Backlog] = {}
        self._after: dict[Sandbox, dict[int, list[Callable[[], Any]]]] = {}
        """What waits for the receipt of a message, and"""
        self._ears: dict[Sandbox, Callable[[str, int], None]] = {}
        """who hears of these messages."""

    def _box(self, sandbox: Sandbox, provider: str) -> Backlog:
        box = self._boxes.get((sandbox, provider))
        if box is None:
            box = self._boxes[sandbox, provider] = Backlog(sandbox, provider)
        elif box.engine is not sandbox.engine:
            self._another_world(box)
        return box

    def _another_world(self, box: Backlog) -> None:
        """Sessions stay; what waits is what the new state has in flight."""
        engine = box.engine = box.sandbox.engine
        box.queue.clear()
        box.settled.clear()
        box.gone = 0
        for attempt, due in sorted(engine.state.in_flight.items()):
            out = Outgoing(attempt, engine.state.now, due)
            provider, pdu, _ = self._envelope(box.sandbox, out)
            if provider == box.provider and isinstance(pdu, Pdu):
                box.queue.append(PendingReceipt(box, engine, out, pdu))

    # from the router

    def post(self, sandbox: Sandbox, provider: str, out: Outgoing, pdu: Pdu) -> None:
        """Deliver something as soon as a session can take it."""
        box = self._box(sandbox, provider)
        if box.settled and self._is_settled(box, out):
            return
        queue = box.queue
        if not queue or queue[-1].out.attempt != out.attempt:
            queue.append(PendingReceipt(box, box.engine, out, pdu))
        self._run(box, out.at)

    def callbacks(self, sandbox: Sandbox) -> tuple[Waiting, ...]:
        """What of a sandbox is under way otherwise."""
        busy = {box.busy for (owner, _), box in self._boxes.items() if owner is sandbox}
        return tuple(self._under_way.of(sandbox) - busy)

    def after_receipt(
        self, sandbox: Sandbox, provider: str, message: int, ends: bool, then: Callable[[], Any]
    ) -> None:  # fmt: skip
        """Call `then` as soon as a receipt of a message has gone, or none can come any more. `ends`: its life ends at a
        moment, whatever its plan says."""
        store = sandbox.engine.state.store
        asked = store.batch_of(store.messages[message - 1]).asks  # else it is told by a callback
        if not (asked and self._box(sandbox, provider).lines and sandbox.engine.will_report(message, ends)):
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
        box = self._box(sandbox, provider)
        box.lines.append(line)
        self._run(box)

    def left(self, line: BoundSession) -> None:
        """A receiver is gone."""
        sandbox, provider = line.home
        box = self._boxes.get((sandbox, provider))
        if box is not None and line in box.lines:
            box.lines.remove(line)
            if not box.lines:
                self._all_gone(sandbox)
            self._mark(box)

    def go_on(self, line: BoundSession) -> None:
        """A session can take more, or may have to take what another state brought."""
        sandbox, provider = line.home
        if not sandbox.gone:
            self._run(self._box(sandbox, provider))

    def wake(self, sandbox: Sandbox) -> None:
        """The sandbox has another state."""
        self._all_gone(sandbox)
        for owner, provider in tuple(self._boxes):
            if owner is sandbox:
                self._run(self._box(sandbox, provider))

    def answered(self, parcel: PendingReceipt, line: BoundSession, status: int, octets: bytes) -> None:
        """A receiver's answer, whatever it says: its status and its octets."""
        accepted, verdict, again = line.face.judge(status)
        frame = SmppFrame(octets, line.id, line.peer)
        self._close(parcel, accepted, verdict, frame, None, line.terms.again if again else ())

    def answered_late(self, parcel: PendingReceipt, line: BoundSession, status: int, octets: bytes) -> None:
        """An answer to what was given up already: it need not go out again, unless the answer wants it."""
        accepted, verdict, again = line.face.judge(status)
        sandbox, attempt = parcel.box.sandbox, parcel.attempt
        assert attempt is not None
        if not sandbox.lives(parcel.engine):
            return
        box = self._box(sandbox, parcel.box.provider)
        attempt.accepted, attempt.verdict = accepted, f"{verdict}; it came late"
        sandbox.journal.answered(attempt, SmppFrame(octets, line.id, line.peer), None)
        sandbox.feed.add("callbacks", attempt.id)
        if not again:
            box.settled[_matter(parcel.out.due)] = accepted
            if len(box.settled) > _MOST_SETTLED:
                del box.settled[next(iter(box.settled))]
        self._run(box)

    def unanswered(self, parcel: PendingReceipt, line: BoundSession, why: str, closed: bool) -> None:
        """No answer will come: the receipt goes out again, at once if the link broke."""
        again = tuple(0.0 for _ in range(1000)) if closed else line.terms.again
        self._close(parcel, False, f"no answer: {why}", None, why, again)

    def forget(self, sandbox: Sandbox) -> None:
        """The sandbox is gone."""
        self._all_gone(sandbox)
        for key in [key for key in self._boxes if key[0] is sandbox]:
            box = self._boxes.pop(key)
            box.queue.clear()
            box.gone = 0
            box.lines.clear()
            self._mark(box)

    # inside

    def _run(self, box: Backlog, at: Timestamp | None = None) -> None:
        """Send as much as the windows allow, the oldest first. `at`: the sandbox's moment, where it is known."""
        queue, lines = box.queue, box.lines
        if queue and lines:
            at = box.sandbox.now() if at is None else at
            while queue and (line := _roomiest(lines)) is not None:
                self._send(box, line, queue.popleft(), at)
        if box.busy is None or not box.gone:
            self._mark(box)

    def _is_settled(self, box: Backlog, out: Outgoing) -> bool:
        """Was it answered late, before it could go out again?"""
        accepted = box.settled.pop(_matter(out.due), None) if out.due.attempt > 1 else None
        if accepted is None:
            return False
        box.engine.answered(out.attempt, accepted, box.sandbox.now(), ())
        return True

    def _send(self, box: Backlog, line: BoundSession, parcel: PendingReceipt, at: Timestamp) -> None:
        sandbox, engine, out, spell = box.sandbox, parcel.engine, parcel.out, line.terms.spell
        if box.settled and self._is_settled(box, out):
            return
        if at - out.at > _A_DAY:
            engine.answered(out.attempt, False, at, ())
            return
        try:
            octets = line.deliver(parcel.pdu if spell is None else spell(parcel.pdu), parcel)
        except Exception as error:
            failures.given_up(f"a receipt of sandbox {sandbox.id}", engine, out, at, error)
            return
        box.gone += 1
        attempt = parcel.attempt = attempt_of(out, box.provider, SmppFrame(octets, line.id, line.peer), at)
        sandbox.journal.write_attempt(attempt)
        if self._after and attempt.message:
            self._gone(sandbox, attempt.message)

    def _close(
        self, parcel: PendingReceipt, accepted: bool, verdict: str, answer: SmppFrame | None, failure: str | None,
        again: tuple[float, ...],
    ) -> None:  # fmt: skip
        box, attempt, engine = parcel.box, parcel.attempt, parcel.engine
        sandbox = box.sandbox
        if sandbox.gone:
            return
        if box.engine is not sandbox.engine:
            self._another_world(box)
        if engine is box.engine:
            assert attempt is not None
            box.gone -= 1
            attempt.accepted, attempt.verdict = accepted, verdict
            sandbox.journal.answered(attempt, answer, failure)
            engine.answered(attempt.id, accepted, engine.state.now if accepted else sandbox.now(), again)
            sandbox.feed.add("callbacks", attempt.id)
            if not accepted:
                sandbox.schedule_timer()
        if box.queue or not box.gone:
            self._run(box)

    def _mark(self, box: Backlog) -> None:
        """Is something under way? What waits for a session that is not there is not."""
        busy = box.gone > 0 or bool(box.queue and box.lines)
        if busy and box.busy is None:
            box.busy = self._under_way.open(box.sandbox)
        elif not busy and box.busy is not None:
            self._under_way.close(box.sandbox, box.busy)
            box.busy = None


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
