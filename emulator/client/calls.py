"""A call as a value, and how it is carried out: attempts, back-off, deadline, lost replies. No I/O, no clock.

    steps = carry_out(call, patience, now)      a generator
      yields Exchange  ◄── send what the driver got back: an HttpReply, or Trouble
      yields Pause     ◄── send None when it is over
      yields Aside     ◄── send what its work gave, or throw what it raised
      returns what the call reads from its reply, or raises an SmsError

What may be repeated stands in repeating.py, with its reasons.
"""

import random
from collections.abc import Callable, Generator
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from emulator.client.errors import Kinds, Refused, SmsError
from emulator.client.hiding import masked, shown
from emulator.client.repeating import LOOKS, ROWS, Fate, may_repeat
from emulator.client.watching import Event, Watcher
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


Step: TypeAlias = Exchange | Pause | Aside
Steps: TypeAlias = Generator[Step, Any, T]


class Course:
    """What is the same for all steps of a call: `now` is any rising number of seconds; `chance` gives 0 to 1; `watch`
    is told of every attempt, reply and retry."""

    def __init__(
        self, now: Callable[[], float], chance: Callable[[], float] = random.random, watch: Watcher | None = None
    ) -> None:
        self.now = now
        self.chance = chance
        self.watch = watch

    def tell(self, call: Call[Any], what: str, attempt: int, **more: Any) -> None:
        if self.watch is not None:
            self.watch(Event(what=what, provider=call.provider, operation=call.operation, attempt=attempt,
                             reference=call.reference, **more))  # fmt: skip


def carry_out(call: Call[T], patience: Patience, course: Course, end: float | None = None) -> Steps[T]:
    """The steps of a call. `end`: on the scale of `course.now`, if others set the deadline."""
    until = course.now() + patience.deadline if end is None else end
    doubt = False  # an attempt at something that must not be doubled was lost
    attempts = 0
    for attempt in range(1, patience.attempts + 1):
        outcome = yield from _once(call, patience, course, until, attempt)
        if not isinstance(outcome, SmsError):
            return outcome
        error, row = outcome, ROWS[outcome.fate]
        attempts += error.attempts
        fresh = row.doubt and call.doubles
        doubt = doubt or fresh
        absent = False
        if doubt and call.clear_up is not None:
            found = yield from look_up(call.clear_up, patience, course, until, LOOKS if fresh else 1)
            if not isinstance(found, Verdict):
                return found
            absent = found is Verdict.NOT_ACCEPTED
        again = may_repeat(error.fate, call.doubles, call.repeat, absent)
        wait = max(patience.pause_before(attempt + 1, course.chance), getattr(error, "retry_after", 0.0))
        enough = course.now() + wait + (patience.least if call.doubles else 0.0) <= until
        if not again or attempt == patience.attempts or not enough:
            break
        course.tell(call, "retry", attempt + 1, pause=wait, error=error)
        yield Pause(wait)
    error.maybe_accepted = doubt
    error.attempts = attempts
    error.reference = call.reference
    course.tell(call, "gave up", attempt, error=error)
    raise error


def _once(
    call: Call[T], patience: Patience, course: Course, until: float, attempt: int
) -> Steps[T | SmsError]:  # fmt: skip
    """One attempt: what it read, or the SmsError that it comes to."""
    began = course.now()
    left = until - began
    if left <= 0 or (call.doubles and attempt > 1 and left < patience.least):
        return _no_time(call)
    try:
        if call.hold is not None:
            call.hold(began)
    except SmsError as held:
        return held
    timeout = min(patience.timeout, left)
    wait = left - (patience.least if call.doubles else 0.0)
    course.tell(call, "attempt", attempt)
    reply: HttpReply | Trouble = yield Exchange(
        request=call.request, timeout=timeout, connect=min(patience.connect, timeout * 0.9), end=until,
        wait=max(wait, 0.0), lane=call.lane, secrets=call.secrets,
    )  # fmt: skip
    outcome: T | SmsError
    if isinstance(reply, Trouble):
        outcome = _failed(call, reply)
    else:
        outcome = _read(call, reply)
    seconds = course.now() - began
    if isinstance(outcome, SmsError):
        outcome.hide(call.secrets)
        outcome.attempts = 1
    if isinstance(reply, HttpReply):
        course.tell(call, "reply", attempt, status=reply.status, seconds=seconds,
                    error=outcome if isinstance(outcome, SmsError) else None)  # fmt: skip
    elif isinstance(outcome, SmsError):
        course.tell(call, "no reply", attempt, seconds=seconds, error=outcome)
    return outcome


