"""SMS Center over SMPP: requests to commands, outcomes to responses (page 002; facts on SMPP, sections 4 and 5)."""

from collections.abc import Callable, Mapping
from typing import Any

from emulator.core import commands as say
from emulator.core import text as gsm
from emulator.core.commands import AnyCommand, Credential
from emulator.core.outcomes import Accepted, AnyOutcome, Entry, Found, Refused
from emulator.core.reasons import Reason
from emulator.core.statuses import FINAL
from emulator.core.values import Moment
from emulator.providers.contract import Caller, Said, SmppFace, SmppJudgement, Terms
from emulator.providers.smscenter.profile import PROFILE
from emulator.providers.smscenter.smpp_parts import OCTETS, written_habits
from emulator.providers.smscenter.smpp_receipts import STATES, VENDOR_TAGS, incoming, receipt
from emulator.providers.smscenter.statuses import told
from emulator.smpp.checks import check
from emulator.smpp.pdu import Fault, Pdu
from emulator.smpp.segments import UDHI, read_content
from emulator.smpp.statuses import Status, status_name
from emulator.smpp.tables import BINDS, Command
from emulator.smpp.text import Habits, read_text
from emulator.smpp.timers import Timers
from emulator.smpp.times import read_time, write_absolute

SYSTEM_ID = b"SMSC"
_MOST_IN_A_PART = 254
_FLASH = frozenset({0x10, 0x14, 0x18, 0xF0, 0xF4})


def _text(octets: bytes) -> str:
    return octets.decode("latin-1")


def _common(pdu: Pdu, caller: Caller, fault: Fault | None = None) -> dict[str, Any]:
    found = None
    if fault is not None:
        details = {"status": str(int(fault.status)), "problem": fault.why, "field": fault.field}
        found = say.Fault(Reason.PARAMETER_INVALID, details)
    return {
        "provider": PROFILE.provider, "protocol": "smpp", "credential": caller.credential, "peer": caller.peer,
        "in_flight": caller.sessions, "fault": found,
    }  # fmt: skip


def habits(caller: Caller) -> Habits:
    """How the session reads text: system_type "ISO" at bind, and two switches of the account."""
    iso = caller.bind is not None and caller.bind.octets("system_type").upper() == b"ISO"
    three = caller.switches["smpp-data-coding-3"] == "latin1"
    nul = caller.switches["smpp-last-nul"] == "drop"
    return Habits(iso, three, nul)


def _moment(octets: bytes, now: Moment) -> Moment | None:
    return read_time(octets, now) if octets else None


def _extra(pdu: Pdu, how: Habits) -> dict[str, str]:
    """What a receipt and a replace need to know of the submit; what is 0 or empty is left out."""
    said = {
        "source_ton": pdu.number("source_addr_ton"), "source_npi": pdu.number("source_addr_npi"),
        "dest_ton": pdu.number("dest_addr_ton"), "dest_npi": pdu.number("dest_addr_npi"),
        "data_coding": pdu.number("data_coding"),
    }  # fmt: skip
    extra = {name: str(value) for name, value in said.items() if value}
    service = pdu.octets("service_type")
    if service:
        extra["service_type"] = _text(service)
    written = written_habits(how)
    if written:
        extra["habits"] = written
    return extra


def _asks(registered: int) -> tuple[int, ...]:
    return (registered,) if registered & 0x13 else ()


def _submit(pdu: Pdu, caller: Caller) -> AnyCommand:
    """submit_sm and data_sm; a part of a long message becomes a SubmitPart."""
    fault = check(pdu)
    how = habits(caller)
    extra = _extra(pdu, how)
    octets, part = pdu.message, None
    if fault is None and (pdu.tlvs or pdu.number("esm_class") & UDHI):
        content = read_content(pdu)
        if isinstance(content, Fault):
            fault = content
        else:
            octets, part = content.octets, content.part
            if part is not None and len(octets) > _MOST_IN_A_PART:
                fault = Fault(Status.RINVMSGLEN, "message_payload", f"a part of {len(octets)} octets")
    notes: tuple[str, ...] = ()
    data_coding = pdu.number("data_coding")
    if part is not None and part.total > 1:
        text = OCTETS.text(octets, extra)
    else:
        reading = read_text(octets, data_coding, gsm, how)
        if isinstance(reading, Fault):
            fault, text = fault or reading, ""
        else:
            text = reading.text
            notes = ("smscenter.smpp.odd-text",) if reading.notes else ()
    source = _text(pdu.octets("source_addr"))
    registered = pdu.number("registered_delivery")
    common = _common(pdu, caller, fault)
    submit: dict[str, Any] = {
        **common, "destinations": (_text(pdu.octets("destination_addr")),), "text": text,
        "sender": "" if source == "." else source, "flash": data_coding in _FLASH, "report": True,
        "begins_at": _moment(pdu.octets("schedule_delivery_time"), caller.now),
        "expires_at": _moment(pdu.octets("validity_period"), caller.now), "asks": _asks(registered), "extra": extra,
        "notes": notes, "replaces": pdu.number("replace_if_present_flag") == 1,
    }  # fmt: skip
    if part is not None and part.total > 1 and fault is None:
        piece = say.Part(part.reference, part.width, part.total, part.number, octets)
        return say.SubmitPart(**submit, part=piece)
    return say.Submit(**submit)


