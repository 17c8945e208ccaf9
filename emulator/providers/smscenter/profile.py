"""SMS Center as data: the order of its checks, its limits, its words for our states."""

import re
from collections.abc import Mapping
from hashlib import blake2b

import msgspec

from emulator.core.commands import Price
from emulator.core.engine import checks, recipients
from emulator.core.engine.checks import CheckContext, sender_registered
from emulator.core.outcomes import Refused
from emulator.core.profile import Profile
from emulator.core.reasons import Reason
from emulator.core.units import HOUR, Timestamp
from emulator.providers.smscenter import (
    access,
    countries,
    dates,
    history,
    operators,
    reply_fields,
    requests,
    test_mode,
    wait_call,
)
from emulator.providers.smscenter.errors import ERRORS
from emulator.providers.smscenter.kinds import KINDS, make
from emulator.providers.smscenter.phone_numbers import normal_number
from emulator.providers.smscenter.smpp import checks as smpp_checks
from emulator.providers.smscenter.smpp import errors
from emulator.providers.smscenter.smpp.receipts import asks_for
from emulator.providers.smscenter.smpp.segments import OCTETS
from emulator.providers.smscenter.statuses import STATUSES
from emulator.providers.smscenter.switches import LIMITS, SWITCHES

MOST_CHARACTERS = 1000
_TO_ONE = LIMITS["to-one-number"]
_digits_name = re.compile(r"\+?[0-9]{1,15}", re.ASCII).fullmatch


def own_id(case: CheckContext) -> Refused | None:
    """The client's id: 1 to 2147483647, or up to 40 characters of Latin letters, digits and .-_ (facts, 3.1)."""
    own = case.command.own_id
    if own is None or (reply_fields.own_id(own) and not (own.isdigit() and not 1 <= int(own) <= 2_147_483_647)):
        return None
    return Refused(reason=Reason.PARAMETER_INVALID, details={"problem": f"id `{own}` is none of the allowed ones"})


def text(case: CheckContext) -> Refused | None:
    """mes is there and holds something, where what is asked for has a text; each text is at most 1000 characters."""
    command = case.command
    if not command.text and (command.kind == "sms" or KINDS[command.kind].text):
        return Refused(reason=Reason.TEXT_MISSING if command.text is None else Reason.TEXT_EMPTY)
    length = max(map(len, command.texts)) if command.texts else len(command.text or "")
    if length <= MOST_CHARACTERS or case.switches["long-text"] == "accept":
        return None
    return Refused(reason=Reason.TEXT_TOO_LONG, details={"length": length, "most": MOST_CHARACTERS})


def as_meant(case: CheckContext) -> None:
    """A text that names no charset and is UTF-8: read as windows-1251, or guessed. The command itself says so from here
    on: the answer is about it."""
    guess = case.command.extra.pop(requests.GUESS, None)
    if guess is not None and case.switches["utf8-without-charset"] == "guess":
        for name, value in msgspec.structs.asdict(msgspec.json.decode(guess, type=_Guess)).items():
            if value:
                setattr(case.command, name, value)


class _Guess(msgspec.Struct):
    text: str | None = None
    texts: tuple[str, ...] = ()
    sender: str = ""
    senders: tuple[str, ...] = ()


def sender(case: CheckContext) -> Refused | None:
    """At most 11 characters, or 15 digits; and if the account has a list of senders, one of them."""
    command = case.command
    return None if command.senders else _sender(case, command.sender or "")


def _sender(case: CheckContext, name: str) -> Refused | None:
    if not name:
        return None
    if len(name) > 11 and not _digits_name(name) and case.switches["malformed-sender"] == "refuse":
        return Refused(reason=Reason.SENDER_MALFORMED, details={"sender": name})
    return sender_registered(case, name) if case.owner.senders else None


