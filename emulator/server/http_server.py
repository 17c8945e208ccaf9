"""HTTP on listening sockets, from the first one to the last answer."""

import asyncio
import socket
from contextlib import suppress

from emulator.net.listen import BACKLOG, close
from emulator.server.http_connection import HttpConnection
from emulator.server.http_service import HttpService
from emulator.server.stream_protocol import StreamProtocol
from emulator.server.tunnel import Relay

_FAREWELL = 2.0
"""Real seconds that answers under way get when serving stops."""


class HttpServer:
    """Serves one service."""

    def __init__(self, service: HttpService) -> None:
        self._service = service
        self._servers: list[asyncio.Server] = []

    @property
    def connections(self) -> set[HttpConnection]:
        """Those that are open."""
        return self._service.connections

    @property
    def tunnels(self) -> "set[Relay]":
        """The ends of connections that are passed on."""
        return self._service.tunnels

    def connection(self) -> StreamProtocol:
        """What a new one is served by."""
        return self._service.new_connection()

    async def start(self, listening: socket.socket) -> None:
        """Serve on a bound socket."""
        loop = asyncio.get_running_loop()
        backlog = min(BACKLOG, self._service.limits.connections)  # asyncio accepts so many at once, too
        self._servers.append(await loop.create_server(self.connection, sock=listening, backlog=backlog))

    async def stop(self, seconds: float = _FAREWELL) -> None:
        """Stop listening, let answers under way go out (late ones at once), close what is idle."""
        self._service.stop()
        self._stop_connections()
        await close(self._servers)
        self._stop_connections()  # those that had just been accepted
        if self.connections:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._service.all_gone.wait(), seconds)
        for connection in tuple(self.connections):
            connection.abort()
        await asyncio.sleep(0)

    def _stop_connections(self) -> None:
        for connection in tuple(self.connections):
            connection.stop()
