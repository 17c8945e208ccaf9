"""smsoffice.ge's callbacks: a GET for each destination when the status of a message with a reference changes."""

from emulator.core.accounts import Account
from emulator.core.messages import Batch, Message
from emulator.core.state.scheduler import SendReport
from emulator.core.units import Timestamp, local
from emulator.http.messages import HttpReply, HttpRequest, add_query
from emulator.providers.base import CallbackVerdict
from emulator.providers.smsoffice.profile import PROFILE

REASONS = {
    "undelivered": "absent subscriber",
    "expired": "validity period expired",
    "rejected": "rejected by operator",
    "deleted": "deleted",
    "error": "operator error",
    "unknown": "no report from operator",
}
"""What `reason` says when the rule names none. The real texts are not known."""

_OPERATOR = "28202"
"""MCC and MNC of the page's own example; told of Georgian numbers."""


def timestamp(at: Timestamp, hours: float, clock: int = 24) -> str:
    """yyyyMMddhhmmss at an offset from UTC, by a clock of 24 or 12 hours."""
    return local(at, hours, "%Y%m%d%H%M%S" if clock == 24 else "%Y%m%d%I%M%S")


def report(account: Account, batch: Batch, message: Message, due: SendReport, url: str) -> HttpRequest | None:
    """The callback of one change. The parameters stand in the order of the page's example."""
    switches = PROFILE.in_force(account)
    word = PROFILE.status(due.status).word
    if switches["status-case"] == "lower":
        word = word.lower()
    reason = "" if word.lower() == "delivered" else due.reason or REASONS.get(due.status, "")
    fields = [
        ("reference", batch.reference or ""),
        ("status", word),
        ("reason", reason),
        ("destination", message.to),
        ("timestamp", timestamp(due.changed_at, switches["timezone"], switches["timestamp-hours"])),
    ]
    if switches["operator"] == "send" and message.to.startswith("995"):
        fields.append(("operator", message.operator or _OPERATOR))
    return HttpRequest(method="GET", target=add_query(url, fields))


def judge_answer(status: int, body: bytes) -> CallbackVerdict:
    """The answer must be OK. White space around it is let pass; so is the HTTP status of a failure not."""
    if not 200 <= status < 300:
        return CallbackVerdict(False, f"HTTP {status}; the page asks for the answer OK")
    if body.strip() == b"OK":
        return CallbackVerdict(True, "the body is OK")
    found = body[:40].decode("utf-8", "replace")
    return CallbackVerdict(False, f"the body is {found!r}; the page asks for OK")


SINK_ANSWER = HttpReply(headers=(("Content-Type", "text/plain; charset=utf-8"),), body=b"OK")
