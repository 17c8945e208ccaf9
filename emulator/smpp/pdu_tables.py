"""The wire as tables: command ids, and for each command the mandatory fields of its body in their order.

Rows: SMPP 3.4, sections 4.1-4.12 and 5.1.2.1 (order and sizes checked against tshark's dissector and
smpplib). Sizes of C-Octet Strings count their NUL, as the specification does.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from .command_status import Status

RESPONSE = 0x80000000
"""The bit that makes a command id a response; `request_id | RESPONSE` is its own response."""


class CommandId(IntEnum):
    GENERIC_NACK = 0x80000000
    BIND_RECEIVER = 0x00000001
    BIND_RECEIVER_RESP = 0x80000001
    BIND_TRANSMITTER = 0x00000002
    BIND_TRANSMITTER_RESP = 0x80000002
    QUERY_SM = 0x00000003
    QUERY_SM_RESP = 0x80000003
    SUBMIT_SM = 0x00000004
    SUBMIT_SM_RESP = 0x80000004
    DELIVER_SM = 0x00000005
    DELIVER_SM_RESP = 0x80000005
    UNBIND = 0x00000006
    UNBIND_RESP = 0x80000006
    REPLACE_SM = 0x00000007
    REPLACE_SM_RESP = 0x80000007
    CANCEL_SM = 0x00000008
    CANCEL_SM_RESP = 0x80000008
    BIND_TRANSCEIVER = 0x00000009
    BIND_TRANSCEIVER_RESP = 0x80000009
    OUTBIND = 0x0000000B
    ENQUIRE_LINK = 0x00000015
    ENQUIRE_LINK_RESP = 0x80000015
    SUBMIT_MULTI = 0x00000021
    SUBMIT_MULTI_RESP = 0x80000021
    ALERT_NOTIFICATION = 0x00000102
    DATA_SM = 0x00000103
    DATA_SM_RESP = 0x80000103


_NAMES = {int(row): row.name.lower() for row in CommandId}

BINDS = frozenset({CommandId.BIND_RECEIVER, CommandId.BIND_TRANSMITTER, CommandId.BIND_TRANSCEIVER})
WITHOUT_RESPONSE = frozenset({CommandId.OUTBIND, CommandId.ALERT_NOTIFICATION})
"""Requests that have no response in the protocol (4.1.7, 4.12)."""


def command_name(command_id: int) -> str:
    """4 → "submit_sm"; an unknown id → its hex, for people."""
    return _NAMES.get(command_id) or f"0x{command_id:08X}"


class FieldKind(IntEnum):
    """How a field lies on the wire."""

    UINT8 = 1
    C_OCTETS = 2  # up to `size` octets, the last one NUL
    SHORT_MESSAGE = 3  # sm_length (one octet), then so many octets
    DESTINATIONS = 4  # number_of_dests, then dest_flag and an address or a list name each (4.5.1.1)
    UNSUCCESSFUL = 5  # no_unsuccess, then address and 4-octet status each (4.5.2.1)


MISSING: dict[FieldKind, int | bytes | tuple[()]] = {
    FieldKind.UINT8: 0, FieldKind.C_OCTETS: b"", FieldKind.SHORT_MESSAGE: b"", FieldKind.DESTINATIONS: (),
    FieldKind.UNSUCCESSFUL: (),
}  # fmt: skip
"""What stands for a field that nobody fills."""


class Field(NamedTuple):
    name: str
    kind: FieldKind
    size: int = 0


def _u8(name: str) -> Field:
    return Field(name, FieldKind.UINT8)


def _c(name: str, size: int) -> Field:
    return Field(name, FieldKind.C_OCTETS, size)


def _address(name: str, size: int = 21) -> tuple[Field, ...]:
    return _u8(f"{name}_ton"), _u8(f"{name}_npi"), _c(name, size)


def _destination(size: int = 21) -> tuple[Field, ...]:
    return _u8("dest_addr_ton"), _u8("dest_addr_npi"), _c("destination_addr", size)


SHORT_MESSAGE = Field("short_message", FieldKind.SHORT_MESSAGE)
_TIMES = (_c("schedule_delivery_time", 17), _c("validity_period", 17))
_HOW = (_u8("esm_class"), _u8("protocol_id"), _u8("priority_flag"), *_TIMES, _u8("registered_delivery"),
        _u8("replace_if_present_flag"), _u8("data_coding"), _u8("sm_default_msg_id"), SHORT_MESSAGE)  # fmt: skip
_BIND = (_c("system_id", 16), _c("password", 9), _c("system_type", 13), _u8("interface_version"),
         _u8("addr_ton"), _u8("addr_npi"), _c("address_range", 41))  # fmt: skip
_BIND_RESP = (_c("system_id", 16),)
_MESSAGE = (_c("service_type", 6), *_address("source_addr"), *_destination(), *_HOW)
_ID = (_c("message_id", 65),)

LAYOUTS: dict[int, tuple[Field, ...]] = {
    CommandId.GENERIC_NACK: (),  # 4.3.1
    CommandId.BIND_RECEIVER: _BIND,  # 4.1.3
    CommandId.BIND_RECEIVER_RESP: _BIND_RESP,  # 4.1.4
    CommandId.BIND_TRANSMITTER: _BIND,  # 4.1.1
    CommandId.BIND_TRANSMITTER_RESP: _BIND_RESP,  # 4.1.2
    CommandId.QUERY_SM: (*_ID, *_address("source_addr")),  # 4.8.1
    CommandId.QUERY_SM_RESP: (*_ID, _c("final_date", 17), _u8("message_state"), _u8("error_code")),  # 4.8.2
    CommandId.SUBMIT_SM: _MESSAGE,  # 4.4.1
    CommandId.SUBMIT_SM_RESP: _ID,  # 4.4.2
    CommandId.DELIVER_SM: _MESSAGE,  # 4.6.1
    CommandId.DELIVER_SM_RESP: _ID,  # 4.6.2: unused, one NUL
    CommandId.UNBIND: (),  # 4.2.1
    CommandId.UNBIND_RESP: (),  # 4.2.2
    CommandId.REPLACE_SM: (
        *_ID,
        *_address("source_addr"),
        *_TIMES,
        _u8("registered_delivery"),
        _u8("sm_default_msg_id"),
        SHORT_MESSAGE,
    ),  # 4.10.1
    CommandId.REPLACE_SM_RESP: (),  # 4.10.2
    CommandId.CANCEL_SM: (_c("service_type", 6), *_ID, *_address("source_addr"), *_destination()),  # 4.9.1
    CommandId.CANCEL_SM_RESP: (),  # 4.9.2
    CommandId.BIND_TRANSCEIVER: _BIND,  # 4.1.5
    CommandId.BIND_TRANSCEIVER_RESP: _BIND_RESP,  # 4.1.6
    CommandId.OUTBIND: (_c("system_id", 16), _c("password", 9)),  # 4.1.7.1
    CommandId.ENQUIRE_LINK: (),  # 4.11.1
    CommandId.ENQUIRE_LINK_RESP: (),  # 4.11.2
    CommandId.SUBMIT_MULTI: (
        _c("service_type", 6),
        *_address("source_addr"),
        Field("dest_address", FieldKind.DESTINATIONS, 21),
        *_HOW,
    ),  # 4.5.1
    CommandId.SUBMIT_MULTI_RESP: (*_ID, Field("unsuccess_sme", FieldKind.UNSUCCESSFUL, 21)),  # 4.5.2
    CommandId.ALERT_NOTIFICATION: (*_address("source_addr", 65), *_address("esme_addr", 65)),  # 4.12.1
    CommandId.DATA_SM: (
        _c("service_type", 6),
        *_address("source_addr", 65),
        *_destination(65),
        _u8("esm_class"),
        _u8("registered_delivery"),
        _u8("data_coding"),
    ),  # 4.7.1
    CommandId.DATA_SM_RESP: _ID,  # 4.7.2
}

FIELD_FAULTS: dict[str, Status] = {
    "service_type": Status.RINVSERTYP,
    "source_addr": Status.RINVSRCADR,
    "destination_addr": Status.RINVDSTADR,
    "dest_address": Status.RINVDSTADR,
    "schedule_delivery_time": Status.RINVSCHED,
    "validity_period": Status.RINVEXPIRY,
    "message_id": Status.RINVMSGID,
    "system_id": Status.RINVSYSID,
    "password": Status.RINVPASWD,
    "system_type": Status.RINVSYSTYP,
    "address_range": Status.RBINDFAIL,  # 3.4 has no status of its own for it
    "short_message": Status.RINVMSGLEN,
}
"""Status for a field that is too long or has no NUL (facts, section 3); other fields have RINVCMDLEN."""

LENIENT = frozenset({CommandId.GENERIC_NACK, CommandId.DELIVER_SM_RESP})
"""Their bodies carry nothing, and clients write anything into them (facts, section 3): never a reason to
complain."""
