"""What the control API is told: bodies and queries, as types that are checked before anything is done."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from emulator.control_api.filters import CallbackFilters, Filters, MessageFilters, RequestFilters
from emulator.core.statuses import Status
from emulator.sandboxes.spec import DATE_TIME, Rate

Real = Annotated[float, Meta(ge=0, le=3600)]
"""Real seconds to wait at most."""


Filled = Annotated[dict[str, Any], Meta(min_length=1)]
"""A mapping that is read further on, and for which none may be left out."""


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """No body, no query."""


class Reset(msgspec.Struct, forbid_unknown_fields=True):
    what: Literal["all", "journal", "scenario"] = "all"


class Move(msgspec.Struct, forbid_unknown_fields=True):
    """A message's new status, set by the control API."""

    status: Status
    reason: str = ""
    error: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0


class Clock(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One of advance (seconds), set (a moment), to (the next due date), rate."""

    advance: Annotated[float, Meta(ge=0, le=3_153_600_000)] | None = None
    set: Annotated[datetime, DATE_TIME] | None = None
    to: Literal["next"] | None = None
    rate: Rate | None = None
    timeout: Real = 30.0

    def __post_init__(self) -> None:
        said = [word for word in ("advance", "set", "to", "rate") if getattr(self, word) is not None]
        if len(said) != 1:
            raise ValueError(f"one of advance, set, to and rate must stand there; found {', '.join(said) or 'none'}")


class Settle(msgspec.Struct, forbid_unknown_fields=True):
    timeout: Real = 10.0


class Brand(msgspec.Struct, forbid_unknown_fields=True):
    """1: approved, 2: refused."""

    authorized: Literal[1, 2]


class Rules(msgspec.Struct, forbid_unknown_fields=True):
    rules: list[Any]


class Waiting(msgspec.Struct, kw_only=True):
    """For what to wait; the filters of that list stand beside."""

    kind: Literal["messages", "callbacks", "requests"] = msgspec.field(default="messages", name="for")
    count: Annotated[int, Meta(ge=1, le=1_000_000_000)] = 1
    timeout: Real = 5.0


class Otp(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    to: str | None = None
    timeout: Real = 5.0
    pattern: str | None = None
    digits: Annotated[int, Meta(ge=1, le=100)] | None = None
    """So many of the code's last ones."""


WaitQuery = tuple[Waiting, Filters]
"""For what to wait, and the filters of that list."""

FILTERS: dict[str, type[MessageFilters] | type[RequestFilters] | type[CallbackFilters]] = {
    "messages": MessageFilters,
    "callbacks": CallbackFilters,
    "requests": RequestFilters,
}
