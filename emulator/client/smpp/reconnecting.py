"""A line to an SMSC that stays bound: connecting, binding, and binding again with growing pauses whenever it breaks."""

import asyncio
import logging
import random
import ssl
from collections.abc import Callable
from typing import Literal, NamedTuple

from emulator.client.calls import Patience
from emulator.client.smpp.connection import Connection, Gone
from emulator.client.smpp.errors import SmppError, SmppNotReached, SmppRefused, SmppReplyLost, WrongBind
from emulator.smpp import Command, NotNow, Pdu, Timers, Unreadable

Bind = Literal["transmitter", "receiver", "transceiver"]
_BINDS = {
    "transmitter": Command.BIND_TRANSMITTER, "receiver": Command.BIND_RECEIVER,
    "transceiver": Command.BIND_TRANSCEIVER,
}  # fmt: skip
_log = logging.getLogger(__name__)
_GOODBYE = 3.0
_A_MOMENT = 0.05


class Settings(NamedTuple):
    """Real seconds. `window`: submits unanswered at once; `enquire_link`: ask after so much silence; `unanswered`:
    silent submits in a row after which the link is given up; `inbox`: receipts and messages kept for whoever reads
    them, when it is full the SMSC is asked to bring them again; `zone`: of the dates in receipts, hours ahead of UTC.

    `patience`: `timeout` is for each response, `deadline` for a whole call with waiting for a bind, `pause` and
    `longest_pause` for trying again, also for binding again.
    """

    system_type: str = ""
    window: int = 10
    enquire_link: float = 60.0
    unanswered: int = 3
    inbox: int = 10_000
    zone: float = 3.0
    patience: Patience = Patience(connect=10, timeout=30, deadline=60, attempts=8, pause=0.5, longest_pause=30)


USUAL = Settings()


class ReconnectingConnection:
    """`delivered`: a deliver_sm or data_sm → the command_status to answer."""

    def __init__(
        self, host: str, port: int, tls: ssl.SSLContext | None, bind: Bind, system_id: str, password: str,
        settings: Settings, delivered: Callable[[Pdu], int],
    ) -> None:  # fmt: skip
        self._where = (host, port, tls)
        self._settings = settings
        self._delivered = delivered
        self._bind = Pdu(_BINDS[bind], fields={
            "system_id": system_id.encode("latin-1"), "password": password.encode("latin-1"),
            "system_type": settings.system_type.encode("latin-1"), "interface_version": 0x34,
        })  # fmt: skip
        self._bound = asyncio.Event()
        self._places = asyncio.Semaphore(settings.window)
        self._link: Connection | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._last = ""

    @property
    def bound(self) -> bool:
        return self._bound.is_set()

    async def open(self) -> None:
        """Connect and bind, and keep it so. Raises what the bind was refused with, or SmppNotReached."""
        self._keeper = asyncio.create_task(self._keep(await self._connect()))

    async def close(self) -> None:
        """Unbind and close."""
        if self._keeper is None:
            return
        self._keeper.cancel()
        await asyncio.wait([self._keeper])
        self._bound.clear()
        if self._link is not None:
            await self._link.leave(_GOODBYE)

    async def ask(self, pdu: Pdu, until: float) -> Pdu:
        """The response to a request: wait for a bind and a place in the window, send it once. `until`: on the loop's
        clock. Raises SmppError for all but a good response."""
        sent = False
        try:
            async with asyncio.timeout_at(until), self._places:
                future = await self._sent(pdu)
                sent = True
                answer = await future
        except TimeoutError as why:
            if sent:
                raise SmppReplyLost(f"{pdu.name} had no answer in time") from why
            raise SmppNotReached(f"not bound in time: {self._last}") from why
        except Gone as why:
            raise SmppReplyLost(str(why)) from why
        if not isinstance(answer, Pdu):
            raise SmppReplyLost(f"the answer to {pdu.name} is unreadable: {answer.why}")
        nacked = answer.command_id == Command.GENERIC_NACK
        if answer.status or nacked:
            error = SmppRefused.told(pdu.name, answer.status)
            # A nack is no answer about the message, unless its status says that nothing was taken.
            error.maybe_accepted = nacked and pdu.command_id == Command.SUBMIT_SM and not error.safe
            raise error
        return answer

    async def _sent(self, pdu: Pdu) -> "asyncio.Future[Pdu | Unreadable]":
        while True:
            await self._bound.wait()
            link = self._link
            assert link is not None
            try:
                return link.request(pdu)
            except NotNow as why:
                if link.serves and not link.session.may_send(pdu.command_id):
                    raise WrongBind(str(why)) from why
            await asyncio.wait([link.closed], timeout=_A_MOMENT)

    async def _connect(self) -> Connection:
        """A bound link."""
        settings, patience = self._settings, self._settings.patience
        timers = Timers(
            session_init=None, inactivity=None, enquire_link=settings.enquire_link, response=patience.timeout,
            unanswered=settings.unanswered,
        )  # fmt: skip
        host, port, tls = self._where
        try:
            async with asyncio.timeout(patience.connect):
                _, link = await asyncio.get_running_loop().create_connection(
                    lambda: Connection(timers, settings.window, self._delivered), host, port, ssl=tls
                )
        except OSError as why:
            raise SmppNotReached(f"{host}:{port} cannot be reached: {why or 'time ran out'}") from why
        try:
            answer = await link.request(self._bind)
            if not isinstance(answer, Pdu):
                raise SmppNotReached(f"the bind was answered by something unreadable: {answer.why}")
            if answer.status or answer.command_id == Command.GENERIC_NACK:
                raise SmppRefused.told("bind", answer.status)
        except Gone as why:
            raise SmppNotReached(f"the bind had no answer: {why}") from why
        except BaseException:
            link.abort()
            raise
        self._link = link
        self._bound.set()
        return link

    async def _keep(self, link: Connection) -> None:
        """Bind again whenever the link has gone, for ever: an account may be unlocked, a server come back."""
        while True:
            self._last = await asyncio.shield(link.closed)
            self._bound.clear()
            _log.warning("%s:%d: %s; binding again", *self._where[:2], self._last)
            pause = self._settings.patience.pause
            while not self._bound.is_set():
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
                pause = min(pause * 2, self._settings.patience.longest_pause)
                try:
                    link = await self._connect()
                except SmppError as why:
                    self._last = str(why)
