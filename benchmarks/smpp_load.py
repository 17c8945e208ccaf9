"""The load over SMPP: one transceiver that keeps a window of submits under way and answers receipts, in a process.

`python -m benchmarks.smpp_load PORT WINDOW SECONDS RECEIPTS`: prints submits and receipts a second; with receipts it
waits for all of them. Only ever to 127.0.0.1. The submits are made before the first one leaves, so that the load costs
a few microseconds each and the server is what is measured.
"""

import asyncio
import struct
import sys
import time

_HEADER = struct.Struct(">IIII")
_BIND = b"emulator\0emulator\0\0\x34\0\0\0"
_MADE = 50_000
"""So many different messages; then they come again, under the same sequence numbers."""


def submit(number: int, registered: int) -> bytes:
    """The submit of that number: its own text to its own destination."""
    text = b"Your code is %07d" % number
    to = b"7900%07d" % number
    body = b"\0\5\0Shop\0\1\1%b\0\0\0\0\0\0%c\0\0\0%c%b" % (to, registered, len(text), text)
    return _HEADER.pack(16 + len(body), 4, 0, number) + body


class Load(asyncio.Protocol):
    def __init__(self, window: int, seconds: float, receipts: bool) -> None:
        self.window, self.seconds, self.registered = window, seconds, receipts
        self.made = [submit(number, int(receipts)) for number in range(1, _MADE + 1)]
        self.waiting = b""
        self.sent = self.answered = self.received = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(_HEADER.pack(16 + len(_BIND), 9, 0, 1) + _BIND)  # type: ignore[attr-defined]

    def submits(self, many: int) -> bytes:
        """The next ones."""
        at = self.sent % _MADE
        self.sent += many
        return b"".join(self.made[at : at + many] + self.made[: max(0, at + many - _MADE)])

    def data_received(self, data: bytes) -> None:
        data = self.waiting + data
        at, end, answered, out = 0, len(data), 0, []
        now = time.monotonic()
        unpack = _HEADER.unpack_from
        while end - at >= 16:
            length, command, status, sequence = unpack(data, at)
            if end - at < length:
                break
            at += length
            if status:
                raise SystemExit(f"command {command:#x} was answered with status {status:#x}")
            if command == 0x80000004:
                answered += 1
            elif command == 5:
                self.received += 1
                self.last_receipt = now
                out.append(_HEADER.pack(17, 0x80000005, 0, sequence) + b"\0")
            elif command == 0x80000009:
                self.began, self.until = now, now + self.seconds
                out.append(self.submits(self.window))
        self.waiting = data[at:]
        if answered:
            self.answered += answered
            self.last_answer = now
            if now < self.until:
                out.append(self.submits(answered))
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
