"""What a subscriber's message may hold, whichever way it goes: addresses as SMPP can write them (3.4, 5.2.8), and a
text of as many parts as a header counts."""

from emulator.core.text import split

LONGEST_ADDRESS = 20
MOST_PARTS = 255


def wrong_address(said: str) -> str | None:
    """What is wrong with a number or a name, for people."""
    if len(said) > LONGEST_ADDRESS:
        return f"it has {len(said)} characters, and a number or a name has at most {LONGEST_ADDRESS}"
    odd = next((one for one in said if not one.isprintable() or ord(one) > 0xFF), None)
    return None if odd is None else f"it has {odd!r}; a number or a name has characters of Latin-1 that can be printed"


def wrong_text(text: str) -> str | None:
    parts = len(split(text))
    return None if parts <= MOST_PARTS else f"it would have {parts} parts, and a message has at most {MOST_PARTS}"
