"""Our states in SMS Center's numbers, Russian names and delivery errors (facts, section 4: five clients agree)."""

from functools import lru_cache
from typing import NamedTuple

from emulator.core.profile import StatusRow
from emulator.core.statuses import Status

NAMES = {
    -3: "Сообщение не найдено",
    -2: "Остановлено",
    -1: "Ожидает отправки",
    0: "Передано оператору",
    1: "Доставлено",
    2: "Прочитано",
    3: "Просрочено",
    4: "Нажата ссылка",
    20: "Невозможно доставить",
    22: "Неверный номер",
    23: "Запрещено",
    24: "Недостаточно средств",
    25: "Недоступный номер",
}
"""`status_name` of each status."""

NOT_FOUND = -3

_NUMBERS: dict[Status, tuple[int, int]] = {
    "scheduled": (-1, 0),
    "pending": (-1, 0),
    "sent": (0, 0),
    "delivered": (1, 0),
    "read": (2, 0),
    "undelivered": (20, 6),
    "expired": (3, 0),
    "rejected": (23, 252),
    "deleted": (NOT_FOUND, 0),
    "error": (20, 255),
    "unknown": (20, 245),
}
"""Status, and the delivery error where nobody named one: absent subscriber, number forbidden, refused by the operator,
no report came."""

_REJECTED_BY_ERROR = {249: 22, 248: 25}
_REJECTED_BY_REASON = {"no-credit": 24}

_REPORTED: dict[Status, bool | str] = {
    "scheduled": False, "pending": False, "sent": "report-sent", "deleted": False,
}  # fmt: skip

STATUSES = tuple(
    StatusRow(status, str(number), _REPORTED.get(status, True)) for status, (number, _) in _NUMBERS.items()
)


class ReportedState(NamedTuple):
    """A message's state as SMS Center says it; `err` 0: nothing wrong."""

    status: int
    err: int

    @property
    def name(self) -> str:
        return NAMES[self.status]


@lru_cache(maxsize=512)
def told(status: Status, error: int, reason: str) -> ReportedState:
    """Our state, the delivery error and reason that go with it → SMS Center's."""
    number, usual = _NUMBERS[status]
    if status == "rejected":
        if reason in _REJECTED_BY_REASON:
            return ReportedState(_REJECTED_BY_REASON[reason], error)
        number = _REJECTED_BY_ERROR.get(error, number)
    return ReportedState(number, error or usual)
