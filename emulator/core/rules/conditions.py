"""Which calls a rule speaks of: each key of `when` is one row of a table, and becomes a test."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from emulator.core.commands import AnyCommand, Cancel, Delete, Query, QueryMany, Replace, Submit
from emulator.core.messages import MessageKind
from emulator.core.regex import BadPattern, compiled
from emulator.core.rules.globs import glob
from emulator.core.rules.ranges import Amounts, Between, Count, DayTime, Rate, Seconds
from emulator.core.statuses import Status
from emulator.core.text import Encoding, Measure
from emulator.core.units import Timestamp, amount, seconds

if TYPE_CHECKING:
    from emulator.core.engine.checks import CheckContext

Operation = Literal[
    "send", "status", "balance", "cost", "brands", "bind", "cancel", "replace", "link", "history", "incoming", "number",
    "wait-call",
]
Share = Annotated[float, Meta(ge=0, le=1)]
Per = Literal["number", "reference", "text"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Every key given must hold. `to`, `sender` and `account` know `*`; `contains` is a part of the text, `matches` a
    regular expression somewhere in it; `kind`: a text (sms), a call with a code, a question about a number (hlr, ping).
    `to` and `to_matches` (a regular expression) hold of the number as it was
    written or as the provider writes it: 8-900-199-00-01 is 79001990001 too. `sender` is a name, also where the
    provider's clients send its id.

    `nth`, `first`, `every` and `rate` count the calls that match all the other keys; `probability` is thrown for those
    whose turn it is. `per`: they count, and throw, by itself for each number, reference or text. `after` (that moment
    included) and `before`: seconds since the sandbox began, or a time with its zone. `balance` is the account's before
    the call; `asked` the state of the message that is asked after, cancelled or replaced.
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
    kind: MessageKind | None = None
    nth: Count | None = None
    first: Count | None = None
    every: Count | None = None
    probability: Share | None = None
    after: Seconds | str | None = None
    before: Seconds | str | None = None
    per: Per | None = None
    rate: Rate | None = None
    time_of_day: DayTime | None = None
    balance: Amounts | None = None
    stop_listed: bool | None = None
    asked: Status | tuple[Status, ...] | None = None

    def __post_init__(self) -> None:
        for name in ("matches", "to_matches"):
            if getattr(self, name) is not None:
                try:
                    compiled(getattr(self, name))
                except BadPattern as error:
                    raise ValueError(f"{name}: not a regular expression: {error}") from None
        for name in ("after", "before"):
            value = getattr(self, name)
            if isinstance(value, str):
                _moment(value, name)
        if self.per is not None and not self.counts and self.probability is None:
            raise ValueError("per: goes with nth, first, every, rate or probability")

    @property
    def counts(self) -> bool:
        """Has it keys that count?"""
        return not (self.nth is None and self.first is None and self.every is None and self.rate is None)


Test = Callable[["CheckContext"], object]
OfText = Callable[[str], object]
OfPlace = Callable[["CheckContext", int], object]
"""Of one number of a call, by its place in the list."""
OfSpelling = Callable[["CheckContext", Iterable[str]], object]
"""Of one number of a call, as it may be written."""


def _moment(written: str, name: str) -> Timestamp:
    """Raises ValueError."""
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError(f"{name}: no time with its zone, such as 2026-11-21T12:00:00Z")
    return (at - _EPOCH) // timedelta(microseconds=1)


def _since(value: float | str, name: str) -> Callable[["CheckContext"], bool]:
    """Is it that moment, or later?"""
    if isinstance(value, str):
        fixed = _moment(value, name)
        return lambda case: case.at >= fixed
    gap = seconds(value)
    return lambda case: case.at >= case.state.began + gap


def _after(value: float | str) -> Test:
    return _since(value, "after")


def _before(value: float | str) -> Test:
    come = _since(value, "before")
    return lambda case: not come(case)


def _account(value: str) -> Test:
    fits = glob(value)
    return lambda case: case.command.credential is not None and fits(case.command.credential.name)


def _reference(value: str) -> Test:
    return lambda case: value in references_of(case.command)


def _balance(value: Amounts) -> Test:
    low = None if value.low is None else amount(value.low)
    high = None if value.high is None else amount(value.high)
    return lambda case: (
        case.known and (low is None or low <= case.owner.balance)
        and (high is None or case.owner.balance <= high)
    )  # fmt: skip


LOOKED_AT = 100_000
"""So many characters of a text are looked at by rules: no provider sends more."""


def _contains(value: str) -> OfText:
    return lambda text: text.find(value, 0, LOOKED_AT) >= 0


def _measured(holds: Callable[[Measure], bool]) -> OfPlace:
    def test(case: "CheckContext", place: int) -> bool:
        command = case.command
        return isinstance(command, Submit) and holds(command.measure_of(case.said(place).text))

    return test


def _parts(value: int | Between) -> OfPlace:
    within = Between(value, value) if isinstance(value, int) else value
    return _measured(lambda measured: measured.parts in within)


def _sender(value: str) -> OfPlace:
    fits = glob(value)
    return lambda case, place: any(map(fits, senders_of(case, place)))


def _stop_listed(value: bool) -> OfSpelling:
    def test(case: "CheckContext", spellings: Iterable[str]) -> bool:
        return (case.known and any(one in case.owner.stoplist for one in spellings)) == value

    return test


def _asked(value: Status | tuple[Status, ...]) -> OfPlace:
    wanted = (value,) if isinstance(value, str) else value
    return lambda case, place: asked_after(case, place) in wanted


KIND = ("provider", "protocol", "operation")
"""Keys that name the kind of call."""
OF_CALL: dict[str, Callable[[Any], Test]] = {
    "kind": lambda value: lambda case: isinstance(case.command, Submit) and case.command.kind == value,
    "account": _account,
    "reference": _reference,
    "after": _after,
    "before": _before,
    "time_of_day": lambda value: lambda case: case.at in value,
    "balance": _balance,
}
"""Keys that speak of the call as a whole: the value → its test."""
OF_NUMBER: dict[str, Callable[[Any], OfText]] = {"to": glob, "to_matches": lambda value: compiled(value).fits}
"""Keys that are held against each number."""
OF_TEXT: dict[str, Callable[[Any], OfText]] = {
    "contains": _contains,
    "matches": lambda value: compiled(value).fits,
}
"""Keys that are held against the text, or each number's own."""
OF_SAID: dict[str, Callable[[Any], OfPlace]] = {
    "encoding": lambda value: _measured(lambda measured: bool(measured.encoding == value)),
    "parts": _parts,
    "sender": _sender,
}
"""Keys that are held against what goes to all, or to each number its own."""
OF_LISTED: dict[str, Callable[[Any], OfSpelling]] = {"stop_listed": _stop_listed}
"""Keys that are held against what the account has of each number."""
OF_ASKED: dict[str, Callable[[Any], OfPlace]] = {"asked": _asked}
"""Keys that are held against the message that each number of a call is asked about for."""
OF_TURN = ("nth", "first", "every", "rate")
"""Keys that count; `per` and `probability` go with them."""


