"""What is told of all that changes sandboxes, so that it outlives the process, and what replies wait for (storage/).

Where nothing is kept there is no recorder, and nobody waits.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from emulator.core.engine.engine import Engine
from emulator.core.engine.lifecycle import Touched
from emulator.core.profile import Profile
from emulator.core.state.sandbox_state import SandboxState

if TYPE_CHECKING:
    from emulator.sandboxes.sandbox import Sandbox
    from emulator.sandboxes.snapshots import Snapshot


class NotPersisted(Exception):
    """What was done could not be written down: it must not be answered as if it were. The text is for people."""


class Unusable(Exception):
    """The state file cannot be used; the text says why, and what may be done."""


Kept = Callable[[NotPersisted | None], None]
"""Hears None, or why what happened is not written down."""


class ChangeLog(Protocol):
    """Hears of changes, and writes them down once for all that happened in one turn of the loop. `era`: what was done
    in an earlier one is somebody else's, and not known to be written down."""

    era: int

    def engine(
        self, sandbox: "Sandbox", state: SandboxState, profiles: Mapping[str, Profile], touched: Touched
    ) -> Engine:  # fmt: skip
        """An engine for another state of the sandbox: its inputs are written down."""

    def changed(self, sandbox: "Sandbox") -> None:
        """Something but its state did: its clock, or what it is made of."""

    def snapshot(self, sandbox: "Sandbox", made: "Snapshot") -> None:
        """One was taken, or restored."""

    def removed(self, sandbox: "Sandbox") -> None: ...

    @property
    def stuck(self) -> bool:
        """Can nothing be written down?"""

    def check(self) -> None:
        """Raises NotPersisted as long as nothing can be written down."""

    def when_kept(self, callback: Kept, era: int) -> None:
        """Once all that has happened so far is written down, which may be at once; or why it is not. `era`: when what
        is to be told of was done."""


async def kept(log: ChangeLog, era: int | None = None) -> None:
    """Until all that has happened so far is written down, with what else happens in this turn of the loop. `era`: when
    it was begun, if not just now. Raises NotPersisted."""
    begun = log.era if era is None else era
    await asyncio.sleep(0)
    done: asyncio.Future[NotPersisted | None] = asyncio.get_running_loop().create_future()
    log.when_kept(lambda trouble: None if done.done() else done.set_result(trouble), begun)
    if (trouble := await done) is not None:
        raise trouble
