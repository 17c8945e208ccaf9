"""What a session tells its owner, to be done in the order told."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from .pdu import Pdu, Unreadable


class Requested(Struct, frozen=True):
    """The peer wants something that only the owner can give: answer with `Session.respond`
    (or never, with `Session.withhold`). outbind and alert_notification want no answer."""

    request: Pdu


class Send(Struct, frozen=True):
    """Write this PDU; the session said it by itself. `why` for the journal."""

    pdu: Pdu
    why: str


class RequestAnswered(Struct, frozen=True):
    """A request of ours has its answer: its own response, a generic_nack, or a response that could not be
    read. `token` is what the owner gave to `Session.send`; `late`: it was told as `Unanswered` before."""

    request: Pdu
    response: Pdu | Unreadable
    token: object = None
    late: bool = False


class Unanswered(Struct, frozen=True):
    """A request of ours will have no answer any more. What it carried may or may not have arrived."""

    request: Pdu
    why: str
    token: object = None


class Ignored(Struct, frozen=True):
    """Came, and nothing follows from it."""

    item: Pdu | Unreadable
    why: str


class Close(Struct, frozen=True):
    """Let what was written leave, then close the connection and call `Session.closed`."""

    why: str


Event: TypeAlias = Requested | Send | RequestAnswered | Unanswered | Ignored | Close
