"""Takes a submit into the store: batches, messages, their plans; and what is kept of numbers that are refused."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from emulator.core.commands import Submit
from emulator.core.engine.checks import CheckContext, Lost, Said
from emulator.core.engine.lifecycle import MessageLifecycle
from emulator.core.engine.recipients import barred, lost_for
from emulator.core.messages import Batch
from emulator.core.outcomes import Accepted, Refused
from emulator.core.profile import ErrorRow, Profile
from emulator.core.reasons import Reason
from emulator.core.rules.actions import Plan, Step
from emulator.core.rules.rule import Rule
from emulator.core.state.sandbox_state import SandboxState
from emulator.core.statuses import Status
from emulator.core.text import Measure


class SubmitHandler:
    """Makes batches and messages in a state."""

    def __init__(
        self, state: SandboxState, life: MessageLifecycle, give_way: Callable[[CheckContext], None]
    ) -> None:  # fmt: skip
        self.state = state
        self._life = life
        self._give_way = give_way
        self._plans: dict[tuple[str, str], int] = {}

    def take(self, case: CheckContext) -> Accepted:
        """A submit whose checks have passed: charged, stored, set going. A batch for each text."""
        account, command, measured, cost = case.owner, case.command, case.measured, case.cost
        assert measured is not None
        if command.replaces:
            self._give_way(case)
        account.balance -= cost
        account.spent += cost
        provider_id = self._id(case)
        if command.texts:
            first, *_ = [self._send(case, provider_id, *group) for group in _by_what_is_said(case)]
        else:
            said = Said(command.text or "", command.sender or "", command.begins_at)
            each = cost // len(case.good)
            first = self._send(case, provider_id, said, measured, each, case.good, case.places)
        accepted = Accepted(
            batch=first, provider_id=provider_id, count=len(case.good), parts=case.parts, cost=cost,
            balance=account.balance, encoding=measured.encoding, code=case.code,
        )  # fmt: skip
        if case.lost or case.again:
            self._record_lost(case, provider_id, True)
            accepted = msgspec.structs.replace(accepted, **lost(case))
        return accepted

    def keep(self, case: CheckContext, refused: Refused) -> Refused | Accepted:
        """What a refusal leaves behind: where its row says so an id and records, each in the state of its row; and
        over a protocol where it is told later, the submit is taken and reports say what became of it."""
        command = case.command
        if not case.known or type(command) is not Submit:
            return refused
        row = self.row_of(case, refused)
        if row is None or not row.keeps_id:
            return refused
        later = command.protocol in row.later_over
        provider_id = refused.provider_id = self._id(case)
        first = self.state.store.batches.count + 1
        good = _numbered(case)
        for said, numbers in _grouped(case, good):
            self._record(case, provider_id, row, refused.reason, said, numbers, later)
        self._record_lost(case, provider_id, later)
        if not later:
            return refused
        measured = command.measure_of(command.text or "")
        told = lost(case)
        told["barred"] = (*told.get("barred", ()), *((number, refused.reason) for number, _ in good))
        return Accepted(
            batch=first, provider_id=provider_id, count=0, parts=measured.parts, cost=0, balance=case.owner.balance,
            encoding=measured.encoding, **told,
        )  # fmt: skip

    def row_of(self, case: CheckContext, refused: Refused) -> ErrorRow | None:
        """The row of a refusal's code, or of its reason."""
        table = case.profile.table(case.command.operation, case.command.protocol)
        if table is None:
            return None
        return table.of_reason(refused.reason) if refused.code is None else table.of_code(refused.code)

    # inside

    def _id(self, case: CheckContext) -> str | None:
        """The client's own id, or the one given already, or the provider's next one that nobody has."""
        command, profile = case.command, case.profile
        own: str | None = command.own_id
        if own is not None:
            self.state.store.claim(profile.provider, own)
        elif command.ids:
            own = command.ids[0]
        elif profile.first_id is not None:
            own = self.next_id(profile)
        return own

    def next_id(self, profile: Profile) -> str:
        """The provider's next id that nobody has."""
        state, provider = self.state, profile.provider
        number = state.next_ids.get(provider, profile.first_id)
        assert number is not None
        claimed, parts = state.store.claimed.get(provider, 0), state.parts
        while (number <= claimed and state.store.taken(provider, str(number))) or (parts and str(number) in parts):
            number += 1
        state.next_ids[provider] = number + 1
        return str(number)

    def _send(
        self, case: CheckContext, provider_id: str | None, said: Said, measured: Measure, cost: int,
        numbers: Sequence[str], places: Sequence[int],
    ) -> int:  # fmt: skip
        """A batch with a message to each number, set going; those in a row of whom one rule decides are made
        together. The batch's id."""
        ruling, provider, ends = case.ruling, case.profile.provider, case.command.expires_at
        batch = self._batch(case, provider_id, said, measured, cost)
        if ends is not None and case.command.begins:  # each is tried for as long from its own beginning on
            ends += batch.begins_at - (case.command.begins_at or case.at)
        status: Status = "scheduled" if batch.begins_at > case.at else "pending"
        alike = ((ruling.everyone, numbers),) if ruling.recipients is None else _by_rule(case, numbers, places)
        for rule, those in alike:
            plan = self._plans.get(("" if rule is None else rule.id, provider))
            if plan is None:
                plan = self._plan(rule, case.profile)
            self._life.begin(self.state.store.add(batch, those, status, plan), batch, ends)
        return batch.id

    def _batch(
        self, case: CheckContext, provider_id: str | None, said: Said, measured: Measure, cost: int
    ) -> Batch:  # fmt: skip
        """The next one."""
        command, at, begins_at = case.command, case.at, said.begins_at
        return Batch(
            self.state.store.batches.count + 1, command.provider, command.protocol, provider_id, said.sender, said.text,
            command.reference or None, measured.encoding, measured.parts, cost, at,
            at if begins_at is None or begins_at < at else begins_at, command.first, command.flash, command.report,
            command.extra if command.kind == "sms" else {**command.extra, "kind": command.kind}, command.ids,
            command.asks,
        )  # fmt: skip

    def _record_lost(self, case: CheckContext, provider_id: str | None, later: bool) -> None:
        """What is kept of the numbers that nothing is sent to, reason by reason, each with its own text."""
        for reason in dict.fromkeys([one.reason for one in case.lost]) if case.lost else ():
            row = self.row_of(case, Refused(reason=reason))
            if row is not None and row.keeps_id:
                numbers = [(one.number, one.place) for one in case.lost if one.reason == reason]
                for said, those in _grouped(case, numbers):
                    self._record(case, provider_id, row, reason, said, those, later)

    def _record(
        self, case: CheckContext, provider_id: str | None, row: ErrorRow, reason: Reason, said: Said,
        numbers: Sequence[str], later: bool,
    ) -> None:  # fmt: skip
        """Messages that cost nothing and fail: at once where the client was told, else `later`, by their reports."""
        batch = self._batch(case, provider_id, said, case.command.measure_of(said.text), 0)
        batch.begins_at, batch.report = case.at, later and batch.report
        status: Status = "pending" if later else row.status
        steps = (Step(0, row.status, reason.value, row.error),) if later else ()
        plan = self._life.intern_actions(Plan(steps=steps))
        told = ("", 0) if later else (reason.value, row.error)
        self._life.begin(self.state.store.add(batch, numbers, status, plan, *told), batch)

    def _plan(self, rule: Rule | None, profile: Profile) -> int:
        """The number of the life that a rule gives, or the provider's ordinary one, which is known from now on."""
        then = rule.spec.then if rule else Plan()
        steps = profile.life if then.steps is None else tuple(sorted(then.steps, key=lambda step: step.after))
        if then.steps is None and then.reports is not None and then.reports.before_reply:
            steps = (msgspec.structs.replace(steps[0], after=0.0), *steps[1:])
        number = self._life.intern_actions(msgspec.structs.replace(then.life, steps=steps))
        self._plans["" if rule is None else rule.id, profile.provider] = number
        return number


