"""Connections of the two drivers: TLS, several threads at once, sessions of one's own, closing and using again."""

import asyncio
import ssl
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import aiohttp
import pytest
from client.desks import GEORGIAN, QUICK, desk
from tools import need

from emulator.client import AsyncUbill, NotReached, SmsOffice, Ubill


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """(certificate, key) for localhost."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    command = [need("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
               "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=200)
    return cert, key


@asynccontextmanager
async def https(sms, certificate):
    """The emulator behind TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    port = int(sms.base_url.rpartition(":")[2])

    async def pour(reader, writer):
        while octets := await reader.read(65536):
            writer.write(octets)
            await writer.drain()
        writer.close()

    async def serve(reader, writer):
        back, forth = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pour(reader, forth), pour(back, writer), return_exceptions=True)

    async with await asyncio.start_server(serve, "localhost", 0, ssl=context) as server:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}"


async def test_https_without_async(sms_emulator, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
    async with https(sms_emulator, certificate) as url, desk("sync", "ubill", sms_emulator, base_url=url) as ask:
        for _ in range(3):
            await ask("send", GEORGIAN, "Hello")
        assert await ask("balance") == 997


async def test_https_with_async_and_a_session_of_ones_own_that_is_not_closed(sms_emulator, certificate):
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=certificate[0]))
    async with https(sms_emulator, certificate) as url, aiohttp.ClientSession(connector=connector) as session:
        async with AsyncUbill(sms_emulator.ubill.key, base_url=url, session=session) as client:
            await client.send(GEORGIAN, "Hello")
        assert not session.closed


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_nothing_is_said_to_somebody_whose_certificate_is_not_known(sms_emulator, certificate, kind):
    async with https(sms_emulator, certificate) as url, desk(kind, "ubill", sms_emulator, base_url=url) as ask:
        with pytest.raises(NotReached, match="certificate"):
            await ask("send", GEORGIAN, "Hello")
    assert await sms_emulator.requests() == []


def test_several_threads_share_a_client(live_sms_emulator):
    sms = live_sms_emulator
    with SmsOffice(sms.smsoffice.key, "smsoffice", base_url=sms.base_url, patience=QUICK) as client:
        with ThreadPoolExecutor(6) as threads:
            sends = [threads.submit(client.send, GEORGIAN, f"Hello {turn}", reference=str(turn)) for turn in range(30)]
            assert [one.result().reference for one in sends] == [str(turn) for turn in range(30)]
        assert client.balance() == 970
    assert {message.text for message in sms.messages()} == {f"Hello {turn}" for turn in range(30)}


async def test_many_tasks_share_a_client(sms_emulator):
    async with desk("async", "ubill", sms_emulator) as ask:
        ids = {sent.sms_id for sent in await asyncio.gather(*(ask("send", GEORGIAN, "Hello") for _ in range(30)))}
    assert len(ids) == 30


def test_a_closed_client_can_be_used_again(live_sms_emulator):
    sms = live_sms_emulator
    client = Ubill(sms.ubill.key, base_url=sms.base_url)
    assert client.balance() == 1000
    client.close()
    assert client.balance() == 1000
    client.close()


def test_a_base_url_may_have_a_path(live_sms_emulator):
    """As behind a gateway: what stands behind the host goes before every path."""
    from emulator.client.ubill import UbillRefused

    client = Ubill("key", base_url=f"{live_sms_emulator.base_url}/gateway/")
    with client, pytest.raises(UbillRefused, match="/gateway/v1/sms/balance"):
        client.balance()
