"""What was said to a provider, however broken: a missing parameter is None, an empty one is "".

An adapter (providers/*/http.py) reads these from bytes; the engine judges them. They are plain serialisable values:
a sandbox's inputs, written down, rebuild it.
"""

from typing import ClassVar

import msgspec

from emulator.core.messages import MessageKind
from emulator.core.reasons import Reason
from emulator.core.text import Measure, measure
from emulator.core.units import Timestamp


class Credential(msgspec.Struct, frozen=True, gc=False):
    """Who says it is asking. `kind` is the provider's word (key, login, apikey, system_id); `secret` its password."""

    kind: str
    name: str
    secret: str | None = None


class Fault(msgspec.Struct, frozen=True):
    """The request as a whole is at fault (unreadable body, forbidden parameter), as the adapter saw it."""

    reason: Reason
    details: dict[str, str] = {}


class Part(msgspec.Struct, frozen=True):
    """One part of a long message, as octets: a border may fall inside a character. `reference` with its `width` names
    the message, `number` counts from 1 to `total`, `coding` is the protocol's number for how the octets are to be
    read."""

    reference: int
    width: str
    total: int
    number: int
    octets: bytes
    coding: int = 0


class Command(msgspec.Struct, kw_only=True, tag_field="say", omit_defaults=True):
    """What every command carries: which provider and protocol, who asks and from where."""

    operation: ClassVar[str] = ""

    provider: str
    protocol: str = "http"
    credential: Credential | None = None
    peer: str = ""
    """The caller's address, for lists of allowed addresses."""
    in_flight: int = 1
    """How many requests under these credentials were under way, this one included (the transport counts)."""
    fault: Fault | None = None
    notes: tuple[str, ...] = ()
    """Rows of the contract whose requirement the adapter saw violated: they become lint findings."""
    extra: dict[str, str] = {}
    """Parameters that only this provider knows."""
    style: dict[str, str] = {}
    """How the answer is wanted (its format, its charset): the judge does not look at it and no message keeps it."""


class Submit(Command, kw_only=True, tag="submit"):
    """Send a text to some numbers."""

    operation: ClassVar[str] = "send"

    destinations: tuple[str, ...] | None
    """As written, one entry a number; empty entries are left out; () when the parameter was there but held none."""
    text: str | None
    sender: str | None
    reference: str | None = None
    """The client's own name for it."""
    kind: MessageKind = "sms"
    flash: bool = False
    ignore_stoplist: bool = False
    first: bool = False
    """Highest priority: goes before anything else that is due at the same moment."""
    begins_at: Timestamp | None = None
    """Scheduled: nothing happens to the message before."""
    expires_at: Timestamp | None = None
    report: bool = False
    """The client wants delivery reports (whatever makes this provider send them)."""
    texts: tuple[str, ...] = ()
    """A text for each destination, in their order; () when `text` goes to all of them. Then there may also be"""
    senders: tuple[str, ...] = ()
    """a sender for each of them, and"""
    begins: tuple[Timestamp, ...] = ()
    """a moment before which nothing happens to it."""
    own_id: str | None = None
    """The client gives the message its id, in the place of the provider."""
    ids: tuple[str, ...] = ()
    """The ids that its parts got, where each part was submitted by itself."""
    asks: tuple[int, ...] = ()
    """Over a protocol where each part says by flags which reports it wants: those of each part that wants some."""
    replaces: bool = False
    """It takes the place of one that is not delivered yet: same sender, destination and service."""
    measured: Measure | None = None
    """Over a protocol where the sender chooses the coding and cuts the parts, or of what is not text: what was sent."""

    def measure_of(self, text: str) -> Measure:
        """What its text, or one of its texts, is on the air: as it was sent, or as it has to be."""
        return self.measured or measure(text)


class SubmitPart(Submit, kw_only=True, tag="submit-part"):
    """One part of a long message; `text` is what can be read of it alone."""

    part: Part


class Price(Submit, kw_only=True, tag="price"):
    """What would that cost? Nothing is sent."""

    operation: ClassVar[str] = "cost"


class Query(Command, kw_only=True, tag="query"):
    """What became of a message?"""

    operation: ClassVar[str] = "status"

    destination: str | None = None
    reference: str | None = None
    provider_id: str | None = None


