"""The load: some kept-alive connections, each sending one prepared request after another. A process of its own.

`python -m benchmarks.load PORT CONNECTIONS SECONDS PATH...`: PATH may hold {n}, a number that differs each time (equal
URLs would be answered from a URL parser's cache). Prints requests a second. Only ever to 127.0.0.1.
"""

import asyncio
import sys
import time


async def _one(port: int, path: str, first: int, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.monotonic() < until:
        target = path.format(n=first + done)
        writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        at = head.lower().index(b"content-length:") + 15
        await reader.readexactly(int(head[at : head.index(b"\r", at)]))
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"unexpected answer: {head[:200]!r}")
        done += 1
    writer.close()
    return done


async def _all(port: int, connections: int, seconds: float, path: str) -> float:
    began = time.monotonic()
    until = began + seconds
    counts = await asyncio.gather(*(_one(port, path, 10_000_000 * n, until) for n in range(connections)))
    return sum(counts) / (time.monotonic() - began)


if __name__ == "__main__":
    port, connections, seconds, path = sys.argv[1:]
    print(asyncio.run(_all(int(port), int(connections), float(seconds), path)))
