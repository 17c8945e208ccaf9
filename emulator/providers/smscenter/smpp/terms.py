"""How SMS Center holds a session: by what its bind said, and by the account's switches."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from emulator.core import text as gsm
from emulator.providers.base import SmppSessionSettings
from emulator.smpp.codec import decode, encode
from emulator.smpp.pdu import EncodedPdu, Pdu, response
from emulator.smpp.pdu_tables import CommandId
from emulator.smpp.segments import UDHI
from emulator.smpp.timers import Timers
from emulator.smpp.tlvs import MESSAGE_PAYLOAD, SC_INTERFACE_VERSION

SYSTEM_ID = b"SMSC"
_NEW, _NEWEST = 0x34, 0x50
"""interface_version of the first that knows TLVs, and of the newest that is served."""
_MOST = 254
"""Octets in short_message."""
_TYPE = 0x3C
"""The bits of esm_class that say what a deliver_sm carries; 0 is a message."""


def is_iso(system_type: bytes) -> bool:
    """Is coding 0 ISO-8859-1 in a session that was bound so? (page 002)"""
    return system_type.upper() == b"ISO"


def is_newest(interface_version: int) -> bool:
    """Does the session speak SMPP 5.0?"""
    return interface_version >= _NEWEST


def knows_tlvs(bind: Pdu, switches: Mapping[str, Any]) -> bool:
    """May the session be sent TLVs? 3.4 wants none for 0x01 to 0x33. 0x00 is said by clients that read them, without
    their authors' having thought of it."""
    version = bind.number("interface_version")
    return version == 0 or version >= _NEW or switches["smpp-old-versions"] == "tlvs"


def greet(bind: Pdu, status: int, switches: Mapping[str, Any]) -> Pdu:
    """A bind's response."""
    if status:
        body = bind.command_id == CommandId.BIND_TRANSCEIVER and switches["smpp-refused-bind"] == "nul"
        return response(bind, status, {"system_id": b""} if body else None)
    version = _NEWEST if is_newest(bind.number("interface_version")) else _NEW
    tlvs = ((SC_INTERFACE_VERSION, bytes((version,))),) if knows_tlvs(bind, switches) else ()
    return response(bind, 0, {"system_id": SYSTEM_ID}, tlvs)


def terms(switches: Mapping[str, Any], bind: Pdu) -> SmppSessionSettings:
    """The timers and the window of a session, and how PDUs to it are written."""
    timers = Timers(
        inactivity=switches["smpp-idle"] or None, enquire_link=switches["smpp-enquire-link"] or None,
        response=switches["smpp-response"] or None,
    )  # fmt: skip
    return SmppSessionSettings(
        timers, switches["smpp-window"] or 1000, tuple(switches["smpp-retry"]), _spelling(switches, bind)
    )


def _spelling(switches: Mapping[str, Any], bind: Pdu) -> Callable[[Pdu], Pdu] | None:
    """What a PDU becomes for a session that reads otherwise than most; None: it is one of those."""
    iso, plain = is_iso(bind.octets("system_type")), not knows_tlvs(bind, switches)
    if not iso and not plain:
        return None

    def spell(pdu: Pdu) -> Pdu:
        if isinstance(pdu, EncodedPdu):
            read = decode(encode(pdu))
            assert isinstance(read, Pdu)
            pdu = replace(read, raw=b"")
        if iso:
            pdu = _in_latin1(pdu)
        return _without_tlvs(pdu) if plain else pdu

    return spell


def _in_latin1(pdu: Pdu) -> Pdu:
    """A subscriber's message in GSM as ISO-8859-1; where that cannot say it, as UCS-2."""
    fields = pdu.fields
    if fields.get("esm_class", 0) & _TYPE or fields.get("data_coding", 0):
        return pdu
    octets = pdu.message
    header = 1 + octets[0] if pdu.number("esm_class") & UDHI else 0
    text = gsm.gsm_decode(octets[header:])
    coding = 0
    try:
        written = text.encode("latin-1")
    except UnicodeEncodeError:
        coding, written = 8, text.encode("utf-16-be")
    message = octets[:header] + written
    if len(message) > _MOST:
        tlvs = [*pdu.tlvs, (MESSAGE_PAYLOAD, message)]
        return replace(pdu, fields={**fields, "short_message": b"", "data_coding": coding}, tlvs=tlvs)
    return replace(pdu, fields={**fields, "short_message": message, "data_coding": coding})


def _without_tlvs(pdu: Pdu) -> Pdu:
    """A message that lies in a TLV and fits nowhere else stays there."""
    message = pdu.message
    if len(message) > _MOST or pdu.command_id == CommandId.DATA_SM:
        return replace(pdu, tlvs=[tlv for tlv in pdu.tlvs if tlv[0] == MESSAGE_PAYLOAD])
    return replace(pdu, fields={**pdu.fields, "short_message": message}, tlvs=[])
