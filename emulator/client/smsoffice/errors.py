"""The codes of smsoffice.ge as exceptions (page 000; 165 was seen live). Texts stand where the service sends none."""

from emulator.client.errors import Kinds, NotReached, Refused, ReplyLost, SmsError, Unavailable


class SmsOfficeError(SmsError):
    """Anything that smsoffice.ge, or the way to it, may answer."""

    provider = "smsoffice"


class SmsOfficeReplyLost(SmsOfficeError, ReplyLost):
    """The request may have been read and no whole answer came; a message may have been accepted."""


class SmsOfficeNotReached(SmsOfficeError, NotReached):
    """Nothing was sent."""


class SmsOfficeUnavailable(SmsOfficeError, Unavailable):
    """HTTP 429 or 503."""


class SmsOfficeRefused(SmsOfficeError, Refused):
    """A code without a class of its own, or a failure told by HTTP 4xx."""


class TemporaryDelay(SmsOfficeRefused, code=-100, text="Temporary delay", safe=True):
    """The service asks to try later; the client does."""


class NoValidNumber(SmsOfficeRefused, code=10, text="Destination does not contain any valid numbers"):
    """No destination is a number."""


class NoCredit(SmsOfficeRefused, code=20, text="Balance is insufficient"):
    """Fewer messages are left than parts times numbers."""


class ContentEmpty(SmsOfficeRefused, code=60, text="Content parameter is missing"):
    """The text is there but empty."""


class DestinationEmpty(SmsOfficeRefused, code=70, text="Destination parameter is empty"):
    """The list of numbers is there but empty."""


class AllStopListed(SmsOfficeRefused, code=75, text="All numbers are stoplisted"):
    """Nobody left to send to; `urgent=True` would send all the same."""


class AllMalformed(SmsOfficeRefused, code=76, text="All numbers have invalid format"):
    """No number is international without 00 and +."""


class AllStopListedOrMalformed(SmsOfficeRefused, code=77, text="All numbers are stoplisted or have invalid format"):
    """Each number is one or the other."""


class KeyUnknown(SmsOfficeRefused, code=80, text="API key is incorrect"):
    """No account has this key."""


class ApiDisabled(SmsOfficeRefused, code=120, text="API access is disabled"):
    """The account has not switched the API on."""


class SenderUnknown(SmsOfficeRefused, code=150, text="invalid sender"):
    """The account has no such sender name."""


class SenderInactive(SmsOfficeRefused, code=165, text="sender is not active"):
    """The sender name waits for its activation."""


class KeyMissing(SmsOfficeRefused, code=500, text="API key is missing"):
    """There was no key."""


class DestinationMissing(SmsOfficeRefused, code=600, text="Destination is missing"):
    """There was no destination."""


class SenderMissing(SmsOfficeRefused, code=700, text="Sender is missing"):
    """There was no sender."""


class ContentMissing(SmsOfficeRefused, code=800, text="Content is missing"):
    """There was no text."""


class MessageUnknown(SmsOfficeRefused, code=404, text="message not found", of=("status",)):
    """No such destination and reference. Not documented: the emulator's switch `unknown-message` says it."""


class RequestTooLong(SmsOfficeRefused, code=414, text="Request-URI Too Long", http=True):
    """A GET of more than 4096 octets; the client sends by POST and never meets it."""


KINDS = Kinds(SmsOfficeRefused, SmsOfficeReplyLost, SmsOfficeNotReached, SmsOfficeUnavailable)
