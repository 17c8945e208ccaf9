"""SMPP sessions of one process: whose they are, and a PDU's whole way. No I/O.

Pdu ─► face.readers ─► engine.execute ─► face.write ─► session ─► octets
"""

import asyncio
import struct
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple, Protocol, cast

from emulator.core.commands import AnyCommand, Submit, SubmitPart
from emulator.core.engine.engine import Decision
from emulator.core.engine.lifecycle import Outgoing
from emulator.core.outcomes import Accepted, Bound
from emulator.core.rules.actions import Reply
from emulator.core.units import Timestamp
from emulator.dispatch.http import Stranger
from emulator.dispatch.smpp_journal import SmppJournal
from emulator.journal import Line
from emulator.providers.base import Provider, SmppPeer
from emulator.sandboxes.sandbox import Sandbox, Sandboxes
from emulator.sandboxes.smpp_session import BoundSession, SessionTurn, SmppTransport
from emulator.smpp.codec import encode
from emulator.smpp.command_status import Status
from emulator.smpp.events import Ignored, RequestAnswered, Send, Unanswered
from emulator.smpp.pdu import Fields, Pdu, Unreadable, response
from emulator.smpp.pdu_tables import BINDS, CommandId
from emulator.smpp.session import Session
from emulator.smpp.session_states import BOUND, Role

Spoil = Callable[[str, Pdu], bytes]
"""A fault's name and the response → its octets, spoilt as the fault wants it."""

_DELIVER_SM = int(CommandId.DELIVER_SM)
_ANSWER = struct.Struct(">II").unpack_from
"""Of a response's header, behind the command: status and sequence number."""
_TAKEN = bytes(4)
"""The status of a response that takes what it answers."""
_SENDS = (Submit, SubmitPart)
_ROW = 200
"""So much is done in a row at most, with what came due between, before it is told."""
_UNKNOWN = 0xFF
"""The status of an answer that cannot be read."""


_Done = tuple[Pdu, AnyCommand, Decision] | Outgoing | bytes
"""A request that was executed, what has come due before it, or an acknowledgement."""


class SmppReply(NamedTuple):
    """What goes back where a rule says how: the response's octets (None: none ever), what is to be done to them, the
    message it is about (0: none), and does its life end at a moment; what has to be done first."""

    octets: bytes | None
    fault: Reply | None
    message: int = 0
    ends: bool = False
    first: tuple[asyncio.Future[Any], ...] = ()


class Receivers(Protocol):
    """What waits to go out over SMPP, as sessions come, answer and go. `token`: what the session was given with a
    message of ours; requests of its own have none."""

    def joined(self, line: BoundSession) -> None: ...
    def left(self, line: BoundSession) -> None: ...
    def go_on(self, line: BoundSession) -> None: ...
    def forget(self, sandbox: Sandbox) -> None: ...
    def callbacks(self, sandbox: Sandbox) -> tuple[asyncio.Future[Any], ...]: ...
    def after_receipt(
        self, sandbox: Sandbox, provider: str, message: int, ends: bool, then: Callable[[], Any]
    ) -> None: ...
    def answered(self, token: Any, line: BoundSession, status: int, octets: bytes, /) -> None: ...
    def answered_late(self, token: Any, line: BoundSession, status: int, octets: bytes, /) -> None: ...
    def unanswered(self, token: Any, line: BoundSession, why: str, closed: bool, /) -> None: ...


class Answering(Protocol):
    """The connection, as it takes what comes of a row of requests."""

    def answer(self, answer: bytes | SmppReply) -> None: ...

    def hear(self, frame: bytes) -> None:
        """A response that acknowledges nothing of ours: what it means is for the session to say."""


