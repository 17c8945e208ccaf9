"""Parts of a long message on the wire: UDH concatenation (3GPP TS 23.040, 9.2.3.24.1 and .8) and sar_* TLVs
(5.3.2.22-24), read and written. Gluing them together is `joining`'s trade."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from .command_status import Status
from .pdu import Pdu, PduFault, Tlv
from .tlvs import SAR_MSG_REF_NUM, SAR_SEGMENT_SEQNUM, SAR_TOTAL_SEGMENTS, tag_name

Width: TypeAlias = Literal["udh8", "udh16", "sar"]
"""Where the reference was said and how wide it is: equal numbers of different width are different
messages."""

UDHI = 0x40
"""esm_class bit 6: the message begins with a user data header."""

_CONCAT8, _CONCAT16 = 0x00, 0x08
_SAR = (SAR_MSG_REF_NUM, SAR_TOTAL_SEGMENTS, SAR_SEGMENT_SEQNUM)
SAR = frozenset(_SAR)
"""TLVs by which a message says that it is a part."""

Element: TypeAlias = tuple[int, bytes]
"""One information element of a UDH: identifier, data."""


class Segment(Struct, frozen=True):
    """Which part of what: number 1..total of the message with that reference."""

    reference: int
    total: int
    number: int
    width: Width


class Content(Struct, frozen=True):
    """The message of one PDU taken apart: octets without their UDH, the UDH's elements other than
    concatenation (ports, for one), and the part it is; `part` None: a message of its own."""

    octets: bytes
    part: Segment | None = None
    elements: tuple[Element, ...] = ()


def read_udh(octets: bytes) -> tuple[tuple[Element, ...], bytes] | None:
    """Octets that begin with a UDH → (its elements, what follows it); None: it goes past its end or past the
    message."""
    if not octets or 1 + octets[0] > len(octets):
        return None
    end = 1 + octets[0]
    elements: list[Element] = []
    position = 1
    while position < end:
        if position + 2 > end or position + 2 + octets[position + 1] > end:
            return None
        start = position + 2
        position = start + octets[start - 1]
        elements.append((octets[start - 2], octets[start:position]))
    return tuple(elements), octets[end:]


def write_udh(elements: tuple[Element, ...]) -> bytes:
    """Elements → a UDH with its length. ValueError: more than 255 octets."""
    body = b"".join(bytes((identifier, len(data))) + data for identifier, data in elements)
    return bytes((len(body),)) + body


def read_content(pdu: Pdu) -> Content | PduFault:
    """A submit_sm, data_sm or deliver_sm → its content, or what is wrong with its header or its sar_* TLVs.

    The UDH wins where both are given. A UDH concatenation that makes no sense (number 0, or above the total)
    is as if it were not there, as 23.040 wants it; sar_* that make no sense are 0xC3 and 0xC4 (facts, section
    3).
    """
    octets = pdu.message
    others: tuple[Element, ...] = ()
    if pdu.number("esm_class") & UDHI:
        header = read_udh(octets)
        if header is None:
            return PduFault(
                Status.RINVMSGLEN, "short_message", "the user data header goes past the end of the message"
            )
        elements, octets = header
        part = None
        for identifier, data in elements:
            if identifier == _CONCAT8 and len(data) == 3:
                part = _part(data[0], data[1], data[2], "udh8") or part
            elif identifier == _CONCAT16 and len(data) == 4:
                part = _part(data[0] << 8 | data[1], data[2], data[3], "udh16") or part
            else:
                others += ((identifier, data),)
        if part is not None:
            return Content(octets, part, others)
    sar = read_sar(pdu)
    return sar if isinstance(sar, PduFault) else Content(octets, sar, others)


def _part(reference: int, total: int, number: int, width: Width) -> Segment | None:
    return Segment(reference, total, number, width) if 1 <= number <= total else None


def read_sar(pdu: Pdu) -> Segment | PduFault | None:
    """The three sar_* TLVs of a PDU → its part; None: it has none of them."""
    if not pdu.tlvs:
        return None
    values = [pdu.tlv(tag) for tag in _SAR]
    if values == [None, None, None]:
        return None
    sizes = (2, 1, 1)
    numbers: list[int] = []
    for tag, value, size in zip(_SAR, values, sizes, strict=True):
        if value is None:
            return PduFault(
                Status.RMISSINGOPTPARAM, tag_name(tag), f"{tag_name(tag)} is missing beside its sisters"
            )
        if len(value) != size:
            why = f"{tag_name(tag)} has {len(value)} octets instead of {size}"
            return PduFault(Status.RINVPARLEN, tag_name(tag), why)
        numbers.append(int.from_bytes(value, "big"))
    reference, total, number = numbers
    part = _part(reference, total, number, "sar")
    if part is None:
        why = f"sar_segment_seqnum {number} of sar_total_segments {total}: wanted is 1 up to the total"
        return PduFault(Status.RINVOPTPARAMVAL, "sar_segment_seqnum", why)
    return part


def write_part(octets: bytes, part: Segment, elements: tuple[Element, ...] = ()) -> tuple[int, bytes, list[Tlv]]:
    """One part's octets → (esm_class bits to set, octets with their UDH, TLVs to add), in the width the part
    names."""
    if part.width == "sar":
        sizes = (2, 1, 1)
        numbers = (part.reference, part.total, part.number)
        tlvs = [
            (tag, number.to_bytes(size, "big"))
            for tag, number, size in zip(_SAR, numbers, sizes, strict=True)
        ]
        return (UDHI, write_udh(elements) + octets, tlvs) if elements else (0, octets, tlvs)
    width = 1 if part.width == "udh8" else 2
    identifier = _CONCAT8 if width == 1 else _CONCAT16
    data = part.reference.to_bytes(width, "big") + bytes((part.total, part.number))
    return UDHI, write_udh(((identifier, data), *elements)) + octets, []
