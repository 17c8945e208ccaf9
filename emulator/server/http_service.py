"""Who answers a request over HTTP: a provider's dispatch or the control API; what has to be waited for before the reply
goes, and what a rule does to it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import nullcontext, suppress
from email.utils import formatdate
from typing import Protocol

import msgspec

from emulator.clock import real_now
from emulator.core.units import SECOND
from emulator.dispatch.http import Exchanged, HttpDispatcher, Lane, Stranger
from emulator.http.browser_headers import DATA
from emulator.http.limits import Limits
from emulator.http.messages import HttpReply, HttpRequest, StreamReply
from emulator.http.refusals import HttpRefusal
from emulator.http.reply_writer import encoded
from emulator.http.request_parser import Parsed
from emulator.net.connect import TIMEOUT
from emulator.sandboxes.change_log import ChangeLog, NotPersisted, kept
from emulator.server.answers import Answer as Answering
from emulator.server.answers import RelayedReply
from emulator.server.fault_steps import Wait, carry_out
from emulator.server.held_replies import HeldReplies
from emulator.server.http_connection import HttpConnection
from emulator.server.http_faults import FAULTS
from emulator.server.multipart import fields_of
from emulator.server.protocol_switch import ProtocolSwitch, told
from emulator.server.proxy import ESTABLISHED, Guard, Target, forwarded
from emulator.server.stream_protocol import StreamProtocol
from emulator.server.streaming import StreamingReplies
from emulator.server.tunnel import Relay
from emulator.tls.contexts import Contexts

MAX_FILE = 128 * 1024 * 1024
"""Of a new sandbox, which may be made from another one's export."""
_MAKES = ("POST", "/_emulator/sandboxes")
_REPORTS_FIRST = 1.0
"""Real seconds that a reply waits for reports which shall go before it: a client may be unable to take them now."""
_GRACE = 0.1
"""Real seconds that a control call is still served whose client says no more: it has gone, or waits for the answer."""
_JSON = (("Content-Type", "application/json"),)
_log = logging.getLogger("emulator")
_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)

Control = Callable[[HttpRequest], Awaitable[HttpReply | StreamReply]]
"""Answers what is not a provider's: control API, sink, page."""


class OtherNodes(Protocol):
    """Other nodes, where there are some."""

    def request(self, parsed: Parsed, connection: HttpConnection) -> Answering | None:
        """One that is not a provider's; None: it is to be answered here."""

    def stranger(self, who: Stranger, parsed: Parsed, connection: HttpConnection) -> Answering:
        """One whose credentials no sandbox has here."""


