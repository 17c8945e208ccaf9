"""Delivery receipts, written: what became of a message → the deliver_sm that tells it.

The default is the line that clients' parsers know (3.4, Appendix B; facts, section 5, "Receipt text"); every
variation that is known to break somebody is a setting of `Form`, most of them a matter of its pattern.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, TypeAlias

from msgspec import Struct

from .data_coding import Coding
from .pdu import EncodedPdu, Fields, Pdu, Tlv
from .pdu_tables import CommandId
from .time_format import write_date
from .tlvs import MESSAGE_PAYLOAD, MESSAGE_STATE, NETWORK_ERROR_CODE, RECEIPTED_MESSAGE_ID

ENROUTE, DELIVERED, EXPIRED, DELETED, UNDELIVERABLE, ACCEPTED, UNKNOWN, REJECTED = range(1, 9)
"""message_state (5.2.28)."""

STATE_WORDS: dict[int, str] = {
    ENROUTE: "ENROUTE",
    DELIVERED: "DELIVRD",
    EXPIRED: "EXPIRED",
    DELETED: "DELETED",
    UNDELIVERABLE: "UNDELIV",
    ACCEPTED: "ACCEPTD",
    UNKNOWN: "UNKNOWN",
    REJECTED: "REJECTD",
}
"""message_state → stat of the text (Appendix B)."""

FINAL = frozenset(STATE_WORDS) - {ENROUTE, ACCEPTED}

RECEIPT, INTERMEDIATE = 0x04, 0x20
"""esm_class of a deliver_sm: delivery receipt, intermediate notification (5.2.12)."""

LINE = (
    "id:{id} sub:{sub} dlvrd:{dlvrd} submit date:{submit} done date:{done} stat:{stat} err:{err} text:{text}"
)
TLV_ORDER = ("receipted_message_id", "message_state", "network_error_code", "vendor")

Place: TypeAlias = Literal["short_message", "message_payload", "nowhere"]


class ReceiptAddress(Struct, frozen=True):
    octets: bytes
    ton: int = 0
    npi: int = 0


class Receipt(Struct, frozen=True):
    """What is told. `source` and `destination` are the message's own (the receipt goes the other way round);
    `error` the provider's number; `parts` and `delivered` count parts; moments are microseconds since the
    epoch; `excerpt` what `excerpt_of` gave."""

    message_id: str
    source: ReceiptAddress
    destination: ReceiptAddress
    state: int
    submitted_at: int
    done_at: int
    error: int = 0
    parts: int = 1
    delivered: int = 1
    excerpt: bytes = b""


class ReceiptForm(Struct, frozen=True):
    """How it is told.

    `pattern`: the text, with {id} {sub} {dlvrd} {submit} {done} {stat} {err} {text} in it. `quarters`: the
    SMSC's zone. `digits`: of a date, 10 or 12. `error`: how err is written, a format of the number ("03d",
    "d", "04X"). `words`: other words for states. `text_id`, `tlv_id`: other notations of the id, as a format
    of its number ("x", "010d"). `tail` is put behind the text (a NUL, blanks). `place`: where the text goes;
    in a data_sm it is always message_payload. `tlvs`: which TLVs in which order, "vendor" being those handed
    in. `id_with_nul`: receipted_message_id as the C-Octet String that it is. `network`: network type of
    network_error_code, 3 is GSM.
    """

    pattern: str = LINE
    quarters: int = 0
    digits: int = 10
    error: str = "03d"
    words: dict[int, str] = {}
    text_id: str = ""
    tlv_id: str = ""
    tail: str = ""
    place: Place = "short_message"
    tlvs: tuple[str, ...] = TLV_ORDER
    id_with_nul: bool = True
    network: int = 3
    command: int = CommandId.DELIVER_SM


USUAL = ReceiptForm()


def wanted(registered_delivery: int, state: int) -> bool:
    """Does registered_delivery of the submit ask for a receipt of that state? Bits 1-0: 1 any final one, 2
    only failure, 3 is taken for "both" (facts, section 4); bit 4: states on the way too (5.2.17)."""
    if state not in FINAL:
        return bool(registered_delivery & 0x10)
    asked = registered_delivery & 3
    return asked in (1, 3) or (asked == 2 and state != DELIVERED)


def excerpt_of(text: str, coding: Coding) -> bytes:
    """The start of a submitted text as a receipt may show it: ASCII, what is not becomes "?"; nothing of a
    UCS-2 one."""
    return b"" if coding is _UCS2 else text[:20].encode("ascii", "replace").translate(_SHOWN)


def write_text(receipt: Receipt, form: ReceiptForm = USUAL) -> str:
    """The line alone."""
    words = form.words or STATE_WORDS
    values = {
        "id": _notation(receipt.message_id, form.text_id),
        "sub": f"{receipt.parts:03d}",
        "dlvrd": f"{receipt.delivered:03d}",
        "submit": write_date(receipt.submitted_at, form.quarters, form.digits),
        "done": write_date(receipt.done_at, form.quarters, form.digits),
        "stat": words.get(receipt.state) or STATE_WORDS.get(receipt.state, "UNKNOWN"),
        "err": format(receipt.error, form.error),
        "text": receipt.excerpt.decode("ascii", "replace"),
    }
    pieces = enumerate(_pieces(form.pattern))
    return "".join(values.get(piece, piece) if odd % 2 else piece for odd, piece in pieces) + form.tail


@lru_cache(maxsize=64)
def _pieces(pattern: str) -> tuple[str, ...]:
    """Literal text and names by turns. Not str.format, for a pattern may come from anybody's scenario."""
    return tuple(re.split(r"\{(\w+)\}", pattern))


