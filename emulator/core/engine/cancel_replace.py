"""Takes back, or changes, messages that are not delivered yet: cancel and replace."""

from emulator.core.commands import Cancel, Replace
from emulator.core.engine.checks import CheckContext
from emulator.core.engine.lifecycle import MessageLifecycle
from emulator.core.messages import Batch, Message
from emulator.core.outcomes import AnyOutcome, Deleted, Refused, Replaced
from emulator.core.reasons import Reason
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
            messages = self._undelivered(case, command.sender, command.destination)
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
        charged anew."""
        command = case.command
        messages = self._with_id(case)
        if isinstance(messages, Refused):
            return messages
        batch = self.state.store.take_batch(messages[0].batch)
        if command.octets is not None and case.profile.octets is not None:
            batch.text, measured = case.profile.octets.read(command.octets, batch.encoding)
            batch.parts = measured.parts
        batch.asks = command.asks * max(1, len(batch.ids)) if command.asks else ()
        batch.begins_at = max(case.at, batch.begins_at if command.begins_at is None else command.begins_at)
        end = command.expires_at or (None if batch.replaced is None else batch.replaced[1])
        batch.replaced = case.at, end
        for message in messages:
            self._life.begin_again(message, batch, case.at)
            if command.expires_at is not None:
                self._life.expire_at(message, command.expires_at)
        return Replaced(message=messages[0].id)

    def give_way(self, case: CheckContext) -> None:
        """What a submit with `replaces` takes the place of is deleted."""
        command = case.command
        for destination in command.destinations or ():
            for message in self._undelivered(case, command.sender or "", destination)[-1:]:
                message.version += 1
                batch = self.state.store.batch_of(message)
                self._life.change(message, batch, "deleted", case.at, "replaced")

    def _with_id(self, case: CheckContext, destination: str = "") -> list[Message] | Refused:
        """What the command names by an id, perhaps one of its destinations only; some of it is not delivered yet."""
        store, command = self.state.store, case.command
        if command.provider_id in self.state.parts:
            return _not_it("its other parts are not there yet")
        messages = [store.take(number) for number in store.with_provider_id(command.provider, command.provider_id)]
        if not messages:
            return Refused(reason=Reason.MESSAGE_UNKNOWN, details={"id": command.provider_id})
        why = _another(command, store.batch_of(messages[0]))
        if why is not None:
            return _not_it(why)
        if destination:
            number = self._number(case, destination)
            messages = [message for message in messages if message.to == number]
            if not messages:
                return _not_it("it went to another destination")
        left = [message for message in messages if message.status not in FINAL]
        return left or _not_it(f"it is {messages[0].status}")

    def _undelivered(self, case: CheckContext, sender: str, destination: str) -> list[Message]:
        store, provider = self.state.store, case.command.provider
        service = case.command.extra.get("service_type", "")
        return [
            store.take(one.id) for one in store.to_number(self._number(case, destination))
            if one.status not in FINAL
            and (batch := store.batch_of(one)).provider == provider
            and batch.sender == sender and batch.extra.get("service_type", "") == service
        ]  # fmt: skip

    def _number(self, case: CheckContext, destination: str) -> str:
        return case.profile.normal_number(destination, case.profile.in_force(case.account)) or destination


_NUMBERING = ("source_ton", "source_npi", "dest_ton", "dest_npi")


def _another(command: Cancel | Replace, batch: Batch) -> str | None:
    """What is not the message's own: the sender, or a numbering that is said."""
    if command.sender != batch.sender:
        return f"its sender is {batch.sender!r}, not {command.sender!r}"
    for name in _NUMBERING:
        said, own = command.extra.get(name), batch.extra.get(name, "0")
        if said is not None and said != own:
            return f"its {name} is {own}, not {said}"
    return None


def _not_it(why: str) -> Refused:
    return Refused(reason=Reason.ALREADY_FINAL, details={"problem": why})
