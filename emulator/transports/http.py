"""HTTP in: octets to requests, replies to octets. What they mean is not its trade."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import aclosing, nullcontext, suppress
from typing import Any

import msgspec
from aiohttp import EMPTY_PAYLOAD, BodyPartReader, MultipartReader, StreamReader
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError

from emulator.app import Emulator
from emulator.headers import DATA
from emulator.reception.requests import Answer
from emulator.recorder import NotKept
from emulator.transports import faults, web
from emulator.transports.at_once import octets
from emulator.transports.connection import Connection, Server, without_octets
from emulator.transports.held import Held
from emulator.transports.letterheads import headers_of
from emulator.wire import HttpReply, HttpRequest, Letterhead, StreamReply

MAX_FILE = 128 * 1024 * 1024
"""Of a new sandbox, which may be made from another one's export."""
_MAKES = ("POST", "/_emulator/sandboxes")
_JSON = "application/json"
_MAX_FIELDS = 1000
_REPORTS_FIRST = 1.0
"""Real seconds that a reply waits for reports which shall go before it: a client may be unable to take them now."""

Control = Callable[[HttpRequest], Awaitable[HttpReply | StreamReply]]
"""Answers what is not a provider's: control API, sink, page."""


class TooMuch(Exception):
    """The body is over a limit: too large, too slow, or not what its headers say."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


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
        self._trusts = trusts
        """May who asks for this (its body left out) send a whole file?"""
        self._limits = emulator.settings.limits
        self._recorder = emulator.recorder
        self._held = None if self._recorder is None else Held(self._recorder, _held_back)
        self._servers: list[asyncio.Server] = []
        self._http: Server | None = None
        self._under_way: dict[tuple[str, ...], int] = {}
        """How many requests are between headers read and reply flushed, by lane."""
        self._streaming: set[asyncio.Task[None]] = set()
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
        for stream in tuple(self._streaming):
            stream.cancel()
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
            connection.begun = _too_large(self._limits.body)
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
            came = begun or await self._read(request)
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
            return await self._stream(request, reply) if isinstance(reply, StreamReply) else _response(reply)
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

    async def _stream(self, request: web.BaseRequest, reply: StreamReply) -> web.StreamResponse:
        """Pieces to the client as they come about. Ends with them, when the client goes, or when serving stops."""
        response = web.StreamResponse(headers=dict(reply.headers))
        await response.prepare(request)
        draining = asyncio.get_running_loop().create_task(_drain(reply, response))
        self._streaming.add(draining)
        try:
            await asyncio.wait((draining,))
        finally:
            self._streaming.discard(draining)
            draining.cancel()
            await asyncio.gather(draining, return_exceptions=True)
        response.force_close()
        return response

    async def _read(self, request: web.BaseRequest) -> HttpRequest:
        connection = request.protocol
        body, form = b"", None
        if request.can_read_body:
            if request.headers.get("Expect", "").lower() == "100-continue":
                with suppress(ConnectionError):  # it went away meanwhile
                    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                request.writer.output_size = 0
            body = await self._body(request)
            if request.content_type == "multipart/form-data":
                form = await _form(request, body)
        raw_octets = isinstance(connection, Connection) and connection.raw_octets
        return msgspec.structs.replace(_head(request), body=body, form=form, raw_octets=raw_octets)

    async def _body(self, request: web.BaseRequest) -> bytes:
        """The whole body, unpacked. Raises TooMuch."""
        limits = self._limits
        most = limits.body
        told = int(request.headers.get("Content-Length") or 0)
        may_be_large = told > most or not told or "Content-Encoding" in request.headers
        if may_be_large and (request.method, request.path) == _MAKES and self._trusts(_head(request)):
            most = max(MAX_FILE, most)
        if told > most:
            raise _too_large(most)
        pieces, size = [], 0
        try:
            async with asyncio.timeout(None if request.content.is_eof() else limits.body_seconds):
                async for piece in request.content.iter_any():
                    size += len(piece)
                    if size > most:
                        raise _too_large(most)
                    pieces.append(piece)
        except TimeoutError:
            raise TooMuch(408, f"the body was not there after {limits.body_seconds:g} s (--body-seconds)") from None
        except (RequestPayloadError, HttpProcessingError) as broken:
            raise TooMuch(400, f"the body cannot be read: {without_octets(str(broken))}") from None
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _beyond(self, request: web.BaseRequest, refused: TooMuch) -> web.Response:
        """The answer to a request whose body was not taken. What is left of it is not read as another request."""
        why, status = str(refused), refused.status
        came = _head(request)
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


def _head(request: web.BaseRequest) -> HttpRequest:
    """A request without its body."""
    peer = request.protocol.peername
    return HttpRequest(
        method=request.method, target=request.raw_path, headers=headers_of(request.raw_headers),
        peer=peer[0] if isinstance(peer, tuple) else "",
    )  # fmt: skip


def _too_large(most: int) -> TooMuch:
    return TooMuch(413, f"a body may have {most} bytes (--max-body)")


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


async def _drain(reply: StreamReply, response: web.StreamResponse) -> None:
    """Write every piece, no faster than the client reads."""
    async with aclosing(aiter(reply.pieces)) as pieces:  # type: ignore[type-var]
        with suppress(ConnectionError):
            async for piece in pieces:
                await response.write(piece)


async def _form(request: web.BaseRequest, body: bytes) -> tuple[tuple[str, bytes], ...] | None:
    """The fields of a multipart body; None when it is broken (the face then sees no fields)."""
    loop = asyncio.get_running_loop()
    content = StreamReader(BaseProtocol(loop), len(body) + 1, loop=loop)  # not the connection's: it would be paused
    content.feed_data(body)
    content.feed_eof()
    fields: list[tuple[str, bytes]] = []
    try:
        reader = MultipartReader(request.headers, content)
        while (part := await reader.next()) is not None and len(fields) < _MAX_FIELDS:
            if isinstance(part, BodyPartReader):
                fields.append((part.name or "", bytes(await part.read(decode=True))))
    except Exception:  # there is no end of what aiohttp's reader raises for one that is broken
        return None
    return tuple(fields)
