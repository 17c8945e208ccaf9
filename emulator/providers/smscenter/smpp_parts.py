"""Texts as octets over SMPP: joining the parts of a long message (emulator/smpp/joining.py) and reading them, for the
core that knows neither."""

from collections.abc import Mapping
from typing import Any

from emulator.core import text as gsm
from emulator.core.commands import SubmitPart
from emulator.core.values import Moment
from emulator.smpp.joining import Joined, Joiner, Key, Repeated, Waiting, key_of
from emulator.smpp.pdu import Fault
from emulator.smpp.segments import Part as Segment
from emulator.smpp.text import Habits, read_text


def habits_of(extra: Mapping[str, str]) -> Habits:
    """How the session that sent a message reads text, as the command remembers it."""
    said = extra.get("habits", "")
    return Habits("iso" in said, "3" in said, "nul" in said)


def written_habits(habits: Habits) -> str:
    return " ".join(
        word for word, on in (
            ("iso", habits.latin1_default), ("3", habits.three_is_latin1), ("nul", habits.drop_last_nul),
        ) if on
    )  # fmt: skip


class SmppOctets:
    """Octets of core/parts.py."""

    kind: type[Any] = Joiner

    def size(self, kept: Joiner) -> int:
        return len(kept.gatherings)

    def _key(self, command: SubmitPart) -> Key:
        part = command.part
        source, destination = (command.sender or "").encode("latin-1", "replace"), (command.destinations or ("",))[0]
        segment = Segment(part.reference, part.total, part.number, part.width)  # type: ignore[arg-type]
        return key_of(command.provider, source, destination.encode("latin-1", "replace"), segment)

    def repeated(self, kept: Joiner, command: SubmitPart) -> str | None:
        found = kept.look(self._key(command), command.part.number, command.part.octets)
        return None if found is None else found.name

    def whole(self, kept: Joiner, command: SubmitPart) -> bytes | None:
        return kept.whole_with(self._key(command), command.part.number, command.part.octets)

    def add(self, kept: Joiner, command: SubmitPart, name: str, at: Moment) -> tuple[str, ...] | int:
        match kept.add(self._key(command), command.part.number, command.part.octets, name, at):
            case Joined(names=names):
                return names
            case Waiting(missing=missing):
                return missing
            case Repeated():
                raise ValueError("a repeated part is refused before it is taken")

    def next_due(self, kept: Joiner) -> Moment | None:
        return kept.next_due()

    def expire(self, kept: Joiner, at: Moment) -> list[tuple[tuple[str, ...], bytes]]:
        over = []
        for gathering in kept.expire(at):
            pieces = sorted(gathering.pieces, key=lambda piece: piece.number)
            over.append((tuple(piece.name for piece in pieces), b"".join(piece.octets for piece in pieces)))
        return over

    def text(self, octets: bytes, extra: Mapping[str, str]) -> str:
        """Leniently: of an odd number of UCS-2 octets the last is left out."""
        coding, habits = int(extra.get("data_coding", "0")), habits_of(extra)
        for said in (octets, octets[:-1]):
            found = read_text(said, coding, gsm, habits)
            if not isinstance(found, Fault):
                return found.text
        return ""


OCTETS = SmppOctets()
