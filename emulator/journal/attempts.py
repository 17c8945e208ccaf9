"""The journal's record of something that goes out to the client."""

from emulator.core.engine.lifecycle import Outgoing
from emulator.core.state.scheduler import SendIncoming
from emulator.core.units import Timestamp
from emulator.http.messages import HttpRequest, SmppFrame
from emulator.journal import Attempt


def attempt_of(out: Outgoing, provider: str, sent: HttpRequest | SmppFrame, at: Timestamp) -> Attempt:
    """One attempt, not answered yet."""
    due = out.due
    if type(due) is SendIncoming:
        return Attempt(
            id=out.attempt, message=0, provider=provider, attempt=due.attempt, at=at, status="incoming",
            changed_at=out.at, reason="", error=0, request=sent, incoming=due.incoming, part=due.part,
        )  # fmt: skip
    return Attempt(
        out.attempt, due.message, provider, due.attempt, at, due.status, due.changed_at, due.reason, due.error, sent,
        part=due.part,
    )  # fmt: skip