def _multi(pdu: Pdu, caller: Caller) -> AnyCommand:
    fault = Fault(Status.RINVCMDID, "command_id", "submit_multi is not implemented")
    return say.Submit(**_common(pdu, caller, fault), destinations=(), text=None, sender=None)


def _query(pdu: Pdu, caller: Caller) -> AnyCommand:
    source = _text(pdu.octets("source_addr"))
    return say.Query(
        **_common(pdu, caller, check(pdu)), provider_id=_text(pdu.octets("message_id")),
        extra={"source": source} if source else {},
    )  # fmt: skip


def _cancel(pdu: Pdu, caller: Caller) -> AnyCommand:
    service = _text(pdu.octets("service_type"))
    return say.Cancel(
        **_common(pdu, caller), provider_id=_text(pdu.octets("message_id")) or None,
        sender=_text(pdu.octets("source_addr")), destination=_text(pdu.octets("destination_addr")),
        extra={"service_type": service} if service else {},
    )  # fmt: skip


def _replace(pdu: Pdu, caller: Caller) -> AnyCommand:
    return say.Replace(
        **_common(pdu, caller, check(pdu)), provider_id=_text(pdu.octets("message_id")),
        sender=_text(pdu.octets("source_addr")), octets=pdu.message,
        asks=_asks(pdu.number("registered_delivery")),
        begins_at=_moment(pdu.octets("schedule_delivery_time"), caller.now),
        expires_at=_moment(pdu.octets("validity_period"), caller.now),
    )  # fmt: skip


def _bind(pdu: Pdu, caller: Caller) -> AnyCommand:
    who = Credential("system_id", _text(pdu.octets("system_id")), _text(pdu.octets("password")))
    return say.Bind(**{**_common(pdu, caller), "credential": who})


def _check_link(pdu: Pdu, caller: Caller) -> AnyCommand:
    return say.CheckLink(**_common(pdu, caller))


_READ: dict[int, Callable[[Pdu, Caller], AnyCommand]] = {
    **dict.fromkeys(BINDS, _bind), Command.SUBMIT_SM: _submit, Command.DATA_SM: _submit,
    Command.SUBMIT_MULTI: _multi, Command.QUERY_SM: _query, Command.CANCEL_SM: _cancel,
    Command.REPLACE_SM: _replace, Command.ENQUIRE_LINK: _check_link,
}  # fmt: skip


def read(pdu: Pdu, caller: Caller) -> AnyCommand:
    """A request that the state of the session allows → what it says."""
    return _READ[pdu.command_id](pdu, caller)


def write(command: AnyCommand, outcome: AnyOutcome) -> Said:
    """The status of the response and, where it succeeds, its fields."""
    match outcome:
        case Accepted():
            return Said(0, {"message_id": (outcome.provider_id or "").encode("ascii", "replace")})
        case Found():
            return Said(0, _state(outcome.entries[0], command))
        case Refused():
            return Said(status_of(command, outcome))
    return Said(0)


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
    return {
        "message_id": (asked or "").encode("ascii", "replace"),
        "final_date": write_absolute(entry.changed_at, 12) if final else b"",
        "message_state": STATES[entry.status],
        "error_code": min(told(entry.status, entry.error, entry.reason).err, 255) if final else 0,
    }


_AGAIN = frozenset({Status.RMSGQFUL, Status.RTHROTTLED, Status.RX_T_APPN, Status.RSYSERR})


def judge(status: int) -> SmppJudgement:
    """What a receiver's deliver_sm_resp says: taken, to be sent again, or refused for good."""
    if status == 0:
        return SmppJudgement(True, "deliver_sm_resp ESME_ROK", False)
    again = status in _AGAIN
    kind = "a temporary error: it goes out again" if again else "a permanent error: it is not sent again"
    return SmppJudgement(False, f"deliver_sm_resp {status_name(status)}, {kind}", again)


def terms(switches: Mapping[str, Any]) -> Terms:
    """The timers and the window of an account's sessions."""
    timers = Timers(
        inactivity=switches["smpp-idle"] or None, enquire_link=switches["smpp-enquire-link"] or None,
        response=switches["smpp-response"] or None,
    )  # fmt: skip
    return Terms(timers, switches["smpp-window"] or 1000, tuple(switches["smpp-retry"]))


FACE = SmppFace(
    system_id=SYSTEM_ID, identity="system_id", credentials={"system_id": "system_id", "password": "password"},
    credentials_row="smscenter.smpp.credentials", read=read, write=write, receipt=receipt, incoming=incoming,
    judge=judge, terms=terms, tags=VENDOR_TAGS,
)  # fmt: skip
