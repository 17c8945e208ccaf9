"""The load over SMPP: one transceiver that keeps a window of submits under way and answers receipts, in a process.

`python -m benchmarks.smpp_load PORT WINDOW SECONDS RECEIPTS`: prints submits and receipts a second; with receipts it
waits for all of them. Only ever to 127.0.0.1.
"""

import asyncio
import struct
import sys
import time

_HEADER = struct.Struct(">IIII")
_BIND = b"emulator\0emulator\0\0\x34\0\0\0"


class Load(asyncio.Protocol):
    def __init__(self, window: int, seconds: float, receipts: bool) -> None:
        self.window, self.seconds, self.registered = window, seconds, int(receipts)
        self.waiting = b""
        self.sent = self.answered = self.received = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(_HEADER.pack(16 + len(_BIND), 9, 0, 1) + _BIND)  # type: ignore[attr-defined]

    def submit(self) -> bytes:
        self.sent += 1
        text = b"Your code is %07d" % self.sent
        to = b"7900%07d" % (self.sent % 10_000_000)
        body = b"\0\5\0Shop\0\1\1%b\0\0\0\0\0\0%c\0\0\0%c%b" % (to, self.registered, len(text), text)
        return _HEADER.pack(16 + len(body), 4, 0, self.sent) + body

    def data_received(self, data: bytes) -> None:
        data = self.waiting + data
        at, out = 0, []
        now = time.monotonic()
        while len(data) - at >= 16:
            length, command, status, sequence = _HEADER.unpack_from(data, at)
            if len(data) - at < length:
                break
            at += length
            if status:
                raise SystemExit(f"command {command:#x} was answered with status {status:#x}")
            if command == 0x80000009:
                self.began, self.until = now, now + self.seconds
                out += [self.submit() for _ in range(self.window)]
            elif command == 0x80000004:
                self.answered += 1
                self.last_answer = now
                if now < self.until:
                    out.append(self.submit())
            elif command == 5:
                self.received += 1
                self.last_receipt = now
                out.append(_HEADER.pack(17, 0x80000005, 0, sequence) + b"\0")
        self.waiting = data[at:]
        if out:
            self.transport.write(b"".join(out))  # type: ignore[attr-defined]
        finished = self.answered and self.answered == self.sent and now >= self.until
        if finished and (not self.registered or self.received == self.sent) and not self.done.done():
            self.done.set_result(None)


async def _main(port: int, window: int, seconds: float, receipts: bool) -> tuple[float, float]:
    loop = asyncio.get_running_loop()
    _, load = await loop.create_connection(lambda: Load(window, seconds, receipts), "127.0.0.1", port)
    await asyncio.wait_for(load.done, seconds * 10 + 30)
    submits = load.answered / (load.last_answer - load.began)
    return submits, load.received / (load.last_receipt - load.began) if receipts else 0.0


if __name__ == "__main__":
    port, window, seconds, receipts = sys.argv[1:]
    print(*asyncio.run(_main(int(port), int(window), float(seconds), receipts == "1")))
