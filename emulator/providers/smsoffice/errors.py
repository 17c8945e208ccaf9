"""The codes of smsoffice.ge, one table an operation.

The texts are the page's own descriptions, but for 150 and 165, which were seen live (facts 15 to 17); no other text
of the real service is known.
"""

from emulator.core.profile import ErrorRow, ErrorTable
from emulator.core.reasons import Reason

ACCEPTED_TEXT = "The request has been successfully received by our system"

_KEY_MISSING = ErrorRow(
    Reason.KEY_MISSING, 500, "API key is missing", "smsoffice.code.500", "there is no parameter key",
)  # fmt: skip
_KEY_UNKNOWN = ErrorRow(
    Reason.KEY_UNKNOWN, 80, "API key is incorrect", "smsoffice.code.80", "no account has this key",
)  # fmt: skip
_API_OFF = ErrorRow(
    Reason.API_OFF, 120, "API access is disabled", "smsoffice.code.120", "the account's API access is switched off",
)  # fmt: skip
_DESTINATION_MISSING = ErrorRow(
    Reason.DESTINATION_MISSING, 600, "Destination is missing", "smsoffice.code.600",
    "there is no parameter destination",
)  # fmt: skip
_DESTINATION_EMPTY = ErrorRow(
    Reason.DESTINATION_EMPTY, 70, "Destination parameter is empty", "smsoffice.code.70", "destination holds no number",
)  # fmt: skip
_TOO_LONG = ErrorRow(
    Reason.REQUEST_TOO_LONG, 414, "Request-URI Too Long", "smsoffice.send.get-max-4096",
    "the request line has {length} bytes, a GET may have {most}: use POST", http=414,
)  # fmt: skip
_TEMPORARY = ErrorRow(Reason.TEMPORARY, -100, "Temporary delay", "smsoffice.code.-100", "a rule asked for it")
_WHO = (_TOO_LONG, _KEY_MISSING, _KEY_UNKNOWN, _API_OFF, _TEMPORARY)

SEND = ErrorTable(
    *_WHO,
    _DESTINATION_MISSING,
    ErrorRow(
        Reason.SENDER_MISSING, 700, "Sender is missing", "smsoffice.code.700", "there is no parameter sender",
    ),
    ErrorRow(
        Reason.TEXT_MISSING, 800, "Content is missing", "smsoffice.code.800", "there is no parameter content",
    ),
    _DESTINATION_EMPTY,
    ErrorRow(
        Reason.TEXT_EMPTY, 60, "Content parameter is missing", "smsoffice.code.60", "content is there but empty",
    ),
    ErrorRow(
        Reason.TEXT_TOO_LONG, 60, "Content parameter is missing", "smsoffice.send.content-max-1000",
        "content has {length} characters, {most} are allowed; the page has no code for it, 60 is our choice",
    ),
    ErrorRow(
        Reason.SENDER_UNKNOWN, 150, "invalid sender", "smsoffice.send.sender-registered",
        "sender `{sender}` is not among the account's senders; the account has: {senders}",
    ),
    ErrorRow(
        Reason.SENDER_MALFORMED, 150, "invalid sender", "smsoffice.send.sender-max-11",
        "sender `{sender}` has {length} characters or a character that is not allowed; at most 11 of a-z A-Z 0-9 - . "
        "and space may stand there",
    ),
    ErrorRow(
        Reason.SENDER_INACTIVE, 165, "sender is not active", "smsoffice.code.165",
        "sender `{sender}` is known but {state}",
    ),
    ErrorRow(
        Reason.DESTINATION_INVALID, 76, "All numbers have invalid format", "smsoffice.code.76",
        "no destination is an international number without 00 and +: {invalid}",
    ),
    ErrorRow(
        Reason.NO_VALID_DESTINATION, 10, "Destination does not contain any valid numbers", "smsoffice.code.10",
        "no destination is an international number without 00 and +: {invalid}",
    ),
    ErrorRow(
        Reason.STOP_LISTED, 75, "All numbers are stoplisted", "smsoffice.code.75",
        "stop-listed: {stop_listed}; urgent=true would send all the same",
    ),
    ErrorRow(
        Reason.STOP_LISTED_OR_INVALID, 77, "All numbers are stoplisted or have invalid format", "smsoffice.code.77",
        "stop-listed: {stop_listed}; malformed: {invalid}",
    ),
    ErrorRow(
        Reason.NO_CREDIT, 20, "Balance is insufficient", "smsoffice.code.20",
        "it costs {cost} and the balance is {balance}",
    ),
)  # fmt: skip

