"""Connections read into one buffer of their loop: what each of them was told stays its own."""

import asyncio

import pytest

from emulator.server.stream_protocol import READ_AT_ONCE, StreamProtocol


class Keeps(StreamProtocol):
    def __init__(self, heard: "dict[int, list[bytes]]") -> None:
        super().__init__()
        self.heard = heard.setdefault(len(heard), [])
        self.transport: asyncio.BaseTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.heard.append(data)
        self.transport.write(b"%d" % len(data) + b"\n")  # type: ignore[attr-defined]


@pytest.mark.parametrize("sizes", [(1, 90, 1), (READ_AT_ONCE, READ_AT_ONCE + 1, 300_000)], ids=["short", "long"])
async def test_what_each_connection_was_told_is_its_own_bytes(sizes):
    heard: dict[int, list[bytes]] = {}
    server = await asyncio.get_running_loop().create_server(lambda: Keeps(heard), "127.0.0.1", 0)
    where = server.sockets[0].getsockname()
    clients = [await asyncio.open_connection(*where) for _ in range(3)]
    said = {}
    for number, size in enumerate(sizes):
        for turn, (reader, writer) in enumerate(clients):
            octets = bytes([65 + 3 * number + turn]) * size
            said[turn] = said.get(turn, b"") + octets
            writer.write(octets)
            got = 0
            while got < size:
                got += int(await reader.readline())
    for _, writer in clients:
        writer.close()
    server.close()
    assert {turn: b"".join(parts) for turn, parts in heard.items()} == said
    assert all(type(part) is bytes and len(part) <= READ_AT_ONCE for parts in heard.values() for part in parts)


async def test_connections_of_a_loop_share_one_buffer():
    one, other = Keeps({}), Keeps({})
    assert one.get_buffer(-1) is other.get_buffer(-1)
    assert len(one.get_buffer(-1)) == READ_AT_ONCE
