"""The yardstick for SMPP: a plain asyncio server that parses, validates and stores, without journal, rules or time.

`python -m benchmarks.smpp_yardstick [receipts]`: prints `ready smpp=URL` like the emulator. With `receipts` it sends a
deliver_sm for each submit at once.
"""

import asyncio
import struct
import sys
from itertools import count
from typing import ClassVar

_HEADER = struct.Struct(">IIII")
_DATE = b"2611211200"


class Plain(asyncio.Protocol):
    stored: ClassVar[dict[bytes, tuple[bytes, bytes, bytes]]] = {}
    ids = count(1)
    receipts = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.waiting = b""
        self.number = 0

    def data_received(self, data: bytes) -> None:
        data = self.waiting + data
        at, out = 0, []
        while len(data) - at >= 16:
            length, command, _, sequence = _HEADER.unpack_from(data, at)
            if len(data) - at < length:
                break
            if command == 4:
                out.append(self.submit(data[at + 16 : at + length], sequence))
            elif command == 9:
                body = b"plain\0\x02\x10\0\x01\x34"
                out.append(_HEADER.pack(16 + len(body), 0x80000009, 0, sequence) + body)
            at += length
        self.waiting = data[at:]
        if out:
            self.transport.write(b"".join(out))  # type: ignore[attr-defined]

    def submit(self, body: bytes, sequence: int) -> bytes:
        _, _, rest = body.partition(b"\0")
        source, _, rest = rest[2:].partition(b"\0")
        to, _, rest = rest[2:].partition(b"\0")
        schedule, _, rest = rest[3:].partition(b"\0")
        validity, _, rest = rest.partition(b"\0")
        registered, _, coding, _, length = rest[:5]
        text = rest[5 : 5 + length]
        wrong = len(source) > 20 or not to.isdigit() or len(to) > 20 or len(text) != length
        if wrong or schedule or validity or coding:
            return _HEADER.pack(16, 0x80000004, 0x45, sequence)
        number = b"%d" % next(self.ids)
        self.stored[number] = (source, to, text.decode("ascii", "replace").encode())
        answer = _HEADER.pack(17 + len(number), 0x80000004, 0, sequence) + number + b"\0"
        return answer + self.receipt(number, source, to, text) if self.receipts and registered else answer

    def receipt(self, number: bytes, source: bytes, to: bytes, text: bytes) -> bytes:
        self.number += 1
        line = b"id:%b sub:001 dlvrd:001 submit date:%b done date:%b stat:DELIVRD err:000 text:%b" % (
            number, _DATE, _DATE, text[:20],
        )  # fmt: skip
        tlvs = b"\0\x1e" + struct.pack(">H", len(number) + 1) + number + b"\0\x04\x27\0\x01\x02\x04\x23\0\x03\x03\0\0"
        body = b"\0\1\1%b\0\5\0%b\0\4\0\0\0\0\0\0\0\0%c%b%b" % (to, source, len(line), line, tlvs)
        return _HEADER.pack(16 + len(body), 5, 0, self.number) + body


async def _main() -> None:
    Plain.receipts = "receipts" in sys.argv
    server = await asyncio.get_running_loop().create_server(Plain, "127.0.0.1", 0)
    print(f"ready smpp=smpp://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
