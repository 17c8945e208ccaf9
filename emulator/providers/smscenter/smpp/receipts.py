"""SMS Center's receipts and subscribers' messages over SMPP: deliver_sm (facts on SMPP, section 5)."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from emulator.core import text as gsm
from emulator.core.messages import Batch, Incoming, Message
from emulator.core.rules.smpp_actions import FormName
from emulator.core.state.named import NUMBERING
from emulator.core.state.scheduler import SendReport
from emulator.core.statuses import Status
from emulator.core.text import split
from emulator.core.units import UNIT, Timestamp
from emulator.providers.smscenter.kinds import type_of, usual_error
from emulator.providers.smscenter.lookups import line_of, network
from emulator.providers.smscenter.phone_numbers import LONGEST_PREFIX, place_of
from emulator.providers.smscenter.smpp.segments import CODINGS, OF_EACH_PART
from emulator.providers.smscenter.statuses import told
from emulator.providers.smscenter.test_mode import error_of
from emulator.smpp.codec import write_tlvs as write_all
from emulator.smpp.data_coding import Coding, write_text
from emulator.smpp.pdu import Pdu, Tlv
from emulator.smpp.pdu_tables import CommandId
from emulator.smpp.receipt_writer import (
    DELETED,
    DELIVERED,
    ENROUTE,
    EXPIRED,
    LINE,
    MOST_ID,
    STATE_WORDS,
    TLV_ORDER,
    UNDELIVERABLE,
    UNKNOWN,
    Receipt,
    ReceiptAddress,
    ReceiptForm,
    excerpt_of,
    usual,
    wanted,
    write_receipt,
    written_address,
)
from emulator.smpp.segments import Segment, write_part
from emulator.smpp.time_format import MINUTE, QUARTER, written_date
from emulator.smpp.tlvs import RECEIPTED_MESSAGE_ID, USER_MESSAGE_REFERENCE

STATES: dict[Status, int] = {
    "scheduled": ENROUTE, "pending": ENROUTE, "sent": ENROUTE, "delivered": DELIVERED, "read": DELIVERED,
    "undelivered": UNDELIVERABLE, "expired": EXPIRED, "rejected": UNDELIVERABLE, "deleted": DELETED,
    "error": UNDELIVERABLE, "unknown": UNKNOWN,
}  # fmt: skip
"""Our states as message_state: the provider's 20 to 25 are all UNDELIV (facts, section 7)."""

COST, FLAGS, PARTS, NETWORK = 0x2000, 0x2001, 0x2002, 0x2003
VENDOR_TAGS = {COST: "cost", FLAGS: "flags", PARTS: "parts", NETWORK: "mccmnc"}

_ORDERS = {
    "standard-first": TLV_ORDER, "vendor-first": ("vendor", *TLV_ORDER[:3]), "id-last": (*TLV_ORDER[1:], TLV_ORDER[0]),
}  # fmt: skip


def asks_for(flags: int, before: Status | None, now: Status) -> bool:
    """Does registered_delivery ask for a receipt of this change? That it was handed over is one on the way: -1 becomes
    0 in the provider's words, and message_state stays ENROUTE."""
    if before is None:
        return False
    return (STATES[before] != STATES[now] or now == "sent") and wanted(flags, STATES[now])


