"""The yardstick for HTTP: a bare aiohttp handler that answers the same bytes and does nothing else.

`python -m benchmarks.yardstick`: prints `ready http=URL` like the emulator.
"""

import asyncio

from aiohttp import web

BODY = (
    b'{"Success":true,"Message":"The request has been successfully received by our system","Output":null,"ErrorCode":0}'
)


async def _hello(request: web.Request) -> web.Response:
    return web.Response(body=BODY, content_type="application/json")


async def _main() -> None:
    app = web.Application()
    app.router.add_get("/api/v2/send", _hello)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = runner.addresses[0]
    print(f"ready http=http://127.0.0.1:{address[1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
