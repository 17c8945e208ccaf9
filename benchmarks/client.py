"""A call of the client beside the library that it stands on, making the same request: each one's processor time; and
what importing and making one costs, beside importing the library."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from statistics import median

COUNT = 1_000
ROUNDS = 5
_SERVER = """
import asyncio, re
BODY = b'{"Success":true,"Message":"","Output":null,"ErrorCode":0}'
HEAD = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n"
ANSWER = HEAD % len(BODY) + BODY
async def serve(reader, writer):
    while head := await reader.readuntil(b"\\r\\n\\r\\n"):
        await reader.readexactly(int(re.search(rb"(?i)content-length: *(\\d+)", head)[1]))
        writer.write(ANSWER)
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
_FORM = {"key": "the-key", "destination": "995577123456", "sender": "Shop", "content": "Hello", "reference": "r"}
_IMPORTS = {
    "sync": ("from emulator.client import SmsOffice; SmsOffice('k').close()", "import urllib3; urllib3.PoolManager()"),
    "async": ("from emulator.client import AsyncSmsOffice; AsyncSmsOffice('k')", "import aiohttp"),
}


@contextmanager
def _answering() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-c", _SERVER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait(10)


def _each(call: Callable[[int], object]) -> float:
    """Microseconds of this process for each call."""
    began = time.process_time()
    for turn in range(COUNT):
        call(turn)
    return (time.process_time() - began) / COUNT * 1e6


async def _each_async(call: Callable[[int], Awaitable[object]]) -> float:
    began = time.process_time()
    for turn in range(COUNT):
        await call(turn)
    return (time.process_time() - began) / COUNT * 1e6


def _sync(url: str) -> list[tuple[float, float]]:
    import urllib3

    from emulator.client import SmsOffice

    bare = urllib3.PoolManager()

    def post(turn: int) -> None:
        answer = bare.request_encode_body("POST", f"{url}/api/v2/send", fields=_FORM, encode_multipart=False)
        assert answer.json()["Success"]

    with SmsOffice("the-key", "Shop", base_url=url) as client:
        return [(_each(lambda turn: client.send("995577123456", "Hello", reference=f"r{turn}")), _each(post))
                for _ in range(ROUNDS)]  # fmt: skip


async def _async(url: str) -> list[tuple[float, float]]:
    import aiohttp

    from emulator.client import AsyncSmsOffice

    async with aiohttp.ClientSession() as session, AsyncSmsOffice("the-key", "Shop", base_url=url) as client:

        async def post(turn: int) -> None:
            async with session.post(f"{url}/api/v2/send", data=_FORM) as answer:
                assert (await answer.json())["Success"]

        async def send(turn: int) -> None:
            await client.send("995577123456", "Hello", reference=f"r{turn}")

        return [(await _each_async(send), await _each_async(post)) for _ in range(ROUNDS)]


def _import(code: str) -> float:
    timed = f"import time; t=time.process_time()\n{code}\nprint(time.process_time()-t)"
    done = subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True)
    return float(done.stdout) * 1000


def measure() -> list[tuple[str, float, float, float]]:
    """(what, ours, the library's, ratio), the medians of paired rounds."""
    with _answering() as url:
        calls = {"urllib3": _sync(url), "aiohttp": asyncio.run(_async(url))}
    table = [(f"a send by the client, {name} (us)", *_paired(pairs)) for name, pairs in calls.items()]
    for name, (ours, bare) in _IMPORTS.items():
        _import(ours)
        pairs = [(_import(ours), _import(bare)) for _ in range(ROUNDS)]
        table.append((f"import and make a client, {name} (ms)", *_paired(pairs)))
    return table


def _paired(pairs: list[tuple[float, float]]) -> tuple[float, float, float]:
    ours, bare = (median(column) for column in zip(*pairs, strict=True))
    return ours, bare, median(a / b for a, b in pairs)
