"""A customer of a server that may be gone at any moment: sends over HTTP and SMPP, takes callbacks and receipts, and
remembers what was promised. Nothing is ever sent twice."""

import asyncio
import json
import struct
from collections import Counter
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

TO_HTTP, TO_SMPP = "995577123456", "79001234567"
_HEADER = struct.Struct(">IIII")
_SUBMIT, _SUBMIT_RESP, _DELIVER, _DELIVER_RESP, _BIND, _BIND_RESP = 4, 0x80000004, 5, 0x80000005, 9, 0x80000009


class Customer:
    """What it tried, what was promised, what came."""

    def __init__(self):
        self.made = 0
        self.tried: set[str] = set()
        """References and texts of all sends; what was promised of them by HTTP, and by SMPP with its id:"""
        self.promised: set[str] = set()
        self.ids: dict[str, str] = {}
        self.called = Counter()
        """Callbacks by reference, and receipts by id:"""
        self.told = Counter()
        self.refused: list[str] = []
        self.news = asyncio.Event()
        """A callback came, or a receipt."""

    def _next(self, kind: str) -> str:
        self.made += 1
        name = f"{kind}{self.made}"
        self.tried.add(name)
        return name

    async def send(self, port: int) -> None:
        """Send after send over one kept connection, until it breaks."""
        with suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                while True:
                    name = self._next("h")
                    writer.write(
                        f"GET /api/v2/send/?key=emulator-smsoffice&destination={TO_HTTP}&sender=smsoffice&content="
                        f"Hello&reference={name} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
                    )
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                    answer = json.loads(await reader.readexactly(length))
                    if answer["Success"]:
                        self.promised.add(name)
                    else:
                        self.refused.append(str(answer))
            finally:
                writer.close()

    async def talk(self, port: int, window: int = 10, submits: bool = True) -> None:
        """A bound session with a window of submits, and receipts that are answered, until it breaks."""
        waiting: dict[int, str] = {}

        def submit() -> bytes:
            name = self._next("s")
            waiting[self.made] = name
            text = name.encode()
            body = b"\0\5\0Shop\0\1\1" + TO_SMPP.encode() + b"\0\0\0\0\0\0\1\0\0\0" + bytes((len(text),)) + text
            return _HEADER.pack(16 + len(body), _SUBMIT, 0, self.made) + body

        with suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                bind = b"emulator\0emulator\0\0\x34\0\0\0"
                writer.write(_HEADER.pack(16 + len(bind), _BIND, 0, 1) + bind)
                while True:
                    length, command, status, sequence = _HEADER.unpack(await reader.readexactly(16))
                    body = await reader.readexactly(length - 16)
                    if command == _BIND_RESP and submits:
                        writer.write(b"".join(submit() for _ in range(window)))
                    elif command == _SUBMIT_RESP and status == 0:
                        self.ids[waiting.pop(sequence)] = body.rstrip(b"\0").decode()
                        writer.write(submit())
                    elif command == _SUBMIT_RESP:
                        self.refused.append(f"submit_sm_resp {status:#x}")
                        waiting.pop(sequence)
                    elif command == _DELIVER:
                        at = body.index(b"id:") + 3
                        self.told[body[at : body.index(b" ", at)].decode()] += 1
                        self.news.set()
                        writer.write(_HEADER.pack(17, _DELIVER_RESP, 0, sequence) + b"\0")
            finally:
                writer.close()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The callback endpoint."""
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                target = head.split(b" ", 2)[1].decode()
                self.called[parse_qs(urlsplit(target).query)["reference"][0]] += 1
                self.news.set()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")
        writer.close()
