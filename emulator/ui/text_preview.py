"""A text as the phone gets it: its parts, and in each the stretches of characters that cost more or force UCS-2."""

from typing import NamedTuple

from emulator.core.text import JOINED, SINGLE, forcing_ucs2, measure, split, width

MARKED = 12
"""Of more characters none is marked: then the whole text is in another script."""


class Stretch(NamedTuple):
    """Characters of one kind: "" ordinary, "forcing" no place in GSM-7, "double" two units."""

    text: str
    kind: str


class PreviewPart(NamedTuple):
    """One part: its units and how many it has room for."""

    number: int
    stretches: list[Stretch]
    units: int
    room: int


class Look(NamedTuple):
    """`encoding`: as the text needs it; `forcing`: the characters that make it UCS-2."""

    encoding: str
    units: int
    parts: list[PreviewPart]
    forcing: list[str]


def look(text: str) -> Look:
    """How the text goes over the air."""
    measured = measure(text)
    forcing = forcing_ucs2(text)
    cut = split(text)
    room = SINGLE[measured.encoding] if len(cut) == 1 else JOINED[measured.encoding]
    marked = set(forcing) if len(forcing) <= MARKED else set()
    parts = []
    for number, piece in enumerate(cut, 1):
        units = sum(width(character, measured.encoding) for character in piece)
        parts.append(PreviewPart(number, _stretches(piece, measured.encoding == "gsm7", marked), units, room))
    return Look(measured.encoding, measured.units, parts, forcing)


def _stretches(text: str, gsm: bool, forcing: set[str]) -> list[Stretch]:
    out: list[Stretch] = []
    for character in text:
        kind = "forcing" if character in forcing else "double" if gsm and width(character, "gsm7") == 2 else ""
        if out and out[-1].kind == kind:
            out[-1] = Stretch(out[-1].text + character, kind)
        else:
            out.append(Stretch(character, kind))
    return out
