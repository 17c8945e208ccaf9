"""A state written down piece by piece: the bytes of `SandboxState.dump`, of which nobody has to hold all at once.

What may change is taken at the start; what lies packed, and the numbers of the scheduler, never change and follow
later.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import msgspec

PIECE = 1 << 20
"""A piece has about so many bytes, where it is no trouble to make it."""
_encode = msgspec.msgpack.Encoder().encode


def in_pieces(
    rest: Mapping[str, Any], batches: list[bytes], messages: list[bytes], count: int,
    dates: tuple[int, Iterator[bytes], Mapping[int, Any]], counted: int, size: int,
) -> Iterator[bytes]:  # fmt: skip
    """`rest`: the fields before batches and messages, in order. `dates`: how many octets their numbers have, these bit
    by bit, what lies beside."""
    head = bytearray(b"\xde" + (len(rest) + 4).to_bytes(2, "big"))
    for name, value in rest.items():
        head += _encode(name) + _encode(value)
    length, numbers, beside = dates
    tail = _encode(beside) + _encode(counted)
    return chain(_gathered(chain(
        (bytes(head), _encode("batches"), _array(len(batches))), map(_encode, batches),
        (_encode("messages"), _array(len(messages))), map(_encode, messages),
        (_encode("count"), _encode(count), _encode("dates"), b"\x93", _octets(length)),
    ), size), numbers, (tail,))  # fmt: skip


def _gathered(parts: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same octets, in pieces of about a size."""
    piece: list[bytes] = []
    there = 0
    for part in parts:
        piece.append(part)
        there += len(part)
        if there >= size:
            yield b"".join(piece)
            piece, there = [], 0
    if piece:
        yield b"".join(piece)


def _array(length: int) -> bytes:
    """The head of an array, as short as it can be."""
    if length < 16:
        return bytes((0x90 | length,))
    return b"\xdc" + length.to_bytes(2, "big") if length < 1 << 16 else b"\xdd" + length.to_bytes(4, "big")


def _octets(length: int) -> bytes:
    """The head of octets."""
    for bits, kind in ((8, b"\xc4"), (16, b"\xc5"), (32, b"\xc6")):
        if length < 1 << bits:
            return kind + length.to_bytes(bits // 8, "big")
    raise OverflowError(length)