class SmppDispatcher:
    """All sessions. Before it is bound, a session speaks with the first provider that has SMPP."""

    def __init__(
        self, sandboxes: Sandboxes, default: Sandbox, record: Callable[[Sandbox, Line], None]
    ) -> None:  # fmt: skip
        self._sandboxes = sandboxes
        self._default = default
        self.journal = SmppJournal(default, record)
        self._made = 0
        self.lines: dict[str, BoundSession] = {}
        self.receivers: Receivers | None = None
        """Set as soon as things go out."""
        self.dial: Callable[[str, int, Callable[[BoundSession], None]], object] | None = None
        """Connects to a client, for outbind: set by the transport."""
        self.providers: dict[str, Provider] = {
            name: one for name, one in default.providers.items() if one.smpp is not None
        }

    # coming and going

    def open(self, wire: SmppTransport) -> BoundSession:
        """A connection was made."""
        self._made += 1
        name, provider = next(iter(self.providers.items()))
        assert provider.smpp is not None
        line = BoundSession(self._made, wire, Session(Role.SMSC, wire.now()), name, provider.smpp)
        self.lines[line.id] = line
        return line

    def closed(self, line: BoundSession) -> None:
        """The connection is gone, by whomever; what it had not answered goes back."""
        self.lines.pop(line.id, None)
        bound = line.sandbox is not None
        if bound and self.receivers is not None:
            self.receivers.left(line)
        for event in line.session.closed():
            if isinstance(event, Unanswered):
                self.unanswered(line, event, closed=True)

    def of(self, sandbox: Sandbox) -> Iterator[BoundSession]:
        """The bound sessions of a sandbox, oldest first."""
        return (line for line in self.lines.values() if line.sandbox is sandbox and line.session.state in BOUND)

    def hang_up(self, line: BoundSession, how: str = "unbind") -> None:
        """End a session: politely, or by FIN, or by RST."""
        if how == "unbind" and line.session.state in BOUND and not line.session.unbinding:
            line.wire.write(encode(line.session.unbind(line.wire.now())))
        elif how == "reset":
            line.wire.reset()
        else:
            line.wire.hang_up()

    def forget(self, sandbox: Sandbox) -> None:
        """The sandbox is gone: its sessions too."""
        if self.receivers is not None:
            self.receivers.forget(sandbox)
        for line in tuple(self.lines.values()):
            if line.sandbox is sandbox:
                line.wire.hang_up()

    # what a client asks

    def stranger(self, line: BoundSession, bind: Pdu) -> Stranger | None:
        """Who would bind whom no sandbox of this process knows."""
        if line.sandbox is not None:  # bound here: the session answers a second bind
            return None
        caller = self._turn(line, self._default, self._default.now()).caller
        command = line.face.readers[bind.command_id](bind, caller)
        sandbox, credential = self._sandboxes.of(line.provider, command.credential, here=False)
        return Stranger(line.provider, credential) if sandbox is None else None

    def serve(
        self, line: BoundSession, frames: deque[Pdu | Unreadable | bytes], most: int, until: float,
        connection: Answering, spoil: Spoil,
    ) -> int:  # fmt: skip
        """Take the requests that stand first among what came, and the acknowledgements between them, at most so many;
        how many were taken. All are read, then executed, then answered and journalled: what is done in a row is done
        faster, and on the wire and in the journal it is as if each had come by itself. Those behind an answer in which
        a rule has a say are left, and those beyond `until`, in link time."""
        session, link = line.session, line.wire.now
        now, first = link(), frames[0]
        if line.sandbox is None or isinstance(first, bytes) or not session.serves(first, now):
            return 0
        if most == 1 or len(frames) == 1:
            frames.popleft()
            connection.answer(self.asked(line, first, now, spoil))
            return 1
        turn = self._at_once(line)
        sandbox, account, caller = turn
        engine, at, readers = sandbox.engine, caller.now, line.face.readers
        commands: list[AnyCommand | None] = []
        for item in islice(frames, most):
            if isinstance(item, bytes):
                if item[8:12] != _TAKEN:
                    break
                commands.append(None)
            elif session.serves(item, now):
                commands.append(readers[item.command_id](item, caller))
            else:
                break
        execute, scheduler, take = engine.execute, engine.state.scheduler, frames.popleft
        done: list[_Done] = []
        before = len(frames)
        came, alone = False, engine.state.rule_book.changes_accounts
        try:
            for command in commands:
                due = scheduler.due
                if done and due is not None and due <= at:
                    came = True
                    done += sandbox.come_due(at)
                    if engine.state.now != at or len(done) > _ROW:
                        line.turn = self._turn(line, sandbox, engine.state.now)
                        break
                if command is None:
                    done.append(cast(bytes, take()))
                    continue
                if came and (alone or type(command) not in _SENDS):
                    break
                pdu, verdict = cast(Pdu, take()), execute(command, at)
                done.append((pdu, command, verdict))
                if not _usual(verdict) or account.switches is not line.switches or link() > until:
                    break
        finally:
            self._tell(line, sandbox, done, at, now, connection, spoil)
        return before - len(frames)

    def _tell(
        self, line: BoundSession, sandbox: Sandbox, done: list[_Done], at: Timestamp, now: float,
        connection: Answering, spoil: Spoil,
    ) -> None:  # fmt: skip
        """All that was done is told, in the order in which it was: what is written is made first, in a row. Where one
        cannot be told, by a fault of ours, all others are, before that is raised."""
        router, trouble = sandbox.router, None
        usual = iter(self._plain(line, done))
        envelopes = iter(router.envelopes(sandbox, [one for one in done if isinstance(one, Outgoing)]))
        line.session.spoke(now)
        for one in done:
            try:
                if isinstance(one, Outgoing):
                    router.post(sandbox, one, next(envelopes))
                elif isinstance(one, bytes):
                    if not self.acknowledged(line, one, now):
                        connection.hear(one)
                else:
                    pdu, command, verdict = one
                    octets = next(usual) if _usual(verdict) else None
                    if octets is None:
                        connection.answer(self._reply(line, sandbox, pdu, command, verdict, at, now, spoil))
                    else:
                        self.journal.exchange(sandbox, line, pdu.raw, octets, command, at, verdict)
                        connection.answer(octets)
            except Exception as error:
                trouble = trouble or error
        if trouble is not None:
            raise trouble

    def _plain(self, line: BoundSession, done: list[_Done]) -> list[bytes] | list[None]:
        """The answers in which no rule has a say; None for each where one of them cannot be made."""
        write = line.face.write
        plain = [one for one in done if isinstance(one, tuple) and _usual(one[2])]
        try:
            return [encode(write(pdu, command, verdict.outcome)) for pdu, command, verdict in plain]
        except Exception:
            return [None] * len(plain)

    def asked(
        self, line: BoundSession, pdu: Pdu, now: float, spoil: Spoil, ready: Pdu | None = None
    ) -> bytes | SmppReply:  # fmt: skip
        """A request that the session's state allows; `ready`: what the session answers by itself. Link time in."""
        sandbox, _, caller = self._at_once(line)
        at = caller.now
        command = line.face.readers[pdu.command_id](pdu, caller)
        if pdu.command_id in BINDS:
            sandbox, at = self._home(line, command)
        return self._reply(line, sandbox, pdu, command, sandbox.engine.execute(command, at), at, now, spoil, ready)

    def _reply(
        self, line: BoundSession, sandbox: Sandbox, pdu: Pdu, command: AnyCommand, verdict: Decision, at: Timestamp,
        now: float, spoil: Spoil, ready: Pdu | None = None,
    ) -> bytes | SmppReply:  # fmt: skip
        """What goes back to a request that was executed; it is journalled."""
        fault, octets, binds = verdict.reply, None, pdu.command_id in BINDS
        usual = ready or line.face.write(pdu, command, verdict.outcome)
        if binds:
            usual = self._settle_in(line, sandbox, command, pdu, verdict, usual)
        answer = usual if fault is None else _ruled(fault, pdu, usual)
        if answer is None:
            line.session.withhold(pdu)
        else:
            line.session.record_answer(pdu, answer, now)
            octets = encode(answer) if fault is None or fault.fault is None else spoil(fault.fault, answer)
        self.journal.exchange(sandbox, line, pdu.raw, octets, command, at, verdict)
        if fault is None and octets is not None and not (binds or verdict.reports_first):
            return octets
        return self._as_ruled(sandbox, line, command, at, verdict, octets)

    def _at_once(self, line: BoundSession) -> SessionTurn:
        """Where and when what comes next is executed, all done that had come due by itself, with what those before it
        have brought about."""
        turn = line.turn
        if turn is None:
            sandbox = line.sandbox or self._default
            turn = line.turn = self._turn(line, sandbox, sandbox.begin())
        else:
            sandbox, account, caller = turn
            at = sandbox.catch_up(caller.now)
            if at != caller.now or account.switches is not line.switches:
                turn = line.turn = self._turn(line, sandbox, at)
        return turn

    def _turn(self, line: BoundSession, sandbox: Sandbox, at: Timestamp) -> SessionTurn:
        """Where what came in one read is executed, and who says it: all of it at one moment, before which all that had
        come due by itself was done."""
        account = sandbox.engine.state.accounts[line.provider]
        if account.switches is not line.switches:
            line.switches = account.switches
            in_force = self.providers[line.provider].profile.in_force(account)
            line.dialect = line.face.dialect(in_force, line.session.bound)
        return SessionTurn(sandbox, account, SmppPeer(line.credential, line.peer, line.dialect, at))

    def worked_off(self, line: BoundSession) -> None:
        """All that came in one read has been answered: what it has brought about goes out right behind."""
        if line.turn is not None:
            sandbox, _, caller = line.turn
            line.turn = None
            sandbox.catch_up(caller.now)
            sandbox.schedule_timer()

    def _as_ruled(
        self, sandbox: Sandbox, line: BoundSession, command: AnyCommand, at: Timestamp, verdict: Decision,
        octets: bytes | None,
    ) -> SmppReply:  # fmt: skip
        """What goes back, late or otherwise than it would."""
        fault, outcome, message = verdict.reply, verdict.outcome, 0
        first = self._send_reports(sandbox, at) if verdict.reports_first else ()
        if fault is not None and isinstance(outcome, Accepted) and outcome.provider_id is not None:
            message = next(iter(sandbox.engine.state.store.with_provider_id(line.provider, outcome.provider_id)), 0)
        ends = isinstance(command, Submit) and command.expires_at is not None
        return SmppReply(octets, fault, message, ends, first)

    def _send_reports(self, sandbox: Sandbox, at: Timestamp) -> tuple[asyncio.Future[Any], ...]:
        """What is due goes out now: receipts are written before the response is; callbacks have to be answered."""
        sandbox.catch_up(at)
        return () if self.receivers is None else self.receivers.callbacks(sandbox)

    def after_receipt(self, line: BoundSession, answer: SmppReply, then: Callable[[], Any]) -> None:
        """Call `then` as soon as a receipt of the message has gone, or none can come any more."""
        sandbox, provider = line.home
        assert self.receivers is not None
        self.receivers.after_receipt(sandbox, provider, answer.message, answer.ends, then)
        sandbox.catch_up(sandbox.now())

    def bound(self, line: BoundSession) -> None:
        """The response to a bind has been written: what waits may follow."""
        if self.receivers is not None and line.sandbox is not None and line.receives:
            self.receivers.joined(line)

    def _home(self, line: BoundSession, command: AnyCommand) -> tuple[Sandbox, Timestamp]:
        """Whose a bind says that the session is, and when it does."""
        found, command.credential = self._sandboxes.of(line.provider, command.credential)
        sandbox = found or self._default
        command.in_flight = 1 + sum(one.provider == line.provider for one in self.of(sandbox))
        self.worked_off(line)
        return sandbox, sandbox.begin()

    def _settle_in(
        self, line: BoundSession, sandbox: Sandbox, command: AnyCommand, bind: Pdu, verdict: Decision, answer: Pdu
    ) -> Pdu:  # fmt: skip
        """The session is the account's, where it may be; the answer to the bind."""
        switches = self.providers[line.provider].profile.in_force(sandbox.account(line.provider))
        if isinstance(verdict.outcome, Bound):
            assert command.credential is not None
            credential = type(command.credential)(command.credential.kind, command.credential.name)
            line.bind_account(sandbox, credential, line.face.terms(switches, bind))
        sandbox.schedule_timer()
        nacked = answer.command_id == CommandId.GENERIC_NACK
        return answer if nacked else line.face.greet(bind, answer.status, switches)

    # what the session says by itself

    def said(self, line: BoundSession, item: Pdu | Unreadable, event: Send, spoil: Spoil) -> bytes | SmppReply:
        """The session's own answer to what came. A link check goes by the rules all the same."""
        pdu = event.pdu
        if isinstance(item, Pdu) and item.command_id == CommandId.ENQUIRE_LINK and line.sandbox is not None:
            return self.asked(line, item, line.wire.now(), spoil, pdu)
        octets = encode(pdu)
        refused = isinstance(item, Unreadable) or pdu.status
        word = "unreadable" if isinstance(item, Unreadable) else "refused" if refused else "answered"
        self.journal.of_session(line, item, octets, word, event.why)
        return octets

    def asks(self, line: BoundSession, event: Send) -> bytes:
        """The session asks something by itself; it is journalled when it is answered."""
        return encode(event.pdu)

    def ignored(self, line: BoundSession, event: Ignored) -> None:
        self.journal.of_session(line, event.item, None, "ignored", event.why)

    # answers to what we asked

    def acknowledged(self, line: BoundSession, frame: bytes, now: float) -> bool:
        """A deliver_sm_resp by its octets; False: nothing was done yet, it goes the long way. Link time in."""
        status, sequence = _ANSWER(frame, 8)
        token = line.session.acknowledged(sequence, _DELIVER_SM, now)
        if token is None:
            return False
        assert self.receivers is not None
        self.receivers.answered(token, line, status, frame)
        return True

    def answered(self, line: BoundSession, event: RequestAnswered) -> None:
        """A client's answer to a request of ours."""
        if event.token is not None:
            assert self.receivers is not None
            response = event.response
            status = response.status if isinstance(response, Pdu) else _UNKNOWN
            taking = self.receivers.answered_late if event.late else self.receivers.answered
            taking(event.token, line, status, response.raw)
            return
        self.journal.ours(line, event.request, event.response.raw, "answered", "the client answered a request of ours")

    def unanswered(self, line: BoundSession, event: Unanswered, closed: bool = False) -> None:
        """No answer came, or will come, to a request of ours."""
        if event.token is not None:
            assert self.receivers is not None
            self.receivers.unanswered(event.token, line, event.why, closed)
            return
        self.journal.ours(line, event.request, None, "unanswered", event.why)

    def given_up(self, line: BoundSession, octets: bytes | None, why: str) -> None:
        """The connection is ended by the transport, for a limit of its own."""
        self.journal.note(line, b"", octets, "", "refused", why)

    def go_on(self, line: BoundSession) -> None:
        """The connection takes more."""
        if self.receivers is not None and line.sandbox is not None and line.receives:
            self.receivers.go_on(line)

    def outbind(self, sandbox: Sandbox, provider: str, host: str, port: int) -> object:
        """Connect to a client and ask it to bind."""
        face = self.providers[provider].smpp
        assert face is not None
        assert self.dial is not None
        password = sandbox.account(provider).credentials.get("password", "")

        def connected(line: BoundSession) -> None:
            fields: Fields = {"system_id": face.system_id, "password": password.encode()}
            line.send(Pdu(CommandId.OUTBIND, fields=fields))

        return self.dial(host, port, connected)


def _usual(verdict: Decision) -> bool:
    """Has no rule a say in the answer?"""
    return verdict.reply is None and not verdict.reports_first


def _ruled(fault: Reply, pdu: Pdu, usual: Pdu) -> Pdu | None:
    """The answer to a PDU under a rule's fault; None: none ever."""
    instead = _instead(fault)
    if instead is not None:
        return response(pdu, instead)
    return usual if fault.heard else None


def _instead(fault: Reply) -> int | None:
    """The command_status in the place of an answer: what a rule says, or what comes nearest to a status of HTTP."""
    if fault.status is not None:
        return Status.RTHROTTLED if fault.status == 429 else Status.RSYSERR
    return fault.command_status
