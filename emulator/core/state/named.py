"""Which messages a command names by a provider's id. Several may have it: those of a list, and all that the client
called so itself, for an own id need not be unique."""

from itertools import groupby

from emulator.core.commands import AnyCommand, Cancel, Query, Replace
from emulator.core.messages import Batch
from emulator.core.state.message_store import MessageStore

NUMBERING = ("source_ton", "source_npi", "dest_ton", "dest_npi")
"""How the addresses of a message are numbered, by their names in `extra`."""


def differs(command: Cancel | Replace, batch: Batch) -> str | None:
    """What the command says that is not the batch's own: the sender, or a numbering that is said."""
    if command.sender != batch.sender:
        return f"its sender is {batch.sender!r}, not {command.sender!r}"
    for name in NUMBERING:
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
    own = [
        one for number, some in groupby(found, store.batch_number)
        if _is_its_own(command, store.batches[number - 1]) for one in some
    ]  # fmt: skip
    if len(own) > 1 and newest:
        return sorted({store.messages[one - 1].to: one for one in own}.values())
    return own


def _is_its_own(command: AnyCommand, batch: Batch) -> bool:
    if isinstance(command, Cancel | Replace):
        return differs(command, batch) is None
    source = command.extra.get("source") if isinstance(command, Query) else None
    return source is None or source == batch.sender
