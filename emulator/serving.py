"""An emulator on its sockets: what the command, the fixtures and `running` start and stop."""

import socket
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from emulator.admin.addresses import ours
from emulator.app import Emulator
from emulator.listening import bind, tls_context, url
from emulator.outgoing.http_round import Call
from emulator.providers.contract import Provider
from emulator.server.http_server import HttpServer
from emulator.server.http_service import HttpService
from emulator.settings import Settings
from emulator.transports.outbox import Outbox
from emulator.transports.smpp import SmppTransport

if TYPE_CHECKING:
    from emulator.admin.server import Control
    from emulator.durable.logbook import Logbook


class Serving:
    """One emulator, served in the running loop from `start` to `stop`.

    Raises Busy when a port cannot be had, Bad or Invalid when the settings' scenario is no good, Unusable when the
    state file is.
    """

    def __init__(
        self, settings: Settings | None = None, listening: socket.socket | None = None,
        providers: Mapping[str, Provider] | None = None, smpp: socket.socket | None = None,
        tls: socket.socket | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings or Settings(port=0)
        self._logbook: Logbook | None = None
        self.emulator = self._emulator(providers)
        self._listening = listening or bind(self.settings.host, self.settings.port)
        self.base_url = url(self._listening)
        self._smpp_listening = smpp or bind(self.settings.host, self.settings.port_of_smpp, "SMPP", "--smpp-port")
        self.smpp_url = url(self._smpp_listening, "smpp")
        self._tls_listening = tls
        if tls is None and self.settings.smpp_tls_port is not None:
            port = self.settings.smpp_tls_port
            self._tls_listening = bind(self.settings.host, port, "SMPP over TLS", "--smpp-tls-port")
        self.smpps_url = None if self._tls_listening is None else url(self._tls_listening, "smpps")
        self._outbox = Outbox(self.settings.targets)
        self.http = HttpServer(HttpService(
            self.emulator, ours, lambda request: self.control.answer(request),
            lambda request: self.control.trusts(request),
        ))  # fmt: skip
        self._smpp = SmppTransport(
            self.emulator.board, self.emulator.recorder, self.settings.targets, self.settings.limits
        )

    @cached_property
    def control(self) -> "Control":
        """The control API and the page; imported when somebody first asks for them, which serving does not."""
        from emulator.admin.server import Control

        control = Control(self.emulator, self.settings.token)
        control.smpp_url = self.smpp_url
        return control

    def _emulator(self, providers: Mapping[str, Provider] | None) -> Emulator:
        """A fresh one, or what the state file holds."""
        if self.settings.state is None:
            return Emulator(self.settings, providers)
        from emulator.durable.recovery import opened, recover

        self._logbook = opened(self.settings.state)
        try:
            emulator = Emulator(self.settings, providers, self._logbook)
            recover(emulator, self._logbook)
        except BaseException:
            self._logbook.give_up()
            raise
        return emulator

    async def start(self) -> None:
        """Serve from now on."""
        call: Call = self._outbox.call
        if self._logbook is not None:
            self._logbook.start()
            call = self._logbook.first(call)
        self.emulator.start(call, self.settings.public_url or self.base_url)
        await self.http.start(self._listening)
        await self._smpp.start(self._smpp_listening)
        if self._tls_listening is not None:
            await self._smpp.start(self._tls_listening, tls_context(self.settings.tls_cert, self.settings.tls_key))

    async def stop(self) -> None:
        """Let answers under way go out, then close everything."""
        await self._smpp.stop()
        await self.http.stop()
        await self.emulator.stop()
        if self._logbook is not None:
            self._logbook.close()
        await self._outbox.close()
        for one in (self._listening, self._smpp_listening, self._tls_listening):
            if one is not None:
                one.close()

    @property
    def smpp_host(self) -> str:
        """Where SMPP is served."""
        return urlsplit(self.smpp_url).hostname or ""

    @property
    def smpp_port(self) -> int:
        return urlsplit(self.smpp_url).port or 0

    async def __aenter__(self) -> "Serving":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
