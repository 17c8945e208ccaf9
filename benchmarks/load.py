"""The load: some kept-alive connections, each sending one request after another. A process of its own, and quicker than
any server it loads, so that it is the server that is measured.

`python -m benchmarks.load URL CONNECTIONS SECONDS KEPT PATH`: PATH may hold {n}, a number that differs each time
(equal URLs would be answered from a URL parser's cache). KEPT is 1, or 0 for a new connection for each request; an
https URL is spoken TLS to. Prints requests a second. Only ever to 127.0.0.1.
"""

import asyncio
import re
import ssl
import sys
import time
from urllib.parse import urlsplit

_length = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE).search


class _Client(asyncio.Protocol):
    """One connection: the next request goes out as soon as the answer to the last is there whole."""

    def __init__(self, path: str, first: int, until: float, kept: bool) -> None:
        self._kept = kept
        self._pieces = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode().split(b"{n}")
        self._next = first
        self._until = until
        self._came = b""
        self.done = 0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._next += 1
        self._transport.write(str(self._next).encode().join(self._pieces))

    def data_received(self, data: bytes) -> None:
        came = self._came = self._came + data
        head = came.find(b"\r\n\r\n")
        found = _length(came) if head >= 0 else None
        if found is None or len(came) < head + 4 + int(found[1]):
            return
        if not came.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"unexpected answer: {came[:200]!r}")
        self._came = b""
        self.done += 1
        if self._kept and time.monotonic() < self._until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    async def run(self, port: int, tls: ssl.SSLContext | None) -> None:
        """One connection after another, until the time is over."""
        loop = asyncio.get_running_loop()
        while time.monotonic() < self._until:
            self._came, self.ended = b"", loop.create_future()
            await loop.create_connection(lambda: self, "127.0.0.1", port, ssl=tls)
            await self.ended


def _tls() -> ssl.SSLContext:
    """Takes any certificate: it is the server that is measured."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def _all(url: str, connections: int, seconds: float, kept: bool, path: str) -> float:
    began = time.monotonic()
    where = urlsplit(url)
    assert where.port is not None
    tls = _tls() if where.scheme == "https" else None
    clients = [_Client(path, 10_000_000 * n, began + seconds, kept) for n in range(connections)]
    await asyncio.gather(*(client.run(where.port, tls) for client in clients))
    if not all(client.done for client in clients):
        raise SystemExit("a connection was closed without an answer")
    return sum(client.done for client in clients) / (time.monotonic() - began)


if __name__ == "__main__":
    url, connections, seconds, kept, path = sys.argv[1:]
    print(asyncio.run(_all(url, int(connections), float(seconds), kept == "1", path)))
