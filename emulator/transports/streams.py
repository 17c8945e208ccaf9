"""Replies that come about piece by piece, for as long as the client listens."""

import asyncio
from contextlib import aclosing, suppress

from emulator.transports import web
from emulator.wire import StreamReply


class Streams:
    """Those of a server."""

    def __init__(self) -> None:
        self._draining: set[asyncio.Task[None]] = set()

    async def send(self, request: web.BaseRequest, reply: StreamReply) -> web.StreamResponse:
        """Pieces to the client as they come about. Ends with them, when the client goes, or when serving stops."""
        response = web.StreamResponse(headers=dict(reply.headers))
        await response.prepare(request)
        draining = asyncio.get_running_loop().create_task(_drain(reply, response))
        self._draining.add(draining)
        try:
            await asyncio.wait((draining,))
        finally:
            self._draining.discard(draining)
            draining.cancel()
            await asyncio.gather(draining, return_exceptions=True)
        response.force_close()
        return response

    def stop(self) -> None:
        """All of them end."""
        for draining in tuple(self._draining):
            draining.cancel()


async def _drain(reply: StreamReply, response: web.StreamResponse) -> None:
    """Write every piece, no faster than the client reads."""
    async with aclosing(aiter(reply.pieces)) as pieces:  # type: ignore[type-var]
        with suppress(ConnectionError):
            async for piece in pieces:
                await response.write(piece)
