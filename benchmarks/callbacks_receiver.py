"""A client's endpoint that does next to nothing: answers every callback with OK on connections that are kept alive.

`python -m benchmarks.callbacks_receiver COUNT`: prints `ready http=URL` like the emulator; after each COUNT callbacks
prints how many a second there were, the most connections at once, and one of the requests.
"""

import asyncio
import sys
import time
from typing import ClassVar

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nOK"


class Endpoint(asyncio.Protocol):
    count: ClassVar[int]
    came: ClassVar[int] = 0
    began: ClassVar[float] = 0.0
    open: ClassVar[int] = 0
    most: ClassVar[int] = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        Endpoint.open += 1
        Endpoint.most = max(Endpoint.most, Endpoint.open)

    def connection_lost(self, error: Exception | None) -> None:
        Endpoint.open -= 1

    def data_received(self, data: bytes) -> None:
        """A GET comes in one piece, and nobody sends the next before the answer."""
        if Endpoint.came == 0:
            Endpoint.began = time.perf_counter()
        Endpoint.came += 1
        self.transport.write(_OK)  # type: ignore[attr-defined]
        if Endpoint.came == Endpoint.count:
            rate = Endpoint.count / (time.perf_counter() - Endpoint.began)
            target = data.split(b" ", 2)[1].decode()
            print(rate, Endpoint.most, target, flush=True)
            Endpoint.came = 0
            Endpoint.most = Endpoint.open


async def _main() -> None:
    Endpoint.count = int(sys.argv[1])
    server = await asyncio.get_running_loop().create_server(Endpoint, "127.0.0.1", 0, backlog=1024)
    print(f"ready http=http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