def speaks_of(when: When, provider: str, protocol: str, operation: str) -> bool:
    """Do the keys that name the kind of call hold?"""
    return (
        (when.provider is None or when.provider == provider)
        and (when.protocol is None or when.protocol == protocol)
        and (when.operation is None or when.operation == operation)
    )


def tests_of(when: When, table: dict[str, Callable[[Any], Any]]) -> tuple[Any, ...]:
    """The keys given that stand in a table, as tests."""
    return tuple(make(value) for name, make in table.items() if (value := getattr(when, name)) is not None)


# what a call has for them


def destinations_of(command: AnyCommand) -> tuple[str, ...]:
    """The numbers a rule's `to` is held against."""
    if isinstance(command, Submit):
        return command.destinations or ()
    if isinstance(command, Query):
        return (command.destination or "",)
    if isinstance(command, QueryMany | Delete):
        return tuple(number for number, _ in command.wanted or ())
    if isinstance(command, Cancel):
        return (command.destination,)
    return ()


def texts_of(command: AnyCommand) -> tuple[str, ...] | None:
    """The text of a send, or all of them where each number has its own; None where there is no text at all."""
    if not isinstance(command, Submit):
        return None
    return command.texts or (command.text or "",)


def references_of(command: AnyCommand) -> tuple[str, ...]:
    """What the client calls its message: its own reference, or the id that it gives."""
    if isinstance(command, Submit):
        return tuple(one for one in (command.reference, command.own_id) if one is not None)
    if isinstance(command, Query):
        return tuple(one for one in (command.reference, command.provider_id) if one is not None)
    if isinstance(command, QueryMany | Delete):
        return tuple(one for _, one in command.wanted or ())
    return ()


def senders_of(case: "CheckContext", place: int) -> tuple[str, ...]:
    """The sender as it was sent, and its name where the provider's clients send an id."""
    command = case.command
    if not isinstance(command, Submit):
        return ()
    sent = case.said(place).sender
    if not case.profile.sender_is_id or not case.known:
        return (sent,)
    return (sent, *(one.name for one in case.owner.senders.values() if str(one.id) == sent))


def spelt(case: "CheckContext", written: str) -> tuple[str, ...]:
    """A number as it was written, and as the provider writes it if that is another way."""
    normal = case.profile.normal_number(written, case.switches)
    return (written,) if normal is None or normal == written else (written, normal)


def asked_after(case: "CheckContext", place: int) -> Status | None:
    """The state of the message that a call is about, if there is one."""
    command, store = case.command, case.state.store
    found: list[int] = []
    if isinstance(command, QueryMany | Delete):
        number, name = (command.wanted or ())[place]
        one = store.newest_with(command.provider, name, spelt(case, number)[-1])
        found = [] if one is None else [one]
    elif isinstance(command, Query | Cancel | Replace):
        said = None if isinstance(command, Replace) else command.destination
        to = spelt(case, said)[-1] if said else None
        if command.provider_id:
            found = case.named(to)
        elif isinstance(command, Query) and command.reference:
            found = store.with_reference(command.provider, command.reference, to)
    return store.messages[found[-1] - 1].status if found else None


def unmet(when: When, case: "CheckContext") -> Iterator[str]:
    """The keys that do not hold for a call, but for those that count or throw dice: what came near, and why not."""
    command = case.command
    numbers, texts = destinations_of(command), texts_of(command)
    for name in KIND:
        if getattr(when, name) not in (None, getattr(command, name)):
            yield name
    for name, make_of_text in {**OF_NUMBER, **OF_TEXT}.items():
        value = getattr(when, name)
        if value is None:
            continue
        seen = texts if name in OF_TEXT else [one for number in numbers for one in spelt(case, number)]
        if not any(map(make_of_text(value), seen or ())):
            yield name
    for name, make_of_place in {**OF_SAID, **OF_ASKED}.items():
        value = getattr(when, name)
        if value is not None:
            test = make_of_place(value)
            if not any(test(case, place) for place in range(max(1, len(numbers)))):
                yield name
    for name, make_of_spelling in OF_LISTED.items():
        value = getattr(when, name)
        if value is not None:
            listed = make_of_spelling(value)
            if not any(listed(case, spelt(case, number)) for number in numbers or ("",)):
                yield name
    for name, make in OF_CALL.items():
        value = getattr(when, name)
        if value is not None and not make(value)(case):
            yield name
