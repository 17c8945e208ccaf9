"""A connection passed on: what one side says the other one hears, as it is."""

import asyncio
from collections.abc import Callable
from typing import cast

from emulator.server.stream_protocol import StreamProtocol


class Relay(StreamProtocol):
    """One side of a tunnel. `open_ones` holds those sides that are connected. `arrived` is called when this one is,
    before anything from there is read: what a host says first is for the other side, too."""

    def __init__(self, open_ones: "set[Relay]", arrived: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._open_ones = open_ones
        self._arrived = arrived
        self._other: Relay | None = None
        self._transport: asyncio.Transport | None = None
        self._ended = False
        """Whoever is on this side says no more."""

    async def reach(self, host: str, port: int, arrived: Callable[[], None]) -> None:
        """Connect the other side to a host. Raises OSError."""
        self._other = other = Relay(self._open_ones, arrived)
        other._other = self
        await asyncio.get_running_loop().create_connection(lambda: other, host, port)

    def say(self, octets: bytes) -> None:
        """To the other side."""
        if self._other is not None and self._other._transport is not None:
            self._other._transport.write(octets)

    def close(self) -> None:
        """Both sides end."""
        for side in (self, self._other):
            if side is not None and side._transport is not None:
                side._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods alone
        self._open_ones.add(self)
        if self._arrived is not None:
            self._arrived()

    def data_received(self, data: bytes) -> None:
        self.say(data)

    def eof_received(self) -> bool:
        self._ended = True
        there = self._there
        if there is None or not there.can_write_eof():
            return False
        there.write_eof()
        return self._other is not None and not self._other._ended

    def connection_lost(self, exc: Exception | None) -> None:
        self._open_ones.discard(self)
        there = self._there
        self._transport = self._other = None
        if there is not None:
            there.close()

    def pause_writing(self) -> None:
        if self._there is not None:
            self._there.pause_reading()

    def resume_writing(self) -> None:
        if self._there is not None:
            self._there.resume_reading()

    @property
    def _there(self) -> asyncio.Transport | None:
        """The other side's transport, as long as it lives."""
        there = None if self._other is None else self._other._transport
        return None if there is None or there.is_closing() else there
