"""From a stream to PDUs: octets in any pieces go in, whole PDUs come out. Nothing is ever buffered towards a
length that we would not take, so that a PDU which claims 2 GB costs sixteen octets and an answer (facts,
section 3)."""

from __future__ import annotations

import struct

from .codec import decode
from .command_status import Status
from .pdu import Pdu, Unreadable

MOST = 70_000
"""Largest command_length that we take: message_payload may have 64 K."""

_LENGTH = struct.Struct(">I").unpack_from
_STRANGERS = (
    (b"GET ", "an HTTP request"),
    (b"POST", "an HTTP request"),
    (b"PUT ", "an HTTP request"),
    (b"HEAD", "an HTTP request"),
    (b"\x16\x03", "a TLS handshake (TLS has a port of its own, there is no STARTTLS)"),
)


class Framer:
    """One direction of one connection."""

    def __init__(self) -> None:
        self.lost = False  # True: the border of the next PDU is unknown, whatever comes is dropped
        self.waiting = bytearray()
        """The beginning of a PDU, which waits for its rest."""

    def rest(self) -> bytes:
        """What waits, taken away: another one reads on."""
        rest = bytes(self.waiting)
        self.waiting.clear()
        return rest

    def feed(self, data: bytes) -> list[Pdu | Unreadable]:
        """What the socket gave → the PDUs that are complete now, in order. After a lost frame: nothing any
        more."""
        return [decode(one) if isinstance(one, bytes) else one for one in self.frames(data)]

    def frames(self, data: bytes) -> list[bytes | Unreadable]:
        """The same, each whole PDU as its octets."""
        if self.lost:
            return []
        if self.waiting:
            self.waiting += data
            if self._unfinished():
                return []
            data = bytes(self.waiting)
            self.waiting.clear()
        found: list[bytes | Unreadable] = []
        position, end = 0, len(data)
        while end - position >= 4:
            length = _LENGTH(data, position)[0]
            if length < 16 or length > MOST:
                found.append(self._lose(data[position : position + 16], length))
                return found
            after = position + length
            if after > end:
                break
            found.append(data[position:after])
            position = after
        if position < end:
            self.waiting += data[position:]
        return found

    def _unfinished(self) -> bool:
        """Is what waits still the beginning of one PDU?"""
        waiting = self.waiting
        return len(waiting) < 4 or len(waiting) < _LENGTH(waiting)[0] <= MOST

    def _lose(self, start: bytes, length: int) -> Unreadable:
        self.lost = True
        self.waiting.clear()
        bounds = "less than a header" if length < 16 else f"more than the {MOST} that are taken"
        why = f"command_length {length} is {bounds}"
        for opening, name in _STRANGERS:
            if start.startswith(opening):
                why += f"; the octets are the start of {name}"
        command_id = int.from_bytes(start[4:8], "big") if len(start) >= 8 else 0
        sequence = int.from_bytes(start[12:16], "big") if len(start) == 16 else 0
        return Unreadable(
            command_id, sequence, Status.RINVCMDLEN, "generic_nack", why, "command_length", True, start
        )
