"""What a connection needs of who answers its requests, and what may be given to it."""

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from emulator.http.limits import Limits
from emulator.http.messages import HttpReply, HttpRequest
from emulator.http.refusals import HttpRefusal
from emulator.http.request_parser import Parsed
from emulator.server.held_replies import HeldReplies
from emulator.server.stream_protocol import StreamProtocol

if TYPE_CHECKING:
    from emulator.server.http_connection import HttpConnection


class RelayedReply:
    """A reply that somebody else writes, as it comes; then `served` is called."""

    def cancel(self) -> None:
        """The client is gone."""

    def pause(self) -> None:
        """The client does not read."""

    def resume(self) -> None: ...


Answer: TypeAlias = HttpReply | RelayedReply | Coroutine[Any, Any, HttpReply | RelayedReply | None]
"""A reply, or what comes to one, or has sent one itself."""


class Service(Protocol):
    """What a connection needs of who answers."""

    limits: Limits
    connections: "set[HttpConnection]"
    spare: "dict[HttpConnection, None]"
    """Those that are too many, the oldest first."""
    retiring: bool
    """Are clients to go elsewhere before long? What they get then is the last of its connection."""
    stopping: asyncio.Event
    held: HeldReplies | None
    """Where replies have to wait for something to be written down."""

    def allowance(self, head: HttpRequest) -> int:
        """How many octets a body may have."""

    def answer(self, parsed: Parsed, connection: "HttpConnection") -> Answer: ...

    def refuse(self, refusal: HttpRefusal) -> HttpReply:
        """The reply to what was not taken."""

    def broken_off(self, request: HttpRequest, why: str, of_body: bool) -> None:
        """The client went in the middle of a request, or of its body."""

    date: bytes
    """As the header has it, good until"""
    date_until: float
    """this moment of the loop."""

    def renew_date(self, now: float) -> bytes: ...

    def new_connection(self) -> StreamProtocol:
        """What a client is served by that begins."""

    def lost(self, connection: "HttpConnection") -> None: ...