def receipt(
    switches: Mapping[str, object], batch: Batch, message: Message, due: SendReport, forms: tuple[FormName, ...] = ()
) -> Pdu:
    """The receipt of one change, for the part that `due` names."""
    extra, ids, parts = batch.extra, batch.ids, batch.parts
    message_id = ids[due.part] if ids else batch.provider_id or ""
    quarters, ahead, order, theirs = _layout(
        switches["smpp-timezone"], switches["smpp-tlv-order"], switches["smpp-vendor-tlvs"]
    )
    if forms or "kind" in extra or len(message_id) > MOST_ID:
        return _otherwise(batch, message, due, quarters, order, theirs, forms)
    numbering, source = _ends(batch.sender, *map(extra.get, NUMBERING))
    tlvs = b""
    if theirs:
        cost = _share(batch, due.part) if ids else batch.cost
        tlvs = _vendor(cost, batch.flash, parts, message.to[:LONGEST_PREFIX])[1]
    if OF_EACH_PART in extra:
        tlvs = write_all(_given_back(extra[OF_EACH_PART], due.part)) + tlvs
    if ids:
        parts = 1
    state, error = _fate(due.status, error_of(due.error, extra), due.reason)
    submitted = _submitted(batch) if batch.replaced else batch.created_at
    return usual(
        message_id.encode("ascii", "replace"), numbering + message.to.encode("latin-1", "replace"), source, state,
        written_date((submitted + ahead) // MINUTE), written_date((due.changed_at + ahead) // MINUTE), error, parts,
        parts if state == DELIVERED else 0, excerpt_of(batch.text, CODINGS[batch.encoding]), tlvs, order,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _layout(hours: Any, order: Any, vendor: Any) -> tuple[int, Timestamp, tuple[str, ...], bool]:
    """What the switches come to: the zone in quarters and microseconds ahead of UTC, the order of TLVs, and are the
    provider's own among them?"""
    quarters = round(hours * 4)
    return quarters, quarters * QUARTER, _ORDERS[order], vendor != "omit"


def _otherwise(
    batch: Batch, message: Message, due: SendReport, quarters: int, order: tuple[str, ...], theirs: bool,
    forms: tuple[FormName, ...],
) -> Pdu:  # fmt: skip
    """A receipt that is none of the usual ones: of something that is no text, with a long id, in odd forms."""
    looked_up = batch.kind == "hlr"
    form = ReceiptForm(quarters=quarters, tlvs=order, pattern=_found(batch, message, due) if looked_up else LINE)
    for name in forms:
        form = _FORMS[name](form)
    back = _given_back(batch.extra.get(OF_EACH_PART, ""), due.part)
    vendor = _vendor_of(batch, message, due.part)[0] if theirs else ()
    return _spoilt(write_receipt(_told(batch, message, due), form, (*back, *vendor)), forms)


def _found(batch: Batch, message: Message, due: SendReport) -> str:
    """The line of an HLR request (facts, 7): nothing of parts and dates, but the network."""
    found = network("hlr", message.to, message.operator, due.status, _error(batch, due), batch.extra)
    return f"id:{{id}} stat:{{stat}} err:{{err}} {line_of(found)}"


def _id(batch: Batch, due: SendReport) -> str:
    """The message's, or that of the part which `due` names."""
    return batch.ids[due.part] if batch.ids else batch.provider_id or ""


def _given_back(references: str, part: int) -> tuple[Tlv, ...]:
    """The user_message_reference of the message, or of the part (3.4, 4.6.1)."""
    reference = references.split(",")[part] if "," in references else references
    return ((USER_MESSAGE_REFERENCE, bytes.fromhex(reference)),) if reference else ()


def _error(batch: Batch, due: SendReport) -> int:
    """The delivery error that goes with the state."""
    return _fate(due.status, error_of(usual_error(batch.kind, due.status, due.error), batch.extra), due.reason)[1]


@lru_cache(maxsize=512)
def _fate(status: Status, error: int, reason: str) -> tuple[int, int]:
    """message_state, and the delivery error that goes with it."""
    return STATES[status], min(told(status, error, reason).err, 0xFFFF)  # the TLV has two octets


def _submitted(batch: Batch) -> Timestamp:
    """Of a message that was replaced, when that was (3.4, appendix B)."""
    return (batch.replaced and batch.replaced.moment) or batch.created_at


@lru_cache(maxsize=1024)
def _ends(
    sender: str, ton: str | None, npi: str | None, to_ton: str | None, to_npi: str | None
) -> tuple[bytes, bytes]:  # fmt: skip
    """The numbering of the recipient and the sender as they are written."""
    source = ReceiptAddress(sender.encode("latin-1", "replace") or b".", int(ton or 0), int(npi or 0))
    return written_address(ReceiptAddress(b"", int(to_ton or 0), int(to_npi or 0))), written_address(source)


def _told(batch: Batch, message: Message, due: SendReport) -> Receipt:
    """What a receipt tells."""
    extra, state = batch.extra, STATES[due.status]
    parts = 1 if batch.ids else batch.parts
    number = extra.get
    return Receipt(
        message_id=_id(batch, due),
        source=ReceiptAddress(
            batch.sender.encode("latin-1", "replace") or b".", int(number("source_ton", 0)),
            int(number("source_npi", 0)),
        ),
        destination=ReceiptAddress(
            message.to.encode("latin-1", "replace"), int(number("dest_ton", 0)), int(number("dest_npi", 0))
        ),
        state=state, submitted_at=_submitted(batch), done_at=due.changed_at,
        error=_error(batch, due), parts=parts, delivered=parts if state == DELIVERED else 0,
        excerpt=excerpt_of(batch.text, CODINGS[batch.encoding]),
    )  # fmt: skip


_Vendor = tuple[tuple[Tlv, ...], bytes]
"""The provider's own TLVs, and their octets."""


def _vendor_of(batch: Batch, message: Message, part: int) -> _Vendor:
    """Those of a message, or of one of its parts."""
    kind = type_of(batch.kind, batch.flash)
    return _vendor(_share(batch, part), kind, batch.parts, message.to[:LONGEST_PREFIX])


def _share(batch: Batch, part: int) -> int:
    """Of the cost, that of a part: all together come to what was charged."""
    cost, count = batch.cost, len(batch.ids)
    return cost * (part + 1) // count - cost * part // count if count else cost


def _written_cost(cost: int) -> str:
    """n.nnnn, at most six characters: what does not fit loses decimals, and above 999,999 it is that."""
    text = f"{cost // UNIT}.{cost % UNIT:04d}"
    return text[:6].rstrip(".") if cost < 1_000_000 * UNIT else "999999"


@lru_cache(maxsize=1024)
def _vendor(cost: int, kind: int, parts: int, prefix: str) -> _Vendor:
    """Cost, flags (the kind of message), parts, network."""
    place = place_of(prefix)
    tlvs = (
        (COST, _written_cost(cost).encode()),
        (FLAGS, kind.to_bytes(2, "big")),
        (PARTS, parts.to_bytes(2, "big")),
        *(((NETWORK, place.mccmnc.encode()),) if place.mccmnc else ()),
    )
    return tlvs, write_all(tlvs)


def _pattern(old: str, new: str) -> Callable[[ReceiptForm], ReceiptForm]:
    return lambda form: replace(form, pattern=form.pattern.replace(old, new))


def _with(**changes: object) -> Callable[[ReceiptForm], ReceiptForm]:
    return lambda form: replace(form, **changes)


def _without(name: str) -> Callable[[ReceiptForm], ReceiptForm]:
    return lambda form: replace(form, tlvs=tuple(one for one in form.tlvs if one != name))


_FORMS: dict[FormName, Callable[[ReceiptForm], ReceiptForm]] = {
    "id-hex": _with(text_id="x", tlv_id="x"),
    "id-padded": _with(text_id="010d", tlv_id="010d"),
    "id-null": lambda form: form,
    "no-sub": _pattern(" sub:{sub} dlvrd:{dlvrd}", ""),
    "no-dates": _pattern(" submit date:{submit} done date:{done}", ""),
    "dates-12": _with(digits=12),
    "err-1": _with(error="d"),
    "err-4": _with(error="04d"),
    "err-hex": _with(error="#x"),
    "text-capital": _pattern(" text:", " Text:"),
    "no-text": _pattern(" text:{text}", ""),
    "blanks": lambda form: replace(form, pattern=form.pattern.replace(" ", "  ").replace("  date", " date")),
    "stat-unknown": _with(words=dict.fromkeys(STATE_WORDS, "BUFFRED")),
    "stat-lower": _with(words={state: word.lower() for state, word in STATE_WORDS.items()}),
    "trailing-nul": _with(tail="\0"),
    "tlvs-only": _with(place="nowhere"),
    "payload": _with(place="message_payload"),
    "no-tlvs": _with(tlvs=()),
    "no-vendor": _without("vendor"),
    "vendor-first": _with(tlvs=_ORDERS["vendor-first"]),
    "id-last": _with(tlvs=_ORDERS["id-last"]),
    "id-without-nul": _with(id_with_nul=False),
    "id-cut": lambda form: form,
    "data-sm": _with(command=int(CommandId.DATA_SM)),
}
assert LINE.count("{") == 8


def _spoilt(pdu: Pdu, forms: tuple[FormName, ...]) -> Pdu:
    """What no Form can say."""
    if "id-null" in forms:
        tlvs = [(tag, b"\0" if tag == RECEIPTED_MESSAGE_ID else value) for tag, value in pdu.tlvs]
        pdu = replace(pdu, tlvs=tlvs)
    return replace(pdu, rest=b"\x14\x00\x00\x05\x01") if "id-cut" in forms else pdu


def incoming(came: Incoming, part: int) -> Pdu:
    """A subscriber's message, or one part of it (UDH, 8-bit reference), in GSM where that can say it, else UCS-2."""
    data_coding, pieces = _pieces(came.text)
    fields: dict[str, int | bytes] = {
        "source_addr_ton": 1, "source_addr_npi": 1, "source_addr": came.source.encode("latin-1", "replace"),
        "dest_addr_ton": 5 if not came.to.isdigit() else 1, "dest_addr_npi": 1,
        "destination_addr": came.to.encode("latin-1", "replace"), "data_coding": data_coding,
    }  # fmt: skip
    octets = pieces[part]
    if len(pieces) > 1:
        esm, octets, _ = write_part(octets, Segment(came.id & 0xFF, len(pieces), part + 1, "udh8"))
        fields["esm_class"] = esm
    return Pdu(CommandId.DELIVER_SM, fields={**fields, "short_message": octets})


@lru_cache(maxsize=16)
def _pieces(text: str) -> tuple[int, list[bytes]]:
    """The data_coding of a text, and its parts; each of them is asked for by itself."""
    data_coding, _ = write_text(text, gsm) or (8, b"")
    return data_coding, [_octets(part, data_coding) for part in split(text)]


def _octets(text: str, data_coding: int) -> bytes:
    written = write_text(text, gsm, Coding(data_coding >> 2))
    return written[1] if written is not None else b""
