"""The checks a provider may make of a command. Its profile lists which, in which order; all are made before anything
is changed."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from emulator.core.accounts import Account, Sender
from emulator.core.commands import Submit
from emulator.core.outcomes import Refused
from emulator.core.profile import LONGEST_WINDOW, Profile
from emulator.core.reasons import Reason
from emulator.core.rules.actions import Refuse
from emulator.core.rules.matching import NOTHING, Rule, Ruling
from emulator.core.state.named import named
from emulator.core.state.sandbox_state import SandboxState
from emulator.core.text import Measure, measure
from emulator.core.units import SECOND, Timestamp, plain


class Lost(NamedTuple):
    """A number that nothing is sent to: where it stands among the destinations, and why."""

    number: str
    place: int
    reason: Reason


class Said(NamedTuple):
    """What goes to one destination, where each may have its own."""

    text: str
    sender: str
    begins_at: Timestamp | None


class CheckContext(msgspec.Struct):
    """One command before the judge: what the checks look at, and what they find out on the way."""

    state: SandboxState
    profile: Profile
    account: Account | None
    command: Any
    at: Timestamp
    ruling: Ruling = NOTHING
    good: list[tuple[str, str]] = []
    """Recipients: the number, and how it was written; and"""
    places: list[int] = []
    """where each of them stands among the destinations, if each has a text of its own."""
    lost: list[Lost] = []
    """Numbers that nothing is sent to."""
    measured: Measure | None = None
    measures: list[Measure] = []
    """Of the text of each good number, where each has its own."""
    price: int = 0
    """Of one part, and"""
    by_message: bool = False
    """whether a message costs that, however many parts it has: the provider's switch `charge`."""
    parts: int = 0
    """How many parts go to all recipients together, and"""
    cost: int = 0
    """what the submit costs in all, as an amount: once it has been weighed."""
    code: str = ""
    """What a check made up for the client to ask its user for."""
    noticed: list[str] = []
    """Rows of the contract whose requirement a check saw violated, and let pass: they become lint findings."""
    marks: list[str] = []
    """Keys of events to be counted (core/state/rate_windows.py) if nothing is refused."""

    @property
    def owner(self) -> Account:
        """The account, once a check has made sure that there is one."""
        assert self.account is not None
        return self.account

    def said(self, place: int) -> Said:
        """What goes to the destination at that place."""
        command = self.command
        return Said(
            command.texts[place] if command.texts else command.text or "",
            (command.senders[place] if command.senders else command.sender) or "",
            command.begins[place] if command.begins else command.begins_at,
        )

    def rule_of(self, written: str, place: int) -> Rule | None:
        """The rule that decides of the destination at that place."""
        return self.ruling.of(written, self.said(place) if self.command.texts else None)

    def switch(self, name: str) -> Any:
        """The choice in force: the account's, or the default where nobody is known."""
        account = self.account
        return account.switches[name] if account and name in account.switches else self.profile.defaults[name]

    def named(self, to: str | None = None) -> list[int]:
        """Ids of the messages (to a number) that the command names by an id."""
        newest = "shared-id" in self.profile.defaults and self.switch("shared-id") == "newest"
        return named(self.state.store, self.command, to, newest)

    def cost_of(self, measured: Measure) -> int:
        """What one recipient of a text costs."""
        return self.price if self.by_message else self.price * measured.parts

    def count(self, keys: Iterable[str]) -> None:
        """Events happened that limits count."""
        self.state.windows.mark(keys, self.at, LONGEST_WINDOW * SECOND)

    def limit(self, name: str) -> tuple[int | None, int]:
        """How many are allowed (None: any number), within how long a window."""
        limit, account = self.profile.limits[name], self.account
        assert account is not None
        return (None if account.limits_off else account.limits.get(name, limit.count)), limit.span


Check = Callable[[CheckContext], Refused | None]


def well_formed(case: CheckContext) -> Refused | None:
    """The adapter could read the request, and found nothing forbidden in it."""
    fault = case.command.fault
    return Refused(reason=fault.reason, details=dict(fault.details)) if fault else None


def credential_given(case: CheckContext) -> Refused | None:
    return None if case.command.credential else Refused(reason=Reason.KEY_MISSING)


def account_known(case: CheckContext) -> Refused | None:
    return None if case.account else Refused(reason=Reason.KEY_UNKNOWN)


def api_on(case: CheckContext) -> Refused | None:
    account = case.account
    assert account is not None
    return None if account.api_access else Refused(reason=Reason.API_OFF)


def account_open(case: CheckContext) -> Refused | None:
    """The account is known, and its API is on."""
    account = case.account
    if account is None:
        return Refused(reason=Reason.KEY_UNKNOWN)
    return None if account.api_access else Refused(reason=Reason.API_OFF)


class Wanted(NamedTuple):
    """A parameter that has to be there; `filled`: and hold something."""

    field: str
    reason: Reason
    filled: bool


