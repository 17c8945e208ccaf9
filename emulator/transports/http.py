"""HTTP in: octets to requests, replies to octets. What they mean is not its trade."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import nullcontext, suppress
from typing import Any

import msgspec
from aiohttp import EMPTY_PAYLOAD

from emulator.app import Emulator
from emulator.headers import DATA
from emulator.reception.requests import Answer
from emulator.recorder import NotKept
from emulator.transports import faults, web
from emulator.transports.at_once import octets
from emulator.transports.connection import Connection, Server
from emulator.transports.held import Held
from emulator.transports.letterheads import headers_of
from emulator.transports.reading import Reading, TooMuch, head_of, too_large
from emulator.transports.streams import Streams
from emulator.wire import HttpReply, HttpRequest, Letterhead, StreamReply

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
        self._repeats = emulator.repeats
        self._ours = ours
        self._control = control
        self._limits = emulator.settings.limits
        self._reading = Reading(self._limits, trusts)
        self._streams = Streams()
        self._recorder = emulator.recorder
        self._held = None if self._recorder is None else Held(self._recorder, _held_back)
        self._servers: list[asyncio.Server] = []
        self._http: Server | None = None
        self._under_way: dict[tuple[str, ...], int] = {}
        """How many requests are between headers read and reply flushed, by lane."""
        self._stopping = asyncio.Event()

    async def start(self, listening: socket.socket) -> None:
        """Serve on a bound socket."""
        loop = asyncio.get_running_loop()
        if self._http is None:
            self._http = Server(
                self._handle, self._refuse, self._limits, self._at_once, self._again, self._held
            )  # fmt: skip
        self._servers.append(await loop.create_server(self._http, sock=listening, backlog=1024))

    async def stop(self) -> None:
        """Stop listening, let answers under way go out (late ones at once), close what is idle."""
        self._stopping.set()
        if self._held is not None:
            self._held.flush()
        for server in self._servers:
            server.close()
        self._streams.stop()
        if self._http is not None:
            self._http.pre_shutdown()
            await self._http.shutdown(2.0)

    def _at_once(self, connection: Connection, message: Any, payload: Any) -> bytes | None:
        """A plain request, as parsed → the octets of its answer, if nothing has to be waited for. Else what has come of
        it so far lies with the connection, for `_handle` to go on with."""
        return self._try(connection, HttpRequest(
            method=message.method, target=message.path, headers=headers_of(message.raw_headers),
            body=b"" if payload is EMPTY_PAYLOAD else payload.read_nowait(), peer=connection.address,
            raw_octets=connection.raw_octets,
        ))  # fmt: skip

    def _again(self, connection: Connection, letterhead: Letterhead, target: str) -> bytes | None:
        """The same, of a request that is like one before it but for its target."""
        stuck = self._recorder is not None and self._recorder.stuck
        try:
            answer = None if stuck else self._repeats.take(letterhead, target)
        except Exception as failure:
            connection.begun = failure
            return None
        if answer is None:
            return self._try(connection, letterhead.request(target))
        return octets(answer) if isinstance(answer, HttpReply) else self._whole(connection, answer)

    def _try(self, connection: Connection, came: HttpRequest) -> bytes | None:
        if len(came.body) > self._limits.body:
            connection.begun = too_large(self._limits.body)
            return None
        if self._ours(came) or self._reception.lane(came) is not None:
            connection.begun = came
            return None
        try:
            if self._recorder is not None:
                self._recorder.check()
            answer = self._reception.exchange(came)
        except Exception as failure:
            connection.begun = failure
            return None
        return self._whole(connection, answer)

    def _whole(self, connection: Connection, answer: Answer) -> bytes | None:
        """An answer's octets, if it needs nothing else."""
        reply, fault, _, first = answer
        written = None if reply is None or fault is not None or first else octets(reply)
        if written is None:
            connection.begun = answer
        return written

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request."""
        connection = request.protocol
        begun = connection.take_begun() if isinstance(connection, Connection) else None
        if isinstance(begun, TooMuch):
            return self._beyond(request, begun)
        if isinstance(begun, NotKept):
            return _response(_not_kept(begun, False))
        if isinstance(begun, Exception):
            raise begun
        ours = False
        try:
            if isinstance(begun, Answer):
                return await self._go_on(request, begun)
            came = begun or await self._reading.whole(request)
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


def _held_back(trouble: NotKept) -> bytes:
    written = octets(_not_kept(trouble, False))
    assert written is not None
    return written


def _response(reply: HttpReply) -> web.Response:
    response = web.Response(status=reply.status, body=reply.body)
    for name, value in reply.headers:
        response.headers.add(name, value)
    return response
