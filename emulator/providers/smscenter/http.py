"""SMS Center over HTTP: send.php, status.php, balance.php, /rest/send/."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from emulator.core.accounts import Account
from emulator.core.commands import AnyCommand, BalanceQuery, Delete, Query, QueryMany, Submit
from emulator.core.outcomes import (
    Accepted,
    AnyOutcome,
    BalanceTold,
    CostTold,
    Deleted,
    Entry,
    Found,
    FoundMany,
    Refused,
)  # fmt: skip
from emulator.core.reasons import Reason
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.base import Route
from emulator.providers.smscenter import countries, reply_fields, reply_formats, requests
from emulator.providers.smscenter.errors import ERRORS, SOMETHING
from emulator.providers.smscenter.parameters import DEFAULT_CHARSET, read
from emulator.providers.smscenter.phone_numbers import as_digits, normal_number, place_of
from emulator.providers.smscenter.profile import PROFILE
from emulator.providers.smscenter.reply_fields import Members
from emulator.providers.smscenter.statuses import NOT_FOUND, ReportedState, told

Switches = Mapping[str, Any]


def read_send(request: HttpRequest, _: Mapping[str, str]) -> AnyCommand:
    """send.php; with cost=1 the price alone."""
    parameters = read(request)
    style = requests.style(parameters)
    return requests.submit(request, parameters, "http", style, parameters.values.get("cost") == "1")


def read_rest_send(request: HttpRequest, _: Mapping[str, str]) -> AnyCommand:
    """/rest/send/: a JSON object or a form; the answer is JSON whatever fmt says."""
    parameters = read(request, json=True)
    style = {**requests.style(parameters), "fmt": "3"}
    return requests.submit(request, parameters, "http", style, parameters.values.get("cost") == "1")


def read_status(request: HttpRequest, _: Mapping[str, str]) -> AnyCommand:
    """status.php: one message, several, or del=1."""
    parameters = read(request)
    delete = parameters.get("del") == "1"
    many = delete or requests.is_list(parameters)
    command = requests.query_many(parameters, delete) if many else requests.query(parameters, "http")
    return requests.common(command, request, parameters, requests.at_host(requests.style(parameters), request))


def read_balance(request: HttpRequest, _: Mapping[str, str]) -> AnyCommand:
    parameters = read(request)
    style = requests.at_host(requests.style(parameters), request)
    return requests.common(BalanceQuery(provider="smscenter"), request, parameters, style)


def write(command: AnyCommand, outcome: AnyOutcome, account: Account | None) -> HttpReply:
    """HTTP 200 always. Content-Type of send and balance names windows-1251 whatever was asked (recorded)."""
    style = command.style
    fmt = style.get("fmt", "0")
    charset = style.get("charset", DEFAULT_CHARSET)
    text = _TEXTS[type(outcome)](command, outcome, fmt, account, PROFILE.in_force(account))
    said = charset if command.operation == "status" else DEFAULT_CHARSET
    return reply_formats.reply(text, fmt, charset, said)


def _sent(command: AnyCommand, outcome: Accepted, fmt: str, account: Account | None, switches: Switches) -> str:
    style = command.style
    told = reply_fields.sent(outcome, style.get("cost", "0"), switches, fmt)
    if "err" in style or "op" in style:
        told |= _lists(command, outcome, account, reply_fields.money(switches, fmt))
    return reply_formats.sent(fmt, told)


def _priced(command: AnyCommand, outcome: CostTold, fmt: str, account: Account | None, switches: Switches) -> str:
    money = reply_fields.money(switches, fmt)
    told = reply_fields.priced(outcome, money) | _lists(command, outcome, account, money)
    return reply_formats.priced(fmt, told)


def _balance(command: AnyCommand, outcome: BalanceTold, fmt: str, _: Account | None, switches: Switches) -> str:
    members = {"balance": reply_fields.two_digits(outcome.balance)}
    if command.style.get("cur") == "1":
        of_host = countries.CURRENCIES[command.style.get("country", "")]
        members["currency"] = of_host if switches["currency"] == "host" else switches["currency"]
    return reply_formats.balance(fmt, members)


def _deleted(*_: object) -> str:
    return "OK"


def _found(command: AnyCommand, outcome: Found, fmt: str, _: Account | None, switches: Switches) -> str:
    entry = outcome.entries[0]
    if not reply_fields.is_there(entry):
        return _not_found(command, fmt)
    return reply_formats.status(fmt, _status(command, entry, switches, fmt))


def _status(command: AnyCommand, entry: Entry, switches: Switches, fmt: str) -> Members:
    zone = countries.zone(switches["timezone"], command.style.get("country", ""))
    return reply_fields.status(entry, command.style.get("all", "0"), switches, zone, fmt)


def _refused(command: AnyCommand, outcome: Refused, fmt: str, *_: object) -> str:
    asks = isinstance(command, Query | QueryMany | Delete)
    if asks and outcome.reason == Reason.MESSAGE_UNKNOWN and outcome.code in (None, NOT_FOUND):
        return _not_found(command, fmt)
    table = ERRORS[command.operation]
    row = table.of_reason(outcome.reason) if outcome.code is None else table.of_code(outcome.code)
    code, text = (row.code, row.text) if row else (outcome.code or SOMETHING, outcome.reason.value)
    return reply_formats.refused(fmt, code, text, reply_fields.used(outcome.provider_id))


def _not_found(command: AnyCommand, fmt: str) -> str:
    """A message that is not there is no error over HTTP: its status is -3."""
    if isinstance(command, QueryMany | Delete):
        members = [reply_fields.missing(phone, own) for phone, own in command.wanted or ()]
        return reply_formats.statuses(fmt, members)
    assert isinstance(command, Query)
    found = reply_fields.missing(command.destination or "", command.provider_id or "")
    return reply_formats.status(fmt, {"status": found["status"]} if fmt == "2" else found)


def _many(command: AnyCommand, outcome: FoundMany, fmt: str, _: Account | None, switches: Switches) -> str:
    assert isinstance(command, QueryMany)
    several: list[Members] = []
    for (phone, own), entry in zip(command.wanted or (), outcome.entries, strict=True):
        if entry is None or not reply_fields.is_there(entry):
            several.append(reply_fields.missing(phone, own))
            continue
        several.append({**_status(command, entry, switches, fmt), "id": reply_fields.number(own), "phone": phone})
    return reply_formats.statuses(fmt, several)


_TEXTS: Mapping[type[AnyOutcome], Callable[..., str]] = {
    Accepted: _sent, CostTold: _priced, BalanceTold: _balance, Deleted: _deleted, Found: _found, FoundMany: _many,
    Refused: _refused,
}  # fmt: skip
"""What SMS Center answers."""


def _lists(
    command: AnyCommand, outcome: Accepted | CostTold, account: Account | None, money: reply_fields.Money
) -> Members:  # fmt: skip
    """err=1: the bad numbers with their statuses; op=1: every number."""
    assert isinstance(command, Submit)
    members: Members = {}
    if "err" in command.style and (bad := errors(outcome)):
        members["errors"] = bad
    if "op" in command.style:
        members["phones"] = list(_phones(command, outcome, account, money))
    return members


def errors(outcome: Accepted | CostTold) -> list[Members]:
    """Numbers of a list that got nothing, each once, with their statuses."""
    found = {number: status for number, (status, _) in _bad(outcome)}
    return [{"phone": number, "status": status} for number, status in found.items()]


def _bad(outcome: Accepted | CostTold) -> list[tuple[str, ReportedState]]:
    """What got nothing, in the order of `outcome.places`."""
    table = ERRORS["send"]
    groups = [
        *((number, Reason.DESTINATION_INVALID) for number in outcome.invalid),
        *((number, Reason.STOP_LISTED) for number in outcome.stop_listed), *outcome.barred,
    ]  # fmt: skip
    rows = ((number, reason, table.of_reason(reason)) for number, reason in groups)
    return [(number, told(row.status, row.error, reason.value)) for number, reason, row in rows if row]


def _phones(
    command: Submit, outcome: Accepted | CostTold, account: Account | None, money: reply_fields.Money
) -> Iterator[Members]:  # fmt: skip
    """An entry for each number, in the order of the question and as it was written there, as digits; their costs add up
    to the whole."""
    switches = PROFILE.in_force(account)
    price = 0 if account is None else PROFILE.price(account, "part" if command.kind == "sms" else command.kind)
    bad = {place: state for place, (_, state) in zip(outcome.places, _bad(outcome), strict=True)}
    again, free = set(outcome.again), bool(switches["test-mode"])
    whole = command.measure_of(command.text or "").parts * price
    for place, written in enumerate(command.destinations or ()):
        if place in again:
            continue
        if command.texts:
            whole = command.measure_of(command.texts[place]).parts * price
        wrong = bad.get(place)
        cost = 0 if wrong else whole
        number = normal_number(written, switches) or written
        members: Members = {"phone": as_digits(written), "mccmnc": place_of(number).mccmnc}
        if not free:
            members["cost"] = money(cost)
        if wrong is not None:
            members["status"], members["error"] = map(str, wrong)
        yield members


_BOTH = ("GET", "POST")

ROUTES = (
    Route(_BOTH, "/sys/send.php", "send", read_send, write),
    Route(_BOTH, "/sys/status.php", "status", read_status, write),
    Route(_BOTH, "/sys/balance.php", "balance", read_balance, write),
    Route(_BOTH, "/rest/send", "send", read_rest_send, write),
)
