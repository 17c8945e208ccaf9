"""A small SMSC in this loop, made of the protocol alone: what the client does can be read, what it meets scripted."""

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any

from support import PATIENCE

from emulator.smpp import Close, CommandId, Framer, Pdu, RequestAnswered, Requested, Role, Send, Session, Timers, encode
from emulator.smpp.pdu_tables import BINDS


class Smsc:
    """`answers`: asked for every request but binds; gives (status, fields), "silence" or "close". `came`: requests."""

    def __init__(self) -> None:
        self.came: list[Pdu] = []
        self.links: list[Peer] = []
        self.bind_status = 0
        self.answers: Callable[[Pdu], Any] = lambda pdu: (0, {"message_id": b"%d" % len(self.came)})
        self.responses: asyncio.Queue[Any] = asyncio.Queue()
        self.port = 0

    def of(self, command: int) -> list[Pdu]:
        return [pdu for pdu in self.came if pdu.command_id == command]

    @property
    def link(self) -> "Peer":
        return self.links[-1]


class Peer(asyncio.Protocol):
    def __init__(self, smsc: Smsc) -> None:
        self.smsc = smsc
        self.loop = asyncio.get_running_loop()
        self.session = Session(Role.SMSC, self.loop.time(), Timers(), window=100)
        self.framer = Framer()
        self.gone = self.loop.create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.smsc.links.append(self)

    def connection_lost(self, error: Any) -> None:
        self.session.closed()
        self.gone.set_result(None)

    def data_received(self, data: bytes) -> None:
        for item in self.framer.feed(data):
            for event in self.session.received(item, self.loop.time()):
                self.follow(event)

    def follow(self, event: Any) -> None:
        if isinstance(event, Send):
            self.write(event.pdu)
        elif isinstance(event, RequestAnswered):
            self.smsc.responses.put_nowait(event.response)
        elif isinstance(event, Close):
            self.transport.close()
        elif isinstance(event, Requested):
            self.answer(event.request)

    def answer(self, request: Pdu) -> None:
        now = self.loop.time()
        self.smsc.came.append(request)
        if request.command_id in BINDS:
            status = self.smsc.bind_status
            fields, tlvs = ({}, []) if status else ({"system_id": b"smsc"}, [(0x0210, b"\x34")])
            self.write(self.session.respond(request, now, status, fields, tlvs))
            return
        said = self.smsc.answers(request)
        if said == "close":
            self.transport.abort()
        elif said == "silence":
            self.session.withhold(request)
        else:
            status, fields = said
            asked = request.command_id in (CommandId.SUBMIT_SM, CommandId.DATA_SM, CommandId.QUERY_SM)
            body = fields if status == 0 and asked else None
            self.write(self.session.respond(request, now, status, body))

    def write(self, pdu: Pdu) -> None:
        self.transport.write(encode(pdu))

    async def deliver(self, pdu: Pdu) -> Any:
        """Send a deliver_sm → the response to it."""
        self.write(self.session.send(pdu, self.loop.time()))
        return await asyncio.wait_for(self.smsc.responses.get(), PATIENCE)


@asynccontextmanager
async def smsc() -> Any:
    made = Smsc()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Peer(made), "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for peer in made.links:
            peer.transport.abort()


async def until(condition: Callable[[], bool]) -> None:
    """Let time pass until it holds, as turns alone are none to the loop of a world; the test's own time-out is the
    limit."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.001)
