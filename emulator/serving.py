"""An emulator on its sockets: what the command, the fixtures and `running` start and stop."""

import socket
from collections.abc import Mapping

from emulator.admin.server import Control
from emulator.app import Emulator
from emulator.listening import bind, url
from emulator.providers.contract import Provider
from emulator.settings import Settings
from emulator.transports.http import HttpTransport
from emulator.transports.outbox import Outbox


class Serving:
    """One emulator, served in the running loop from `start` to `stop`.

    Raises Busy when a port cannot be had, Bad or Invalid when the settings' scenario is no good.
    """

    def __init__(
        self, settings: Settings | None = None, listening: socket.socket | None = None,
        providers: Mapping[str, Provider] | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings or Settings(port=0)
        self.emulator = Emulator(self.settings, providers)
        self.control = Control(self.emulator, self.settings.token)
        self._listening = listening or bind(self.settings.host, self.settings.port)
        self.base_url = url(self._listening)
        self._outbox = Outbox()
        self._http = HttpTransport(self.emulator, self.control)

    async def start(self) -> None:
        """Serve from now on."""
        self.emulator.start(self._outbox.call, self.settings.public_url or self.base_url)
        await self._http.start(self._listening)

    async def stop(self) -> None:
        """Let answers under way go out, then close everything."""
        await self._http.stop()
        await self.emulator.stop()
        await self._outbox.close()
        self._listening.close()

    async def __aenter__(self) -> "Serving":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
