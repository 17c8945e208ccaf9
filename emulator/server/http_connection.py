"""One HTTP connection: octets to requests, replies to octets, and how long a client may take.

    data_received ─► parser ─► service.answer ─┬─► reply ─► write          (nearly always: within the same call)
                                               └─► task ──► reply or steps  (what has to be waited for)

Requests that come behind one that is waited for wait with it; with much of them nothing more is read.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, cast

from emulator.http.messages import HttpReply
from emulator.http.refusals import HttpRefusal
from emulator.http.reply_writer import PLAIN, Encoded, Manner, encoded
from emulator.http.request_parser import Parsed, RequestParser
from emulator.net.reset import reset
from emulator.sandboxes.turns import TURN
from emulator.server.answers import RelayedReply, Service
from emulator.server.http_deadline import Deadline
from emulator.server.stream_protocol import StreamProtocol

AT_ONCE = 100
"""So many requests of a connection are answered at most in one turn of the loop: then others get theirs."""
_MOST_BEHIND = 64 * 1024
"""So many octets are read while a request before them is waited for."""
_ALWAYS_ANSWERED = "/_emulator/health"
_SPARE = 16
"""So many connections more than there may be are heard; the oldest of them is cut when yet another comes."""
_LINGER = 1.0
"""Real seconds between a last word and the end: closed at once, octets that nobody read would reset the connection."""
_LINGER_READING = 5.0
"""The same where a body is not taken: the client may be sending before it reads."""
_log = logging.getLogger("emulator")


class HttpConnection(StreamProtocol):
    __slots__ = (
        "_behind", "_drained", "_ended", "_form", "_going", "_held", "_leaving", "_loop", "_next", "_parser", "_paused",
        "_reading", "_scheme", "_service", "_spare", "_stalled", "_stopping", "_task", "_then", "address", "deadline",
        "gone", "grace", "here", "manner", "stopping", "transport", "when_ended",
    )  # fmt: skip

    def __init__(self, service: Service, scheme: str = "http") -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self._service = service
        self._scheme = scheme
        self.stopping = service.stopping
        self.address = ""
        self.manner = PLAIN
        """How the request that is served wants to be answered."""
        self.grace: float | None = None
        """So many real seconds is a request still served whose client says no more; None: until its reply has gone."""
        self.here = False
        """Is what comes to be answered here, whoever might own it? Asked where there are other nodes."""
        self.when_ended: Callable[[], None] | None = None
        """Hears that the client says no more."""
        self.gone = False
        """The client is gone: what it has said whole is done all the same, and nothing can be written."""
        self.transport: asyncio.Transport
        self._parser: RequestParser
        self._task: asyncio.Task[None] | RelayedReply | None = None
        self._form = False
        """Is what is waited for a form, of which nothing may be done yet?"""
        self._next: asyncio.Handle | None = None
        """Goes on in the next turn of the loop with what has come."""
        self._going: asyncio.Future[None] | None = None
        """Done when the client says no more, or serving stops."""
        self._behind = 0
        self._held = 0
        """Replies that wait for what they tell of to be written down, and what comes behind the last of them."""
        self._then: Callable[[], None] | None = None
        self._ended = False
        """The client says no more."""
        self._leaving = False
        """Nothing of what the client still says is looked at."""
        self._spare = False
        """It is one too many: it may ask whether the emulator is well, and nothing else."""
        self._stopping = False
        self._paused = False
        """What was written lies unread."""
        self._reading = True
        self._drained: asyncio.Future[None] | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self.deadline = Deadline(self._loop, self._overdue)

    # TLS

    def begin_tls(self) -> None:
        """The client has begun a handshake: it gets the time of a head for it."""
        self.deadline.expect("handshake", self._service.limits.head_seconds)

    def over_tls(self) -> None:
        """It is done. `connection_made` comes once more, with the transport inside."""
        self._scheme, self.deadline.waits_for = "https", ""

    # coming and going

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = wire = cast(asyncio.Transport, transport)  # uvloop's is one by its methods alone
        peer = wire.get_extra_info("peername")
        self.address = peer[0] if isinstance(peer, tuple) else ""
        wire.set_write_buffer_limits(0)  # whatever lies unread is told to `pause_writing`
        service = self._service
        self._parser = RequestParser(service.limits, service.allowance, self.address, self._scheme)
        service.connections.add(self)
        too_many = len(service.connections) - service.limits.connections
        if too_many <= 0:
            self._watch()
        else:
            self._spare = True
            service.spare[self] = None
            self.deadline.expect("place", _LINGER)
            if len(service.spare) > _SPARE:
                next(iter(service.spare)).cut_off()

    def connection_lost(self, exc: BaseException | None) -> None:
        self.gone = self._ended = True
        self._paused = False
        self._stop_timers()
        task = self._task
        if self._in_the_middle:
            why = f"the client went away: {self._parser.so_far}"
            self._service.broken_off(self._parser.begun, why, not self._parser.in_head)
        if self._leaving or not (self._parser.parsed or (task is not None and self._form)):
            self._over()
        elif isinstance(task, RelayedReply):
            task.cancel()
            self.served()
        elif task is None and self._next is None:
            self._go_on()
        elif task is not None and not self._form:
            task.cancel()  # and on behind it

    def _over(self) -> None:
        """Nothing of the connection is left to be done."""
        self._leaving = True
        self._service.lost(self)
        if self._next is not None:
            self._next.cancel()
        if self._task is not None:
            self._task.cancel()
        self._parser.close()

    def eof_received(self) -> bool:
        """The client says no more; what was asked is answered all the same."""
        self._ended = True
        if self.when_ended is not None:
            self.when_ended()
        if self._service.held is not None:
            self._service.held.flush()
        if self._in_the_middle:
            why = f"the client said no more in the middle of a request: {self._parser.so_far}"
            self._send_away(400, why, not self._parser.in_head)
            return True
        if self._leaving or (self._task is None and not self._parser.parsed):
            self._leaving = True
            return self._held > 0
        if self._going is not None and not self._going.done():
            self._going.set_result(None)
        elif self.grace is not None:
            self._loop.call_later(self.grace, self.close)
        return True

    @property
    def _in_the_middle(self) -> bool:
        """Does it wait for the rest of a request, and for nothing else?"""
        waits = self._task is None and not self._leaving and not self._spare
        return waits and self._parser.in_message and not self._parser.parsed

    def stop(self) -> None:
        """Serving stops: what is being answered is the last."""
        self._stopping = True
        if self._going is not None and not self._going.done():
            self._going.set_result(None)
        if self._task is None and self._next is None:
            self.close()

    # what comes

    def data_received(self, data: bytes) -> None:
        if self._leaving:
            return
        self._parser.feed(data)
        if self._task is None and self._next is None and not self._paused:
            self._go_on()
        else:
            self._behind += len(data)
            if self._behind > _MOST_BEHIND and self._reading:
                self._reading = False
                self.transport.pause_reading()

    def take(self, parsed: Parsed) -> None:
        """A request that was read elsewhere."""
        self._parser.parsed.append(parsed)
        self._go_on()

    @property
    def is_idle(self) -> bool:
        """Is nothing being answered?"""
        return self._task is None and not self._held and not self._parser.parsed

    def _go_on(self) -> None:
        """Answer what has come, one after the other."""
        parser, loop = self._parser, self._loop
        parsed = parser.parsed
        self._next = None
        now = began = loop.time()
        left = AT_ONCE
        while parsed and self._task is None and not self._paused and not self._leaving:
            if left < AT_ONCE:
                now = loop.time()
                if not left or now > began + TURN:
                    self._next = loop.call_soon(self._go_on)
                    self._watch()
                    return
            self._serve(parsed.popleft(), now)
            left -= 1
        if self._behind and self._task is None:
            self._behind = 0
            if not (self._reading or self._paused or self.transport.is_closing()):
                self.transport.resume_reading()
            self._reading = True
        if self._task is None and not parsed and not self._leaving:
            if parser.refusal is not None:
                self._send_away_by(parser.refusal)
            elif self._ended:
                self.close()
            elif parser.in_message:
                if parser.expects_continue and self._then is None:
                    self._behind_held(self._let_go_on)
            elif self.deadline.waits_for == "request" and not self._paused:
                self.deadline.due = now + self._service.limits.idle_seconds  # a timer that comes before comes again
                return
        if not self.gone:
            self._watch()
        elif self._task is None:
            self._over()

    def _let_go_on(self) -> None:
        """The client may send its body, where it has not begun to."""
        if self._leaving:
            self.transport.close()
        elif self._parser.expects_continue and not self.transport.is_closing():
            self._parser.expects_continue = False
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def cut_off(self) -> None:
        """Another one wants its place."""
        self._service.spare.pop(self, None)
        if not self._leaving:
            self._no_room()
        self.abort()

    def _no_room(self) -> None:
        self._send_away(503, f"there are {self._service.limits.connections} connections (--max-connections)")

    def _serve(self, parsed: Parsed, now: float) -> None:
        self.manner, self._form, service = PLAIN, parsed.form, self._service
        if not parsed.usual or service.retiring or self._spare or self.gone:
            if self._not_served(parsed):
                return
            last = parsed.last or self._spare or (service.retiring and not self.here)
            self.manner = Manner(last, parsed.version == "1.0", parsed.request.method == "HEAD")
        try:
            answer = service.answer(parsed, self)
        except Exception as failure:
            answer = self._failed(failure)
        if isinstance(answer, HttpReply):
            self._send(answer, now)
        elif isinstance(answer, RelayedReply):
            self._task = answer
        else:
            self.wait_for(answer)

    def _not_served(self, parsed: Parsed) -> bool:
        """A way for one who is gone, or anything but a question whether all is well of one who is too many."""
        if self.gone and parsed.request.method == "CONNECT":
            self._leaving = True
            return True
        if self._spare and parsed.request.path != _ALWAYS_ANSWERED:
            self._no_room()
            return True
        return False

    def wait_for(self, coming: Coroutine[Any, Any, HttpReply | RelayedReply | None]) -> None:
        """What comes is the answer."""
        self._task = task = self._loop.create_task(self._wait_for(coming))
        if self.gone and self.grace is not None:
            self._loop.call_later(self.grace, task.cancel)

        def done(task: asyncio.Task[None]) -> None:
            coming.close()  # of one that was cancelled before it began
            if task.cancelled() and self.gone and not self._leaving:
                self.served()

        task.add_done_callback(done)

    async def _wait_for(self, coming: Coroutine[Any, Any, HttpReply | RelayedReply | None]) -> None:
        try:
            reply = await coming
        except ConnectionError:  # the client went away meanwhile
            reply = None
        except Exception as failure:
            reply = self._failed(failure)
        if isinstance(reply, RelayedReply):
            self._task = reply
        else:
            self.served(reply)

    def served(self, reply: HttpReply | None = None) -> None:
        """It is answered, by this reply or already; on with what came behind."""
        self._task, self.grace = None, None
        if reply is not None:
            self._send(reply, self._loop.time())
        elif (self.manner.last or self._stopping) and not self._leaving:
            self.close()
        self._go_on()

    def _failed(self, failure: Exception) -> HttpReply:
        _log.error("A request could not be served", exc_info=failure)
        text = "The emulator failed; its log says more. This is a bug of the emulator.\n"
        plain = (("Content-Type", "text/plain; charset=utf-8"),)
        return self.last(HttpReply(status=500, headers=plain, body=text.encode()))

    # what goes

    def encode(self, reply: HttpReply) -> Encoded:
        """The octets of a reply to the request that is served."""
        if self._stopping and not self.manner.last:
            self.last(reply)
        return encoded(reply, self.date(), self.manner)

    def last(self, reply: HttpReply) -> HttpReply:
        """The same reply, behind which the connection ends."""
        self.manner = Manner(True, self.manner.old, self.manner.without_body)
        return reply

    def date(self) -> bytes:
        return self._service.renew_date(self._loop.time())

    def _send(self, reply: HttpReply, now: float) -> None:
        if self._stopping and not self.manner.last:
            self.last(reply)
        try:
            service = self._service
            date = service.date if now < service.date_until else service.renew_date(now)
            head, body = encoded(reply, date, self.manner)
        except ValueError as failure:  # a rule's header of two lines
            head, body = self.encode(self._failed(failure))
        held = self._service.held
        if held is not None:
            self._leaving = self._leaving or self.manner.last
            self._held += 1
            held.add(self, head + body)
        else:
            if not self.transport.is_closing():
                self.transport.write(head + body)
            if self.manner.last:
                self.close()

    def release(self, octets: bytes) -> None:
        """A reply that was held goes out now."""
        self._held -= 1
        if not self.transport.is_closing():
            self.transport.write(octets)
            then, self._then = (None, self._then) if self._held else (self._then, None)
            if then is not None:
                then()
            elif not self._held and (self._leaving or self._stopping):
                self.transport.close()

    def _behind_held(self, then: Callable[[], None]) -> None:
        """Once no reply is held."""
        if self._held:
            assert self._service.held is not None
            self._service.held.flush()
        if self._held:
            self._then = then
        else:
            then()

    @property
    def holds(self) -> bool:
        """Are there replies that wait?"""
        return self._held > 0

    async def all_released(self) -> None:
        """Until no reply is held."""
        if self._held:
            released = asyncio.Event()
            self._behind_held(released.set)
            await released.wait()

    async def write_and_drain(self, octets: bytes) -> None:
        """Octets go out; done when the client has taken them. Raises ConnectionError when it is gone."""
        await self.all_released()
        if self.transport.is_closing():
            raise ConnectionResetError("the client went away")
        self.transport.write(octets)
        if self._paused:
            self._drained = self._loop.create_future()
            await self._drained

    async def until_client_goes(self) -> None:
        """Until it says no more, or serving stops."""
        if not (self._ended or self._stopping):
            self._going = self._loop.create_future()
            await self._going

    def hand_over(self, protocol: StreamProtocol, first: bytes = b"") -> None:
        """The client is told what comes first, and is another protocol's from then on, with all that it has said behind
        its CONNECT."""
        self._leaving = True
        if self._service.held is not None:
            self._service.held.flush()
        self.transport.write(first)
        self._stop_timers()
        said = self._parser.tunnelled or b""
        self._parser.close()
        self._service.lost(self)
        self.transport.set_protocol(protocol)
        if self._paused or not self._reading:
            self._reading = True
            self.transport.resume_reading()
        protocol.connection_made(self.transport)
        if self._paused:
            protocol.pause_writing()
        if said and not self.transport.is_closing():
            protocol.data_received(said)
        if self._ended and not self.transport.is_closing():  # it was told to us, and is not told again
            heard = cast(StreamProtocol, self.transport.get_protocol())
            if not heard.eof_received():
                self.transport.close()

    def close(self) -> None:
        """What was written leaves, then the connection ends."""
        self._leaving = True
        if not self._held:
            self.transport.close()

    def reset(self) -> None:
        """RST: no lingering, then the end."""
        self._leaving = True
        reset(self.transport)

    def abort(self) -> None:
        self._leaving = True
        self.transport.abort()

    def pause_writing(self) -> None:
        self._paused = True
        self.transport.pause_reading()
        self._stalled = self._loop.call_later(self._service.limits.stalled_seconds, self._cut)
        if isinstance(self._task, RelayedReply):
            self._task.pause()

    def resume_writing(self) -> None:
        self._paused = False
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        if self._reading and not self.transport.is_closing():
            self.transport.resume_reading()
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        if isinstance(self._task, RelayedReply):
            self._task.resume()
        elif self._task is None and self._next is None and not self._leaving:
            self._go_on()

    def _cut(self) -> None:
        """Closing would wait for the client to read."""
        self._stalled = None
        seconds = self._service.limits.stalled_seconds
        _log.warning("%s left an answer unread for %g s: cut (--stalled-seconds)", self.address, seconds)
        self.abort()

    # how long is waited

    def _watch(self) -> None:
        """The client is given its time for what it has to do next."""
        limits, parser, deadline = self._service.limits, self._parser, self.deadline
        if self._leaving or self._spare or self.gone:
            return
        if self._task is not None or self._next is not None or self._paused:
            deadline.lift()
        elif not parser.in_message:
            deadline.expect("request", limits.idle_seconds)
        elif parser.in_head:
            if deadline.waits_for != "head":
                deadline.expect("head", limits.head_seconds)
        elif deadline.waits_for != "body":
            deadline.expect("body", limits.body_seconds)

    def _overdue(self, what: str) -> None:
        limits = self._service.limits
        if what == "end":
            self.abort()
        elif self._spare:
            if self._task is None:
                self._no_room()
        elif what in ("request", "handshake"):
            self.close()
        elif what == "head":
            why = f"the head of the request was not there after {limits.head_seconds:g} s (--head-seconds)"
            self._send_away(408, why)
        elif what == "body":
            why = f"the body was not there after {limits.body_seconds:g} s (--body-seconds): {self._parser.so_far}"
            self._send_away(408, why, True)

    def _stop_timers(self) -> None:
        self.deadline.stop()
        if self._stalled is not None:
            self._stalled.cancel()

    def _send_away(self, status: int, why: str, of_body: bool = False) -> None:
        self._send_away_by(HttpRefusal(status, why, self._parser.begun, of_body))

    def _send_away_by(self, refusal: HttpRefusal) -> None:
        """A last word, a moment to read it, the end."""
        head, body = encoded(self._service.refuse(refusal), self.date(), Manner(last=True))
        self._leaving = True
        self._behind_held(lambda: self._last_word(head + body))

    def _last_word(self, octets: bytes) -> None:
        if self.gone:
            return
        self.transport.write(octets)
        if self._ended:  # there is nothing more to be read
            self.transport.close()
            return
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()
        self.deadline.expect("end", _LINGER if self._parser.in_head else _LINGER_READING)
