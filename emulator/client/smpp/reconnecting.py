"""A link to an SMSC that stays bound: connecting, binding, and binding again with growing pauses whenever it breaks."""

import asyncio
import logging
import random
import ssl
from collections.abc import Callable, Iterator

from emulator.client.smpp.connection import Connection, Deliver, Gone
from emulator.client.smpp.errors import SmppError, SmppNotReached, SmppRefused
from emulator.client.smpp.settings import Bind, LinkState, Settings, StateHook, What
from emulator.smpp import CommandId, Pdu, Role, Timers
from emulator.smpp.command_status import Status
from emulator.smpp.session_states import BOUND_BY, judge

_BINDS: dict[Bind, int] = {
    "transmitter": CommandId.BIND_TRANSMITTER, "receiver": CommandId.BIND_RECEIVER,
    "transceiver": CommandId.BIND_TRANSCEIVER,
}  # fmt: skip
_log = logging.getLogger("emulator.client")


class BindAccount:
    """Whom to bind as, where. Raises ValueError for what no bind can carry; a password is not shown."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None, system_id: str, password: str) -> None:
        for name, said, most in (("system_id", system_id, 15), ("password", password, 8)):
            if not said.isascii() or not said.isprintable() or len(said) > most:
                raise ValueError(f"the {name} is to have at most {most} characters of ASCII")
        self.where = (host, port, tls)
        self.secrets = (system_id, password)
        self.fields = {"system_id": system_id.encode(), "password": password.encode()}


class ReconnectingConnection:
    """`deliver`: a deliver_sm or data_sm → the command_status to answer, or who will know. `changed`: called whenever
    the link may take requests, or more of them, than before."""

    def __init__(
        self, number: int, bind: Bind, account: BindAccount, settings: Settings, deliver: Deliver,
        changed: Callable[[], None], hook: StateHook | None,
    ) -> None:  # fmt: skip
        self._number, self.bind = number, bind
        self._account = account
        self._settings = settings
        self._deliver = deliver
        self._changed = changed
        self._hook = hook
        self._bind = Pdu(_BINDS[bind], fields={
            **account.fields, "system_type": settings.system_type.encode("latin-1"), "interface_version": 0x34,
        })  # fmt: skip
        self.link: Connection | None = None
        """The link that is bound right now."""
        self._keeper: asyncio.Task[None] | None = None
        self.why = "not bound yet"
        """Why there is none."""

    def allows(self, command_id: int) -> bool:
        """Does the bind allow such a request at all?"""
        return judge(Role.ESME, command_id, BOUND_BY[self._bind.command_id]) is Status.ROK

    async def open(self) -> None:
        """Connect and bind, and keep it so. Raises what the bind was refused with, or SmppNotReached."""
        self._keeper = asyncio.create_task(self._keep(await self._connect()))

    async def close(self, within: float) -> None:
        """Unbind, and close after so many seconds at most."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        link, self.link, self.why = self.link, None, "the client was closed"
        if link is not None:
            await link.leave(within)
            self._tell("closed")

    async def _connect(self) -> Connection:
        """A bound link."""
        settings, patience = self._settings, self._settings.patience
        timers = Timers(
            session_init=None, inactivity=None, enquire_link=settings.enquire_link, response=patience.timeout,
            unanswered=settings.unanswered,
        )  # fmt: skip
        host, port, tls = self._account.where
        try:
            async with asyncio.timeout(patience.connect):
                _, link = await asyncio.get_running_loop().create_connection(
                    lambda: Connection(timers, settings.window, self._deliver, self._changed), host, port, ssl=tls
                )
        except (OSError, UnicodeError) as why:
            raise SmppNotReached(f"{host}:{port} cannot be reached: {why or 'time ran out'}") from why
        try:
            answer = await link.request(self._bind)
            if not isinstance(answer, Pdu):
                raise SmppNotReached(f"the bind was answered by something unreadable: {answer.why}")
            if answer.status or answer.command_id == CommandId.GENERIC_NACK:
                raise SmppRefused.told("bind", answer.status)
        except Gone as why:
            raise SmppNotReached(f"the bind had no answer: {why}") from why
        except BaseException:
            link.abort()
            raise
        self.link = link
        self._tell("bound")
        self._changed()
        return link

    async def _keep(self, link: Connection) -> None:
        """Bind again whenever the link has gone, for ever: an account may be unlocked, a server come back."""
        while True:
            self.why = await asyncio.shield(link.closed)
            self.link = None
            self._tell("lost", self.why)
            _log.warning("smpp: %s:%d: %s; binding again", *self._account.where[:2], self.why)
            for pause in self._pauses():
                await asyncio.sleep(pause)
                try:
                    link = await self._connect()
                except SmppError as why:
                    self.why = str(why)
                    self._tell("refused", self.why)
                else:
                    break

    def _pauses(self) -> Iterator[float]:
        patience, attempt = self._settings.patience, 2
        while True:
            yield patience.pause_before(attempt, random.random)
            attempt += 1

    def _tell(self, what: What, why: str = "") -> None:
        if self._hook is not None:
            try:
                self._hook(LinkState(self._number, self.bind, what, why))
            except Exception:
                _log.exception("the state hook of a client failed")
