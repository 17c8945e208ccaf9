"""What every exception of the clients has in common, and how a provider's table of codes is written.

    SmsError
     ├─ Refused      the provider answered no: one class a documented code
     ├─ ReplyLost    the request may have been done, and nobody said so
     └─ NotReached   nothing was sent

Each provider has a base of its own under SmsError, and its own three kinds under that base.
"""

from typing import Any, ClassVar


class SmsError(Exception):
    """Anything that goes wrong with a call. Never raised itself.

    `code`: the provider's number, None where there is none; `text`: the provider's own text, or why; `retryable`: can
    the same call help later; `maybe_accepted`: may the message have been accepted all the same; `id`: what the
    provider called the message that it refused, where it says so.
    """

    provider: ClassVar[str] = ""
    code: int | None = None
    text: str = ""
    retryable: bool = False
    maybe_accepted: bool = False
    safe: ClassVar[bool] = False
    """Says that nothing was accepted and that the cause is temporary: the client itself may send again."""

    def __init__(self, text: str = "", *, code: int | None = None, id: int | str | None = None) -> None:
        self.code = self.code if code is None else code
        self.text = text or self.text
        self.id = id
        number = "" if self.code is None else f"{self.code}: "
        super().__init__(f"{self.provider}: {number}{self.text}" if self.provider else f"{number}{self.text}")


class Refused(SmsError):
    """The provider's no. Subclasses are rows of its table:

        class NoCredit(SmsOfficeRefused, code=20, text="Balance is insufficient"): ...

    `of`: the operations in which the number means this (none given: all); `http`: it is told by the HTTP status alone;
    `retryable`: trying again may help; `safe`: nothing was accepted and the cause is temporary; `absent`: says that
    there is no such message. A code without a row is raised as the table's head.
    """

    rows: ClassVar[list["type[Refused]"]] = []
    of: ClassVar[tuple[str, ...]] = ()
    http: ClassVar[bool] = False
    absent: ClassVar[bool] = False

    def __init_subclass__(
        cls, code: int | None = None, text: str = "", of: tuple[str, ...] = (), http: bool = False,
        retryable: bool = False, safe: bool = False, absent: bool = False, **more: Any,
    ) -> None:  # fmt: skip
        super().__init_subclass__(**more)
        if code is None:
            cls.rows = []
            return
        cls.code, cls.text, cls.of, cls.http, cls.safe, cls.absent = code, text, of, http, safe, absent
        cls.retryable = retryable or safe
        cls.rows.append(cls)

    @classmethod
    def row(cls, operation: str, code: int, http: bool = False) -> "type[Refused] | None":
        """The class for a code of an operation."""
        rows = (row for row in cls.rows if row.code == code and row.http == http)
        return next((row for row in rows if not row.of or operation in row.of), None)

    @classmethod
    def told(cls, operation: str, code: int, text: str = "", id: int | str | None = None) -> "Refused":
        """The exception for what an answer said; an undocumented code comes as the table's head."""
        return (cls.row(operation, code) or cls)(text, code=code, id=id)


class ReplyLost(SmsError):
    """The request may have been read, and no whole answer came: the connection closed, time ran out, or the answer was
    cut or made no sense. For a send: the message may have been accepted, and was not sent again."""

    retryable = True
    maybe_accepted = True


class NotReached(SmsError):
    """Nothing was sent: no connection came about in time. Trying again cannot double anything."""

    retryable = True
    safe = True


class Unavailable(SmsError):
    """HTTP 429 or 503: somebody in front of the provider said that it was not done. Trying again cannot double.
    `retry_after`: seconds that the answer asked to wait, 0 for none; the client waits so long if its deadline lets it.
    """

    retryable = True
    safe = True
    retry_after: float = 0.0


class Kinds:
    """A provider's own classes of each kind, for the code that all providers share."""

    def __init__(
        self, refused: type[Refused], lost: type[ReplyLost], not_reached: type[NotReached],
        unavailable: type[Unavailable],
    ) -> None:  # fmt: skip
        self.refused = refused
        self.lost = lost
        self.not_reached = not_reached
        self.unavailable = unavailable
