"""What a rule may have done to a reply on its way (the list is in core/plans.py). One fault, one function."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

from emulator.transports import web

_PIECES = 20
_PAUSE = 0.05


async def _close(request: web.BaseRequest, reply: web.Response) -> web.StreamResponse:
    """FIN without an answer."""
    if request.transport is not None:
        request.transport.close()
    return reply


async def _reset(request: web.BaseRequest, reply: web.Response) -> web.StreamResponse:
    """RST: no lingering, then abort."""
    transport = request.transport
    if transport is not None:
        peer: socket.socket = transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return reply


async def _hang(request: web.BaseRequest, reply: web.Response) -> web.StreamResponse:
    """Nothing, until the client goes (the task is cancelled then) or the server stops."""
    await asyncio.get_running_loop().create_future()
    return reply


async def _cut(request: web.BaseRequest, reply: web.Response) -> web.StreamResponse:
    """The head promises all of the body, half of it comes."""
    response = await _begin(request, reply)
    await response.write(_body(reply)[: len(_body(reply)) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def _empty(request: web.BaseRequest, reply: web.Response) -> web.StreamResponse:
    return web.Response(status=reply.status, headers=reply.headers)


async def _garbled(request: web.BaseRequest, reply: web.Response) -> web.StreamResponse:
    """The body backwards behind two octets that no text begins with."""
    headers = {"Content-Type": reply.headers.get("Content-Type", "application/octet-stream")}
    return web.Response(status=reply.status, headers=headers, body=b"\xff\x00" + _body(reply)[::-1])


async def _slow(request: web.BaseRequest, reply: web.Response) -> web.StreamResponse:
    """The body in at most twenty pieces, with a pause behind each."""
    response = await _begin(request, reply)
    body = _body(reply)
    size = max(1, -(-len(body) // _PIECES))
    for begin in range(0, len(body), size):
        await response.write(body[begin : begin + size])
        await asyncio.sleep(_PAUSE)
    await response.write_eof()
    return response


async def _begin(request: web.BaseRequest, reply: web.Response) -> web.StreamResponse:
    response = web.StreamResponse(status=reply.status, headers=reply.headers)
    response.content_length = len(_body(reply))
    await response.prepare(request)
    return response


def _body(reply: web.Response) -> bytes:
    return reply.body if isinstance(reply.body, bytes) else b""


DO: dict[str, Callable[[web.BaseRequest, web.Response], Awaitable[web.StreamResponse]]] = {
    "lost": _close,
    "drop": _close,
    "hang": _hang,
    "reset": _reset,
    "cut": _cut,
    "empty": _empty,
    "garbled": _garbled,
    "slow": _slow,
}
