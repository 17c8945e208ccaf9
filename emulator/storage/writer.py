"""Writes down what changes sandboxes: all of one turn of the loop in one commit, before anything of it leaves.

Replies wait one turn (`kept`), so that those of the same moment share a commit; whoever cannot wait commits at once.
When a commit fails, what happened stays pending and nothing more is taken until a later try succeeds.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from emulator.core.engine.engine import Engine
from emulator.core.engine.lifecycle import Touched
from emulator.core.inputs import Input
from emulator.core.profile import Profile
from emulator.core.state.sandbox_state import SandboxState
from emulator.http.messages import Call, HttpReply, HttpRequest
from emulator.sandboxes.change_log import NotPersisted
from emulator.sandboxes.snapshots import Snapshot
from emulator.storage.recording_engine import RecordingEngine
from emulator.storage.records import SandboxHeader, pack_input
from emulator.storage.sandbox_log import SandboxLog
from emulator.storage.sqlite import NotWritten, SqliteStore

if TYPE_CHECKING:
    from emulator.sandboxes.sandbox import Sandbox

_AGAIN = 0.5
"""Real seconds after which a commit that failed is tried again."""
_PAUSE = 0.01
"""Real seconds between two pieces of a large checkpoint, in which others have their turns."""

log = logging.getLogger("emulator")


class GroupCommitWriter:
    """A recorder (recorder.py) over a state file."""

    def __init__(self, file: SqliteStore) -> None:
        self.file = file
        self.next_number = 1
        self._tracks: dict[Sandbox, SandboxLog] = {}
        self._dirty: dict[SandboxLog, None] = {}
        self._gone: list[int] = []
        self._happened = 0
        """So many changes there were, and so many of them are safe:"""
        self._safe = 0
        self._trouble: str | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._called = False
        """A commit is on its way in this turn of the loop."""
        self._next_step: asyncio.TimerHandle | None = None
        self._fine = asyncio.Event()
        self._fine.set()

    def start(self) -> None:
        """From now on the running loop commits once a turn."""
        self._loop = asyncio.get_running_loop()
        self._go_on()

    # what changes

    def engine(
        self, sandbox: "Sandbox", state: SandboxState, profiles: Mapping[str, Profile], touched: Touched
    ) -> Engine:  # fmt: skip
        track = self._tracks.get(sandbox)
        if track is None:
            track = self._tracks[sandbox] = SandboxLog(sandbox, self.next_number)
            self.next_number += 1
        track.another_world()
        self._soil(track)

        def write(given: Input) -> None:
            track.pending.append(pack_input(given))
            self._soil(track)

        return RecordingEngine(state, profiles, touched, write)

    def track(self, sandbox: "Sandbox") -> SandboxLog:
        return self._tracks[sandbox]

    def changed(self, sandbox: "Sandbox") -> None:
        self._soil(self._tracks[sandbox])

    def snapshot(self, sandbox: "Sandbox", made: Snapshot) -> None:
        track = self._tracks[sandbox]
        track.snapshot(made)
        self._soil(track)

    def removed(self, sandbox: "Sandbox") -> None:
        track = self._tracks.pop(sandbox)
        self._dirty.pop(track, None)
        self._gone.append(track.number)
        self._soon()

    def stands(self, sandbox: "Sandbox", number: int, head: SandboxHeader) -> None:
        """A sandbox was read from the file and stands there just so."""
        track = self._tracks[sandbox]
        track.stands(number, head)
        self._dirty.pop(track, None)

    def _soil(self, track: SandboxLog) -> None:
        self._dirty[track] = None
        self._soon()

    def _soon(self) -> None:
        self._happened += 1
        if not self._called and self._loop is not None:
            self._called = True
            self._loop.call_soon(self._commit_called)

    # writing it down

    def _commit_called(self) -> None:
        self._called = False
        self.commit()

    def commit(self) -> bool:
        """Write down what is pending; False when that cannot be done, now or since a moment ago."""
        if self._trouble is not None:
            return False
        return self._safe == self._happened or self._commit()

    def _commit(self, whole: bool = False) -> bool:
        happened, dirty, gone = self._happened, list(self._dirty), list(self._gone)
        try:
            alone = not whole and not gone and len(dirty) == 1 and dirty[0].one_row
            with self.file.transaction(one_row=alone):
                for number in gone:
                    self.file.forget(number)
                for track in dirty:
                    track.put(self.file, whole)
        except NotWritten as error:
            self._fail(str(error))
            return False
        for track in dirty:
            track.safe()
        self._dirty.clear()
        self._gone.clear()
        self._safe = happened
        self._go_on()
        return True

    # large checkpoints

    def _go_on(self, pause: float = _PAUSE) -> None:
        """The next step of a large checkpoint, before long, if there is one."""
        if self._loop is not None and self._next_step is None and any(track.busy for track in self._tracks.values()):
            self._next_step = self._loop.call_later(pause, self._step)

    def _step(self) -> None:
        self._next_step = None
        self._go_on(_PAUSE if self.step() else _AGAIN)

    def step(self) -> bool:
        """One step of the large checkpoints, if there are any; False when it cannot be made now."""
        if self._trouble is not None:
            return False
        track = next((track for track in self._tracks.values() if track.busy), None)
        if track is None:
            return True
        try:
            with self.file.transaction(one_row=True):
                track.step(self.file)
        except NotWritten:  # a commit tells of it; the pages that would be void are there
            return False
        track.stepped()
        return True

    def _fail(self, why: str) -> None:
        if self._trouble is None:
            log.error("the state file %s cannot be written: %s; requests get 500 until it can", self.file.path, why)
        self._trouble = why
        self._fine.clear()
        if self._loop is not None:
            self._retry = self._loop.call_later(_AGAIN, self._try_again)

    def _try_again(self) -> None:
        if self._commit():
            self._trouble = None
            self._fine.set()
            log.warning("the state file %s can be written again; everything is in it", self.file.path)

    # waiting for it

    @property
    def stuck(self) -> bool:
        """Can nothing be written down?"""
        return self._trouble is not None

    def check(self) -> None:
        """Raises NotPersisted as long as nothing can be written down."""
        if self._trouble is not None:
            raise NotPersisted(f"{self._why()} Nothing was done: send it again when there is room.")

    def keep(self) -> None:
        """Write down, now, all that has happened so far. Raises NotPersisted."""
        if not self.commit():
            raise NotPersisted(f"{self._why()} It may have been done all the same, like any call without an answer.")

    async def kept(self) -> None:
        """Until all that has happened so far is in the file. Raises NotPersisted."""
        happened = self._happened
        if self._safe < happened:
            await asyncio.sleep(0)
            if self._safe < happened:
                self.keep()

    def _why(self) -> str:
        return f"The emulator cannot write its state file {self.file.path}: {self._trouble}."

    def first(self, call: Call) -> Call:
        """The same call, which waits until all that has happened before it is in the file."""

        async def called(request: HttpRequest) -> HttpReply:
            while not self.commit():
                await self._fine.wait()
            return await call(request)

        return called

    def give_up(self) -> None:
        """Nothing was taken over: the file stays as it is."""
        self.file.close()

    def close(self) -> None:
        """The end: everything as checkpoints, so that the next start is quick, be it of another version."""
        self._dirty.update((track, None) for track in self._tracks.values() if track.logged or track.busy)
        for timer in (self._retry, self._next_step):
            if timer is not None:
                timer.cancel()
        self._loop = None
        if not self._commit(whole=True):
            log.error("the newest changes are lost: the state file %s could not be written", self.file.path)
        self.file.close(well=self._safe == self._happened)
