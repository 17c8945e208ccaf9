"""What a rule may have done to a response over SMPP (the lists are in core/rules/actions.py and
core/rules/smpp_actions.py). One fault, one row: SPOIL changes its octets, STEPS how they go."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias
from uuid import UUID

from msgspec.structs import replace

from emulator.server.fault_steps import CloseConnection, ResetConnection, Wait, Write
from emulator.smpp.codec import decode, encode
from emulator.smpp.command_status import Status
from emulator.smpp.pdu import Pdu, generic_nack
from emulator.smpp.pdu_tables import CommandId

_PAUSE = 0.005
_PATIENCE = 0.25
"""So long a response waits for the next one."""


def alter(fault: str, pdu: Pdu) -> bytes:
    """A response's octets under a fault; one that changes nothing leaves them as they are."""
    change, octets = SPOIL.get(fault), encode(pdu)
    if change is None:
        return octets
    read = decode(octets)  # what was written as octets has its fields again
    return change(read) if isinstance(read, Pdu) else octets


def _id(form: Callable[[int], str]) -> Callable[[Pdu], bytes]:
    """The id in another notation, where it is a number."""

    def change(pdu: Pdu) -> bytes:
        known = pdu.octets("message_id")
        if known.isdigit():
            pdu = replace(pdu, fields={**pdu.fields, "message_id": form(int(known)).encode()})
        return encode(pdu)

    return change


def _bare(pdu: Pdu) -> bytes:
    return encode(Pdu(pdu.command_id, pdu.status, pdu.sequence))


def _nul_body(pdu: Pdu) -> bytes:
    return encode(Pdu(pdu.command_id, pdu.status, pdu.sequence, rest=b"\0"))


def _empty_id(pdu: Pdu) -> bytes:
    return encode(replace(pdu, fields={**pdu.fields, "message_id": b""} if "message_id" in pdu.fields else pdu.fields))


def _no_nul(pdu: Pdu) -> bytes:
    body = encode(replace(pdu, tlvs=[]))[16:].removesuffix(b"\0")
    return encode(Pdu(pdu.command_id, pdu.status, pdu.sequence, rest=body))


def _wrong_kind(pdu: Pdu) -> bytes:
    other = CommandId.BIND_TRANSMITTER_RESP if pdu.command_id != CommandId.BIND_TRANSMITTER_RESP else (
        CommandId.BIND_RECEIVER_RESP
    )  # fmt: skip
    body = encode(pdu)[16:]
    return encode(Pdu(other, pdu.status, pdu.sequence, rest=body))


def _garbled(pdu: Pdu) -> bytes:
    """The header as it is, the body backwards behind an octet that begins nothing."""
    return encode(Pdu(pdu.command_id, pdu.status, pdu.sequence, rest=b"\xff" + encode(pdu)[16:][::-1]))


SPOIL: dict[str, Callable[[Pdu], bytes]] = {
    "id-hex": _id(lambda number: f"{number:x}"),
    "id-hex-upper": _id(lambda number: f"{number:08X}"),
    "id-padded": _id(lambda number: f"{number:010d}"),
    "id-uuid": _id(lambda number: str(UUID(int=number << 64 | number))),
    "empty": _bare,
    "nul-body": _nul_body,
    "empty-id": _empty_id,
    "no-nul": _no_nul,
    "wrong-kind": _wrong_kind,
    "garbled": _garbled,
    "nacked": lambda pdu: encode(generic_nack(Status.RSYSERR, pdu.sequence)),
    "foreign-number": lambda pdu: encode(replace(pdu, sequence=pdu.sequence ^ 0x7F000000)),
    "doubled": lambda pdu: encode(pdu) * 2,
}


class Ask(NamedTuple):
    """A request of ours goes."""

    command: CommandId


class NextFirst(NamedTuple):
    """Another response goes before; if none comes for so many real seconds, it goes on all the same."""

    seconds: float


SmppStep: TypeAlias = Write | Wait | Ask | NextFirst | CloseConnection | ResetConnection


def _slowly(octets: bytes) -> tuple[SmppStep, ...]:
    """Octet by octet, with a pause behind each."""
    return tuple(step for octet in octets for step in (Write(bytes((octet,))), Wait(_PAUSE)))


STEPS: dict[str, Callable[[bytes], tuple[SmppStep, ...]]] = {
    "lost": lambda octets: (CloseConnection(),),
    "drop": lambda octets: (CloseConnection(),),
    "reset": lambda octets: (ResetConnection(),),
    "hang": lambda octets: (),
    "cut": lambda octets: (Write(octets[: len(octets) // 2]), CloseConnection()),
    "slow": _slowly,
    "split": lambda octets: (Write(octets[: len(octets) // 2]), Wait(_PAUSE), Write(octets[len(octets) // 2 :])),
    "close": lambda octets: (Write(octets), CloseConnection()),
    "reordered": lambda octets: (NextFirst(_PATIENCE), Write(octets)),
    "enquire-first": lambda octets: (Ask(CommandId.ENQUIRE_LINK), Write(octets)),
}


def steps(fault: str, octets: bytes | None) -> tuple[SmppStep, ...]:
    """How a response goes under a fault; None: there is none."""
    make = STEPS.get(fault)
    if make is not None:
        return make(octets or b"")
    return () if octets is None else (Write(octets),)
