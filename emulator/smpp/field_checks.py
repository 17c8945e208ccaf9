"""Are the values of a readable request good ones? A PDU goes in, the first fault or None comes out.

Only what the protocol itself can judge; whether a number exists, a sender is allowed or a time is too far
away is known elsewhere. One row per field, with the status it deserves (facts, sections 3 and 4; 3.4, 5.2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import repeat
from operator import call
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


class _Row(NamedTuple):
    """A field, whether its value is a good one, the status and the words of what is not."""

    field: str
    good: Callable[[Any], object]
    status: Status
    why: str


LONGEST_ADDRESS = 20
"""Octets: of submit_sm and deliver_sm (3.4, 5.2.8); data_sm's fields would hold 64."""


def _among(values: Iterable[int]) -> Callable[[object], bool]:
    return frozenset(values).__contains__


def _address(field: str, ton: str, status: Status) -> tuple[_Row, _Row]:
    """Of an address, and of one that is a number by its `ton`."""
    return (
        _Row(field, re.compile(b".{0,%d}" % LONGEST_ADDRESS, re.DOTALL).fullmatch, status,
             f"{field} has more than {LONGEST_ADDRESS} octets: no receipt could name it"),
        _Row(field, re.compile(rb"(\+?[0-9]+)?").fullmatch, status,
             f"{field} {{shown!r}} is no number, though {ton} is 1 (international)"),
    )  # fmt: skip


_ID = _Row("message_id", bool, Status.RINVMSGID, "message_id is empty")
_NUMBERS = (
    _Row("esm_class", _among(v for v in range(256) if v >> 2 & 15 in (0, 2, 4)), Status.RINVESMCLASS,
         "esm_class {value}: its type (bits 5-2) may be 0, 2 or 4 in a message that is submitted"),
    _Row("priority_flag", _among(range(4)), Status.RINVPRTFLG, "priority_flag {value}: 0 to 3"),
    _Row("registered_delivery", _among(range(0x20)), Status.RINVREGDLVFLG,
         "registered_delivery {value}: bits 7-5 are reserved"),
    _Row("replace_if_present_flag", _among(range(2)), Status.RINVREPFLAG, "replace_if_present_flag {value}: 0 or 1"),
    _Row("data_coding", _among(v for v in range(256) if coding_of(v) is not None), Status.RSUBMITFAIL,
         "data_coding {value}: bits 3-2 are the coding: 0, 1 or 2"),
    _Row("sm_default_msg_id", _among(range(1)), Status.RINVDFTMSGID,
         "sm_default_msg_id {value}: this SMSC has no prepared messages"),
)  # fmt: skip
_DESTINATION = _Row("destination_addr", bool, Status.RINVDSTADR, "destination_addr is empty")
_SOURCE, _SOURCE_NUMBER = _address("source_addr", "source_addr_ton", Status.RINVSRCADR)
_TARGET, _TARGET_NUMBER = _address("destination_addr", "dest_addr_ton", Status.RINVDSTADR)
_TIMES = tuple(
    _Row(field, is_time, status, f"{field} {{shown!r}} is not YYMMDDhhmmsstnnp")
    for field, status in (("schedule_delivery_time", Status.RINVSCHED), ("validity_period", Status.RINVEXPIRY))
)

_CHECKED = frozenset({CommandId.SUBMIT_SM, CommandId.SUBMIT_MULTI, CommandId.DATA_SM, CommandId.REPLACE_SM})
_NEEDS_ID = frozenset({CommandId.QUERY_SM, CommandId.REPLACE_SM})
_NEEDS_DESTINATION = frozenset({CommandId.SUBMIT_SM, CommandId.DATA_SM})


@lru_cache(maxsize=64)
def _rules(command: int, from_number: bool, to_number: bool) -> tuple[tuple[_Row, ...], list[str], list[Any]]:
    """The rows of a command whose source and destination are numbers, or not; their fields, and the tests of these. A
    field that the command does not have is good."""
    rows = (_ID,) if command in _NEEDS_ID else ()
    if command in _CHECKED:
        needed = (_DESTINATION,) if command in _NEEDS_DESTINATION else ()
        source = (_SOURCE, _SOURCE_NUMBER) if from_number else (_SOURCE,)
        target = (_TARGET, _TARGET_NUMBER) if to_number else (_TARGET,)
        rows += (*_NUMBERS, *needed, *source, *target, *_TIMES)
    return rows, [row.field for row in rows], [row.good for row in rows]


def check(pdu: Pdu, strictness: Strictness = USUAL) -> PduFault | None:
    """A request that was read → what is wrong with its values, in the order of its fields' rows; None: nothing.

    Checked are submit_sm, submit_multi, data_sm, replace_sm and the id of query_sm; anything else is good.
    """
    found = checked(pdu, strictness)
    return found if isinstance(found, PduFault) else None


def checked(pdu: Pdu, strictness: Strictness = USUAL) -> PduFault | Content | None:
    """The same; or the content of a good one that says it is a part or has a header, which had to be read for it."""
    fields: Any = pdu.fields
    rows, names, good = _rules(pdu.command_id, fields.source_addr_ton == 1, fields.dest_addr_ton == 1)
    if not all(map(call, good, map(getattr, repeat(fields), names))):
        row = next(row for row in rows if not row.good(getattr(fields, row.field)))
        value = getattr(fields, row.field)
        shown = value.decode("ascii", "backslashreplace") if isinstance(value, bytes) else ""
        return PduFault(row.status, row.field, row.why.format(value=value, shown=shown))
    plain = not (pdu.tlvs or pdu.rest or fields.esm_class & UDHI) and len(fields.short_message) <= _LONGEST
    return None if plain or pdu.command_id not in _CHECKED else _message(pdu, strictness)


_LONGEST = 254


def _message(pdu: Pdu, strictness: Strictness) -> PduFault | Content | None:
    short = pdu.octets("short_message")
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
    cut = pdu.number("esm_class") & UDHI or not SAR.isdisjoint([tag for tag, _ in pdu.tlvs])
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
