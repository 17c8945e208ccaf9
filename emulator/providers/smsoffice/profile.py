"""smsoffice.ge as data: the order of its checks, its switches, its words for our states."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from emulator.core.engine import checks, recipients
from emulator.core.engine.checks import CheckContext, sender_registered
from emulator.core.outcomes import Refused
from emulator.core.profile import Profile, StatusRow, Switch
from emulator.core.reasons import Reason
from emulator.providers.smsoffice.errors import ERRORS

MOST_CHARACTERS = 1000
MOST_SENDER = 11
MOST_REFERENCE = 20
MOST_GET = 4096

SWITCHES = {
    "numbers": Switch(
        "strict", ("strict", "lenient"),
        "whether +, 00, spaces or nine local digits are taken is not known; strict refuses them as malformed, lenient "
        "makes 995... of them", "smsoffice.send.destination-international",
    ),
    "no-valid-number": Switch(
        76, (76, 10),
        "the page has 10 and 76 for destinations without a valid number", "smsoffice.code.10",
    ),
    "repeated-number": Switch(
        "twice", ("twice", "once"),
        "one number twice in a list: sent and charged twice, or once", "smsoffice.send.repeated-number",
    ),
    "malformed-sender": Switch(
        "accept", ("accept", "refuse"),
        "a sender over 11 characters or with others than the allowed ones (`iron+` is in use) that the account has: "
        "accept takes it, with a finding; refuse answers 150", "smsoffice.send.sender-max-11",
    ),
    "numeric-sender": Switch(
        "off", ("off", "on"),
        "an older page has senders of digits, such as a number, with or without a plus, 16 characters at most; on "
        "makes 12 to 16 digits a well-formed sender; today's page does not have them", "smsoffice.send.sender-numeric",
    ),
    "long-content": Switch(
        "refuse", ("refuse", "accept"),
        "no code is documented for a text over 1000 characters; refuse answers 60", "smsoffice.send.content-max-1000",
    ),
    "long-reference": Switch(
        "cut", ("cut", "keep"),
        "nothing is documented for a reference over 20 characters; cut makes the client's own matching show it",
        "smsoffice.send.reference-max-20",
    ),
    "long-get": Switch(
        "414", ("414", "accept"),
        "the answer to a GET over 4096 bytes is not documented", "smsoffice.send.get-max-4096",
    ),
    "reused-reference": Switch(
        "newest", ("newest", "oldest"),
        "which message a reused reference names is not documented", "smsoffice.status.reused-reference",
    ),
    "unknown-message": Switch(
        "unknown", ("unknown", "refuse"),
        "the answer about a message that is not there is not documented: Status Unknown, or Success false",
        "smsoffice.status.not-found",
    ),
    "report-pending": Switch(
        False, (False, True),
        "whether the first state, Pending, is called back is not documented", "smsoffice.callback.pending",
    ),
    "status-case": Switch(
        "capitalised", ("capitalised", "lower"),
        "the page lists Delivered and shows delivered in its example", "smsoffice.callback.status-case",
    ),
    "operator": Switch(
        "send", ("send", "omit"),
        "the page's example has an operator that its table of parameters lacks", "smsoffice.callback.operator",
    ),
    "timezone": Switch(
        4, "hours", "the zone of a callback's timestamp is not documented; Tbilisi is UTC+4 all year",
        "smsoffice.callback.timestamp",
    ),
    "timestamp-hours": Switch(
        24, (24, 12),
        "yyyyMMddhhmmss: in .NET, which the provider runs by its looks, hh is the 12-hour clock; the page's one "
        "example, 12:02:02, fits both, and receivers read 24 hours", "smsoffice.callback.timestamp-hours",
    ),
    "retry": Switch(
        [], "seconds", "no retry of a callback is documented; a list of delays makes some", "smsoffice.callback.retry",
    ),
}  # fmt: skip

STATUSES = (
    StatusRow("scheduled", "Pending", "report-pending"),
    StatusRow("pending", "Pending", "report-pending"),
    StatusRow("sent", "Pending", "report-pending"),
    StatusRow("delivered", "Delivered", True),
    StatusRow("read", "Delivered", True),
    StatusRow("undelivered", "Undelivered", True),
    StatusRow("expired", "Expired", True),
    StatusRow("rejected", "Undelivered", True),
    StatusRow("deleted", "Undelivered", True),
    StatusRow("error", "Undelivered", True),
    StatusRow("unknown", "Unknown", True),
)

_sender = re.compile(r"[A-Za-z0-9 .\-]*").fullmatch
_numeric = re.compile(r"\+?[0-9]{12,16}", re.ASCII).fullmatch
_international = re.compile(r"995[0-9]{9}|(?!995|0)[0-9]{10,15}", re.ASCII).fullmatch
_local = re.compile(r"5[0-9]{8}", re.ASCII).fullmatch


def normal_number(written: str, switches: Mapping[str, Any]) -> str | None:
    """International, without 00 and +. Lenient: +, 00, spaces, brackets and dashes are dropped, 5xx xx xx xx is
    taken for Georgian."""
    number = written
    if switches["numbers"] == "lenient":
        number = re.sub(r"[\s()\-]", "", number).removeprefix("+")
        number = number.removeprefix("00")
        if _local(number):
            number = "995" + number
    return number if _international(number) else None


def request_line(case: CheckContext) -> Refused | None:
    """A GET is at most 4096 bytes; the adapter measured it."""
    fault = case.command.fault
    if fault is None:
        return None
    if fault.reason == Reason.REQUEST_TOO_LONG and case.switches["long-get"] == "accept":
        return None
    return checks.well_formed(case)


def content_length(case: CheckContext) -> Refused | None:
    """In code points."""
    length = len(case.command.text or "")
    if length <= MOST_CHARACTERS or case.switches["long-content"] == "accept":
        return None
    return Refused(reason=Reason.TEXT_TOO_LONG, details={"length": length, "most": MOST_CHARACTERS})


def sender_form(case: CheckContext) -> Refused | None:
    """At most 11 of the allowed characters; or a name that the account has all the same."""
    sender = case.command.sender or ""
    if (len(sender) <= MOST_SENDER and _sender(sender)) or (
        _numeric(sender) and case.switches["numeric-sender"] == "on"
    ):  # fmt: skip
        return None
    if case.switches["malformed-sender"] == "accept" and checks.sender_of(case.owner, sender):
        case.noticed += ("smsoffice.send.sender-alphabet",)
        return None
    return Refused(reason=Reason.SENDER_MALFORMED, details={"sender": sender, "length": len(sender)})


def numbers(case: CheckContext) -> Refused | None:
    """As everywhere; but the page has two codes for a list of nothing but malformed numbers."""
    refused = recipients.numbers(case)
    if refused and refused.reason == Reason.DESTINATION_INVALID and case.switches["no-valid-number"] == 10:
        refused.reason = Reason.NO_VALID_DESTINATION
    return refused


def let_pass(case: CheckContext) -> None:
    """A moment that has passed is told. A reference over 20 characters is cut, so that the client's own matching shows
    the fault."""
    begins_at, reference = case.command.begins_at, case.command.reference
    if begins_at is not None and begins_at < case.at:
        case.noticed += ("smsoffice.send.past-schedule",)
    if reference and len(reference) > MOST_REFERENCE and case.switches["long-reference"] == "cut":
        case.command = msgspec.structs.replace(case.command, reference=reference[:MOST_REFERENCE])


PROFILE = Profile(
    provider="smsoffice",
    switches=SWITCHES,
    checks={
        "Submit": (
            request_line,
            checks.there(
                checks.filled("credential", Reason.KEY_MISSING),
                checks.given("destinations", Reason.DESTINATION_MISSING),
                checks.given("sender", Reason.SENDER_MISSING),
                checks.given("text", Reason.TEXT_MISSING),
                checks.filled("destinations", Reason.DESTINATION_EMPTY),
                checks.filled("text", Reason.TEXT_EMPTY),
            ),
            checks.account_open,
            content_length,
            sender_form,
            sender_registered,
            numbers,
            checks.enough_credit,
            let_pass,
        ),
        "Query": (
            request_line,
            checks.there(
                checks.filled("credential", Reason.KEY_MISSING),
                checks.given("destination", Reason.DESTINATION_MISSING),
                checks.filled("destination", Reason.DESTINATION_EMPTY),
            ),
            checks.account_open,
        ),
        "BalanceQuery": (request_line, checks.credential_given, checks.account_open),
    },
    errors=ERRORS,
    statuses=STATUSES,
    reports_same_word=False,
    normal_number=normal_number,
)
