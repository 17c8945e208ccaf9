"""The life of a message: what comes due, what it changes, which reports that sends."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from emulator.core.messages import Batch, Incoming, Message
from emulator.core.profile import Profile
from emulator.core.rules.actions import Plan, Reports, Told
from emulator.core.rules.actions import Step as PlannedStep
from emulator.core.rules.ranges import drawn
from emulator.core.state.sandbox_state import SandboxState
from emulator.core.state.scheduler import Begin, Expire, SendIncoming, SendReport, Step
from emulator.core.statuses import ARRIVED, FINAL, Status
from emulator.core.text import measure
from emulator.core.units import Chance, Timestamp, seconds

Touched = Callable[[Sequence[Message]], None]
"""Hears which messages changed."""


_Change = tuple[str, tuple[int, ...], Status | None, Status]
"""Provider, what was asked for by flags, status before and now."""
_MOST_CHANGES = 1000


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """A delivery report, or a subscriber's message, or a part of it, goes out to the client now. The answer comes back
    as `Answered` with the same `attempt` number."""

    attempt: int
    at: Timestamp
    due: SendReport | SendIncoming


class MessageLifecycle:
    """Moves the messages of a state. `touched` hears of every message that changed."""

    def __init__(self, state: SandboxState, profiles: Mapping[str, Profile], touched: Touched) -> None:
        self._state = state
        self._profiles = profiles
        self.touched = touched
        self._after: dict[int, tuple[int, ...]] = {}
        """When the steps of a plan come, by the plan's number: in microseconds behind the beginning."""
        self._asked: dict[_Change, Sequence[int]] = {}
        """Which parts' reports a change sends."""

    def intern_actions(self, plan: Plan) -> int:
        """The number under which messages remember a plan."""
        state = self._state
        key = msgspec.msgpack.encode(plan)
        number = state.plan_numbers.get(key)
        if number is None:
            number = state.plan_numbers[key] = len(state.plans)
            state.plans.append(plan)
        return number

    def begin(self, messages: Sequence[Message], batch: Batch, ends: Timestamp | None = None) -> None:
        """Accepted messages of a batch, all with one plan, enter their first state; the first dates of each are put in
        the scheduler. `ends`: when their life time does."""
        state, first, begins_at = self._state, messages[0], batch.begins_at
        due: Timestamp | None = begins_at
        scheduled = begins_at > batch.created_at
        if not scheduled:
            after = self._after.get(first.plan)
            due = begins_at + after[0] if after else self._due(first.plan, batch, 0)
        manner = state.plans[first.plan].reports
        reports = batch.report and (manner or self._wanted(batch, None, first.status))
        if not reports and ends is None:
            if due is not None:
                state.scheduler.put_each(due, first.id, len(messages), batch.first, scheduled)
        else:
            for message in messages:
                if due is not None:
                    state.scheduler.put_each(due, message.id, 1, batch.first, scheduled)
                if reports:
                    self._report(message, batch, manner, None, batch.created_at)
                if ends is not None:
                    state.scheduler.put(ends, Expire(message.id))
        self.touched(messages)

    def fire(self, at: Timestamp, item: Step | Begin | Expire, out: list[Outgoing]) -> None:
        """A date of a message's life has come. What goes out with it is put behind `out`."""
        state = self._state
        message = state.store.messages.take(item.message - 1)
        batch = state.store.batch_near(message)
        if type(item) is Step:  # most of them are
            if item.version != message.version:
                return
            steps = state.plans[message.plan].steps
            assert steps is not None
            step, following = steps[item.index], item.index + 1
            last = following == len(steps)
            if not last:
                self._put_step(message, batch, following)
            self.change(message, batch, step.status, at, step.reason, step.error, last, step.operator, out)
        elif type(item) is Begin:
            if item.version == message.version:
                self.change(message, batch, "pending", at, out=out)
                self._put_step(message, batch, 0)
        else:
            end = None if batch.replaced is None else batch.replaced.ends
            if message.status not in FINAL and (end is None or end <= at):
                message.version += 1
                self.change(message, batch, "expired", at, out=out)

    def send(self, due: SendReport | SendIncoming) -> Outgoing:
        """It goes out now, and is under way until it is answered."""
        state = self._state
        attempt = state.attempts_made = state.attempts_made + 1
        state.in_flight[attempt] = due
        return Outgoing(attempt, state.now, due)

    def stands(self, item: Step | Begin | Expire) -> bool:
        """Does the date still mean something to its message?"""
        message = self._state.store.messages[item.message - 1]
        return message.status not in FINAL if isinstance(item, Expire) else item.version == message.version

    def expire_at(self, message: Message, at: Timestamp) -> None:
        """The message's life time ends then, if it lives so long."""
        self._state.scheduler.put(at, Expire(message.id))

    def begin_again(self, message: Message, batch: Batch, at: Timestamp) -> None:
        """A message that is not delivered yet is another one now: what was planned for it is void, and planned anew."""
        message.version += 1
        begins: Status = "scheduled" if batch.begins_at > at else "pending"
        if begins == "scheduled":
            self._state.scheduler.put(batch.begins_at, Begin(message.id, message.version), batch.first)
        else:
            self._put_step(message, batch, 0)
        if begins != message.status and "scheduled" in (begins, message.status):
            self.change(message, batch, begins, at, last=False)
        else:
            self.touched((message,))

    def change(
        self, message: Message, batch: Batch, status: Status, at: Timestamp, reason: str = "", error: int = 0,
        last: bool = True, operator: str = "", out: list[Outgoing] | None = None,
    ) -> None:  # fmt: skip
        """The message takes a status. `last`: nothing more of its plan follows. `out`: where a report may go out with
        it."""
        before = message.status
        message.become(status, at, reason, error, operator)
        self._state.store.became(before, status)
        plan = self._state.plans[message.plan]
        acts = (plan.opt_out or plan.incoming is not None) and status in ARRIVED
        if acts and ARRIVED.isdisjoint(message.history[:-2:2]):
            self._subscriber_acts(plan, message, batch, at)
        self.touched((message,))
        if batch.report:
            self._report(message, batch, plan.reports, before, at, last, out)

    def _steps(self, message: Message) -> tuple[PlannedStep, ...]:
        steps = self._state.plans[message.plan].steps
        assert steps is not None
        return steps

    def _due(self, plan: int, batch: Batch, index: int) -> Timestamp | None:
        """When a step of a plan comes, if it has so many."""
        after = self._after.get(plan)
        if after is None:
            steps = self._state.plans[plan].steps
            assert steps is not None
            after = self._after[plan] = tuple(seconds(step.after) for step in steps)
        return batch.begins_at + after[index] if index < len(after) else None

    def _put_step(self, message: Message, batch: Batch, index: int) -> None:
        due = self._due(message.plan, batch, index)
        if due is not None:
            self._state.scheduler.put(due, Step(message.id, message.version, index), batch.first)

    def _put_script(self, message: Message, batch: Batch, script: tuple[Told, ...]) -> None:
        """Everything that the client will be told, into the scheduler."""
        began = batch.begins_at
        for told in script:
            changed = began + seconds(told.after if told.changed is None else told.changed)
            report = SendReport(message.id, told.status, changed, told.reason, told.error, told.attempt)
            self._state.scheduler.put(began + seconds(told.after), report, batch.first)

    def _report(
        self, message: Message, batch: Batch, manner: Reports | None, before: Status | None, at: Timestamp,
        last: bool = False, out: list[Outgoing] | None = None,
    ) -> None:  # fmt: skip
        state, status, reason, error = self._state, message.status, message.reason, message.error
        if manner is None:
            for part in self._wanted(batch, before, status):
                self._put_report(at, SendReport(message.id, status, at, reason, error, 1, part), batch, out)
            return
        if manner.never:
            return
        if manner.script is not None:
            if before is None:
                self._put_script(message, batch, manner.script)
            return
        wanted = self._wanted(batch, before, status)
        reports = [SendReport(message.id, status, at, reason, error, 1, part) for part in wanted]
        if manner.order != "normal":
            reports = state.held.pop(message.id, []) + reports
            if not last:
                if reports:
                    state.held[message.id] = reports
                return
            reports = _reordered(reports, manner, state.chance)
        for report in reports:
            for _ in range(manner.copies):
                self._put_report(at + seconds(drawn(manner.late, state.chance)), report, batch, out)

    def _put_report(self, due: Timestamp, report: SendReport, batch: Batch, out: list[Outgoing] | None) -> None:
        """Into the scheduler; what would be the next thing that is taken from it, and is due, goes out at once."""
        state = self._state
        if out is None or due > state.now or (state.scheduler.due is not None and state.scheduler.due <= due):
            state.scheduler.put(due, report, batch.first)
        else:
            out.append(self.send(report))

    def will_report(self, number: int, ends: bool) -> bool:
        """May a report of a message still go out: one that is due, or one of a change that its plan still holds?"""
        state = self._state
        message = state.store.messages[number - 1]
        batch = state.store.batch_of(message)
        if state.scheduler.has_report(number) or any(
            isinstance(due, SendReport) and due.message == number for due in state.in_flight.values()
        ):
            return True
        manner = state.plans[message.plan].reports
        told = manner is not None and (manner.never or manner.script is not None)
        if not batch.report or message.status in FINAL or told:
            return False
        before = message.status
        planned = [step.status for step in self._steps(message)] if not message.version else []
        for status in (*planned, *(("expired",) if ends else ())):
            if status != before and self._wanted(batch, before, status):
                return True
            before = status
        return False

    def _wanted(self, batch: Batch, before: Status | None, now: Status) -> Sequence[int]:
        """Which parts' reports a change sends: those that asked by their flags, or the one of the whole message."""
        if batch.asks:
            change = (batch.provider, batch.asks, before, now)
            known = self._asked.get(change)
            return self._who_asked(change) if known is None else known
        profile = self._profiles[batch.provider]
        switches = profile.told[before, now]
        if switches is None:
            return ()
        chosen = self._state.accounts[batch.provider].switches
        for name in switches:
            if not (chosen[name] if name in chosen else profile.defaults[name]):
                return ()
        return (0,)

    def _who_asked(self, change: _Change) -> Sequence[int]:
        provider, asked, before, now = change
        asks = self._profiles[provider].asks_for
        wanted = () if asks is None else tuple(part for part, flags in enumerate(asked) if asks(flags, before, now))
        if len(self._asked) > _MOST_CHANGES:
            self._asked.clear()
        self._asked[change] = wanted
        return wanted

    def _subscriber_acts(self, plan: Plan, message: Message, batch: Batch, at: Timestamp) -> None:
        """What the plan has the subscriber do who got the message."""
        state = self._state
        if plan.opt_out:
            state.accounts[batch.provider].stoplist[message.to] = True
        if plan.incoming is not None:
            due, text = at + seconds(plan.incoming.after), plan.incoming.text
            number = len(state.incoming) + 1
            way, to = batch.protocol, batch.sender
            state.incoming.append(Incoming(number, batch.provider, way, message.to, to, text, due, plan.retries))
            for part in range(measure(text).parts if batch.protocol == "smpp" else 1):
                state.scheduler.put(due, SendIncoming(number, part))


def _reordered(reports: list[SendReport], manner: Reports, chance: Chance) -> list[SendReport]:
    """Reports that were held back, in the order in which they go out."""
    if manner.order == "reversed":
        return reports[::-1]
    return [one for _, _, one in sorted((chance.draw(), place, one) for place, one in enumerate(reports))]