STATUS = ErrorTable(
    *_WHO,
    _DESTINATION_MISSING,
    _DESTINATION_EMPTY,
    ErrorRow(
        Reason.MESSAGE_UNKNOWN, 404, "message not found", "smsoffice.status.not-found",
        "no message was sent to this destination with this reference",
    ),
)  # fmt: skip

FIRST_VERSION = "v1"
"""The protocol of /api/send.aspx, as journal and rules name it."""
WRONG_VALUE = 120


def _first(code: int, text: str, *reasons: Reason) -> list[ErrorRow]:
    """The rows of a code of the first version; each because of what the newer one says of the same reason."""
    newer = (SEND.of_reason(reason) for reason in reasons)
    return [
        ErrorRow(row.reason, code, text, f"smsoffice.v1.code.{code}", row.because) for row in newer if row is not None
    ]


SEND_FIRST = ErrorTable(
    _TOO_LONG,
    *_first(100, "a needed parameter is missing", Reason.KEY_MISSING, Reason.DESTINATION_MISSING, Reason.SENDER_MISSING,
            Reason.TEXT_MISSING),
    *_first(WRONG_VALUE, "a parameter's value is wrong", Reason.KEY_UNKNOWN, Reason.API_OFF, Reason.DESTINATION_EMPTY,
            Reason.TEXT_EMPTY, Reason.TEXT_TOO_LONG, Reason.DESTINATION_INVALID, Reason.NO_VALID_DESTINATION,
            Reason.STOP_LISTED, Reason.STOP_LISTED_OR_INVALID, Reason.TEMPORARY),
    *_first(130, "not enough deposit", Reason.NO_CREDIT),
    *_first(200, "the sender's value is wrong", Reason.SENDER_UNKNOWN, Reason.SENDER_MALFORMED, Reason.SENDER_INACTIVE),
)  # fmt: skip

ERRORS = {
    "send": SEND, f"send/{FIRST_VERSION}": SEND_FIRST, "status": STATUS, "balance": ErrorTable(*_WHO),
}  # fmt: skip

_NO_SUCH_CHECK = "the page knows no such check"
_NO_NAMES = "sender names are registered on the site, not by the API"

NEVER_SAYS = {
    Reason.BODY_UNREADABLE: "a body that cannot be read is left out of account: its parameters are missing then",
    Reason.PARAMETER_INVALID: "parameters that make no sense are ignored",
    Reason.INTERNAL: _NO_SUCH_CHECK,
    Reason.ADDRESS_NOT_ALLOWED: _NO_SUCH_CHECK,
    Reason.ADDRESS_BLOCKED: _NO_SUCH_CHECK,
    Reason.UNROUTABLE: _NO_SUCH_CHECK,
    Reason.FORBIDDEN: _NO_SUCH_CHECK,
    Reason.SCHEDULE_INVALID: "a scheduledAt that is no moment is ignored",
    Reason.DUPLICATE: "no suppression of duplicates is documented",
    Reason.FLOOD: "no limit of rate is documented",
    Reason.TOO_MANY_REQUESTS: "no limit of rate is documented",
    Reason.TOO_MANY_AT_ONCE: "no limit of concurrency is documented",
    Reason.NOT_DELETED: "nothing can be deleted",
    Reason.PASSWORD_WRONG: "there is no password beside the key",
    Reason.QUEUE_FULL: "no limit of what waits is documented",
    Reason.PARTS_MISSING: "a text never comes in parts",
    Reason.ALREADY_FINAL: "nothing can be cancelled or replaced",
    Reason.NAME_EMPTY: _NO_NAMES,
    Reason.NAME_LENGTH: _NO_NAMES,
    Reason.NAME_CHARACTERS: _NO_NAMES,
    Reason.NAME_TAKEN: _NO_NAMES,
    Reason.NAME_PENDING: _NO_NAMES,
}
"""A rule that refuses with one of these is answered with -100 and the reason's own word."""
