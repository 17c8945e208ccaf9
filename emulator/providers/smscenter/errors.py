"""The codes of SMS Center, one table an operation; SOAP's status has its own.

Texts 2, 3, 6, 7, 8 and 9 were seen in answers or clients; those of 1, 4 and 5 and of the other limits are placeholders
(facts, section 2). What a refused number's record says is the delivery error of facts, section 4.
"""

from typing import NamedTuple

from emulator.core.profile import ErrorRow, ErrorTable
from emulator.core.reasons import Reason

_SMPP = ("smpp",)


class _Why(NamedTuple):
    reason: Reason
    because: str
    error: int = 0
    text: str | None = None


_WHO = {
    1: ("parameters error", (
        _Why(Reason.PARAMETER_INVALID, "{problem}"),
        _Why(Reason.KEY_MISSING, "there is neither login with psw nor apikey"),
    )),
    2: ("authorise error", (
        _Why(Reason.KEY_UNKNOWN, "{problem}"),
        _Why(Reason.ADDRESS_NOT_ALLOWED, "the address {peer} is not among the account's: {allowed}"),
        _Why(Reason.API_OFF, "the account's API access is switched off"),
    )),
    4: ("ip is blocked", (
        _Why(Reason.ADDRESS_BLOCKED, "{problem}"),
    )),
}  # fmt: skip
_AT_ONCE = _Why(
    Reason.TOO_MANY_AT_ONCE, "{in_flight} requests were under way, {count} may be", 0, "too many concurrent requests"
)

_PARAMETERS = (
    _Why(Reason.BODY_UNREADABLE, "the body cannot be read: {problem}"),
    _Why(Reason.REQUEST_TOO_LONG, "the request is too long"),
    _Why(Reason.DESTINATION_MISSING, "there is neither phones nor list"),
    _Why(Reason.DESTINATION_EMPTY, "phones holds no number"),
    _Why(Reason.TEXT_MISSING, "there is no mes"),
    _Why(Reason.TEXT_EMPTY, "mes is empty"),
    _Why(Reason.TEXT_TOO_LONG, "mes has {length} characters, {most} are allowed"),
)
_DENIED = {
    6: ("message is denied", (
        _Why(Reason.FORBIDDEN, "a rule forbids the text", 253),
        _Why(Reason.SENDER_MALFORMED, "sender `{sender}` is neither at most 11 characters nor at most 15 digits", 254),
        _Why(Reason.SENDER_UNKNOWN, "sender `{sender}` is not among the account's: {senders}", 254),
        _Why(Reason.SENDER_INACTIVE, "sender `{sender}` is known but {state}", 254),
    )),
    7: ("invalid number", (
        _Why(Reason.DESTINATION_INVALID, "no number is an international one: {invalid}", 249),
        _Why(Reason.NO_VALID_DESTINATION, "no number is an international one: {invalid}", 249),
    )),
    8: ("can't to deliver", (
        _Why(Reason.STOP_LISTED, "on the account's stop list: {stop_listed}", 252),
        _Why(Reason.STOP_LISTED_OR_INVALID, "stop-listed: {stop_listed}; malformed: {invalid}", 252),
        _Why(Reason.UNROUTABLE, "there is no route to {barred}", 248),
        _Why(Reason.FLOOD, "more than 50 messages with gaps under 30 s to {barred}", 251),
    )),
}  # fmt: skip
_SEND = {
    1: (_WHO[1][0], (*_WHO[1][1], *_PARAMETERS)),
    2: _WHO[2],
    3: ("no money", (_Why(Reason.NO_CREDIT, "it costs {cost} and the balance is {balance}"),)),
    4: _WHO[4],
    5: ("invalid date format", (_Why(Reason.SCHEDULE_INVALID, "time `{time}` or tz `{tz}` is none of the forms"),)),
    **_DENIED,
    9: ("duplicate request, wait a minute", (
        _Why(Reason.DUPLICATE, "the same numbers, text and sender were sent less than {window} s ago"),
        _Why(Reason.TOO_MANY_REQUESTS, "more than {count} within {window} s"),
        _AT_ONCE,
        _Why(Reason.TEMPORARY, "a rule asked for it"),
    )),
}  # fmt: skip
_COST = {
    **_SEND,
    9: ("duplicate request, wait a minute", (
        _Why(Reason.DUPLICATE, "the same cost was asked for {count} times within {window} s"),
        _AT_ONCE,
        _Why(Reason.TEMPORARY, "a rule asked for it"),
    )),
}  # fmt: skip
_ASKING = (
    *_WHO[1][1],
    _Why(Reason.BODY_UNREADABLE, "the body cannot be read: {problem}"),
    _Why(Reason.DESTINATION_MISSING, "there is no phone"),
    _Why(Reason.DESTINATION_EMPTY, "phone is empty"),
)
_LIMITED = (
    _Why(Reason.TOO_MANY_REQUESTS, "more than {count} such requests within {window} s"),
    _AT_ONCE,
    _Why(Reason.TEMPORARY, "a rule asked for it"),
)
_STATUS = {
    1: (_WHO[1][0], _ASKING),
    2: _WHO[2],
    4: _WHO[4],
    5: ("error deleting message", (_Why(Reason.NOT_DELETED, "no message {id} to {destination} is there to delete"),)),
    9: ("too many requests, wait a minute", _LIMITED),
    -3: ("Сообщение не найдено", (
        _Why(Reason.MESSAGE_UNKNOWN, "no message {id} was sent to {destination}; over HTTP that is a status"),
    )),
}  # fmt: skip
_SOAP_STATUS = {
    1: _STATUS[1],
    2: _WHO[2],
    3: ("message not found", (_Why(Reason.MESSAGE_UNKNOWN, "no message {id} was sent to {destination}"),)),
    4: _WHO[4],
    9: _STATUS[9],
}
_BALANCE = {
    1: (_WHO[1][0], (*_WHO[1][1], _Why(Reason.BODY_UNREADABLE, "the body cannot be read: {problem}"))),
    2: _WHO[2],
    4: _WHO[4],
    9: _STATUS[9],
}

