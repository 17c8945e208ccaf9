"""What is told of all that changes sandboxes, so that it outlives the process, and what replies wait for (durable/).

Where nothing is kept there is no recorder, and nobody waits.
"""

from collections.abc import Mapping
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


class ChangeLog(Protocol):
    """Hears of changes, and writes them down once for all that happened in one turn of the loop."""

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

    def commit(self) -> bool:
        """Write down, now, what is not written down yet; False when that cannot be done."""

    def keep(self) -> None:
        """Write down, now, all that has happened so far. Raises NotPersisted."""

    async def kept(self) -> None:
        """Until all that has happened so far is written down. Raises NotPersisted."""
