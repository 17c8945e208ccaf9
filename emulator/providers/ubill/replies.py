"""Outcomes to uBill's answers: members in the order of the OpenAPI file, before they become JSON or XML."""

from typing import Any

from emulator.core.accounts import Account
from emulator.core.commands import AnyCommand
from emulator.core.outcomes import (
    Accepted,
    AnyOutcome,
    BalanceTold,
    Found,
    Refused,
    SenderRegistered,
    SendersTold,
)  # fmt: skip
from emulator.core.profile import ErrorRow
from emulator.core.reasons import Reason
from emulator.core.units import UNIT
from emulator.http.messages import HttpReply
from emulator.providers.ubill.dates import write_second
from emulator.providers.ubill.errors import CREATED_TEXT, ERRORS, GENERAL, SENT_TEXT
from emulator.providers.ubill.profile import PROFILE

_TEXT = (("Content-Type", "text/plain"),)
_AUTHORIZED = {"pending": 0, "active": 1, "refused": 2}

Members = dict[str, Any]


def unauthorised(command: AnyCommand, outcome: AnyOutcome) -> HttpReply | None:
    """The plain-text answer of a refusal with an HTTP status of its own; None for all others."""
    row = row_of(command, outcome) if type(outcome) is Refused else None
    if row is None or row.http == 200:
        return None
    return HttpReply(status=row.http, headers=_TEXT, body=row.text.encode())


def row_of(command: AnyCommand, refused: Refused) -> ErrorRow | None:
    """The refusal's row: of the code that a rule asked for, or of its reason."""
    table = ERRORS[command.operation]
    return table.of_reason(refused.reason) if refused.code is None else table.of_code(refused.code)


def members(command: AnyCommand, outcome: AnyOutcome, account: Account | None) -> Members:
    """The answer's members in order."""
    switches = PROFILE.in_force(account)

    def typed(number: int | str) -> int | str:
        """A number as the OpenAPI file has it, as text, or bare."""
        return int(number) if switches["types"] == "numbers" else str(number)

    if type(outcome) is Accepted:
        return {"statusID": 0, "smsID": typed(outcome.provider_id or 0), "message": SENT_TEXT}
    if type(outcome) is Found:
        found = [{"number": e.to, "statusID": PROFILE.status(e.status).word} for e in outcome.entries]
        return {"statusID": 0, "result": found}
    if type(outcome) is BalanceTold:
        return {"statusID": 0, "sms": typed(max(outcome.balance, 0) // UNIT)}
    if type(outcome) is SendersTold:
        brands = [
            {
                "id": typed(brand.id), "name": brand.name, "authorized": typed(_AUTHORIZED[brand.state]),
                "createdAt": write_second(brand.created_at, switches["timezone"]),
            }
            for brand in outcome.senders
        ]  # fmt: skip
        return {"statusID": 0, switches["brands-key"]: brands}
    if type(outcome) is SenderRegistered:
        return {"statusID": 0, "brandID": outcome.id, "message": CREATED_TEXT}
    if type(outcome) is Refused:
        return _refused(command, outcome)
    raise TypeError(f"ubill never answers {type(outcome).__name__}")


def _refused(command: AnyCommand, refused: Refused) -> Members:
    row = row_of(command, refused)
    if row is not None:
        return {"statusID": row.code, "message": refused.details.get("text", row.text)}
    general = ERRORS[command.operation].of_reason(Reason.INTERNAL)
    assert general is not None
    return {"statusID": GENERAL if refused.code is None else refused.code, "message": general.text}
