"""The statusIDs of uBill as exceptions (facts, 2.1 and 2.6). Texts stand where the service sends none."""

from emulator.client.errors import Kinds, NotReached, Refused, ReplyLost, SmsError, Unavailable

_SEND = ("send",)
_BRANDS = ("brands",)


class UbillError(SmsError):
    """Anything that uBill, or the way to it, may answer."""

    provider = "ubill"


class UbillReplyLost(UbillError, ReplyLost):
    """The request may have been read and no whole answer came. uBill has no way to ask: a message may have been
    accepted, and was not sent again. A report that comes to your callback will tell."""


class UbillNotReached(UbillError, NotReached):
    """Nothing was sent."""


class UbillUnavailable(UbillError, Unavailable):
    """HTTP 429 or 503."""


class UbillRefused(UbillError, Refused):
    """A statusID without a class of its own, or a failure told by HTTP 4xx."""


class KeyRefused(UbillRefused, code=401, text="Please authorize with valid API key!", http=True):
    """HTTP 401: the key is missing or wrong, or the account's API service is off."""


class BrandNotFound(UbillRefused, code=10, text="brandID not found", of=_SEND):
    """The account has no such brand, or it waits for approval."""


class NumbersMissing(UbillRefused, code=20, text="numbers not found", of=_SEND):
    """There was no number."""


class TextEmpty(UbillRefused, code=30, text="empty message text", of=_SEND):
    """There was no text."""


class NoCredit(UbillRefused, code=40, text="Not enough SMS", of=_SEND):
    """Fewer SMS are left than parts times numbers."""


class NoValidNumber(UbillRefused, code=50, text="valid numbers not found", of=_SEND):
    """No number can be sent to: malformed, or stop-listed (`stop_list=False` would send to these)."""


class NameEmpty(UbillRefused, code=10, text="brandName is empty", of=_BRANDS):
    """There was no name."""


class NameLength(UbillRefused, code=20, text="brandName length must be 2-11 characters", of=_BRANDS):
    """A name has 2 to 11 characters."""


class NameCharacters(UbillRefused, code=30, text="brandName has characters that are not allowed", of=_BRANDS):
    """Allowed are a-z A-Z 0-9 . - and space."""


class NameTaken(UbillRefused, code=40, text="brandName has already been added", of=_BRANDS):
    """The account has that brand already."""


class NamePending(UbillRefused, code=50, text="an earlier brandName waits for authentication", of=_BRANDS):
    """One name waits for approval at a time."""


class BodyUnreadable(UbillRefused, code=90, text="JSON error"):
    """uBill could not read the request."""


class GeneralError(UbillRefused, code=99, text="General error", retryable=True):
    """uBill does not say more. The client does not send again by itself: what "general" covers is not documented."""


KINDS = Kinds(UbillRefused, UbillReplyLost, UbillNotReached, UbillUnavailable)
