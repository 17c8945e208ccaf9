"""Replies that come about piece by piece, for as long as the client listens."""

import asyncio
from contextlib import aclosing

from emulator.http.messages import StreamReply
from emulator.http.reply_writer import chunk, stream_head
from emulator.server.http_connection import HttpConnection


class StreamingReplies:
    """Those of a server."""

    def __init__(self) -> None:
        self._draining: set[asyncio.Task[None]] = set()

    async def send(self, reply: StreamReply, connection: HttpConnection) -> None:
        """Pieces to the client as they come about. Ends with them, when the client goes, or when serving stops."""
        draining = asyncio.get_running_loop().create_task(_drain(reply, connection))
        self._draining.add(draining)
        try:
            await asyncio.wait((draining,))
        finally:
            self._draining.discard(draining)
            draining.cancel()
            await asyncio.gather(draining, return_exceptions=True)
        connection.close()

    def stop(self) -> None:
        """All of them end."""
        for draining in tuple(self._draining):
            draining.cancel()


async def _drain(reply: StreamReply, connection: HttpConnection) -> None:
    """Write every piece, no faster than the client reads."""
    old = connection.manner.old
    async with aclosing(aiter(reply.pieces)) as pieces:  # type: ignore[type-var]
        await connection.write_and_drain(stream_head(reply.headers, connection.date(), old))
        if connection.manner.without_body:
            return
        async for piece in pieces:
            if piece:
                await connection.write_and_drain(piece if old else chunk(piece))
        if not old:
            await connection.write_and_drain(chunk(b""))
