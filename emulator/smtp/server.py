"""The server: aiosmtpd's protocol on our loop, with our limits, and STARTTLS by the emulator's authority."""

import asyncio
import logging
import socket
import ssl
from typing import Any

from aiosmtpd.smtp import SMTP

from emulator.dispatch.http import HttpDispatcher
from emulator.http.limits import Limits
from emulator.net.listen import BACKLOG, close
from emulator.smtp.answers import MailAnswers
from emulator.smtp.handler import MailHandler, request_of
from emulator.tls.contexts import Contexts

NAME = "sms-emulator"
_COMMANDS = 1000
"""Of one kind in one connection."""
_log = logging.getLogger("emulator")


class MailConnection(SMTP):
    """One client. `among`: those that are open."""

    line_length_limit = 128 * 1024
    """A mail may be one line of parameters."""

    def __init__(
        self, dispatcher: HttpDispatcher, handler: MailHandler, among: "set[MailConnection]", limits: Limits,
        tls: ssl.SSLContext | None,
    ) -> None:  # fmt: skip
        super().__init__(
            handler, hostname=NAME, ident="SMTP", data_size_limit=dispatcher.largest_mail, enable_SMTPUTF8=True,
            tls_context=tls, auth_exclude_mechanism=("LOGIN", "PLAIN"), command_call_limit=_COMMANDS,
            timeout=min(limits.idle_seconds, limits.body_seconds),
            loop=asyncio.get_running_loop(),
        )  # fmt: skip
        self._dispatcher = dispatcher
        self._among = among
        self._limits = limits

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self not in self._among and len(self._among) >= self._limits.connections:
            assert isinstance(transport, asyncio.Transport)
            transport.write(b"421 4.3.2 Too many connections\r\n")
        self._among.add(self)
        super().connection_made(transport)
        if len(self._among) > self._limits.connections:
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self._among.discard(self)
        super().connection_lost(error)

    async def push(self, status: Any) -> None:
        """What is too large is journalled too; one line of that many octets is a mail that is too large."""
        if str(status).startswith("500 Line too long"):
            status = "552 Error: Too much mail data"
        if str(status).startswith("552") and self.session is not None and self.envelope is not None:
            why = f"a mail may have {self._dispatcher.largest_mail} octets"
            self._dispatcher.unanswered(request_of(self.session, self.envelope, b""), why)
        await super().push(status)


class MailServer:
    """Serves on a bound socket from `start` to `stop`."""

    def __init__(
        self, dispatcher: HttpDispatcher, contexts: Contexts, limits: Limits, answers: MailAnswers
    ) -> None:  # fmt: skip
        self._dispatcher = dispatcher
        self._handler = MailHandler(dispatcher, answers)
        self._contexts = contexts
        self._limits = limits
        self._servers: list[asyncio.Server] = []
        self.connections: set[MailConnection] = set()

    async def start(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._servers.append(await loop.create_server(self._begin, sock=listening, backlog=BACKLOG))

    def _begin(self) -> MailConnection:
        return MailConnection(self._dispatcher, self._handler, self.connections, self._limits, self._tls())

    def _tls(self) -> ssl.SSLContext | None:
        """None where no certificate can be made: then STARTTLS is not offered."""
        try:
            return self._contexts.server()
        except Exception as wrong:  # cryptography is an extra, and the authority's folder may be closed
            _log.warning("SMTP without STARTTLS: %s", wrong)
            return None

    async def stop(self) -> None:
        """Stop listening, close all."""
        await close(self._servers)
        for connection in tuple(self.connections):
            if connection.transport is not None:
                connection.transport.close()
        await asyncio.sleep(0)
