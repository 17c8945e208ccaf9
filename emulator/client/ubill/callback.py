"""uBill's delivery reports, read."""

from datetime import datetime, timedelta, timezone

from emulator.client.reports import BadCallback, Fields, Report, first_of, same
from emulator.core.statuses import Status

STATUSES: dict[int, Status] = {0: "sent", 1: "delivered", 2: "undelivered", 3: "pending", 4: "error"}
"""statusID of callbacks and reports → our words (page 003)."""

_WORDS: dict[str, Status] = {str(number): status for number, status in STATUSES.items()}

LONGEST_KEY = 30
"""The account's settings cut a longer callback key."""


def parse_callback(query: Fields, *, key: str | None, zone: float = 4.0) -> Report:
    """A report from the parameters of a callback (names in any letter case).

    `key`: the callback key of your account's settings, compared in constant time; None takes any. smsID, number and
    statusID must be there; date and event need not. A statusID that is new is `unknown`, `word` keeps it. `zone`: hours
    ahead of UTC in which date is written; no source says, Tbilisi is the guess. Raises BadCallback: 403 for a wrong
    key, 400 for what is no report.
    """
    found = first_of(query)
    if key is not None and not same(found.get("key", ""), key[:LONGEST_KEY]):
        raise BadCallback("the key is wrong", 403)
    sms_id, number, word = (found.get(name, "") for name in ("smsid", "number", "statusid"))
    if not sms_id or not number:
        raise BadCallback("smsID or number is missing")
    if not word.strip():
        raise BadCallback("statusID is missing")
    status = _WORDS.get(word.strip(), "unknown")
    at = _moment(found.get("date", ""), zone)
    return Report(provider="ubill", id=sms_id, number=number, status=status, word=word, at=at)


def _moment(written: str, zone: float) -> datetime | None:
    """Y-m-d H:i:s; None for what is no moment."""
    try:
        return datetime.strptime(written, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone(timedelta(hours=zone)))
    except ValueError:
        return None
