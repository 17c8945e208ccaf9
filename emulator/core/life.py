"""The life of a message: what comes due, what it changes, which reports that sends."""

from collections.abc import Callable, Mapping

import msgspec

from emulator.core.accounts import Account
from emulator.core.agenda import Begin, Expire, SendReport, Step
from emulator.core.messages import Batch, Message
from emulator.core.plans import Plan, Reports, Told
from emulator.core.plans import Step as PlannedStep
from emulator.core.profile import Profile
from emulator.core.statuses import FINAL, Status
from emulator.core.values import Moment, seconds
from emulator.core.world import World

NORMAL = Reports()


class Report(msgspec.Struct, frozen=True):
    """A delivery report that goes out now. The answer comes back as `Answered` with the same `attempt` number."""

    attempt: int
    at: Moment
    message: int
    provider: str
    due: SendReport


class Life:
    """Moves the messages of a world. `touched` hears the id of every message that changed."""

    def __init__(self, world: World, profiles: Mapping[str, Profile], touched: Callable[[int], None]) -> None:
        self._world = world
        self._profiles = profiles
        self._touched = touched

    def conceive(self, plan: Plan) -> int:
        """The number under which messages remember a plan."""
        world = self._world
        number = world.plan_numbers.get(plan)
        if number is None:
            number = world.plan_numbers[plan] = len(world.plans)
            world.plans.append(plan)
        return number

    def begin(self, message: Message, batch: Batch, at: Moment) -> None:
        """An accepted message enters its first state; its first date is put on the agenda."""
        if batch.begins_at > at:
            self._world.agenda.put(batch.begins_at, Begin(message.id, message.version), batch.first)
        else:
            self._put_step(message, batch, 0)
        self._touched(message.id)
        self._report(message, batch, None)

    def fire(self, at: Moment, item: Step | Begin | Expire) -> None:
        """A date of a message's life has come."""
        message = self._world.store.message(item.message)
        assert message is not None
        batch = self._world.store.batch_of(message)
        if isinstance(item, Expire):
            if message.status not in FINAL:
                message.version += 1
                self.change(message, batch, "expired", at)
        elif item.version != message.version:
            return
        elif isinstance(item, Begin):
            self.change(message, batch, "pending", at)
            self._put_step(message, batch, 0)
        else:
            steps = self._steps(message)
            step = steps[item.index]
            last = item.index + 1 == len(steps)
            if not last:
                self._put_step(message, batch, item.index + 1)
            self.change(message, batch, step.status, at, step.reason, step.error, last)

    def change(
        self, message: Message, batch: Batch, status: Status, at: Moment, reason: str = "", error: int = 0,
        last: bool = True,
    ) -> None:  # fmt: skip
        """The message takes a status. `last`: nothing more of its plan follows."""
        before = message.status
        message.become(status, at, reason, error)
        self._touched(message.id)
        self._report(message, batch, before, last)

    def _steps(self, message: Message) -> tuple[PlannedStep, ...]:
        steps = self._world.plans[message.plan].steps
        assert steps is not None
        return steps

    def _put_step(self, message: Message, batch: Batch, index: int) -> None:
        steps = self._steps(message)
        if index < len(steps):
            due = batch.begins_at + seconds(steps[index].after)
            self._world.agenda.put(due, Step(message.id, message.version, index), batch.first)

    def _put_script(self, message: Message, batch: Batch, script: tuple[Told, ...]) -> None:
        """Everything that the client will be told, onto the agenda."""
        began = batch.begins_at
        for told in script:
            changed = began + seconds(told.after if told.changed is None else told.changed)
            report = SendReport(message.id, told.status, changed, told.reason, told.error, told.attempt)
            self._world.agenda.put(began + seconds(told.after), report, batch.first)

    def _report(self, message: Message, batch: Batch, before: Status | None, last: bool = False) -> None:
        if not batch.report:
            return
        world, profile = self._world, self._profiles[batch.provider]
        account = world.accounts[batch.provider]
        reported = _reported(profile, account, before, message.status)
        manner = world.plans[message.plan].reports or NORMAL
        if manner.never:
            return
        if manner.script is not None:
            if before is None:
                self._put_script(message, batch, manner.script)
            return
        at = message.changed_at
        outgoing: list[SendReport] = []
        if reported:
            outgoing.append(SendReport(message.id, message.status, at, message.reason, message.error))
        if manner.order == "reversed":
            outgoing = world.held.pop(message.id, []) + outgoing
            if not last:
                if outgoing:
                    world.held[message.id] = outgoing
                return
            outgoing.reverse()
        for report in outgoing:
            for _ in range(2 if manner.twice else 1):
                world.agenda.put(at + seconds(manner.late), report, batch.first)


def _reported(profile: Profile, account: Account, before: Status | None, now: Status) -> bool:
    """Does this change send a report? `before` is None for the state in which a message begins."""
    row = profile.status(now)
    if before is not None and not profile.reports_same_word and profile.status(before).word == row.word:
        return False
    asked = (row.reported,) if before is not None else (row.reported, profile.reports_first_state)
    return all(profile.switch(account, one) if isinstance(one, str) else one for one in asked)
