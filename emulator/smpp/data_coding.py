"""Octets of a message to text and back, by data_coding. Parts of a message are read together (`read_parts`): a border
may fall inside a character. The GSM alphabet belongs to another package and is handed in (any module with these two
functions does)."""

from __future__ import annotations

from codecs import utf_16_be_decode
from collections.abc import Iterable
from enum import IntEnum
from itertools import groupby
from typing import Protocol

from msgspec import Struct

from .command_status import Status
from .pdu import PduFault


class Coding(IntEnum):
    """`data_coding = coding * 4` (the provider's page on SUBMIT_SM)."""

    GSM = 0
    LATIN1 = 1  # or binary
    UCS2 = 2


_GSM, _LATIN1 = Coding.GSM, Coding.LATIN1


class GsmAlphabet(Protocol):
    """Both ways, one septet an octet ("unpacked"), lenient when reading (3GPP TS 23.038)."""

    def gsm_encode(self, text: str, /) -> bytes | None: ...

    def gsm_decode(self, octets: bytes, /) -> str: ...


class Habits(Struct, frozen=True):
    """How a session reads text. `latin1_default`: bound with system_type "ISO". `three_is_latin1`: not the
    two-bit rule, but what node-smpp means by data_coding 3."""

    latin1_default: bool = False
    three_is_latin1: bool = False


PLAIN = Habits()


class DecodedText(Struct, frozen=True):
    """Text, the coding it was read in, and notes for people about what was odd in it."""

    text: str
    coding: Coding
    notes: tuple[str, ...] = ()


def coding_of(data_coding: int, habits: Habits = PLAIN) -> Coding | None:
    """data_coding → coding by its bits 3-2, or None where they are 3.

    0xC0-0xEF are the message waiting groups of 3GPP TS 23.038, whose bit 3 says something else: there the
    group decides.
    """
    if data_coding == 3 and habits.three_is_latin1:
        return Coding.LATIN1
    bits = data_coding >> 2 & 3
    if 0xC0 <= data_coding <= 0xEF:
        bits = 2 if data_coding >= 0xE0 else 0
    if bits == 3:
        return None
    if bits == Coding.GSM and habits.latin1_default:
        return Coding.LATIN1
    return Coding(bits)


def read_text(octets: bytes, data_coding: int, gsm: GsmAlphabet, habits: Habits = PLAIN) -> DecodedText | PduFault:
    """A whole message without its UDH → its text; Fault where no reading is possible (statuses: facts,
    section 4)."""
    coding = coding_of(data_coding, habits)
    if coding is None:
        return no_coding(data_coding)
    return read_octets(octets, coding, gsm)


def no_coding(data_coding: int) -> PduFault:
    return PduFault(
        Status.RSUBMITFAIL, "data_coding", f"data_coding {data_coding}: bits 3-2 are 3, no coding we know"
    )


def read_octets(octets: bytes, coding: Coding, gsm: GsmAlphabet) -> DecodedText | PduFault:
    """The same where the coding is known."""
    if coding is _LATIN1:
        return DecodedText(octets.decode("latin-1"), coding)
    if coding is _GSM:
        if octets.isascii():
            return DecodedText(gsm.gsm_decode(octets), coding)
        note = "octets of 0x80 and more are no GSM septets and were read as '?'"
        return DecodedText(gsm.gsm_decode(octets.translate(_SEPTETS)), coding, (note,))
    if len(octets) % 2:
        return PduFault(
            Status.RINVMSGLEN, "short_message", f"UCS-2 text of {len(octets)} octets: the number must be even"
        )
    try:
        return DecodedText(utf_16_be_decode(octets, "strict", True)[0], coding)
    except UnicodeDecodeError:
        note = "half a surrogate pair was read as U+FFFD"
        return DecodedText(octets.decode("utf-16-be", "replace"), coding, (note,))


def read_parts(parts: Iterable[tuple[Coding, bytes]], gsm: GsmAlphabet) -> str:
    """The parts of a message in order, each in its own coding → its text. Neighbours in one coding are read as one.
    Leniently: of an odd number of UCS-2 octets the last is left out."""
    text = []
    for coding, run in groupby(parts, key=lambda part: part[0]):
        octets = b"".join(piece for _, piece in run)
        if coding is Coding.UCS2:
            octets = octets[: len(octets) // 2 * 2]
        found = read_octets(octets, coding, gsm)
        assert isinstance(found, DecodedText)
        text.append(found.text)
    return "".join(text)


_SEPTETS = bytes(range(0x80)) + b"?" * 0x80


def write_text(text: str, gsm: GsmAlphabet, coding: Coding | None = None) -> tuple[int, bytes] | None:
    """Text → (data_coding, octets) in the coding asked for; without one GSM where it can say it all, else
    UCS-2.

    None: the text has no form in that coding.
    """
    if coding in (None, Coding.GSM):
        octets = gsm.gsm_encode(text)
        if octets is not None:
            return Coding.GSM * 4, octets
        if coding is Coding.GSM:
            return None
    try:
        return (4, text.encode("latin-1")) if coding is Coding.LATIN1 else (8, text.encode("utf-16-be"))
    except UnicodeEncodeError:
        return None