def given(field: str, reason: Reason) -> Wanted:
    """If only empty."""
    return Wanted(field, reason, False)


def filled(field: str, reason: Reason) -> Wanted:
    return Wanted(field, reason, True)


def there(*wanted: Wanted) -> Check:
    """Parameters are there, looked for in that order."""

    def check(case: CheckContext) -> Refused | None:
        command = case.command
        for field, reason, filled in wanted:
            value = getattr(command, field)
            if value is None or (filled and not value):
                return Refused(reason=reason)
        return None

    return check


def sender_of(account: Account, name: str) -> Sender | None:
    """The account's sender of that name, the letter case ignored."""
    exact = account.senders.get(name)
    if exact:
        return exact
    folded = name.casefold()
    return next((sender for sender in account.senders.values() if sender.name.casefold() == folded), None)


def sender_registered(case: CheckContext, name: str | None = None) -> Refused | None:
    """The sender, or the one named, is one of the account's names, and approved."""
    account = case.account
    assert account is not None
    name = name or case.command.sender or ""
    sender = account.senders.get(name) or sender_of(account, name)
    if sender is None:
        return Refused(reason=Reason.SENDER_UNKNOWN, details={"sender": name, "senders": ", ".join(account.senders)})
    if sender.state != "active":
        return Refused(reason=Reason.SENDER_INACTIVE, details={"sender": name, "state": sender.state})
    return None


def numbers(case: CheckContext) -> Refused | None:
    """Sorts the destinations into good, stop-listed and invalid ones, and refuses when no good one is left."""
    command: Submit = case.command
    account = case.account
    assert account is not None
    switches = case.profile.in_force(account) if account.switches else case.profile.defaults
    normal = case.profile.normal_number
    once = switches.get("repeated-number") == "once"
    bar = case.profile.bar(case) if case.profile.bar else None
    unruled = case.ruling is NOTHING
    wanted: str | None = None
    seen: set[object] = set()
    for place, written in enumerate(command.destinations or ()):
        verdict, accepting = None, False
        if not unruled:
            verdict, accepting, instead = _ruled(case, case.rule_of(written, place))
            wanted = wanted or instead
        if verdict == Reason.STOP_LISTED and command.ignore_stoplist:
            verdict = None
        number = None if verdict == Reason.DESTINATION_INVALID else normal(written, switches)
        if number is None:
            case.lost.append(Lost(written, place, Reason.DESTINATION_INVALID))
        elif not (command.ignore_stoplist or accepting) and (
            verdict == Reason.STOP_LISTED or number in account.stoplist
        ):
            case.lost.append(Lost(number, place, Reason.STOP_LISTED))
        elif verdict is not None or (
            not accepting and (verdict := bar(number, place) if bar else None) is not None
        ):
            case.lost.append(Lost(number, place, verdict))
        elif not once or (same := (number, case.said(place)) if command.texts else number) not in seen:
            if once:
                seen.add(same)
            if command.texts:
                case.places.append(place)
            case.good.append((number, written))
    if case.good:
        return None
    found = {
        "invalid": _some(lost_for(case, Reason.DESTINATION_INVALID)),
        "stop_listed": _some(lost_for(case, Reason.STOP_LISTED)), "barred": _some(n for n, _ in barred(case)),
    }  # fmt: skip
    if wanted is not None:
        found["wanted"] = wanted
    return Refused(reason=_none_left(case), details=found)


def lost_for(case: CheckContext, reason: Reason) -> tuple[str, ...]:
    """The numbers that nothing is sent to for a reason."""
    return tuple(one.number for one in case.lost if one.reason == reason)


def barred(case: CheckContext) -> tuple[tuple[str, Reason], ...]:
    """Those that nothing is sent to for other reasons than their form and the stop list, each with its own."""
    usual = (Reason.DESTINATION_INVALID, Reason.STOP_LISTED)
    return tuple((one.number, one.reason) for one in case.lost if one.reason not in usual)


PASSED_OVER = (
    Reason.NO_CREDIT, Reason.STOP_LISTED, Reason.UNROUTABLE, Reason.FLOOD, Reason.DUPLICATE, Reason.TOO_MANY_REQUESTS,
    Reason.TOO_MANY_AT_ONCE,
)  # fmt: skip
"""Reasons that do not count where a rule says `accept`: money, the stop list, limits."""


_GENERAL = (Reason.INTERNAL, Reason.TEMPORARY)
"""What a provider says that has no code for a reason: the first of these that it has one for."""


