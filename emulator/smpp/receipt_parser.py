"""Delivery receipts, read: for the client's side, which meets receipts of every make.

Tolerant on purpose: any order, any case, any missing part; the TLVs speak before the text, for they mean one
thing only.
"""

from __future__ import annotations

import re

from msgspec import Struct

from .pdu import Pdu
from .pdu_tables import CommandId
from .receipt_writer import INTERMEDIATE, RECEIPT, STATE_WORDS
from .time_format import read_date
from .tlvs import MESSAGE_STATE, NETWORK_ERROR_CODE, RECEIPTED_MESSAGE_ID

_TYPE = 0x3C  # esm_class bits 5-2
_STATES = {word: state for state, word in STATE_WORDS.items()}
_TEXT = re.compile(r"\btext:(.*)\Z", re.I | re.S)
_PAIR = re.compile(r"\b(id|sub|dlvrd|submit date|done date|stat|err):\s*([^\s:]*)(?=\s|\Z)", re.I)


class ReceiptRead(Struct, frozen=True):
    """What a receipt says; None (or "") what it does not say. `error` is as written, or the number of
    network_error_code; dates are microseconds since the epoch."""

    message_id: str | None
    state: int | None
    word: str = ""
    error: str = ""
    submitted_at: int | None = None
    done_at: int | None = None
    parts: int | None = None
    delivered: int | None = None
    text: str | None = None
    intermediate: bool = False


def is_receipt(pdu: Pdu) -> bool:
    """Does the PDU call itself a receipt or an intermediate notification (5.2.12)?"""
    carries = pdu.command_id in (CommandId.DELIVER_SM, CommandId.DATA_SM)
    return carries and pdu.number("esm_class") & _TYPE in (RECEIPT, INTERMEDIATE)


def read_receipt(pdu: Pdu, quarters: int = 0) -> ReceiptRead:
    """A deliver_sm or data_sm that `is_receipt` → what it tells. `quarters`: the zone of the SMSC's dates."""
    line = pdu.message.decode("latin-1").rstrip("\0")
    excerpt = _TEXT.search(line)
    head = line[: excerpt.start()] if excerpt else line
    said = {key.lower(): value for key, value in _PAIR.findall(head)}
    word = said.get("stat", "").upper()
    tlv_id = pdu.tlv(RECEIPTED_MESSAGE_ID)
    message_id = tlv_id.split(b"\0")[0].decode("latin-1") if tlv_id else ""
    state = pdu.tlv(MESSAGE_STATE)
    error = pdu.tlv(NETWORK_ERROR_CODE)
    return ReceiptRead(
        message_id=message_id or said.get("id") or None,
        state=state[0] if state else _STATES.get(word),
        word=word,
        error=said.get("err") or (str(int.from_bytes(error[1:3], "big")) if error else ""),
        submitted_at=read_date(said.get("submit date", ""), quarters),
        done_at=read_date(said.get("done date", ""), quarters),
        parts=_number(said.get("sub")),
        delivered=_number(said.get("dlvrd")),
        text=excerpt[1] if excerpt else None,
        intermediate=pdu.number("esm_class") & _TYPE == INTERMEDIATE,
    )


def _number(digits: str | None) -> int | None:
    return int(digits) if digits and digits.isascii() and digits.isdigit() and len(digits) < 10 else None
