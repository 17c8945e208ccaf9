"""SMS Center's callbacks: a POST to the account's handler, form, XML or JSON as the handler's URL asks, and signed."""

import hashlib
import zlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from emulator.core.accounts import Account
from emulator.core.messages import Batch, Incoming, Message
from emulator.core.state.scheduler import SendReport
from emulator.core.units import SECOND
from emulator.http.messages import Fields, HttpReply, HttpRequest, read_query, split_target, write_query
from emulator.providers.base import CallbackVerdict
from emulator.providers.smscenter import countries, reply_formats
from emulator.providers.smscenter.dates import written
from emulator.providers.smscenter.kinds import type_of, usual_error
from emulator.providers.smscenter.lookups import LOOKUPS, network, sender_of
from emulator.providers.smscenter.parameters import CHARSETS, DEFAULT_CHARSET, FORM
from emulator.providers.smscenter.phone_numbers import place_of
from emulator.providers.smscenter.profile import PROFILE
from emulator.providers.smscenter.reply_fields import two_digits
from emulator.providers.smscenter.statuses import told
from emulator.providers.smscenter.test_mode import error_of
from emulator.providers.xml import read

SIGNATURES: Mapping[str, Callable[[bytes], str]] = {
    "md5": lambda octets: hashlib.md5(octets, usedforsecurity=False).hexdigest(),
    "sha1": lambda octets: hashlib.sha1(octets, usedforsecurity=False).hexdigest(),
    "crc32": lambda octets: str(zlib.crc32(octets)),
}
"""Each over the same octets: `id:phone:status:secret`, `phone:mes:to:secret` of an incoming message,
`phone:ts:secret` of an awaited call."""

_KINDS = {"2": "text/xml", "3": "application/json"}
_NAME = "sms"
"""Of the XML form's root: no source has the real one."""


class CallbackForm(NamedTuple):
    """How the handler wants to be called, by the query of its URL: `fmt` 2 is XML, 3 JSON, anything else a form."""

    fmt: str
    charset: str

    def sent(self, text: str) -> str:
        """A text as it comes through: ? for a letter that the charset lacks, U+FFFD for one that no XML has."""
        plain = reply_formats.plain_xml(text) if self.fmt == "2" else text
        return plain if plain.isascii() else plain.encode(self.charset, "replace").decode(self.charset)


def form_of(url: str) -> CallbackForm:
    """`?charset=` utf-8, koi8-r or windows-1251, which is the default; koi8-r goes with a form alone."""
    asked = {name.lower(): value.lower() for name, value in read_query(split_target(url)[1])}
    fmt = asked.get("fmt", "")
    fmt = fmt if fmt in _KINDS else ""
    charset = CHARSETS.get(asked.get("charset", ""), DEFAULT_CHARSET)
    return CallbackForm(fmt, DEFAULT_CHARSET if fmt and charset == "koi8-r" else charset)


def report(account: Account, batch: Batch, message: Message, due: SendReport, url: str) -> HttpRequest | None:
    """The callback of one change, its fields in the order in which the facts list them. err is missing when nothing is
    wrong."""
    said = told(due.status, error_of(usual_error(batch.kind, due.status, due.error), batch.extra), due.reason)
    looked_up = batch.kind in LOOKUPS
    place = place_of(message.to)
    number = batch.provider_id or ""
    kind = str(type_of(batch.kind, batch.flash))
    fields = [
        ("id", number),
        ("phone", message.to),
        ("status", str(said.status)),
        ("time", written(due.changed_at, _zone(account))),
        ("ts", str(due.changed_at // SECOND)),
        *([("err", str(said.err))] if said.err or looked_up else []),
        ("cnt", str(batch.parts)),
        ("type", kind),
        ("flag", kind),
        ("cost", two_digits(batch.cost)),
        ("sender", sender_of(batch.kind, batch.sender)),
        ("mccmnc", place.mccmnc),
        ("message", batch.text),
        ("country", place.country),
        ("operator", message.operator or place.operator),
        ("operator_orig", place.operator),
        ("region", place.region),
        *(network(batch.kind, message.to, message.operator, due.status, said.err, batch.extra).items()
          if looked_up else ()),
    ]  # fmt: skip
    return _call(account, fields, (number, message.to, str(said.status)), url)


def incoming(account: Account, came: Incoming, url: str) -> HttpRequest:
    """A subscriber's message: phone, mes, to, signed over these three; or a call: waitcall, phone, ts, signed over the
    last two."""
    if came.way == "call":
        ts = str(came.at // SECOND)
        return _call(account, [("waitcall", "1"), ("phone", came.source), ("ts", ts)], (came.source, ts), url)
    fields = [
        ("phone", came.source), ("mes", came.text), ("to", came.to), ("time", written(came.at, _zone(account))),
        ("ts", str(came.at // SECOND)),
    ]  # fmt: skip
    return _call(account, fields, (came.source, came.text, came.to), url)


def _zone(account: Account) -> countries.Zone:
    return countries.zone(PROFILE.switch(account, "timezone"), "")


def _call(account: Account, fields: Fields, signed: tuple[str, ...], url: str) -> HttpRequest:
    """Signed, and written as the handler wants it."""
    return _written([*fields, *_signatures(account, signed, url)], url)


def _signatures(account: Account, signed: tuple[str, ...], url: str) -> Fields:
    """Over what the receiver reads."""
    form = form_of(url)
    said = ":".join((*(form.sent(one) for one in signed), account.credentials["callback_secret"]))
    octets = said.encode(form.charset, "replace")
    kinds = PROFILE.switch(account, "callback-signatures").split()
    return [(kind, SIGNATURES[kind](octets)) for kind in kinds if kind in SIGNATURES]


def signatures(account: Account, fields: Mapping[str, str], url: str) -> dict[str, str]:
    """Of a report with these fields."""
    return dict(_signatures(account, tuple(fields.get(name, "") for name in ("id", "phone", "status")), url))


def rewritten(request: HttpRequest, fields: Mapping[str, str]) -> HttpRequest:
    """A callback with other fields, in its format and charset."""
    return _written(list(fields.items()), request.target)


def _written(fields: Fields, url: str) -> HttpRequest:
    form = form_of(url)
    fmt, charset = form
    sent = {name: form.sent(text) for name, text in fields}
    if not fmt:
        body = write_query(list(sent.items()), charset).encode()
    elif fmt == "2":
        body = f'<?xml version="1.0" encoding="{charset}"?>\n{reply_formats.xml(_NAME, sent)}'.encode(charset)
    else:
        body = msgspec.json.encode(sent).decode().encode(charset)
    return HttpRequest(method="POST", target=url, headers=(("Content-Type", _KINDS.get(fmt, FORM)),), body=body)


def said_in(request: HttpRequest) -> dict[str, str]:
    """The fields of a callback, as it was written."""
    fmt, charset = form_of(request.target)
    if fmt == "2":
        return {child.name: child.text for child in read(request.body).children}
    text = request.body.decode(charset, "replace")
    return msgspec.json.decode(text, type=dict[str, str]) if fmt else dict(read_query(text, charset))


def judge_answer(status: int, body: bytes) -> CallbackVerdict:
    """Any 2xx is taken: what the handler must answer is not documented, clients answer OK or nothing."""
    if 200 <= status < 300:
        return CallbackVerdict(True, f"HTTP {status}; any 2xx is taken")
    return CallbackVerdict(False, f"HTTP {status}; a 2xx is wanted")


SINK_ANSWER = HttpReply(headers=(("Content-Type", "text/plain; charset=utf-8"),), body=b"OK")
