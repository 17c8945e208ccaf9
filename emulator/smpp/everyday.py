"""submit_sm as it nearly always is, taken apart without naming its fields: what a client says in each submit anew
(destination and text), and the rest, which is the same from one submit to the next. And its response."""

from __future__ import annotations

import struct
from typing import TypeAlias

from .tables import Command

MOST_TEXT = 254
_MOST_TO = 20

Pieces: TypeAlias = tuple[bytes, bytes, bytes]
"""Form, destination, text. The form is everything else between header and text: equal forms mean the same."""


def take_apart(frame: bytes) -> Pieces | None:
    """A whole submit_sm → its pieces; None where it must be read field by field: it has TLVs, or times, or does not
    hold together. Only borders are looked at: whether a form is a good one must be known otherwise."""
    find = frame.find
    to = find(0, find(0, 16) + 3) + 3
    end = find(0, to)
    text = end + 11
    if not 21 < to <= end <= to + _MOST_TO or text > len(frame) or frame[end + 4 : end + 6] != b"\0\0":
        return None
    octets = frame[text:]
    if frame[text - 1] != len(octets) or len(octets) > MOST_TEXT:
        return None
    return frame[16:to] + frame[end : text - 1], frame[to:end], octets


_HEAD = struct.Struct(">III4s").pack
_TAKEN = int(Command.SUBMIT_SM_RESP)


def taken(frame: bytes, message_id: bytes) -> bytes:
    """The response that tells a submit its id."""
    return _HEAD(17 + len(message_id), _TAKEN, 0, frame[12:16]) + message_id + b"\0"
