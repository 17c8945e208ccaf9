"""Plays requests of a workload over some connections, each answer checked. A process of its own.

`python -m benchmarks.player PORT CONNECTIONS KEPT FILE`: FILE holds what workloads.py made, pickled; KEPT is 1, or 0
for a new connection for each request. Prints requests a second. Only ever to 127.0.0.1.
"""

import asyncio
import pickle
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.workloads import Asked

_length = re.compile(rb"\r\ncontent-length: *([0-9]+)\r\n", re.IGNORECASE).search


class _Client(asyncio.Protocol):
    """One connection: the next request goes out as soon as the answer to the last is there whole."""

    def __init__(self, left: Iterator[Asked], kept: bool) -> None:
        self._left = left
        self._kept = kept
        self._came = b""
        self._asked: Asked | None = None
        self.more = True
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._asked = next(self._left, None)
        if self._asked is None:
            self.more = False
            self._transport.close()
        else:
            self._transport.write(self._asked.octets)

    def data_received(self, data: bytes) -> None:
        came = self._came = self._came + data
        head = came.find(b"\r\n\r\n")
        found = _length(came) if head >= 0 else None
        if found is None or len(came) < head + 4 + int(found[1]):
            return
        assert self._asked is not None
        if self._asked.holds not in came:
            raise SystemExit(f"unexpected answer: {came[:400]!r} to {self._asked.octets!r}, not {self._asked.holds!r}")
        self._came = b""
        if self._kept:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


async def _all(port: int, connections: int, kept: bool, asked: list[Asked]) -> float:
    left = iter(asked)
    loop = asyncio.get_running_loop()

    async def one() -> None:
        more = True
        while more:
            _, client = await loop.create_connection(lambda: _Client(left, kept), "127.0.0.1", port)
            await client.ended
            more = client.more

    began = time.monotonic()
    await asyncio.gather(*(one() for _ in range(connections)))
    return len(asked) / (time.monotonic() - began)


if __name__ == "__main__":
    port, connections, kept, file = sys.argv[1:]
    asked = pickle.loads(Path(file).read_bytes())
    print(asyncio.run(_all(int(port), int(connections), kept == "1", asked)))
