"""The errors of SMS Center as exceptions (facts, 3.3, 4, 1.6 and 5). Texts stand where the answer has none, as by SOAP.

A number means different things in different operations: `of` says in which. `id` is there for 3, 6, 7 and 8 of a send.
"""

from emulator.client.errors import Kinds, NotReached, Refused, ReplyLost, SmsError, Unavailable

_SEND = ("send",)
_PRICED = ("send", "cost")
_ASKED = ("status", "status/soap", "balance", "history", "incoming", "number", "brands", "wait-call")


class SmsCenterError(SmsError):
    """Anything that SMS Center, or the way to it, may answer."""

    provider = "smscenter"


class SmsCenterReplyLost(SmsCenterError, ReplyLost):
    """The request may have been read and no whole answer came; a message may have been accepted."""


class SmsCenterNotReached(SmsCenterError, NotReached):
    """Nothing was sent."""


class SmsCenterUnavailable(SmsCenterError, Unavailable):
    """HTTP 429 or 503."""


class SmsCenterRefused(SmsCenterError, Refused):
    """A number without a class of its own, or a failure told by HTTP 4xx."""


class ParametersError(SmsCenterRefused, code=1, text="parameters error"):
    """A parameter is missing or makes no sense."""


class AccessDenied(SmsCenterRefused, code=2, text="authorise error"):
    """Wrong login, password or apikey, or an address that is not on the account's list."""


class NoMoney(SmsCenterRefused, code=3, text="no money", of=_PRICED):
    """The balance does not cover it."""


class AddressBlocked(SmsCenterRefused, code=4, text="ip is blocked", retryable=True):
    """Blocked for a time, for frequent errors."""


class BadDate(SmsCenterRefused, code=5, text="invalid date format", of=_PRICED):
    """`time` has none of the forms."""


class NotDeleted(SmsCenterRefused, code=5, text="error deleting message", of=("status",)):
    """There is no such message to delete."""


class Denied(SmsCenterRefused, code=6, text="message is denied", of=_PRICED):
    """Text or sender is forbidden."""


class InvalidNumber(SmsCenterRefused, code=7, text="invalid number", of=_PRICED):
    """No number is international."""


class Undeliverable(SmsCenterRefused, code=8, text="can't to deliver", of=_PRICED):
    """No route, stop list, or too many messages to one number."""


class DuplicateRequest(SmsCenterRefused, code=9, text="duplicate request, wait a minute", of=_PRICED, retryable=True):
    """The same was sent (or its cost asked for) within the last minute, or 15 requests were under way. The client does
    not send it again: a minute later that would be a second message."""


class TooManyRequests(SmsCenterRefused, code=9, text="too many requests, wait a minute", of=_ASKED, retryable=True):
    """The same was asked too often within a minute, or too many requests were under way. `retry_after`: where the
    client itself held it back (`keep_limits`), in how many seconds it may be asked again; else 0."""

    retry_after: float = 0.0


class NoSuchMessage(SmsCenterRefused, code=-3, text="message not found", of=("status",), absent=True):
    """No message with this id was sent to this number; over HTTP told as status -3."""


class NoSuchMessageBySoap(NoSuchMessage, code=3, text="message not found", of=("status/soap",), absent=True):
    """The same, as SOAP tells it."""


class NothingFound(SmsCenterRefused, code=3, text="messages not found", of=("history",)):
    """Nothing was sent that fits."""


class OperatorNotFound(SmsCenterRefused, code=3, text="operator not found", of=("number",)):
    """Nobody knows whose number it is."""


KINDS = Kinds(SmsCenterRefused, SmsCenterReplyLost, SmsCenterNotReached, SmsCenterUnavailable)
