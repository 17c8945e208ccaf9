"""The asked node's end of what another one answers: the owner's reply on its way to the client, or wanted as one."""

import asyncio
from collections.abc import Callable

from emulator.cluster.frames import Frame, Kind
from emulator.cluster.link import NodeLink
from emulator.server.answers import RelayedReply
from emulator.server.http_connection import HttpConnection


class Relayed(RelayedReply):
    """The reply of the owner, as it comes. `not_mine`: it is not the owner, and nothing was done. Raises
    ConnectionResetError when the link has ended."""

    def __init__(
        self, link: NodeLink, connection: HttpConnection, asked: bytes, not_mine: Callable[[], None]
    ) -> None:  # fmt: skip
        self._link = link
        self._connection = connection
        self._not_mine = not_mine
        self._stream = link.open(self)
        link.send(Kind.REQUEST, self._stream, asked)
        connection.when_ended = self._ended

    def _ended(self) -> None:
        self._link.send(Kind.CLOSE, self._stream)

    def _over(self) -> None:
        self._connection.when_ended = None
        self._link.ends.pop(self._stream, None)

    # what the owner says

    def got(self, frame: Frame) -> None:
        connection = self._connection
        match frame.kind:
            case Kind.DATA:
                if not connection.transport.is_closing():
                    connection.transport.write(frame.payload)
                return
            case Kind.PAUSE | Kind.RESUME:  # the owner has all that the client said
                return
            case Kind.CLOSE:
                connection.close()
            case Kind.RESET:
                connection.reset()
        self._over()
        if frame.kind is Kind.NOT_MINE:
            self._not_mine()
        else:
            connection.served()

    def lost(self) -> None:
        self.got(Frame(Kind.CLOSE, self._stream))

    # what the client does

    def cancel(self) -> None:
        self._over()
        self._link.send(Kind.RESET, self._stream)

    def pause(self) -> None:
        self._link.send(Kind.PAUSE, self._stream)

    def resume(self) -> None:
        self._link.send(Kind.RESUME, self._stream)


async def ask_whole(link: NodeLink, kind: Kind, asked: bytes) -> tuple[Kind, bytes]:
    """A stream whose answer is wanted as one: how it ended, and what was said. Raises ConnectionResetError when the
    node is gone."""
    whole = _Whole()
    stream = link.open(whole)
    link.send(kind, stream, asked)
    try:
        return await whole.answered
    finally:
        link.ends.pop(stream, None)
        if whole.answered.cancelled():  # nobody waits for it any more
            link.send(Kind.RESET, stream)


class _Whole:
    def __init__(self) -> None:
        self.answered: asyncio.Future[tuple[Kind, bytes]] = asyncio.get_running_loop().create_future()
        self._octets = b""

    def got(self, frame: Frame) -> None:
        if frame.kind is Kind.DATA:
            self._octets += frame.payload
        elif not self.answered.done():
            self.answered.set_result((frame.kind, self._octets))

    def lost(self) -> None:
        if not self.answered.done():
            self.answered.set_exception(ConnectionResetError("the node is gone"))
