"""Octets to PDU and back, driven by the tables. `decode` never raises; `encode(decode(frame)) == frame` for
every frame that `decode` could read. What is well formed is read by patterns made of the tables; what matches none is
gone through field by field, to say what is wrong with it.

Only structure is judged here: lengths, NULs, borders of TLVs. Whether a value is a good one is the trade of
`checks`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, NoReturn, TypeAlias

from msgspec import defstruct

from .command_status import Status
from .pdu import NOTHING, Answer, Body, Destination, EncodedPdu, Pdu, Tlv, Unreadable, Unsuccessful
from .pdu_tables import (
    FIELD_FAULTS,
    LAYOUTS,
    LENIENT,
    MISSING,
    RESPONSE,
    SHORT_MESSAGE,
    WITHOUT_RESPONSE,
    Field,
    FieldKind,
    command_name,
)
from .tlvs import tag_name

HEADER = struct.Struct(">IIII")  # command_length, command_id, command_status, sequence_number (3.2)
_TLV = struct.Struct(">HH")
_UINT32 = struct.Struct(">I")


class CannotEncode(ValueError):
    """A PDU of ours that does not fit the wire: our caller's slip, never the peer's."""


class _Stop(Exception):
    """Reading ends here; caught by `decode`, never seen outside."""

    def __init__(self, status: Status, field: str, why: str) -> None:
        self.status, self.field, self.why = status, field, why


_UINT8, _C_OCTETS = FieldKind.UINT8, FieldKind.C_OCTETS
_COUNTS = {
    FieldKind.SHORT_MESSAGE: "sm_length",
    FieldKind.DESTINATIONS: "number_of_dests",
    FieldKind.UNSUCCESSFUL: "no_unsuccess",
}
"""What counts the octets of a message, or the entries of a list: the octet before them."""
_FORMS = {_UINT8: b"%c", _C_OCTETS: b"%b\0"}

_Stretch: TypeAlias = tuple[Callable[[bytes, int], "re.Match[bytes] | None"], tuple[Field, ...], Field | None]
"""Strings and numbers that lie one behind another: what matches them, and they themselves; and what stands behind,
counted by the last of them."""


class _Layout(NamedTuple):
    """`body`: what is made of all values (strings before numbers, stretch by stretch); `missing`: what stands for each
    field in their order; `form`: how they are written, those that are `counted` as octets made before."""

    stretches: tuple[_Stretch, ...]
    body: Callable[..., Body]
    missing: dict[str, Any]
    form: bytes
    counted: tuple[str, ...]
    ends_in_message: bool


def _layout(fields: tuple[Field, ...]) -> _Layout:
    stretches: list[_Stretch] = []
    names: list[str] = []
    some: list[Field] = []
    for field in (*fields, None):
        if field is not None and field.kind not in _COUNTS:
            some.append(field)
        elif some or field is not None:
            names += [one.name for kind in (_C_OCTETS, _UINT8) for one in some if one.kind is kind]
            if field is not None:
                names.append(field.name)
                some.append(Field(_COUNTS[field.kind], _UINT8))
            stretches.append((_pattern(some).match, tuple(some), field))
            some = []
    missing = {field.name: MISSING[field.kind] for field in fields}
    body: Any = defstruct("Body", names, bases=(Body,), namespace={"missing": missing}, eq=False, gc=False)
    form = b"".join(_FORMS.get(field.kind, b"%b") for field in fields)
    counted = tuple(field.name for field in fields if field.kind in _COUNTS)
    return _Layout(tuple(stretches), body, missing, form, counted, SHORT_MESSAGE in fields)


def _pattern(fields: list[Field]) -> re.Pattern[bytes]:
    """Of well-formed fields: in turn a run of numbers, which may be empty, and a string."""
    pattern, run = b"", 0
    for field in fields:
        if field.kind is _C_OCTETS:
            pattern += b"(.{%d})([^\\0]{0,%d})\\0" % (run, field.size - 1)
            run = 0
        else:
            run += 1
    return re.compile(pattern + b"(.{%d})" % run, re.DOTALL)


_LAYOUTS: dict[int, _Layout] = {int(command_id): _layout(fields) for command_id, fields in LAYOUTS.items()}
_NO_LAYOUT = _layout(())


def decode(frame: bytes) -> Pdu | Unreadable:
    """One whole frame, header included → its PDU, or what is wrong with it (statuses: facts, sections 3 and
    4)."""
    if len(frame) < 16:
        return _lost(frame, f"{len(frame)} octets are no PDU: the header alone has 16")
    length, command_id, status, sequence = HEADER.unpack_from(frame)
    if length != len(frame):
        return _lost(frame, f"command_length says {length}, the frame has {len(frame)} octets")
    layout = _LAYOUTS.get(command_id)
    if layout is None:
        answer: Answer = "nothing" if command_id & RESPONSE else "generic_nack"
        why = f"command_id 0x{command_id:08X} is not in SMPP 3.4"
        return Unreadable(command_id, sequence, Status.RINVCMDID, answer, why, "command_id", False, frame)
    if length == 16 and command_id & RESPONSE:
        return Pdu(command_id, status, sequence, NOTHING, [], b"", frame)
    values: list[Any] = []
    tlvs: list[Tlv] = []
    position, rest = 16, b""
    try:
        for match, fields, counted in layout.stretches:
            found = match(frame, position)
            if found is None:
                _explain(frame, position, fields)
            groups = found.groups()
            values += groups[1::2]
            values += b"".join(groups[::2])
            position = found.end()
            if counted is SHORT_MESSAGE:
                start, position = position, position + values[-1]
                if position > length:
                    raise _too_long(position - start, length - start)
                values[-1] = frame[start:position]
            elif counted is not None:
                read = _read_destinations if counted.kind is FieldKind.DESTINATIONS else _read_unsuccessful
                position = read(frame, position, counted.size, values)
        if position < length:
            if position + 1 == length and layout.ends_in_message and not frame[position]:
                rest = b"\0"  # php-smpp's, which it counts nowhere but in command_length
            else:
                _read_tlvs(frame, position, tlvs)
    except _Stop as stop:
        if not layout.stretches and not command_id & RESPONSE:
            # enquire_link and unbind: the specification has no body for them, and no error.
            return Pdu(command_id, status, sequence, NOTHING, [], frame[16:], frame)
        if command_id & RESPONSE and (status or command_id in LENIENT):
            # Error responses come with every kind of body, and the status alone matters to who waits for it.
            return Pdu(command_id, status, sequence, NOTHING, [], frame[16:], frame)
        silent = command_id & RESPONSE or command_id in WITHOUT_RESPONSE
        return Unreadable(command_id, sequence, stop.status, "nothing" if silent else "own response",
                          f"{command_name(command_id)}: {stop.why}", stop.field, False, frame)  # fmt: skip
    return Pdu(command_id, status, sequence, layout.body(*values), tlvs, rest, frame)


def _lost(frame: bytes, why: str) -> Unreadable:
    command_id = int.from_bytes(frame[4:8], "big") if len(frame) >= 8 else 0
    sequence = int.from_bytes(frame[12:16], "big") if len(frame) >= 16 else 0
    return Unreadable(
        command_id, sequence, Status.RINVCMDLEN, "generic_nack", why, "command_length", True, frame
    )


def _explain(frame: bytes, position: int, fields: tuple[Field, ...]) -> NoReturn:
    """Which of these fields, whose pattern does not match, is not whole, and why."""
    for name, kind, size in fields:
        if kind is _C_OCTETS:
            position += len(_string(frame, position, size, name)) + 1
        else:
            _octet(frame, position, name)
            position += 1
    raise AssertionError("the pattern matches what has all its fields")


def _too_long(said: int, left: int) -> _Stop:
    why = f"sm_length {said} goes past the end: {left} octets are left"
    return _Stop(Status.RINVMSGLEN, "sm_length", why)


def _too_short(name: str) -> _Stop:
    return _Stop(Status.RINVCMDLEN, name, f"the body ends before {name}")


def _string(frame: bytes, position: int, size: int, name: str) -> bytes:
    stop = frame.find(0, position, position + size)
    if stop >= 0:
        return frame[position:stop]
    if position >= len(frame):
        raise _too_short(name)
    where = "before the end of the PDU" if position + size > len(frame) else f"within its {size} octets"
    raise _Stop(FIELD_FAULTS.get(name, Status.RINVCMDLEN), name, f"{name} has no NUL {where}")


def _octet(frame: bytes, position: int, name: str) -> int:
    if position >= len(frame):
        raise _too_short(name)
    return frame[position]


def _read_destinations(frame: bytes, position: int, size: int, values: list[Any]) -> int:
    found: list[Destination] = []
    for _ in range(values.pop()):
        flag = _octet(frame, position, "dest_flag")
        ton = npi = 0
        if flag == 1:
            ton = _octet(frame, position + 1, "dest_addr_ton")
            npi = _octet(frame, position + 2, "dest_addr_npi")
            position += 2
        elif flag != 2:
            raise _Stop(
                Status.RINVDESTFLAG, "dest_flag", f"dest_flag {flag} is neither 1 (address) nor 2 (list)"
            )
        address = _string(frame, position + 1, size, "dest_address")
        position += len(address) + 2
        found.append(Destination(flag, address, ton, npi))
    values.append(tuple(found))
    return position


def _read_unsuccessful(frame: bytes, position: int, size: int, values: list[Any]) -> int:
    found: list[Unsuccessful] = []
    for _ in range(values.pop()):
        ton = _octet(frame, position, "dest_addr_ton")
        npi = _octet(frame, position + 1, "dest_addr_npi")
        address = _string(frame, position + 2, size, "destination_addr")
        position += len(address) + 3
        if position + 4 > len(frame):
            raise _too_short("error_status_code")
        found.append(Unsuccessful(ton, npi, address, _UINT32.unpack_from(frame, position)[0]))
        position += 4
    values.append(tuple(found))
    return position


def _read_tlvs(frame: bytes, position: int, tlvs: list[Tlv]) -> None:
    end = len(frame)
    while position < end:
        start = position + 4
        if start > end:
            why = f"{end - position} octets after the last field or TLV are too few for a TLV"
            raise _Stop(Status.RINVOPTPARSTREAM, "", why)
        tag, length = _TLV.unpack_from(frame, position)
        position = start + length
        if position > end:
            why = f"TLV {tag_name(tag)} says {length} octets, {end - start} are left in the PDU"
            raise _Stop(Status.RINVOPTPARSTREAM, tag_name(tag), why)
        tlvs.append((tag, frame[start:position]))


def encode(pdu: Pdu) -> bytes:
    """A PDU → its octets. Missing fields of a begun body are 0 or empty; sizes and sense are not judged (an
    emulator sends wrong things on purpose). CannotEncode: an unknown field name, or a value that has no place
    on the wire."""
    if type(pdu) is EncodedPdu:
        return HEADER.pack(len(pdu.body) + 16, pdu.command_id, pdu.status, pdu.sequence) + pdu.body
    layout = _LAYOUTS.get(pdu.command_id, _NO_LAYOUT)
    body, fields = pdu.rest, pdu.fields
    try:
        if pdu.tlvs:
            body = write_tlvs(pdu.tlvs) + body
        if fields or not pdu.command_id & RESPONSE:
            values = {**layout.missing, **fields}
            for name in layout.counted:
                values[name] = _counted(values[name])
            body = layout.form % tuple(values.values()) + body
        return HEADER.pack(len(body) + 16, pdu.command_id, pdu.status, pdu.sequence) + body
    except (struct.error, TypeError, ValueError, OverflowError, AttributeError) as error:
        unknown = ", ".join(sorted(set(fields.keys()) - layout.missing.keys()))
        raise CannotEncode(f"{pdu.name} has no field {unknown}" if unknown else f"{pdu.name}: {error}") from None


def write_tlvs(tlvs: Iterable[Tlv]) -> bytes:
    """TLVs → their octets, in that order."""
    return b"".join([_TLV.pack(tag, len(value)) + value for tag, value in tlvs])


def _counted(value: bytes | tuple[Destination | Unsuccessful, ...]) -> bytes:
    """A message or a list, behind the octet that counts it."""
    octets = value if isinstance(value, bytes) else b"".join(map(_write_target, value))
    return bytes((len(value),)) + octets


def _write_target(target: Destination | Unsuccessful) -> bytes:
    if isinstance(target, Unsuccessful):
        return bytes((target.ton, target.npi)) + target.address + b"\0" + _UINT32.pack(target.status)
    numbering = bytes((target.ton, target.npi)) if target.flag == 1 else b""
    return bytes((target.flag,)) + numbering + target.address + b"\0"
