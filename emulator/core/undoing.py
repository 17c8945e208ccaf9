"""Takes back, or changes, messages that are not delivered yet: cancel and replace."""

from emulator.core.checks import Case
from emulator.core.life import Life
from emulator.core.messages import Message
from emulator.core.outcomes import AnyOutcome, Deleted, Refused, Replaced
from emulator.core.reasons import Reason
from emulator.core.statuses import FINAL
from emulator.core.text import measure
from emulator.core.world import World


class Undoing:
    """Cancels and replaces in a world."""

    def __init__(self, world: World, life: Life) -> None:
        self.world = world
        self._life = life

    def cancel(self, case: Case) -> AnyOutcome:
        """By id; without one, all of a sender to a destination that are not delivered yet."""
        command = case.command
        if command.provider_id:
            found = self._with_id(case, command.provider_id)
            if isinstance(found, Refused):
                return found
            messages = [found]
        else:
            messages = self._undelivered(case, command.sender, command.destination)
            if not messages:
                return Refused(reason=Reason.ALREADY_FINAL, details={"problem": "none of them is undelivered"})
        for message in messages:
            message.version += 1
            self._life.change(message, self.world.store.batch_of(message), "deleted", case.at)
        return Deleted(count=len(messages))

    def replace(self, case: Case) -> AnyOutcome:
        """Another text, in the coding of the old one; another schedule and life. Nothing is charged anew."""
        command = case.command
        found = self._with_id(case, command.provider_id)
        if isinstance(found, Refused):
            return found
        batch = self.world.store.take_batch(found.batch)
        octets = case.profile.octets
        text = octets.text(command.octets, batch.extra) if octets is not None else ""
        measured = measure(text)
        batch.text, batch.encoding, batch.parts = text, measured.encoding, measured.parts
        batch.asks = command.asks * max(1, len(batch.ids)) if command.asks else ()
        batch.begins_at = max(case.at, command.begins_at or case.at)
        self._life.begin_again(found, batch, case.at)
        if command.expires_at is not None:
            self._life.expire_at(found, command.expires_at)
        return Replaced(message=found.id)

    def give_way(self, case: Case) -> None:
        """What a submit with `replaces` takes the place of is deleted."""
        command = case.command
        for destination in command.destinations or ():
            for message in self._undelivered(case, command.sender or "", destination)[-1:]:
                message.version += 1
                batch = self.world.store.batch_of(message)
                self._life.change(message, batch, "deleted", case.at, "replaced")

    def _with_id(self, case: Case, provider_id: str) -> Message | Refused:
        store = self.world.store
        details = {"id": provider_id}
        if provider_id in self.world.parts:
            return Refused(reason=Reason.ALREADY_FINAL, details={"problem": "its other parts are not there yet"})
        ids = store.with_provider_id(case.command.provider, provider_id)
        if not ids:
            return Refused(reason=Reason.MESSAGE_UNKNOWN, details=details)
        message = store.take(ids[0])
        if case.command.sender and store.batch_of(message).sender != case.command.sender:
            return Refused(reason=Reason.MESSAGE_UNKNOWN, details={**details, "sender": case.command.sender})
        if message.status in FINAL:
            return Refused(reason=Reason.ALREADY_FINAL, details={"problem": f"it is {message.status}"})
        return message

    def _undelivered(self, case: Case, sender: str, destination: str) -> list[Message]:
        store, provider = self.world.store, case.command.provider
        number = case.profile.normal_number(destination, case.profile.in_force(case.account)) or destination
        service = case.command.extra.get("service_type", "")
        return [
            store.take(one.id) for one in store.to_number(number)
            if one.status not in FINAL
            and (batch := store.batch_of(one)).provider == provider
            and batch.sender == sender and batch.extra.get("service_type", "") == service
        ]  # fmt: skip
