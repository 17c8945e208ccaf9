"""Virtual sending (facts, 3.4): an account in test mode pays nothing, and its messages carry delivery error 200."""

from collections.abc import Mapping

import msgspec

from emulator.core.engine import checks
from emulator.core.engine.checks import CheckContext
from emulator.core.outcomes import Refused

ERROR = 200
_MARK = "virtual"


def enough_credit(case: CheckContext) -> Refused | None:
    """The balance covers it; in test mode it costs nothing."""
    if not case.switches["test-mode"]:
        return checks.enough_credit(case)
    return free(case)


def free(case: CheckContext) -> Refused | None:
    """In test mode: no cost, and the message keeps that it was virtual. Changes the case, refuses nothing."""
    if case.switches["test-mode"]:
        checks.weigh(case, price=0)
        case.command = msgspec.structs.replace(case.command, extra={**case.command.extra, _MARK: "1"})
    return None


def error_of(error: int, extra: Mapping[str, str]) -> int:
    """The delivery error of a message: 200 where it was sent in test mode and nothing else is wrong."""
    return error or (ERROR if _MARK in extra else 0)