def schedule(case: CheckContext) -> Refused | None:
    """time, tz and valid, as the adapter left them, become moments of the sandbox's clock; and where an item of a list
    has a zone of its own, of each number."""
    extra = case.command.extra
    if not extra:
        return None
    time, zone = extra.get("time", ""), countries.zone(case.switches["timezone"], extra.get("country", ""))
    ahead = extra.get("tz") or str(countries.moscow_time(zone, case.at) / HOUR)

    def begins(hours: str) -> Timestamp:
        return dates.begins(time, case.at, dates.hours(hours or ahead))

    try:
        at = begins("")
        zones = extra["zones"].split(",") if time and "zones" in extra else ()
        own = tuple(map(begins, zones))
    except (ValueError, OverflowError):
        return Refused(reason=Reason.SCHEDULE_INVALID, details={"time": time, "tz": extra.get("tz", "")})
    if dates.is_past(time, case.at, dates.hours(ahead)):
        case.noticed += ("smscenter.send.past-time",)
    try:
        life = dates.life(extra.get("valid", ""))
    except ValueError:
        problem = f"valid `{extra['valid']}` is neither 1 to 24 hours nor hh:mm"
        return Refused(reason=Reason.PARAMETER_INVALID, details={"problem": problem})
    case.command = msgspec.structs.replace(
        case.command, begins_at=at if at > case.at else None, begins=own,
        expires_at=None if life is None else at + life, extra={},
    )  # fmt: skip
    return _spread(case, at, extra) if "period" in extra else None


def _spread(case: CheckContext, at: Timestamp, extra: Mapping[str, str]) -> Refused | None:
    """A mailing over `period` hours, in equal portions each `freq` minutes."""
    command = case.command
    try:
        moments = dates.spread(extra["period"], extra.get("freq", ""), len(command.destinations or ()))
    except ValueError as wrong:
        return Refused(reason=Reason.PARAMETER_INVALID, details={"problem": str(wrong)})
    texts = command.texts or (command.text or "",) * len(moments)
    owns = command.begins or (at,) * len(moments)
    begins = tuple(own + gap for own, gap in zip(owns, moments, strict=True))
    case.command = msgspec.structs.replace(case.command, texts=texts, begins=begins)
    return None


def bar(case: CheckContext, number: str, place: int, before: int) -> Reason | None:
    """Why nothing goes to one number of a list: its item's own sender; or more than 50 messages to it with gaps under
    30 s (facts, 8), of which `before` go by this request. `until-pause`: attempts that are blocked belong to the run,
    so that only a pause of 30 s ends it. A question for the price is no message.
    """
    account, command = case.owner, case.command
    if command.senders and (refused := _sender(case, command.senders[place])) is not None:
        return refused.reason
    if account.limits_off:
        return None
    windows, mark, sends = case.state.windows, f"to-one-number smscenter {number}", type(command) is not Price
    run = windows.streak(mark, case.at, _TO_ONE.span) + before
    if run < account.limits.get("to-one-number", _TO_ONE.count):
        if sends:
            case.marks.append(mark)
        return None
    if sends and case.switches["flood"] == "until-pause":
        windows.prolong(mark, case.at)
    return Reason.FLOOD


def _what(case: CheckContext) -> str:
    """Identical: the same numbers, texts and sender (facts, 8)."""
    command = case.command
    kind = () if command.kind == "sms" else (command.kind,)
    said = msgspec.json.encode(
        [command.destinations, command.texts or command.text, command.senders or command.sender, *kind]
    )
    return blake2b(said, digest_size=16).hexdigest()


def _one(case: CheckContext) -> str:
    query = case.command
    return _pair(case, query.destination or "", query.provider_id or "")


def _asked(case: CheckContext) -> str:
    """Identical: everything but how the answer is wanted, and the circumstances."""
    said = msgspec.structs.replace(case.command, style={}, in_flight=1, peer="", credential=None, notes=())
    return blake2b(msgspec.json.encode(said), digest_size=16).hexdigest()


def _pair(case: CheckContext, written: str, provider_id: str) -> str:
    number = normal_number(written, case.switches) or written
    return f"{number} {provider_id}"


def _few_queries(case: CheckContext) -> Refused | None:
    """A list of several messages may be asked for once a minute; a list of one counts as that one."""
    wanted = case.command.wanted
    if len(wanted) > 1:
        return _of_many(case)
    return checks.at_most("status-of-one", Reason.TOO_MANY_REQUESTS, lambda of: _pair(of, *wanted[0]))(case)


