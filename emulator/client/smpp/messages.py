"""A text to the submit_sm PDUs that carry it, and what comes back as values. No I/O.

Three ways for a long one: parts with a user data header (`udh8`, or `udh16` with a wider reference), parts with sar_*
TLVs, or one PDU with everything in message_payload, which the SMSC splits.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Literal, TypedDict

import msgspec
from msgspec.structs import force_setattr

from emulator.client.options import check_texts, one
from emulator.core import text as gsm
from emulator.core.statuses import Status as State
from emulator.core.text import Encoding, width
from emulator.smpp import Coding, CommandId, Pdu, Segment, write_absolute, write_part, write_relative, write_text
from emulator.smpp.pdu import Fields
from emulator.smpp.tlvs import MESSAGE_PAYLOAD, TAG_BY_NAME, TAGS, tag_name

Long = Literal["udh8", "udh16", "sar", "payload"]
MOST_PARTS = 255

STATES: dict[int, State] = {
    0: "scheduled", 1: "sent", 2: "delivered", 3: "expired", 4: "deleted", 5: "undelivered", 6: "pending",
    7: "unknown", 8: "rejected", 9: "undelivered",
}  # fmt: skip
"""message_state (3.4, 5.2.28; 0 and 9 are 5.0's) → our words."""

_SINGLE = {Coding.GSM: 160, Coding.LATIN1: 140, Coding.UCS2: 70}
_ROOM: dict[str, dict[Coding, int]] = {
    "udh8": {Coding.GSM: 153, Coding.LATIN1: 134, Coding.UCS2: 67},
    "udh16": {Coding.GSM: 152, Coding.LATIN1: 133, Coding.UCS2: 66},
    "sar": {Coding.GSM: 153, Coding.LATIN1: 134, Coding.UCS2: 67},
}
"""Characters' units in each of several parts: 140 octets less the header, which the SMSC adds for sar."""


class Submitted(msgspec.Struct, frozen=True):
    """Accepted. `ids`: what the SMSC calls each part, in order (one for all by payload), as reports name it; `said`:
    as the responses say it, for query, cancel and replace, where Settings.response_ids makes another of it."""

    ids: tuple[str, ...]
    said: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.said:
            force_setattr(self, "said", self.ids)

    @property
    def id(self) -> str:
        """Of the first part: the id that SMS Center knows the whole message by."""
        return self.ids[0]


class Queried(msgspec.Struct, frozen=True):
    """`state`: message_state as a number; `status`: in our words; `error`: the SMSC's; `final_at`: when it ended."""

    id: str
    state: int
    status: State
    error: int = 0
    final_at: datetime | None = None


class Incoming(msgspec.Struct, frozen=True):
    """A subscriber's message, its parts joined: from `phone` to your number `to`."""

    phone: str
    to: str
    text: str


class SubmitOptions(TypedDict, total=False):
    """`sender`: 11 characters or a number. `long` ("udh8"): how a long text goes. `receipt` (True): ask for one.
    `intermediate`: receipts of states on the way too. `flash`: shown at once. `validity`: life time. `schedule`: a
    moment with zone, or from now. `priority`: 0 to 3. `coding`: instead of GSM where it can say all, else UCS-2.
    `retry_sends` (False): send again when the response was lost, even if that doubles the message. `tlvs`: own ones, on
    every part: (tag or name of SMPP 3.4, octets; a number where the name has a fixed size). `data` (False): by data_sm,
    which has neither schedule nor priority, and seconds for a validity."""

    sender: str
    long: Long
    receipt: bool
    intermediate: bool
    flash: bool
    validity: timedelta
    schedule: datetime | timedelta
    priority: int
    coding: Coding
    retry_sends: bool
    tlvs: Sequence[tuple[int | str, bytes | int]]
    data: bool


def submits(to: str, text: str, options: SubmitOptions, reference: int) -> list[Pdu]:
    """The submit_sm (or data_sm) PDUs of a text. `reference`: a number that the parts share. Raises ValueError."""
    check_texts((("text", text),))
    if not one(to):
        raise ValueError("there is no number to send to")
    written = write_text(text, gsm, options.get("coding"))
    if written is None:
        raise ValueError(f"the text has no form in {options['coding'].name}")
    data_coding, octets = written
    coding = Coding(data_coding >> 2)
    base: Fields = {
        **address("source_addr", "source_addr", options.get("sender", ""), "sender"),
        **address("dest_addr", "destination_addr", to),
        "registered_delivery": (1 if options.get("receipt", True) else 0) | (16 if options.get("intermediate") else 0),
        "data_coding": data_coding | (0x10 if options.get("flash") else 0),
    }
    own = [_tlv(tag, value) for tag, value in options.get("tlvs", ())]
    if options.get("data"):
        return [Pdu(CommandId.DATA_SM, fields=base, tlvs=[*_data_tlvs(options), (MESSAGE_PAYLOAD, octets), *own])]
    base |= {
        "priority_flag": options.get("priority", 0), "validity_period": time_of(options.get("validity")),
        "schedule_delivery_time": time_of(options.get("schedule")),
    }  # fmt: skip
    long = options.get("long", "udh8")
    if long == "payload":
        return [Pdu(CommandId.SUBMIT_SM, fields={**base, "short_message": b""}, tlvs=[(MESSAGE_PAYLOAD, octets), *own])]
    pieces = _pieces(text, coding, long)
    if len(pieces) == 1:
        return [Pdu(CommandId.SUBMIT_SM, fields={**base, "short_message": octets}, tlvs=own)]
    if len(pieces) > MOST_PARTS:
        raise ValueError(f"the text makes {len(pieces)} parts, {MOST_PARTS} can be numbered")
    made = []
    for number, piece in enumerate(pieces, 1):
        told = write_text(piece, gsm, coding)
        assert told is not None
        part = Segment(reference % 256 if long == "udh8" else reference % 65536, len(pieces), number, long)
        esm_class, message, tlvs = write_part(told[1], part)
        fields: Fields = {**base, "esm_class": esm_class, "short_message": message}
        made.append(Pdu(CommandId.SUBMIT_SM, fields=fields, tlvs=[*tlvs, *own]))
    return made


def _data_tlvs(options: SubmitOptions) -> list[tuple[int, bytes]]:
    given: Mapping[str, object] = {**options}
    odd = [name for name in ("schedule", "priority", "long") if given.get(name)]
    if odd:
        raise ValueError(f"data_sm carries no {odd[0]}: leave it out, or leave data out")
    validity = options.get("validity")
    return [] if validity is None else [_tlv("qos_time_to_live", validity // timedelta(seconds=1))]


def _tlv(tag: int | str, value: bytes | int) -> tuple[int, bytes]:
    """An own TLV. Raises ValueError that says what may stand there."""
    number = TAG_BY_NAME.get(tag) if isinstance(tag, str) else tag
    if number is None:
        near = get_close_matches(str(tag), TAG_BY_NAME, 1)
        hint = f"did you mean {near[0]!r}?" if near else "give its tag"
        raise ValueError(f"tlvs: SMPP 3.4 has no {tag!r}; {hint}")
    if not 0 <= number <= 0xFFFF:
        raise ValueError(f"tlvs: a tag is 0 to 0xFFFF, not {number}")
    row = TAGS.get(number)
    if isinstance(value, int):
        if row is None or row.low != row.high:
            raise ValueError(f"tlvs: {tag_name(number)} has no fixed size: give octets, not {value}")
        if not 0 <= value < 256**row.high:
            raise ValueError(f"tlvs: {tag_name(number)} has {row.high} octets, {value} does not fit")
        return number, value.to_bytes(row.high, "big")
    if row is not None and not row.low <= len(value) <= row.high:
        raise ValueError(f"tlvs: {row.name} has {row.low} to {row.high} octets, not {len(value)}")
    return number, value


def _pieces(text: str, coding: Coding, long: str) -> list[str]:
    """The text of each part; no character is cut."""
    encoding: Encoding = "gsm7" if coding is Coding.GSM else "ucs2"
    units = [1 if coding is Coding.LATIN1 else width(character, encoding) for character in text]
    if sum(units) <= _SINGLE[coding]:
        return [text]
    room = _ROOM[long][coding]
    pieces, begin, used = [], 0, 0
    for at, unit in enumerate(units):
        if used + unit > room:
            pieces.append(text[begin:at])
            begin, used = at, 0
        used += unit
    return [*pieces, text[begin:]]


MOST_DIGITS, MOST_LETTERS = 15, 11


def address(prefix: str, name: str, written: str, called: str = "number") -> Fields:
    """An address with its type and plan: 1/1 for a number, 5/1 for a name (the provider's sample), 0/0 for none. Raises
    ValueError for what would arrive as something else."""
    digits = written.removeprefix("+")
    number = digits.isascii() and digits.isdecimal()
    if number and len(digits) > MOST_DIGITS:
        raise ValueError(f"the {called} {written!r} has {len(digits)} digits, {MOST_DIGITS} are the most")
    if not number and called == "number" and written:
        raise ValueError(f"{written!r} is not a number")
    if not number and not (written.isascii() and written.isprintable()):
        raise ValueError(f"the {called} {written!r} has characters that no address can carry: ASCII is what it takes")
    if not number and len(written) > MOST_LETTERS:
        raise ValueError(f"the {called} {written!r} has {len(written)} characters, {MOST_LETTERS} are the most")
    ton, npi = (0, 0) if not written else (1, 1) if number else (5, 1)
    return {f"{prefix}_ton": ton, f"{prefix}_npi": npi, name: digits.encode()}


def time_of(when: datetime | timedelta | None) -> bytes:
    """A time field (7.1.1): relative for a span, absolute in UTC for a moment, empty for None."""
    if when is None:
        return b""
    if isinstance(when, timedelta):
        return write_relative(when // timedelta(microseconds=1))
    if when.tzinfo is None:
        raise ValueError(f"the moment {when} has no zone")
    return write_absolute(round(when.timestamp() * 1_000_000))
