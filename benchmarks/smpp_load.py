"""The load over SMPP: one transceiver that keeps a window of submits under way and answers receipts, in a process.

`python -m benchmarks.smpp_load PORT WINDOW SECONDS RECEIPTS`: prints submits and receipts a second, and how many
submits were answered; with receipts it waits for all of them. Only ever to 127.0.0.1. The submits are made before the
first one leaves, so that the load costs a few microseconds each and the server is what is measured.
"""

import asyncio
import struct
import sys
import time

_HEADER = struct.Struct(">IIII")
_BIND = b"emulator\0emulator\0\0\x34\0\0\0"
_MADE = 50_000
"""So many different messages; then they come again, under the same sequence numbers."""
_SENDERS = (b"\5\0Shop\0", b"\5\0Bank\0", b"\1\x0179001234567\0")
_MODE, _PARTS = 0x40, b"\5\0\3%c\2%c"
"""esm_class and user data header of a part."""


def submit(number: int, registered: int) -> bytes:
    """The submit of that number, as an app's vary: its own text to its own destination, three senders, another coding
    in three of ten, validity in one of ten, a TLV in two of ten, and two parts of a long text in two of twenty."""
    rest, sender = number % 20, _SENDERS[number % 3]
    esm_class, header = 0, b""
    if rest in (4, 5):
        sender, esm_class, header = _SENDERS[0], _MODE, _PARTS % (number // 20 % 256, rest - 3)
    to = b"7900%07d" % (number - (rest == 5))
    coding, text = 0, b"Your code is %07d" % number
    if rest in (1, 8, 14, 17):
        coding, text = 8, f"Ваш код {number:07}".encode("utf-16-be")
    elif rest in (10, 19):
        coding, text = 3, f"Votre code d'accès est {number:07}".encode("latin-1")
    validity = b"000001000000000R" if rest in (2, 12) else b""
    tlvs = b"\x02\x04\0\2" + (number % 65536).to_bytes(2, "big") if rest in (3, 8, 13, 18) else b""
    text = header + text
    body = b"\0%b\1\1%b\0%c\0\0\0%b\0%c\0%c\0%c%b%b" % (
        sender, to, esm_class, validity, registered, coding, len(text), text, tlvs,
    )  # fmt: skip
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
            if now < self.until or self.sent % 20 == 4:  # behind a first part comes its second
                out.append(self.submits(answered))
        if out:
            self.transport.write(b"".join(out))  # type: ignore[attr-defined]
        finished = self.answered and self.answered == self.sent and now >= self.until
        if finished and (not self.registered or self.received == self.sent) and not self.done.done():
            self.done.set_result(None)


async def _main(port: int, window: int, seconds: float, receipts: bool) -> tuple[float, float, int]:
    loop = asyncio.get_running_loop()
    _, load = await loop.create_connection(lambda: Load(window, seconds, receipts), "127.0.0.1", port)
    try:
        await asyncio.wait_for(load.done, seconds * 10 + 30)
    except TimeoutError:
        raise SystemExit(f"{load.sent} were sent, {load.answered} answered, {load.received} receipts came") from None
    submits = load.answered / (load.last_answer - load.began)
    received = load.received / (load.last_receipt - load.began) if receipts else 0.0
    return submits, received, load.answered


if __name__ == "__main__":
    port, window, seconds, receipts = sys.argv[1:]
    print(*asyncio.run(_main(int(port), int(window), float(seconds), receipts == "1")))
