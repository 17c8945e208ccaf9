"""A call as a value, how patient it is, and the steps in which a driver takes it (carrying_out.py says which)."""

from collections.abc import Callable
from enum import Enum
from typing import Any, Generic, TypeVar

import msgspec

from emulator.client.errors import Kinds
from emulator.http.messages import HttpReply, HttpRequest

T = TypeVar("T")


class Trouble(msgspec.Struct, frozen=True):
    """Of a driver: no whole answer. `left`: did anything of the request leave; None: that cannot be told. `final`:
    trying again would end alike."""

    why: str
    left: bool | None = True
    final: bool = False


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request to make within so many real seconds; `connect` of them at most to get a connection. `wait`: seconds
    that may pass before, for a place among the calls of its `lane` that may be under way at once; `end`: when the whole
    call must be over, on the scale of `Course.now`; `secrets`: what no text about it may hold."""

    request: HttpRequest
    timeout: float
    connect: float
    end: float
    wait: float = 0.0
    lane: str = ""
    secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Exchange({self.request.method}, timeout={self.timeout:.3g})"


class Pause(msgspec.Struct, frozen=True):
    """Wait so many real seconds."""

    seconds: float


class Aside(msgspec.Struct, frozen=True):
    """Work of the caller's own that may take its time: a store of doubts."""

    work: Callable[[], Any]

    def tried(self) -> tuple[Any, Exception | None]:
        """What it gives, or what it raises: a driver hands it on by `send` or `throw`."""
        try:
            return self.work(), None
        except Exception as why:
            return None, why


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long and how often. Real seconds: `connect` to get a connection, `timeout` for one exchange with that,
    `deadline` for a whole call with all its attempts, pauses and questions. Pauses double from `pause` up to
    `longest_pause`, each shortened at random by up to the part `jitter` of it. `absent_after`: how long after a first
    "no such message" the second look is taken that makes it believed.
    """

    connect: float = 5.0
    timeout: float = 10.0
    deadline: float = 30.0
    attempts: int = 6
    pause: float = 0.2
    longest_pause: float = 5.0
    jitter: float = 0.5
    absent_after: float = 5.0

    def __post_init__(self) -> None:
        for name in ("connect", "timeout", "deadline"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be more than 0 seconds, not {getattr(self, name)!r}")
        for name in ("pause", "longest_pause", "absent_after"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} must be 0 seconds or more, not {getattr(self, name)!r}")
        if self.attempts < 1:
            raise ValueError(f"attempts must be at least 1, not {self.attempts!r}")
        if not 0 <= self.jitter <= 1:
            raise ValueError(f"jitter must be 0 to 1, not {self.jitter!r}")

    @property
    def least(self) -> float:
        """An attempt at a send begins only while so much time is left: one that cannot be waited for ends in doubt."""
        return min(self.timeout, self.deadline / 2)

    def pause_before(self, attempt: int, chance: Callable[[], float]) -> float:
        """The pause before that attempt, the second being the first that has one."""
        whole = min(self.pause * 2.0 ** min(attempt - 2, 60), self.longest_pause)
        return whole * (1 - self.jitter * chance())


PATIENT = Patience()
"""The default."""


NO_ANSWER = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)
"""What reading something else than an answer of the provider's may end in: it was JSON of another shape, or of 200,000
brackets."""


class Verdict(Enum):
    """What asking afterwards may show about a send whose reply was lost."""

    NOT_ACCEPTED = "the provider knows no such message"
    UNCLEAR = "it does not tell"


class Call(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One call of a provider.

    `read` makes a value of a 2xx reply, and raises an SmsError, or one of NO_ANSWER when the reply is none. `doubles`:
    doing it twice is not the same as once. `clear_up`: the question by which a lost reply to it can be cleared up.
    `repeat`: the caller wants it repeated after a lost reply, come what may. `hold`: asked with the moment before every
    attempt; raises an SmsError where one more is not allowed. `secrets`: what no text may hold. `reference`: what a
    send is called; `to`: its numbers. `patience`: instead of the client's.
    """

    kinds: Kinds
    operation: str
    request: HttpRequest
    read: Callable[[HttpReply], T]
    doubles: bool = False
    clear_up: "Call[T | Verdict] | None" = None
    repeat: bool = False
    hold: Callable[[float], None] | None = None
    secrets: tuple[str, ...] = ()
    reference: str | None = None
    to: tuple[str, ...] = ()
    lane: str = ""
    patience: Patience | None = None

    def __repr__(self) -> str:
        return f"Call({self.provider} {self.operation})"

    @property
    def provider(self) -> str:
        """Whose call it is."""
        return self.kinds.refused.provider
