"""Hands on what belongs to another node: finds the owner by credentials or id, and passes octets between the client and
it. What was written to an owner that is gone is not sent again: its client sees a lost answer, which is the truth.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from emulator.cluster.directory import Directory, Named
from emulator.cluster.frames import (
    Forwarded,
    ForwardedMail,
    Frame,
    Kind,
    pack_value,
    unpack_bind,
    unpack_mail,
    unpack_noted,
    unpack_request,
)
from emulator.cluster.link import ACCEPTED, PATH, NodeLink
from emulator.cluster.peers import Peers
from emulator.cluster.placement import place
from emulator.cluster.relayed import Relayed, ask_whole
from emulator.cluster.served import ServedConnection, ServedMail, serve_request
from emulator.cluster.sought import Placed, Sought, of_call, of_stranger
from emulator.cluster.spliced import Spliced
from emulator.dispatch.http import Stranger
from emulator.http.messages import HttpReply, HttpRequest
from emulator.http.request_parser import Parsed
from emulator.journal import Exchange, Line
from emulator.sandboxes.spec import DEFAULT
from emulator.server.answers import Answer, RelayedReply
from emulator.server.http_connection import HttpConnection
from emulator.storage.postgres import FAILURES
from emulator.storage.postgres_nodes import SandboxHome

if TYPE_CHECKING:
    from emulator.sandboxes.manager import SandboxManager
    from emulator.sandboxes.sandbox import Sandbox
    from emulator.server.http_service import HttpService
    from emulator.server.smpp_connection import SmppConnection
    from emulator.server.smpp_server import SmppServer
    from emulator.smtp.answers import MailAnswers

_PATIENCE = 10.0
"""Real seconds that a request waits for its sandbox to have an owner that answers."""
_AGAIN = 0.02
_TEXT = (("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "1"))
_MOST_NOTED = 1000
"""So many entries of the journal are on their way to the sandbox default at once; others are dropped."""


class OwnAnswers(Protocol):
    """What the front answers itself: about the cluster, and lists of all nodes."""

    def __call__(self, request: HttpRequest) -> Awaitable[HttpReply] | None: ...


class Front:
    """`lost` hears that a link has ended, by which a death is known first."""

    def __init__(self, manager: "SandboxManager", directory: Directory, lost: Callable[[], None]) -> None:
        self._manager = manager
        self._directory = directory
        self.peers = Peers(self._begun, lost)
        self.number = 0
        """Of this node; 0 while it has none."""
        self.own: OwnAnswers = lambda request: None
        self.http: HttpService
        self.smpp: SmppServer
        self.mails: MailAnswers
        self.keep: Callable[[Sandbox, Line], None]
        """Writes into a sandbox's journal."""
        self.wanted: set[str] = set()
        """Sandboxes of this node that are not here yet, and that somebody waits for."""
        self._under_way: set[asyncio.Task[None]] = set()
        self._searches: dict[Sought, asyncio.Task[tuple[SandboxHome, NodeLink | None]]] = {}
        self._spliced: set[Spliced] = set()
        """Clients of SMPP that came here and whose sessions are elsewhere."""

    # what comes in here: Elsewhere of the HTTP service and of SMPP connections

    def request(self, parsed: Parsed, connection: HttpConnection) -> Answer | None:
        request = parsed.request
        if request.path == PATH:
            return self._accept(request, connection)
        own = self.own(request)
        if own is not None:
            return _answered(own)
        about = of_call(request)
        if about is None or about in self._manager.sandboxes.by_id:
            return None
        return self._forward(parsed, connection, about)

    def stranger(self, who: Stranger, parsed: Parsed, connection: HttpConnection) -> Answer:
        return self._forward(parsed, connection, of_stranger(who))

    def bind(self, connection: "SmppConnection", who: Stranger, octets: bytes) -> None:
        connection.transport.pause_reading()
        self._begin(self._splice(connection, of_stranger(who), octets))

    async def mail(self, who: Stranger, request: HttpRequest, address: str) -> str | None:
        while True:
            try:
                home, link = await self._owner(of_stranger(who))
                if link is None:
                    return await self.mails.answer(request, address, here=True)
                if link.closed:
                    await self._elsewhere_after_all(home)
                    continue
                asked = pack_value(ForwardedMail(home.id, address, request))
            except OSError as wrong:
                return f"451 4.3.0 {wrong}"
            try:
                ended, line = await ask_whole(link, Kind.MAIL, asked)
            except ConnectionResetError:
                return None
            if ended is not Kind.NOT_MINE:
                return line.decode() or None
            await self._elsewhere_after_all(home)

    def note(self, line: Line) -> None:
        """An exchange for the journal of the sandbox default, which is not here."""
        if len(self._under_way) < _MOST_NOTED:
            self._begin(self._note(line))

    async def _note(self, line: Line) -> None:
        with suppress(OSError):
            _, link = await self._owner(DEFAULT)
            if link is None:
                self._noted(line.whole())
            else:
                link.send(Kind.NOTED, 0, pack_value(line.whole()))

    def _noted(self, exchange: Exchange) -> None:
        default = self._manager.default
        if not default.gone:
            exchange.at = default.now()
            self.keep(default, Line.of(exchange))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    # finding the owner

    def _ready(self, what: Sought) -> tuple[SandboxHome, NodeLink] | None:
        """The owner that is known, and to which there is a link."""
        home = None if isinstance(what, Placed) else self._directory.known(what)
        if home is None or home.owner == self.number or not self.number:
            return None
        link = self.peers.open_link(home.owner)
        return None if link is None else (home, link)

    async def _owner(self, what: Sought) -> tuple[SandboxHome, NodeLink | None]:
        """The owner of a sandbox that is there, with the link to it; None: it is here. What no sandbox has is the
        default's. Raises OSError when there is none in time. Who seeks the same waits for the same search; only when
        that has found nobody, who came after it had begun asks once more: the sandbox may have been made since."""
        found, began_before = await self._shared(what)
        if began_before and found[0].id == DEFAULT != what:
            found, _ = await self._shared(what)  # whichever it is, it began after we came
        return found

    async def _shared(self, what: Sought) -> tuple[tuple[SandboxHome, NodeLink | None], bool]:
        """What a search finds, and whether it had begun before."""
        search = self._searches.get(what)
        began_before = search is not None
        if search is None:
            search = self._searches[what] = asyncio.get_running_loop().create_task(self._found(what))
            search.add_done_callback(lambda done: self._searched(what, done))
        return await asyncio.shield(search), began_before

    def _searched(self, what: Sought, done: "asyncio.Task[tuple[SandboxHome, NodeLink | None]]") -> None:
        del self._searches[what]
        if not done.cancelled():
            done.exception()  # whoever waited may be gone

    async def _found(self, what: Sought) -> tuple[SandboxHome, NodeLink | None]:
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE
        while True:
            home = None
            try:
                if isinstance(what, Placed):
                    home = self._placed(what)
                else:
                    home = await self._directory.ask(what) or await self._directory.ask(DEFAULT)
                if home is not None and self.number:
                    if home.owner != self.number:
                        return home, await self.peers.link(home.owner)
                    if not home.id or home.id in self._manager.sandboxes.by_id:
                        return home, None
                    self.wanted.add(home.id)
                    self._directory.forget(home)
            except FAILURES:
                if home is not None:
                    self._directory.forget(home)
            if loop.time() > until:
                raise ConnectionRefusedError("no node that owns this sandbox answers" if self.number else
                                             "this node has no session with the database")  # fmt: skip
            await asyncio.sleep(_AGAIN)

    def _placed(self, what: Placed) -> SandboxHome:
        staying = [number for number, one in self.peers.members.items() if not one.leaving] or [self.number]
        return SandboxHome("", place(what.name, staying))

    async def _elsewhere_after_all(self, home: SandboxHome) -> None:
        self._directory.forget(home)
        await asyncio.sleep(_AGAIN)

    # over HTTP

    def _forward(self, parsed: Parsed, connection: HttpConnection, what: Sought) -> Answer:
        """At once where the owner is known, as nearly always."""
        ready = None if connection.holds else self._ready(what)
        if ready is None:
            return self._search(parsed, connection, what)
        return self._relay(parsed, connection, what, *ready)

    async def _search(
        self, parsed: Parsed, connection: HttpConnection, what: Sought, but: SandboxHome | None = None
    ) -> HttpReply | RelayedReply | None:  # fmt: skip
        """`but`: where it is not."""
        while True:
            if but is not None:
                await self._elsewhere_after_all(but)
            try:
                home, link = await self._owner(what)
            except OSError as wrong:
                return HttpReply(status=503, headers=_TEXT, body=f"{wrong}\n".encode())
            if link is None:
                return await self._here(parsed, connection)
            await connection.all_released()
            if not link.closed:
                return self._relay(parsed, connection, what, home, link)
            but = home

    def _relay(
        self, parsed: Parsed, connection: HttpConnection, what: Sought, home: SandboxHome, link: NodeLink
    ) -> Relayed:  # fmt: skip
        last = parsed.last or self.http.retiring
        asked = pack_value(Forwarded(home.id, parsed.request, last, parsed.version, parsed.form))

        def not_mine() -> None:
            connection.wait_for(self._search(parsed, connection, what, home))

        return Relayed(link, connection, asked, not_mine)

    async def _here(self, parsed: Parsed, connection: HttpConnection) -> HttpReply | RelayedReply | None:
        connection.here = True
        try:
            answer = self.http.answer(parsed, connection)
        finally:
            connection.here = False
        return answer if isinstance(answer, HttpReply | RelayedReply) else await answer

    async def _accept(self, request: HttpRequest, connection: HttpConnection) -> HttpReply | None:
        """Another node would have a link."""
        given = request.header("authorization").removeprefix("Bearer ")
        if not self.peers.secret or not hmac.compare_digest(given.encode(), self.peers.secret.encode()):
            return connection.last(HttpReply(status=403, headers=_TEXT, body=b"This is for nodes of one cluster.\n"))
        await connection.write_and_drain(ACCEPTED)
        connection.hand_over(self.peers.accepted())
        return None

    # over SMPP

    async def _splice(self, connection: "SmppConnection", what: Named, octets: bytes) -> None:
        try:
            home, link = await self._owner(what)
        except OSError:
            connection.hang_up()
            return
        if connection.transport.is_closing():
            return
        if link is None:
            connection.transport.resume_reading()
            connection.go_on_here(octets)
        elif link.closed:
            connection.hang_up()
        else:
            connection.hand_over(Spliced(link, home.id, connection.peer, octets, self._spliced, self.smpp.connection))

    # what comes over links

    def _begun(self, link: NodeLink, frame: Frame) -> None:
        there = self._manager.sandboxes.by_id
        match frame.kind:
            case Kind.NOTED:
                self._noted(unpack_noted(frame.payload))
                return
            case Kind.REQUEST:
                asked = unpack_request(frame.payload)
                if self.number and (not asked.sandbox or asked.sandbox in there):
                    serve_request(link, frame.stream, self.http, asked)
                    return
            case Kind.BIND:
                bind = unpack_bind(frame.payload)
                if self.number and bind.sandbox in there:
                    ServedConnection(link, frame.stream, bind.peer, self.smpp).said(bind.octets)
                    return
            case Kind.MAIL:
                mail = unpack_mail(frame.payload)
                if self.number and mail.sandbox in there:
                    ServedMail(link, frame.stream, self.mails, mail)
                    return
        link.send(Kind.NOT_MINE, frame.stream)

    async def unbind(self) -> None:
        """Sessions of clients that came here end as they should, wherever they are."""
        sessions = tuple(self._spliced)
        for one in sessions:
            one.unbind()
        await asyncio.gather(*(one.gone for one in sessions))

    async def close(self) -> None:
        for task in (*self._under_way, *self._searches.values()):
            task.cancel()
        await self.peers.close()


async def _answered(own: Awaitable[HttpReply]) -> HttpReply:
    return await own
