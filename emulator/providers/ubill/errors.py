"""The statusIDs of uBill, one table an operation.

Codes: ubill.md 2.1 and 2.6 (the READMEs and enums of two public clients). Texts that a client's test quotes:
`brandID not found`, `Not enough SMS`, `General error`, `brandName has already been added`; the others are our words
(ubill.send.texts). 401 is the one failure with an HTTP status of its own.
"""

from emulator.core.profile import ErrorRow, ErrorTable
from emulator.core.reasons import Reason

UNAUTHORISED = 401
SENT_TEXT = "SMS Sent"
CREATED_TEXT = "BrandName Created"
GENERAL = 99

_401 = "Please authorize with valid API key!"
_10 = "brandID not found"
_20 = "numbers not found"
_30 = "empty message text"
_50 = "valid numbers not found"
_99 = "General error"

_WHO = (
    ErrorRow(
        Reason.KEY_MISSING, UNAUTHORISED, _401, "ubill.auth.401", "there is no key, in the query or in a header `key`",
        http=UNAUTHORISED,
    ),
    ErrorRow(Reason.KEY_UNKNOWN, UNAUTHORISED, _401, "ubill.auth.401", "no account has this key", http=UNAUTHORISED),
    ErrorRow(
        Reason.API_OFF, UNAUTHORISED, _401, "ubill.auth.service-off",
        "the account's API service is not activated", http=UNAUTHORISED,
    ),
)  # fmt: skip
_BODY = ErrorRow(
    Reason.BODY_UNREADABLE, 90, "JSON error", "ubill.code.90", "the body cannot be read: {why}",
)  # fmt: skip
_WRONG_TYPE = ErrorRow(
    Reason.PARAMETER_INVALID, GENERAL, _99, "ubill.send.wrong-type", "{parameter} has the wrong type: {why}",
)  # fmt: skip
_GENERAL = ErrorRow(Reason.INTERNAL, GENERAL, _99, "ubill.code.99", "a rule asked for it")
_NOT_VALID = "no number is left to send to; malformed: {invalid}; stop-listed: {stop_listed}"

SEND = ErrorTable(
    *_WHO,
    _BODY,
    ErrorRow(
        Reason.SENDER_MISSING, 10, _10, "ubill.code.10", "there is no brandID; the account has: {brands}",
    ),
    ErrorRow(
        Reason.SENDER_UNKNOWN, 10, _10, "ubill.code.10", "there is no brand {brandID}; the account has: {brands}",
    ),
    ErrorRow(
        Reason.SENDER_INACTIVE, 10, _10, "ubill.send.brand-not-approved", "brand {brandID} ({name}) is {state}",
    ),
    ErrorRow(Reason.DESTINATION_MISSING, 20, _20, "ubill.code.20", "there is no parameter numbers"),
    ErrorRow(Reason.DESTINATION_EMPTY, 20, _20, "ubill.code.20", "numbers holds no number"),
    ErrorRow(Reason.TEXT_MISSING, 30, _30, "ubill.code.30", "there is no parameter text"),
    ErrorRow(Reason.TEXT_EMPTY, 30, _30, "ubill.code.30", "text is empty, or blank"),
    ErrorRow(Reason.DESTINATION_INVALID, 50, _50, "ubill.code.50", _NOT_VALID),
    ErrorRow(Reason.NO_VALID_DESTINATION, 50, _50, "ubill.code.50", _NOT_VALID),
    ErrorRow(Reason.STOP_LISTED, 50, _50, "ubill.send.stop-listed", _NOT_VALID + "; stopList=false would send"),
    ErrorRow(Reason.STOP_LISTED_OR_INVALID, 50, _50, "ubill.send.stop-listed", _NOT_VALID),
    ErrorRow(
        Reason.NO_CREDIT, 40, "Not enough SMS", "ubill.code.40", "it costs {cost} and the balance is {balance}",
    ),
    _GENERAL,
    _WRONG_TYPE,
    ErrorRow(
        Reason.SCHEDULE_INVALID, GENERAL, _99, "ubill.send.sendtime-refused",
        "sendTime `{sendTime}` is not Y-m-d H:i later than {now}",
    ),
)  # fmt: skip

STATUS = ErrorTable(
    *_WHO,
    _GENERAL,
    ErrorRow(
        Reason.MESSAGE_UNKNOWN, GENERAL, _99, "ubill.report.unknown", "this account was given no smsID {id}",
    ),
)  # fmt: skip

BRANDS = ErrorTable(
    *_WHO,
    _BODY,
    _WRONG_TYPE,
    ErrorRow(
        Reason.NAME_EMPTY, 10, "brandName is empty", "ubill.brand-code.10", "brandName is missing, empty or blank",
    ),
    ErrorRow(
        Reason.NAME_LENGTH, 20, "brandName length must be 2-11 characters", "ubill.brand-code.20",
        "`{name}` has {length} characters",
    ),
    ErrorRow(
        Reason.NAME_CHARACTERS, 30, "brandName has characters that are not allowed", "ubill.brand-code.30",
        "`{name}` holds something else than a-z A-Z 0-9 . - and space",
    ),
    ErrorRow(
        Reason.NAME_TAKEN, 40, "brandName has already been added", "ubill.brand-code.40",
        "the account has the brand `{name}` already",
    ),
    ErrorRow(
        Reason.NAME_PENDING, 50, "an earlier brandName waits for authentication", "ubill.brand-code.50",
        "brand {id} (`{name}`) still waits: PATCH S/accounts/ubill/brands/{id} decides on it",
    ),
    ErrorRow(Reason.INTERNAL, GENERAL, _99, "ubill.brand-code.99", "a rule asked for it"),
)  # fmt: skip

ERRORS = {"send": SEND, "status": STATUS, "balance": ErrorTable(*_WHO, _GENERAL), "brands": BRANDS}

_ELSEWHERE = "uBill has no such refusal in any source"
NEVER_SAID = {
    Reason.REQUEST_TOO_LONG: "no length is documented for a request",
    Reason.TEXT_TOO_LONG: "no length is documented for a text",
    Reason.TEMPORARY: _ELSEWHERE,
    Reason.ADDRESS_NOT_ALLOWED: "uBill keeps no list of addresses",
    Reason.ADDRESS_BLOCKED: _ELSEWHERE,
    Reason.UNROUTABLE: "a number that cannot be reached is one that is not valid: 50",
    Reason.SENDER_MALFORMED: "a sender is a brandID; what is none is not found: 10",
    Reason.FORBIDDEN: _ELSEWHERE,
    Reason.DUPLICATE: "repeating a send sends twice (ubill.send.no-idempotency)",
    Reason.FLOOD: "no rate limit is documented",
    Reason.TOO_MANY_REQUESTS: "no rate limit is documented",
    Reason.TOO_MANY_AT_ONCE: "no rate limit is documented",
    Reason.NOT_DELETED: "uBill deletes nothing",
    Reason.PASSWORD_WRONG: "there is no password beside the key",
    Reason.QUEUE_FULL: "no limit of what waits is documented",
    Reason.PARTS_MISSING: "a text never comes in parts",
    Reason.ALREADY_FINAL: "nothing can be cancelled or replaced",
}
"""Reasons that uBill has no statusID for. A rule that asks for one all the same gets 99."""
