"""Takes back, or changes, messages that are not delivered yet: cancel and replace."""

from collections.abc import Sequence
from itertools import groupby

from msgspec.structs import replace

from emulator.core.engine.checks import CheckContext
from emulator.core.engine.lifecycle import MessageLifecycle
from emulator.core.messages import Batch, Former, Message, Replacement
from emulator.core.outcomes import AnyOutcome, Deleted, Refused, Replaced
from emulator.core.reasons import Reason
from emulator.core.state.named import differs
from emulator.core.state.sandbox_state import SandboxState
from emulator.core.statuses import FINAL


class CancelHandler:
    """Cancels and replaces in a state."""

    def __init__(self, state: SandboxState, life: MessageLifecycle) -> None:
        self.state = state
        self._life = life

    def cancel(self, case: CheckContext) -> AnyOutcome:
        """By id, where sender and destination are the message's; without one, all of a sender to a destination that are
        not delivered yet."""
        command = case.command
        if command.provider_id:
            messages = self._with_id(case, command.destination)
        else:
            service = command.extra.get("service_type")
            messages = [
                message for message, batch in self._undelivered(case, command.sender, command.destination)
                if differs(command, batch) is None and service in (None, batch.extra.get("service_type"))
            ]  # fmt: skip
        if isinstance(messages, Refused):
            return messages
        if not messages:
            return _not_it("none of them is undelivered")
        for message in messages:
            message.version += 1
            self._life.change(message, self.state.store.batch_of(message), "deleted", case.at)
        return Deleted(count=len(messages))

    def replace(self, case: CheckContext) -> AnyOutcome:
        """Another text, in the coding of the old one; another schedule and life, where they are said. Nothing is
        charged anew. What is delivered stays what it was, whatever else was sent with it."""
        command = case.command
        messages = self._with_id(case)
        if isinstance(messages, Refused):
            return messages
        for number, some in groupby(messages, lambda message: message.batch):
            batch, those = self.state.store.take_batch(number), list(some)
            self._rewrite(case, batch, those)
            for message in those:
                self._life.begin_again(message, batch, case.at)
                if command.expires_at is not None:
                    self._life.expire_at(message, command.expires_at)
        return Replaced(message=messages[0].id)

    def _rewrite(self, case: CheckContext, batch: Batch, messages: Sequence[Message]) -> None:
        """The batch is from now on what the command wants these messages of it to be."""
        command, before = case.command, batch.replaced or Replacement(None)
        taken = {message.id for message in messages}
        left_out, others = [], set(self.state.store.messages_of(batch.id)) - taken
        for former in before.left_out:
            left_out.append(replace(former, messages=tuple(one for one in former.messages if one in others)))
            others -= set(former.messages)  # each of them stands once
        if others:
            now = (batch.text, batch.parts, batch.asks, batch.begins_at, before.moment, before.ends)
            left_out.append(Former(tuple(sorted(others)), *now))
        if command.octets is not None and case.profile.octets is not None:
            batch.text, measured = case.profile.octets.read(command.octets, batch.encoding)
            batch.parts = measured.parts
        batch.asks = command.asks * max(1, len(batch.ids)) if command.asks else ()
        batch.begins_at = max(case.at, batch.begins_at if command.begins_at is None else command.begins_at)
        batch.replaced = Replacement(case.at, command.expires_at or before.ends, tuple(left_out))

    def give_way(self, case: CheckContext) -> None:
        """What a submit with `replaces` takes the place of is deleted."""
        command = case.command
        service = command.extra.get("service_type")
        for destination in command.destinations or ():
            there = self._undelivered(case, command.sender or "", destination)
            for message, batch in [one for one in there if one[1].extra.get("service_type") == service][-1:]:
                message.version += 1
                self._life.change(message, batch, "deleted", case.at, "replaced")

    def _with_id(self, case: CheckContext, destination: str = "") -> list[Message] | Refused:
        """What the command names by an id, perhaps one of its destinations only, and is not delivered yet."""
        store, command = self.state.store, case.command
        number = self._number(case, destination) if destination else None
        messages = [store.take(one) for one in case.named(number)]
        left = [message for message in messages if message.status not in FINAL]
        if messages:
            return left or _not_it(f"it is {messages[0].status}")
        if command.provider_id in self.state.parts:
            return _not_it("its other parts are not there yet")
        others = store.with_provider_id(command.provider, command.provider_id)
        if not others:
            return Refused(reason=Reason.MESSAGE_UNKNOWN, details={"id": command.provider_id})
        why = [differs(command, store.batches[one - 1]) for one in dict.fromkeys(map(store.batch_number, others))]
        return _not_it("it went to another destination" if None in why else str(why[0]))

    def _undelivered(self, case: CheckContext, sender: str, destination: str) -> list[tuple[Message, Batch]]:
        store, provider = self.state.store, case.command.provider
        return [
            (store.take(one.id), batch) for one in store.to_number(self._number(case, destination))
            if one.status not in FINAL
            and (batch := store.batch_of(one)).provider == provider and batch.sender == sender
        ]  # fmt: skip

    def _number(self, case: CheckContext, destination: str) -> str:
        return case.profile.normal_number(destination, case.switches) or destination


def _not_it(why: str) -> Refused:
    return Refused(reason=Reason.ALREADY_FINAL, details={"problem": why})
