"""The end of a connection by RST, for faults that a rule wants: what is unsent is dropped."""

import asyncio
import socket
import struct

_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: on, for no time."""


def reset(transport: asyncio.WriteTransport) -> None:
    """End it. One without a socket is aborted alone: the octets go over another node, which makes the RST."""
    peer: socket.socket | None = transport.get_extra_info("socket")
    if peer is not None:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()
