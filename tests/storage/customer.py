"""A server in a process of its own that may be gone at any moment, and a customer of it: sends over HTTP, SOAP and
SMPP, takes callbacks and receipts, and remembers what was promised. Nothing is ever sent twice."""

import asyncio
import json
import os
import re
import struct
import sys
import urllib.request
from collections import Counter
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit

import pytest
from support import PATIENCE

START = 1_000_000_000
"""The balance of each account at the beginning."""
TO_HTTP, TO_SMPP = "995577123456", "79001234567"
_GET = (
    f"GET /api/v2/send/?key=emulator-smsoffice&destination={TO_HTTP}&sender=smsoffice&content=Hello&reference=%s "
    "HTTP/1.1\r\nHost: x\r\n\r\n"
)
_ENVELOPE = (
    '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:ns1="http://smsc.ru/sys/soap.php"><SOAP-ENV:Body><ns1:send><login>emulator</login><psw>emulator</psw>'
    f"<phones>{TO_SMPP}</phones><mes>%s</mes><id></id><sender></sender><time>0</time></ns1:send></SOAP-ENV:Body>"
    "</SOAP-ENV:Envelope>"
)
_HEADER = struct.Struct(">IIII")
_SUBMIT, _SUBMIT_RESP, _DELIVER, _DELIVER_RESP, _BIND, _BIND_RESP = 4, 0x80000004, 5, 0x80000005, 9, 0x80000009


