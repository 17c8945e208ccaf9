"""An SMPP client (ESME): bound for as long as it is open, through every break of the connection."""

import asyncio
import logging
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self, Unpack

from emulator.client.doubts import DoubtStore, begins, forget
from emulator.client.environment import from_environment
from emulator.client.options import hold
from emulator.client.reports import Report
from emulator.client.smpp.deliveries import Deliveries
from emulator.client.smpp.errors import SmppError, SmppNotReached
from emulator.client.smpp.incoming import Inbox, UnusablePdu
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
from emulator.client.smpp.reconnecting import BindAccount, ReconnectingConnection
from emulator.client.smpp.requests import Requests, unsent
from emulator.client.smpp.settings import USUAL, Bind, Settings, StateHook, same_form
from emulator.client.watching import Watcher, announce
from emulator.core import text as gsm
from emulator.smpp import Coding, CommandId, Pdu, Status, is_receipt, read_time, write_text
from emulator.smpp.pdu import Fields

_log = logging.getLogger("emulator.client")
PORT, TLS_PORT = 3700, 3443
"""SMS Center's."""
GOODBYE = 3.0


class SmppClient:
    """An account, bound as transceiver unless told otherwise.

        async with SmppClient("smpp.smsc.ru", login, password) as smpp:
            sent = await smpp.submit("79001234567", "Hello", sender="Shop")
            async for report in smpp.receipts():
                ...

    The binds at `open` must succeed; when a connection goes later, it is made and bound again with growing pauses, and
    calls wait for that until their deadline. Every method raises a SmppError: a class for each status, SmppReplyLost
    or SmppNotReached. `tls`: True, or a context of yours. `bind`: several for several binds; requests go over whichever
    has room.

    `take_report`, `take_message`: called (or awaited) with each receipt and subscriber's message in place of `receipts`
    and `incoming`: the SMSC has its answer when they are over, and is asked to bring it again when they fail.
    `on_state`: told of every link that is bound or lost; `watch`: of every attempt, response and retry. `doubts`: where
    submits are kept until their end is known; what stays nobody can be asked for. `from_env()` reads SMPP_HOST,
    SMPP_SYSTEM_ID, SMPP_PASSWORD and, where set, SMPP_PORT.
    """

    def __init__(
        self, host: str, system_id: str, password: str, *, port: int | None = None,
        bind: Bind | Sequence[Bind] = "transceiver", tls: bool | ssl.SSLContext = False, settings: Settings = USUAL,
        take_report: Callable[[Report], object] | None = None,
        take_message: Callable[[Incoming], object] | None = None, on_state: StateHook | None = None,
        watch: Watcher | None = None, doubts: DoubtStore | None = None,
    ) -> None:  # fmt: skip
        context = ssl.create_default_context() if tls is True else tls or None
        self._account = BindAccount(host, port or (TLS_PORT if tls else PORT), context, system_id, password)
        self._binds: Sequence[Bind] = (bind,) if isinstance(bind, str) else tuple(bind)
        if not self._binds:
            raise ValueError("bind is to be at least one of transmitter, receiver, transceiver")
        self._settings = settings
        self._on_state = on_state
        self._watch = announce(watch)
        self._doubts = doubts
        self._requests: Requests | None = None
        self._opening: asyncio.Task[None] | None = None
        self._reference = random.randrange(65536)
        self._inbox = Inbox(settings.zone, settings.receipt_ids)
        self._deliveries = Deliveries(settings.inbox, take_report, take_message)

    @classmethod
    def from_env(cls, **more: Any) -> Self:
        """Made of the environment; `more`: other arguments. Raises ValueError that names what is missing."""
        needed = {"host": "SMPP_HOST", "system_id": "SMPP_SYSTEM_ID", "password": "SMPP_PASSWORD"}
        found: dict[str, Any] = {**from_environment(needed, {"port": "SMPP_PORT"})}
        if not str(found.get("port", "0")).isdecimal():
            raise ValueError(f"SMPP_PORT is a number, not {found['port']!r}")
        return cls(**{**found, **({"port": int(found["port"])} if "port" in found else {}), **more})

    # opening and closing

    async def open(self) -> None:
        """Connect and bind. Raises what a bind was refused with, or SmppNotReached."""
        if self._requests is not None:
            raise ValueError("the client is open already")
        requests = self._requests = Requests(self._settings, self._watch)
        self._deliveries.begin()
        requests.lines = [
            ReconnectingConnection(number, bind, self._account, self._settings, self._delivered, requests.outbox.pump,
                                   self._on_state)
            for number, bind in enumerate(self._binds)
        ]  # fmt: skip
        opening = self._opening = asyncio.create_task(_bind_all(requests.lines))
        try:
            await asyncio.wait([opening])
            if opening.cancelled():
                raise SmppNotReached("the client was closed while it was opened")
            opening.result()
        except BaseException:
            opening.cancel()
            await asyncio.wait([opening])
            await self.close(within=0.0)
            raise
        finally:
            self._opening = None

    async def close(self, *, within: float = GOODBYE) -> None:
        """Unbind and close: what has left may still be answered, what waits to leave does not any more. Over after so
        many seconds at most. Iterators of receipts end behind what has come."""
        requests, self._requests = self._requests, None
        if requests is None:
            return
        end = asyncio.get_running_loop().time() + within
        requests.outbox.shut()
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        await requests.outbox.drained(within)
        left = max(end - asyncio.get_running_loop().time(), 0.0)
        await asyncio.gather(*(line.close(left) for line in requests.lines))
        self._deliveries.end()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def bound(self) -> bool:
        """Is any link bound right now?"""
        return self._requests is not None and any(line.link is not None for line in self._requests.lines)

    # what can be asked

    @property
    def _asking(self) -> Requests:
        if self._requests is None:
            raise SmppNotReached("the client is not open")
        return self._requests

    async def submit(self, to: str, text: str, **options: Unpack[SubmitOptions]) -> Submitted:
        """Send a text to a number, in as many parts as it needs, one after the other. Options: SubmitOptions.

        Raises ValueError for what cannot be written.
        """
        hold("submit", options, SubmitOptions)
        self._reference = (self._reference + 1) % 65536
        repeat = options.get("retry_sends", False)
        said: list[str] = []
        form = self._settings.response_ids
        pdus = submits(to, text, options, self._reference)
        requests = self._asking
        forgotten = await self._kept(to)
        for pdu in pdus:
            try:
                said.append(_ascii((await requests.ask(pdu, told_to=repeat)).octets("message_id")))
            except SmppError as error:
                error.accepted = tuple(same_form(id, form) for id in said)
                error.maybe_accepted = error.maybe_accepted or bool(said)
                if not error.maybe_accepted:
                    await forgotten()
                raise
            except ValueError:
                if not said:
                    await forgotten()
                raise
        await forgotten()
        return Submitted(tuple(same_form(id, form) for id in said), tuple(said))

    async def _kept(self, to: str) -> Callable[[], Awaitable[None]]:
        """The submit is in the store from now on → what takes it out again."""
        store = self._doubts
        if store is None:
            return _nothing
        send = begins(SmppError.provider, self._account.secrets, (to,), None, self._settings.patience)
        try:
            await asyncio.to_thread(store.begin, send)
        except Exception as why:
            failed = unsent(f"not sent, for the store of doubts failed: {type(why).__name__} {why}")
        else:
            return lambda: asyncio.to_thread(forget, store, send)
        failed.retryable = False
        raise failed

    async def query(self, id: str, *, sender: str = "") -> Queried:
        """What became of a message; `sender` as it was submitted. Raises MessageIdUnknown."""
        fields: Fields = {"message_id": id.encode("latin-1"), **address("source_addr", "source_addr", sender, "sender")}
        answer = await self._asking.ask(Pdu(CommandId.QUERY_SM, fields=fields), doubles=False)
        state = answer.number("message_state")
        final = read_time(answer.octets("final_date"), 0)
        at = None if final is None else datetime.fromtimestamp(final / 1_000_000, UTC)
        return Queried(id, state, STATES.get(state, "unknown"), answer.number("error_code"), at)

    async def cancel(self, id: str = "", *, sender: str = "", to: str = "") -> None:
        """Cancel one message by its id, or without one all from that sender to that number that still wait."""
        fields: Fields = {
            "message_id": id.encode("latin-1"), **address("source_addr", "source_addr", sender, "sender"),
            **address("dest_addr", "destination_addr", to),
        }  # fmt: skip
        await self._asking.ask(Pdu(CommandId.CANCEL_SM, fields=fields), doubles=True)

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
            "message_id": id.encode("latin-1"), **address("source_addr", "source_addr", sender, "sender"),
            "schedule_delivery_time": time_of(schedule), "validity_period": time_of(validity),
            "registered_delivery": int(receipt), "short_message": written[1],
        }  # fmt: skip
        await self._asking.ask(Pdu(CommandId.REPLACE_SM, fields=fields), doubles=True)

    # what comes

    def receipts(self) -> AsyncIterator[Report]:
        """Delivery receipts as they come, until the client is closed. They may come twice, late and before `submit`
        has returned: give them to `Reports`. One counts as taken as soon as it waits here; where that will not do, give
        the client `take_report`."""
        return self._deliveries.reports.items()

    def incoming(self) -> AsyncIterator[Incoming]:
        """Subscribers' messages as they come, until the client is closed."""
        return self._deliveries.messages.items()

    def _delivered(self, pdu: Pdu) -> int | Awaitable[int]:
        """Take a deliver_sm or data_sm → the status to answer, or who will know it."""
        place = self._deliveries.place(is_receipt(pdu))
        if place.full:
            return Status.RX_T_APPN
        try:
            came = self._inbox.read(pdu, round(asyncio.get_running_loop().time() * 1_000_000))
        except UnusablePdu as why:
            _log.warning("smpp: what came cannot be used, and the SMSC is told so: %s", why)
            return Status.RX_P_APPN
        return Status.ROK if came.value is None else place.take(came.value, came.put_back)


async def _nothing() -> None: ...


async def _bind_all(lines: Sequence[ReconnectingConnection]) -> None:
    """All at once; the first that fails ends it."""
    binding = [asyncio.create_task(line.open()) for line in lines]
    try:
        done, _ = await asyncio.wait(binding, return_when=asyncio.FIRST_EXCEPTION)
        for one in done:
            one.result()
    finally:
        for one in binding:
            one.cancel()
        await asyncio.wait(binding)


def _ascii(octets: bytes) -> str:
    return octets.decode("latin-1")