def reason_of(case: CheckContext, refuse: Refuse) -> Reason:
    """A rule's reason, or the one that the provider's own code stands for, over this protocol or another; one that the
    provider can say in this operation."""
    command, profile = case.command, case.profile
    table = profile.table(command.operation, command.protocol)
    reason = refuse.reason
    if refuse.code is not None:
        rows = (one.of_code(refuse.code) for one in (table, *profile.tables(command.operation)) if one is not None)
        reason = next((row.reason for row in rows if row is not None), Reason.INTERNAL)
    assert reason is not None
    if table is None or table.of_reason(reason) is not None:
        return reason
    return next((one for one in _GENERAL if table.of_reason(one) is not None), reason)


def _ruled(case: CheckContext, rule: Rule | None) -> tuple[Reason | None, bool, str | None]:
    """What a rule says of one number: a reason against it; that it is accepted; the reason for which another stands."""
    if rule is None:
        return None, False, None
    then = rule.spec.then
    if then.refuse is not None:
        reason = reason_of(case, then.refuse)
        return reason, False, None if then.refuse.reason in (None, reason) else str(then.refuse.reason)
    return (Reason.TEMPORARY if then.takes_away(case.command) else None), then.accept, None


def _none_left(case: CheckContext) -> Reason:
    why = {one.reason for one in case.lost}
    if {Reason.DESTINATION_INVALID, Reason.STOP_LISTED} <= why:
        return Reason.STOP_LISTED_OR_INVALID
    others = barred(case)
    if others:
        return others[0][1]
    return Reason.STOP_LISTED if Reason.STOP_LISTED in why else Reason.DESTINATION_INVALID


def _some(found: Iterable[str]) -> str:
    listed = list(found)
    shown = ", ".join(listed[:5])
    return f"{shown} and {len(listed) - 5} more" if len(listed) > 5 else shown


def weigh(case: CheckContext) -> None:
    """Measures the text, or each of the texts, and works out what that costs."""
    profile, account = case.profile, case.account
    assert account is not None
    command = case.command
    measured = case.measured = command.measured or measure(command.text or "")
    kind = "part" if command.kind == "sms" else command.kind
    price = account.prices.get(kind)
    case.price = profile.amounts[kind] if price is None else price
    case.by_message = (account.switches.get("charge") or profile.defaults.get("charge")) == "messages"
    if case.places:
        case.measures = [measure(case.command.texts[place]) for place in case.places]
        case.parts = sum(one.parts for one in case.measures)
        case.cost = sum(map(case.cost_of, case.measures))
    else:
        count = len(case.good)
        case.parts = measured.parts * count
        case.cost = case.price * (1 if case.by_message else measured.parts) * count


def at_most(name: str, reason: Reason, key: Callable[[CheckContext], str]) -> Check:
    """No more than the limit of that name within its window. What is refused, by this or by a later check, is not
    counted."""

    def check(case: CheckContext) -> Refused | None:
        count, window = case.limit(name)
        if count is None:
            return None
        mark = f"{name} {case.profile.provider} {key(case)}"
        if case.state.windows.within(mark, case.at - window) >= count:
            return Refused(reason=reason, details={"count": count, "window": window // SECOND})
        case.marks.append(mark)
        return None

    return check


def at_once(name: str) -> Check:
    """No more than the limit of that name under way at one moment; the transport counted."""

    def check(case: CheckContext) -> Refused | None:
        count, _ = case.limit(name)
        if count is None or case.command.in_flight <= count:
            return None
        return Refused(reason=Reason.TOO_MANY_AT_ONCE, details={"in_flight": case.command.in_flight, "count": count})

    return check


def enough_credit(case: CheckContext) -> Refused | None:
    """The balance covers the parts of all recipients. Measures the text on the way."""
    weigh(case)
    account = case.account
    assert account is not None
    cost, balance = case.cost, account.balance
    if cost <= balance:
        return None
    return Refused(reason=Reason.NO_CREDIT, details={"cost": plain(cost), "balance": plain(balance)})


def checked(case: CheckContext, checks: Iterable[Check]) -> Refused | None:
    """The first refusal, if any."""
    for check in checks:
        refused = check(case)
        if refused is not None and not spared(case, refused.reason):
            return refused
    return None


def spared(case: CheckContext, reason: Reason) -> bool:
    """Does a rule accept what money, stop list or limits are against? Those of a list of whom none says so are barred;
    before the numbers were looked at, one that is accepted lets all of them in."""
    if reason not in PASSED_OVER or not any(rule and rule.spec.then.accept for rule in case.ruling.each()):
        return False
    if case.ruling.recipients is None or not case.good:
        return True
    kept: list[int] = []
    for index, (number, written) in enumerate(case.good):
        place = case.places[index] if case.places else (case.command.destinations or ()).index(written)
        rule = case.rule_of(written, place)
        if rule is not None and rule.spec.then.accept:
            kept.append(index)
        else:
            case.lost.append(Lost(number, place, reason))
    case.good = [case.good[index] for index in kept]
    case.places = [case.places[index] for index in kept] if case.places else case.places
    if case.good and case.measured is not None:
        weigh(case)
    return bool(case.good)
