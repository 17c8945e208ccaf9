"""submit_sm as it nearly always is, taken apart without naming its fields: what a client says in each submit anew
(destination and text), and the rest, which is the same from one submit to the next. And its response."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

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


_SUBMIT_SM = Command.SUBMIT_SM.to_bytes(4, "big")


def take_apart_all(frames: Sequence[Any], begin: int) -> tuple[bytes, list[tuple[bytes, bytes]]] | None:
    """Whole PDUs, of which one is a submit_sm → its form, and destination and text of it and of as many behind it as
    have the same form. They are not looked at octet by octet: what is equal to the one before means the same."""
    first = frames[begin]
    pieces = take_apart(first) if isinstance(first, bytes) else None
    if pieces is None:
        return None
    form, to, octets = pieces
    found = [(to, octets)]
    width = len(to)
    start = first.find(0, first.find(0, 16) + 3) + 3
    before, behind = form[: start - 16], form[start - 16 :]
    many = len(behind)
    for at in range(begin + 1, len(frames)):
        frame = frames[at]
        if frame.__class__ is not bytes or frame[4:8] != _SUBMIT_SM:
            break
        end = start + width
        text = end + many
        size = len(frame) - text - 1
        if (
            0 <= size <= MOST_TEXT and frame[text] == size and frame[end:text] == behind and frame[16:start] == before
            and 0 not in (to := frame[start:end])
        ):
            found.append((to, frame[text + 1 :]))
            continue
        pieces = take_apart(frame)
        if pieces is None or pieces[0] != form:
            break
        found.append(pieces[1:])
        width = len(pieces[1])
    return form, found


_HEADS = [bytes((0, 0, 0, 17 + length)) + Command.SUBMIT_SM_RESP.to_bytes(4, "big") + bytes(4) for length in range(65)]
"""Of a response, by the length of the id."""


def taken(frame: bytes, message_id: bytes) -> bytes:
    """The response that tells a submit its id, of at most 64 octets."""
    return _HEADS[len(message_id)] + frame[12:16] + message_id + b"\0"
