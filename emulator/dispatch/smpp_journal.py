"""What of SMPP is journalled: requests with their responses, and what is no request of a client's. No I/O."""

from collections.abc import Callable

from emulator.core.commands import AnyCommand
from emulator.core.engine.engine import Decision
from emulator.core.units import Timestamp
from emulator.http.messages import SmppFrame
from emulator.journal import Line
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.smpp_session import BoundSession
from emulator.smpp.codec import encode
from emulator.smpp.pdu import Pdu, Unreadable
from emulator.smpp.pdu_tables import CommandId, command_name

_OPERATIONS: dict[int, str] = {
    CommandId.UNBIND: "unbind", CommandId.ENQUIRE_LINK: "link", CommandId.DELIVER_SM: "deliver",
    CommandId.DATA_SM: "deliver", CommandId.OUTBIND: "outbind",
}  # fmt: skip


class SmppJournal:
    """`record` writes a line into a sandbox's journal; `default` has what is nobody's."""

    def __init__(self, default: Sandbox, record: Callable[[Sandbox, Line], None]) -> None:
        self._default = default
        self._record = record

    def exchange(
        self, sandbox: Sandbox, line: BoundSession, asked: bytes, octets: bytes | None, command: AnyCommand,
        at: Timestamp, verdict: Decision,
    ) -> None:  # fmt: skip
        """A request, and what it came to."""
        fault, outcome, notes = verdict.reply, verdict.outcome, command.notes
        reply = None if octets is None else SmppFrame(octets, line.id, line.peer)
        self._record(sandbox, Line(
            at, command.provider, "smpp", command.operation, outcome.word, verdict.rule,
            SmppFrame(asked, line.id, line.peer), reply, outcome, None if fault is None else fault.fault,
            (*notes, *verdict.noticed) if verdict.noticed else notes, "", command,
        ))  # fmt: skip

    def of_session(
        self, line: BoundSession, item: Pdu | Unreadable, octets: bytes | None, word: str, why: str
    ) -> None:
        """What the session answered, or left, by itself."""
        operation = _OPERATIONS.get(item.command_id, "")
        self.note(line, item.raw, octets, operation, word, f"{command_name(item.command_id)}: {why}")

    def ours(self, line: BoundSession, request: Pdu, octets: bytes | None, word: str, why: str) -> None:
        """A request of ours that tells of no message."""
        self.note(line, encode(request), octets, _OPERATIONS.get(request.command_id, ""), word, why)

    def note(
        self, line: BoundSession, asked: bytes, octets: bytes | None, operation: str, word: str, why: str
    ) -> None:
        sandbox = line.sandbox or self._default
        reply = None if octets is None else SmppFrame(octets, line.id, line.peer)
        self._record(sandbox, Line(
            sandbox.now(), line.provider, "smpp", operation, word, None, SmppFrame(asked, line.id, line.peer), reply,
            None, None, (), why,
        ))  # fmt: skip
