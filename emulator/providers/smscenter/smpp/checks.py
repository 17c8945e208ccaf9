"""What SMS Center checks of a command over SMPP, in this order; and its switches and limits there."""

import hmac
from hashlib import blake2b

import msgspec

from emulator.core import text as gsm
from emulator.core.engine import checks, recipients
from emulator.core.engine.checks import Check, CheckContext
from emulator.core.engine.multipart import MOST
from emulator.core.outcomes import Refused
from emulator.core.profile import Limit, Switch
from emulator.core.reasons import Reason
from emulator.providers.smscenter import access, test_mode
from emulator.providers.smscenter.kinds import make
from emulator.providers.smscenter.smpp.segments import CODINGS, OCTETS
from emulator.smpp.credentials import misfit
from emulator.smpp.data_coding import read_octets
from emulator.smpp.pdu import PduFault

MOST_PARTS = 255


def readable(case: CheckContext) -> Refused | None:
    """Fields and TLVs are good ones; the adapter says which is not, and the status it deserves."""
    fault = case.command.fault
    if fault is None:
        return None
    return Refused(reason=fault.reason, code=int(fault.details["status"]), details=dict(fault.details))


def system_id_known(case: CheckContext) -> Refused | None:
    if case.known:
        return None
    credential = case.command.credential
    problem = f"nobody has the system_id {credential.name}" if credential else "the session is not bound"
    return Refused(reason=Reason.KEY_UNKNOWN, details={"problem": problem})


def may_ask(case: CheckContext) -> Refused | None:
    """Readable, of a session whose system_id is known; its address is open, and allowed; the API is on: in this
    order."""
    if case.command.fault is not None:
        return readable(case)
    if not case.known:
        return system_id_known(case)
    account, refused = case.owner, access.address_open(case)
    if refused is None and account.allowed_ips:
        refused = access.address_allowed(case)
    return refused if refused is not None or account.api_access else Refused(reason=Reason.API_OFF)


def password_right(case: CheckContext) -> Refused | None:
    """The SMPP password of the account, as it is; at most 8 octets fit into a bind."""
    said = (case.command.credential.secret or "").encode("utf-8", "replace")
    if hmac.compare_digest(said, case.owner.credentials["password"].encode()):
        return None
    why = misfit("password", case.owner.credentials["password"])
    problem = f"the password is another; no bind can say the account's own: {why}" if why else "the password is another"
    return Refused(reason=Reason.PASSWORD_WRONG, details={"problem": problem})


def part_is_new(case: CheckContext) -> Refused | None:
    """A repeated part within the minute is an identical request; the join is unharmed."""
    kept = case.state.joiners.get(case.profile.provider)
    if not isinstance(kept, OCTETS.kind):
        return None
    if OCTETS.repeated(kept, case.command) is not None:
        return Refused(reason=Reason.DUPLICATE, details={"window": 60})
    if OCTETS.size(kept) >= MOST:
        return Refused(reason=Reason.QUEUE_FULL, details={"count": MOST})
    return None


def text_fits(case: CheckContext) -> Refused | None:
    """At most as many parts as a header can count."""
    command = case.command
    parts = (command.measured or command.measure_of(command.text or "")).parts
    if parts <= MOST_PARTS:
        return None
    return Refused(reason=Reason.TEXT_TOO_LONG, details={"parts": parts, "most": MOST_PARTS})


def replacement_fits(case: CheckContext) -> Refused | None:
    """In the coding of every message that it is for."""
    octets, store = case.command.octets or b"", case.state.store
    batches = dict.fromkeys(map(store.batch_number, case.named()))
    for encoding in dict.fromkeys(store.batches[one - 1].encoding for one in batches):
        text = read_octets(octets, CODINGS[encoding], gsm)
        if isinstance(text, PduFault):
            details = {"problem": text.why, "field": text.field}
            return Refused(reason=Reason.PARAMETER_INVALID, code=int(text.status), details=details)
        parts = OCTETS.read(octets, encoding)[1].parts
        if parts > MOST_PARTS:
            return Refused(reason=Reason.TEXT_TOO_LONG, details={"parts": parts, "most": MOST_PARTS})
    return None


def source_fits(case: CheckContext) -> Refused | None:
    """A query names the sender of the message, or none (TON and NPI are not looked at)."""
    query = case.command
    if not query.extra.get("source"):
        return None
    part = case.state.parts.get(query.provider_id or "")
    if (part is not None and part.sender == query.extra["source"]) or case.named():
        return None
    return Refused(reason=Reason.MESSAGE_UNKNOWN, details={"id": query.provider_id})


def _what(case: CheckContext) -> str:
    """Identical: what the phone sees, however the message was cut and the numbers written."""
    command, profile, switches = case.command, case.profile, case.switches
    to = [profile.normal_number(written, switches) or written for written in command.destinations or ()]
    sender = profile.normal_number(command.sender or "", switches) or command.sender
    encoding = (command.measured or command.measure_of(command.text or "")).encoding
    kind = () if command.kind == "sms" else (command.kind,)
    said = _encode([to, sender, command.text, encoding, command.flash, *kind])
    return blake2b(said, digest_size=16).hexdigest()


