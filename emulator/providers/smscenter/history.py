"""get.php (facts, 5.2 and 5.3): what was sent (get_messages), what subscribers sent (get_answers)."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from emulator.core.accounts import Account
from emulator.core.commands import AnyCommand, Fault, ListIncoming, ListMessages
from emulator.core.engine.checks import CheckContext
from emulator.core.messages import Incoming
from emulator.core.outcomes import AnyOutcome, Entry, Found, IncomingTold, Refused
from emulator.core.reasons import Reason
from emulator.core.units import HOUR, SECOND, Timestamp
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.base import Route
from emulator.providers.smscenter import countries, left_out, reply_fields, reply_formats, requests
from emulator.providers.smscenter.dates import written
from emulator.providers.smscenter.kinds import FORMATS, type_of
from emulator.providers.smscenter.lists import numbers_of
from emulator.providers.smscenter.parameters import Parameters, read
from emulator.providers.smscenter.reply_fields import Members
from emulator.providers.smscenter.switches import in_force

_LONGEST = 184
"""Days: half a year back at most, and no half of a calendar's year has more."""
_MOST = 1000
_MOST_INCOMING = 10_000
_MOST_HOURS = 168
_OTHERS = {
    "get_stat": "statistics", "get_price": "prices", "get_mega_accounts": "accounts", "get_senders": "senders' names",
}  # fmt: skip
"""What else get.php is asked for; what it answers is not known."""

_date = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})", re.ASCII).fullmatch


def read_get(request: HttpRequest, _: Mapping[str, str]) -> AnyCommand:
    """By the parameter that is on."""
    parameters = read(request)
    style = requests.at_host(requests.style(parameters), request)
    if parameters.on("get_messages"):
        return requests.common(_messages(parameters), request, parameters, style)
    if parameters.on("get_answers"):
        return requests.common(_answers(parameters), request, parameters, style)
    asked = next((f"{word} ({what})" for word, what in _OTHERS.items() if parameters.on(word)), "neither of them")
    problem = f"get.php serves get_messages and get_answers here; this asks for {asked}"
    return left_out.not_served(problem, request, parameters, style)


def _messages(parameters: Parameters) -> ListMessages:
    limit, before = _number(parameters, "cnt", _MOST), _number(parameters, "prev_id", 2**53)
    wrong = [name for name, value in (("cnt", limit), ("prev_id", before)) if value == _WRONG]
    kind = parameters.get("format")
    dates = {name: parameters.get(name) for name in ("start", "end") if parameters.get(name)}
    wrong += [name for name, date in dates.items() if not _date(date)]
    kinds = ("e-mail",) if parameters.get("email") else (FORMATS.get(kind, "unknown"),) if kind else ()
    return ListMessages(
        provider="smscenter", fault=_fault(wrong), destinations=numbers_of(parameters.get("phone")), kinds=kinds,
        flash={"0": False, "1": True}.get(kind), before=before or None, limit=limit or _MOST, extra=dates,
    )  # fmt: skip


def _answers(parameters: Parameters) -> ListIncoming:
    limit, hours = _number(parameters, "cnt", _MOST_INCOMING), _number(parameters, "hour", _MOST_HOURS)
    after = _number(parameters, "after_id", 2**53)
    wrong = [name for name, value in (("cnt", limit), ("hour", hours), ("after_id", after)) if value == _WRONG]
    return ListIncoming(
        provider="smscenter", fault=_fault(wrong), after=after, to=parameters.get("to_phone").lstrip("+ "),
        limit=limit or _MOST_INCOMING, within=(hours or _MOST_HOURS) * 3600.0,
    )  # fmt: skip


_FORMAT_OF = {kind: int(number) for number, kind in reversed(FORMATS.items())}
_WRONG = -1


def _number(parameters: Parameters, name: str, most: int) -> int:
    """0 where it is not given."""
    said = parameters.get(name)
    if not said:
        return 0
    return int(said) if said.isascii() and said.isdigit() and len(said) < 17 and int(said) <= most else _WRONG


def _fault(wrong: list[str]) -> Fault | None:
    problem = f"{', '.join(wrong)}: not what the page allows"
    return Fault(Reason.PARAMETER_INVALID, {"problem": problem}) if wrong else None


def dates(case: CheckContext) -> Refused | None:
    """`start` and `end` become moments, by the account's clock; end is the last day, start at most half a year ago."""
    extra, zone = case.command.extra, countries.zone(case.switches["timezone"], case.command.style.get("country", ""))
    try:
        since = _midnight(extra["start"], zone) if "start" in extra else None
        until = _midnight(extra["end"], zone, 1) if "end" in extra else None
    except (ValueError, OverflowError):
        return Refused(reason=Reason.PARAMETER_INVALID, details={"problem": f"no such day: {extra}"})
    if since is not None and since + (_LONGEST + 1) * 24 * HOUR <= case.at:
        problem = f"start={extra['start']} is more than half a year ago"
        return Refused(reason=Reason.PARAMETER_INVALID, details={"problem": problem})
    case.command = msgspec.structs.replace(case.command, since=since, until=until, extra={})
    return None


def _midnight(date: str, zone: countries.Zone, later: int = 0) -> Timestamp:
    found = _date(date)
    assert found is not None
    day, month, year = map(int, found.groups())
    at = datetime(year, month, day, tzinfo=UTC) + timedelta(days=later)
    moment = round(at.timestamp()) * SECOND
    return moment - round(zone(moment) * HOUR)


def write(command: AnyCommand, outcome: AnyOutcome, account: Account | None) -> HttpReply:
    switches = {**in_force(account), "status-members": "full"}
    zone = countries.zone(switches["timezone"], command.style.get("country", ""))
    match outcome:
        case Found():
            members = [_sent(entry, switches, zone) for entry in outcome.entries if reply_fields.is_there(entry)]
            return reply_formats.listed(command, members, "sms")
        case IncomingTold():
            return reply_formats.listed(command, list(_came(outcome.messages, zone)), "answer")
    return left_out.write(command, outcome, account)


def _sent(entry: Entry, switches: Mapping[str, Any], zone: countries.Zone) -> Members:
    """In the page's order, as far as it could be read; then what clients read besides."""
    all_there = reply_fields.status(entry, "2", switches, zone, "0")
    names = (
        "status", "last_date", "last_timestamp", "err", "send_date", "send_timestamp", "phone", "cost", "sender_id",
        "status_name", "message",
    )  # fmt: skip
    return {
        **{name: all_there[name] for name in names}, "id": reply_fields.number(entry.provider_id),
        "int_id": entry.message, "sms_cnt": entry.parts,
        "format": _FORMAT_OF[entry.kind] or type_of(entry.kind, entry.flash),
        "mccmnc": all_there.get("mccmnc", ""), "operator": all_there["operator"],
    }  # fmt: skip


def _came(messages: tuple[Incoming, ...], zone: countries.Zone) -> Iterator[Members]:
    for one in messages:
        at = written(one.at, zone)
        yield {
            "id": one.id, "received": at, "phone": one.source, "message": one.text, "to_phone": one.to, "sent": at
        }  # fmt: skip


ROUTES = (Route(("GET", "POST"), "/sys/get.php", "history", read_get, write),)
