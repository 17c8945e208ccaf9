"""Writes down what changes sandboxes: all of one turn of the loop in one commit, before anything of it leaves.

One commit is under way at a time; what happens meanwhile goes into the next. When one fails, what happened stays
pending and nothing more is taken until a later try succeeds.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from emulator.core.engine.engine import Engine
from emulator.core.engine.lifecycle import Touched
from emulator.core.inputs import Input
from emulator.core.profile import Profile
from emulator.core.state.sandbox_state import SandboxState
from emulator.http.messages import Call, HttpReply, HttpRequest
from emulator.sandboxes.change_log import Kept, NotPersisted, kept
from emulator.sandboxes.snapshots import Snapshot
from emulator.storage.journal_log import JournalLog
from emulator.storage.recording_engine import RecordingEngine
from emulator.storage.records import SandboxHeader, pack_input
from emulator.storage.sandbox_log import SandboxLog
from emulator.storage.store import Rows, Store

if TYPE_CHECKING:
    from emulator.sandboxes.sandbox import Sandbox

_AGAIN = 0.5
"""Real seconds after which a commit that failed is tried again."""
_LOST = "the session is lost"
_PAUSE = 0.01
"""Real seconds between two pieces of a large checkpoint, in which others have their turns."""

log = logging.getLogger("emulator")


class GroupCommitWriter:
    """A change log (change_log.py) over a store. `keeps_journal`: what the journals hold is written down too."""

    def __init__(self, store: Store, keeps_journal: bool = False) -> None:
        self.store = store
        self._keeps_journal = keeps_journal
        self.next_number = 1
        self._tracks: dict[Sandbox, SandboxLog] = {}
        self._dirty: dict[SandboxLog, None] = {}
        self._gone: list[int] = []
        self._happened = 0
        """So many changes there were, and so many of them are safe:"""
        self._safe = 0
        self._waiting: deque[tuple[int, Kept]] = deque()
        """Who waits for how many to be."""
        self._writing = False
        """A transaction is under way."""
        self._whole = False
        self.era = 0
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
            if self._keeps_journal:
                sandbox.journal.keeper = track.journal = JournalLog(partial(self._soil, track))
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

    def want_checkpoints(self) -> None:
        """The next commit holds everything as checkpoints, so that whoever reads it is quick, be it another version."""
        self._whole = True
        self._dirty.update((track, None) for track in self._tracks.values() if track.unfinished)
        self._soon()

    def begin_anew(self, next_number: int) -> None:
        """The store knows nothing of us any more; whoever waits hears so."""
        self.era += 1
        self._whole = False
        self._tracks.clear()
        self._dirty.clear()
        self._gone.clear()
        self.next_number = next_number
        self._safe = self._happened
        self._writing, self._trouble = False, self._trouble or _LOST
        self._release_waiting()
        if self._retry is not None:
            self._retry.cancel()
        self._trouble = None
        self._fine.set()

    def stands(self, sandbox: "Sandbox", number: int, head: SandboxHeader, pages: Sequence[bytes] = ()) -> None:
        """A sandbox was read from the store and stands there just so."""
        track = self._tracks[sandbox]
        track.stands(number, head, pages)
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
        """Write down what is pending; False when that is not done yet, or cannot be."""
        if self._trouble is None and not self._writing and self._safe != self._happened:
            self._commit()
        return self._trouble is None and self._safe == self._happened

    def _commit(self) -> None:
        whole = self._whole
        happened, gone, era = self._happened, self._gone, self.era
        dirty = {track: None for track in self._dirty if self._tracks.get(track.sandbox) is track}
        self._dirty, self._gone = {}, []

        def fill(rows: Rows) -> None:
            for number in gone:
                rows.forget(number)
            for track in dirty:
                track.put(rows, whole)
            for track in dirty:  # beside each other: a store may take them as one
                if track.journal is not None:
                    track.journal.put(track.number, rows)

        def done(why: str | None) -> None:
            if era != self.era:
                return
            self._writing = False
            if why is not None:
                there = {track: None for track in dirty if self._tracks.get(track.sandbox) is track}
                self._dirty, self._gone = {**there, **self._dirty}, gone + self._gone
                self._fail(why)
                return
            for track in dirty:
                track.safe()
            self._safe = happened
            self._recover()
            while self._waiting and self._waiting[0][0] <= happened:
                self._waiting.popleft()[1](None)
            self._go_on()
            if self._waiting:
                self.commit()

        self._writing = True
        alone = not (whole or gone) and len(dirty) == 1 and next(iter(dirty)).one_row
        try:
            self.store.write(fill, done, alone)
        except BaseException:
            done("it failed")
            raise

    # large checkpoints

    def _go_on(self, pause: float = _PAUSE) -> None:
        """The next step of a large checkpoint, before long, if there is one."""
        if self._loop is not None and self._next_step is None and any(track.busy for track in self._tracks.values()):
            self._next_step = self._loop.call_later(pause, self._step)

    def _step(self) -> None:
        self._next_step = None
        self.step()

    def step(self) -> bool:
        """One step of the large checkpoints, if there are any; False when it is not made yet, or cannot be."""
        if self._trouble is not None or self._writing:
            self._go_on(_AGAIN if self._trouble is not None else _PAUSE)
            return False
        track = next((track for track in self._tracks.values() if track.busy), None)
        if track is None:
            return True
        made, era = False, self.era

        def done(why: str | None) -> None:  # where it fails, a commit tells of it; what would be void is there
            nonlocal made
            if era != self.era:
                return
            self._writing, made = False, why is None
            if made:
                track.stepped()
            self._go_on(_PAUSE if made else _AGAIN)
            if self._waiting:
                self.commit()

        self._writing = True
        self.store.write(track.step, done, one_row=True)
        return made

    def _fail(self, why: str) -> None:
        if self._trouble is None:
            log.error("the %s cannot be written: %s; requests get 500 until it can", self.store.name, why)
        self._trouble = why
        self._fine.clear()
        self._release_waiting()
        if self._loop is not None:
            self._retry = self._loop.call_later(_AGAIN, self._commit)

    def _release_waiting(self) -> None:
        waiting, self._waiting = self._waiting, deque()
        for _, callback in waiting:
            callback(self._not_persisted())

    def _recover(self) -> None:
        if self._trouble is not None:
            self._trouble = None
            self._fine.set()
            log.warning("the %s can be written again; everything is in it", self.store.name)

    # waiting for it

    @property
    def stuck(self) -> bool:
        """Can nothing be written down?"""
        return self._trouble is not None

    def check(self) -> None:
        """Raises NotPersisted as long as nothing can be written down."""
        if self._trouble is not None:
            raise NotPersisted(f"{self._why()} Nothing was done: send it again when there is room.")

    def when_kept(self, callback: Kept, era: int) -> None:
        """Once all that has happened so far is in the store, which may be at once; or why it is not."""
        if self._trouble is not None or era != self.era:
            callback(self._not_persisted())
        elif self._safe == self._happened:
            callback(None)
        else:
            self._waiting.append((self._happened, callback))
            self.commit()

    def _not_persisted(self) -> NotPersisted:
        return NotPersisted(f"{self._why()} It may have been done all the same, like any call without an answer.")

    def _why(self) -> str:
        return f"The emulator cannot write its {self.store.name}: {self._trouble or _LOST}."

    def first(self, call: Call) -> Call:
        """The same call, which waits until all that has happened before it is in the store."""

        async def called(request: HttpRequest, fault: str | None = None) -> HttpReply:
            while not self.commit():
                if self._trouble is not None:
                    await self._fine.wait()
                else:
                    with suppress(NotPersisted):  # then it waits until writing goes on
                        await kept(self)
            return await call(request, fault)

        return called

    def give_up(self) -> None:
        """Nothing was taken over: the file stays as it is."""
        self.store.close()

    def close(self) -> None:
        """The end."""
        self._loop = None
        self.want_checkpoints()
        for timer in (self._retry, self._next_step):
            if timer is not None:
                timer.cancel()
        self._commit()
        if self._safe != self._happened:
            log.error("the newest changes are lost: the %s could not be written", self.store.name)
        self.store.close(well=self._safe == self._happened)
