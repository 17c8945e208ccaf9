"""Which messages a command names by a provider's id. Several may have it: those of a list, and all that the client
called so itself, for an own id need not be unique."""

from emulator.core.commands import AnyCommand, Cancel, Query, Replace
from emulator.core.messages import Batch
from emulator.core.state.message_store import MessageStore

_NUMBERING = ("source_ton", "source_npi", "dest_ton", "dest_npi")


def differs(command: Cancel | Replace, batch: Batch) -> str | None:
    """What the command says that is not the batch's own: the sender, or a numbering that is said."""
    if command.sender != batch.sender:
        return f"its sender is {batch.sender!r}, not {command.sender!r}"
    for name in _NUMBERING:
        said, own = command.extra.get(name), batch.extra.get(name, "0")
        if said is not None and said != own:
            return f"its {name} is {own}, not {said}"
    return None


def named(store: MessageStore, command: AnyCommand, to: str | None, newest: bool) -> list[int]:
    """Ids of the messages (to a number) under the command's id that are of its sender, oldest first. `newest`: of those
    to one number the last one alone."""
    provider_id = getattr(command, "provider_id", None)
    if not provider_id:
        return []
    found = store.with_provider_id(command.provider, provider_id, to)
    if len(found) > 1 and newest:
        last = {store.messages[one - 1].to: one for one in found if _its_own(store, command, one)}
        return sorted(last.values())
    return [one for one in found if _its_own(store, command, one)]


def _its_own(store: MessageStore, command: AnyCommand, number: int) -> bool:
    batch = store.batch_of(store.messages[number - 1])
    if isinstance(command, Cancel | Replace):
        return differs(command, batch) is None
    source = command.extra.get("source") if isinstance(command, Query) else None
    return source is None or source == batch.sender
