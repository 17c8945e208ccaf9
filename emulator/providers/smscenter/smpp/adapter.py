"""SMS Center over SMPP: requests to commands, outcomes to responses (page 002; facts on SMPP, sections 4 and 5)."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple

from emulator.core import commands as say
from emulator.core import text as gsm
from emulator.core.commands import AnyCommand, Credential
from emulator.core.messages import MessageKind
from emulator.core.outcomes import Accepted, AnyOutcome, Entry, Found, Refused
from emulator.core.reasons import Reason
from emulator.core.state.named import NUMBERING
from emulator.core.statuses import FINAL
from emulator.core.units import Timestamp
from emulator.providers.base import SmppFace, SmppJudgement, SmppPeer
from emulator.providers.smscenter.kinds import usual_error
from emulator.providers.smscenter.lookups import BY_TEXT
from emulator.providers.smscenter.profile import PROFILE
from emulator.providers.smscenter.smpp.receipts import STATES, VENDOR_TAGS, incoming, receipt
from emulator.providers.smscenter.smpp.segments import OF_EACH_PART, in_one_piece, one_part
from emulator.providers.smscenter.smpp.terms import SYSTEM_ID, greet, is_iso, is_newest, terms
from emulator.providers.smscenter.statuses import told
from emulator.providers.smscenter.test_mode import error_of
from emulator.smpp.command_status import Status, status_name
from emulator.smpp.data_coding import Coding, DecodedText, Habits, coding_of, no_coding, read_octets, read_parts
from emulator.smpp.field_checks import Strictness, check, checked
from emulator.smpp.pdu import NOTHING, Pdu, PduFault, accepted, generic_nack, response
from emulator.smpp.pdu_tables import BINDS, CommandId
from emulator.smpp.time_format import read_time, write_absolute
from emulator.smpp.tlvs import USER_MESSAGE_REFERENCE

_NAME = PROFILE.provider
_MOST_IN_A_PART = 254
"""Octets; one more by 5.0, as in short_message."""
_FLASH = frozenset({0x10, 0x14, 0x18, 0xF0, 0xF4})


def _text(octets: bytes) -> str:
    return octets.decode("latin-1")


def _told(fault: PduFault) -> say.Fault:
    details = {"status": str(int(fault.status)), "problem": fault.why, "field": fault.field}
    return say.Fault(Reason.PARAMETER_INVALID, details)


def _common(caller: SmppPeer, fault: PduFault | None = None) -> dict[str, Any]:
    return {
        "provider": _NAME, "protocol": "smpp", "credential": caller.credential, "peer": caller.peer,
        "fault": None if fault is None else _told(fault),
    }  # fmt: skip


class Dialect(NamedTuple):
    """How a session reads: `codings` by data_coding, what its fields may hold, `asks` by registered_delivery."""

    codings: tuple[Coding | None, ...]
    strictness: Strictness
    asks: tuple[tuple[int, ...], ...]


_READ_BY = ("smpp-data-coding-3", "smpp-last-nul", "smpp-intermediate")


def dialect(switches: Mapping[str, Any], bind: Pdu | None) -> Dialect:
    """By switches of the account, and by what its bind said."""
    said: Any = NOTHING if bind is None else bind.fields
    return _dialect(said.system_type, said.interface_version, *map(switches.__getitem__, _READ_BY))


@lru_cache(maxsize=64)
def _dialect(system_type: bytes, version: int, three: str, last_nul: str, intermediate: str) -> Dialect:
    habits = Habits(is_iso(system_type), three == "latin1")
    codings = tuple(coding_of(data_coding, habits) for data_coding in range(256))
    mask = 0x13 if intermediate == "send" else 0x03
    asks = tuple((registered & mask,) if registered & mask else () for registered in range(256))
    return Dialect(codings, Strictness(last_nul == "drop", is_newest(version)), asks)


_DEFAULT = b"."
"""Stands for the account's default sender, as nothing does (the provider's PHP client)."""


def _sender(pdu: Pdu) -> str:
    source = pdu.octets("source_addr")
    return "" if source == _DEFAULT else source.decode("latin-1")


_PAST = "smscenter.smpp.past-schedule"


def _begins(pdu: Pdu, now: Timestamp) -> Timestamp | None:
    octets = pdu.octets("schedule_delivery_time")
    return read_time(octets, now) if octets else None


def _ends(pdu: Pdu, now: Timestamp) -> tuple[Timestamp | None, PduFault | None]:
    """When a message's life does, and what is wrong where that is over already."""
    octets = pdu.octets("validity_period")
    ends = read_time(octets, now) if octets else None
    if ends is None or ends >= now:
        return ends, None
    why = f"validity_period {octets.decode()} is over by the sandbox's clock, {write_absolute(now).decode()}"
    return None, PduFault(Status.RINVEXPIRY, "validity_period", why)