def _no_time(call: Call[Any]) -> SmsError:
    error = call.kinds.not_reached(f"no time was left for {call.operation}")
    error.fate = Fate.NO_TIME
    error.octets_left = False
    return error


def _failed(call: Call[Any], trouble: Trouble) -> SmsError:
    error: SmsError
    if trouble.left is False:
        error = call.kinds.not_reached(trouble.why)
        if trouble.final:
            error.fate, error.retryable = Fate.NO_WAY, False
    else:
        error = call.kinds.lost(_about(call, trouble.why))
    error.octets_left = trouble.left
    return error


def _read(call: Call[T], reply: HttpReply) -> T | SmsError:
    error: SmsError | None = None
    senseless = ""
    if not 200 <= reply.status < 300:
        error = _by_status(call, reply)
    else:
        try:
            return call.read(reply)
        except SmsError as told:
            error = told
        except NO_ANSWER as why:
            senseless = f"{type(why).__name__} {masked(str(why), call.secrets)[:200]}"
    if error is None:
        body = shown(reply.body, call.secrets)
        error = call.kinds.lost(_about(call, f"the answer makes no sense ({senseless}): {body}"))
        error.fate = Fate.SENSELESS
    error.status, error.octets_left = reply.status, True
    return error


def _by_status(call: Call[Any], reply: HttpReply) -> SmsError:
    """What a reply that is not 2xx comes to."""
    status = reply.status
    row = call.kinds.refused.row(call.operation, status, http=True)
    if row is not None:
        return row(masked(reply.body[:2000].decode("utf-8", "replace"), call.secrets).strip()[:200])
    said = f"HTTP {status}: {shown(reply.body, call.secrets)}"
    if status in (429, 503):
        busy = call.kinds.unavailable(_about(call, said) if status == 503 else said, code=status)
        busy.fate = Fate.TOO_MANY if status == 429 else Fate.UNAVAILABLE
        busy.retry_after = retry_after(reply)
        return busy
    if 300 <= status < 400:
        where = reply.header("location") or "nowhere"
        refused = call.kinds.refused(
            f"HTTP {status}: redirected to {masked(where, call.secrets)[:200]}, which is not followed: give the client "
            "the base_url that answers", code=status,
        )  # fmt: skip
        refused.fate = Fate.SENT_ELSEWHERE
        return refused
    if status == 407:
        proxy = call.kinds.not_reached(f"the proxy wants to know who we are: {said}", code=status)
        proxy.fate, proxy.retryable = Fate.NO_WAY, False
        return proxy
    if 400 <= status < 500:
        return call.kinds.refused(said, code=status)
    return call.kinds.lost(_about(call, said))


def retry_after(reply: HttpReply) -> float:
    """Seconds that an answer asks to wait: a number, or a date beside the answer's own; 0 for none that can be read."""
    after = reply.header("retry-after").strip()
    if after.isascii() and after.isdigit() and len(after) < 10:
        return float(after)
    try:
        wanted, sent = parsedate_to_datetime(after), parsedate_to_datetime(reply.header("date"))
        return max((wanted - sent).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _about(call: Call[Any], why: str) -> str:
    return f"{why}; the message may have been accepted" if call.operation == "send" else why


def look_up(
    call: Call[T | Verdict], patience: Patience, course: Course, until: float, looks: int
) -> Steps[T | Verdict]:  # fmt: skip
    """What asking shows. Absence counts when it was seen `looks` times, with a wait between: what was taken may be
    registered only after we gave up waiting."""
    for look in range(looks):
        if look:
            if course.now() + patience.absent_after >= until:
                return Verdict.UNCLEAR
            yield Pause(patience.absent_after)
        found = yield from _ask(call, patience, course, until)
        if found is not Verdict.NOT_ACCEPTED:
            return found
    return Verdict.NOT_ACCEPTED


def _ask(call: Call[T | Verdict], patience: Patience, course: Course, until: float) -> Steps[T | Verdict]:
    """The answer to the question. A refusal tells something only where it is documented as "no such message"."""
    try:
        return (yield from carry_out(call, patience, course, until))
    except Refused as error:
        return Verdict.NOT_ACCEPTED if error.absent else Verdict.UNCLEAR
    except SmsError:
        return Verdict.UNCLEAR
