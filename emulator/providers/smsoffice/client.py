"""The client's half of smsoffice.ge: builds requests, reads replies. No I/O."""

from typing import Any

import msgspec

from emulator.http.messages import HttpReply, HttpRequest, write_query
from emulator.providers.reply_reading import BOM, read_json

BASE_URL = "https://smsoffice.ge"
_FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


class SmsOfficeReply(msgspec.Struct, frozen=True):
    """The envelope of send and getMessageStatus."""

    success: bool
    message: str
    output: Any
    code: int


def send(
    key: str, destinations: list[str], sender: str, content: str, *, reference: str | None = None,
    urgent: bool = False, flash: bool = False, scheduled_at: int | None = None,
) -> HttpRequest:  # fmt: skip
    """A POST to send/ (it has no limit of length). `scheduled_at` in Unix seconds."""
    fields = [("key", key), ("destination", ",".join(destinations)), ("sender", sender), ("content", content)]
    if reference is not None:
        fields.append(("reference", reference))
    if urgent:
        fields.append(("urgent", "true"))
    if flash:
        fields.append(("contentType", "2"))
    if scheduled_at is not None:
        fields.append(("scheduledAt", str(scheduled_at)))
    return HttpRequest(method="POST", target="/api/v2/send/", headers=_FORM, body=write_query(fields).encode())


def message_status(key: str, destination: str, reference: str) -> HttpRequest:
    fields = [("key", key), ("destination", destination), ("reference", reference)]
    return HttpRequest(method="GET", target=f"/api/v2/getMessageStatus/?{write_query(fields)}")


def balance(key: str) -> HttpRequest:
    return HttpRequest(method="GET", target=f"/api/getBalance?{write_query([('key', key)])}")


def read_answer(reply: HttpReply) -> SmsOfficeReply:
    """The envelope of a reply. Raises ValueError when it is none."""
    found = read_json(reply.body)
    if not isinstance(found, dict) or not isinstance(found.get("ErrorCode"), int):
        raise ValueError("no answer of smsoffice.ge")
    message = str(found.get("Message") or "")
    return SmsOfficeReply(bool(found.get("Success")), message, found.get("Output"), found["ErrorCode"])


def read_balance(reply: HttpReply) -> int:
    """Messages left. Raises ValueError when the body is not a number."""
    return int(reply.body.removeprefix(BOM))
