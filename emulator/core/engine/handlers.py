"""What a command does once its checks have passed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, takewhile

from emulator.core.accounts import Sender
from emulator.core.commands import (
    AwaitCall,
    BalanceQuery,
    Bind,
    Cancel,
    CheckLink,
    Delete,
    Describe,
    ListIncoming,
    ListMessages,
    ListSenders,
    Price,
    Query,
    QueryMany,
    QueryNumbers,
    RegisterSender,
    Replace,
    Submit,
    SubmitPart,
)  # fmt: skip
from emulator.core.engine.cancel_replace import CancelHandler
from emulator.core.engine.checks import LONGEST, Check, CheckContext, weigh
from emulator.core.engine.lifecycle import MessageLifecycle
from emulator.core.engine.multipart import PartAssembler
from emulator.core.engine.recipients import checked
from emulator.core.engine.submit import SubmitHandler, lost
from emulator.core.messages import Message
from emulator.core.outcomes import (
    AnyOutcome,
    BalanceTold,
    Bound,
    CallAwaited,
    CostTold,
    Deleted,
    Described,
    Entry,
    Found,
    FoundMany,
    IncomingTold,
    LinkAlive,
    NumbersTold,
    Refused,
    SenderEntry,
    SenderRegistered,
    SendersTold,
)  # fmt: skip
from emulator.core.profile import Profile
from emulator.core.reasons import Reason
from emulator.core.state.sandbox_state import SandboxState
from emulator.core.units import Timestamp, seconds


class CommandHandlers:
    """Checks a case, then does what it asks."""

    def __init__(self, state: SandboxState, profiles: Mapping[str, Profile], life: MessageLifecycle) -> None:
        self.state = state
        self._life = life
        undoing = CancelHandler(state, life)
        self.taking = SubmitHandler(state, life, undoing.give_way)
        self.parts = PartAssembler(state, profiles, self.taking, self._judge_whole)
        self._ways: dict[tuple[str, str, type], tuple[Sequence[Check], Callable[[CheckContext], AnyOutcome]]] = {}
        """Checks and handler, by provider, protocol and kind of command."""
        self._handlers: dict[type, Callable[[CheckContext], AnyOutcome]] = {
            Submit: self.taking.take, SubmitPart: self.parts.take, Cancel: undoing.cancel,
            Replace: undoing.replace, Bind: lambda case: Bound(), CheckLink: lambda case: LinkAlive(),
            Price: self._price, Query: self._query, QueryMany: self._query_many, Delete: self._delete,
            Describe: self._describe, BalanceQuery: self._balance, ListSenders: self._list_senders,
            RegisterSender: self._register_sender, ListMessages: self._list_messages,
            ListIncoming: self._list_incoming, QueryNumbers: self._query_numbers,
            AwaitCall: self._await_call,
        }  # fmt: skip

    def judge(self, case: CheckContext) -> AnyOutcome:
        """The first refusal of the profile's checks, or what the command came to."""
        command = case.command
        key = command.provider, command.protocol, type(command)
        way = self._ways.get(key)
        if way is None:
            made = case.profile.checks_of(type(command).__name__, command.protocol)
            way = self._ways[key] = made, self._handlers[type(command)]
        checks, handle = way
        refused = checked(case, checks)
        if refused is not None:
            return self.taking.keep(case, refused)
        if case.marks:
            self.state.windows.mark(case.marks, case.at, LONGEST)
        return handle(case)

    def refuse(self, case: CheckContext, refused: Refused) -> AnyOutcome:
        """A rule's refusal, with what it leaves behind where its row says so (core/engine/submit.py). Where it is told
        later, a part of a long message is taken first."""
        command = case.command
        if type(command) is not SubmitPart:
            return self.taking.keep(case, refused)
        row = self.taking.row_of(case, refused)
        if row is None or command.protocol not in row.later_over:
            return refused
        wrong = checked(case, case.profile.checks_of("SubmitPart", command.protocol))
        return wrong or self.parts.take(case, refused)

    def _judge_whole(self, case: CheckContext, refused: Refused | None) -> AnyOutcome:
        """A long message once all its parts are there."""
        return self.judge(case) if refused is None else self.taking.keep(case, refused)

    def _price(self, case: CheckContext) -> AnyOutcome:
        if case.measured is None:
            weigh(case)
        return CostTold(count=len(case.good), parts=case.parts, cost=case.cost, **lost(case))

    def _query(self, case: CheckContext) -> AnyOutcome:
        store, query = self.state.store, case.command
        if query.provider_id in self.state.parts and query.destination is None:
            return Found(entries=(self._waiting(query.provider_id, case),))
        if query.provider_id is not None and query.destination is not None:
            ids = self._sent(case, query.destination, query.provider_id)
        elif query.provider_id is not None:
            ids = case.named()
        else:
            to = self._number(case, query.destination or "")
            ids = store.with_reference(query.provider, query.reference or "", to)
        ids = [number for number in ids if self._registered(number, case.at)]
        if not ids:
            if case.switches.get("unknown-message") == "unknown":
                return Found(entries=())
            asked = {"destination": query.destination, "reference": query.reference, "id": query.provider_id}
            return Refused(reason=Reason.MESSAGE_UNKNOWN, details={k: v for k, v in asked.items() if v})
        return Found(entries=tuple(self._entry(number) for number in ids))

    def _waiting(self, name: str, case: CheckContext) -> Entry:
        """A part of a message that is not whole yet."""
        part = self.state.parts[name]
        to = (part.destinations or ("",))[0]
        return Entry(message=0, to=to, status="pending", changed_at=case.at, created_at=case.at, provider_id=name)

    def _query_many(self, case: CheckContext) -> AnyOutcome:
        """What a rule refuses of a list is not found."""
        def entry(number: str, provider_id: str) -> Entry | None:
            rule = case.ruling.of((number, provider_id))
            if rule is not None and rule.spec.then.takes_away(case.command):
                return None
            ids = self._sent(case, number, provider_id)
            return self._entry(ids[0]) if ids else None

        return FoundMany(entries=tuple(entry(number, provider_id) for number, provider_id in case.command.wanted))

    def _delete(self, case: CheckContext) -> AnyOutcome:
        store = self.state.store
        messages = []
        for number, provider_id in case.command.wanted:
            ids = self._sent(case, number, provider_id)
            if not ids or (message := store.take(ids[0])).status == "deleted":
                return Refused(reason=Reason.NOT_DELETED, details={"destination": number, "id": provider_id})
            messages.append(message)
        for message in messages:
            message.version += 1
            self._life.change(message, store.batch_of(message), "deleted", case.at)
        return Deleted(count=len(messages))

    def _sent(self, case: CheckContext, destination: str, provider_id: str) -> list[int]:
        """The newest message to a number under the provider's id: its number in the store, or nothing."""
        store, provider = self.state.store, case.command.provider
        newest = store.newest_with(provider, provider_id, self._number(case, destination))
        return [newest] if newest is not None and self._registered(newest, case.at) else []

    @staticmethod
    def _number(case: CheckContext, destination: str) -> str:
        """As messages have it."""
        return case.profile.normal_number(destination, case.switches) or destination

    def _registered(self, number: int, at: Timestamp) -> bool:
        """Does the provider know of it yet?"""
        store = self.state.store
        message = store.near(number)
        unknown_for = self.state.plans[message.plan].unknown_for
        return not unknown_for or at >= store.batch_near(message).created_at + seconds(unknown_for)

    def _describe(self, case: CheckContext) -> AnyOutcome:
        return Described()

    def _entry(self, number: int) -> Entry:
        store = self.state.store
        message = store.near(number)
        batch = store.batch_near(message)
        return Entry(
            message=number, to=message.to, status=message.status, changed_at=message.changed_at,
            created_at=batch.created_at, reason=message.reason, error=message.error, provider_id=batch.provider_id,
            sender=batch.sender, text=batch.text, parts=batch.parts, cost=batch.cost,
            flash=batch.flash, operator=message.operator, kind=batch.kind, extra=batch.extra,
        )  # fmt: skip

    def _balance(self, case: CheckContext) -> AnyOutcome:
        return BalanceTold(balance=case.owner.balance)

    def _list_messages(self, case: CheckContext) -> AnyOutcome:
        asked, provider = case.command, case.profile.provider
        found = (
            message.id for message, batch in self.state.store.with_batches(self._newest(case))
            if batch.provider == provider and (not asked.kinds or batch.kind in asked.kinds)
            and asked.flash in (None, batch.flash)
            and (asked.until is None or batch.created_at < asked.until)
        )  # fmt: skip
        entries = tuple(map(self._entry, islice(found, asked.limit)))
        return Found(entries=entries) if entries else Refused(reason=Reason.MESSAGE_UNKNOWN)

    def _newest(self, case: CheckContext) -> Iterator[Message]:
        """Messages of the numbers and the time asked about, the newest first."""
        store, asked = self.state.store, case.command
        before = len(store.messages) + 1 if asked.before is None else asked.before
        if asked.destinations:
            switches, normal = case.switches, case.profile.normal_number
            numbers = {normal(one, switches) or one for one in asked.destinations}
            every = [message for number in numbers for message in store.newest_to(number, before)]
            messages: Iterator[Message] = iter(sorted(every, key=lambda one: -one.id))
        else:
            messages = store.newest(before, provider=case.profile.provider)
        since = asked.since or 0
        return takewhile(lambda one: int(one.history[1]) >= since, messages)

    def _list_incoming(self, case: CheckContext) -> AnyOutcome:
        asked = case.command
        since = asked.since if asked.within is None else case.at - seconds(asked.within)
        found = (
            one for one in reversed(self.state.incoming)
            if one.provider == case.profile.provider and one.way != "call" and one.id > asked.after
            and (since or 0) <= one.at <= case.at
            and asked.to in ("", one.to)
        )  # fmt: skip
        return IncomingTold(messages=tuple(islice(found, asked.limit)))

    def _query_numbers(self, case: CheckContext) -> AnyOutcome:
        switches, normal = case.switches, case.profile.normal_number
        return NumbersTold(numbers=tuple(normal(one, switches) or one for one in case.command.destinations))

    def _await_call(self, case: CheckContext) -> AnyOutcome:
        asked, provider = case.command, case.profile.provider
        number = case.profile.normal_number(asked.destination, case.switches)
        until = case.at + seconds(asked.within)
        awaited = self.state.awaited
        for name in [name for name, (ends, *_) in awaited.items() if ends < case.at]:
            del awaited[name]
        awaited[f"{provider} {number}"] = (until, asked.dialled)
        return CallAwaited(dialled=asked.dialled, until=until)

    def _list_senders(self, case: CheckContext) -> AnyOutcome:
        return SendersTold(
            senders=tuple(
                SenderEntry(id=sender.id, name=sender.name, state=sender.state, created_at=sender.created_at)
                for sender in case.owner.senders.values()
            )
        )

    def _register_sender(self, case: CheckContext) -> AnyOutcome:
        senders, name = case.owner.senders, case.command.name or ""
        number = max((sender.id for sender in senders.values()), default=0) + 1
        senders[name] = Sender(id=number, name=name, state="pending", created_at=case.at)
        return SenderRegistered(id=number, name=name)
