"""SMS Center's switches: where the facts are silent or differ, what may be chosen, and the limits by name."""

from collections.abc import Mapping
from typing import Any

from emulator.core.accounts import Account
from emulator.core.profile import Limit, Switch

SWITCHES = {
    "wsdl": Switch(
        "2025", ("2025", "2020"),
        "2025 has apikey and sms_cnt, as today's pages must have it; 2020 is the WSDL that was seen from 2017 to 2020",
        "smscenter.soap.wsdl-2025",
    ),
    "soap-address": Switch(
        "", "text",
        "namespace and address of the WSDL; empty: they follow the requested URL, as the four WSDLs seen did; stubs "
        "with a namespace compiled in need a fixed one", "smscenter.soap.namespace",
    ),
    "soap-err": Switch(
        "omit", ("omit", "send"),
        "err of a message with nothing wrong: left out, as in recorded JSON answers, or 0", "smscenter.status.err",
    ),
    "flag": Switch(
        "send", ("send", "omit"),
        "answers of 2023 have flag, those of 2016 had none", "smscenter.http-status.flag",
    ),
    "money-json": Switch(
        "short", ("short", "two-digits"),
        "money in JSON and SOAP answers of send: 3.8 as recorded, or 3.80 as the other formats show it",
        "smscenter.send.money",
    ),
    "timezone": Switch(
        "host", "zone",
        "the clock of dates, and of a time that comes without tz: by the host asked, Moscow's but for smsc.kz (UTC+5; "
        "UTC+6 until March 2024), or an offset of the account's own; callbacks, which know no host, then have Moscow's",
        "smscenter.dates.moscow",
    ),
    "currency": Switch(
        "host", ("host", "RUR", "KZT", "UAH"),
        "what cur=1 says: the account's currency, which goes with the host by default (.kz KZT, .ua UAH)",
        "smscenter.balance.currency",
    ),
    "status-members": Switch(
        "full", ("full", "2018"),
        "a whole answer of all=2 seen in 2018 lacks flag, comment, mccmnc, operator_orig and sms_cnt, and has country, "
        "operator and region behind message", "smscenter.http-status.all",
    ),
    "utf8-without-charset": Switch(
        "page", ("page", "guess"),
        "a text in UTF-8 without charset: the page says windows-1251, and so an unreadable text; at least six "
        "published clients send such ones without complaint, so that the service may guess",
        "smscenter.send.charset-missing",
    ),
    "flood": Switch(
        "until-pause", ("until-pause", "per-fifty"),
        "what ends a block of more than 50 messages to one number with gaps under 30 s: no source says. until-pause: "
        "blocked attempts belong to the run, only a pause of 30 s ends it; per-fifty: they do not, the pause is "
        "counted from the last that was taken", "smscenter.send.flood",
    ),
    "callback-signatures": Switch(
        "md5 sha1", ("md5 sha1", "md5", "sha1", "md5 sha1 crc32", "none"),
        "which signatures a callback carries: the page says any of several, and is cut there; receivers check md5 or "
        "sha1, some sha1 alone; crc32 was seen by name only", "smscenter.callback.signatures",
    ),
    "correct-numbers": Switch(
        "on", ("on", "off"),
        "whether a number without + is corrected (8 9xx to 7 9xx); the page says it may be", "smscenter.send.numbers",
    ),
    "repeated-number": Switch(
        "once", ("once", "twice"),
        "one number twice in phones: what happens is not documented", "smscenter.send.repeated-number",
    ),
    "long-text": Switch(
        "refuse", ("refuse", "accept"),
        "mes over 1000 characters: no code is documented; refuse answers 1", "smscenter.send.mes-max-1000",
    ),
    "malformed-sender": Switch(
        "refuse", ("refuse", "accept"),
        "a sender over 11 characters that is no 15 digits: refuse answers 6", "smscenter.send.sender",
    ),
    "test-mode": Switch(
        False, (False, True),
        "the account's test mode, virtual sending without payment: nothing is charged, messages carry err 200",
        "smscenter.send.test-mode",
    ),
    "wait-call-numbers": Switch(
        "74950000001 74950000002", "text", "the numbers that a subscriber shall dial, the first of them told as phone: "
        "the real ones are the provider's own", "smscenter.wait-call.answer",
    ),
    "wait-call-seconds": Switch(
        300, "number", "how long a call is awaited: clients give their users 2 to 5 minutes, the provider's own limit "
        "is unknown", "smscenter.wait-call.life",
    ),
    "report-sent": Switch(
        False, (False, True),
        "which statuses are called back is not documented; True adds status 0, handed to the operator: a step `sent`, "
        "which the ordinary life does not have",
        "smscenter.callback.which",
    ),
    "retry": Switch(
        [], "seconds", "whether a callback is repeated is not documented; a list of delays makes some",
        "smscenter.callback.retry",
    ),
}  # fmt: skip

DEFAULTS = {name: switch.default for name, switch in SWITCHES.items()}


def in_force(account: Account | None) -> Mapping[str, Any]:
    """The switches of this file as they stand for an account."""
    return DEFAULTS if account is None else {**DEFAULTS, **account.switches}


LIMITS = {
    "identical-operators": Limit(3, 60, "smscenter.operator.error-9"),
    "operators": Limit(100, 60, "smscenter.operator.error-9"),
    "identical-answers": Limit(3, 60, "smscenter.incoming.error-9"),
    "identical-sends": Limit(1, 60, "smscenter.send.error-9"),
    "identical-costs": Limit(5, 60, "smscenter.cost.error-9"),
    "status-of-one": Limit(5, 60, "smscenter.status.error-9"),
    "status-of-many": Limit(1, 60, "smscenter.http-status.error-9"),
    "balance": Limit(10, 60, "smscenter.balance.error-9"),
    "wrong-passwords": Limit(10, 60, "smscenter.access.blocked"),
    "to-one-number": Limit(50, 30, "smscenter.send.flood"),
    "at-once": Limit(14, 0, "smscenter.access.at-once"),
    "status-at-once": Limit(4, 0, "smscenter.access.at-once"),
}
"""How many are let pass. `to-one-number`: that many with gaps shorter than the window; `wrong-passwords`: with that
many the address is blocked, for as long as the window; the last two are under way at one moment, in real time."""