def _notation(message_id: str, form: str) -> str:
    return format(int(message_id), form) if form and message_id.isdecimal() else message_id


def write_tlvs(receipt: Receipt, form: ReceiptForm = USUAL, vendor: tuple[Tlv, ...] = ()) -> list[Tlv]:
    """The TLVs alone. receipted_message_id has its NUL: without it five libraries misread it (facts, section
    5)."""
    message_id = _notation(receipt.message_id, form.tlv_id).encode("ascii", "replace")
    error = bytes((form.network,)) + receipt.error.to_bytes(2, "big")
    known: dict[str, tuple[Tlv, ...]] = {
        "receipted_message_id": ((RECEIPTED_MESSAGE_ID, message_id + (b"\0" if form.id_with_nul else b"")),),
        "message_state": ((MESSAGE_STATE, bytes((receipt.state,))),),
        "network_error_code": ((NETWORK_ERROR_CODE, error),),
        "vendor": vendor,
    }
    return [tlv for name in form.tlvs for tlv in known[name]]


def write_receipt(receipt: Receipt, form: ReceiptForm = USUAL, vendor: tuple[Tlv, ...] = ()) -> Pdu:
    """The whole request, to be numbered by a session."""
    fields: Fields = {
        "source_addr_ton": receipt.destination.ton,
        "source_addr_npi": receipt.destination.npi,
        "source_addr": receipt.destination.octets,
        "dest_addr_ton": receipt.source.ton,
        "dest_addr_npi": receipt.source.npi,
        "destination_addr": receipt.source.octets,
        "esm_class": RECEIPT if receipt.state in FINAL else INTERMEDIATE,
    }
    tlvs = write_tlvs(receipt, form, vendor)
    if form.place != "nowhere":
        text = write_text(receipt, form).encode("ascii", "replace")
        if form.place == "short_message" and form.command == CommandId.DELIVER_SM and len(text) < 255:
            fields["short_message"] = text
        else:
            tlvs.append((MESSAGE_PAYLOAD, text))
    return Pdu(form.command, fields=fields, tlvs=tlvs)


_UCS2 = Coding.UCS2
_SHOWN = bytes(octet if 0x20 <= octet <= 0x7E else 0x3F for octet in range(256))
"""Of an excerpt's octets: what no eye sees becomes "?" too."""
_LINE = b"id:%b %b submit date:%b done date:%b %b text:%b"
_BODY = b"\0%b\0%b\0%c\0\0\0\0\0\0\0\0%c%b%b"
_BODY_IN_ORDER = _BODY[:-2] + b"\0\x1e\0%c%b\0%b%b%b"
_DELIVER_SM = int(CommandId.DELIVER_SM)


@lru_cache(maxsize=1024)
def _of_state(
    state: int, error: int, parts: int, delivered: int
) -> tuple[int, bytes, bytes, bytes, bytes]:  # fmt: skip
    """What goes by a state, its error and so many parts alone: esm_class, two pieces of the line, two TLVs."""
    word = STATE_WORDS.get(state, "UNKNOWN").encode()
    return (
        RECEIPT if state in FINAL else INTERMEDIATE, b"sub:%03d dlvrd:%03d" % (parts, delivered),
        b"stat:%b err:%03d" % (word, error),
        b"\x04\x27\0\1%c" % state, b"\x04\x23\0\3\3%b" % error.to_bytes(2, "big"),
    )  # fmt: skip


def usual(
    message_id: bytes, destination: bytes, source: bytes, state: int, submitted: bytes, done: bytes, error: int,
    parts: int, delivered: int, excerpt: bytes, vendor: bytes, tlvs: tuple[str, ...],
) -> Pdu:  # fmt: skip
    """What `write_receipt` makes in the usual form, TLVs in that order and the vendor's as octets; by one format, of
    pieces that are written already (`written_address`, time_format.py), for receipts go out by the thousand."""
    kind, counts, told, state_tlv, error_tlv = _of_state(state, error, parts, delivered)
    text = _LINE % (message_id, counts, submitted, done, told, excerpt)
    size = len(message_id) + 1
    if tlvs is TLV_ORDER:
        return EncodedPdu(_DELIVER_SM, body=_BODY_IN_ORDER % (
            destination, source, kind, len(text), text, size, message_id, state_tlv, error_tlv, vendor,
        ))  # fmt: skip
    known = {
        "receipted_message_id": b"\0\x1e\0%c%b\0" % (size, message_id), "message_state": state_tlv,
        "network_error_code": error_tlv, "vendor": vendor,
    }  # fmt: skip
    behind = b"".join([known[name] for name in tlvs])
    return EncodedPdu(_DELIVER_SM, body=_BODY % (destination, source, kind, len(text), text, behind))


def written_address(address: ReceiptAddress) -> bytes:
    """Numbering and octets, as they stand in `usual`."""
    return b"%c%c%b" % (address.ton, address.npi, address.octets)


MOST_ID = 64
"""Of a longer id, with an excerpt, there may be no room in short_message."""
