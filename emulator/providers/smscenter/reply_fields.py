"""Outcomes as ordered members, before any format: what send, cost, status and balance tell, in the order recorded."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from emulator.core.outcomes import Accepted, CostTold, Entry
from emulator.core.units import SECOND, UNIT
from emulator.providers.smscenter.countries import Zone
from emulator.providers.smscenter.dates import written
from emulator.providers.smscenter.kinds import type_of, usual_error
from emulator.providers.smscenter.lookups import LOOKUPS, network, sender_of
from emulator.providers.smscenter.phone_numbers import place_of
from emulator.providers.smscenter.statuses import NOT_FOUND, told
from emulator.providers.smscenter.test_mode import error_of

Members = dict[str, Any]

_digits = re.compile(r"[0-9]{1,40}").fullmatch


@lru_cache(maxsize=1024)
def two_digits(value: int) -> str:
    """1.40; more digits only where there are some."""
    sign, whole, rest = "-" if value < 0 else "", *divmod(abs(value), UNIT)
    return f"{sign}{whole}.{f'{rest:04d}'.rstrip('0'):0<2}"


@lru_cache(maxsize=1024)
def short(value: int) -> str:
    """1.4, 100: as recorded in the JSON answers of send."""
    return two_digits(value).rstrip("0").rstrip(".")


own_id = re.compile(r"[A-Za-z0-9.\-_]{1,40}", re.ASCII).fullmatch
"""What a client's own id may consist of (facts, 3.1)."""


def number(text: str | None) -> int | str | None:
    """An id is told as a number where it is one (of digits without end it is none)."""
    return int(text) if text is not None and _digits(text) else text


def used(provider_id: str | None) -> int | str | None:
    """The id that a refusal uses up; one that is malformed fits into no answer and is left out."""
    return number(provider_id) if provider_id is not None and own_id(provider_id) else None


Money = Callable[[int], str]


def money(switches: Mapping[str, Any], fmt: str = "3") -> Money:
    """How an answer of send writes money: in JSON (and over SOAP) by the switch, else with two digits."""
    return short if fmt == "3" and switches["money-json"] == "short" else two_digits


def sent(outcome: Accepted, cost: str, switches: Mapping[str, Any], fmt: str = "3") -> Members:
    """id, cnt, and with cost=2 or 3 what it cost and what is left; of a call with a code, that."""
    members: Members = {"id": number(outcome.provider_id), "cnt": outcome.parts}
    if cost in ("2", "3"):
        as_said = money(switches, fmt)
        members["cost"] = as_said(outcome.cost)
        if cost == "3":
            members["balance"] = as_said(outcome.balance)
    if outcome.code:
        members["code"] = outcome.code
    return members


def priced(outcome: CostTold, money: Money) -> Members:
    return {"cost": money(outcome.cost), "cnt": outcome.parts}


def is_there(entry: Entry | None) -> bool:
    """A deleted message is not found any more."""
    return entry is not None and entry.status != "deleted"


def missing(phone: str, provider_id: str) -> Members:
    """What status.php says of a message that is not there: no dates (recorded 2021)."""
    return {"status": NOT_FOUND, "id": number(provider_id), "phone": phone}


def status(entry: Entry, everything: str, switches: Mapping[str, Any], zone: Zone, fmt: str = "3") -> Members:
    """The members of a status in the documented order; `everything` is the parameter all. err 0 is left out of JSON, as
    in recorded answers. `zone`: by which clock dates are written."""
    error = error_of(usual_error(entry.kind, entry.status, entry.error), entry.extra)
    said = told(entry.status, error, entry.reason)
    kind = type_of(entry.kind, entry.flash)
    looked_up = entry.kind in LOOKUPS
    old = switches["status-members"] == "2018"
    at = entry.changed_at
    members: Members = {"status": said.status, "last_date": written(at, zone), "last_timestamp": at // SECOND}
    if switches["flag"] == "send" and not old:
        members["flag"] = kind
    if said.err or fmt != "3" or looked_up:
        members["err"] = said.err
    if looked_up:
        members |= network(entry.kind, entry.to, entry.operator, entry.status, said.err, entry.extra)
    if everything not in ("1", "2"):
        return members
    place = place_of(entry.to)
    where: Members = {"country": place.country, "operator": entry.operator or place.operator, "region": place.region}
    members |= {
        "send_date": written(entry.created_at, zone), "send_timestamp": entry.created_at // SECOND, "phone": entry.to,
    }  # fmt: skip
    about: Members = {
        "cost": two_digits(entry.cost), "sender_id": sender_of(entry.kind, entry.sender or ""),
        "status_name": said.name, "message": entry.text,
    }  # fmt: skip
    if old:
        return members | about | (where if everything == "2" else {}) | {"type": kind}
    if everything == "2":
        members |= {
            "country": place.country, "operator": where["operator"], "operator_orig": place.operator,
            "region": place.region,
        }  # fmt: skip
    members |= {**about, "comment": ""}
    if everything == "2":
        members["mccmnc"] = place.mccmnc
    return members | {"type": kind, "sms_cnt": entry.parts}
