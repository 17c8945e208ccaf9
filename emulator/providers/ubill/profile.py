"""uBill as data: the order of its checks, its words for our states, the life of a message."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from emulator.core.engine import checks, recipients
from emulator.core.engine.checks import CheckContext
from emulator.core.outcomes import Refused
from emulator.core.profile import Profile, StatusRow
from emulator.core.reasons import Reason
from emulator.core.rules.actions import Step
from emulator.providers.ubill import brand_names
from emulator.providers.ubill.dates import read_minute, write_second
from emulator.providers.ubill.errors import ERRORS
from emulator.providers.ubill.switches import SWITCHES

FIRST_SMS = 100_001
"""smsIDs seen by clients have 6 or 7 digits (ubill.md 4)."""
FORM = "form"
"""A detail of a fault: the body was a form and could have been read as one."""

STATUSES = (
    StatusRow("scheduled", "3", True),
    StatusRow("pending", "3", True),
    StatusRow("sent", "0", True),
    StatusRow("delivered", "1", True),
    StatusRow("read", "1", True),
    StatusRow("undelivered", "2", True),
    StatusRow("expired", "2", True),
    StatusRow("rejected", "2", True),
    StatusRow("deleted", "2", True),
    StatusRow("error", "4", True),
    StatusRow("unknown", "3", True),
)
"""0 Sent, 1 Delivered, 2 Failed, 3 Pending, 4 Error (page 003); which of ours is which: ubill.statuses."""

_georgian = re.compile(r"9955[0-9]{8}").fullmatch
_local = re.compile(r"5[0-9]{8}").fullmatch
_foreign = re.compile(r"(?!995)[1-9][0-9]{9,14}").fullmatch


def normal_number(written: str, switches: Mapping[str, Any]) -> str | None:
    """A Georgian mobile number, 995 and nine digits; with `foreign-numbers`, any international one."""
    number = written
    if switches["numbers"] == "lenient":
        number = re.sub(r"[\s()\-]", "", number).removeprefix("+").removeprefix("00")
    if switches["local-numbers"] == "accept" and _local(number):
        return "995" + number
    if _georgian(number) or (switches["foreign-numbers"] == "accept" and _foreign(number)):
        return number
    return None


def readable(case: CheckContext) -> Refused | None:
    """The body is what it should be. A form passes where the switch says so."""
    fault = case.command.fault
    if fault is None:
        return None
    if FORM in fault.details and case.switches["form-body"] == "read":
        return None
    return checks.well_formed(case)


def brand(case: CheckContext) -> Refused | None:
    """brandID names an approved brand of the account; from here on the message's sender is the brand's name."""
    brands = case.owner.senders.values()
    written = case.command.sender
    details = {"brandID": written, "brands": ", ".join(f"{brand.id} ({brand.name})" for brand in brands) or "none"}
    if not written:
        return Refused(reason=Reason.SENDER_MISSING, details=details)
    found = next((brand for brand in brands if str(brand.id) == written), None)
    if found is None:
        return Refused(reason=Reason.SENDER_UNKNOWN, details=details)
    if found.state != "active" and case.switches["unapproved-brand"] == "refuse":
        more = {"name": found.name, "state": found.state}
        return Refused(reason=Reason.SENDER_INACTIVE, details={**details, **more})
    case.command = msgspec.structs.replace(case.command, sender=found.name)
    return None


def text_filled(case: CheckContext) -> Refused | None:
    """The text is more than white space, or more than nothing where the switch says so."""
    text = case.command.text or ""
    if text.strip() or (text and case.switches["blank-text"] == "accept"):
        return None
    return Refused(reason=Reason.TEXT_EMPTY)


def send_time(case: CheckContext) -> Refused | None:
    """sendTime is a minute later than now, in the zone of the switch."""
    written = case.command.extra.get("sendTime")
    if not written:
        return None
    hours = case.switches["timezone"]
    at = read_minute(written, hours)
    if at is not None and at > case.at:
        case.command = msgspec.structs.replace(case.command, begins_at=at)
        return None
    if case.switches["wrong-sendtime"] == "now":
        return None
    details = {"sendTime": written, "now": write_second(case.at, hours)}
    return Refused(reason=Reason.SCHEDULE_INVALID, details=details)


_WHO = (checks.credential_given, checks.account_open)

PROFILE = Profile(
    provider="ubill",
    switches=SWITCHES,
    checks={
        "Submit": (
            *_WHO,
            readable,
            brand,
            checks.there(
                checks.given("destinations", Reason.DESTINATION_MISSING),
                checks.filled("destinations", Reason.DESTINATION_EMPTY),
                checks.given("text", Reason.TEXT_MISSING),
            ),
            text_filled,
            send_time,
            recipients.numbers,
            checks.enough_credit,
        ),
        "Query": _WHO,
        "BalanceQuery": _WHO,
        "ListSenders": _WHO,
        "RegisterSender": (*_WHO, readable, *brand_names.CHECKS),
    },
    errors=ERRORS,
    statuses=STATUSES,
    normal_number=normal_number,
    sender_is_id=True,
    life=(Step(1, "sent"), Step(2, "delivered")),
    reports_first_state="callback-pending",
    reports_same_word=False,
    first_id=FIRST_SMS,
)
