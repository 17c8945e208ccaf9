"""Connections to a served emulator without sockets: octets go in and come out within one turn of the loop."""

import asyncio
from typing import Any

from support import PATIENCE


class Wire(asyncio.Transport):
    """Keeps what is written."""

    @classmethod
    def to(cls, served: Any) -> "tuple[Any, Wire]":
        """A new HTTP connection (a protocol of the server) and its wire."""
        connection, wire = served.http.connection(), cls()
        wire.protocol = connection
        connection.connection_made(wire)
        return connection, wire

    def __init__(self):
        super().__init__()
        self.written, self.ended, self.protocol = bytearray(), False, None

    @property
    def octets(self):
        return bytes(self.written)

    def write(self, data):
        self.written += data

    def writelines(self, data):
        self.written += b"".join(data)

    def get_extra_info(self, name, default=None):
        return ("127.0.0.1", 4000) if name == "peername" else default

    def set_protocol(self, protocol): ...

    def can_write_eof(self):
        return False

    def is_closing(self):
        return self.ended

    def close(self):
        if self.protocol is not None and not self.ended:
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)
        self.ended = True

    abort = close

    def set_write_buffer_limits(self, high=None, low=None): ...

    def pause_reading(self): ...

    def resume_reading(self): ...


async def settled(wire: Wire, answers: int) -> None:
    """Until so many answers have come."""
    async with asyncio.timeout(PATIENCE):
        while wire.written.count(b"HTTP/1.") < answers:  # noqa: ASYNC110
            await asyncio.sleep(0)