@lru_cache(maxsize=256)
def _numbering(*said: int) -> dict[str, str]:
    """Of what the fields of the numbering say."""
    return {name: str(value) for name, value in zip(NUMBERING, said, strict=True) if value}


def _extra(pdu: Pdu) -> dict[str, str]:
    """What a receipt, a cancel and a replace need to know of the submit; what is 0 or empty is left out."""
    fields: Any = pdu.fields
    extra = _numbering(
        fields.source_addr_ton, fields.source_addr_npi, fields.dest_addr_ton, fields.dest_addr_npi
    ).copy()  # fmt: skip
    if fields.service_type:
        extra["service_type"] = _text(fields.service_type)
    if pdu.tlvs:
        reference = pdu.tlv(USER_MESSAGE_REFERENCE)
        if reference is not None:
            extra[OF_EACH_PART] = reference.hex()
    return extra


def _submit(pdu: Pdu, caller: SmppPeer) -> AnyCommand:
    """submit_sm and data_sm; a part of a long message becomes a SubmitPart."""
    fields: Any = pdu.fields
    codings, strictness, asks = caller.dialect
    found, octets = checked(pdu, strictness), fields.short_message or pdu.message
    fault: PduFault | None = None
    part, header = None, 0
    if found is not None:
        if isinstance(found, PduFault):
            fault = found
        else:
            part, header, octets = found.part, len(octets) - len(found.octets), found.octets
        if part is not None and len(octets) > _MOST_IN_A_PART + strictness.newer:
            fault = PduFault(Status.RINVMSGLEN, "message_payload", f"a part of {len(octets)} octets")
    notes: tuple[str, ...] = ("smscenter.smpp.last-nul",) if pdu.rest and fault is None else ()
    kind: MessageKind = "sms"
    text, measured, data_coding = "", None, fields.data_coding
    coding = codings[data_coding]
    made: Callable[..., say.Submit] = say.Submit
    if coding is None:
        fault = fault or no_coding(data_coding)
    elif part is not None and part.total > 1:
        text, measured = read_parts(((coding, octets),), gsm), one_part(octets, coding)
        if fault is None:
            piece = say.Part(part.reference, part.width, part.total, part.number, octets, coding)
            made = partial(say.SubmitPart, part=piece)
    else:
        reading = read_octets(octets, coding, gsm)
        if isinstance(reading, DecodedText):
            text = reading.text
            measured = in_one_piece(text, octets, coding, header) if part is None else one_part(octets, coding)
            if reading.notes:
                notes += ("smscenter.smpp.odd-text",)
            if text in BY_TEXT:
                text, kind = "", BY_TEXT[text]
        else:
            fault = fault or reading
    sender = fields.source_addr
    command = made(
        provider=_NAME, protocol="smpp", credential=caller.credential, peer=caller.peer,
        destinations=(fields.destination_addr.decode("latin-1"),), text=text,
        sender="" if sender == _DEFAULT else sender.decode("latin-1"), flash=data_coding in _FLASH, report=True,
        asks=asks[fields.registered_delivery], extra=_extra(pdu), measured=measured, notes=notes, kind=kind,
    )  # fmt: skip
    if fault is not None:
        command.fault = _told(fault)
    if fields.schedule_delivery_time:
        command.begins_at = _begins(pdu, caller.now)
        if command.begins_at is not None and command.begins_at < caller.now:
            command.notes += (_PAST,)
    if fields.validity_period:
        command.expires_at, over = _ends(pdu, caller.now)
        if over is not None and fault is None:
            command.fault = _told(over)
    if fields.replace_if_present_flag == 1:
        command.replaces = True
    return command


def _multi(pdu: Pdu, caller: SmppPeer) -> AnyCommand:
    fault = PduFault(Status.RINVCMDID, "command_id", "submit_multi is not implemented")
    return say.Submit(**_common(caller, fault), destinations=(), text=None, sender=None)


def _query(pdu: Pdu, caller: SmppPeer) -> AnyCommand:
    source = _sender(pdu)
    return say.Query(
        **_common(caller, check(pdu)), provider_id=_text(pdu.octets("message_id")),
        extra={"source": source} if source else {},
    )  # fmt: skip


