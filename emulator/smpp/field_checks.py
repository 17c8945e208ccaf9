"""Are the values of a readable request good ones? A PDU goes in, the first fault or None comes out.

Only what the protocol itself can judge; whether a number exists, a sender is allowed or a time is too far
away is known elsewhere. One row per field, with the status it deserves (facts, sections 3 and 4; 3.4, 5.2).
"""

from __future__ import annotations

import re
from collections.abc import Container
from operator import attrgetter, contains
from typing import Any, NamedTuple

from msgspec import Struct

from .command_status import Status
from .data_coding import coding_of
from .pdu import Pdu, PduFault
from .pdu_tables import CommandId
from .segments import SAR, UDHI, Content, read_content
from .time_format import is_time
from .tlvs import BELONGS, MESSAGE_PAYLOAD, TAGS


class Strictness(Struct, frozen=True):
    """Where sources leave a choice. `nul_behind`: may one NUL stand behind short_message, which sm_length does not
    count? `newer`: may lengths be those that 5.0 has beside the ones of 3.4?"""

    nul_behind: bool = True
    newer: bool = False


USUAL = Strictness()


class _Number(NamedTuple):
    """A number, what it may be, the status and the words of what it may not."""

    field: str
    good: Container[object]
    status: Status
    rule: str


_NUMBERS = (
    _Number("esm_class", frozenset(v for v in range(256) if v >> 2 & 15 in (0, 2, 4)), Status.RINVESMCLASS,
            "its type (bits 5-2) may be 0, 2 or 4 in a message that is submitted"),
    _Number("priority_flag", range(4), Status.RINVPRTFLG, "0 to 3"),
    _Number("registered_delivery", range(0x20), Status.RINVREGDLVFLG, "bits 7-5 are reserved"),
    _Number("replace_if_present_flag", range(2), Status.RINVREPFLAG, "0 or 1"),
    _Number("data_coding", frozenset(v for v in range(256) if coding_of(v) is not None), Status.RSUBMITFAIL,
            "bits 3-2 are the coding: 0, 1 or 2"),
    _Number("sm_default_msg_id", range(1), Status.RINVDFTMSGID, "this SMSC has no prepared messages"),
)  # fmt: skip
_GOOD = [row.good for row in _NUMBERS]
_numbers = attrgetter(*(row.field for row in _NUMBERS))

LONGEST_ADDRESS = 20
"""Octets: of submit_sm and deliver_sm (3.4, 5.2.8); data_sm's fields would hold 64."""
_ADDRESS = (
    re.compile(b".{0,%d}" % LONGEST_ADDRESS, re.DOTALL).fullmatch,
    re.compile(rb"[0-9]{0,%d}|\+[0-9]{1,%d}" % (LONGEST_ADDRESS, LONGEST_ADDRESS - 1)).fullmatch,
)
"""What an address may be, and where its TON is 1 (international)."""
_ADDRESSES = (
    ("source_addr", "source_addr_ton", Status.RINVSRCADR),
    ("destination_addr", "dest_addr_ton", Status.RINVDSTADR),
)
_TIMES = (("schedule_delivery_time", Status.RINVSCHED), ("validity_period", Status.RINVEXPIRY))

_CHECKED = frozenset({CommandId.SUBMIT_SM, CommandId.SUBMIT_MULTI, CommandId.DATA_SM, CommandId.REPLACE_SM})
_NEEDS_ID = frozenset({CommandId.QUERY_SM, CommandId.REPLACE_SM})
_NEEDS_DESTINATION = frozenset({CommandId.SUBMIT_SM, CommandId.DATA_SM})


def check(pdu: Pdu, strictness: Strictness = USUAL) -> PduFault | None:
    """A request that was read → what is wrong with its values, in the order of its fields' rows; None: nothing.

    Checked are submit_sm, submit_multi, data_sm, replace_sm and the id of query_sm; anything else is good.
    """
    if pdu.command_id in _NEEDS_ID and not pdu.octets("message_id"):
        return PduFault(Status.RINVMSGID, "message_id", "message_id is empty")
    found = checked(pdu, strictness) if pdu.command_id in _CHECKED else None
    return found if isinstance(found, PduFault) else None


