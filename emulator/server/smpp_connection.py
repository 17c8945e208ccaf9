"""SMPP on a socket: octets to PDUs and back, link timers in real time. What PDUs mean is not its trade.

What is written within one turn of the loop leaves in one piece.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any, Protocol, cast

from emulator.dispatch.http import Stranger
from emulator.dispatch.smpp import SmppDispatcher, SmppReply
from emulator.http.limits import Limits
from emulator.net.allowed_targets import Targets
from emulator.net.connect import reach
from emulator.net.listen import BACKLOG
from emulator.net.reset import reset
from emulator.sandboxes.change_log import ChangeLog, NotPersisted
from emulator.sandboxes.smpp_session import BoundSession
from emulator.server import fault_steps, smpp_faults
from emulator.server.deadlines import Deadlines
from emulator.server.fault_steps import ResetConnection, Wait, Write
from emulator.server.protocol_switch import TlsOnly, told
from emulator.server.smpp_faults import Ask, NextFirst, SmppStep
from emulator.smpp.codec import decode, encode
from emulator.smpp.command_status import Status
from emulator.smpp.events import Close, Event, Ignored, RequestAnswered, Requested, Send, Unanswered
from emulator.smpp.framing import Framer
from emulator.smpp.pdu import Pdu, Unreadable, generic_nack
from emulator.smpp.pdu_tables import BINDS, CommandId
from emulator.tls.contexts import Contexts

_log = logging.getLogger("emulator")
_ACKNOWLEDGED = CommandId.DELIVER_SM_RESP.to_bytes(4, "big")
_REPORTS_FIRST = 1.0
"""Real seconds that a response waits for callbacks which shall go before it."""
_FAREWELL = 0.3
"""Real seconds that clients get to answer our unbind when serving stops."""
_MOST_UNREAD = 64 * 1024
"""With so many octets unread by the peer nothing more is read of it."""
_MOST_OWED = 1000
"""With so many requests unanswered (by late answers) no more is read: the peer feels it as back-pressure."""


class OtherNodesSmpp(Protocol):
    """Other nodes, where there are some."""

    def bind(self, connection: "SmppConnection", who: Stranger, octets: bytes) -> None:
        """Takes over a connection whose client may belong to another node, with what it has said from the bind on. When
        it turns out that the client belongs here, `go_on_here` is called."""


class SmppConnection(asyncio.Protocol):
    """One connection. `elsewhere` is asked about a bind, unless it is to be answered `here`."""

    def __init__(
        self, dispatcher: SmppDispatcher, links: "set[SmppConnection]", recorder: ChangeLog | None = None,
        limits: Limits | None = None, elsewhere: OtherNodesSmpp | None = None, here: bool = False,
    ) -> None:  # fmt: skip
        self._elsewhere = elsewhere
        self._here = here
        self._dispatcher = dispatcher
        self._links = links
        self._recorder = recorder
        self._loop = asyncio.get_running_loop()
        self._framer = Framer()
        self._patience = Deadlines(self._loop, limits or Limits(), self._give_up)
        self._out: list[bytes] = []
        self._held_out = 0
        """So many pieces wait for what they tell of to be written down; then the connection ends, perhaps:"""
        self._then: Callable[[], None] | None = None
        self._reading = False
        """What is written now leaves together, when all that came is done."""
        self._timer: asyncio.TimerHandle | None = None
        self._closing = False
        self._paused = False
        self._partly = False
        """A PDU is here in part."""
        self.peer = ""
        self.line: BoundSession
        self.transport: asyncio.Transport
        self.gone: asyncio.Future[None] = self._loop.create_future()
        """Done when the connection is."""
        self._held: list[Callable[[], None]] = []
        """Responses that wait for the next one to go first."""
        self._late: dict[Callable[[], None], asyncio.TimerHandle] = {}
        """What waits for its moment."""

    # the connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods alone
        where = transport.get_extra_info("peername")
        self.peer = where[0] if isinstance(where, tuple) else ""
        self.line = self._dispatcher.open(self)
        self._links.add(self)
        self.transport.set_write_buffer_limits(_MOST_UNREAD)
        self._arm()
        most = self._patience.limits.connections
        if len(self._links) > most:
            self._give_up(f"there are {most} connections (--max-connections)", True)

    def connection_lost(self, exc: Exception | None) -> None:
        self._closing = True
        self._links.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        self._patience.stop()
        self._dispatcher.closed(self.line)
        if not self.gone.done():
            self.gone.set_result(None)

    def data_received(self, data: bytes) -> None:
        line, out = self.line, self._out
        acknowledged = self._dispatcher.acknowledged
        now = self.now()
        self._reading = True
        ordinary = False
        frames = self._framer.frames(data)
        at = 0
        while at < len(frames) and not self._closing:
            frame = frames[at]
            at += 1
            if frame.__class__ is bytes and frame[4:8] == _ACKNOWLEDGED and acknowledged(line, frame, now):
                continue
            ordinary = True
            item = decode(frame) if isinstance(frame, bytes) else frame
            if self._elsewhere is not None and isinstance(item, Pdu) and item.command_id in BINDS:
                who, self._here = None if self._here else self._dispatcher.stranger(line, item), False
                if who is not None:
                    rest = (frame, *frames[at:])
                    octets = b"".join(one if isinstance(one, bytes) else one.raw for one in rest)
                    self._elsewhere.bind(self, who, octets + self._framer.rest())
                    break
            for event in line.session.received(item, now):
                self._do(event, item)
        self._reading = False
        self._dispatcher.worked_off(line)
        held = self._framer.held
        if held or self._partly:
            self._partly = bool(held)
            self._patience.part(held, at > 0)
        if out and self._recorder is not None:
            self._loop.call_soon(self.flush)  # with what came over other links in this turn
        elif out:
            self.flush()
        if ordinary:
            self._arm()
        if line.session.owed > _MOST_OWED:
            self._pause()

    def go_on_here(self, octets: bytes) -> None:
        """The client belongs here, with all that it has said from its bind on."""
        self._here = True
        if not self._closing:
            self.data_received(octets)

    def hand_over(self, protocol: asyncio.Protocol) -> None:
        """The client is another protocol's from now on."""
        self.flush()
        transport = self.transport
        self.connection_lost(None)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)

    def pause_writing(self) -> None:
        """The peer does not read: we do not either, until it does."""
        self._patience.unread()
        self._pause()

    def resume_writing(self) -> None:
        self._patience.read()
        self._resume()
        self._dispatcher.go_on(self.line)

    def _pause(self) -> None:
        if not self._paused and not self._closing:
            self._paused = True
            self.transport.pause_reading()

    def _resume(self) -> None:
        if self._paused and not self._closing:
            self._paused = False
            self.transport.resume_reading()

    # what the dispatcher wants of it (line.Wire)

    def now(self) -> float:
        return self._loop.time()

    def write(self, octets: bytes) -> None:
        if not self._out and not self._reading:
            self._loop.call_soon(self.flush)
        self._out.append(octets)

    def flush(self) -> None:
        """What was written goes out; where it says what could not be written down, the connection breaks instead."""
        if not self._out:
            return
        octets = self._out[0] if len(self._out) == 1 else b"".join(self._out)
        self._out.clear()
        if self._recorder is None:
            self._send(octets)
        else:
            self._held_out += 1
            self._recorder.when_kept(partial(self._release, octets))

    def _send(self, octets: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(octets)
        self._expect()

    def _release(self, octets: bytes, trouble: NotPersisted | None) -> None:
        self._held_out -= 1
        if trouble is None:
            self._send(octets)
        elif not self.transport.is_closing():
            self.reset()
        if not self._held_out and self._then is not None:
            self._then()

    def end(self, then: Callable[[], None]) -> None:
        """Behind what was written."""
        self.flush()
        self._closing = True
        if self._held_out:
            self._then = then
        else:
            then()

    def hang_up(self) -> None:
        self.end(self._close)

    def unbind(self) -> None:
        """Take leave, politely where the client is bound."""
        self._dispatcher.hang_up(self.line)

    def _close(self) -> None:
        if not self.transport.is_closing() and self.transport.get_write_buffer_size():
            self._patience.unread()  # closing waits for it
        self.transport.close()

    def take_leave(self) -> None:
        """The last of what was written leaves. Closed at once, what the peer still says would reset the connection, and
        what it has not read yet be lost: it closes first, or `hang_up` does in a moment."""
        self.end(self._close_writing)

    def _close_writing(self) -> None:
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()
        else:
            self.transport.close()

    def _give_up(self, why: str, speak: bool) -> None:
        """The connection has taken too long: a last word, or none, and the end."""
        octets = encode(generic_nack(Status.RSYSERR, 0)) if speak else None
        self._dispatcher.given_up(self.line, octets, why)
        if octets is not None:
            self.write(octets)
            self.hang_up()
        else:
            self._closing = True
            self.transport.abort()

    def reset(self) -> None:
        self._closing = True
        reset(self.transport)

    # events

    def _do(self, event: Event, item: Pdu | Unreadable | None = None) -> None:
        dispatcher, line = self._dispatcher, self.line
        match event:
            case Requested():
                self._answer(event.request.command_id, dispatcher.asked(line, event.request, smpp_faults.alter))
            case Send() if item is not None:
                self._answer(item.command_id, dispatcher.said(line, item, event, smpp_faults.alter))
            case Send():
                self.write(dispatcher.asks(line, event))
            case RequestAnswered():
                dispatcher.answered(line, event)
            case Unanswered():
                dispatcher.unanswered(line, event)
            case Ignored():
                dispatcher.ignored(line, event)
            case Close():
                self.hang_up()

    def _answer(self, asked: int, answer: SmppReply) -> None:
        """`asked`: the command_id of what is answered."""
        fault = answer.fault
        bound = asked in BINDS and self.line.sandbox is not None
        if fault is None and not answer.first:
            assert answer.octets is not None
            self.write(answer.octets)
            if self._held:
                self.release()
            if bound:
                self._bound()
            return
        name = "" if fault is None else fault.fault or ""
        steps = iter(smpp_faults.steps(name, answer.octets))

        def go() -> None:
            self._take(steps, bound)

        def in_time() -> None:
            if fault is not None and fault.wait:
                self._later(fault.wait, go)
            else:
                go()

        if answer.first:
            self._after(answer.first, in_time)
        elif name == "receipt-first" and answer.message:
            self._dispatcher.after_receipt(self.line, answer, in_time)
        else:
            in_time()

    def _take(self, steps: Iterator[SmppStep], bound: bool) -> None:
        """The steps of a response, until one of them has to wait."""
        for step in steps:
            if self._closing:
                return
            match step:
                case Write(octets):
                    self.write(octets)
                case Wait(seconds):
                    self.flush()
                    self._later(seconds or 0.0, lambda: self._take(steps, bound))
                    return
                case NextFirst(seconds):
                    if not self._held:
                        self._hold(seconds, lambda: self._take(steps, bound))
                        return
                case Ask(command):
                    self.line.send(Pdu(command))
                case fault_steps.CloseConnection():
                    self.hang_up()
                case ResetConnection():
                    self.reset()
        self.release()
        if bound:
            self._bound()
        if self.line.session.owed <= _MOST_OWED:
            self._resume()

    def _bound(self) -> None:
        if not self._closing and self.line.receives:
            self._dispatcher.bound(self.line)

    def _after(self, first: Collection[asyncio.Future[Any]], then: Callable[[], None]) -> None:
        """As soon as these are done, or were waited for long enough."""
        left = set(first)
        come = self._later(_REPORTS_FIRST, then)

        def done(one: asyncio.Future[Any]) -> None:
            left.discard(one)
            if not left and come in self._late:
                self._late[come].cancel()
                come()

        for one in first:
            one.add_done_callback(done)

    def _later(self, delay: float, go: Callable[[], None]) -> Callable[[], None]:
        """What comes then; it may be taken from `_late`, or called, before."""

        def come() -> None:
            del self._late[come]
            go()

        self._late[come] = self._loop.call_later(delay, come)
        return come

    def _hold(self, seconds: float, go: Callable[[], None]) -> None:
        """Until the next response has gone, or so long."""

        def over() -> None:
            self._held.remove(released)
            go()

        come = self._later(seconds, over)

        def released() -> None:
            self._late.pop(come).cancel()
            go()

        self._held.append(released)

    def hurry(self) -> None:
        """Serving stops: what waits goes now."""
        for come, handle in tuple(self._late.items()):
            if come in self._late:
                handle.cancel()
                come()

    def release(self) -> None:
        """Responses that were held back go now."""
        held, self._held = self._held, []
        for go in held:
            go()

    # time

    def _arm(self) -> None:
        """One timer at most; it is set anew when it fires, for deadlines mostly move away."""
        deadline = self.line.session.next_deadline()
        if deadline is None or self._closing:
            return
        if self._timer is not None:
            if self._timer.when() <= deadline:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(deadline, self._expire)

    def _expect(self) -> None:
        """Something was written, perhaps a request of ours: its answer is due before the timer fires, if that was set
        for the silence of the peer."""
        wait = self.line.session.own.wait
        if self._timer is None or (wait is not None and self._timer.when() > self._loop.time() + wait):
            self._arm()

    def _expire(self) -> None:
        self._timer = None
        for event in self.line.session.expire(self.now()):
            self._do(event)
        self._arm()


def _no_tls(transport: asyncio.BaseTransport, wrong: Exception) -> None:
    _log.warning("SMPP from %s: %s", transport.get_extra_info("peername"), told(wrong))


class SmppServer:
    """Serves one SMPP dispatcher on listening sockets."""

    def __init__(
        self, dispatcher: SmppDispatcher, recorder: ChangeLog | None = None, targets: Targets | None = None,
        limits: Limits | None = None, elsewhere: OtherNodesSmpp | None = None,
    ) -> None:  # fmt: skip
        self.dispatcher = dispatcher
        self._elsewhere = elsewhere
        self._limits = limits
        self._recorder = recorder
        self._targets = targets or Targets()
        self._servers: list[asyncio.Server] = []
        self.links: set[SmppConnection] = set()
        self._shaking_hands: set[TlsOnly] = set()

    async def start(self, listening: socket.socket, tls: Contexts | None = None) -> None:
        """Serve on a bound socket, with TLS from the first octet if there are certificates."""
        loop = asyncio.get_running_loop()
        self.dispatcher.dial = self._dial
        begin = self.connection if tls is None else partial(self._tls, tls)
        backlog = min(BACKLOG, (self._limits or Limits()).connections)
        self._servers.append(await loop.create_server(begin, sock=listening, backlog=backlog))

    def _tls(self, contexts: Contexts) -> asyncio.Protocol:
        limits = self._limits or Limits()
        return TlsOnly(self.connection, contexts, _no_tls, self._shaking_hands, limits.connections, limits.head_seconds)

    def connection(self) -> SmppConnection:
        return SmppConnection(self.dispatcher, self.links, self._recorder, self._limits, self._elsewhere)

    def from_elsewhere(self, asked: OtherNodesSmpp) -> SmppConnection:
        """For a client that came to another node, and whose bind is to be answered here."""
        return SmppConnection(self.dispatcher, self.links, self._recorder, self._limits, asked, here=True)

    async def _dial(self, host: str, port: int, connected: Callable[[BoundSession], None]) -> BoundSession:
        """To a client that listens. Raises NotAllowed when it may not be called, OSError when it cannot be."""
        made = await reach(self._targets, host, port)
        _, link = await asyncio.get_running_loop().create_connection(self.connection, sock=made)
        connected(link.line)
        return link.line

    async def unbind_all(self, seconds: float = _FAREWELL) -> None:
        """Take leave of those that are bound, and wait for them so long; others may come."""
        for link in tuple(self.links):
            link.unbind()
        await self._gone(seconds)

    async def _gone(self, seconds: float = _FAREWELL) -> None:
        if self.links:
            await asyncio.wait([link.gone for link in self.links], timeout=seconds)

    async def stop(self) -> None:
        """Stop listening, take leave of those that are bound, close all."""
        for server in self._servers:
            server.close()
        await self.unbind_all()
        for link in tuple(self.links):
            link.hurry()
            link.take_leave()
        await self._gone()
        for link in tuple(self.links):
            link.hang_up()
        await self._gone()
