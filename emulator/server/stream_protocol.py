"""How octets are read off a connection: into one buffer of the loop's, and handed on as bytes.

For an asyncio.Protocol the loop asks for 256 KiB of memory with each read, and gives nearly all of it back; with short
reads, as requests are, that costs more than the read itself.
"""

import asyncio
from collections.abc import MutableMapping
from weakref import WeakKeyDictionary

READ_AT_ONCE = 64 * 1024

_rooms: MutableMapping[asyncio.AbstractEventLoop, memoryview] = WeakKeyDictionary()


class StreamProtocol(asyncio.BufferedProtocol):
    """What comes arrives at `data_received`, as with asyncio.Protocol; to be made where the loop runs.

    A loop asks for the buffer, reads into it and says how much at one go, so that all its connections share one.
    """

    __slots__ = ("_room",)

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        room = _rooms.get(loop)
        if room is None:
            room = _rooms[loop] = memoryview(bytearray(READ_AT_ONCE))
        self._room = room

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        self.data_received(bytes(self._room[:nbytes]))

    def data_received(self, data: bytes) -> None:
        """These octets came: never none."""
        raise NotImplementedError
