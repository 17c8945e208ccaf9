"""Serving stops: whoever came before it is taken leave of, and nobody is served once the state file is closed."""

import asyncio
import gc
import logging
import socket

import pytest
from support import PATIENCE, request, send_path, serving

ENQUIRES = bytes.fromhex("00000010000000150000000000000001")


@pytest.mark.parametrize("turns", range(1, 4))
@pytest.mark.parametrize("port", ["http", "smpp", "smpps"])
async def test_of_a_client_that_is_being_accepted_meanwhile_the_connection_ends(port, turns, tmp_path, caplog):
    """`turns` of the loop after its call, which the server has to accept first."""
    beside = {"smpp_tls_port": 0, "ca_dir": tmp_path}
    async with serving(state=str(tmp_path / "state.db"), **beside) as served:
        host, _, number = served.urls[port].rpartition("//")[2].rpartition(":")
        client = socket.create_connection((host, int(number)))
        for _ in range(turns):
            await asyncio.sleep(0)
    gc.collect()  # asyncio leaves one lying that it accepts in the very turn in which its server closes
    with client:
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_sendall(client, ENQUIRES if "smpp" in port else request(send_path()))
            async with asyncio.timeout(PATIENCE):
                while await loop.sock_recv(client, 1000):
                    pass
        except ConnectionError:
            pass
    assert [one for one in caplog.records if one.levelno >= logging.ERROR] == []
