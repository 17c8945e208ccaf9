"""A client of SMPP for tests: says PDUs, keeps what comes. It answers deliver_sm by itself unless told otherwise."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from support import PATIENCE, frozen, serving

from emulator.app.server import Server
from emulator.sandboxes.sandbox import Sandbox
from emulator.smpp import CommandId, Framer, Pdu, Unreadable, encode, response

TO = "79001234567"
SUBMIT: dict[str, Any] = {
    "source_addr_ton": 5, "source_addr": b"Shop", "dest_addr_ton": 1, "dest_addr_npi": 1,
    "destination_addr": TO.encode(), "registered_delivery": 1,
}  # fmt: skip


class Esme:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.framer = Framer()
        self.number = 0
        self.came: list[Pdu] = []
        self.octets = b""
        self.ended = False
        self.delivered: list[Pdu] = []
        self.answers: Any = lambda pdu: response(pdu)
        self.news = asyncio.Event()
        self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            while data := await self.reader.read(65536):
                self.octets += data
                for item in self.framer.feed(data):
                    assert not isinstance(item, Unreadable), item
                    self._take(item)
                self.news.set()
        except ConnectionResetError:
            self.octets += b"RESET"
        self.ended = True
        self.news.set()

    def _take(self, pdu: Pdu) -> None:
        self.came.append(pdu)
        if pdu.command_id in (CommandId.DELIVER_SM, CommandId.DATA_SM):
            self.delivered.append(pdu)
            answer = self.answers(pdu)
            if answer is not None:
                self.writer.write(encode(answer))

    def write(self, *pdus: Pdu | bytes) -> None:
        self.writer.write(b"".join(one if isinstance(one, bytes) else encode(one) for one in pdus))

    def made(self, command: int, *tlvs: tuple[int, bytes], **fields: Any) -> Pdu:
        self.number += 1
        return Pdu(command, 0, self.number, fields, list(tlvs))

    async def until(self, done: Any) -> None:
        async with asyncio.timeout(PATIENCE):
            while not done():
                self.news.clear()
                await self.news.wait()

    async def answer_to(self, request: Pdu) -> Pdu:
        def found() -> list[Pdu]:
            return [one for one in self.came if one.is_response and one.sequence == request.sequence]

        await self.until(lambda: found() or self.ended)
        assert found(), "the connection was closed without an answer"
        return found()[0]

    async def ask(self, command: int, *tlvs: tuple[int, bytes], **fields: Any) -> Pdu:
        request = self.made(command, *tlvs, **fields)
        self.write(request)
        return await self.answer_to(request)

    async def submit(self, text: bytes = b"Hello", *tlvs: tuple[int, bytes], **fields: Any) -> Pdu:
        return await self.ask(CommandId.SUBMIT_SM, *tlvs, **{**SUBMIT, "short_message": text, **fields})

    async def bind(self, account: dict[str, str], command: int = CommandId.BIND_TRANSCEIVER, **fields: Any) -> Pdu:
        said = {"system_id": account["system_id"].encode(), "password": account["password"].encode()}
        return await self.ask(command, **{**said, "interface_version": 0x34, **fields})

    async def receipts(self, count: int = 1) -> list[Pdu]:
        await self.until(lambda: len(self.delivered) >= count or self.ended)
        return self.delivered

    async def closed(self) -> None:
        await self.until(lambda: self.ended)

    async def close(self) -> None:
        self.task.cancel()
        self.writer.close()
        await asyncio.gather(self.task, return_exceptions=True)


def line_of(pdu: Pdu) -> str:
    """A receipt's text."""
    return pdu.message.decode("latin-1")


class Desk:
    """A frozen sandbox and its clients."""

    def __init__(self, served: Server, sandbox: Sandbox) -> None:
        self.served = served
        self.sandbox = sandbox
        self.path = f"/_emulator/sandboxes/{sandbox.id}"
        self.open: list[Esme] = []

    @property
    def account(self) -> dict[str, str]:
        return self.sandbox.account("smscenter").credentials

    async def connect(self, port: int | None = None, **tls: Any) -> Esme:
        esme = Esme(*await asyncio.open_connection(self.served.smpp_host, port or self.served.smpp_port, **tls))
        self.open.append(esme)
        return esme

    async def bound(self, command: int = CommandId.BIND_TRANSCEIVER, **fields: Any) -> Esme:
        esme = await self.connect()
        answer = await esme.bind(self.account, command, **fields)
        assert answer.status == 0
        return esme

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        from support import control

        status, found = await control(self.served, method, self.path + path, body)
        assert status < 400, found
        return found

    async def messages(self) -> list[dict[str, Any]]:
        return list((await self.call("GET", "/messages"))["messages"])

    async def settle(self) -> None:
        await self.call("POST", "/settle", {"timeout": PATIENCE})

    async def advance(self, seconds: float) -> None:
        await self.call("POST", "/clock", {"advance": seconds, "timeout": PATIENCE})

    async def rule(self, when: dict[str, Any], then: dict[str, Any], **more: Any) -> None:
        await self.call("POST", "/rules", {"when": {"protocol": "smpp", **when}, "then": then, **more})

    async def patch(self, **account: Any) -> None:
        await self.call("PATCH", "/accounts/smscenter", account)

    async def last(self, **wanted: str) -> dict[str, Any]:
        query = "&".join(f"{name}={value}" for name, value in {"protocol": "smpp", **wanted}.items())
        return dict((await self.call("GET", f"/requests?{query}"))["requests"][-1])


@asynccontextmanager
async def desk(wish: dict[str, Any] | None = None, **settings: Any) -> AsyncIterator[Desk]:
    """An emulator, a frozen sandbox in it, and clients that are closed in the end."""
    async with serving(**settings) as served:
        made = Desk(served, frozen(served, **(wish or {})))
        try:
            yield made
        finally:
            for esme in made.open:
                await esme.close()
