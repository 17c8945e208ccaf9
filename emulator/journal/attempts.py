"""The journal's record of something that goes out to the client."""

from emulator.core.engine.lifecycle import IncomingDelivery, Outgoing
from emulator.core.units import Timestamp
from emulator.http.messages import HttpRequest, SmppFrame
from emulator.journal import Attempt


def attempt_of(out: Outgoing, sent: HttpRequest | SmppFrame, at: Timestamp) -> Attempt:
    """One attempt, not answered yet."""
    if isinstance(out, IncomingDelivery):
        return Attempt(
            id=out.attempt, message=0, provider=out.provider, attempt=out.due.attempt, at=at, status="incoming",
            changed_at=out.at, reason="", error=0, request=sent, incoming=out.due.incoming, part=out.due.part,
        )  # fmt: skip
    due = out.due
    return Attempt(
        out.attempt, out.message, out.provider, due.attempt, at, due.status, due.changed_at, due.reason, due.error,
        sent, part=due.part,
    )  # fmt: skip
