"""Hands on what belongs to another node: finds the owner by credentials or id, and passes octets between the client and
it. What was written to an owner that is gone is not sent again: its client sees a lost answer, which is the truth.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote

import msgspec

from emulator.cluster.directory import Directory
from emulator.cluster.frames import Forwarded, Frame, Kind, pack_value, unpack_bind, unpack_request
from emulator.cluster.link import ACCEPTED, PATH, NodeLink
from emulator.cluster.peers import Peers
from emulator.cluster.placement import place
from emulator.cluster.relayed import Relayed
from emulator.cluster.served import ServedConnection, serve_request
from emulator.cluster.spliced import Spliced
from emulator.dispatch.http import Stranger
from emulator.http.messages import HttpReply, HttpRequest, read_query
from emulator.http.request_parser import Parsed
from emulator.sandboxes.spec import DEFAULT, token
from emulator.server.http_connection import Answer, HttpConnection
from emulator.storage.postgres import FAILURES
from emulator.storage.postgres_nodes import SandboxHome

if TYPE_CHECKING:
    from emulator.sandboxes.manager import SandboxManager
    from emulator.server.http_service import HttpService
    from emulator.server.smpp_connection import SmppConnection
    from emulator.server.smpp_server import SmppServer

_PATIENCE = 10.0
"""Real seconds that a request waits for its sandbox to have an owner that answers."""
_AGAIN = 0.02
_SANDBOXES = "/_emulator/sandboxes"
_PAGE = "/_emulator/page"
_TEXT = (("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "1"))

Locate = Callable[[], Awaitable[SandboxHome | None]]


class OwnAnswers(Protocol):
    """What the front answers itself: about the cluster, and lists of all nodes."""

    def __call__(self, request: HttpRequest) -> Awaitable[HttpReply] | None: ...


class Front:
    """`number`: of this node, 0 while it has none. `own` answers what is about the cluster."""

    def __init__(self, manager: "SandboxManager", directory: Directory, lost: Callable[[], None]) -> None:
        self._manager = manager
        self._directory = directory
        self.peers = Peers(self._begun, lost)
        self.number = 0
        self.own: OwnAnswers = lambda request: None
        self.http: HttpService
        self.smpp: SmppServer
        self.wanted: set[str] = set()
        """Sandboxes of this node that are not here yet, and that somebody waits for."""
        self._under_way: set[asyncio.Task[None]] = set()
        self._spliced: set[Spliced] = set()
        """Clients of SMPP that came here and whose sessions are elsewhere."""

    # what comes in here: Elsewhere of the HTTP service and of SMPP connections

    def request(self, parsed: Parsed, connection: HttpConnection) -> Answer | None:
        request = parsed.request
        path = request.path
        if path == PATH:
            return self._accept(request, connection)
        own = self.own(request)
        if own is not None:
            return _answered(own)
        name = _sandbox_in(request, path)
        if name is None and (request.method, path.rstrip("/")) == ("POST", _SANDBOXES):
            return self._forward(parsed, connection, partial(self._placed, request))
        if name is None or name in self._manager.sandboxes.by_id:
            return None
        return self._forward(parsed, connection, partial(self._directory.by_id, name))

    def stranger(self, who: Stranger, parsed: Parsed, connection: HttpConnection) -> Answer:
        if who.credential is None:
            return self._forward(parsed, connection, self._default)
        key = who.provider, who.credential.kind, who.credential.name
        return self._forward(parsed, connection, partial(self._directory.by_key, key))

    def bind(self, connection: "SmppConnection", who: Stranger, octets: bytes) -> None:
        locate = self._default if who.credential is None else partial(
            self._directory.by_key, (who.provider, who.credential.kind, who.credential.name)
        )  # fmt: skip
        connection.transport.pause_reading()
        task = asyncio.get_running_loop().create_task(self._splice(connection, locate, octets))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    # finding the owner

    async def _default(self) -> SandboxHome | None:
        return await self._directory.by_id(DEFAULT)

    async def _placed(self, request: HttpRequest) -> SandboxHome:
        """Where a sandbox that is to be made belongs."""
        try:
            wanted = msgspec.json.decode(request.body or b"{}").get("id")
        except (msgspec.DecodeError, AttributeError):  # the answer says what is wrong
            wanted = None
        staying = [number for number, one in self.peers.members.items() if not one.leaving] or [self.number]
        return SandboxHome("", place(wanted if isinstance(wanted, str) else token(8), staying))

    async def _owner(self, locate: Locate) -> tuple[SandboxHome, NodeLink | None]:
        """The owner of a sandbox that is there, with the link to it; None: it is here. What no sandbox has is the
        default's. Raises OSError when there is none in time."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE
        while True:
            home = None
            try:
                home = await locate() or await self._default()
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

    # over HTTP

    async def _forward(self, parsed: Parsed, connection: HttpConnection, locate: Locate) -> HttpReply | None:
        while True:
            try:
                home, link = await self._owner(locate)
            except OSError as wrong:
                return HttpReply(status=503, headers=_TEXT, body=f"{wrong}\n".encode())
            if link is None:
                return await self._here(parsed, connection)
            last = parsed.last or self.http.retiring
            asked = pack_value(Forwarded(home.id, parsed.request, last, parsed.version, parsed.form))
            if not link.closed and await Relayed(link, connection).passed_on(asked):
                return None
            self._directory.forget(home)
            await asyncio.sleep(_AGAIN)

    async def _here(self, parsed: Parsed, connection: HttpConnection) -> HttpReply | None:
        connection.here = True
        try:
            answer = self.http.answer(parsed, connection)
        finally:
            connection.here = False
        return answer if isinstance(answer, HttpReply) else await answer

    async def _accept(self, request: HttpRequest, connection: HttpConnection) -> HttpReply | None:
        """Another node would have a link."""
        given = request.header("authorization").removeprefix("Bearer ")
        if not self.peers.secret or not hmac.compare_digest(given.encode(), self.peers.secret.encode()):
            return connection.last(HttpReply(status=403, headers=_TEXT, body=b"This is for nodes of one cluster.\n"))
        await connection.write_and_drain(ACCEPTED)
        connection.hand_over(self.peers.accepted())
        return None

    # over SMPP

    async def _splice(self, connection: "SmppConnection", locate: Locate, octets: bytes) -> None:
        try:
            home, link = await self._owner(locate)
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
        if frame.kind is Kind.REQUEST:
            asked = unpack_request(frame.payload)
            if self.number and (not asked.sandbox or asked.sandbox in there):
                serve_request(link, frame.stream, self.http, asked)
                return
        else:
            bind = unpack_bind(frame.payload)
            if self.number and bind.sandbox in there:
                ServedConnection(link, frame.stream, bind.peer, self.smpp).said(bind.octets)
                return
        link.send(Kind.NOT_MINE, frame.stream)

    async def unbind(self) -> None:
        """Sessions of clients that came here end as they should, wherever they are."""
        sessions = tuple(self._spliced)
        for one in sessions:
            one.unbind()
        await asyncio.gather(*(one.gone for one in sessions))

    async def close(self) -> None:
        for task in tuple(self._under_way):
            task.cancel()
        await self.peers.close()


async def _answered(own: Awaitable[HttpReply]) -> HttpReply:
    return await own


def _sandbox_in(request: HttpRequest, path: str) -> str | None:
    """The sandbox that a control call or a page is about, by name; None: it is about none."""
    for prefix in (f"{_SANDBOXES}/", f"{_PAGE}/"):
        if path.startswith(prefix):
            name = unquote(path[len(prefix) :].partition("/")[0])
            return None if prefix.startswith(_PAGE) and name in ("static", "login", "logout") else name or None
    if path.rstrip("/") in ("", _PAGE, "/_emulator"):
        return dict(read_query(request.query)).get("sandbox") or DEFAULT
    return None
