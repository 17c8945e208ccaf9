"""One end of a connection in memory, as asyncio's transports behave over TCP: half-close, reset, flow control, a close
that lets out what was written, a reset for who says more to an end that is gone."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context
from typing import Any, Protocol

from emulator.world.process import Life, if_alive
from emulator.world.sockets import SocketOfEnd

WINDOW = 256 * 1024
"""So many bytes of one direction may be under way or unread; what goes beyond it waits with the writer."""
_PIECE = 64 * 1024
_HIGH = 64 * 1024

_ON_THE_WAY = Context()
"""Of nobody: what has left its process arrives, whatever becomes of that."""

EOF = b""
RESET = None
Item = bytes | None


class Wire(Protocol):
    """What is between the ends."""

    def says(self, end: "End", data: bytes) -> None:
        """Somebody writes: it may begin a turn."""

    def delay(self, end: "End") -> float | None:
        """So many seconds the next item of this end is under way; None: it never comes."""

    def came(self, end: "End", item: Item) -> None:
        """An item has come to its end."""


class End(asyncio.Transport):
    """`life`: whose it is, None for the test and the providers. `context`: in which its protocol is called."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, wire: Wire, here: tuple[str, int], there: tuple[str, int],
        life: Life | None, context: Context,
    ) -> None:  # fmt: skip
        super().__init__()
        self._loop = loop
        self._wire = wire
        self.here, self.there = here, there
        self.life = life
        self._context = context
        self.other: End
        self.resets_on_close = False
        self.ended = False
        """Has the other side said all it will?"""
        self._protocol: Any = None
        self._socket: SocketOfEnd | None = None
        self._buffer = bytearray()
        self._high, self._low = _HIGH, _HIGH // 4
        self._held_back = False
        self._eof_due = self._eof_sent = False
        self._closing = False
        self._gone = False
        """Nothing more is taken or said: what comes is answered by a reset."""
        self._lost_told = False
        self._reading = True
        self._unread: deque[Item] = deque()
        self._out: deque[Item] = deque()
        self._under_way = 0
        self._last = 0.0

    @property
    def gone(self) -> bool:
        """Has it closed, and nothing more to do?"""
        return self._gone

    def __repr__(self) -> str:
        return f"<End {self.here[0]}:{self.here[1]} to {self.there[0]}:{self.there[1]}>"

    def begin(self, factory: Callable[[], Any]) -> Any:
        """The protocol, which knows its connection."""
        self._protocol = factory()
        self._protocol.connection_made(self)
        return self._protocol

    def call(self, function: Callable[..., object], *args: Any) -> None:
        """In this end's context, unless its process is dead by then."""
        if self.life is None:
            self._loop.call_soon(function, *args, context=self._context)
        else:
            self._loop.call_soon(if_alive, self.life, function, *args, context=self._context)

    # asyncio's words

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        if name == "peername":
            return self.there
        if name == "sockname":
            return self.here
        if name != "socket":
            return default
        if self._socket is None:
            self._socket = SocketOfEnd(self)
        return self._socket

    def set_protocol(self, protocol: Any) -> None:
        self._protocol = protocol

    def get_protocol(self) -> Any:
        return self._protocol

    def is_closing(self) -> bool:
        return self._closing

    def is_reading(self) -> bool:
        return self._reading and not self._closing

    def pause_reading(self) -> None:
        self._reading = False

    def resume_reading(self) -> None:
        if self._closing or self._reading:
            return
        self._reading = True
        self.call(self._read_on)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        if high is None:
            high = _HIGH if low is None else 4 * low
        if low is None:
            low = high // 4
        if not high >= low >= 0:
            raise ValueError(f"high ({high!r}) must be >= low ({low!r}) must be >= 0")
        self._high, self._low = high, low
        self._maybe_hold_back()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._low, self._high

    def get_write_buffer_size(self) -> int:
        return len(self._buffer)

    def can_write_eof(self) -> bool:
        return True

    def write(self, data: Any) -> None:
        if not isinstance(data, bytes | bytearray | memoryview):
            raise TypeError(f"data argument must be a bytes-like object, not {type(data).__name__!r}")
        if self._eof_due:
            raise RuntimeError("Cannot call write() after write_eof()")
        if not data or self._gone or (self._closing and not self._buffer):
            return
        octets = bytes(data)
        self._wire.says(self, octets)
        if not self._buffer and len(octets) <= min(_PIECE, WINDOW - self._under_way):
            self._send(octets)
            return
        self._buffer += octets
        self._flush()
        self._maybe_hold_back()

    def writelines(self, list_of_data: Any) -> None:
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        if not self._eof_due and not self._closing:
            self._eof_due = True
            self._flush()

    def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        if not self._buffer:
            self._finish()

    def abort(self) -> None:
        self._buffer.clear()
        self._closing = True
        self._finish()

    # what goes out

    def _flush(self) -> None:
        while self._buffer and self._under_way < WINDOW:
            piece = bytes(self._buffer[: min(_PIECE, WINDOW - self._under_way)])
            del self._buffer[: len(piece)]
            self._send(piece)
        if self._buffer or self._gone:
            return
        if self._closing:
            self._finish()
        elif self._eof_due and not self._eof_sent:
            self._eof_sent = True
            self._send(EOF)

    def _finish(self) -> None:
        """Nothing is left to be said: the socket closes."""
        if self._gone:
            return
        unread = any(self._unread)
        if self.resets_on_close or unread:
            self._send(RESET)
        elif not self._eof_sent:
            self._eof_sent = True
            self._send(EOF)
        self._gone = True
        self._unread.clear()
        self._tell_lost(None)

    def _send(self, item: Item) -> None:
        delay = self._wire.delay(self)
        if delay is None:
            return
        if item:
            self._under_way += len(item)
        self._out.append(item)
        now = self._loop.time()
        arrival = max(self._last, now + delay)
        if arrival <= now:
            self._loop.call_soon(self.other._come, context=_ON_THE_WAY)
        else:
            self._last = arrival
            self._loop.call_at(arrival, self.other._come, context=_ON_THE_WAY)

    def _maybe_hold_back(self) -> None:
        if len(self._buffer) > self._high and not self._held_back:
            self._held_back = True
            self._protocol.pause_writing()

    def _read(self, octets: int) -> None:
        """The other side has read so many bytes."""
        self._under_way -= octets
        if self._buffer and not self._gone:
            self.call(self._flush_on)

    def _flush_on(self) -> None:
        self._flush()
        if self._held_back and len(self._buffer) <= self._low:
            self._held_back = False
            self.call(self._protocol.resume_writing)

    # what comes

    def _come(self) -> None:
        item = self.other._out.popleft()
        self._wire.came(self, item)
        if item is RESET or item == EOF:
            self._end()
        if self._gone or (self.life is not None and self.life.dead):
            if item:
                self._answer_by_reset()
            return
        if self._closing or item is RESET:
            self.call(self._take, item)
        elif self._reading and not self._unread:
            self._context.run(self._take, item)
        else:
            self._unread.append(item)

    def _answer_by_reset(self) -> None:
        if RESET not in self._out:
            self._send(RESET)

    def _read_on(self) -> None:
        while self._unread and self._reading and not self._closing:
            self._take(self._unread.popleft())

    def _take(self, item: Item) -> None:
        if self._gone:
            if item:
                self._answer_by_reset()
            return
        if item is RESET:
            self._reset(ConnectionResetError(104, "Connection reset by peer"))
            return
        if not self._reading and not self._closing:
            self._unread.append(item)
            return
        if item:
            if self._closing:  # written to the end, but nobody reads any more
                self._buffer.clear()
                self.resets_on_close = True
                self._finish()
                return
            self._give(item)
            self.other._read(len(item))
        elif not self._closing:
            try:
                keep = self._protocol.eof_received()
            except Exception as error:
                self._broken(error)
                return
            if not keep:
                self.close()

    def _give(self, data: bytes) -> None:
        try:
            if isinstance(self._protocol, asyncio.BufferedProtocol):
                left = memoryview(data)
                while left:
                    room = memoryview(self._protocol.get_buffer(len(left)))
                    size = min(len(room), len(left))
                    room[:size] = left[:size]
                    self._protocol.buffer_updated(size)
                    left = left[size:]
            else:
                self._protocol.data_received(data)
        except Exception as error:
            self._broken(error)

    def _broken(self, error: Exception) -> None:
        self._loop.call_exception_handler(
            {"message": "Fatal error: protocol.data_received() call failed.", "exception": error, "transport": self,
             "protocol": self._protocol}
        )  # fmt: skip
        self._reset(error)
        self._answer_by_reset()

    def _reset(self, why: Exception) -> None:
        self._gone = self._closing = True
        self._buffer.clear()
        self._unread.clear()
        self._tell_lost(why)

    def _tell_lost(self, why: Exception | None) -> None:
        if self._socket is not None:
            self._socket.close()
        if not self._lost_told:
            self._lost_told = True
            self.call(self._protocol.connection_lost, why)

    # by others

    def break_(self) -> None:
        """The connection breaks: this side is told."""
        if not self._gone:
            self._end()
            self.call(self._broken_off)

    def _end(self) -> None:
        self.ended = True
        if self._socket is not None:
            self._socket.tell_end()

    def _broken_off(self) -> None:
        if not self._gone:
            self._reset(ConnectionResetError(104, "Connection reset by peer"))

    def die(self) -> None:
        """Its process is dead: the kernel sends what it has and closes."""
        if self._gone:
            return
        self._gone = self._closing = True
        self._buffer.clear()
        if any(self._unread) or self.resets_on_close:
            self._send(RESET)
        elif not self._eof_sent:
            self._eof_sent = True
            self._send(EOF)
        self._unread.clear()
        if self._socket is not None:
            self._socket.close()
