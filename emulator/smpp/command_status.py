"""What a command_status means: code, standard name, meaning. One row each; nothing here decides anything.

Rows: SMPP 3.4, 5.1.3 (the numbers agree with smpplib's and tshark's tables). A status that is not here
(0x400-0x4FF are the vendors') is legal on the wire and stays a plain number everywhere in this package.
"""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """A command_status we know by name. It is an int: `Status.ROK == 0`, and any other int may stand in its
    place."""

    meaning: str

    def __new__(cls, code: int, meaning: str) -> Status:
        row = int.__new__(cls, code)
        row._value_ = code
        row.meaning = meaning
        return row

    ROK = 0x00, "accepted"
    RINVMSGLEN = 0x01, "message length is invalid"
    RINVCMDLEN = 0x02, "command length is invalid"
    RINVCMDID = 0x03, "command is unknown or not served"
    RINVBNDSTS = 0x04, "command is not allowed in this bind state"
    RALYBND = 0x05, "already bound, or no more binds allowed"
    RINVPRTFLG = 0x06, "priority_flag is invalid"
    RINVREGDLVFLG = 0x07, "registered_delivery is invalid"
    RSYSERR = 0x08, "system error"
    RINVSRCADR = 0x0A, "source address is invalid"
    RINVDSTADR = 0x0B, "destination address is invalid"
    RINVMSGID = 0x0C, "message_id is invalid"
    RBINDFAIL = 0x0D, "bind failed"
    RINVPASWD = 0x0E, "password is invalid"
    RINVSYSID = 0x0F, "system_id is invalid"
    RCANCELFAIL = 0x11, "cancel_sm failed"
    RREPLACEFAIL = 0x13, "replace_sm failed"
    RMSGQFUL = 0x14, "message queue is full"
    RINVSERTYP = 0x15, "service_type is invalid"
    RINVNUMDESTS = 0x33, "number of destinations is invalid"
    RINVDLNAME = 0x34, "distribution list name is invalid"
    RINVDESTFLAG = 0x40, "dest_flag is invalid"
    RINVSUBREP = 0x42, "submit with replace is invalid"
    RINVESMCLASS = 0x43, "esm_class is invalid"
    RCNTSUBDL = 0x44, "cannot submit to the distribution list"
    RSUBMITFAIL = 0x45, "submit failed"
    RINVSRCTON = 0x48, "source type of number is invalid"
    RINVSRCNPI = 0x49, "source numbering plan is invalid"
    RINVDSTTON = 0x50, "destination type of number is invalid"
    RINVDSTNPI = 0x51, "destination numbering plan is invalid"
    RINVSYSTYP = 0x53, "system_type is invalid"
    RINVREPFLAG = 0x54, "replace_if_present_flag is invalid"
    RINVNUMMSGS = 0x55, "number of messages is invalid"
    RTHROTTLED = 0x58, "too fast: allowed message rate exceeded"
    RINVSCHED = 0x61, "schedule_delivery_time is invalid"
    RINVEXPIRY = 0x62, "validity_period is invalid"
    RINVDFTMSGID = 0x63, "sm_default_msg_id is invalid"
    RX_T_APPN = 0x64, "receiver: temporary error, send again"
    RX_P_APPN = 0x65, "receiver: permanent error"
    RX_R_APPN = 0x66, "receiver: message rejected"
    RQUERYFAIL = 0x67, "query_sm failed"
    RINVOPTPARSTREAM = 0xC0, "optional part of the PDU is unreadable"
    ROPTPARNOTALLWD = 0xC1, "TLV is not allowed here"
    RINVPARLEN = 0xC2, "TLV length is invalid"
    RMISSINGOPTPARAM = 0xC3, "a needed TLV is missing"
    RINVOPTPARAMVAL = 0xC4, "TLV value is invalid"
    RDELIVERYFAILURE = 0xFE, "delivery failed"
    RUNKNOWNERR = 0xFF, "unknown error"


_NAMES = {int(row): f"ESME_{row.name}" for row in Status}
_MEANINGS = {int(row): row.meaning for row in Status}


def status_name(code: int) -> str:
    """4 → "ESME_RINVBNDSTS"; a number without a row → its hex, for people."""
    return _NAMES.get(code) or f"0x{code:08X}"


def status_meaning(code: int) -> str:
    """4 → "command is not allowed in this bind state"."""
    return _MEANINGS.get(code) or (
        "vendor status" if 0x400 <= code <= 0x4FF else "status unknown to SMPP 3.4"
    )