class Process:
    """`serve` with these options in a process of its own, as often as it takes. `errors`: where it tells of them, here
    or (None) among what the test says."""

    program: tuple[str, ...] = (sys.executable, "-m", "emulator")
    errors: int | None = asyncio.subprocess.PIPE
    token = ""
    host = "127.0.0.1"

    def __init__(self, *options):
        self.options = options
        self.process = None

    async def begin(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            *self.program, "serve", "--port", "0", "--quiet", *self.options,
            env={**os.environ, "PYTHONUNBUFFERED": "1"}, stdout=asyncio.subprocess.PIPE,
            stderr=self.errors,
        )  # fmt: skip

    async def ready(self) -> None:
        async with asyncio.timeout(PATIENCE):
            line = (await self.process.stdout.readline()).decode()
        if not line.startswith("ready"):
            _, said = await self.process.communicate()
            pytest.fail(f"it did not start: {(said or b'').decode()}")
        where = dict(pair.split("=", 1) for pair in line.split()[1:])
        self.port, self.smpp_port = (int(where[name].rpartition(":")[2]) for name in ("http", "smpp"))
        self.url = f"http://{self.host}:{self.port}"

    async def kill(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.communicate()

    async def ask(self, path: str, method: str = "GET", body: object = None):
        def asked():
            data = None if body is None else json.dumps(body).encode()
            headers = {"Authorization": f"Bearer {self.token}"}
            request = urllib.request.Request(f"{self.url}/_emulator/{path}", data, headers, method=method)
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                text = answer.read()
                return json.loads(text) if text else None

        return await asyncio.to_thread(asked)

    async def messages(self, after: int = 0) -> list[dict]:
        found: list[dict] = []
        while True:
            asked = f"sandboxes/default/messages?limit=1000&after=m{after + len(found)}"
            more = (await self.ask(asked))["messages"]
            if not more:
                return found
            found += more

    async def fund(self, plan: list[dict]) -> None:
        """Enough money for all of it, and what becomes of every message."""
        for name in ("smsoffice", "smscenter"):
            await self.ask(f"sandboxes/default/accounts/{name}", "PATCH", {"balance": START, "limits": "off"})
        await self.ask("sandboxes/default/rules", "PUT", {"rules": [{"then": {"steps": plan}}]})


class Customer:
    """What it tried, what was promised, what came. `pause`: seconds between two sends of one sender."""

    def __init__(self, pause: float = 0.0):
        self.pause = pause
        self.made = 0
        self.tried: set[str] = set()
        """References and texts of all sends; what was promised of them to smsoffice, and by SMS Center with its id:"""
        self.promised: set[str] = set()
        self.ids: dict[str, str] = {}
        self.called = Counter()
        """Callbacks by reference or id, and receipts by id:"""
        self.told = Counter()
        self.refused: list[str] = []
        self.news = asyncio.Event()
        """A callback came, or a receipt."""

    @asynccontextmanager
    async def listening(self, host: str = "127.0.0.1"):
        """Its callback endpoint: the options that name it."""
        endpoint = await asyncio.start_server(self.take, host, 0)
        url = f"http://{host}:{endpoint.sockets[0].getsockname()[1]}/sms"
        try:
            yield [word for name in ("smsoffice", "smscenter") for word in ("--callback-url", f"{name}={url}")]
        finally:
            endpoint.close()

    def _next(self, kind: str) -> str:
        self.made += 1
        name = f"{kind}{self.made}"
        self.tried.add(name)
        return name

    async def send(self, server: Process, most: int = 1_000_000) -> str:
        """Send after send to smsoffice over one kept connection, until it breaks. "", or why the last failed."""

        def read(name: str, answer: bytes) -> bool:
            if good := json.loads(answer)["Success"]:
                self.promised.add(name)
            return good

        return await self._exchange(server, most, "h", lambda name: (_GET % name).encode(), read)

    async def soap(self, server: Process, most: int = 1_000_000) -> str:
        """The same to SMS Center over SOAP."""

        def written(name: str) -> bytes:
            body = _ENVELOPE % name
            return (
                "POST /sys/soap.php HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml; charset=utf-8\r\n"
                f"Content-Length: {len(body)}\r\n\r\n{body}"
            ).encode()

        def read(name: str, answer: bytes) -> bool:
            if good := re.search(rb"<sendresult><id>(\d+)</id>", answer):
                self.ids[name] = good[1].decode()
            return good is not None

        return await self._exchange(server, most, "x", written, read)

    async def _exchange(self, server: Process, most: int, kind: str, written, read) -> str:
        why = "no answer"
        with suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection(server.host, server.port)
            try:
                for _ in range(most):
                    name, why = self._next(kind), "no answer"
                    writer.write(written(name))
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                    answer = await reader.readexactly(length)
                    why = ""
                    if b"200" not in head.split(b"\r\n")[0] or not read(name, answer):
                        why = f"{name}: {answer.decode()}"
                        self.refused.append(why)
                    await asyncio.sleep(self.pause)
            finally:
                writer.close()
        return why

    async def talk(self, server: Process, window: int = 10, submits: bool = True) -> None:
        """A bound session with a window of submits, and receipts that are answered, until it breaks."""
        waiting: dict[int, str] = {}

        def submit() -> bytes:
            name = self._next("s")
            waiting[self.made] = name
            text = name.encode()
            body = b"\0\5\0Shop\0\1\1" + TO_SMPP.encode() + b"\0\0\0\0\0\0\1\0\0\0" + bytes((len(text),)) + text
            return _HEADER.pack(16 + len(body), _SUBMIT, 0, self.made) + body

        with suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection(server.host, server.smpp_port)
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
                        await asyncio.sleep(self.pause)
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
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                if head.startswith("post"):
                    form = await reader.readexactly(int(head.partition("content-length:")[2].split("\r\n")[0]))
                    told = parse_qs(form.decode())["id"][0]
                else:
                    told = parse_qs(urlsplit(head.split(" ", 2)[1]).query)["reference"][0]
                self.called[told] += 1
                self.news.set()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")
        writer.close()

    async def judge(self, server: Process, messages: list[dict]) -> None:
        """Every promise is kept, nothing is there that nobody sent, or twice; the balances are what the messages cost,
        to the last unit."""
        names = Counter(one["reference"] or one["text"] for one in messages)
        missing, strange = (self.promised | self.ids.keys()) - names.keys(), names.keys() - self.tried
        twice = {name for name, count in names.items() if count > 1}
        assert missing | strange | twice == set(), f"{missing=} {strange=} {twice=} of {len(messages)}"
        assert len({one["id"] for one in messages}) == len(messages)
        by_text = {one["text"]: one["provider_id"] for one in messages if one["provider"] == "smscenter"}
        assert len(set(by_text.values())) == len(by_text)
        assert {name: by_text[name] for name in self.ids} == self.ids
        shown = await server.ask("sandboxes/default")
        for provider in ("smsoffice", "smscenter"):
            cost = sum(one["cost"] for one in messages if one["provider"] == provider)
            assert shown["balances"][provider] == START - cost

    async def settle(self, server: Process, messages: list[dict]) -> None:
        """Everybody hears of every message."""
        calls = {
            one["reference"] or one["provider_id"] for one in messages if one["text"][0] != "s"
        } - self.called.keys()
        receipts = {one["provider_id"] for one in messages if one["text"][0] == "s"} - self.told.keys()
        talking = asyncio.create_task(self.talk(server, submits=False))
        while left := len(calls) + len(receipts):
            async with asyncio.timeout(PATIENCE):  # for some to be told: there may be very many
                while len(calls) + len(receipts) == left:
                    self.news.clear()
                    await self.news.wait()
                    await asyncio.sleep(0.1)
                    calls.difference_update(self.called)
                    receipts.difference_update(self.told)
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)

    def acknowledged(self) -> Counter:
        """How many over each protocol."""
        return Counter({"h": "HTTP", "x": "SOAP", "s": "SMPP"}[name[0]] for name in (*self.promised, *self.ids))

    def __str__(self) -> str:
        again = [sum(heard.values()) - len(heard) for heard in (self.called, self.told)]
        sends = ", ".join(f"{count} over {name}" for name, count in sorted(self.acknowledged().items()))
        return (
            f"{len(self.tried)} sends, acknowledged {sends}, none missing, none twice; {len(self.called)} callbacks, "
            f"{again[0]} of them again; {len(self.told)} receipts, {again[1]} again"
        )
