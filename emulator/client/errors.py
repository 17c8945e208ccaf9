"""What every exception of the clients has in common, and how a provider's table of codes is written.

    SmsError
     ├─ Refused      the provider answered no: one class a documented code
     ├─ Unavailable  HTTP 429 or 503: somebody in front of the provider answered
     ├─ ReplyLost    the request may have been done, and nobody said so
     └─ NotReached   nothing was sent

Each provider has a base of its own under SmsError, and its own four kinds under that base. They can be pickled, and
hold no secret.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from emulator.client.hiding import masked
from emulator.client.repeating import Fate


class SmsError(Exception):
    """Anything that goes wrong with a call. Never raised itself.

    `code`: the provider's number, None where there is none; `text`: the provider's own text, or why; `retryable`: can
    the same call help later; `maybe_accepted`: may the message have been accepted all the same; `id`: what the
    provider called the message that it refused, where it says so.

    What is known besides: `reference`, what a send was called (your own, or made for it); `attempts`, how many
    requests were begun; `status`, the last HTTP status, None without an answer; `octets_left`, did anything of the last
    request leave, None where that cannot be told.
    """

    provider: ClassVar[str] = ""
    fate: Fate = Fate.REFUSED
    code: int | None = None
    text: str = ""
    retryable: bool = False
    maybe_accepted: bool = False
    id: int | str | None = None
    reference: str | None = None
    attempts: int = 0
    status: int | None = None
    octets_left: bool | None = None

    def __init__(self, text: str = "", *, code: int | None = None, id: int | str | None = None) -> None:
        self.code = self.code if code is None else code
        self.text = text or self.text
        self.id = id
        super().__init__(self.text)

    def __str__(self) -> str:
        number = "" if self.code is None else f"{self.code}: "
        said = f"{self.provider}: {number}{self.text}" if self.provider else f"{number}{self.text}"
        return f"{said} ({self._known()})" if self.maybe_accepted and self.attempts else said

    def _known(self) -> str:
        """All that is known about a doubt."""
        times = "1 attempt" if self.attempts == 1 else f"{self.attempts} attempts"
        left = {True: "the last request left", False: "nothing of the last request left", None: "it may have left"}
        said = [times, f"HTTP {self.status}" if self.status is not None else "no answer", left[self.octets_left]]
        return ", ".join([*said, f"reference {self.reference}"] if self.reference else said)

    def __reduce__(self) -> tuple[Any, ...]:
        return _made_again, (type(self), self.text, self.code, self.id), self.__dict__

    def hide(self, secrets: Sequence[str]) -> None:
        """Mask secrets in the text, and let go of what led here: its message may show a URL."""
        self.text = masked(self.text, secrets)
        self.args = (self.text,)
        self.__cause__ = self.__context__ = None


def _made_again(kind: type[SmsError], text: str, code: int | None, id: int | str | None) -> SmsError:
    return kind(text, code=code, id=id)


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
    safe: ClassVar[bool] = False
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
        cls.fate = Fate.REFUSED_FOR_NOW if safe else Fate.REFUSED
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

    fate = Fate.UNANSWERED
    retryable = True
    maybe_accepted = True


class NotReached(SmsError):
    """Nothing was sent: no connection came about in time. Trying again cannot double anything; where it would end alike
    (a certificate that is not trusted, a proxy's refusal, a closed session), `retryable` is False."""

    fate = Fate.NOTHING_SENT
    retryable = True


class Unavailable(SmsError):
    """HTTP 429 or 503: somebody in front of the provider answered. 429: a limit was met and nothing was done. 503: a
    proxy says it of a backend that took the request, too, so that a send is in doubt (`maybe_accepted`).
    `retry_after`: seconds that the answer asked to wait, 0 for none; the client waits so long if its deadline lets it.
    """

    fate = Fate.TOO_MANY
    retryable = True
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
