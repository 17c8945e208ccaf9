"""A sandbox's state as a value: taken, kept under a name, put back. The journal is no part of it: it tells what was.

Callbacks that were under way when the state was taken go out again once it is put back: nobody knows whether they
arrived.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from emulator.clock import Clock
from emulator.core.state.sandbox_state import DumpedState, Packed, SandboxState
from emulator.core.units import Timestamp
from emulator.lint.findings import Finding
from emulator.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from emulator.sandboxes.sandbox import Sandbox

MOST = 32
"""So many snapshots are kept for a sandbox, and"""
MOST_BYTES = 64 * 1024 * 1024
"""so many bytes of them."""


class _Beside(msgspec.Struct, kw_only=True):
    """Where the sandbox's clock stood and how fast it went, the scenario in force, what lint had found."""

    now: Timestamp
    rate: float
    scenario: Scenario
    findings: list[Finding]


class PackedSnapshot(_Beside, kw_only=True):
    """A state, to be put back here."""

    state: Packed = msgspec.field(name="world")  # its name in the format of files made before


class ExportedSnapshot(_Beside, kw_only=True):
    """A state, to be read by everybody."""

    state: DumpedState = msgspec.field(name="world")


class Snapshot(msgspec.Struct, kw_only=True):
    """A state under a name, packed. `after`: the journal's newest entry when it was taken; `restored`: how often, and
    after which entry the last time."""

    name: str
    at: Timestamp
    rate: float
    messages: int
    after: int
    packed: bytes
    restored: int = 0
    restored_after: int | None = None


def take(sandbox: "Sandbox") -> PackedSnapshot:
    """The state at this moment. It shares its parts with the sandbox: pack it before anything else happens."""
    return PackedSnapshot(**beside(sandbox), state=sandbox.engine.state.packed())


def beside(sandbox: "Sandbox") -> dict[str, Any]:
    """What stands in every snapshot beside the state, once what is due was done."""
    sandbox.catch_up(sandbox.now())
    sandbox.lint()
    return {
        "now": sandbox.now(), "rate": sandbox.clock.rate, "scenario": sandbox.scenario,
        "findings": list(sandbox.findings.by_row.values()),
    }  # fmt: skip


def restore(sandbox: "Sandbox", kept: PackedSnapshot | ExportedSnapshot, state: SandboxState) -> None:
    """The sandbox is as it was then, with the `state` made of what was kept. The caller has cancelled the clock's timer
    and schedules it again."""
    attempts_made = sandbox.engine.state.attempts_made
    state.now = max(state.now, kept.now)
    state.attempts_made = max(state.attempts_made, attempts_made)  # the journal's callbacks keep their numbers
    for due in state.in_flight.values():
        state.scheduler.put(state.now, due)
    state.in_flight.clear()
    sandbox.scenario = kept.scenario
    sandbox.clock = Clock(state.now, kept.rate)
    sandbox.findings.replace(kept.findings, sandbox.journal.made)
    sandbox.replace_state(state)


_pack = msgspec.msgpack.Encoder().encode
unpack = msgspec.msgpack.Decoder(PackedSnapshot).decode


class Full(Exception):
    """No room for another snapshot."""


class Snapshots:
    """Those of one sandbox, in the order in which they were taken. They outlive `reset`."""

    def __init__(self) -> None:
        self.by_name: dict[str, Snapshot] = {}

    def keep(self, sandbox: "Sandbox", name: str) -> Snapshot:
        """Take one; an older one of that name goes. Raises Full, its text for people."""
        kept = take(sandbox)
        packed = _pack(kept)
        others = [one for one in self.by_name.values() if one.name != name]
        used = sum(len(one.packed) for one in others)
        if len(others) >= MOST:
            raise Full(f"there are {MOST} snapshots, which is as many as a sandbox may have")
        if used + len(packed) > MOST_BYTES:
            raise Full(f"the snapshots of a sandbox may have {MOST_BYTES} bytes; {used} are used, {len(packed)} needed")
        self.by_name.pop(name, None)
        made = self.by_name[name] = Snapshot(
            name=name, at=kept.now, rate=kept.rate, messages=kept.state.count, after=sandbox.journal.made,
            packed=packed,
        )  # fmt: skip
        if sandbox.recorder is not None:
            sandbox.recorder.snapshot(sandbox, made)
        return made

    def restored(self, sandbox: "Sandbox", found: Snapshot, kept: PackedSnapshot, state: SandboxState) -> None:
        """One is put back."""
        restore(sandbox, kept, state)
        if self.by_name.get(found.name) is not found:  # another one has that name meanwhile
            return
        found.restored += 1
        found.restored_after = sandbox.journal.made
        if sandbox.recorder is not None:
            sandbox.recorder.snapshot(sandbox, found)