class QueryMany(Command, kw_only=True, tag="query-many"):
    """What became of some messages?"""

    operation: ClassVar[str] = "status"

    wanted: tuple[tuple[str, str], ...] | None = None
    """(number, id) of each; None: the lists do not go together."""


class Delete(Command, kw_only=True, tag="delete"):
    """Delete some messages."""

    operation: ClassVar[str] = "status"

    wanted: tuple[tuple[str, str], ...] | None = None
    """(number, id) of each; None: the lists do not go together."""


class Cancel(Command, kw_only=True, tag="cancel"):
    """Do not deliver a message; without an id, all those of a sender to a destination."""

    operation: ClassVar[str] = "cancel"

    provider_id: str | None = None
    sender: str = ""
    destination: str = ""


class Replace(Command, kw_only=True, tag="replace"):
    """Another text, schedule, life time for a message that is not delivered yet. `octets` are in its own coding; what
    is None stays as it is."""

    operation: ClassVar[str] = "replace"

    provider_id: str | None = None
    sender: str = ""
    octets: bytes | None = None
    asks: tuple[int, ...] = ()
    begins_at: Timestamp | None = None
    expires_at: Timestamp | None = None


class Bind(Command, kw_only=True, tag="bind"):
    """Open a session. `in_flight` counts those of the account, this one included."""

    operation: ClassVar[str] = "bind"


class CheckLink(Command, kw_only=True, tag="check-link"):
    """Are you there?"""

    operation: ClassVar[str] = "link"


class Describe(Command, kw_only=True, tag="describe"):
    """What do you serve? (The description of an interface: a WSDL.) Also a request of which nothing can be made out."""

    operation: ClassVar[str] = "describe"


class BalanceQuery(Command, kw_only=True, tag="balance"):
    """How much is left?"""

    operation: ClassVar[str] = "balance"


class ListMessages(Command, kw_only=True, tag="list-messages"):
    """What was sent? The newest first, `limit` at most."""

    operation: ClassVar[str] = "history"

    destinations: tuple[str, ...] = ()
    """Of these numbers alone; (): of all."""
    since: Timestamp | None = None
    until: Timestamp | None = None
    before: int | None = None
    """Those before this one of our ids."""
    kinds: tuple[str, ...] = ()
    """Of these kinds alone; (): of all."""
    flash: bool | None = None
    """Those that are shown at once, or the others, alone; None: both."""
    limit: int = 100


class ListIncoming(Command, kw_only=True, tag="list-incoming"):
    """What did subscribers send? The newest first, `limit` at most."""

    operation: ClassVar[str] = "incoming"

    since: Timestamp | None = None
    within: float | None = None
    """Instead of `since`: of the last so many seconds."""
    after: int = 0
    """Those behind this id."""
    to: str = ""
    """To this of the account's numbers; "": to any."""
    limit: int = 100


class QueryNumbers(Command, kw_only=True, tag="query-numbers"):
    """Whose are these numbers?"""

    operation: ClassVar[str] = "number"

    destinations: tuple[str, ...] | None = None


class AwaitCall(Command, kw_only=True, tag="await-call"):
    """A subscriber is going to call: tell it when that happens."""

    operation: ClassVar[str] = "wait-call"

    destination: str | None = None
    """Who will call, as written."""
    dialled: tuple[str, ...] = ()
    """The numbers that may be called, and"""
    within: float = 0.0
    """for so many seconds."""


class ListSenders(Command, kw_only=True, tag="list-senders"):
    """Which sender names has the account?"""

    operation: ClassVar[str] = "brands"


class RegisterSender(Command, kw_only=True, tag="register-sender"):
    """Ask for a new sender name."""

    operation: ClassVar[str] = "brands"

    name: str | None = None


AnyCommand = (
    Submit | SubmitPart | Price | Query | QueryMany | Delete | Cancel | Replace | Bind | CheckLink | Describe
    | BalanceQuery | ListMessages | ListIncoming | QueryNumbers | AwaitCall
    | ListSenders | RegisterSender
)  # fmt: skip

OPERATIONS: tuple[str, ...] = (
    "send", "status", "balance", "cost", "brands", "bind", "cancel", "replace", "link", "history", "incoming", "number",
    "wait-call",
)  # fmt: skip
"""The words for operations in scenarios and journal; a provider serves some of them."""