_of_many = checks.at_most("status-of-many", Reason.TOO_MANY_REQUESTS, lambda case: "")


def _wanted(case: CheckContext) -> Refused | None:
    """phone and id are lists of the same length, and hold something."""
    if case.command.wanted:
        return None
    problem = "phone and id must name as many numbers as ids"
    return Refused(reason=Reason.PARAMETER_INVALID, details={"problem": problem})


def _id_given(case: CheckContext) -> Refused | None:
    if case.command.provider_id:
        return None
    return Refused(reason=Reason.PARAMETER_INVALID, details={"problem": "there is no id"})


_WHO = (access.may_ask, checks.well_formed)
_NUMBERS_THERE = (
    checks.given("destinations", Reason.DESTINATION_MISSING), checks.filled("destinations", Reason.DESTINATION_EMPTY)
)  # fmt: skip
_MESSAGE = (
    checks.there(*_NUMBERS_THERE),
    text,
    own_id,
    schedule,
    sender,
)
_at_once = checks.at_once("at-once")
_status_at_once = checks.at_once("status-at-once")

_SUBMIT = (
    *_WHO, _at_once, *_MESSAGE, checks.at_most("identical-sends", Reason.DUPLICATE, _what), recipients.numbers,
    test_mode.enough_credit, make,
)  # fmt: skip
_PRICE = (
    *_WHO, _at_once, *_MESSAGE, checks.at_most("identical-costs", Reason.DUPLICATE, _what), recipients.numbers,
    test_mode.free,
)  # fmt: skip

PROFILE = Profile(
    provider="smscenter",
    switches={**SWITCHES, **smpp_checks.SWITCHES},
    limits={**LIMITS, **smpp_checks.LIMITS},
    checks={
        "Submit": _SUBMIT,
        "Price": _PRICE,
        "Submit/smtp": (checks.well_formed, *_SUBMIT),
        "Price/smtp": (checks.well_formed, *_PRICE),
        "Query": (
            *_WHO, _status_at_once,
            checks.there(
                checks.given("destination", Reason.DESTINATION_MISSING),
                checks.filled("destination", Reason.DESTINATION_EMPTY),
            ),
            _id_given,
            checks.at_most("status-of-one", Reason.TOO_MANY_REQUESTS, _one),
        ),
        "QueryMany": (*_WHO, _status_at_once, _wanted, _few_queries),
        "Delete": (*_WHO, _status_at_once, _wanted),
        "BalanceQuery": (
            *_WHO, _at_once, checks.at_most("balance", Reason.TOO_MANY_REQUESTS, lambda case: ""),
        ),
        "ListMessages": (*_WHO, _at_once, history.dates),
        "ListIncoming": (*_WHO, checks.at_most("identical-answers", Reason.TOO_MANY_REQUESTS, _asked)),
        "QueryNumbers": (
            *_WHO, _at_once, checks.there(checks.given("destinations", Reason.DESTINATION_MISSING)),
            checks.at_most("identical-operators", Reason.TOO_MANY_REQUESTS, _asked),
            checks.at_most("operators", Reason.TOO_MANY_REQUESTS, lambda case: ""), operators.operator_known,
        ),
        "ListSenders": (*_WHO, _at_once),
        "AwaitCall": (
            *_WHO, _at_once, checks.there(checks.given("destination", Reason.DESTINATION_MISSING)),
            wait_call.number_to_wait_for,
        ),
        "Describe": (checks.well_formed,),
        "Describe/http": _WHO,
        **smpp_checks.table(sender),
    },
    errors={**ERRORS, **errors.tables(ERRORS["send"])},
    statuses=STATUSES,
    normal_number=normal_number,
    as_meant=as_meant,
    bar=bar,
    reports_first_state=False,
    reports_same_word=False,
    prices={"part": 1, **{name: kind.price for name, kind in KINDS.items()}},
    balance=1000,
    first_id=1,
    octets=OCTETS,
    asks_for=asks_for,
)  # fmt: skip
