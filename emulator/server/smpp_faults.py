"""What a rule may have done to a response over SMPP (the lists are in core/rules/actions.py and
core/rules/smpp_actions.py). One fault, one row: SPOIL changes its octets, CARRY how they go."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec.structs import replace

from emulator.dispatch.smpp import SmppReply
from emulator.smpp.codec import encode
from emulator.smpp.command_status import Status
from emulator.smpp.pdu import Pdu, generic_nack
from emulator.smpp.pdu_tables import Command

if TYPE_CHECKING:
    from emulator.server.smpp_connection import SmppConnection

_PAUSE = 0.005


def alter(fault: str, pdu: Pdu) -> bytes:
    """A response's octets under a fault; one that changes nothing leaves them as they are."""
    change = SPOIL.get(fault)
    return encode(pdu) if change is None else change(pdu)


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
    other = Command.BIND_TRANSMITTER_RESP if pdu.command_id != Command.BIND_TRANSMITTER_RESP else (
        Command.BIND_RECEIVER_RESP
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


def written(link: "SmppConnection", answer: SmppReply) -> None:
    """As it is."""
    if answer.octets is not None:
        link.write(answer.octets)
        link.release()


def _close(link: "SmppConnection", answer: SmppReply) -> None:
    """FIN without an answer."""
    link.hang_up()


def _reset(link: "SmppConnection", answer: SmppReply) -> None:
    """RST without an answer."""
    link.reset()


def _hang(link: "SmppConnection", answer: SmppReply) -> None:
    """Nothing; the connection stays."""


def _cut(link: "SmppConnection", answer: SmppReply) -> None:
    """The header promises all of it, and half of it comes."""
    octets = answer.octets or b""
    link.write(octets[: len(octets) // 2])
    link.hang_up()


def _slow(link: "SmppConnection", answer: SmppReply) -> None:
    """Octet by octet, with a pause behind each."""
    left = list(answer.octets or b"")

    def next_one() -> None:
        if left and not link.transport.is_closing():
            link.transport.write(bytes((left.pop(0),)))
            link._loop.call_later(_PAUSE, next_one)

    link.flush()
    next_one()


def _reordered(link: "SmppConnection", answer: SmppReply) -> None:
    """After the next response."""
    link.held.append(lambda: written(link, answer))


def _enquire_first(link: "SmppConnection", answer: SmppReply) -> None:
    link.line.send(Pdu(Command.ENQUIRE_LINK))
    written(link, answer)


CARRY: dict[str, Callable[["SmppConnection", SmppReply], None]] = {
    "lost": _close,
    "drop": _close,
    "reset": _reset,
    "hang": _hang,
    "cut": _cut,
    "slow": _slow,
    "reordered": _reordered,
    "enquire-first": _enquire_first,
}
