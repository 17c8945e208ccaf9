"""How many parts a text makes, and which characters make it dear."""

import msgspec

from emulator.core.text import JOINED, SINGLE, Encoding, forcing_ucs2, measure, split, width


class Parts(msgspec.Struct, frozen=True):
    """`encoding`: gsm7 or ucs2; `units`: septets, or UCS-2 units; `parts`: how many messages it makes; `left`: units
    that still fit into the last part; `forcing`: characters, each once, that have no place in GSM-7."""

    encoding: Encoding
    units: int
    parts: int
    left: int
    forcing: tuple[str, ...] = ()


def parts(text: str) -> Parts:
    """What a text makes on the air: 160 septets in one message and 153 in each of several, 70 and 67 UCS-2 units; an
    extension character (`€ ^ { } [ ] ~ \\ |`) costs two septets, one beyond U+FFFF two units (3GPP TS 23.038).

    An empty text is one part.
    """
    found = measure(text)
    room = SINGLE if found.parts == 1 else JOINED
    used = sum(width(character, found.encoding) for character in split(text)[-1])
    return Parts(found.encoding, found.units, found.parts, room[found.encoding] - used, tuple(forcing_ucs2(text)))
