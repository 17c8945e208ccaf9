"""One HTTP connection to a receiver of callbacks: a request goes out, its answer comes back, and then the next.

aiohttp's client, which does much else, takes three times as long for it.
"""

import asyncio
from typing import cast

from emulator.delivery.response_parser import NoAnswer, ResponseParser
from emulator.http.messages import HttpReply


class Gone(OSError):
    """The connection closed before anything of an answer came."""


class ClientConnection(asyncio.Protocol):
    """`asked`: how many requests it has carried, `free`: another may follow."""

    __slots__ = ("_answer", "_coming", "_loop", "_transport", "asked", "free", "idle_since")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._answer = ResponseParser()
        self._coming: asyncio.Future[HttpReply] | None = None
        self.asked = 0
        self.free = True
        self.idle_since = 0.0

    async def ask(self, octets: bytes) -> HttpReply:
        """Send a request; its answer. Raises Gone, or another OSError when what came is no answer."""
        if not self.free or self._transport is None or self._transport.is_closing():
            raise Gone("the connection was closed before an answer came")
        self.asked += 1
        self._answer = ResponseParser()
        coming: asyncio.Future[HttpReply] = self._loop.create_future()
        self._coming = coming
        self._transport.write(octets)
        try:
            return await coming
        except BaseException:
            self.abort()
            raise
        finally:
            self._coming = None

    def abort(self) -> None:
        self.free = False
        if self._transport is not None:
            self._transport.abort()

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods alone

    def data_received(self, data: bytes) -> None:
        coming = self._coming
        if coming is None or coming.done():
            self.abort()  # nobody asked
            return
        try:
            reply = self._answer.feed(data)
        except NoAnswer as error:
            coming.set_exception(error)
            return
        if reply is not None:
            self.free = self.free and self._answer.again
            coming.set_result(reply)

    def connection_lost(self, error: Exception | None) -> None:
        self.free = False
        self._transport = None
        coming = self._coming
        if coming is None or coming.done():
            return
        if not self._answer.begun:
            coming.set_exception(Gone(str(error) if error else "the connection was closed before an answer came"))
            return
        try:
            coming.set_result(self._answer.end())
        except NoAnswer as broken:
            coming.set_exception(broken)
