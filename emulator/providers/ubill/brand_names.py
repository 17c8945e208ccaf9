"""The checks of a new brand name, in the order of their statusIDs (ubill.md 2.6)."""

import re

from emulator.core.engine.checks import Check, CheckContext, sender_of
from emulator.core.outcomes import Refused
from emulator.core.reasons import Reason

SHORTEST, LONGEST = 2, 11
_allowed = re.compile(r"[A-Za-z0-9 .\-]*").fullmatch


def _named(case: CheckContext) -> str:
    return case.command.name or ""


def filled(case: CheckContext) -> Refused | None:
    """It is there, and more than blanks."""
    return None if _named(case).strip() else Refused(reason=Reason.NAME_EMPTY)


def length(case: CheckContext) -> Refused | None:
    """2 to 11 characters."""
    name = _named(case)
    if SHORTEST <= len(name) <= LONGEST:
        return None
    return Refused(reason=Reason.NAME_LENGTH, details={"name": name, "length": len(name)})


def characters(case: CheckContext) -> Refused | None:
    """a-z A-Z 0-9 . - and space."""
    name = _named(case)
    return None if _allowed(name) else Refused(reason=Reason.NAME_CHARACTERS, details={"name": name})


def not_taken(case: CheckContext) -> Refused | None:
    """The account has no brand of that name, refused ones included."""
    name = _named(case)
    known = case.owner.senders.get(name) if case.switches["name-case"] == "kept" else sender_of(case.owner, name)
    return Refused(reason=Reason.NAME_TAKEN, details={"name": known.name}) if known else None


def none_pending(case: CheckContext) -> Refused | None:
    """No earlier name still waits for approval."""
    waiting = next((sender for sender in case.owner.senders.values() if sender.state == "pending"), None)
    if waiting is None:
        return None
    return Refused(reason=Reason.NAME_PENDING, details={"id": waiting.id, "name": waiting.name})


CHECKS: tuple[Check, ...] = (filled, length, characters, not_taken, none_pending)
