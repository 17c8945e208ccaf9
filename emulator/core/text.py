"""The alphabet of an SMS: which encoding a text needs, how many parts it makes, where one part ends.

GSM 03.38 (3GPP TS 23.038): 160 septets in one message, 153 in each of several; an extension character costs two
and is not cut. UCS-2: 70 units, or 67; a surrogate pair costs two and is not cut. 8-bit data, which only a protocol
that says its coding can send: 140 octets, or 134.
"""

import codecs
import re
from collections.abc import Callable
from typing import Literal, NamedTuple

Encoding = Literal["gsm7", "8bit", "ucs2"]

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip
_ESCAPE = 0x1B

_ENCODE: dict[int, int | bytes] = {ord(c): i for i, c in enumerate(_BASIC) if i != _ESCAPE}
_ENCODE.update({ord(c): bytes((_ESCAPE, i)) for i, c in _EXTENSION.items()})
_DECODE = _BASIC + "?" * 128

_BASIC_CLASS = re.escape(_BASIC.replace("\x1b", ""))
_EXTENSION_CLASS = re.escape("".join(_EXTENSION.values()))
_only_basic = re.compile(f"[{_BASIC_CLASS}]*").fullmatch
_only_gsm = re.compile(f"[{_BASIC_CLASS}{_EXTENSION_CLASS}]*").fullmatch
_extensions = re.compile(f"[{_EXTENSION_CLASS}]").findall
_MARKED = bytes(octet if octet < 128 and chr(octet) in _BASIC else _ESCAPE for octet in range(256))
"""ASCII with the escape in the place of what is not in the basic alphabet."""
_beyond_gsm = re.compile(f"[^{_BASIC_CLASS}{_EXTENSION_CLASS}]").findall

_ROOM: dict[Encoding, Callable[[int], int]] = {
    "gsm7": lambda octets: octets * 8 // 7, "8bit": lambda octets: octets, "ucs2": lambda octets: octets // 2,
}  # fmt: skip
"""Units that so many octets of an SMS have room for."""
_OCTETS = 140
"""Of an SMS, a header (UDH) included."""
_CONCATENATION = 5
"""Octets of a header that a part of several needs; the first thing in a header needs one more, for its length."""


def room(encoding: Encoding, header: int = 0) -> int:
    """How many units an SMS has room for beside a header of so many octets."""
    return _ROOM[encoding](max(0, _OCTETS - header))


SINGLE: dict[Encoding, int] = {encoding: room(encoding) for encoding in _ROOM}
JOINED: dict[Encoding, int] = {encoding: room(encoding, 1 + _CONCATENATION) for encoding in _ROOM}


class Measure(NamedTuple):
    """What a text costs on the air: its encoding, its units (septets or UCS-2 units) and its number of parts."""

    encoding: Encoding
    units: int
    parts: int


_ONE_PART = {encoding: [Measure(encoding, units, 1) for units in range(most + 1)] for encoding, most in SINGLE.items()}


def measure(text: str) -> Measure:
    """Encoding, units and parts of a text. An empty text is one part."""
    if text.isascii() and len(text) <= 160 and _ESCAPE not in text.encode().translate(_MARKED):
        return _ONE_PART["gsm7"][len(text)]
    if _only_basic(text):
        units = len(text)
        return Measure("gsm7", units, 1 if units <= 160 else -(-units // 153))
    encoding: Encoding = "gsm7" if _only_gsm(text) else "ucs2"
    doubles = len(_extensions(text)) if encoding == "gsm7" else _pairs(text)
    units = len(text) + doubles
    if units <= SINGLE[encoding]:
        return _ONE_PART[encoding][units]
    if not doubles:
        return Measure(encoding, units, -(-units // JOINED[encoding]))
    return Measure(encoding, units, len(_cut(text, encoding, JOINED[encoding])))


def _pairs(text: str) -> int:
    """How many characters of a text are a surrogate pair each."""
    return len(codecs.utf_16_le_encode(text, "surrogatepass")[0]) // 2 - len(text)


def measure_in(encoding: Encoding, text: str, units: int, header: int = 0) -> Measure:
    """A text whose encoding and units its sender chose, and perhaps a header of so many octets for each part."""
    if not header and units <= SINGLE[encoding]:
        return _ONE_PART[encoding][units]
    if header and units <= room(encoding, header):
        return Measure(encoding, units, 1)
    each = max(2, room(encoding, (header or 1) + _CONCATENATION))
    parts = -(-units // each)
    if encoding == "8bit" or units == len(text):
        return Measure(encoding, units, parts)
    return Measure(encoding, units, max(parts, len(_cut(text, encoding, each))))


def split(text: str) -> list[str]:
    """The text of each part, in order."""
    measured = measure(text)
    return [text] if measured.parts == 1 else _cut(text, measured.encoding, JOINED[measured.encoding])


def width(character: str, encoding: Encoding) -> int:
    """How many units one character costs: 1, or 2 for a GSM extension or a surrogate pair."""
    if encoding == "ucs2":
        return 2 if ord(character) > 0xFFFF else 1
    return 2 if character in _EXTENSION.values() else 1


def forcing_ucs2(text: str) -> list[str]:
    """The characters, each once and in order, for which GSM-7 has no place."""
    return list(dict.fromkeys(_beyond_gsm(text)))


def _cut(text: str, encoding: Encoding, each: int) -> list[str]:
    parts, begin, used = [], 0, 0
    for at, character in enumerate(text):
        units = width(character, encoding)
        if used + units > each:
            parts.append(text[begin:at])
            begin, used = at, 0
        used += units
    parts.append(text[begin:])
    return parts


def gsm_encode(text: str) -> bytes | None:
    """Septets, one an octet with the high bit 0 (as SMPP carries them); None when a character has no place."""
    if not _only_gsm(text):
        return None
    return codecs.charmap_encode(text, "strict", _ENCODE)[0]


def gsm_decode(octets: bytes) -> str:
    """Text of unpacked septets, leniently (TS 23.038): an unknown escape shows the basic character, a lone escape a
    space, an octet from 0x80 up a question mark."""
    text = codecs.charmap_decode(octets, "strict", _DECODE)[0]
    if "\x1b" not in text:
        return text
    out: list[str] = []
    escaped = False
    for octet, character in zip(octets, text, strict=True):
        if escaped:
            out.append(_EXTENSION.get(octet, " " if octet == _ESCAPE else character))
            escaped = False
        elif octet == _ESCAPE:
            escaped = True
        else:
            out.append(character)
    if escaped:
        out.append(" ")
    return "".join(out)