def checked(pdu: Pdu, strictness: Strictness = USUAL) -> PduFault | Content | None:
    """The same of what carries a message; or the content of a good one that says it is a part or has a header, which
    had to be read for it. Fields that a command does not have are 0 or empty, which is good."""
    fields: Any = pdu.fields
    if not all(map(contains, _GOOD, _numbers(fields))):
        field, _, status, rule = next(row for row in _NUMBERS if pdu.number(row.field) not in row.good)
        return PduFault(status, field, f"{field} {pdu.number(field)}: {rule}")
    if not fields.destination_addr and pdu.command_id in _NEEDS_DESTINATION:
        return PduFault(Status.RINVDSTADR, "destination_addr", "destination_addr is empty")
    source = _ADDRESS[fields.source_addr_ton == 1](fields.source_addr)
    if not source or not _ADDRESS[fields.dest_addr_ton == 1](fields.destination_addr):
        return _address(pdu, *_ADDRESSES[source is not None])
    if fields.schedule_delivery_time or fields.validity_period:
        for field, status in _TIMES:
            if not is_time(pdu.octets(field)):
                shown = pdu.octets(field).decode("ascii", "backslashreplace")
                return PduFault(status, field, f"{field} {shown!r} is not YYMMDDhhmmsstnnp")
    plain = not (pdu.tlvs or pdu.rest or fields.esm_class & UDHI) and len(fields.short_message) <= _LONGEST
    return None if plain else _message(pdu, strictness)


def _address(pdu: Pdu, field: str, ton: str, status: Status) -> PduFault:
    """What is wrong with an address."""
    address = pdu.octets(field)
    if len(address) > LONGEST_ADDRESS:
        return PduFault(status, field, f"{field} has more than {LONGEST_ADDRESS} octets: no receipt could name it")
    shown = address.decode("ascii", "backslashreplace")
    return PduFault(status, field, f"{field} {shown!r} is no number, though {ton} is 1 (international)")


_LONGEST = 254
"""Octets in short_message."""


def _message(pdu: Pdu, strictness: Strictness) -> PduFault | Content | None:
    fields: Any = pdu.fields
    short = fields.short_message
    if len(short) > _LONGEST and not strictness.newer:
        return PduFault(Status.RINVMSGLEN, "sm_length", f"sm_length {len(short)}: at most 254 (255 in SMPP 5.0)")
    if pdu.rest and not strictness.nul_behind:
        why = "one octet behind short_message, a NUL that sm_length does not count, is too little for a TLV"
        return PduFault(Status.RINVOPTPARSTREAM, "", why)
    if pdu.tlvs:
        if short and pdu.tlv(MESSAGE_PAYLOAD):
            why = "the message is in short_message and in message_payload: one of them must be empty"
            return PduFault(Status.RINVMSGLEN, "message_payload", why)
        fault = _tlvs(pdu, strictness)
        if fault is not None:
            return fault
    cut = fields.esm_class & UDHI or not SAR.isdisjoint([tag for tag, _ in pdu.tlvs])
    return read_content(pdu) if cut else None


def _tlvs(pdu: Pdu, strictness: Strictness) -> PduFault | None:
    belongs = BELONGS.get(pdu.command_id, frozenset())
    for tag, value in pdu.tlvs:
        if tag in belongs:
            row, length = TAGS[tag], len(value)
            if not row.low <= length <= row.high and not (strictness.newer and length == row.newer):
                wanted = str(row.low) if row.low == row.high else f"{row.low} to {row.high}"
                also = "" if row.newer is None else f" (or {row.newer} in SMPP 5.0)"
                why = f"TLV {row.name} has {length} octets, wanted are {wanted}{also}"
                return PduFault(Status.RINVPARLEN, row.name, why)
    return None
