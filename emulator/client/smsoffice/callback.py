"""smsoffice.ge's delivery reports, read."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from emulator.client.reports import BadCallback, Fields, Report, first_of, same
from emulator.core.statuses import Status

STATUSES: dict[str, Status] = {
    "delivered": "delivered", "undelivered": "undelivered", "expired": "expired", "pending": "pending",
    "unknown": "unknown",
}  # fmt: skip
"""Its words in lower case → ours. The page writes them both ways."""


def parse_callback(query: Fields, *, token: tuple[str, str] | None = None, zone: float = 4.0) -> Report:
    """A report from the parameters of a callback (names in any letter case).

    reference, status and destination must be there; reason, timestamp and operator need not. A status that is new is
    `unknown`, `word` keeps it. smsoffice.ge signs nothing: put a secret into the URL that you give it
    (`...?secret=abc`) and name it here, `token=("secret", "abc")`.
    `zone`: hours ahead of UTC in which timestamp is written; no source says, Tbilisi is the guess.
    Raises BadCallback: 403 for a wrong token, 400 for what is no report.
    """
    found = first_of(query)
    if token is not None and not same(found.get(token[0].lower(), ""), token[1]):
        raise BadCallback("the token is wrong", 403)
    reference, word, destination = (found.get(name, "") for name in ("reference", "status", "destination"))
    if not reference or not destination:
        raise BadCallback("reference or destination is missing")
    if not word.strip():
        raise BadCallback("status is missing")
    status = STATUSES.get(word.strip().lower(), "unknown")
    return Report(
        provider="smsoffice", id=reference, number=destination, status=status, word=word,
        at=_moment(found, zone), reason=found.get("reason", ""), operator=found.get("operator", ""),
    )  # fmt: skip


def _moment(found: Mapping[str, str], zone: float) -> datetime | None:
    """yyyyMMddHHmmss; None for what is no moment."""
    written = found.get("timestamp", "")
    if len(written) != 14 or not written.isascii() or not written.isdigit():
        return None
    try:
        return datetime.strptime(written, "%Y%m%d%H%M%S").replace(tzinfo=timezone(timedelta(hours=zone)))
    except ValueError:
        return None