_encode = msgspec.json.Encoder().encode
_throughput = checks.at_most("smpp-throughput", Reason.TOO_MANY_REQUESTS, lambda case: None if case.command.ids else "")
"""A message of parts was counted part by part."""
_identical = checks.at_most("smpp-identical", Reason.DUPLICATE, _what)


def table(sender: Check) -> dict[str, tuple[Check, ...]]:
    """By command and protocol. `sender` is the check that HTTP makes too."""
    return {
        "Bind": (
            readable, system_id_known, access.address_open, password_right, access.address_allowed, checks.api_on,
            checks.at_once("sessions"),
        ),
        "Submit/smpp": (may_ask, _throughput, text_fits, _identical_of_whole, sender, recipients.numbers,
                        test_mode.enough_credit, make),
        "SubmitPart": (may_ask, _throughput, part_is_new, _identical_with_part),
        "Query/smpp": (may_ask, source_fits),
        "Cancel": (may_ask,),
        "Replace": (may_ask, replacement_fits),
        "CheckLink": (),
    }  # fmt: skip


def _identical_with_part(case: CheckContext) -> Refused | None:
    """The part that makes a message whole is refused where the message is identical to another; those before it wait
    for their minute."""
    if case.command.measured is None or case.command.measured.parts < 2:
        return None
    refused = _identical(case)
    case.marks = [mark for mark in case.marks if not mark.startswith("smpp-identical")]
    return refused


def _identical_of_whole(case: CheckContext) -> Refused | None:
    """A message of parts has its ids already: it is too late to refuse it, but it counts."""
    refused = _identical(case)
    return None if case.command.ids else refused


SWITCHES = {
    "smpp-vendor-tlvs": Switch(
        "send", ("send", "omit"),
        "the provider's receipts carry TLVs of its own (0x2000 cost, 0x2001 flags, 0x2002 parts, 0x2003), on which "
        "smpplib raises unless told otherwise", "smscenter.smpp.vendor-tlvs",
    ),
    "smpp-tlv-order": Switch(
        "standard-first", ("standard-first", "vendor-first", "id-last"),
        "no order pleases all clients: naz wants receipted_message_id last", "smscenter.smpp.tlv-order",
    ),
    "smpp-timezone": Switch(3, "hours", "the zone of a receipt's dates", "smscenter.smpp.receipt-dates"),
    "smpp-data-coding-3": Switch(
        "gsm", ("gsm", "latin1"),
        "by the two-bit rule 3 is coding 0, GSM; node-smpp means Latin-1 by it", "smscenter.smpp.coding-3",
    ),
    "smpp-last-nul": Switch(
        "drop", ("drop", "strict"),
        "php-smpp puts a NUL behind short_message that sm_length does not count: it is left out, or refused with 0xC0",
        "smscenter.smpp.last-nul",
    ),
    "smpp-intermediate": Switch(
        "send", ("send", "omit"),
        "bit 4 of registered_delivery asks for states on the way; whether the provider tells them is not said",
        "smscenter.smpp.intermediate",
    ),
    "smpp-old-versions": Switch(
        "no-tlvs", ("no-tlvs", "tlvs"),
        "3.4 wants no TLVs sent to a client that bound as 3.3 or earlier", "smscenter.smpp.old-versions",
    ),
    "smpp-refused-bind": Switch(
        "header", ("header", "nul"),
        "3.4 lets a refused bind_transceiver_resp have no body nowhere; gosmpp reads a system_id there always",
        "smscenter.smpp.bind-refused",
    ),
    "shared-id": Switch(
        "all", ("all", "newest"),
        "which messages of one sender under one id a query_sm, cancel_sm or replace_sm is about: all of them, or of "
        "those to one number the newest alone", "smscenter.smpp.shared-id",
    ),
    "smpp-window": Switch(5, "number", "unanswered receipts at once", "smscenter.smpp.window"),
    "smpp-idle": Switch(120, "number", "seconds without a PDU before the link is cut; 0: never", "smscenter.smpp.idle"),
    "smpp-enquire-link": Switch(
        0, "number", "after so many silent seconds the server asks; 0: never, for the provider's own sample client "
        "takes the next PDU for its answer", "smscenter.smpp.enquire-link",
    ),
    "smpp-response": Switch(30, "number", "seconds until an answer is given up", "smscenter.smpp.response-timer"),
    "smpp-retry": Switch(
        [60] * 10, "seconds", "when a receipt goes out again after a temporary error or no answer",
        "smscenter.smpp.receipt-again",
    ),
}  # fmt: skip

LIMITS = {
    "smpp-throughput": Limit(100, 1, "smscenter.smpp.throughput"),
    "smpp-identical": Limit(1, 60, "smscenter.smpp.identical"),
    "sessions": Limit(10, 0, "smscenter.smpp.binds"),
}