class HttpService:
    """Answers by a dispatcher. `ours`: is a request for `control`? `trusts`: may who asks for this (its body left out)
    send a whole file?"""

    def __init__(
        self, dispatcher: HttpDispatcher, limits: Limits, ours: Callable[[HttpRequest], bool], control: Control,
        trusts: Callable[[HttpRequest], bool], contexts: Contexts, guard: Guard, recorder: ChangeLog | None = None,
        elsewhere: OtherNodes | None = None,
    ) -> None:  # fmt: skip
        self._reception = dispatcher
        self._known = dispatcher.routing.known
        self._ours = ours
        self._control = control
        self._trusts = trusts
        self._contexts = contexts
        self._guard = guard
        self._streams = StreamingReplies()
        self._recorder = recorder
        self._elsewhere = elsewhere
        self._at_once: dict[Lane, int] = {}
        """How many requests arrived at this moment, in this turn of the loop, and"""
        self._in_flight: dict[Lane, int] = {}
        """how many wait for their reply since turns before, by concurrency key."""
        self.date, self.date_until = b"", 0.0
        self.limits = limits
        self.connections: set[HttpConnection] = set()
        self.spare: dict[HttpConnection, None] = {}
        self.tunnels: set[Relay] = set()
        self.retiring = False
        self.stopping = asyncio.Event()
        self.all_gone = asyncio.Event()
        """Set with the last connection that goes after that."""
        self.held = None if self._recorder is None else HeldReplies(self._recorder, self._instead)

    def stop(self) -> None:
        """Nothing is waited for any more."""
        self.stopping.set()
        if self.held is not None:
            self.held.flush()
        self._streams.stop()
        for tunnel in tuple(self.tunnels):
            tunnel.close()

    # what connections ask

    def new_connection(self) -> StreamProtocol:
        """What a client is served by that begins: over TLS or plain, as its first octet says."""
        return ProtocolSwitch(HttpConnection(self), self._contexts, self._no_tls)

    def _no_tls(self, transport: asyncio.BaseTransport, wrong: Exception) -> None:
        """A TLS client could not be served."""
        peer = transport.get_extra_info("peername")
        request = HttpRequest(method="TLS", target="", peer=peer[0] if isinstance(peer, tuple) else "", scheme="https")
        why = told(wrong)
        _log.warning("%s", why)
        self._reception.unanswered(request, why)

    def allowance(self, head: HttpRequest) -> int:
        """How many octets a body may have."""
        most = self.limits.body
        large = (head.method, head.path) == _MAKES and self._trusts(head)
        return max(MAX_FILE, most) if large else most

    def lost(self, connection: HttpConnection) -> None:
        """It has ended."""
        self.connections.discard(connection)
        self.spare.pop(connection, None)
        if not self.connections and self.stopping.is_set():
            self.all_gone.set()

    def renew_date(self, now: float) -> bytes:
        """The date as the header has it, at that moment of the loop."""
        second, rest = divmod(real_now(), SECOND)
        self.date, self.date_until = formatdate(second, usegmt=True).encode(), now + (SECOND - rest) / SECOND
        return self.date

    def answer(self, parsed: Parsed, connection: HttpConnection) -> Answering:
        """The reply, or what comes to it."""
        request = parsed.request
        match = self._known.get((request.method, request.target.partition("?")[0]))
        if match is None and (others := self._no_providers(parsed, connection)) is not None:
            return others
        if parsed.form:
            return self._with_fields(parsed, connection)
        if self._recorder is not None:
            try:
                self._recorder.check()
            except NotPersisted as trouble:
                return _not_kept(trouble, False)
        try:
            answer = self._reception.exchange(
                request, self._under_way, match, self._elsewhere is None or connection.here
            )  # fmt: skip
        except Stranger as stranger:
            assert self._elsewhere is not None
            return self._elsewhere.stranger(stranger, parsed, connection)
        if connection.gone or (answer.fault is None and not answer.first):
            return answer.reply or HttpReply()
        return self._later(answer, connection, 0 if self._recorder is None else self._recorder.era)

    def _no_providers(self, parsed: Parsed, connection: HttpConnection) -> Answering | None:
        """A call of the control API or the page, a CONNECT, what a proxy is to pass on."""
        request = parsed.request
        if (request.target[:1] != "/" and request.target != "*") or request.method == "CONNECT":
            there = self._guard.target(request)
            if isinstance(there, HttpRefusal):
                return connection.last(self.refuse(there))
            if request.method == "CONNECT" or not there.here:
                return self._through(request, there, connection)
        if self._ours(request):
            if self._elsewhere is not None and not connection.here:
                other = self._elsewhere.request(parsed, connection)
                if other is not None:
                    return other
            connection.grace = _GRACE
            return self._call(request, connection)
        return None

    def refuse(self, refusal: HttpRefusal) -> HttpReply:
        """What the client gets whose request is not taken: as the control API says it, or in plain words."""
        status, why, request, of_body = refusal
        if of_body and self._ours(request):
            error = {"code": "body", "message": why, "hint": "the limits are options of `sms-emulator serve`"}
            return HttpReply(status=status, headers=(*_JSON, *DATA), body=msgspec.json.encode({"error": error}))
        return self._reception.unreadable(request, why, status)

    def broken_off(self, request: HttpRequest, why: str, of_body: bool) -> None:
        """The client went in the middle of a request, or of its body."""
        if not (of_body and self._ours(request)):
            self._reception.unanswered(request, why)

    # a proxy's

    async def _through(self, request: HttpRequest, there: Target, connection: HttpConnection) -> HttpReply | None:
        """The client gets its way: to us, where it begins anew, or to a host that was named."""
        if there.here:
            connection.hand_over(self.new_connection(), ESTABLISHED)
            return None
        client = Relay(self.tunnels)

        def arrived() -> None:
            if connection.transport.is_closing():
                client.close()
            elif request.method == "CONNECT":
                connection.hand_over(client, ESTABLISHED)
            else:
                client.say(forwarded(request))
                connection.hand_over(client)

        try:
            if len(self.tunnels) >= self.limits.connections:
                raise OSError(f"there are {len(self.tunnels)} tunnels (--max-connections)")
            async with asyncio.timeout(TIMEOUT):
                await client.reach(there.host, there.port, arrived)
        except TimeoutError:
            why = f"there is no way to {there.host} port {there.port}: no answer within {TIMEOUT:g} s"
            return connection.last(self._reception.unreadable(request, why, 504))
        except OSError as wrong:
            why = f"there is no way to {there.host} port {there.port}: {wrong.strerror or wrong}"
            return connection.last(self._reception.unreadable(request, why, 502))
        return None

    # what is waited for

    def _under_way(self, lane: Lane) -> int:
        """Counts another request; those that arrive at the same moment are counted with it."""
        now = self._at_once
        if not now:
            asyncio.get_running_loop().call_soon(now.clear)
        now[lane] = count = now.get(lane, 0) + 1
        return count + self._in_flight.get(lane, 0)

    async def _call(self, request: HttpRequest, connection: HttpConnection) -> HttpReply | None:
        """A call of the control API or the page. Nothing is answered that is not written down, where things are."""
        looking = request.method in ("GET", "HEAD")  # may be done even when nothing can be written down
        recorder = self._recorder
        era = 0 if recorder is None else recorder.era
        try:
            if recorder is not None and not looking:
                recorder.check()
            reply = await self._control(request)
            if recorder is not None:
                with suppress(NotPersisted) if looking else nullcontext():
                    await kept(recorder, era)
        except NotPersisted as trouble:
            return _not_kept(trouble, True)
        if isinstance(reply, HttpReply):
            return reply
        await self._streams.send(reply, connection)
        return None

    async def _with_fields(self, parsed: Parsed, connection: HttpConnection) -> HttpReply | RelayedReply | None:
        """A multipart form: its fields are taken apart first."""
        request = msgspec.structs.replace(parsed.request, form=await fields_of(parsed.request))
        answer = self.answer(Parsed(request, parsed.last, parsed.version), connection)
        return answer if isinstance(answer, HttpReply | RelayedReply) else await answer

    async def _later(self, answer: Exchanged, connection: HttpConnection, era: int) -> HttpReply | None:
        """The reply, after what shall go before it, in the manner that a rule wants."""
        reply, fault, lane = answer.reply, answer.fault, answer.lane
        if lane is not None:
            self._in_flight[lane] = self._in_flight.get(lane, 0) + 1
        try:
            if self._recorder is not None:
                await kept(self._recorder, era)
            if answer.first:
                await asyncio.wait(answer.first, timeout=_REPORTS_FIRST)
            if fault is None:
                return reply
            if fault.wait:
                await carry_out((Wait(fault.wait),), connection)
            await carry_out(FAULTS[fault.fault](reply or HttpReply(), connection.encode), connection)
        except NotPersisted as trouble:
            return _not_kept(trouble, False)
        finally:
            if lane is not None:
                self._in_flight[lane] -= 1
                if not self._in_flight[lane]:
                    del self._in_flight[lane]
        return None

    def _instead(self, trouble: NotPersisted) -> bytes:
        return b"".join(encoded(_not_kept(trouble, False), self.renew_date(asyncio.get_running_loop().time())))


def _not_kept(trouble: NotPersisted, ours: bool) -> HttpReply:
    """Like an error of the control API, or in plain words."""
    if not ours:
        return HttpReply(status=500, headers=_TEXT, body=f"{trouble}\n".encode())
    error = {"code": "not-kept", "message": str(trouble), "hint": "make room on the disk of the state file"}
    return HttpReply(status=500, headers=_JSON, body=msgspec.json.encode({"error": error}))
