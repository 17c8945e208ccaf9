"""A PDU as people read it: names instead of numbers, in values that JSON knows. For the journal, never for
the wire."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypeAlias, TypedDict

from .command_status import status_name
from .pdu import Destination, Pdu, Unreadable, Unsuccessful
from .tlvs import TAGS, tag_name

Shown: TypeAlias = "str | int | bool | list[Shown] | dict[str, Shown]"


class TlvShown(TypedDict):
    tag: int
    name: str
    value: int | str


class DescribedPdu(TypedDict):
    """A PDU for people: `rest` what stood behind the last field or TLV, `unreadable` why it could not be read, `answer`
    what is to be done then, `hex` all its octets."""

    command: str
    status: str
    sequence: int
    fields: NotRequired[dict[str, Any]]
    tlvs: NotRequired[list[TlvShown]]
    rest: NotRequired[str]
    unreadable: NotRequired[str]
    answer: NotRequired[str]
    hex: NotRequired[str]


_SECRET = "password"  # the field
_HEX = frozenset({"short_message"})


def describe(item: Pdu | Unreadable, names: Mapping[int, str] | None = None) -> DescribedPdu:
    """A PDU, or what could not be read → its command, status, number, fields and TLVs. Texts as ASCII,
    messages and TLVs as hex, the password as stars. `names`: the caller's own for vendor TLVs."""
    shown: DescribedPdu = {
        "command": item.name,
        "status": status_name(item.status),
        "sequence": item.sequence,
    }
    if isinstance(item, Unreadable):
        return {**shown, "unreadable": item.why, "answer": item.answer, "hex": item.raw.hex()}
    if item.fields:
        shown["fields"] = {name: _value(name, value) for name, value in item.fields.items()}
    if item.tlvs:
        known = names or {}
        shown["tlvs"] = [
            {"tag": tag, "name": known.get(tag) or tag_name(tag), "value": _tlv(tag, value)}
            for tag, value in item.tlvs
        ]
    if item.rest:
        shown["rest"] = item.rest.hex()
    return shown


def _value(name: str, value: object) -> Shown:
    if isinstance(value, int):
        return value
    if isinstance(value, bytes):
        if name == _SECRET:
            return "*" * len(value)
        return value.hex() if name in _HEX else value.decode("ascii", "backslashreplace")
    assert isinstance(value, tuple)
    return [_target(target) for target in value]


def _target(target: Destination | Unsuccessful) -> Shown:
    shown: dict[str, Shown] = {"address": target.address.decode("ascii", "backslashreplace")}
    if isinstance(target, Unsuccessful):
        return {**shown, "ton": target.ton, "npi": target.npi, "status": status_name(target.status)}
    return {**shown, "ton": target.ton, "npi": target.npi} if target.flag == 1 else {"list": shown["address"]}


def _tlv(tag: int, value: bytes) -> int | str:
    row = TAGS.get(tag)
    if row is not None and row.text:
        return value.rstrip(b"\0").decode("ascii", "backslashreplace")
    if row is not None and row.low == row.high in (1, 2):
        return int.from_bytes(value, "big")
    return value.hex()
