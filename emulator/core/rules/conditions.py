"""Which calls a rule speaks of: each key of `when` is one row of a table, and becomes a test."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta
from msgspec.structs import force_setattr

from emulator.core.commands import AnyCommand, Delete, Query, QueryMany, Submit
from emulator.core.globs import glob
from emulator.core.regex import Wrong, compiled
from emulator.core.rules.ranges import Between, Count, Seconds
from emulator.core.text import Encoding, Measure
from emulator.core.units import Timestamp, seconds

Operation = Literal["send", "status", "balance", "cost", "brands", "bind", "cancel", "replace", "link"]
Share = Annotated[float, Meta(ge=0, le=1)]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Every key given must hold. `to`, `sender` and `account` know `*`; `contains` is a part of the text, `matches` a
    regular expression somewhere in it (`to_matches`: in the number, as written).

    `nth`, `first` and `every` count the calls that match all the other keys; `probability` is thrown for those whose
    turn it is. `after` (that moment included) and `before`: seconds since the sandbox began, or a time with its zone.
    """

    provider: str | None = None
    protocol: str | None = None
    operation: Operation | None = None
    account: str | None = None
    to: str | None = None
    to_matches: str | None = None
    sender: str | None = None
    reference: str | None = None
    contains: str | None = None
    matches: str | None = None
    encoding: Encoding | None = None
    parts: Count | Between | None = None
    nth: Count | None = None
    first: Count | None = None
    every: Count | None = None
    probability: Share | None = None
    after: Seconds | str | None = None
    before: Seconds | str | None = None

    def __post_init__(self) -> None:
        for name in ("matches", "to_matches"):
            if getattr(self, name) is not None:
                try:
                    compiled(getattr(self, name))
                except Wrong as error:
                    raise ValueError(f"{name}: no regular expression: {error}") from None
        for name in ("after", "before"):
            value = getattr(self, name)
            if isinstance(value, str):
                _moment(value, name)
            elif value is not None:
                force_setattr(self, name, float(value))
        if self.probability is not None:
            force_setattr(self, "probability", float(self.probability))


class Now(NamedTuple):
    """When a call comes, and when its world began."""

    at: Timestamp
    began: Timestamp


Test = Callable[[AnyCommand, Now], object]
OfNumber = Callable[[str], object]


def _moment(written: str, name: str) -> Timestamp:
    """Raises ValueError."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError(f"{name}: no time with its zone, such as 2026-11-21T12:00:00Z")
    return (at - _EPOCH) // timedelta(microseconds=1)


def _since(value: float | str, name: str) -> Callable[[Now], bool]:
    """Is it that moment, or later?"""
    if isinstance(value, str):
        fixed = _moment(value, name)
        return lambda now: now.at >= fixed
    gap = seconds(value)
    return lambda now: now.at >= now.began + gap


def _texts(command: AnyCommand) -> tuple[str, ...]:
    """The text of a send, or all of them where each number has its own."""
    if not isinstance(command, Submit):
        return ()
    return command.texts or (command.text or "",)


def _reference(command: AnyCommand) -> str | None:
    return command.reference if isinstance(command, Submit | Query) else None


def _of_text(holds: Callable[[str], object]) -> Test:
    return lambda command, now: any(holds(text) for text in _texts(command))


def _measures(command: AnyCommand) -> Iterator[Measure]:
    """What its texts are on the air."""
    if isinstance(command, Submit):
        yield from map(command.measure_of, _texts(command))


def _contains(value: str) -> Test:
    return _of_text(lambda text: value in text)


def _matches(value: str) -> Test:
    return _of_text(compiled(value).fits)


def _encoding(value: str) -> Test:
    return lambda command, now: any(measured.encoding == value for measured in _measures(command))


def _parts(value: int | Between) -> Test:
    within = Between(value, value) if isinstance(value, int) else value
    return lambda command, now: any(measured.parts in within for measured in _measures(command))


def _sender(value: str) -> Test:
    fits = glob(value)
    return lambda command, now: isinstance(command, Submit) and fits(command.sender or "")


def _account(value: str) -> Test:
    fits = glob(value)
    return lambda command, now: command.credential is not None and fits(command.credential.name)


def _after(value: float | str) -> Test:
    come = _since(value, "after")
    return lambda command, now: come(now)


def _before(value: float | str) -> Test:
    come = _since(value, "before")
    return lambda command, now: not come(now)


KIND = ("provider", "protocol", "operation")
"""Keys that name the kind of call."""
OF_CALL: dict[str, Callable[[Any], Test]] = {
    "account": _account,
    "sender": _sender,
    "reference": lambda value: lambda command, now: _reference(command) == value,
    "contains": _contains,
    "matches": _matches,
    "encoding": _encoding,
    "parts": _parts,
    "after": _after,
    "before": _before,
}
"""Keys that speak of the call as a whole: the value → its test."""
OF_NUMBER: dict[str, Callable[[Any], OfNumber]] = {
    "to": glob,
    "to_matches": lambda value: compiled(value).fits,
}
"""Keys that are held against each number."""
OF_TURN = ("nth", "first", "every")
"""Keys that count."""


def speaks_of(when: When, provider: str, protocol: str, operation: str) -> bool:
    """Do the keys that name the kind of call hold?"""
    return (
        (when.provider is None or when.provider == provider)
        and (when.protocol is None or when.protocol == protocol)
        and (when.operation is None or when.operation == operation)
    )


def tests_of(when: When) -> tuple[Test, ...]:
    """The keys given that speak of the call as a whole, as tests."""
    return tuple(make(value) for name, make in OF_CALL.items() if (value := getattr(when, name)) is not None)


def number_test(when: When) -> OfNumber | None:
    """The keys given that are held against a number, as one test; None when there are none."""
    tests = [make(value) for name, make in OF_NUMBER.items() if (value := getattr(when, name)) is not None]
    if len(tests) < 2:
        return tests[0] if tests else None
    return lambda number: all(test(number) for test in tests)


def turn_test(when: When) -> Callable[[int], bool] | None:
    """Is it the turn of the call with that number (from 1)? None when nothing counts."""
    nth, first, every = when.nth, when.first, when.every
    if nth is None and first is None and every is None:
        return None
    return lambda number: (
        (nth is None or number == nth) and (first is None or number <= first) and (every is None or number % every == 0)
    )


def destinations_of(command: AnyCommand) -> tuple[str, ...]:
    """The numbers a rule's `to` is held against."""
    if isinstance(command, Submit):
        return command.destinations or ()
    if isinstance(command, Query):
        return (command.destination or "",)
    if isinstance(command, QueryMany | Delete):
        return tuple(number for number, _ in command.wanted or ())
    return ()


def unmet(when: When, command: AnyCommand, now: Now) -> Iterator[str]:
    """The keys that do not hold for a call, but for those that count or throw dice: what came near, and why not."""
    for name in KIND:
        if getattr(when, name) not in (None, getattr(command, name)):
            yield name
    for name, test in OF_NUMBER.items():
        value = getattr(when, name)
        if value is not None and not any(map(test(value), destinations_of(command))):
            yield name
    for name, make in OF_CALL.items():
        value = getattr(when, name)
        if value is not None and not make(value)(command, now):
            yield name
