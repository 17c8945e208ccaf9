"""How a call is carried out: attempts, back-off, deadline, lost replies. No I/O, no clock.

    steps = carry_out(call, patience, course)   a generator
      yields Exchange  ◄── send what the driver got back: an HttpReply, or Trouble
      yields Pause     ◄── send None when it is over
      yields Aside     ◄── send what its work gave, or throw what it raised
      returns what the call reads from its reply, or raises an SmsError

What may be repeated stands in repeating.py, with its reasons.
"""

import random
from collections.abc import Callable, Generator
from typing import Any, TypeAlias, TypeVar

from emulator.client.calls import NO_ANSWER, Aside, Call, Exchange, Patience, Pause, Trouble, Verdict
from emulator.client.errors import Refused, SmsError
from emulator.client.hiding import masked, shown
from emulator.client.repeating import LOOKS, ROWS, Fate, may_repeat
from emulator.client.watching import Event, Watcher
from emulator.http.messages import HttpReply

T = TypeVar("T")
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
    from email.utils import parsedate_to_datetime  # the package email takes longer to import than all the rest

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