_IN_TURN = {Reason.DESTINATION_INVALID: 0, Reason.STOP_LISTED: 1}


def lost(case: CheckContext) -> dict[str, Any]:
    """The numbers that nothing is sent to, as outcomes tell them."""
    if not case.lost and not case.again:
        return {}
    return {
        "stop_listed": lost_for(case, Reason.STOP_LISTED), "invalid": lost_for(case, Reason.DESTINATION_INVALID),
        "barred": barred(case), "places": tuple(one.place for one in sorted(case.lost, key=_told_with)),
        "again": tuple(case.again),
    }  # fmt: skip


def _told_with(one: Lost) -> int:
    return _IN_TURN.get(one.reason, len(_IN_TURN))


def _numbered(case: CheckContext) -> list[tuple[str, int]]:
    """The numbers that a refusal of the whole is about, each with its place: the good ones, or all of them where
    nobody has looked yet."""
    if case.good or case.lost:
        return list(zip(case.good, case.places, strict=True))
    switches, normal = case.switches, case.profile.normal_number
    return [(normal(n, switches) or n, place) for place, n in enumerate(case.command.destinations or ())]


def _grouped(case: CheckContext, numbers: Sequence[tuple[str, int]]) -> Iterator[tuple[Said, list[str]]]:
    """Numbers with their places, by what goes to them."""
    if numbers and not case.command.texts:
        yield case.said(0), [number for number, _ in numbers]
        return
    groups: dict[Said, list[str]] = {}
    for number, place in numbers:
        groups.setdefault(case.said(place), []).append(number)
    yield from groups.items()


def _by_what_is_said(case: CheckContext) -> Iterable[tuple[Said, Measure, int, list[str], list[int]]]:
    """Each text with its sender and beginning, its measure and cost, its recipients, where each may have its own."""
    groups: dict[Said, tuple[Said, Measure, int, list[str], list[int]]] = {}
    for number, place, measured, cost in zip(case.good, case.places, case.measures, case.costs, strict=True):
        said = case.said(place)
        *_, numbers, places = groups.setdefault(said, (said, measured, cost, [], []))
        numbers.append(number)
        places.append(place)
    return groups.values()


def _by_rule(
    case: CheckContext, numbers: Sequence[str], places: Sequence[int]
) -> Iterable[tuple[Rule | None, Sequence[str]]]:  # fmt: skip
    """Numbers, those in a row of whom one rule decides together. The batch's id."""
    rules = [case.ruling.of(place) for place in places]
    for rule, alike in groupby(zip(rules, numbers, strict=True), itemgetter(0)):
        yield rule, [number for _, number in alike]
