"""Which PDU may be sent by whom in which state of a session: the table of 3.4, 2.3, mended.

Mended, because libraries copied its slips: data_sm also on a receiver's session (3.4 lists it), query_sm too
(smpplib sends it there, and it harms nobody), enquire_link also before a bind (5.0). See facts, section 2.
"""

from __future__ import annotations

from enum import StrEnum

from .command_status import Status
from .pdu_tables import BINDS, CommandId


class Role(StrEnum):
    ESME = "esme"
    SMSC = "smsc"

    @property
    def peer(self) -> Role:
        return Role.SMSC if self is Role.ESME else Role.ESME


class State(StrEnum):
    OPEN = "open"  # connected, not bound
    OUTBOUND = "outbound"  # the SMSC connected and said outbind; the ESME is to bind
    BOUND_TX = "bound_tx"
    BOUND_RX = "bound_rx"
    BOUND_TRX = "bound_trx"
    UNBOUND = "unbound"  # nothing is served any more, the link is about to close
    CLOSED = "closed"


_TX, _RX, _TRX = State.BOUND_TX, State.BOUND_RX, State.BOUND_TRX
BOUND = frozenset({_TX, _RX, _TRX})

BOUND_BY: dict[int, State] = {
    CommandId.BIND_TRANSMITTER: _TX,
    CommandId.BIND_RECEIVER: _RX,
    CommandId.BIND_TRANSCEIVER: _TRX,
}
"""The state that a bind leads to."""

_LIVE = BOUND | {State.OPEN, State.OUTBOUND}

ALLOWED: dict[Role, dict[int, frozenset[State]]] = {
    Role.ESME: {
        CommandId.BIND_TRANSMITTER: frozenset({State.OPEN}),
        CommandId.BIND_RECEIVER: frozenset({State.OPEN, State.OUTBOUND}),
        CommandId.BIND_TRANSCEIVER: frozenset({State.OPEN, State.OUTBOUND}),
        CommandId.UNBIND: BOUND,
        CommandId.SUBMIT_SM: frozenset({_TX, _TRX}),
        CommandId.SUBMIT_MULTI: frozenset({_TX, _TRX}),
        CommandId.DATA_SM: BOUND,
        CommandId.QUERY_SM: BOUND,
        CommandId.CANCEL_SM: frozenset({_TX, _TRX}),
        CommandId.REPLACE_SM: frozenset({_TX, _TRX}),
        CommandId.ENQUIRE_LINK: _LIVE,
    },
    Role.SMSC: {
        CommandId.OUTBIND: frozenset({State.OPEN}),
        CommandId.UNBIND: BOUND,
        CommandId.DATA_SM: frozenset({_RX, _TRX}),
        CommandId.DELIVER_SM: frozenset({_RX, _TRX}),
        CommandId.ALERT_NOTIFICATION: frozenset({_RX, _TRX}),
        CommandId.ENQUIRE_LINK: _LIVE,
    },
}
"""Sender → request → states it may be sent in. Responses and generic_nack may always be sent."""


def judge(sender: Role, command_id: int, state: State) -> Status:
    """A request of that sender in that state → ROK, or the status it deserves: RINVCMDID (this side never
    says that), RALYBND (a bind on a bound session), RINVBNDSTS (not now)."""
    states = ALLOWED[sender].get(command_id)
    if states is None:
        return Status.RINVCMDID
    if state in states:
        return Status.ROK
    return Status.RALYBND if command_id in BINDS and state in BOUND else Status.RINVBNDSTS
