"""An application on its address in the world: an aiohttp one, or any ASGI one (FastAPI, Starlette, Django's)."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from aiohttp import web

_WSGI = ("WSGIHandler", "WsgiToAsgi", "WSGIMiddleware")
"""Django's, and what leads to one from ASGI by threads: asgiref's, a2wsgi's and Starlette's."""

Send = Callable[[dict[str, Any]], Awaitable[None]]


@asynccontextmanager
async def served(app: Any, host: str, port: int) -> AsyncIterator[tuple[str, int]]:
    """Serve it; where it is served. Raises TypeError for what is no application."""
    async with AsyncExitStack() as stack:
        if isinstance(app, web.Application):
            runner: web.BaseRunner = web.AppRunner(app, access_log=None, shutdown_timeout=5.0)
        elif hasattr(app, "wsgi_app") or type(app).__name__ in _WSGI:
            raise TypeError(
                f"{type(app).__name__} is a WSGI application: it answers in threads that block, and those are outside "
                "the world, whose time does not run there. Give its asynchronous twin (Quart, Django's ASGI "
                "handler), or test it with live_sms_emulator"
            )
        elif callable(app):
            await stack.enter_async_context(_lifespan(app))
            runner = web.ServerRunner(web.Server(lambda request: _answer(app, request), access_log=None))
        else:
            raise TypeError(f"the factory gave {app!r}: neither an aiohttp nor an ASGI application, nor a coroutine")
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, host, port).start()
        yield runner.addresses[0][:2] if runner.addresses else (host, port)


@asynccontextmanager
async def _lifespan(app: Any) -> AsyncIterator[None]:
    """Startup before, shutdown behind; for an application that knows neither, nothing."""
    said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def receive() -> dict[str, Any]:
        return await heard.get()

    async def send(message: dict[str, Any]) -> None:
        await said.put(message)

    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    task = asyncio.ensure_future(app(scope, receive, send))
    heard.put_nowait({"type": "lifespan.startup"})
    known = await _said(task, said)
    if known is not None and known["type"] == "lifespan.startup.failed":
        raise RuntimeError(f"the application does not start: {known.get('message', '')}")
    try:
        yield
    finally:
        if known is not None and not task.done():
            heard.put_nowait({"type": "lifespan.shutdown"})
            await _said(task, said)
        if not task.done():
            task.cancel()
        await asyncio.wait((task,))


async def _said(task: "asyncio.Future[Any]", said: "asyncio.Queue[dict[str, Any]]") -> dict[str, Any] | None:
    """Its next word; None when it ended without one: it knows no lifespan, as ASGI says."""
    word = asyncio.ensure_future(said.get())
    await asyncio.wait((word, task), return_when=asyncio.FIRST_COMPLETED)
    if word.done():
        return word.result()
    word.cancel()
    task.exception()
    return None


async def _answer(app: Any, request: web.BaseRequest) -> web.StreamResponse:
    """One request by ASGI."""
    path, _, query = request.raw_path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1",
        "method": request.method, "scheme": "http", "path": request.path, "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"), "root_path": "", "state": {},
        "headers": [(name.lower(), value) for name, value in request.raw_headers],
        "client": _address(request, "peername"), "server": _address(request, "sockname"),
    }  # fmt: skip
    response = web.StreamResponse()
    ended = asyncio.Event()
    asked = False

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": await request.read(), "more_body": False}
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            response.set_status(message["status"])
            for name, value in message.get("headers", ()):
                response.headers.add(name.decode("latin-1"), value.decode("latin-1"))
        elif message["type"] == "http.response.body":
            if not response.prepared:
                await response.prepare(request)
            if message.get("body"):
                await response.write(message["body"])
            if not message.get("more_body"):
                await response.write_eof()
                ended.set()

    try:
        await app(scope, receive, send)
    except Exception as error:
        if response.prepared:
            raise
        print(f"{request.method} {path} in the application: {type(error).__name__}: {error}", file=sys.stderr)
        return web.Response(status=500, text="Internal Server Error")
    finally:
        ended.set()
    return response


def _address(request: web.BaseRequest, word: str) -> tuple[str, int] | None:
    found = None if request.transport is None else request.transport.get_extra_info(word)
    return None if found is None else found[:2]
