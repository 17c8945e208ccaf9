"""An SMPP client (ESME): bound for as long as it is open, through every break of the connection."""

import asyncio
import random
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Self, Unpack

from emulator.client.errors import SmsError
from emulator.client.options import hold
from emulator.client.repeating import may_repeat
from emulator.client.reports import Report
from emulator.client.smpp.errors import SmppError, SmppNotReached
from emulator.client.smpp.incoming import Inbox, Unusable
from emulator.client.smpp.messages import (
    STATES,
    Incoming,
    Queried,
    SubmitOptions,
    Submitted,
    address,
    submits,
    time_of,
)
from emulator.client.smpp.reconnecting import USUAL, Bind, ReconnectingConnection, Settings
from emulator.core import text as gsm
from emulator.smpp import Coding, Command, Pdu, Status, read_time, write_text
from emulator.smpp.pdu import Fields

PORT, TLS_PORT = 3700, 3443
"""SMS Center's."""


class SmppClient:
    """An account, bound as transceiver unless told otherwise.

        async with SmppClient("smpp.smsc.ru", login, password) as smpp:
            sent = await smpp.submit("79001234567", "Hello", sender="Shop")
            async for report in smpp.receipts():
                ...

    The first bind must succeed; when the connection goes later, it is made and bound again with growing pauses, and
    calls wait for that until their deadline. Every method raises a SmppError: a class for each status, SmppReplyLost
    or SmppNotReached. `tls`: True, or a context of yours.
    """

    def __init__(
        self, host: str, system_id: str, password: str, *, port: int | None = None, bind: Bind = "transceiver",
        tls: bool | ssl.SSLContext = False, settings: Settings = USUAL,
    ) -> None:  # fmt: skip
        port = port or (TLS_PORT if tls else PORT)
        context = ssl.create_default_context() if tls is True else tls or None
        self._settings = settings
        self._make = partial(
            ReconnectingConnection, host, port, context, bind, system_id, password, settings, self._delivered
        )
        self._open: ReconnectingConnection | None = None
        self._reference = random.randrange(65536)
        self._inbox = Inbox(settings.zone)
        self._reports: asyncio.Queue[Report | None] = asyncio.Queue()
        self._messages: asyncio.Queue[Incoming | None] = asyncio.Queue()

    # opening and closing

    async def open(self) -> None:
        """Connect and bind. Raises what the bind was refused with, or SmppNotReached."""
        self._reports, self._messages = asyncio.Queue(), asyncio.Queue()
        line = self._make()
        await line.open()
        self._open = line

    async def close(self) -> None:
        """Unbind and close. Iterators of receipts end behind what has come."""
        line, self._open = self._open, None
        if line is not None:
            await line.close()
            self._reports.put_nowait(None)
            self._messages.put_nowait(None)

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def bound(self) -> bool:
        """Is it bound right now?"""
        return self._open is not None and self._open.bound

    # what can be asked

    async def submit(self, to: str, text: str, **options: Unpack[SubmitOptions]) -> Submitted:
        """Send a text to a number, in as many parts as it needs, one after the other. Options: SubmitOptions.

        Raises ValueError for what cannot be written.
        """
        hold("submit", options, SubmitOptions)
        self._reference = (self._reference + 1) % 65536
        repeat = options.get("retry_sends", False)
        ids: list[str] = []
        for pdu in submits(to, text, options, self._reference):
            try:
                ids.append(_ascii((await self._ask(pdu, doubles=not repeat)).octets("message_id")))
            except SmppError as error:
                error.accepted = tuple(ids)
                error.maybe_accepted = error.maybe_accepted or bool(ids)
                raise
        return Submitted(tuple(ids))

    async def query(self, id: str, *, sender: str = "") -> Queried:
        """What became of a message; `sender` as it was submitted. Raises MessageIdUnknown."""
        fields: Fields = {"message_id": id.encode("latin-1"), **address("source_addr", "source_addr", sender)}
        answer = await self._ask(Pdu(Command.QUERY_SM, fields=fields), doubles=False)
        state = answer.number("message_state")
        final = read_time(answer.octets("final_date"), 0)
        at = None if final is None else datetime.fromtimestamp(final / 1_000_000, UTC)
        return Queried(id, state, STATES.get(state, "unknown"), answer.number("error_code"), at)

    async def cancel(self, id: str = "", *, sender: str = "", to: str = "") -> None:
        """Cancel one message by its id, or without one all from that sender to that number that still wait."""
        fields: Fields = {
            "message_id": id.encode("latin-1"), **address("source_addr", "source_addr", sender),
            **address("dest_addr", "destination_addr", to),
        }  # fmt: skip
        await self._ask(Pdu(Command.CANCEL_SM, fields=fields), doubles=True)

    async def replace(
        self, id: str, text: str, *, sender: str = "", validity: timedelta | None = None,
        schedule: datetime | timedelta | None = None, receipt: bool = True, coding: Coding | None = None,
    ) -> None:  # fmt: skip
        """Put another text into a message that still waits. The coding stays the message's own, and replace_sm cannot
        name it: say it if the old text was not in what the new one would take."""
        written = write_text(text, gsm, coding)
        if written is None:
            raise ValueError("the text has no form in that coding")
        fields: Fields = {
            "message_id": id.encode("latin-1"), **address("source_addr", "source_addr", sender),
            "schedule_delivery_time": time_of(schedule), "validity_period": time_of(validity),
            "registered_delivery": int(receipt), "short_message": written[1],
        }  # fmt: skip
        await self._ask(Pdu(Command.REPLACE_SM, fields=fields), doubles=True)

    async def _ask(self, pdu: Pdu, doubles: bool) -> Pdu:
        """The response to a request, through breaks and throttling, until the deadline. What may double is never sent
        again once it may have been read."""
        if self._open is None:
            raise SmppNotReached("the client is not open")
        patience = self._settings.patience
        until = asyncio.get_running_loop().time() + patience.deadline
        doubt = False
        for attempt in range(1, patience.attempts + 1):
            try:
                return await self._open.ask(pdu, until)
            except SmsError as error:
                lost = error.maybe_accepted
                doubt = doubt or (lost and pdu.command_id == Command.SUBMIT_SM)
                wait = min(patience.pause * 2 ** (attempt - 1), patience.longest_pause)
                again = may_repeat(error.fate, doubles)
                if not again or attempt == patience.attempts or asyncio.get_running_loop().time() + wait >= until:
                    error.maybe_accepted = lost or doubt
                    raise
                await asyncio.sleep(wait)
        raise ValueError("attempts must be at least 1")

    # what comes

    async def receipts(self) -> AsyncIterator[Report]:
        """Delivery receipts as they come, until the client is closed. They may come twice, late and before `submit`
        has returned: give them to `Reports`. One counts as taken as soon as it waits here."""
        queue = self._reports
        while (report := await queue.get()) is not None:
            yield report
        queue.put_nowait(None)

    async def incoming(self) -> AsyncIterator[Incoming]:
        """Subscribers' messages as they come, until the client is closed."""
        queue = self._messages
        while (message := await queue.get()) is not None:
            yield message
        queue.put_nowait(None)

    def _delivered(self, pdu: Pdu) -> int:
        """Take a deliver_sm → the status to answer."""
        if self._reports.qsize() >= self._settings.inbox or self._messages.qsize() >= self._settings.inbox:
            return Status.RX_T_APPN
        try:
            came = self._inbox.read(pdu, round(asyncio.get_running_loop().time() * 1_000_000))
        except Unusable:
            return Status.RX_P_APPN
        if isinstance(came, Report):
            self._reports.put_nowait(came)
        elif came is not None:
            self._messages.put_nowait(came)
        return Status.ROK


def _ascii(octets: bytes) -> str:
    return octets.decode("latin-1")
