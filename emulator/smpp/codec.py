"""Octets to PDU and back, driven by the tables. `decode` never raises; `encode(decode(frame)) == frame` for
every frame that `decode` could read.

Only structure is judged here: lengths, NULs, borders of TLVs. Whether a value is a good one is the trade of
`checks`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

from .command_status import Status
from .pdu import Answer, Destination, EncodedPdu, Fields, Pdu, Tlv, Unreadable, Unsuccessful
from .pdu_tables import FIELD_FAULTS, LAYOUTS, LENIENT, RESPONSE, WITHOUT_RESPONSE, FieldKind, command_name
from .tlvs import tag_name

HEADER = struct.Struct(">IIII")  # command_length, command_id, command_status, sequence_number (3.2)
_TLV = struct.Struct(">HH")
_UINT32 = struct.Struct(">I")

_, _C, _SHORT, _DESTS, _UNSUC = (int(kind) for kind in FieldKind)


class CannotEncode(ValueError):
    """A PDU of ours that does not fit the wire: our caller's slip, never the peer's."""


class _Stop(Exception):
    """Reading ends here; caught by `decode`, never seen outside."""

    def __init__(self, status: Status, field: str, why: str) -> None:
        self.status, self.field, self.why = status, field, why


_Step: TypeAlias = tuple[int, int, int, tuple[str, ...]]
# Kind, size, how many uint8 fields, names: such fields are read with the string before them, or (size 0) by themselves.
# A plain tuple, for a NamedTuple takes twice as long to unpack, and a submit_sm does so six times.


class _Plan(NamedTuple):
    names: tuple[str, ...]
    known: frozenset[str]
    steps: tuple[_Step, ...]
    ends_in_message: bool = False


def _plan(command_id: int) -> _Plan:
    steps: list[_Step] = []
    for field in LAYOUTS[command_id]:
        if field.kind is FieldKind.UINT8:
            _, size, many, before = steps.pop() if steps and steps[-1][0] == _C else (_C, 0, 0, ())
            steps.append((_C, size, many + 1, (*before, field.name)))
        else:
            steps.append((int(field.kind), field.size, 0, (field.name,)))
    names = tuple(field.name for field in LAYOUTS[command_id])
    return _Plan(names, frozenset(names), tuple(steps), bool(steps) and steps[-1][0] == _SHORT)


_PLANS: dict[int, _Plan] = {int(command_id): _plan(command_id) for command_id in LAYOUTS}
_NO_PLAN = _Plan((), frozenset(), ())


def decode(frame: bytes) -> Pdu | Unreadable:
    """One whole frame, header included → its PDU, or what is wrong with it (statuses: facts, sections 3 and
    4)."""
    if len(frame) < 16:
        return _lost(frame, f"{len(frame)} octets are no PDU: the header alone has 16")
    length, command_id, status, sequence = HEADER.unpack_from(frame)
    if length != len(frame):
        return _lost(frame, f"command_length says {length}, the frame has {len(frame)} octets")
    plan = _PLANS.get(command_id)
    if plan is None:
        answer: Answer = "nothing" if command_id & RESPONSE else "generic_nack"
        why = f"command_id 0x{command_id:08X} is not in SMPP 3.4"
        return Unreadable(command_id, sequence, Status.RINVCMDID, answer, why, "command_id", False, frame)
    if length == 16 and (command_id & RESPONSE or not plan.steps):
        return Pdu(command_id, status, sequence, {}, [], b"", frame)
    values: list[Any] = []
    tlvs: list[Tlv] = []
    rest = b""
    try:
        position = _read_fields(frame, plan, values) if plan.steps else 16
        if position < length:
            if position + 1 == length and plan.ends_in_message and not frame[position]:
                rest = b"\0"  # php-smpp's, which it counts nowhere but in command_length
            else:
                _read_tlvs(frame, position, tlvs)
    except _Stop as stop:
        if not plan.steps and not command_id & RESPONSE:
            # enquire_link and unbind: the specification has no body for them, and no error.
            return Pdu(command_id, status, sequence, {}, [], frame[16:], frame)
        if command_id & RESPONSE and (status or command_id in LENIENT):
            # Error responses come with every kind of body, and the status alone matters to who waits for it.
            return Pdu(command_id, status, sequence, {}, [], frame[16:], frame)
        silent = command_id & RESPONSE or command_id in WITHOUT_RESPONSE
        return Unreadable(command_id, sequence, stop.status, "nothing" if silent else "own response",
                          f"{command_name(command_id)}: {stop.why}", stop.field, False, frame)  # fmt: skip
    fields = dict(zip(plan.names, values))  # noqa: B905  # the keyword alone costs 0.2 µs
    return Pdu(command_id, status, sequence, fields, tlvs, rest, frame)


def _lost(frame: bytes, why: str) -> Unreadable:
    command_id = int.from_bytes(frame[4:8], "big") if len(frame) >= 8 else 0
    sequence = int.from_bytes(frame[12:16], "big") if len(frame) >= 16 else 0
    return Unreadable(
        command_id, sequence, Status.RINVCMDLEN, "generic_nack", why, "command_length", True, frame
    )


def _read_fields(frame: bytes, plan: _Plan, values: list[Any]) -> int:
    position, end = 16, len(frame)
    find, append, extend = frame.find, values.append, values.extend
    for kind, size, many, names in plan.steps:
        if kind == _C:
            if size:
                stop = find(0, position, position + size)
                if stop < 0:
                    raise _no_string(names[0], size, position, end)
                append(frame[position:stop])
                position = stop + 1
            if many:
                stop = position + many
                if stop > end:
                    raise _too_short(names[end - stop])
                extend(frame[position:stop])
                position = stop
        elif kind == _SHORT:
            if position >= end:
                raise _too_short("sm_length")
            stop = position + 1 + frame[position]
            if stop > end:
                why = f"sm_length {frame[position]} goes past the end: {end - position - 1} octets are left"
                raise _Stop(Status.RINVMSGLEN, "sm_length", why)
            append(frame[position + 1 : stop])
            position = stop
        elif kind == _DESTS:
            position = _read_destinations(frame, position, size, values)
        else:
            position = _read_unsuccessful(frame, position, size, values)
    return position


def _too_short(name: str) -> _Stop:
    return _Stop(Status.RINVCMDLEN, name, f"the body ends before {name}")


def _no_string(name: str, size: int, position: int, end: int) -> _Stop:
    if position >= end:
        return _too_short(name)
    if position + size > end:
        why = f"{name} has no NUL before the end of the PDU"
    else:
        why = f"{name} has no NUL within its {size} octets"
    return _Stop(FIELD_FAULTS.get(name, Status.RINVCMDLEN), name, why)


def _string(frame: bytes, position: int, size: int, name: str) -> bytes:
    stop = frame.find(0, position, position + size)
    if stop < 0:
        raise _no_string(name, size, position, len(frame))
    return frame[position:stop]


def _octet(frame: bytes, position: int, name: str) -> int:
    if position >= len(frame):
        raise _too_short(name)
    return frame[position]


def _read_destinations(frame: bytes, position: int, size: int, values: list[Any]) -> int:
    many = _octet(frame, position, "number_of_dests")
    position += 1
    found: list[Destination] = []
    for _ in range(many):
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
    many = _octet(frame, position, "no_unsuccess")
    position += 1
    found: list[Unsuccessful] = []
    for _ in range(many):
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
    if isinstance(pdu, EncodedPdu):
        return HEADER.pack(len(pdu.body) + 16, pdu.command_id, pdu.status, pdu.sequence) + pdu.body
    plan = _PLANS.get(pdu.command_id, _NO_PLAN)
    fields = pdu.fields
    if not fields.keys() <= plan.known:
        raise CannotEncode(f"{pdu.name} has no field {', '.join(sorted(fields.keys() - plan.known))}")
    try:
        body = _write_fields(plan, fields) if fields or not pdu.command_id & RESPONSE else []
        if pdu.tlvs:
            body.append(write_tlvs(pdu.tlvs))
        body.append(pdu.rest)
        octets = b"".join(body)
        return HEADER.pack(len(octets) + 16, pdu.command_id, pdu.status, pdu.sequence) + octets
    except (struct.error, TypeError, ValueError, AttributeError) as error:
        raise CannotEncode(f"{pdu.name}: {error}") from None


def write_tlvs(tlvs: Iterable[Tlv]) -> bytes:
    """TLVs → their octets, in that order."""
    return b"".join([_TLV.pack(tag, len(value)) + value for tag, value in tlvs])


def _write_fields(plan: _Plan, fields: Fields) -> list[bytes]:
    body: list[bytes] = []
    get = fields.get
    for kind, size, many, names in plan.steps:
        if kind == _C:
            if size:
                body.append(get(names[0], b""))  # join() checks
                body.append(b"\0")
            if many:
                body.append(bytes([get(name, 0) for name in names[-many:]]))  # bytes() checks
        elif kind == _SHORT:
            message: bytes = get(names[0], b"")
            body.append(bytes((len(message),)))
            body.append(message)
        else:
            targets: tuple[Destination | Unsuccessful, ...] = get(names[0], ())
            body.append(bytes((len(targets),)))
            body.extend(_write_target(target) for target in targets)
    return body


def _write_target(target: Destination | Unsuccessful) -> bytes:
    if isinstance(target, Unsuccessful):
        return bytes((target.ton, target.npi)) + target.address + b"\0" + _UINT32.pack(target.status)
    numbering = bytes((target.ton, target.npi)) if target.flag == 1 else b""
    return bytes((target.flag,)) + numbering + target.address + b"\0"
