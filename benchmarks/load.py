"""The load: some kept-alive connections, each sending one request after another. A process of its own, and quicker than
any server it loads, so that it is the server that is measured.

`python -m benchmarks.load PORT CONNECTIONS SECONDS PATH...`: PATH may hold {n}, a number that differs each time (equal
URLs would be answered from a URL parser's cache). Prints requests a second. Only ever to 127.0.0.1.
"""

import asyncio
import re
import sys
import time

_length = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE).search


class _Client(asyncio.Protocol):
    """One connection: the next request goes out as soon as the answer to the last is there whole."""

    def __init__(self, path: str, first: int, until: float) -> None:
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
        if time.monotonic() < self._until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


async def _all(port: int, connections: int, seconds: float, path: str) -> float:
    began = time.monotonic()
    until = began + seconds
    loop = asyncio.get_running_loop()
    clients = [_Client(path, 10_000_000 * n, until) for n in range(connections)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)
    for client in clients:
        await client.ended
    if not all(client.done for client in clients):
        raise SystemExit("a connection was closed without an answer")
    return sum(client.done for client in clients) / (time.monotonic() - began)


if __name__ == "__main__":
    port, connections, seconds, path = sys.argv[1:]
    print(asyncio.run(_all(int(port), int(connections), float(seconds), path)))
