"""SMS Center's status callbacks: a POST form to the account's handler, signed with md5 (facts, section 6)."""

import hashlib

from emulator.core.accounts import Account
from emulator.core.life import Report
from emulator.core.messages import Batch, Incoming, Message
from emulator.core.values import SECOND
from emulator.providers.contract import Judgement
from emulator.providers.smscenter.facts import two_digits
from emulator.providers.smscenter.moments import written
from emulator.providers.smscenter.numbers import place_of
from emulator.providers.smscenter.statuses import told
from emulator.wire import HttpReply, HttpRequest, write_query

_HEADERS = (("Content-Type", "application/x-www-form-urlencoded"),)


def signature(provider_id: str, phone: str, status: int, secret: str) -> str:
    """md5 of id:phone:status:secret, lower-case hex."""
    octets = f"{provider_id}:{phone}:{status}:{secret}".encode()
    return hashlib.md5(octets, usedforsecurity=False).hexdigest()


def report(account: Account, batch: Batch, message: Message, told_now: Report, url: str) -> HttpRequest | None:
    """The callback of one change, its fields in the order in which the facts list them. err is missing when nothing is
    wrong."""
    due = told_now.due
    said = told(due.status, due.error, due.reason)
    place = place_of(message.to)
    number = batch.provider_id or ""
    kind = str(int(batch.flash))
    fields = [
        ("id", number),
        ("phone", message.to),
        ("status", str(said.status)),
        ("time", written(due.changed_at)),
        ("ts", str(due.changed_at // SECOND)),
        *([("err", str(said.err))] if said.err else []),
        ("cnt", str(batch.parts)),
        ("type", kind),
        ("flag", kind),
        ("cost", two_digits(batch.cost)),
        ("sender", batch.sender),
        ("mccmnc", place.mccmnc),
        ("message", batch.text),
        ("country", place.country),
        ("operator", message.operator or place.operator),
        ("operator_orig", place.operator),
        ("region", place.region),
        ("md5", signature(number, message.to, said.status, account.credentials["callback_secret"])),
    ]
    return HttpRequest(method="POST", target=url, headers=_HEADERS, body=write_query(fields).encode())


def incoming(account: Account, came: Incoming, url: str) -> HttpRequest:
    """A subscriber's message: phone, mes, to, signed over these three."""
    signed = f"{came.source}:{came.text}:{came.to}:{account.credentials['callback_secret']}".encode()
    fields = [
        ("phone", came.source), ("mes", came.text), ("to", came.to), ("time", written(came.at)),
        ("ts", str(came.at // SECOND)), ("md5", hashlib.md5(signed, usedforsecurity=False).hexdigest()),
    ]  # fmt: skip
    return HttpRequest(method="POST", target=url, headers=_HEADERS, body=write_query(fields).encode())


def judge_answer(status: int, body: bytes) -> Judgement:
    """Any 2xx is taken: what the handler must answer is not documented, clients answer OK or nothing."""
    if 200 <= status < 300:
        return Judgement(True, f"HTTP {status}; any 2xx is taken")
    return Judgement(False, f"HTTP {status}; a 2xx is wanted")


SINK_ANSWER = HttpReply(headers=(("Content-Type", "text/plain; charset=utf-8"),), body=b"OK")
