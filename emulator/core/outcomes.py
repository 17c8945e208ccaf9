"""What may be answered: values that say everything the adapters need, so that a reply asks nothing of the state."""

from typing import Any, ClassVar

import msgspec

from emulator.core.messages import Incoming, MessageKind
from emulator.core.reasons import Reason
from emulator.core.statuses import Status
from emulator.core.units import Timestamp


class Outcome(msgspec.Struct, kw_only=True, tag_field="came", gc=False):
    """`word` is what the journal calls it and filters by."""

    word: ClassVar[str] = "answered"


class Accepted(Outcome, tag="accepted"):
    """The batch was taken: for `count` recipients, `parts` segments in all."""

    word: ClassVar[str] = "accepted"

    batch: int
    provider_id: str | None
    count: int
    parts: int
    cost: int
    balance: int
    encoding: str
    code: str = ""
    """What the provider made up, and the client asks its user for."""
    stop_listed: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    barred: tuple[tuple[str, Reason], ...] = ()
    """Numbers that nothing was sent to for other reasons."""
    places: tuple[int, ...] = ()
    """Where they stand among the destinations: the invalid ones, the stop-listed, the barred."""
    again: tuple[int, ...] = ()
    """Where those stand that nothing goes to because they stood there before."""


class PartAccepted(Accepted, kw_only=True, tag="part-accepted"):
    """One part of a long message was taken; so many are still missing."""

    missing: int


class CostTold(Outcome, kw_only=True, tag="cost"):
    """What a send would cost: for `count` recipients, `parts` segments in all."""

    count: int
    parts: int
    cost: int
    stop_listed: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()
    barred: tuple[tuple[str, Reason], ...] = ()
    places: tuple[int, ...] = ()
    again: tuple[int, ...] = ()


class Refused(Outcome, kw_only=True, tag="refused"):
    """Nothing was done. `code` is given when a rule asked for a provider's own number instead of a reason."""

    word: ClassVar[str] = "refused"

    reason: Reason
    details: dict[str, Any] = {}
    """What the explanation names: the value found, what would have been taken."""
    code: int | None = None
    provider_id: str | None = None
    """The id that is used up all the same, where the error table says that one is kept."""


class Entry(msgspec.Struct, kw_only=True):
    """One message as a status query shows it."""

    message: int
    to: str
    status: Status
    changed_at: Timestamp
    created_at: Timestamp
    reason: str = ""
    error: int = 0
    provider_id: str | None = None
    sender: str | None = None
    text: str = ""
    parts: int = 1
    cost: int = 0
    flash: bool = False
    operator: str = ""
    """What a rule calls the subscriber's network."""
    kind: MessageKind = "sms"
    extra: dict[str, str] = {}
    """What only this provider keeps of it."""


class Found(Outcome, kw_only=True, tag="found"):
    """The messages asked for."""

    entries: tuple[Entry, ...]


class FoundMany(Outcome, kw_only=True, tag="found-many"):
    """The messages asked for, in the order of the question; None where there is none."""

    entries: tuple[Entry | None, ...]


class IncomingTold(Outcome, kw_only=True, tag="incoming"):
    """What subscribers sent."""

    messages: tuple[Incoming, ...]


class NumbersTold(Outcome, kw_only=True, tag="numbers"):
    """The numbers that were asked about, as the provider writes them."""

    numbers: tuple[str, ...]


class CallAwaited(Outcome, kw_only=True, tag="call-awaited"):
    """A subscriber may call one of these numbers, until that moment."""

    word: ClassVar[str] = "accepted"

    dialled: tuple[str, ...]
    until: Timestamp


class Deleted(Outcome, kw_only=True, tag="deleted"):
    word: ClassVar[str] = "accepted"

    count: int


class Replaced(Outcome, kw_only=True, tag="replaced"):
    word: ClassVar[str] = "accepted"

    message: int


class Bound(Outcome, kw_only=True, tag="bound"):
    """The session is open."""

    word: ClassVar[str] = "accepted"


class LinkAlive(Outcome, kw_only=True, tag="link-alive"):
    """Yes, here."""


class Described(Outcome, kw_only=True, tag="described"):
    """The description may be given out."""


class BalanceTold(Outcome, kw_only=True, tag="balance"):
    balance: int


class SenderEntry(msgspec.Struct, kw_only=True):
    id: int
    name: str
    state: str
    created_at: Timestamp


class SendersTold(Outcome, kw_only=True, tag="senders"):
    senders: tuple[SenderEntry, ...]


class SenderRegistered(Outcome, kw_only=True, tag="sender-registered"):
    word: ClassVar[str] = "accepted"

    id: int
    name: str


class Unheard(Outcome, kw_only=True, tag="unheard"):
    """A rule had the request fall on the floor: nothing was done and the fault is all the client gets."""

    word: ClassVar[str] = "dropped"


AnyOutcome = (
    Accepted | PartAccepted | Replaced | Bound | LinkAlive | CostTold | Refused | Found | FoundMany | IncomingTold
    | NumbersTold | CallAwaited | Deleted
    | Described | BalanceTold | SendersTold | SenderRegistered | Unheard
)  # fmt: skip
