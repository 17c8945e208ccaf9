"""Texts as octets over SMPP: joining the parts of a long message (emulator/smpp/reassembly.py), reading them, and what
they are on the air; for the core that knows none of it.

What was sent counts: the coding that data_coding names, and the parts as the client cut them. Only what came in one
piece is cut by the provider.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from emulator.core import text as gsm
from emulator.core.commands import SubmitPart
from emulator.core.text import Encoding, Measure, measure_in
from emulator.core.units import Timestamp
from emulator.smpp.data_coding import Coding, read_parts
from emulator.smpp.reassembly import Joined, Key, PartsAwaited, Piece, Reassembler, Repeated, key_of
from emulator.smpp.segments import Segment

ENCODINGS: tuple[Encoding, ...] = ("gsm7", "8bit", "ucs2")
"""By coding."""
CODINGS: dict[str, Coding] = {ENCODINGS[coding]: coding for coding in Coding}
_UCS2 = Coding.UCS2

OF_EACH_PART = "user_message_reference"
"""What parts say each for itself, in `extra`; of a whole message, one behind another."""


def units(octets: bytes, coding: Coding) -> int:
    """Septets (each an octet over SMPP), octets, or UCS-2 units."""
    return -(-len(octets) // 2) if coding is _UCS2 else len(octets)


def in_one_piece(text: str, octets: bytes, coding: Coding, header: int = 0) -> Measure:
    """A message that came in one PDU, with a header of so many octets that is none of a part."""
    return measure_in(ENCODINGS[coding], text, units(octets, coding), header)


def one_part(octets: bytes, coding: Coding) -> Measure:
    """A part by itself: a message on the air."""
    return Measure(ENCODINGS[coding], units(octets, coding), 1)


def _whole(pieces: Sequence[Piece]) -> tuple[str, Measure]:
    """The text of parts, and what they are; the widest of their codings is that of the whole."""
    parts = [(Coding(piece.coding), piece.octets) for piece in pieces]
    measures = [one_part(octets, coding) for coding, octets in parts]
    widest = max(coding for coding, _ in parts)
    return read_parts(parts, gsm), Measure(ENCODINGS[widest], sum(one.units for one in measures), len(parts))


class SmppOctets:
    """Octets of core/engine/multipart.py."""

    kind: type[Any] = Reassembler

    def size(self, kept: Reassembler) -> int:
        return len(kept.gatherings)

    def _key(self, command: SubmitPart) -> Key:
        part = command.part
        source, destination = (command.sender or "").encode("latin-1", "replace"), (command.destinations or ("",))[0]
        segment = Segment(part.reference, part.total, part.number, part.width)  # type: ignore[arg-type]
        return key_of(command.provider, source, destination.encode("latin-1", "replace"), segment)

    def repeated(self, kept: Reassembler, command: SubmitPart) -> str | None:
        found = kept.look(self._key(command), command.part.number, command.part.octets)
        return None if found is None else found.name

    def whole(self, kept: Reassembler, command: SubmitPart) -> tuple[str, Measure] | None:
        part = command.part
        pieces = kept.whole_with(self._key(command), part.number, part.octets, part.coding)
        return None if pieces is None else _whole(pieces)

    def add(self, kept: Reassembler, command: SubmitPart, name: str, at: Timestamp) -> tuple[str, ...] | int:
        part = command.part
        match kept.add(self._key(command), part.number, part.octets, name, at, part.coding):
            case Joined(names=names):
                return names
            case PartsAwaited(missing=missing) | Repeated(missing=missing):
                return missing

    def next_due(self, kept: Reassembler) -> Timestamp | None:
        return kept.next_due()

    def expire(self, kept: Reassembler, at: Timestamp) -> list[tuple[tuple[str, ...], str, Measure]]:
        over = []
        for gathering in kept.expire(at):
            pieces = sorted(gathering.pieces, key=lambda piece: piece.number)
            over.append((tuple(piece.name for piece in pieces), *_whole(pieces)))
        return over

    def together(self, extras: Sequence[Mapping[str, str]]) -> dict[str, str]:
        said = [extra.get(OF_EACH_PART, "") for extra in extras]
        return {**extras[0], OF_EACH_PART: ",".join(said)} if any(said) else dict(extras[0])

    def read(self, octets: bytes, encoding: str) -> tuple[str, Measure]:
        coding = CODINGS[encoding]
        text = read_parts(((coding, octets),), gsm)
        return text, in_one_piece(text, octets, coding)


OCTETS = SmppOctets()
