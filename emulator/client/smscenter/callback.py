"""SMS Center's status callbacks, incoming messages and calls, read."""

import hashlib
from datetime import datetime

import msgspec

from emulator.client.reports import BadCallback, Fields, Report, first_of, same
from emulator.client.smscenter.results import moment, status_of


class Incoming(msgspec.Struct, frozen=True):
    """A subscriber's message: from `phone` to your number `to`."""

    phone: str
    to: str
    text: str


class SubscriberCall(msgspec.Struct, frozen=True):
    """The subscriber called from `phone`, as was awaited."""

    phone: str
    at: datetime | None = None


def parse_callback(form: Fields, *, secret: str | None) -> Report:
    """A report from the form of a callback (names in any letter case).

    `secret`: the account's; md5 of `id:phone:status:secret` is compared in constant time; None takes any. id, phone
    and status must be there, all else need not. A status that is new is `unknown`, `word` keeps it. Raises BadCallback:
    403 for a wrong md5, 400 for what is no report, as an incoming message is none (see parse_incoming).
    """
    found = first_of(form)
    id, phone, word = (found.get(name, "") for name in ("id", "phone", "status"))
    if secret is not None:
        _check(found.get("md5", ""), f"{id}:{phone}:{word}:{secret}", secret)
    if not id or not phone:
        raise BadCallback("id or phone is missing")
    if not word.strip():
        raise BadCallback("status is missing")
    status = status_of(word)
    error = found.get("err", "")
    return Report(
        provider="smscenter", id=id, number=phone, status=status, word=word, at=moment(found.get("ts")),
        error=int(error) if error.isascii() and error.isdigit() and len(error) < 6 else 0,
        operator=found.get("mccmnc", ""),
    )  # fmt: skip


def parse_incoming(form: Fields, *, secret: str | None) -> Incoming:
    """A subscriber's message from the form of a callback; md5 of `phone:mes:to:secret`. Raises BadCallback."""
    found = first_of(form)
    phone, text, to = (found.get(name, "") for name in ("phone", "mes", "to"))
    if secret is not None:
        _check(found.get("md5", ""), f"{phone}:{text}:{to}:{secret}", secret)
    if not phone or "mes" not in found:
        raise BadCallback("phone or mes is missing")
    return Incoming(phone, to, text)


def parse_awaited_call(form: Fields, *, secret: str | None) -> SubscriberCall:
    """A call that was awaited, from the form of a callback; md5 of `phone:ts:secret`. Raises BadCallback."""
    found = first_of(form)
    phone, ts = found.get("phone", ""), found.get("ts", "")
    if secret is not None:
        _check(found.get("md5", ""), f"{phone}:{ts}:{secret}", secret)
    if not phone or "waitcall" not in found:
        raise BadCallback("phone or waitcall is missing")
    return SubscriberCall(phone, moment(ts))


def _check(given: str, octets: str, secret: str) -> None:
    wanted = hashlib.md5(octets.encode(errors="replace"), usedforsecurity=False).hexdigest()
    if not secret or not same(given.lower(), wanted):
        raise BadCallback("the md5 is wrong", 403)
