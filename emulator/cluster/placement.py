"""On which node a sandbox is placed: by hash of its id, so that it does not matter who asks. Pure."""

from collections.abc import Sequence
from zlib import crc32


def place(name: str, nodes: Sequence[int]) -> int:
    """One of the nodes, by the highest of their hashes: when one goes, only what it had moves."""
    return max(nodes, key=lambda node: (_mixed(crc32(f"{name}\0{node}".encode())), node))


def _mixed(value: int) -> int:
    """CRC alone is linear: the order of two nodes would be much the same for every name."""
    value = (value ^ value >> 16) * 0x45D9F3B & 0xFFFFFFFF
    value = (value ^ value >> 16) * 0x45D9F3B & 0xFFFFFFFF
    return value ^ value >> 16
