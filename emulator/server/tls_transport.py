"""TLS on a connection that has begun already: the octets that came first are known, so the loop's own TLS cannot start.

`TlsTransport` is what the protocol inside writes to. Whoever owns the connection's socket side hands it what comes:
octets, the end of the stream, the loss of the connection. Flow control is the outer transport's.
"""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from emulator.server.stream_protocol import READ_AT_ONCE, StreamProtocol


class TlsTransport(asyncio.Transport):
    """The server's end of a TLS connection over an outer transport.

    `opened` is called once the handshake is done and gives back the protocol inside; `failed` is called instead when
    the handshake fails, with what was wrong: the client's hello was no good, it did not take our certificate, it went.
    """

    def __init__(
        self, outer: asyncio.Transport, context: ssl.SSLContext, opened: Callable[["TlsTransport"], StreamProtocol],
        failed: Callable[[ssl.SSLError], None],
    ) -> None:  # fmt: skip
        super().__init__()
        self._outer = outer
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._opened, self._failed = opened, failed
        self._protocol: StreamProtocol | None = None
        self._reading = True
        self._ended = False
        self._closing = False

    # from the outside in

    def feed(self, octets: bytes) -> None:
        """Encrypted octets came."""
        self._incoming.write(octets)
        if self._protocol is None:
            self._shake_hands()
        self._read()

    def feed_eof(self) -> bool | None:
        """The client says no more. Gives back whether the connection stays open for an answer."""
        self._incoming.write_eof()
        if self._protocol is None:
            self._shake_hands()
        self._read()
        return not self._closing

    @property
    def is_open(self) -> bool:
        """Is the handshake done?"""
        return self._protocol is not None

    def lost(self, error: Exception | None) -> None:
        """The connection is gone."""
        protocol, self._protocol = self._protocol, None
        if protocol is not None:
            self._closing = True
            protocol.connection_lost(error)
        elif not self._closing:
            self._fail(ssl.SSLEOFError("the connection ended in the handshake"))

    def _shake_hands(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError as wrong:
            self._flush()  # the alert
            self._fail(wrong)
        else:
            self._flush()
            self._protocol = self._opened(self)
            self._protocol.connection_made(self)

    def _fail(self, wrong: ssl.SSLError) -> None:
        self._closing = True
        self._failed(wrong)
        self._outer.close()

    def _read(self) -> None:
        """What can be read goes to the protocol inside, as long as it wants it."""
        while self._reading and not self._ended and not self._closing and self._protocol is not None:
            try:
                octets = self._tls.read(READ_AT_ONCE)
            except ssl.SSLWantReadError:
                break
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                octets = b""
            except ssl.SSLError:  # what came is no TLS: nothing more can be said on this connection
                self.abort()
                return
            if octets:
                self._protocol.data_received(octets)
            else:
                self._ended = True
                if not self._protocol.eof_received():
                    self.close()
        self._flush()

    def _flush(self) -> None:
        if self._outgoing.pending and not self._outer.is_closing():
            self._outer.write(self._outgoing.read())

    # from the inside out

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Encrypt and send."""
        if self._closing or not data:
            return
        try:
            self._tls.write(data)
        except ssl.SSLError:  # it ended against the rules before, and takes nothing any more
            self.abort()
        else:
            self._flush()

    def writelines(self, list_of_data: Any) -> None:
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None:
        """Say goodbye (close_notify), then close once all is sent."""
        if self._closing:
            return
        self._closing = True
        with suppress(ssl.SSLError):  # the client's goodbye is not waited for
            self._tls.unwrap()
        self._flush()
        self._outer.close()

    def abort(self) -> None:
        self._closing = True
        self._outer.abort()

    def is_closing(self) -> bool:
        return self._closing or self._outer.is_closing()

    def pause_reading(self) -> None:
        self._reading = False
        self._outer.pause_reading()

    def resume_reading(self) -> None:
        """Go on, with what was decrypted already first."""
        if not self._reading:
            self._reading = True
            self._outer.resume_reading()
            asyncio.get_running_loop().call_soon(self._read)

    def is_reading(self) -> bool:
        return self._reading and not self.is_closing()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = cast(StreamProtocol, protocol)

    def get_protocol(self) -> asyncio.BaseProtocol:
        assert self._protocol is not None
        return self._protocol

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._outer.set_write_buffer_limits(high, low)

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._outer.get_write_buffer_limits()

    def get_write_buffer_size(self) -> int:
        return self._outer.get_write_buffer_size()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """As the outer transport has it, and `ssl_object`."""
        return self._tls if name == "ssl_object" else self._outer.get_extra_info(name, default)