_PAGE = (*_WHO[1][1], _Why(Reason.BODY_UNREADABLE, "the body cannot be read: {problem}"))
_HISTORY = {
    1: (_WHO[1][0], _PAGE),
    2: _WHO[2],
    3: ("messages not found", (_Why(Reason.MESSAGE_UNKNOWN, "nothing was sent that fits"),)),
    4: _WHO[4],
    9: _STATUS[9],
}
_INCOMING = {1: (_WHO[1][0], _PAGE), 2: _WHO[2], 4: _WHO[4], 9: _STATUS[9]}
_OPERATOR = {
    1: (_WHO[1][0], (*_PAGE, _Why(Reason.DESTINATION_MISSING, "phone holds no number"))),
    2: _WHO[2],
    3: ("operator not found", (_Why(Reason.UNROUTABLE, "no range is known that holds {barred}"),)),
    4: _WHO[4],
    9: _STATUS[9],
}
_SENDERS = {1: (_WHO[1][0], _PAGE), 2: _WHO[2], 4: _WHO[4], 9: ("too many requests, wait a minute", _LIMITED)}

_WAIT = {
    1: (_WHO[1][0], (*_PAGE, _Why(Reason.DESTINATION_MISSING, "there is no phone"))),
    2: _WHO[2],
    4: _WHO[4],
    9: _SENDERS[9],
}

KEEPING = (3, 6, 7, 8)
"""Codes of a send that use up an id: a message record is made (facts, 3.3). Over SMPP they are told by the record's
report instead."""

Codes = dict[int, tuple[str, tuple[_Why, ...]]]


def _row(name: str, code: int) -> str:
    return f"smscenter.{name}.error-{code}" if code > 0 else f"smscenter.{name}.not-found"


def _table(name: str, codes: Codes, keeping: tuple[int, ...] = ()) -> ErrorTable:
    return ErrorTable(*(
        ErrorRow(
            why.reason, code, why.text or text, _row(name, code), why.because, keeps_id=code in keeping,
            error=why.error, later_over=_SMPP if code in keeping else (),
        )
        for code, (text, whys) in codes.items() for why in whys
    ))  # fmt: skip


_PAGES = ErrorTable(*(
    ErrorRow(why.reason, code, text, "smscenter.left-out.pages" if code == 1 else f"smscenter.send.error-{code}",
             why.because)
    for code, (text, whys) in {**_WHO, 9: (_SEND[9][0], (_Why(Reason.TEMPORARY, "a rule asked for it"),))}.items()
    for why in whys
))  # fmt: skip
_FAULT = ErrorRow(
    Reason.BODY_UNREADABLE, 500, "SOAP fault", "smscenter.soap.fault", "{problem}; a SOAP fault with HTTP 500", http=500
)

ERRORS = {
    "send": _table("send", _SEND, KEEPING),
    "send/smtp": _table("send", _SEND, KEEPING),
    "cost": _table("cost", _COST),
    "status": _table("http-status", _STATUS),
    "status/soap": _table("status", _SOAP_STATUS),
    "balance": _table("balance", _BALANCE),
    "history": _table("history", _HISTORY),
    "incoming": _table("incoming", _INCOMING),
    "number": _table("operator", _OPERATOR),
    "brands": _table("senders", _SENDERS),
    "wait-call": _table("wait-call", _WAIT),
    "describe": ErrorTable(_FAULT),
    "describe/http": _PAGES,
}
"""Without a protocol: as over HTTP, and over SOAP where it has no own."""

_NO_NAMES = "no sender's name is registered over this interface"
NEVER_SAYS = {
    Reason.SENDER_MISSING: "a message may go without a sender",
    Reason.NAME_EMPTY: _NO_NAMES,
    Reason.NAME_LENGTH: _NO_NAMES,
    Reason.NAME_CHARACTERS: _NO_NAMES,
    Reason.NAME_TAKEN: _NO_NAMES,
    Reason.NAME_PENDING: _NO_NAMES,
}
"""A rule that refuses with one of these is answered with"""
SOMETHING = 1
