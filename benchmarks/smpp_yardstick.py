"""The yardstick for SMPP: a plain asyncio server as somebody writes it in an afternoon, tuned in one thing.

Of each submit_sm it reads all fields and TLVs into a dict, validates them, splits a user data header off, decodes the
text, stores an object under its id and its number, and writes the response. A receipt waits for its answer, by its
sequence number, and the answer ends the message. No journal, no rules, no accounts, no time, no window.
What one read brings about leaves in one write.

`python -m benchmarks.smpp_yardstick`: prints `ready smpp=URL` like the emulator. A message that asks for a receipt is
delivered at the loop's next turn, and a deliver_sm tells it.
"""

import asyncio
import struct
from itertools import count
from typing import Any

_DATE = b"2611211200"
_CODINGS = {0: "ascii", 3: "latin-1", 8: "utf-16-be"}
_HEADER = struct.Struct(">IIII")


class Message:
    """One stored message."""

    def __init__(self, number: bytes, fields: dict[str, Any]) -> None:
        self.id = number
        self.source = fields["source_addr"]
        self.to = fields["destination_addr"]
        self.header, octets = split(fields)
        self.text = octets.decode(_CODINGS[fields["data_coding"]], "replace")
        self.validity = fields["validity_period"]
        self.tlvs = fields["tlvs"]
        self.registered = fields["registered_delivery"]
        self.state = "enroute"


class Plain(asyncio.Protocol):
    """One connection; what is stored is shared."""

    by_id: dict[bytes, Message] = {}  # noqa: RUF012
    by_number: dict[bytes, list[Message]] = {}  # noqa: RUF012
    ids = count(1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.loop = asyncio.get_running_loop()
        self.waiting = b""
        self.number = 0
        self.out: list[bytes] = []
        self.due: list[Message] = []
        self.told: dict[int, Message] = {}

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while len(self.waiting) >= 16:
            length, command, _, sequence = _HEADER.unpack(self.waiting[:16])
            if len(self.waiting) < length:
                break
            body, self.waiting = self.waiting[16:length], self.waiting[length:]
            if command == 4:
                self.submit(body, sequence)
            elif command == 0x80000005:
                self.acknowledged(sequence)
            elif command == 9:
                self.say(0x80000009, 0, sequence, b"plain\0\x02\x10\0\x01\x34")
        self.flush()

    def say(self, command: int, status: int, sequence: int, body: bytes) -> None:
        self.out.append(_HEADER.pack(16 + len(body), command, status, sequence) + body)

    def flush(self) -> None:
        if self.out:
            self.transport.write(b"".join(self.out))  # type: ignore[attr-defined]
            self.out.clear()

    def submit(self, body: bytes, sequence: int) -> None:
        fields = read(body)
        status = wrong(fields)
        if status:
            self.say(0x80000004, status, sequence, b"")
            return
        message = Message(b"%d" % next(self.ids), fields)
        self.by_id[message.id] = message
        self.by_number.setdefault(message.to, []).append(message)
        self.say(0x80000004, 0, sequence, message.id + b"\0")
        if message.registered:
            if not self.due:
                self.loop.call_soon(self.deliver)
            self.due.append(message)

    def deliver(self) -> None:
        for message in self.due:
            message.state = "delivered"
            self.number += 1
            self.told[self.number] = message
            self.say(5, 0, self.number, receipt(message))
        self.due.clear()
        self.flush()

    def acknowledged(self, sequence: int) -> None:
        message = self.told.pop(sequence, None)
        if message is not None:
            message.state = "acknowledged"


_FIELDS = (
    ("service_type", "c"), ("source_addr_ton", "i"), ("source_addr_npi", "i"), ("source_addr", "c"),
    ("dest_addr_ton", "i"), ("dest_addr_npi", "i"), ("destination_addr", "c"), ("esm_class", "i"),
    ("protocol_id", "i"), ("priority_flag", "i"), ("schedule_delivery_time", "c"), ("validity_period", "c"),
    ("registered_delivery", "i"), ("replace_if_present_flag", "i"), ("data_coding", "i"),
    ("sm_default_msg_id", "i"), ("sm_length", "i"),
)  # fmt: skip


def read(body: bytes) -> dict[str, Any]:
    """The mandatory fields by name, and the TLVs by tag."""
    fields: dict[str, Any] = {}
    at = 0
    for name, kind in _FIELDS:
        if kind == "i":
            fields[name] = body[at]
            at += 1
        else:
            end = body.index(0, at)
            fields[name] = body[at:end]
            at = end + 1
    end = at + fields["sm_length"]
    fields["short_message"] = body[at:end]
    fields["tlvs"] = tlvs = {}
    while end + 4 <= len(body):
        tag, length = struct.unpack(">HH", body[end : end + 4])
        tlvs[tag] = body[end + 4 : end + 4 + length]
        end += 4 + length
    return fields


def wrong(fields: dict[str, Any]) -> int:
    """The status of the first field that is not valid."""
    if len(fields["short_message"]) != fields["sm_length"]:
        return 0x01
    if len(fields["source_addr"]) > 20:
        return 0x0A
    if not fields["destination_addr"].isdigit() or len(fields["destination_addr"]) > 20:
        return 0x0B
    if fields["schedule_delivery_time"]:
        return 0x61
    validity = fields["validity_period"]
    if validity and not (len(validity) == 16 and validity[:15].isdigit() and validity[15:] in (b"R", b"+", b"-")):
        return 0x62
    if fields["esm_class"] & 0x40 and not fields["short_message"]:
        return 0x43
    return 0 if fields["data_coding"] in _CODINGS else 0x45


def split(fields: dict[str, Any]) -> tuple[bytes, bytes]:
    """The user data header, if one is announced, and the rest."""
    octets = fields["short_message"]
    if not fields["esm_class"] & 0x40:
        return b"", octets
    return octets[1 : 1 + octets[0]], octets[1 + octets[0] :]


def receipt(message: Message) -> bytes:
    """The body of the deliver_sm that tells a message's end."""
    line = b"id:%b sub:001 dlvrd:001 submit date:%b done date:%b stat:DELIVRD err:000 text:%b" % (
        message.id, _DATE, _DATE, message.text[:20].encode(),
    )  # fmt: skip
    tlvs = b"\0\x1e" + struct.pack(">H", len(message.id) + 1) + message.id + b"\0"
    tlvs += b"\x04\x27\0\x01\x02\x04\x23\0\x03\x03\0\0"
    return b"\0\1\1%b\0\5\0%b\0\4\0\0\0\0\0\0\0\0%c%b%b" % (message.to, message.source, len(line), line, tlvs)


async def _main() -> None:
    server = await asyncio.get_running_loop().create_server(Plain, "127.0.0.1", 0)
    print(f"ready smpp=smpp://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
