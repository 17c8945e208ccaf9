"""What a command does once its checks have passed."""

from collections.abc import Callable

from emulator.core.accounts import Sender
from emulator.core.agenda import Expire
from emulator.core.checks import Case, checked
from emulator.core.commands import BalanceQuery, ListSenders, Query, RegisterSender, Submit
from emulator.core.life import Life
from emulator.core.messages import Batch, Message
from emulator.core.outcomes import (
    Accepted,
    AnyOutcome,
    BalanceTold,
    Entry,
    Found,
    Refused,
    SenderEntry,
    SenderRegistered,
    SendersTold,
)  # fmt: skip
from emulator.core.plans import Plan
from emulator.core.profile import Profile
from emulator.core.reasons import Reason
from emulator.core.rules import Rule
from emulator.core.statuses import Status
from emulator.core.world import World


class Judge:
    """Checks a case, then does what it asks."""

    def __init__(self, world: World, life: Life) -> None:
        self.world = world
        self._life = life
        self._plans: dict[tuple[str, str], int] = {}
        self._handlers: dict[type, Callable[[Case], AnyOutcome]] = {
            Submit: self._submit, Query: self._query, BalanceQuery: self._balance, ListSenders: self._list_senders,
            RegisterSender: self._register_sender,
        }  # fmt: skip

    def judge(self, case: Case) -> AnyOutcome:
        """The first refusal of the profile's checks, or what the command came to."""
        kind = type(case.command)
        return checked(case, case.profile.checks[kind.__name__]) or self._handlers[kind](case)

    def _submit(self, case: Case) -> AnyOutcome:
        world, account, command, at = self.world, case.owner, case.command, case.at
        assert case.measured is not None
        cost = case.cost
        account.balance -= cost
        account.spent += cost
        batch = Batch(
            id=len(world.store.batches) + 1, provider=command.provider, protocol=command.protocol,
            provider_id=self._next_id(case.profile), sender=command.sender or "", text=command.text or "",
            reference=command.reference or None, encoding=case.measured.encoding, parts=case.measured.parts,
            cost=cost // len(case.good), created_at=at, begins_at=max(at, command.begins_at or at),
            first=command.first, flash=command.flash, report=command.report, extra=command.extra,
        )  # fmt: skip
        world.store.add_batch(batch)
        for number, written in case.good:
            self._add_message(case, batch, number, written)
        return Accepted(
            batch=batch.id, provider_id=batch.provider_id, count=len(case.good), parts=batch.parts * len(case.good),
            cost=cost, balance=account.balance, encoding=batch.encoding, stop_listed=tuple(case.stop_listed),
            invalid=tuple(case.invalid),
        )  # fmt: skip

    def _add_message(self, case: Case, batch: Batch, number: str, written: str) -> None:
        at = case.at
        status: Status = "scheduled" if batch.begins_at > at else "pending"
        message = Message(
            id=len(self.world.store.messages) + 1, batch=batch.id, to=number, status=status, history=(status, at),
            plan=self._plan(case.ruling.of(written), case.profile),
        )  # fmt: skip
        self.world.store.add(message)
        self._life.begin(message, batch, at)
        if case.command.expires_at is not None:
            self.world.agenda.put(case.command.expires_at, Expire(message.id))

    def _next_id(self, profile: Profile) -> str | None:
        if profile.first_id is None:
            return None
        ids = self.world.next_ids
        number = ids.get(profile.provider, profile.first_id)
        ids[profile.provider] = number + 1
        return str(number)

    def _query(self, case: Case) -> AnyOutcome:
        store, query = self.world.store, case.command
        if query.provider_id is not None:
            ids = store.with_provider_id(query.provider, query.provider_id)
        else:
            ids = store.sent_as(query.provider, query.destination or "", query.reference or "")
        if not ids:
            if "unknown-message" in case.profile.switches and case.switch("unknown-message") == "unknown":
                return Found(entries=())
            asked = {"destination": query.destination, "reference": query.reference, "id": query.provider_id}
            return Refused(reason=Reason.MESSAGE_UNKNOWN, details={k: v for k, v in asked.items() if v})
        return Found(entries=tuple(self._entry(number) for number in ids))

    def _entry(self, number: int) -> Entry:
        store = self.world.store
        message = store.messages[number - 1]
        batch = store.batch_of(message)
        return Entry(
            message=number, to=message.to, status=message.status, changed_at=message.changed_at,
            created_at=batch.created_at, reason=message.reason, error=message.error, provider_id=batch.provider_id,
            sender=batch.sender, text=batch.text, parts=batch.parts, cost=batch.cost,
        )  # fmt: skip

    def _balance(self, case: Case) -> AnyOutcome:
        return BalanceTold(balance=case.owner.balance)

    def _list_senders(self, case: Case) -> AnyOutcome:
        return SendersTold(
            senders=tuple(
                SenderEntry(id=sender.id, name=sender.name, state=sender.state, created_at=sender.created_at)
                for sender in case.owner.senders.values()
            )
        )

    def _register_sender(self, case: Case) -> AnyOutcome:
        senders, name = case.owner.senders, case.command.name or ""
        number = max((sender.id for sender in senders.values()), default=0) + 1
        senders[name] = Sender(id=number, name=name, state="pending", created_at=case.at)
        return SenderRegistered(id=number, name=name)

    def _plan(self, rule: Rule | None, profile: Profile) -> int:
        """The number of the life that a rule gives, or the provider's ordinary one."""
        key = (rule.id if rule else "", profile.provider)
        number = self._plans.get(key)
        if number is None:
            then = rule.spec.then if rule else Plan()
            steps = profile.life if then.steps is None else tuple(sorted(then.steps, key=lambda step: step.after))
            number = self._plans[key] = self._life.conceive(Plan(steps=steps, reports=then.reports))
        return number
