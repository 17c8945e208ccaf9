"""What SMS Center tells, as typed values, read from JSON members or from SOAP fields alike."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from emulator.core.statuses import Status

STATUSES: dict[int, Status] = {
    -3: "unknown", -2: "pending", -1: "pending", 0: "sent", 1: "delivered", 2: "read", 3: "expired", 4: "read",
    6: "rejected", 20: "undelivered", 22: "rejected", 23: "rejected", 24: "rejected", 25: "rejected",
}  # fmt: skip
"""Status numbers (facts, section 4) → our words."""

NOT_FOUND = -3
NO_NUMBER = -1000


def status_of(word: str) -> Status:
    """Our word for SMS Center's number, `unknown` for one that is new."""
    return STATUSES.get(number_of(word), "unknown")


def number_of(written: Any) -> int:
    """A number as it is told; NO_NUMBER for what is none."""
    try:
        return int(written)
    except (ValueError, TypeError, OverflowError):
        return NO_NUMBER


class Sent(msgspec.Struct, frozen=True):
    """A send was accepted. `id`: what SMS Center calls it: yours, or made for it, the same for all its numbers;
    `parts`: of all numbers together; `cost` and `balance` in the account's currency, where told; `code`: of a call,
    the digits to ask for; `cleared_up`: the reply was lost, and the status showed that it was accepted (parts, money
    and code are not known then)."""

    id: str
    parts: int = 0
    cost: Decimal | None = None
    balance: Decimal | None = None
    code: str = ""
    cleared_up: bool = False


class Cost(msgspec.Struct, frozen=True):
    """What a send would cost: money in the account's currency, parts of all numbers together."""

    cost: Decimal
    parts: int


class MessageStatus(msgspec.Struct, frozen=True):
    """`code`: SMS Center's number, -1000 for what is none; `status`: in our words, the same for all providers,
    `unknown` for a new one; `error`: its delivery error, 0 for none; `at`: the moment of the last change; `more`:
    everything else that was told, as it was (send_date, cost, message, operator, ... with details); `word`: the status
    as told."""

    code: int
    status: Status
    error: int = 0
    at: datetime | None = None
    id: str = ""
    phone: str = ""
    more: Mapping[str, Any] = {}
    word: str = ""


class SentMessage(MessageStatus, frozen=True):
    """A message of the history: its status; `text`, `sender`, `cost`; `place` to page back from; the rest in `more`."""

    text: str = ""
    sender: str = ""
    cost: Decimal | None = None
    place: int = 0


class AwaitedCall(msgspec.Struct, frozen=True):
    """The number that the subscriber shall dial, and all that may be dialled."""

    phone: str
    all_phones: tuple[str, ...] = ()


class ReceivedMessage(msgspec.Struct, frozen=True):
    """What a subscriber sent: `to` one of the account's numbers; `received` and `sent` as told, DD.MM.YYYY HH:MM:SS."""

    id: int
    phone: str
    text: str
    to: str = ""
    received: str = ""
    sent: str = ""


class NumberOwner(msgspec.Struct, frozen=True):
    """Whose a number is. `operator`: that of its range; texts are "" where nothing is known."""

    phone: str
    country: str = ""
    operator: str = ""
    region: str = ""
    mcc: str = ""
    mnc: str = ""


def read_sent(told: Mapping[str, Any]) -> Sent:
    return Sent(str(told["id"]), int(told.get("cnt", 0)), _money(told.get("cost")), _money(told.get("balance")),
                str(told.get("code", "")))  # fmt: skip


def read_cost(told: Mapping[str, Any]) -> Cost:
    return Cost(Decimal(told["cost"]), int(told["cnt"]))


_KNOWN = frozenset({"status", "err", "last_timestamp", "id", "phone", "error"})


def read_status(told: Mapping[str, Any], phone: str = "", id: str = "") -> MessageStatus:
    """`phone` and `id`: what was asked for, where the answer does not repeat it."""
    word = str(told["status"])
    if not word.strip() or isinstance(told["status"], (list, dict, float, bool)):
        raise ValueError(f"the status {word[:40]!r} is none")
    code, error = number_of(word), number_of(told.get("err") or 0)
    return MessageStatus(
        code=code, status=status_of(word), error=0 if error == NO_NUMBER else error,
        at=moment(told.get("last_timestamp")), word=word,
        id=str(told.get("id", id)), phone=str(told.get("phone", phone)),
        more={name: value for name, value in told.items() if name not in _KNOWN},
    )  # fmt: skip


def read_history(told: Mapping[str, Any]) -> SentMessage:
    found = msgspec.structs.asdict(read_status(told))
    return SentMessage(**found, text=str(told.get("message", "")), sender=str(told.get("sender_id", "")),
                       cost=_money(told.get("cost")), place=int(told.get("int_id", 0)))  # fmt: skip


def read_received(told: Mapping[str, Any]) -> ReceivedMessage:
    texts = {name: str(told.get(name, "")) for name in ("phone", "received", "sent")}
    return ReceivedMessage(int(told["id"]), text=str(told["message"]), to=str(told.get("to_phone", "")), **texts)


def read_owner(told: Mapping[str, Any], phone: str = "") -> NumberOwner:
    names = ("country", "operator", "region", "mcc", "mnc")
    return NumberOwner(str(told.get("phone", phone)), **{name: str(told.get(name, "")) for name in names})


def moment(seconds: Any) -> datetime | None:
    """Unix seconds; None for what is none."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC) if seconds else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _money(written: Any) -> Decimal | None:
    return None if written in (None, "") else Decimal(str(written))
