"""The values of this package: a PDU that could be read, one that could not, and a fault found in a readable one.

Octets everywhere; what they mean as text is `text`'s trade. Nothing here reads or writes the wire.
"""

from __future__ import annotations

from collections.abc import Iterator, KeysView, Sequence
from typing import Any, ClassVar, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from .pdu_tables import LAYOUTS, MISSING, RESPONSE, CommandId, command_name
from .tlvs import MESSAGE_PAYLOAD

Tlv: TypeAlias = tuple[int, bytes]


class Destination(Struct, frozen=True):
    """One destination of submit_multi: flag 1 an address, flag 2 the name of a distribution list
    (4.5.1.1)."""

    flag: int
    address: bytes
    ton: int = 0
    npi: int = 0


class Unsuccessful(Struct, frozen=True):
    """One destination that submit_multi_resp says was not accepted (4.5.2.1)."""

    ton: int
    npi: int
    address: bytes
    status: int


class Body(Struct):
    """The fields of a PDU that was read, as attributes and by name, in their order. Those of other layouts are 0 or
    empty."""

    missing: ClassVar[dict[str, Any]] = {}
    """The names of the layout's own, with what stands for them."""

    def keys(self) -> KeysView[str]:
        return self.missing.keys()

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    def get(self, name: str, otherwise: Any = None) -> Any:
        return getattr(self, name, otherwise)

    def items(self) -> Iterator[tuple[str, Any]]:
        return ((name, getattr(self, name)) for name in self.missing)

    def __len__(self) -> int:
        return len(self.missing)

    def __contains__(self, name: str) -> bool:
        return name in self.missing

    def __eq__(self, other: object) -> bool:
        return dict(self) == (dict(other) if isinstance(other, Body) else other)

    __hash__ = None  # type: ignore[assignment]


for _layout in LAYOUTS.values():
    for _field in _layout:
        setattr(Body, _field.name, MISSING[_field.kind])

NOTHING = Body()
"""Of a PDU without a body."""

Fields: TypeAlias = dict[str, Any]
"""By name a number, octets, or a tuple of Destination or Unsuccessful, as the layout of the command has it."""


class Pdu(Struct, eq=False):
    """A PDU as a value; treat it as frozen (it is not, for speed).

    `fields` are the mandatory ones by their standard names; C-Octet Strings without their NUL; sm_length is
    the length of short_message and no entry of its own. A response with no fields has no body. `rest` is what
    came, or shall go, after everything else: octets of a body that nobody asked for. `raw` is the frame it
    was read from, and no part of equality.
    """

    command_id: int
    status: int = 0
    sequence: int = 0
    fields: Fields | Body = {}
    tlvs: list[Tlv] = []
    rest: bytes = b""
    raw: bytes = b""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pdu):
            return NotImplemented
        return (
            self.command_id == other.command_id
            and self.status == other.status
            and self.sequence == other.sequence
            and self.fields == other.fields
            and self.tlvs == other.tlvs
            and self.rest == other.rest
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def name(self) -> str:
        return command_name(self.command_id)

    @property
    def is_response(self) -> bool:
        return bool(self.command_id & RESPONSE)

    def number(self, field: str) -> int:
        """The integer field of that name; 0 where the PDU has none."""
        value: int = self.fields.get(field, 0)
        return value

    def octets(self, field: str) -> bytes:
        """The octets of that field; empty where the PDU has none."""
        value: bytes = self.fields.get(field, b"")
        return value

    def tlv(self, tag: int) -> bytes | None:
        """The value of the first TLV with that tag."""
        for known, value in self.tlvs:
            if known == tag:
                return value
        return None

    @property
    def message(self) -> bytes:
        """The message itself, wherever it lies: short_message, else TLV message_payload (5.3.2.32)."""
        message: bytes = self.fields.get("short_message", b"")
        return message or (self.tlv(MESSAGE_PAYLOAD) or b"" if self.tlvs else b"")

    def numbered(self, sequence: int) -> Pdu:
        return replace(self, sequence=sequence, raw=b"")


class EncodedPdu(Pdu, eq=False):
    """A PDU of ours whose body was written by other means than `encode`: its fields and TLVs are no longer told
    apart."""

    body: bytes = b""

    def numbered(self, sequence: int) -> EncodedPdu:
        return EncodedPdu(self.command_id, self.status, sequence, body=self.body)


Answer: TypeAlias = Literal["own response", "generic_nack", "nothing"]


class Unreadable(Struct, frozen=True):
    """A PDU that could not be read, with what is to be done about it.

    `status` and `answer` say what to answer; `closes` that the border of the next PDU is lost, so that the
    link must go after the answer; `field` which field or TLV; `why` a sentence for people; `raw` the frame,
    or its first octets.
    """

    command_id: int
    sequence: int
    status: int
    answer: Answer
    why: str
    field: str = ""
    closes: bool = False
    raw: bytes = b""

    @property
    def name(self) -> str:
        return command_name(self.command_id)

    def reply(self) -> Pdu | None:
        """The PDU to send back; None where none may be sent (a response is never answered)."""
        if self.answer == "nothing":
            return None
        if self.answer == "own response":
            return Pdu(self.command_id | RESPONSE, self.status, self.sequence)
        return Pdu(CommandId.GENERIC_NACK, self.status, self.sequence)


class PduFault(Struct, frozen=True):
    """What is wrong with a value in a readable PDU: the status it deserves, the field or TLV, a sentence for
    people."""

    status: int
    field: str
    why: str


def response(
    request: Pdu, status: int = 0, fields: Fields | None = None, tlvs: Sequence[Tlv] = ()
) -> Pdu:
    """The request's own response, with its sequence number. An error has no body; a success whose fields are
    not given has empty ones, such as the single NUL of deliver_sm_resp (facts, section 3)."""
    command_id = request.command_id | RESPONSE
    if fields is None:
        fields = {} if status else {field.name: b"" for field in LAYOUTS.get(command_id, ())[:1]}
    return Pdu(command_id, status, request.sequence, fields, [*tlvs])


def accepted(request: Pdu, message_id: bytes) -> Pdu:
    """The response to a message that was taken: its id is all that it says (4.4.2, 4.7.2)."""
    return EncodedPdu(request.command_id | RESPONSE, 0, request.sequence, body=message_id + b"\0")


def generic_nack(status: int, sequence: int = 0) -> Pdu:
    """4.3: the answer to what has no response of its own."""
    return Pdu(CommandId.GENERIC_NACK, status, sequence)
