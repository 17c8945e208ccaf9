"""SMS Center's status callbacks, incoming messages and calls, read."""

import hashlib
from collections.abc import Mapping
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

    `secret`: the account's; md5 or sha1 of `id:phone:status:secret`, whichever the account sends (both where both
    come), is compared in constant time; None takes any. id, phone and status must be there, all else need not. A status
    that is new is `unknown`, `word` keeps it. Raises BadCallback: 403 for a wrong signature or none, 400 for what is no
    report, as an incoming message is none (see parse_incoming).
    """
    found = first_of(form)
    id, phone, word = (found.get(name, "") for name in ("id", "phone", "status"))
    if secret is not None:
        _check(found, (id, phone, word), secret)
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


def parse_incoming(form: Fields, *, secret: str | None, charset: str = "utf-8") -> Incoming:
    """A subscriber's message from the form of a callback; signed over `phone:mes:to:secret`. Raises BadCallback.

    `charset`: in which the form came and was decoded, for the text is signed in it. SMS Center sends windows-1251
    unless the handler's URL says `?charset=utf-8`, which most frameworks need: they read forms as UTF-8.
    """
    found = first_of(form)
    phone, text, to = (found.get(name, "") for name in ("phone", "mes", "to"))
    if secret is not None:
        _check(found, (phone, text, to), secret, charset)
    if not phone or "mes" not in found:
        raise BadCallback("phone or mes is missing")
    return Incoming(phone, to, text)


def parse_awaited_call(form: Fields, *, secret: str | None) -> SubscriberCall:
    """A call that was awaited, from the form of a callback; signed over `phone:ts:secret`. Raises BadCallback."""
    found = first_of(form)
    phone, ts = found.get("phone", ""), found.get("ts", "")
    if secret is not None:
        _check(found, (phone, ts), secret)
    if not phone or "waitcall" not in found:
        raise BadCallback("phone or waitcall is missing")
    return SubscriberCall(phone, moment(ts))


_SIGNATURES = ("md5", "sha1")


def _check(found: Mapping[str, str], signed: tuple[str, ...], secret: str, charset: str = "utf-8") -> None:
    """Every signature that came must be right, and one must come."""
    octets = ":".join((*signed, secret)).encode(charset, "replace")
    given = {name: found[name].lower() for name in _SIGNATURES if found.get(name)}
    if not secret or not given:
        raise BadCallback("neither md5 nor sha1 is there", 403)
    for name, value in given.items():
        if not same(value, hashlib.new(name, octets, usedforsecurity=False).hexdigest()):
            raise BadCallback(f"the {name} is wrong", 403)
