"""One SMPP session as the dispatcher sees it: the protocol's session, its connection, whose it is."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from emulator.core.accounts import Account
from emulator.core.commands import Credential
from emulator.core.units import Timestamp
from emulator.providers.base import SmppFace, SmppPeer, SmppSessionSettings
from emulator.sandboxes.sandbox import Sandbox
from emulator.smpp.codec import encode
from emulator.smpp.pdu import Pdu
from emulator.smpp.session import Session
from emulator.smpp.session_states import State

_RECEIVING = (State.BOUND_TRX, State.BOUND_RX)


class SmppTransport(Protocol):
    """The connection, as a transport offers it."""

    peer: str
    closing: bool
    """Is it about to end: does nothing that is written now reach the peer?"""

    def now(self) -> float:
        """Link time, in real seconds."""

    def write(self, octets: bytes) -> None: ...

    def hang_up(self) -> None:
        """Let what was written leave, then close."""

    def reset(self) -> None: ...


class SessionTurn(NamedTuple):
    """While what came in one read is worked off: where, and who says it when."""

    sandbox: Sandbox
    account: Account
    caller: SmppPeer


class BoundSession:
    """A session. `home` is whose it is, once it is bound."""

    def __init__(self, number: int, wire: SmppTransport, session: Session, provider: str, face: SmppFace) -> None:
        self.id = f"s{number}"
        self.wire = wire
        self.session = session
        self.peer = wire.peer
        self.sandbox: Sandbox | None = None
        self.provider = provider
        self.face = face
        """Whose adapter serves it."""
        self.credential: Credential | None = None
        self.since: Timestamp = 0
        self.switches: Mapping[str, Any] | None = None
        """Those of the account (replaced as a whole whenever one changes) by which it speaks this"""
        self.dialect: Any = None
        self.turn: SessionTurn | None = None
        self.terms: SmppSessionSettings
        """Once it is bound."""

    @property
    def home(self) -> tuple[Sandbox, str]:
        assert self.sandbox is not None
        return self.sandbox, self.provider

    def bind_account(
        self, sandbox: Sandbox, credential: Credential, terms: SmppSessionSettings
    ) -> None:
        """The session is an account's from now on, on these terms."""
        self.sandbox, self.credential, self.terms, self.switches = sandbox, credential, terms, None
        self.since = sandbox.now()
        self.session.timers = terms.timers
        self.session.own.window = terms.window
        self.session.own.wait = terms.timers.response

    @property
    def receives(self) -> bool:
        return self.session.state in _RECEIVING

    @property
    def room(self) -> int:
        """How many more messages may be sent now: none where it is not above 0."""
        session = self.session
        if session.state not in _RECEIVING or session.unbinding or self.wire.closing:
            return 0
        own = session.own
        return own.window - own.messages

    def send(self, request: Pdu) -> None:
        """A request of ours goes out, whatever the session's state."""
        self.wire.write(encode(self.session.send(request, self.wire.now(), anyway=True)))

    def deliver(self, message: Pdu, token: object) -> bytes:
        """A message of ours goes out; its octets."""
        octets = self.session.deliver(message, self.wire.now(), token)
        self.wire.write(octets)
        return octets