def _cancel(pdu: Pdu, caller: SmppPeer) -> AnyCommand:
    return say.Cancel(
        **_common(caller), provider_id=_text(pdu.octets("message_id")) or None, sender=_sender(pdu),
        destination=_text(pdu.octets("destination_addr")), extra=_extra(pdu),
    )  # fmt: skip


def _replace(pdu: Pdu, caller: SmppPeer) -> AnyCommand:
    """An empty text is one, as the letter of 4.10 has it."""
    begins_at, (expires_at, over) = _begins(pdu, caller.now), _ends(pdu, caller.now)
    fault = check(pdu, caller.dialect.strictness) or over
    past = begins_at is not None and begins_at < caller.now
    bent = (
        ("smscenter.smpp.last-nul", pdu.rest), ("smscenter.smpp.empty-replace", not pdu.message), (_PAST, past),
    )  # fmt: skip
    said = () if fault is not None else tuple(row for row, so in bent if so)
    return say.Replace(
        **_common(caller, fault), provider_id=_text(pdu.octets("message_id")), sender=_sender(pdu),
        octets=pdu.message, asks=caller.dialect.asks[pdu.number("registered_delivery")],
        begins_at=begins_at, expires_at=expires_at, extra=_extra(pdu), notes=said,
    )  # fmt: skip


def _bind(pdu: Pdu, caller: SmppPeer) -> AnyCommand:
    who = Credential("system_id", _text(pdu.octets("system_id")), _text(pdu.octets("password")))
    return say.Bind(**{**_common(caller), "credential": who})


def _check_link(pdu: Pdu, caller: SmppPeer) -> AnyCommand:
    return say.CheckLink(**_common(caller))


READERS: dict[int, Callable[[Pdu, SmppPeer], AnyCommand]] = {
    **dict.fromkeys(BINDS, _bind), CommandId.SUBMIT_SM: _submit, CommandId.DATA_SM: _submit,
    CommandId.SUBMIT_MULTI: _multi, CommandId.QUERY_SM: _query, CommandId.CANCEL_SM: _cancel,
    CommandId.REPLACE_SM: _replace, CommandId.ENQUIRE_LINK: _check_link,
}  # fmt: skip


def write(pdu: Pdu, command: AnyCommand, outcome: AnyOutcome) -> Pdu:
    """The response: its status and, where it succeeds, its fields."""
    match outcome:
        case Accepted():
            return accepted(pdu, (outcome.provider_id or "").encode("ascii", "replace"))
        case Found():
            return response(pdu, 0, _state(outcome.entries[0], command))
        case Refused():
            status = status_of(command, outcome)
            return generic_nack(status, pdu.sequence) if status == Status.RINVCMDID else response(pdu, status)
    return response(pdu)


def status_of(command: AnyCommand, refused: Refused) -> int:
    """The command_status of a refusal; a reason that SMPP has no status for is a system error."""
    if refused.code:
        return refused.code
    table = PROFILE.table(command.operation, "smpp")
    row = table.of_reason(refused.reason) if table else None
    return row.code if row is not None and row.code else int(Status.RSYSERR)


def _state(entry: Entry, command: AnyCommand) -> dict[str, Any]:
    asked = command.provider_id if isinstance(command, say.Query) else entry.provider_id
    final = entry.status in FINAL
    error = error_of(usual_error(entry.kind, entry.status, entry.error), entry.extra)
    return {
        "message_id": (asked or "").encode("ascii", "replace"),
        "final_date": write_absolute(entry.changed_at, 12) if final else b"",
        "message_state": STATES[entry.status],
        "error_code": min(told(entry.status, error, entry.reason).err, 255) if final else 0,
    }


_TAKEN = SmppJudgement(True, "deliver_sm_resp ESME_ROK", False)
_AGAIN = frozenset({Status.RMSGQFUL, Status.RTHROTTLED, Status.RX_T_APPN, Status.RSYSERR})


def judge(status: int) -> SmppJudgement:
    """What a receiver's deliver_sm_resp says: taken, to be sent again, or refused for good."""
    if status == 0:
        return _TAKEN
    again = status in _AGAIN
    kind = "a temporary error: it goes out again" if again else "a permanent error: it is not sent again"
    return SmppJudgement(False, f"deliver_sm_resp {status_name(status)}, {kind}", again)


FACE = SmppFace(
    system_id=SYSTEM_ID, credentials={"system_id": "system_id", "password": "password"},
    credentials_row="smscenter.smpp.credentials", dialect=dialect, readers=READERS, write=write, receipt=receipt,
    incoming=incoming, judge=judge, greet=greet, terms=terms, tags=VENDOR_TAGS,
)  # fmt: skip
