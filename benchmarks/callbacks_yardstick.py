"""The yardstick for callbacks: aiohttp's client alone, fifty connections kept alive, sending the same requests.

`python -m benchmarks.callbacks_yardstick URL COUNT [uvloop]`: URL is a callback as the emulator sent it; its smsID and
number differ each time. Prints the microseconds of processor time that each took.
"""

import asyncio
import sys
import time
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import ClientSession, TCPConnector
from yarl import URL

CONNECTIONS = 50


async def _main(url: str, wanted: int) -> None:
    base, _, query = url.partition("?")
    fields = dict(parse_qsl(query))
    numbers = iter(range(wanted))
    assert urlsplit(base).hostname == "127.0.0.1"

    async def one(session: ClientSession) -> None:
        for n in numbers:
            fields.update(smsID=str(n), number=f"9955{n:08}")
            async with session.get(URL(f"{base}?{urlencode(fields)}", encoded=True)) as answer:
                await answer.read()

    async with ClientSession(connector=TCPConnector(limit_per_host=CONNECTIONS)) as session:
        before = time.process_time()
        await asyncio.gather(*(one(session) for _ in range(CONNECTIONS)))
        print((time.process_time() - before) / wanted * 1e6)


if __name__ == "__main__":
    loop = None
    if "uvloop" in sys.argv:
        import uvloop

        loop = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(_main(sys.argv[1], int(sys.argv[2])))
