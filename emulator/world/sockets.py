"""What stands for the socket of a connection in memory."""

import socket
import struct
from typing import Any, Protocol


class HasSocket(Protocol):
    """An end of a connection."""

    here: tuple[str, int]
    there: tuple[str, int]
    ended: bool
    resets_on_close: bool


class SocketOfEnd:
    """What `get_extra_info("socket")` gives: addresses, and the options that change what an end does."""

    family = socket.AF_INET
    type = socket.SOCK_STREAM
    proto = socket.IPPROTO_TCP

    def __init__(self, end: HasSocket) -> None:
        self._end = end
        self._pair: tuple[socket.socket, socket.socket] | None = None

    def getsockname(self) -> tuple[str, int]:
        return self._end.here

    def getpeername(self) -> tuple[str, int]:
        return self._end.there

    def setsockopt(self, level: int, name: int, value: Any = None, *_: Any) -> None:
        if level == socket.SOL_SOCKET and name == socket.SO_LINGER and isinstance(value, bytes):
            on, seconds = struct.unpack("ii", value)
            self._end.resets_on_close = bool(on) and not seconds

    def getsockopt(self, *_: Any) -> int:
        return 0

    def fileno(self) -> int:
        """A descriptor that can be read as soon as the other side has closed: pools ask so whether a connection is
        still good."""
        if self._pair is None:
            self._pair = socket.socketpair()
            if self._end.ended:
                self.tell_end()
        return self._pair[0].fileno()

    def tell_end(self) -> None:
        if self._pair is not None:
            self._pair[1].close()

    def close(self) -> None:
        if self._pair is not None:
            for one in self._pair:
                one.close()
            self._pair = None
