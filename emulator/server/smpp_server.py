"""Listens for SMPP clients, and calls those that wait for an outbind."""

import asyncio
import logging
import socket
from collections.abc import Callable
from functools import partial

from emulator.dispatch.smpp import SmppDispatcher
from emulator.http.limits import Limits
from emulator.net.allowed_targets import Targets
from emulator.net.connect import reach
from emulator.net.listen import BACKLOG, close
from emulator.sandboxes.change_log import ChangeLog
from emulator.sandboxes.smpp_session import BoundSession
from emulator.server.protocol_switch import TlsOnly, told
from emulator.server.smpp_connection import OtherNodesSmpp, SmppConnection
from emulator.server.stream_protocol import StreamProtocol
from emulator.tls.contexts import Contexts

_log = logging.getLogger("emulator")
_FAREWELL = 0.3
"""Real seconds that clients get to answer our unbind when serving stops."""


def _no_tls(transport: asyncio.BaseTransport, wrong: Exception) -> None:
    _log.warning("SMPP from %s: %s", transport.get_extra_info("peername"), told(wrong))


class SmppServer:
    """Serves one SMPP dispatcher on listening sockets."""

    def __init__(
        self, dispatcher: SmppDispatcher, recorder: ChangeLog | None = None, targets: Targets | None = None,
        limits: Limits | None = None, elsewhere: OtherNodesSmpp | None = None,
    ) -> None:  # fmt: skip
        self.dispatcher = dispatcher
        self._elsewhere = elsewhere
        self._limits = limits
        self._recorder = recorder
        self._targets = targets or Targets()
        self._servers: list[asyncio.Server] = []
        self.links: set[SmppConnection] = set()
        self._shaking_hands: set[TlsOnly] = set()

    async def start(self, listening: socket.socket, tls: Contexts | None = None) -> None:
        """Serve on a bound socket, with TLS from the first octet if there are certificates."""
        loop = asyncio.get_running_loop()
        self.dispatcher.dial = self._dial
        begin = self.connection if tls is None else partial(self._tls, tls)
        backlog = min(BACKLOG, (self._limits or Limits()).connections)
        self._servers.append(await loop.create_server(begin, sock=listening, backlog=backlog))

    def _tls(self, contexts: Contexts) -> StreamProtocol:
        limits = self._limits or Limits()
        return TlsOnly(self.connection, contexts, _no_tls, self._shaking_hands, limits.connections, limits.head_seconds)

    def connection(self) -> SmppConnection:
        return SmppConnection(self.dispatcher, self.links, self._recorder, self._limits, self._elsewhere)

    def from_elsewhere(self, asked: OtherNodesSmpp) -> SmppConnection:
        """For a client that came to another node, and whose bind is to be answered here."""
        return SmppConnection(self.dispatcher, self.links, self._recorder, self._limits, asked, here=True)

    async def _dial(self, host: str, port: int, connected: Callable[[BoundSession], None]) -> BoundSession:
        """To a client that listens. Raises NotAllowed when it may not be called, OSError when it cannot be."""
        made = await reach(self._targets, host, port)
        _, link = await asyncio.get_running_loop().create_connection(self.connection, sock=made)
        connected(link.line)
        return link.line

    async def unbind_all(self, seconds: float = _FAREWELL) -> None:
        """Take leave of those that are bound, and wait for them so long; others may come."""
        for link in tuple(self.links):
            link.unbind()
        await self._gone(seconds)

    async def _gone(self, seconds: float = _FAREWELL) -> None:
        if self.links:
            await asyncio.wait([link.gone for link in self.links], timeout=seconds)

    async def stop(self) -> None:
        """Stop listening, take leave of those that are bound, close all."""
        await close(self._servers)
        for one in tuple(self._shaking_hands):
            one.abort()
        await self.unbind_all()
        for link in tuple(self.links):
            link.answers.hurry()
            link.take_leave()
        await self._gone()
        for link in tuple(self.links):
            link.hang_up()
        await self._gone()
