"""Sandboxes from a state file: the state of the checkpoint, lived on by the inputs since.

Callbacks that were under way go out again: nobody knows whether they arrived.
"""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from emulator.clock import Clock
from emulator.core.engine.engine import Engine
from emulator.core.state.sandbox_state import SandboxState
from emulator.journal import Entries
from emulator.lint.findings import Findings
from emulator.sandboxes.change_log import Unusable
from emulator.sandboxes.snapshots import Snapshot
from emulator.storage.journal_log import unpacked
from emulator.storage.records import Damaged, SandboxHeader, Standing, unpack_input, unpack_page
from emulator.storage.sqlite import SqliteStore
from emulator.storage.store import NotWritten, Stored
from emulator.storage.writer import GroupCommitWriter
from emulator.version import __version__

if TYPE_CHECKING:
    from emulator.sandboxes.manager import SandboxManager
    from emulator.sandboxes.sandbox import Sandbox

_unpack_snapshot = msgspec.msgpack.Decoder(Snapshot).decode

log = logging.getLogger("emulator")


def recover(
    manager: "SandboxManager", logbook: GroupCommitWriter, file: SqliteStore, made_of: Mapping[str, object]
) -> None:  # fmt: skip
    """The manager, fresh from its settings, gets the sandboxes of the file. `made_of`: the options, by flag, of which
    the sandbox default was made. Raises Unusable; then the file is as it was."""
    stored = file.read()
    _same_version(file, stored)
    logbook.next_number = max((one.number for one in stored), default=0) + 2
    for one in stored:
        try:
            revive(manager, logbook, one)
        except Damaged as damage:
            raise file.damaged(str(damage)) from None
    _tell_what_does_not_count(file, made_of, bool(stored))
    if file.foreign:
        with file.transaction():
            file.put_version()
    try:
        file.keep_entries()
        written = logbook.commit()
        file.mark_open()
    except NotWritten:
        written = False
    if not written:
        raise Unusable(f"the state file {file.path} cannot be written")


def _same_version(file: SqliteStore, stored: list[Stored]) -> None:
    """Inputs are judged anew, and only the same emulator is sure to judge them as before."""
    wrote = file.word("version")
    if wrote != __version__ and any(one.pages for one in stored):
        raise Unusable(
            f"the state file {file.path} was written by sms-emulator {wrote}, which was not stopped properly; this is "
            f"{__version__}. Nothing was changed: start sms-emulator {wrote} with it and stop that by SIGTERM, "
            "then any newer one reads it"
        )


def revive(
    manager: "SandboxManager", logbook: GroupCommitWriter, stored: Stored, anew: bool = True
) -> "Sandbox":  # fmt: skip
    """A sandbox of the store lives on in the manager, with a checkpoint in place of its pages, unless it need not begin
    `anew`. Raises Damaged, Unusable."""
    name = logbook.store.name
    try:
        head = stored.head
        if len(stored.state) != head.dumped:
            raise ValueError("a world is not as long as it was")
        state, standing = _lived(manager, head, stored)
        snapshots = [_unpack_snapshot(one) for one in stored.snapshots]
        entries = unpacked(standing.entries, stored.entries)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Damaged(str(error)) from None
    there, here = sorted(state.accounts), sorted(manager.providers)
    if there != here:
        raise Unusable(f"the {name} has accounts of {', '.join(there)}; this emulator has "
                       f"{', '.join(here)}. Name another file")  # fmt: skip
    spec = head.spec
    try:
        sandbox = manager.bring_back(spec)
    except (KeyError, ValueError) as error:
        raise Unusable(f"the {name}: {error.args[0]}") from None
    under_way = list(state.in_flight.values())
    for due in under_way:
        state.scheduler.put(state.now, due)
    state.in_flight.clear()
    with manager.replacing_state(sandbox):
        _stand(sandbox, head, state, standing)
    for one in snapshots:
        sandbox.snapshots.by_name[one.name] = one
    track = logbook.track(sandbox)
    track.number = stored.number
    if track.journal is not None:
        _put_back(sandbox, entries)
        track.journal.stands()
    if not under_way and not (anew and stored.pages):
        logbook.stands(sandbox, stored.number, head, stored.pages)
    return sandbox


def _lived(manager: "SandboxManager", head: SandboxHeader, stored: Stored) -> tuple[SandboxState, Standing]:
    """The state of the checkpoint after all inputs since, and how things stood then."""
    state, standing = SandboxState.load(stored.state), head.standing
    engine = Engine(state, {name: provider.profile for name, provider in manager.providers.items()})
    for packed in stored.pages:
        page = unpack_page(packed)
        standing = page.standing
        for raw in page.inputs:
            try:
                engine.apply(unpack_input(raw))
            except Exception as error:  # as when it came in: an admin command named what was not there, say
                log.debug("an input failed again: %r", error)
    return state, standing


def _stand(sandbox: "Sandbox", head: SandboxHeader, state: SandboxState, standing: Standing) -> None:
    """The sandbox goes on where it stood."""
    sandbox.scenario = head.scenario or sandbox.spec.scenario
    sandbox.clock = Clock.again(standing.base, standing.since, standing.rate)
    if sandbox.clock.now() < state.now:
        sandbox.clock = Clock(state.now, standing.rate)
    sandbox.journal.made, sandbox.feed.made = standing.entries, standing.events
    sandbox.findings = Findings(standing.entries)
    sandbox.replace_state(state)


def _put_back(sandbox: "Sandbox", entries: Entries) -> None:
    """The journal, and which rows of the contract its exchanges violated."""
    journal = sandbox.journal
    journal.put_back(entries)
    sandbox.findings = Findings(journal.oldest - 1)
    for one in entries.exchanges:
        sandbox.findings.note_rows(one)


def _tell_what_does_not_count(file: SqliteStore, made_of: Mapping[str, object], there: bool) -> None:
    """The sandbox `default` is as in the file, whatever the options say that it was once made of."""
    told = {flag: msgspec.json.encode(value).decode() for flag, value in made_of.items()}
    if not there:
        with file.transaction():
            for flag, value in told.items():
                file.put_word(flag, value)
        return
    others = [flag for flag, value in told.items() if file.word(flag) != value]
    if others:
        log.warning(
            "%s: not as when the state file %s was made; they do not count, the sandbox default is as it stands there "
            "(PATCH its accounts, PUT its scenario, or name another file)", ", ".join(others), file.path,
        )  # fmt: skip
