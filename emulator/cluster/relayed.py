"""The asked node's end of a request that another one answers: the owner's reply, on its way to the client."""

import asyncio

from emulator.cluster.frames import Frame, Kind
from emulator.cluster.link import NodeLink
from emulator.server.http_connection import HttpConnection

_MOST_UNREAD = 256 * 1024
"""With so many octets of a reply that the client has not read, the owner is told to wait."""


class Relayed:
    """The reply of the owner, on its way to the client."""

    def __init__(self, link: NodeLink, connection: HttpConnection) -> None:
        self._link = link
        self._connection = connection
        self._came: asyncio.Queue[Frame] = asyncio.Queue()
        self._unread = 0
        self._paused = False
        self._stream = 0

    async def passed_on(self, asked: bytes) -> bool:
        """The request to the owner and its reply to the client. False: it is not the owner, and nothing was done."""
        link, connection = self._link, self._connection
        stream = self._stream = link.open(self)
        link.send(Kind.REQUEST, stream, asked)
        connection.when_ended = lambda: link.send(Kind.CLOSE, stream)
        over = False
        try:
            while True:
                frame = await self._next()
                over = frame.kind is not Kind.DATA
                match frame.kind:
                    case Kind.DATA:
                        await connection.write_and_drain(frame.payload)
                    case Kind.NOT_MINE:
                        return False
                    case Kind.CLOSE:
                        connection.close()
                    case Kind.RESET:
                        connection.reset()
                if over:
                    return True
        finally:
            connection.when_ended = None
            link.ends.pop(stream, None)
            if not over:
                link.send(Kind.RESET, stream)

    async def _next(self) -> Frame:
        frame = await self._came.get()
        self._unread -= len(frame.payload)
        if self._paused and self._unread < _MOST_UNREAD:
            self._paused = False
            self._link.send(Kind.RESUME, self._stream)
        return frame

    def got(self, frame: Frame) -> None:
        if frame.kind in (Kind.PAUSE, Kind.RESUME):  # the owner has all that the client said
            return
        self._came.put_nowait(frame)
        self._unread += len(frame.payload)
        if self._unread > _MOST_UNREAD and not self._paused:
            self._paused = True
            self._link.send(Kind.PAUSE, self._stream)

    def lost(self) -> None:
        self.got(Frame(Kind.CLOSE, self._stream))
