"""What shall happen to a message: refusal, the fault of the reply, the steps of its life, the manner of its reports.

Accepting and the fault of the reply are separate: *taken, reply lost* is the trap people most need to rehearse.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from emulator.core.reasons import Reason
from emulator.core.statuses import Status

FaultName = Literal["lost", "drop", "hang", "reset", "cut", "empty", "garbled", "slow"]

FAULTS: dict[FaultName, tuple[bool, str]] = {
    "lost": (True, "done; the connection is closed without an answer"),
    "drop": (False, "not done; the connection is closed without an answer"),
    "hang": (True, "done; nothing is ever answered and the connection stays open"),
    "reset": (True, "done; the connection is reset (RST) without an answer"),
    "cut": (True, "done; the connection is closed in the middle of the answer"),
    "empty": (True, "done; the answer has an empty body"),
    "garbled": (True, "done; the answer's body is not what it should be"),
    "slow": (True, "done; the answer comes in small pieces"),
}
"""Each fault: is the command executed, and what the client sees. A `status` in its place is never executed."""

Seconds = Annotated[float, Meta(ge=0, le=3_153_600_000)]
"""At most a hundred years: every moment that they lead to must be one that a date can show."""


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`after` seconds of sandbox time from acceptance (or from the scheduled moment) the message takes `status`."""

    after: Seconds
    status: Status
    reason: str = ""
    error: int = 0

    def __post_init__(self) -> None:
        force_setattr(self, "after", float(self.after))  # 2 and 2.0 are one thing and must be written as one


class Refuse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider's own code, or a neutral reason."""

    code: int | None = None
    reason: Reason | None = None

    def __post_init__(self) -> None:
        if (self.code is None) == (self.reason is None):
            raise ValueError("refuse takes either code or reason")


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the transport does with the answer. `delay` is in real seconds: it is the wire that is slow."""

    delay: Seconds = 0.0
    fault: FaultName | None = None
    status: Annotated[int, Meta(ge=100, le=599)] | None = None

    def __post_init__(self) -> None:
        if self.fault is not None and self.status is not None:
            raise ValueError("reply takes either fault or status")

    @property
    def heard(self) -> bool:
        """Is the command executed at all?"""
        return self.status is None and (self.fault is None or FAULTS[self.fault][0])


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One report of a script: `after` seconds from acceptance the client is told `status`, as of `changed` (seconds
    from acceptance too; without it, as of now). `attempt`: 2 for a report that comes again because its first answer
    was lost."""

    after: Seconds
    status: Status
    changed: Seconds | None = None
    attempt: Annotated[int, Meta(ge=1, le=1000)] = 1
    reason: str = ""
    error: int = 0


class Reports(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The manner of the delivery reports. `late` is in seconds of sandbox time. `before_reply`: reports due at once go
    out, and are answered, before the reply to the send. `script`: these reports, whatever becomes of the message."""

    before_reply: bool = False
    script: tuple[Told, ...] | None = None
    never: bool = False
    twice: bool = False
    late: Seconds = 0.0
    order: Literal["normal", "reversed"] = "normal"


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `then` of a rule."""

    steps: tuple[Step, ...] | None = None
    refuse: Refuse | None = None
    reply: Reply | None = None
    reports: Reports | None = None


DELIVERED = (Step(2, "delivered"),)
"""The life of a message of which no rule says anything else."""
