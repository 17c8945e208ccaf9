"""An engine that tells of its four inputs: before it does it, but for what it must do to know how much."""

from collections.abc import Callable, Mapping
from typing import Any

from emulator.core.admin_commands import AdminCommand
from emulator.core.commands import AnyCommand
from emulator.core.engine.engine import Decision, Engine
from emulator.core.engine.lifecycle import Outgoing, Touched
from emulator.core.inputs import Advanced, Answered, Controlled, Executed, Input
from emulator.core.profile import Profile
from emulator.core.state.sandbox_state import SandboxState
from emulator.core.units import Timestamp

Write = Callable[[Input], None]
"""Takes an input down; it may change right afterwards."""


class RecordingEngine(Engine):
    """Does what an Engine does."""

    def __init__(
        self, state: SandboxState, profiles: Mapping[str, Profile], touched: Touched, write: Write
    ) -> None:  # fmt: skip
        super().__init__(state, profiles, touched)
        self._write = write

    def execute(self, command: AnyCommand, at: Timestamp) -> Decision:
        self._write(Executed(at, command))
        return super().execute(command, at)

    def advance(self, to: Timestamp, most: int | None = None) -> list[Outgoing]:
        self._write(Advanced(to, most))
        return super().advance(to, most)

    def go_on(self, to: Timestamp, most: int) -> tuple[list[Outgoing], int]:
        reports, done = super().go_on(to, most)
        self._write(Advanced(self.state.now, done))
        return reports, done

    def answered(
        self, attempt: int, accepted: bool, at: Timestamp, again: tuple[float, ...] | None = None
    ) -> None:  # fmt: skip
        if again:
            due = self.state.in_flight.get(attempt)
            again = again[: due.attempt if due is not None else 0]  # no more of them is ever looked at
        self._write(Answered(at, attempt, accepted, again))
        super().answered(attempt, accepted, at, again)

    def control(self, verb: AdminCommand, at: Timestamp) -> Any:
        self._write(Controlled(at, verb))
        return super().control(verb, at)
