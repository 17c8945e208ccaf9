"""A process that ends without a word, in process: the state file as it stands is copied, and an emulator made of it."""

import shutil
from pathlib import Path

from emulator.app.emulator import Emulator
from emulator.app.settings import Settings
from emulator.core.state.sandbox_state import SandboxState
from emulator.storage.recovery import recover
from emulator.storage.sqlite import SqliteStore
from emulator.storage.writer import GroupCommitWriter


def begun(path: Path, **settings) -> tuple[Emulator, GroupCommitWriter]:
    """An emulator on a state file, new or from before; nothing is served."""
    file = SqliteStore(str(path))
    logbook = GroupCommitWriter(file)
    emulator = Emulator(Settings(port=0, **settings), recorder=logbook)
    try:
        recover(emulator, logbook, file, {})
    except Exception:
        logbook.give_up()
        raise
    return emulator, logbook


def copied(path: Path, to: Path) -> Path:
    """The file with its write-ahead log, as another process would find it now."""
    for end in ("", "-wal"):
        source, target = Path(f"{path}{end}"), Path(f"{to}{end}")
        target.unlink(missing_ok=True)
        if source.exists():
            shutil.copyfile(source, target)
    return to


def after_a_crash(emulator: Emulator) -> dict[str, tuple]:
    """Of every sandbox what must be there again: callbacks under way are due anew, all else is as it was."""
    return {name: shown(sandbox, under_way_is_due=True) for name, sandbox in emulator.sandboxes.by_id.items()}


def there(emulator: Emulator) -> dict[str, tuple]:
    """Of every sandbox what is there."""
    return {name: shown(sandbox) for name, sandbox in emulator.sandboxes.by_id.items()}


def shown(sandbox, under_way_is_due=False) -> tuple:
    state = SandboxState.load(sandbox.engine.state.dump())
    if under_way_is_due:
        for due in state.in_flight.values():
            state.scheduler.put(state.now, due)
        state.in_flight.clear()
    snapshots = {name: one.packed for name, one in sandbox.snapshots.by_name.items()}
    return (
        state.dump(), sandbox.spec, sandbox.now(), sandbox.clock.rate, sandbox.scenario, sandbox.journal.made,
        sandbox.feed.made, snapshots,
    )  # fmt: skip
