"""HTTP in: octets to requests, replies to octets. What they mean is not its trade."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import nullcontext, suppress

import msgspec

from emulator.app import Emulator
from emulator.headers import DATA
from emulator.reception.requests import Answer
from emulator.recorder import NotKept
from emulator.transports import faults, web
from emulator.transports.connection import Server
from emulator.transports.reading import Reading, TooMuch, head_of
from emulator.transports.streams import Streams
from emulator.wire import HttpReply, HttpRequest, StreamReply

_JSON = "application/json"
_REPORTS_FIRST = 1.0
"""Real seconds that a reply waits for reports which shall go before it: a client may be unable to take them now."""

Control = Callable[[HttpRequest], Awaitable[HttpReply | StreamReply]]
"""Answers what is not a provider's: control API, sink, page."""


class HttpTransport:
    """Serves one emulator on listening sockets."""

    def __init__(
        self, emulator: Emulator, ours: Callable[[HttpRequest], bool], control: Control,
        trusts: Callable[[HttpRequest], bool],
    ) -> None:  # fmt: skip
        self._reception = emulator.reception
        self._ours = ours
        self._control = control
        self._limits = emulator.settings.limits
        self._reading = Reading(self._limits, trusts)
        self._streams = Streams()
        self._recorder = emulator.recorder
        self._servers: list[asyncio.Server] = []
        self._http: Server | None = None
        self._under_way: dict[tuple[str, ...], int] = {}
        """How many requests are between headers read and reply flushed, by lane."""
        self._stopping = asyncio.Event()

    async def start(self, listening: socket.socket) -> None:
        """Serve on a bound socket."""
        loop = asyncio.get_running_loop()
        if self._http is None:
            self._http = Server(self._handle, self._refuse, self._limits)
        self._servers.append(await loop.create_server(self._http, sock=listening, backlog=1024))

    async def stop(self) -> None:
        """Stop listening, let answers under way go out (late ones at once), close what is idle."""
        self._stopping.set()
        for server in self._servers:
            server.close()
        self._streams.stop()
        if self._http is not None:
            self._http.pre_shutdown()
            await self._http.shutdown(2.0)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request."""
        ours = False
        try:
            came = await self._reading.whole(request)
            ours = self._ours(came)
            return await self._serve(request, came, ours)
        except TooMuch as refused:
            return self._beyond(request, refused)
        except NotKept as trouble:
            return _response(_not_kept(trouble, ours))

    async def _serve(self, request: web.BaseRequest, came: HttpRequest, ours: bool) -> web.StreamResponse:
        """Raises NotKept: nothing is answered that is not written down, where things are."""
        if ours:
            looking = request.method in ("GET", "HEAD")  # may be done even when nothing can be written down
            if self._recorder is not None and not looking:
                self._recorder.check()
            reply = await self._control(came)
            if self._recorder is not None:
                with suppress(NotKept) if looking else nullcontext():
                    await self._recorder.kept()
            return await self._streams.send(request, reply) if isinstance(reply, StreamReply) else _response(reply)
        lane = self._reception.lane(came)
        return await (self._answer(request, came) if lane is None else self._in_lane(request, came, lane))

    async def _in_lane(self, request: web.BaseRequest, came: HttpRequest, lane: tuple[str, ...]) -> web.StreamResponse:
        """A request that is counted with others of its kind until its reply has gone."""
        count = self._under_way[lane] = self._under_way.get(lane, 0) + 1
        try:
            await asyncio.sleep(0)  # those that arrived at the same moment are counted before the first is judged
            response = await self._answer(request, msgspec.structs.replace(came, in_flight=count))
            with suppress(ConnectionError):
                await response.prepare(request)
                await response.write_eof()
            return response
        finally:
            self._under_way[lane] -= 1
            if not self._under_way[lane]:
                del self._under_way[lane]

    async def _answer(self, request: web.BaseRequest, came: HttpRequest) -> web.StreamResponse:
        if self._recorder is not None:
            self._recorder.check()
        return await self._go_on(request, self._reception.exchange(came))

    async def _go_on(self, request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
        """The reply, after what shall go before it, in the manner that a rule wants. Raises NotKept."""
        if self._recorder is not None:
            await self._recorder.kept()
        reply, fault, _, first = answer
        if first:
            await asyncio.wait(first, timeout=_REPORTS_FIRST)
        if fault is None:
            assert reply is not None
            return _response(reply)
        if fault.wait:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), fault.wait)
        response = _response(reply or HttpReply())
        return response if fault.fault is None else await faults.DO[fault.fault](request, response)

    def _beyond(self, request: web.BaseRequest, refused: TooMuch) -> web.Response:
        """The answer to a request whose body was not taken. What is left of it is not read as another request."""
        why, status = str(refused), refused.status
        came = head_of(request)
        if self._ours(came):
            error = {"code": "body", "message": why, "hint": "the limits are options of `sms-emulator serve`"}
            body = msgspec.json.encode({"error": error})
            response = web.Response(status=status, body=body, content_type=_JSON, headers=dict(DATA))
        else:
            response = _response(self._reception.unreadable(came, why, status))
        response.force_close()
        return response

    def _refuse(self, octets: bytes, why: str, status: int, peer: str) -> web.Response:
        """What the parser refused: the line as far as it can be told, for the journal."""
        line, _, rest = octets.partition(b"\n")
        method, _, target = line.decode("latin-1").rstrip("\r").partition(" ")
        target = target.rpartition(" ")[0] or target
        request = HttpRequest(method=method[:32], target=target, body=rest, peer=peer)
        return _response(self._reception.unreadable(request, why, status))


def _not_kept(trouble: NotKept, ours: bool) -> HttpReply:
    """Like an error of the control API, or in plain words."""
    if not ours:
        plain = (("Content-Type", "text/plain; charset=utf-8"),)
        return HttpReply(status=500, headers=plain, body=f"{trouble}\n".encode())
    error = {"code": "not-kept", "message": str(trouble), "hint": "make room on the disk of the state file"}
    return HttpReply(status=500, headers=(("Content-Type", "application/json"),),
                     body=msgspec.json.encode({"error": error}))  # fmt: skip


def _response(reply: HttpReply) -> web.Response:
    response = web.Response(status=reply.status, body=reply.body)
    for name, value in reply.headers:
        response.headers.add(name, value)
    return response
