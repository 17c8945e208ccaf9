"""The yardstick for HTTP: a bare aiohttp handler that answers the same bytes and does nothing else.

`python -m benchmarks.yardstick [tls]`: prints `ready http=URL` like the emulator.
"""

import asyncio
import ssl
import sys

from aiohttp import web

BODY = (
    b'{"Success":true,"Message":"The request has been successfully received by our system","Output":null,"ErrorCode":0}'
)


async def _hello(request: web.Request) -> web.Response:
    return web.Response(body=BODY, content_type="application/json")


def _tls() -> ssl.SSLContext:
    """With a certificate such as the emulator's own."""
    from emulator.tls.authority import make, today
    from emulator.tls.contexts import loaded

    return loaded(make([], today())[0].issue(["127.0.0.1"], today()))


async def _main() -> None:
    app = web.Application()
    app.router.add_get("/api/v2/send", _hello)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    context = _tls() if sys.argv[1:] == ["tls"] else None
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    address = runner.addresses[0]
    print(f"ready http={'https' if context else 'http'}://127.0.0.1:{address[1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
