"""An emulator on its sockets: what the command, the fixtures and `running` start and stop."""

import socket
import ssl
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from emulator.app.emulator import Emulator
from emulator.app.settings import Settings
from emulator.control_api.paths import ours
from emulator.extras import NotInstalled
from emulator.http.messages import Call
from emulator.net.listen import Busy, bind, url
from emulator.providers import names
from emulator.providers.base import Provider
from emulator.sandboxes.change_log import Unusable
from emulator.server.http_server import HttpServer
from emulator.server.http_service import HttpService
from emulator.server.proxy import Guard
from emulator.server.smpp_server import SmppServer
from emulator.tls import folders, trust
from emulator.tls.contexts import Contexts, IssuedCertificates, OwnCertificate, TlsError

if TYPE_CHECKING:
    from emulator.cluster.front import Front
    from emulator.cluster.node import ClusterNode
    from emulator.control_api.http_api import Control
    from emulator.delivery.http_client import HttpClient
    from emulator.smtp.server import MailServer
    from emulator.storage.writer import GroupCommitWriter
    from emulator.tls.authority import Authority


class Server:
    """One emulator, served in the running loop from `start` to `stop`.

    Raises Busy when a port cannot be had, Bad or Invalid when the settings' scenario is not valid, Unusable when the
    state file is.
    """

    def __init__(
        self, settings: Settings | None = None, listening: socket.socket | None = None,
        providers: Mapping[str, Provider] | None = None, smpp: socket.socket | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings or Settings(port=0)
        self._logbook: GroupCommitWriter | None = None
        self._node: ClusterNode | None = None
        """With a database that many nodes share."""
        self._sockets = [one for one in (listening, smpp) if one is not None]
        try:
            self._set_up(listening, providers, smpp)
        except BaseException:
            self._give_up()
            raise

    def _give_up(self) -> None:
        """What is open of one that could not be made."""
        if self._logbook is not None and self._node is None:
            self._logbook.give_up()
        self._close_sockets()

    def _close_sockets(self) -> None:
        for one in self._sockets:
            one.close()

    def _set_up(
        self, listening: socket.socket | None, providers: Mapping[str, Provider] | None, smpp: socket.socket | None
    ) -> None:
        self._listening = self._listen(listening, self.settings.port, "HTTP", "--port")
        self.base_url = url(self._listening)
        self.emulator = self._emulator(providers)
        self._smpp_listening = self._listen(smpp, self.settings.port_of_smpp, "SMPP", "--smpp-port")
        self.smpp_url = url(self._smpp_listening, "smpp")
        self._tls_listening = self._bound(self.settings.smpp_tls_port, "SMPP over TLS", "--smpp-tls-port")
        self.smpps_url = None if self._tls_listening is None else url(self._tls_listening, "smpps")
        self._smtp_listening = self._bound(self.settings.smtp_port, "SMTP", "--smtp-port")
        self.smtp_url = None if self._smtp_listening is None else url(self._smtp_listening, "smtp")
        self._also = (
            self._bound(self.settings.https_port, "HTTPS", "--https-port"),
            self._bound(self.settings.also_http_port, "HTTP", "--also-http-port"),
        )
        for name in self.settings.callback_ca:  # what cannot be used is told now, and not with the first callback
            try:
                trust.check(name)
            except trust.TrustError as error:
                raise Busy(f"--callback-ca: {error}") from None
        self._domains = names.domains(self.emulator.providers.values())
        self._contexts = self._certificates()
        self._have_authority()
        front = None if self._node is None else self._node.serve(self.emulator)
        service = HttpService(
            self.emulator.http, self.settings.limits, ours, lambda request: self.control.answer(request),
            lambda request: self.control.gate.trusts(request), self._contexts,
            Guard(self._domains, self.settings.hosts, self.settings.tunnel), self.emulator.recorder, front,
        )  # fmt: skip
        self.http = HttpServer(service)
        self._smpp = SmppServer(
            self.emulator.smpp, self.emulator.recorder, self.settings.targets, self.settings.limits, front
        )
        if self._node is not None:
            from emulator.smtp.answers import MailAnswers

            mails = MailAnswers(self.emulator.http, self.emulator.recorder, front)
            self._node.answer_by(
                self.emulator.http, service, self._smpp, mails, lambda request: self.control.answer(request)
            )  # fmt: skip

        self._smtp = None if self._smtp_listening is None else self._mail_server(front)

    def _mail_server(self, front: "Front | None") -> "MailServer":
        """Loads aiosmtpd, which most servers do without. Raises Busy where it is not installed."""
        try:
            from emulator.smtp.answers import MailAnswers
            from emulator.smtp.server import MailServer
        except ImportError:
            raise Busy(str(NotInstalled("--smtp-port", "aiosmtpd"))) from None
        answers = MailAnswers(self.emulator.http, self.emulator.recorder, front)
        return MailServer(self.emulator.http, self._contexts, self.settings.limits, answers)

    @cached_property
    def _outbox(self) -> "HttpClient":
        """What callbacks go out by; imported with the first of them, and aiohttp, a third of a start, with it."""
        from emulator.delivery.http_client import HttpClient

        return HttpClient(self.settings.targets, self._receivers)

    @cached_property
    def control(self) -> "Control":
        """The control API and the page; imported when somebody first asks for them, which serving does not."""
        from emulator.app.control import control_of

        control = control_of(self.emulator)
        control.beside = {name: one for name, one in self.urls.items() if name != "http"}
        control.authority = lambda: self.authority_pem
        if self._node is not None:
            control.gate.share_log_ins(self._node.secret, self._node.log_outs)
        return control

    def _listen(self, given: socket.socket | None, port: int, what: str, option: str) -> socket.socket:
        if given is None:
            self._sockets.append(given := bind(self.settings.host, port, what, option))
        return given

    def _bound(self, port: int | None, what: str, option: str) -> socket.socket | None:
        return None if port is None else self._listen(None, port, what, option)

    def _certificates(self) -> Contexts:
        """What TLS clients are shown. Raises Busy when the user's own certificate cannot be used."""
        if self.settings.tls_cert is not None:
            try:
                return OwnCertificate(self.settings.tls_cert, self.settings.tls_key)
            except TlsError as error:
                raise Busy(str(error)) from None
        return IssuedCertificates(lambda: self._authority)

    def _receivers(self) -> ssl.SSLContext:
        return trust.receivers(self.settings.callback_ca, folders.folder(self.settings.ca_dir) / folders.FILE)

    @cached_property
    def _authority(self) -> "Authority":
        """Ours, read (or made) when the first TLS client comes."""
        from emulator.tls import authority

        return authority.kept_in(folders.folder(self.settings.ca_dir), self._domains, authority.today())

    @property
    def authority_pem(self) -> bytes:
        """Its certificate. Raises AuthorityError, or ImportError without `cryptography`."""
        return self._authority.pem

    def _emulator(self, providers: Mapping[str, Provider] | None) -> Emulator:
        """A fresh one, or what the state file holds."""
        if self.settings.state is None:
            if self.settings.keep_journal:
                raise Unusable("--keep-journal goes with --state FILE or --state postgresql://…, which keep it")
            return Emulator(self.settings, providers)
        if self.settings.database is not None:
            return self._of_many(self.settings.database, providers)
        from emulator.storage.recovery import recover
        from emulator.storage.sqlite import SqliteStore
        from emulator.storage.writer import GroupCommitWriter

        keeps_journal = self.settings.keep_journal
        file = SqliteStore(self.settings.state, keeps_journal)
        self._logbook = GroupCommitWriter(file, keeps_journal)
        emulator = Emulator(self.settings, providers, self._logbook)
        recover(emulator, self._logbook, file, self.settings.making)
        return emulator

    def _of_many(self, database: str, providers: Mapping[str, Provider] | None) -> Emulator:
        """One whose sandboxes come from a database, once it has joined the others."""
        try:
            from emulator.cluster.node import ClusterNode
        except ImportError:
            raise Unusable(str(NotInstalled(f"--state {urlsplit(database).scheme}://…", "asyncpg"))) from None
        self._node = ClusterNode(database, self.settings.node_url or self.base_url, self.settings.keep_journal)
        self._logbook = self._node.writer
        return Emulator(self.settings, providers, self._logbook)

    async def start(self) -> None:
        """Serve from now on. Raises Unusable when the database is not."""
        call: Call = lambda request, fault=None: self._outbox.call(request, fault)  # noqa: E731
        if self._logbook is not None:
            call = self._logbook.first(call)
        self.emulator.start(call, self.settings.public_url or self.base_url)
        if self._node is not None:
            await self._node.start()
        elif self._logbook is not None:
            self._logbook.start()
        for listening in (self._listening, *self._also):
            if listening is not None:
                await self.http.start(listening)
        await self._smpp.start(self._smpp_listening)
        if self._tls_listening is not None:
            await self._smpp.start(self._tls_listening, self._contexts)
        if self._smtp is not None and self._smtp_listening is not None:
            await self._smtp.start(self._smtp_listening)

    def _have_authority(self) -> None:
        """Where a port for TLS was named, the authority is there before the first client: others wait for its file."""
        wanted = (self.settings.https_port, self.settings.smpp_tls_port)
        if self.settings.tls_cert is None and wanted != (None, None):
            try:
                self.authority_pem  # noqa: B018
            except Exception as wrong:  # ImportError, AuthorityError: their words say what to do
                raise Busy(f"--https-port, --smpp-tls-port: {wrong}") from None

    async def stop(self) -> None:
        """Let answers under way go out, then close everything."""
        if self._node is not None:
            await self._node.leave(self.settings.drain_seconds)
        await self._smpp.stop()
        if self._smtp is not None:
            await self._smtp.stop()
        await self.http.stop()
        await self.emulator.stop()
        try:
            if self._node is not None:
                await self._node.stop()
            elif self._logbook is not None:
                self._logbook.close()
        finally:
            if "_outbox" in vars(self):
                await self._outbox.close()
            self._close_sockets()

    def hurry(self) -> None:
        """Who stops is to wait for nothing any more."""
        if self._node is not None:
            self._node.hurry.set()

    @property
    def urls(self) -> dict[str, str]:
        """Where everything is served, by the name that the ready line has for it."""
        https, also = (None if one is None else url(one, scheme)
                       for one, scheme in zip(self._also, ("https", "http"), strict=True))  # fmt: skip
        every = {"http": self.base_url, "smpp": self.smpp_url, "smpps": self.smpps_url, "smtp": self.smtp_url,
                 "https": https, "also_http": also}  # fmt: skip
        return {name: one for name, one in every.items() if one is not None}

    @property
    def smpp_host(self) -> str:
        """Where SMPP is served."""
        return urlsplit(self.smpp_url).hostname or ""

    @property
    def smpp_port(self) -> int:
        return urlsplit(self.smpp_url).port or 0

    async def __aenter__(self) -> "Server":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
