"""SMS Center's command_status over SMPP, one table an operation (facts on SMPP, section 4, and its decided points).

What HTTP refuses with 3, 6, 7 and 8 is accepted here (status 0) and told by a receipt with the delivery error.
"""

import msgspec

from emulator.core.profile import ErrorRow, ErrorTable
from emulator.core.reasons import Reason
from emulator.smpp.command_status import Status, status_meaning

_FORM = "smscenter.smpp.field-faults"

_FIELDS = (
    Status.RINVMSGLEN, Status.RINVCMDLEN, Status.RINVPRTFLG, Status.RINVREGDLVFLG, Status.RINVSRCADR,
    Status.RINVDSTADR, Status.RINVMSGID, Status.RINVSERTYP, Status.RINVNUMDESTS, Status.RINVESMCLASS,
    Status.RINVSRCTON, Status.RINVSRCNPI, Status.RINVDSTTON, Status.RINVDSTNPI, Status.RINVREPFLAG, Status.RINVSCHED,
    Status.RINVEXPIRY, Status.RINVDFTMSGID, Status.RINVOPTPARSTREAM, Status.ROPTPARNOTALLWD, Status.RINVPARLEN,
    Status.RMISSINGOPTPARAM, Status.RINVOPTPARAMVAL,
)  # fmt: skip
"""Statuses of a field or TLV that is not valid: each a row of its own, so that a rule may ask for it by its number."""


def _row(
    reason: Reason, status: int, row: str, because: str, error: int = 0, later: bool = False
) -> ErrorRow:  # fmt: skip
    text = status_meaning(status)
    over = ("smpp",) if later else ()
    state = "undelivered" if later else "rejected"
    return ErrorRow(reason, int(status), text, f"smscenter.smpp.{row}", because, keeps_id=later, error=error,
                    status=state, later_over=over)  # type: ignore[arg-type]  # fmt: skip


_FAULTS = tuple(ErrorRow(Reason.PARAMETER_INVALID, int(status), status.meaning, _FORM, "{problem}")
                for status in _FIELDS)  # fmt: skip
_WHO = (
    _row(Reason.KEY_MISSING, Status.RINVSYSID, "bind-refused", "there is no system_id"),
    _row(Reason.KEY_UNKNOWN, Status.RINVSYSID, "bind-refused", "{problem}"),
    _row(Reason.PASSWORD_WRONG, Status.RINVPASWD, "bind-refused", "{problem}"),
    _row(Reason.ADDRESS_NOT_ALLOWED, Status.RBINDFAIL, "addresses",
         "the address {peer} is not among the account's: {allowed}"),
    _row(Reason.ADDRESS_BLOCKED, Status.RBINDFAIL, "bind-refused", "{problem}"),
    _row(Reason.API_OFF, Status.RBINDFAIL, "switched-on", "the account's API access is switched off"),
    _row(Reason.TEMPORARY, Status.RSYSERR, "temporary", "a rule asked for it"),
    _row(Reason.INTERNAL, Status.RSYSERR, "temporary", "a rule asked for it"),
)  # fmt: skip
_TOO_LONG = _row(
    Reason.TEXT_TOO_LONG, Status.RINVMSGLEN, "text-length", "the text makes {parts} parts, {most} are allowed"
)
_SEND = (
    *_WHO,
    _row(Reason.TOO_MANY_REQUESTS, Status.RTHROTTLED, "throughput",
         "more than {count} messages within {window} s of the sandbox's time"),
    _row(Reason.QUEUE_FULL, Status.RMSGQFUL, "queue-full", "{count} long messages wait for their parts already"),
    _row(Reason.DUPLICATE, Status.RSUBMITFAIL, "identical",
         "the same request came less than {window} s ago"),
    _TOO_LONG,
    _row(Reason.PARTS_MISSING, Status.ROK, "parts-within-a-minute",
         "of its parts so many did not come within a minute: {missing}", 241, later=True),
    _row(Reason.FORBIDDEN, Status.RINVCMDID, "submit-multi", "{problem}"),
    *_FAULTS,
)  # fmt: skip
_STATUS = (
    *_WHO, _row(Reason.MESSAGE_UNKNOWN, Status.RINVMSGID, "query", "there is no message {id}"), *_FAULTS,
)  # fmt: skip
_CANCEL = (
    *_STATUS, _row(Reason.ALREADY_FINAL, Status.RCANCELFAIL, "cancel", "{problem}"),
)  # fmt: skip
_REPLACE = (
    *_STATUS, _TOO_LONG, _row(Reason.ALREADY_FINAL, Status.RREPLACEFAIL, "replace", "{problem}"),
)  # fmt: skip
_BIND = (
    *_WHO, _row(Reason.TOO_MANY_AT_ONCE, Status.RALYBND, "binds", "{in_flight} sessions, {count} may be"), *_FAULTS,
)  # fmt: skip


def tables(over_http: ErrorTable) -> dict[str, ErrorTable]:
    """All tables. `over_http`: those of a send by HTTP, whose late refusals are accepted here."""
    later = tuple(
        msgspec.structs.replace(
            row, code=0, text="accepted, told by a receipt", row="smscenter.smpp.told-later", status="rejected",
        )
        for row in over_http.rows if "smpp" in row.later_over
    )  # fmt: skip
    return {
        "send/smpp": ErrorTable(*_SEND, *later), "status/smpp": ErrorTable(*_STATUS), "bind/smpp": ErrorTable(*_BIND),
        "cancel/smpp": ErrorTable(*_CANCEL), "replace/smpp": ErrorTable(*_REPLACE), "link/smpp": ErrorTable(*_WHO),
    }  # fmt: skip
