"""The checks a provider may make of a command. Its profile lists which, in which order; all are made before anything
is changed."""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec

from emulator.core.accounts import Account, Sender
from emulator.core.outcomes import Refused
from emulator.core.profile import LONGEST_WINDOW, Profile
from emulator.core.reasons import Reason
from emulator.core.rules.rule import NOTHING, Ruling
from emulator.core.state.named import named
from emulator.core.state.sandbox_state import SandboxState
from emulator.core.text import Measure, measure
from emulator.core.units import SECOND, Timestamp, plain


class Lost(NamedTuple):
    """A number that nothing is sent to: where it stands among the destinations, and why."""

    number: str
    place: int
    reason: Reason


class Said(msgspec.Struct, frozen=True):
    """What goes to one destination, where each may have its own."""

    text: str
    sender: str
    begins_at: Timestamp | None


class CheckContext(msgspec.Struct):
    """One command before the judge: what the checks look at, and what they find out on the way."""

    state: SandboxState
    profile: Profile
    owner: Account
    """The provider's account in this sandbox."""
    command: Any
    at: Timestamp
    switches: Mapping[str, Any]
    """Those in force: the account's choices, and the defaults where it made none, or nobody is known."""
    known: bool = True
    """Is it the owner who asks?"""
    ruling: Ruling = NOTHING
    good: list[str] = []
    """The numbers of the recipients; and"""
    places: list[int] = []
    """where each of them stands among the destinations."""
    lost: list[Lost] = []
    """Numbers that nothing is sent to; and"""
    again: list[int] = []
    """where those stand among the destinations that are the same once more."""
    measured: Measure | None = None
    measures: Sequence[Measure] = ()
    """Of the text of each good number, where each has its own, and"""
    costs: Sequence[int] = ()
    """what it costs."""
    parts: int = 0
    """How many parts go to all recipients together, and"""
    cost: int = 0
    """what the submit costs in all, as an amount: once it has been weighed."""
    code: str = ""
    """What a check made up for the client to ask its user for."""
    noticed: tuple[str, ...] = ()
    """Rows of the contract whose requirement a check saw violated, and let pass: they become lint findings."""
    marks: list[str] = []
    """Keys of events to be counted (core/state/rate_windows.py) if nothing is refused."""

    def said(self, place: int) -> Said:
        """What goes to the destination at that place."""
        command = self.command
        return Said(
            command.texts[place] if command.texts else command.text or "",
            (command.senders[place] if command.senders else command.sender) or "",
            command.begins[place] if command.begins else command.begins_at,
        )

    def named(self, to: str | None = None) -> list[int]:
        """Ids of the messages (to a number) that the command names by an id."""
        return named(self.state.store, self.command, to, self.switches.get("shared-id") == "newest")


LONGEST = LONGEST_WINDOW * SECOND
"""So long an event is remembered."""


Check = Callable[[CheckContext], Refused | None]


def well_formed(case: CheckContext) -> Refused | None:
    """The adapter could read the request, and found nothing forbidden in it."""
    fault = case.command.fault
    return Refused(reason=fault.reason, details=dict(fault.details)) if fault else None


def credential_given(case: CheckContext) -> Refused | None:
    return None if case.command.credential else Refused(reason=Reason.KEY_MISSING)


def api_on(case: CheckContext) -> Refused | None:
    return None if case.owner.api_access else Refused(reason=Reason.API_OFF)


def account_open(case: CheckContext) -> Refused | None:
    """The account is known, and its API is on."""
    return api_on(case) if case.known else Refused(reason=Reason.KEY_UNKNOWN)


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
    fields = [one.field for one in wanted]
    said = attrgetter(*fields, fields[0])  # of one alone it would be no tuple

    def check(case: CheckContext) -> Refused | None:
        command = case.command
        if all(said(command)):
            return None
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
    account = case.owner
    name = name or case.command.sender or ""
    sender = account.senders.get(name) or sender_of(account, name)
    if sender is None:
        return Refused(reason=Reason.SENDER_UNKNOWN, details={"sender": name, "senders": ", ".join(account.senders)})
    if sender.state != "active":
        return Refused(reason=Reason.SENDER_INACTIVE, details={"sender": name, "state": sender.state})
    return None


def weigh(case: CheckContext, price: int | None = None) -> None:
    """Measures the text, or each of the texts, and works out what that costs: at the account's price, or this one. By
    the provider's switch `charge` a part costs it, or a message, however many parts it has."""
    account, command = case.owner, case.command
    measured = case.measured = command.measured or measure(command.text or "")
    if price is None:
        kind = "part" if command.kind == "sms" else command.kind
        price = account.prices[kind] if kind in account.prices else case.profile.amounts[kind]
    by_message = case.switches.get("charge") == "messages"
    if command.texts:
        case.measures = measures = [measure(command.texts[place]) for place in case.places]
        case.costs = [price if by_message else price * one.parts for one in measures]
        case.parts, case.cost = sum(one.parts for one in measures), sum(case.costs)
    else:
        count, parts = len(case.good), measured.parts
        case.parts, case.cost = parts * count, price * (1 if by_message else parts) * count


def at_most(name: str, reason: Reason, key: Callable[[CheckContext], str | None]) -> Check:
    """No more than the limit of that name within its window, of each `key` (None: this one is not counted). What is
    refused, by this or by a later check, is not counted."""

    def check(case: CheckContext) -> Refused | None:
        account, profile = case.owner, case.profile
        if account.limits_off or (of := key(case)) is None:
            return None
        limit = profile.limits[name]
        count, window = account.limits.get(name, limit.count), limit.span
        mark = f"{name} {profile.provider} {of}"
        if case.state.windows.within(mark, case.at - window) >= count:
            return Refused(reason=reason, details={"count": count, "window": window // SECOND})
        case.marks.append(mark)
        return None

    return check


def at_once(name: str) -> Check:
    """No more than the limit of that name under way at one moment; the transport counted."""

    def check(case: CheckContext) -> Refused | None:
        account, in_flight = case.owner, case.command.in_flight
        if account.limits_off or in_flight <= (count := account.limits.get(name, case.profile.limits[name].count)):
            return None
        return Refused(reason=Reason.TOO_MANY_AT_ONCE, details={"in_flight": in_flight, "count": count})

    return check


def enough_credit(case: CheckContext) -> Refused | None:
    """The balance covers the parts of all recipients. Measures the text on the way."""
    weigh(case)
    cost, balance = case.cost, case.owner.balance
    if cost <= balance:
        return None
    return Refused(reason=Reason.NO_CREDIT, details={"cost": plain(cost), "balance": plain(balance)})
