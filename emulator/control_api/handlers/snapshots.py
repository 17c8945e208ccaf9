"""Calls that keep a sandbox: snapshots, restore, export. Raise Refusal."""

from typing import TYPE_CHECKING, Annotated

import msgspec

from emulator.control_api.call import call
from emulator.control_api.context import Context
from emulator.control_api.refusal import Refusal, deleted_meanwhile, while_there
from emulator.control_api.views import iso
from emulator.sandboxes import export as exporting
from emulator.sandboxes.clock_driver import Ended
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.snapshots import MOST, MOST_BYTES, Full, Snapshot

if TYPE_CHECKING:
    from emulator.control_api import response_types


class Named(msgspec.Struct, forbid_unknown_fields=True):
    """A snapshot's name: letters that can be printed, so that every store takes it."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]

    def __post_init__(self) -> None:
        if not self.name.isprintable():
            raise ValueError("name: it has letters that cannot be printed")


def _shown(made: Snapshot) -> "response_types.Snapshot":
    return {
        "name": made.name, "at": iso(made.at), "rate": made.rate, "messages": made.messages,
        "bytes": len(made.packed), "after": f"x{made.after}" if made.after else None, "restored": made.restored,
        "restored_after": f"x{made.restored_after}" if made.restored_after else None,
    }  # fmt: skip


@call("keepSnapshot")
async def keep(sandbox: Sandbox, body: Named) -> "response_types.Snapshot":
    """Keep the sandbox's state under a name.

    One that has the name already is replaced.
    """
    await while_there(sandbox, sandbox.look_through())
    try:
        return _shown(sandbox.snapshots.keep(sandbox, body.name))
    except Full as full:
        raise Refusal(409, "full", str(full), "take it under a name that is there: that one is replaced") from None


@call("listSnapshots")
async def kept(sandbox: Sandbox) -> "response_types.Snapshots":
    """The states that are kept.

    And how many there may be.
    """
    snapshots = [_shown(one) for one in sandbox.snapshots.by_name.values()]
    return {"snapshots": snapshots, "most": MOST, "most_bytes": MOST_BYTES}


@call("restore")
async def restore(context: Context, sandbox: Sandbox, body: Named) -> "response_types.Snapshot":
    """Back to a state that was kept; the journal stays.

    The snapshot stays too, to be restored again.
    """
    try:
        return _shown(await context.manager.restore(sandbox, body.name))
    except Ended:
        raise deleted_meanwhile() from None
    except KeyError:
        there = ", ".join(sandbox.snapshots.by_name) or "none"
        raise Refusal(404, "no-such-snapshot", f"there is no snapshot {body.name!r}", f"there are: {there}") from None


@call("export")
async def export(sandbox: Sandbox) -> "response_types.Exported | bytes":
    """A file that a fresh sandbox can be made from, for bug reports.

    All of it, for POST /_emulator/sandboxes {"import": ...}.
    """
    return await while_there(sandbox, exporting.export(sandbox))
