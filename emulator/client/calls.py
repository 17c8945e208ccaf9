"""A call as a value, and how it is carried out: attempts, back-off, deadline, lost replies. No I/O, no clock.

    steps = carry_out(call, patience, now)      a generator
      yields Exchange  ◄── send what the driver got back, or throw Unreached or Broken
      yields Pause     ◄── send None when it is over
      returns what the call reads from its reply, or raises an SmsError

The rule: a call that may double something is repeated only when nothing can have been accepted (nothing was sent, or
the provider says so), or when the caller wants it repeated.
"""

from collections.abc import Callable, Generator
from enum import Enum
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from emulator.client.errors import Kinds, Refused, SmsError
from emulator.wire import HttpReply, HttpRequest

T = TypeVar("T")


class Unreached(Exception):
    """Of a driver: no connection came about; nothing was sent."""


class Broken(Exception):
    """Of a driver: the connection went, or time ran out, after something was sent."""


class Exchange(msgspec.Struct, frozen=True):
    """One request to make within so many real seconds; `connect` of them at most to get a connection."""

    request: HttpRequest
    timeout: float
    connect: float


class Pause(msgspec.Struct, frozen=True):
    """Wait so many real seconds."""

    seconds: float


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long and how often. Real seconds: `connect` to get a connection, `timeout` for one exchange with that,
    `deadline` for a whole call with all its attempts, pauses and questions. Pauses double from `pause` up to
    `longest_pause`.
    """

    connect: float = 5.0
    timeout: float = 10.0
    deadline: float = 30.0
    attempts: int = 6
    pause: float = 0.2
    longest_pause: float = 5.0


PATIENT = Patience()
"""The default."""


NO_ANSWER = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError)
"""What reading something else than an answer of the provider's may end in: it was JSON of another shape, say."""


class Verdict(Enum):
    """What asking afterwards may show about a send whose reply was lost."""

    NOT_ACCEPTED = "the provider knows no such message"
    UNCLEAR = "it does not tell"


class Call(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One call of a provider.

    `read` makes a value of a 2xx reply, and raises an SmsError, or one of NO_ANSWER when the reply is none. `doubles`:
    doing it twice is not the same as once. `clear_up`: the question by which a lost reply to it can be cleared up.
    `repeat`: the caller wants it repeated after a lost reply, come what may. `hold`: asked with the moment before every
    attempt; raises an SmsError where one more is not allowed.
    """

    kinds: Kinds
    operation: str
    request: HttpRequest
    read: Callable[[HttpReply], T]
    doubles: bool = False
    clear_up: "Call[T | Verdict] | None" = None
    repeat: bool = False
    hold: Callable[[float], None] | None = None


Steps: TypeAlias = Generator[Exchange | Pause, HttpReply | None, T]


def carry_out(call: Call[T], patience: Patience, now: Callable[[], float], end: float | None = None) -> Steps[T]:
    """The steps of a call. `now` is any rising number of seconds; `end` on its scale, if others set the deadline."""
    until = now() + patience.deadline if end is None else end
    doubt = False  # an attempt at something that must not be doubled was lost
    for attempt in range(1, patience.attempts + 1):
        try:
            return (yield from _once(call, patience, now, until))
        except SmsError as error:
            lost = error.maybe_accepted
            doubt = doubt or (lost and call.doubles)
            again = error.safe or (lost and (call.repeat or not call.doubles))
            if doubt and call.clear_up is not None:
                found = yield from _ask(call.clear_up, patience, now, until)
                if not isinstance(found, Verdict):
                    return found
                again = again or (lost and found is Verdict.NOT_ACCEPTED)
            wait = min(patience.pause * 2 ** (attempt - 1), patience.longest_pause)
            wait = max(wait, getattr(error, "retry_after", 0.0))
            if not again or attempt == patience.attempts or now() + wait >= until:
                error.maybe_accepted = lost or doubt
                raise
            yield Pause(wait)
    raise ValueError("attempts must be at least 1")


def _once(call: Call[T], patience: Patience, now: Callable[[], float], until: float) -> Steps[T]:
    """One attempt: what it read, or the SmsError that it comes to."""
    left = until - now()
    if left <= 0:
        raise call.kinds.not_reached(f"no time was left for {call.operation}")
    if call.hold is not None:
        call.hold(now())
    try:
        timeout = min(patience.timeout, left)
        reply = yield Exchange(call.request, timeout, min(patience.connect, timeout * 0.9))
    except Unreached as why:
        raise call.kinds.not_reached(str(why)) from why
    except Broken as why:
        raise call.kinds.lost(_about(call, str(why))) from why
    assert reply is not None
    return _read(call, reply)


def _read(call: Call[T], reply: HttpReply) -> T:
    status = reply.status
    if 200 <= status < 300:
        try:
            return call.read(reply)
        except NO_ANSWER as why:
            raise call.kinds.lost(_about(call, f"the answer makes no sense ({why}): {reply.body[:80]!r}")) from why
    row = call.kinds.refused.row(call.operation, status, http=True)
    if row is not None:
        raise row(reply.body.decode("utf-8", "replace").strip()[:200])
    shown = f"HTTP {status}: {reply.body[:80]!r}"
    if status in (429, 503):
        busy = call.kinds.unavailable(shown, code=status)
        after = reply.header("retry-after").strip()
        busy.retry_after = float(after) if after.isascii() and after.isdigit() else 0.0
        raise busy
    if 400 <= status < 500:
        raise call.kinds.refused(shown, code=status)
    raise call.kinds.lost(_about(call, shown))


def _about(call: Call[Any], why: str) -> str:
    return f"{why}; the message may have been accepted" if call.operation == "send" else why


def _ask(call: Call[T], patience: Patience, now: Callable[[], float], until: float) -> Steps[T | Verdict]:
    """The answer to the question. A refusal tells something only where it is documented as "no such message"."""
    try:
        return (yield from carry_out(call, patience, now, until))
    except Refused as error:
        return Verdict.NOT_ACCEPTED if error.absent else Verdict.UNCLEAR
    except SmsError:
        return Verdict.UNCLEAR
