"""The four inputs of a sandbox, as values: written down in order, they rebuild it exactly."""

import msgspec

from emulator.core.admin_commands import AdminCommand
from emulator.core.commands import AnyCommand
from emulator.core.units import Timestamp


class Executed(msgspec.Struct, tag="executed", tag_field="door"):
    at: Timestamp
    command: AnyCommand


class Advanced(msgspec.Struct, tag="advanced", tag_field="door"):
    to: Timestamp
    most: int | None = None
    """No more than so many things of what is due; None: all of it."""


class Answered(msgspec.Struct, tag="answered", tag_field="door"):
    """The client answered delivery report number `attempt`; would the provider take it for success?"""

    at: Timestamp
    attempt: int
    accepted: bool
    again: tuple[float, ...] | None = None
    """After how many seconds each further attempt follows, as whoever carried it says; None: as the account says."""


class Controlled(msgspec.Struct, tag="controlled", tag_field="door"):
    at: Timestamp
    verb: AdminCommand


Input = Executed | Advanced | Answered | Controlled
