"""SMPP on a socket: octets to PDUs and back, link timers in real time. What PDUs mean is not its trade.

What is written within one turn of the loop leaves in one piece. What came in one piece is answered in several turns
where it is much, so that others get theirs.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from math import inf
from typing import Protocol, cast

from emulator.dispatch.http import Stranger
from emulator.dispatch.smpp import SmppDispatcher, SmppReply
from emulator.http.limits import Limits
from emulator.net.reset import reset
from emulator.sandboxes.change_log import ChangeLog, NotPersisted
from emulator.sandboxes.smpp_session import BoundSession
from emulator.sandboxes.turns import TURN
from emulator.server.deadlines import Deadlines
from emulator.server.smpp_faults import alter
from emulator.server.smpp_late_answers import LateAnswers
from emulator.server.stream_protocol import StreamProtocol
from emulator.smpp.codec import decode, encode
from emulator.smpp.command_status import Status
from emulator.smpp.events import Close, Event, Ignored, RequestAnswered, Requested, Send, Unanswered
from emulator.smpp.framing import Framer
from emulator.smpp.pdu import Pdu, Unreadable, generic_nack
from emulator.smpp.pdu_tables import BINDS, CommandId

AT_ONCE = 100
"""So many PDUs of a connection are answered at most in one turn of the loop."""
_ACKNOWLEDGED = CommandId.DELIVER_SM_RESP.to_bytes(4, "big")
_MOST_UNREAD = 64 * 1024
"""With so many octets unread by the peer nothing more is read of it."""
MOST_OWED = 1000
"""With so many requests unanswered (by late answers) no more is read: the peer feels it as back-pressure."""


def _nothing() -> None:
    pass


class OtherNodesSmpp(Protocol):
    """Other nodes, where there are some."""

    def bind(self, connection: "SmppConnection", who: Stranger, octets: bytes) -> None:
        """Takes over a connection whose client may belong to another node, with what it has said from the bind on. When
        it turns out that the client belongs here, `go_on_here` is called."""


class SmppConnection(StreamProtocol):
    """One connection. `elsewhere` is asked about a bind, unless it is to be answered `here`."""

    def __init__(
        self, dispatcher: SmppDispatcher, links: "set[SmppConnection]", recorder: ChangeLog | None = None,
        limits: Limits | None = None, elsewhere: OtherNodesSmpp | None = None, here: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self._elsewhere = elsewhere
        self._here = here
        self._sought = False
        """It is being found out where the client belongs."""
        self._dispatcher = dispatcher
        self._links = links
        self._recorder = recorder
        self._loop = asyncio.get_running_loop()
        self._framer = Framer()
        self._patience = Deadlines(self._loop, limits or Limits(), self._give_up)
        self._out: list[bytes] = []
        self._era = 0
        """Of the recorder, when the first of it was written."""
        self._held_out = 0
        """So many pieces wait for what they tell of to be written down; then the connection ends, perhaps:"""
        self._then: Callable[[], None] | None = None
        self._working = False
        """What is written now leaves together, when this turn is over."""
        self._frames: deque[Pdu | Unreadable | bytes] = deque()
        """What came and is not answered (deliver_sm_resp as octets: most of them need not be read), and"""
        self._next: asyncio.Handle | None = None
        """the turn in which it will be."""
        self._ended = False
        """The peer says nothing more: the end comes behind what it has said."""
        self._lost = False
        """It is gone: the same, and nothing can be written."""
        self._timer: asyncio.TimerHandle | None = None
        self._due = inf
        """When it fires."""
        self.closing = False
        self._unread = False
        """The peer does not read."""
        self._stopped = False
        self._taking = True
        """Is the transport read?"""
        self._partly = False
        """A PDU is here in part."""
        self.peer = ""
        self.line: BoundSession
        self.transport: asyncio.Transport
        self.gone: asyncio.Future[None] = self._loop.create_future()
        """Done when the connection is."""
        self.answers = LateAnswers(self, dispatcher, self._loop)

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
        if self._frames and not self.closing:
            self._lost = True
            self._tend()
        else:
            self._over()

    def _over(self) -> None:
        """Nothing of the connection is left to be done."""
        self.closing = True
        self._links.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        self._patience.stop()
        self._dispatcher.closed(self.line)
        if not self.gone.done():
            self.gone.set_result(None)

    def eof_received(self) -> bool:
        """The peer says nothing more: what it has said is answered, and what waits to be written down as well."""
        if self._ended:
            return True  # whoever had the client before has heard it too
        left = self._sought or self._frames or self._out or self._held_out or self.answers.owed
        self._ended = not self.closing and bool(left)
        if self._ended and not (self._sought or self._frames):
            self._at_rest(False)
        return self._ended

    def data_received(self, data: bytes) -> None:
        behind = bool(self._frames)
        came = self._framer.frames(data)
        if came and self._partly:
            self._partly = False
            self._patience.part(0, True)
        for one in came:
            self._frames.append(decode(one) if isinstance(one, bytes) and one[4:8] != _ACKNOWLEDGED else one)
        if not behind:
            self._work()

    def _work(self) -> None:
        """A turn: answer what has come, one after the other."""
        self._next = None
        line, frames, loop = self.line, self._frames, self._loop
        dispatcher = self._dispatcher
        now = loop.time()
        until = now + TURN
        self._working = True
        came = bool(frames)
        try:
            left = row = AT_ONCE
            while frames and left and not (self.closing or (self._stopped and not self._lost)):
                most = 1 if self.answers.owed else min(row, left)  # a late answer may end the connection
                taken = dispatcher.serve(line, frames, most, until, self, alter)
                row = 2 * taken
                if not taken:
                    taken = row = 1
                    dispatcher.worked_off(line)
                    item = frames.popleft()
                    if isinstance(item, bytes):
                        if not dispatcher.acknowledged(line, item, now):
                            self.hear(item)
                    elif self._elsewhere is not None and self._seeks(self._elsewhere, item):
                        break
                    else:
                        self._receive(item, now)
                left -= taken
                if frames and loop.time() > until:
                    break
            dispatcher.worked_off(line)
        except Exception:  # a fault of ours, which the loop tells of: what was answered is not known
            self.closing = True
            frames.clear()
            self.transport.abort()
            with suppress(Exception):
                dispatcher.worked_off(line)
            if self._lost:
                self._over()
            raise
        finally:
            self._working = False
        if self._recorder is None:
            self.flush()
        if self.closing:
            frames.clear()
        if frames:
            self._tend()
        elif not (came and self._taking) or self._framer.waiting or self._partly or self._lost or self._ended:
            self._at_rest(came)
        elif self._stopped:
            self._tend()

    def _seeks(self, elsewhere: OtherNodesSmpp, item: Pdu | Unreadable) -> bool:
        """Is it a bind whose client may belong to another node? Then that takes it, with all that came behind it."""
        if not isinstance(item, Pdu) or item.command_id not in BINDS:
            return False
        who, self._here = None if self._here else self._dispatcher.stranger(self.line, item), False
        if who is None:
            return False
        octets = b"".join(one if isinstance(one, bytes) else one.raw for one in (item.raw, *self._frames))
        self._frames.clear()
        self._taking = self._sought = True  # whoever takes it over reads, or does not
        elsewhere.bind(self, who, octets + self._framer.rest())
        return True

    def _at_rest(self, came: bool) -> None:
        """All that came is heard. `came`: there was something."""
        self._await_rest(came)
        if self._lost:
            self._over()
        elif self._ended and not (self.closing or self._sought or self.answers.owed):
            self.hang_up()
        else:
            self._tend()

    def _await_rest(self, came: bool) -> None:
        """What is here of a PDU in part gives its rest a time, as long as that is listened for."""
        held = len(self._framer.waiting)
        if held or self._partly:
            if self._stopped or self._frames or self._ended or self.closing:
                held = 0
            self._partly = bool(held)
            self._patience.part(held, came)

    def _weigh(self) -> None:
        """Does the peer have to read, or to wait for answers, before it is listened to?"""
        self._stopped = self._unread or self.answers.owed > MOST_OWED

    def _tend(self) -> None:
        """Work goes on, and the transport is read, where nothing speaks against it."""
        stopped = self._stopped
        if self._frames and self._next is None and (self._lost or not stopped):
            self._next = self._loop.call_soon(self._work)
        taking = not (stopped or self._frames)
        if taking != self._taking and not (self.closing or self._lost):
            self._taking = taking
            if taking:
                self.transport.resume_reading()
            else:
                self.transport.pause_reading()
            self._await_rest(False)

    def go_on_here(self, octets: bytes) -> None:
        """The client belongs here, with all that it has said from its bind on."""
        self._here, self._sought = True, False
        if not self.closing:
            self.data_received(octets)

    def hand_over(self, protocol: StreamProtocol) -> None:
        """The client is another protocol's from now on."""
        self.flush()
        transport = self.transport
        self._over()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        if self._ended:
            protocol.eof_received()

    def pause_writing(self) -> None:
        """The peer does not read: we do not either, until it does."""
        self._patience.unread()
        self._unread = self._stopped = True
        if not self._working:
            self._tend()

    def resume_writing(self) -> None:
        self._patience.read()
        self._unread = False
        self._weigh()
        self._tend()
        self._dispatcher.go_on(self.line)

    # what the dispatcher wants of it (line.Wire)

    def now(self) -> float:
        return self._loop.time()

    def write(self, octets: bytes) -> None:
        if not self._out:
            if self._recorder is not None:  # with what comes over other links in this turn, and before what that brings
                self._era = self._recorder.era
            if self._recorder is not None or not self._working:
                self._loop.call_soon(self.flush)
        self._out.append(octets)

    def flush(self) -> None:
        """What was written goes out; where it says what could not be written down, the connection breaks instead."""
        if not self._out:
            return
        octets = b"".join(self._out)
        self._out.clear()
        if self._recorder is None:
            self._send(octets)
        else:
            self._held_out += 1
            self._recorder.when_kept(partial(self._release, octets), self._era)

    def _send(self, octets: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(octets)
        own = self.line.session.own
        if own.waiting and own.wait is not None and self._loop.time() + own.wait < self._due:
            self._arm()  # the timer was set for the silence of the peer, or not at all

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
        self.closing = True
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
            if not self._taking:
                self.transport.resume_reading()  # its end is to be seen
            with suppress(OSError):  # the peer is gone
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
            self.closing = True
            self.transport.abort()

    def reset(self) -> None:
        self.closing = True
        reset(self.transport)

    # events

    def hear(self, frame: bytes) -> None:
        self._receive(decode(frame), self.now())

    def _receive(self, item: Pdu | Unreadable, now: float) -> None:
        for event in self.line.session.received(item, now):
            self._do(event, item)

    def _do(self, event: Event, item: Pdu | Unreadable | None = None) -> None:
        dispatcher, line = self._dispatcher, self.line
        match event:
            case Requested(request):
                self.answer(dispatcher.asked(line, request, self.now(), alter), request.command_id in BINDS)
            case Send() if item is not None:
                self.answer(dispatcher.said(line, item, event, alter))
            case Send():
                self.write(dispatcher.asks(line, event))
            case RequestAnswered():
                dispatcher.answered(line, event)
                self._arm()  # the time to ask the peer again may come first
            case Unanswered():
                dispatcher.unanswered(line, event)
            case Ignored():
                dispatcher.ignored(line, event)
            case Close():
                self.hang_up()

    def answer(self, answer: bytes | SmppReply, binds: bool = False) -> None:
        """`binds`: it is the answer to a bind."""
        if isinstance(answer, bytes):
            self.write(answer)
            if self.answers.held:
                self.answers.release()
        else:
            if binds:
                self._arm()
            self.answers.begin(answer, self._bound if binds else _nothing)
            self._weigh()

    def answered(self) -> None:
        self._weigh()
        if self._ended and not (self._working or self._frames):
            self._at_rest(False)
        else:
            self._tend()

    def _bound(self) -> None:
        if not self.closing and self.line.receives:
            self._dispatcher.bound(self.line)

    # time

    def _arm(self) -> None:
        """One timer at most; it is set anew when it fires, for deadlines mostly move away: only a bind and requests of
        ours bring nearer ones."""
        deadline = self.line.session.next_deadline()
        if deadline is None or self.closing or deadline >= self._due:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due = deadline
        self._timer = self._loop.call_at(deadline, self._expire)

    def _expire(self) -> None:
        self._timer, self._due = None, inf
        for event in self.line.session.expire(self.now()):
            self._do(event)
        self._arm()
