"""Requests as real clients write them, over a socket."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientSession, FormData
from support import PATIENCE, TO, connected, octets, once, request, send_path, serving

from emulator.app.server import Server

KEY = "emulator-smsoffice"


def body(answer: bytes) -> Any:
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


def text(served: Server) -> str:
    return served.emulator.default.engine.state.store.batches[-1].text


@pytest.mark.contract("smsoffice.send.raw-octets")
async def test_raw_utf8_in_the_request_line_is_taken_and_noticed(served: Server) -> None:
    answer = await octets(served.base_url, once(send_path(content="გამარჯობა")))
    assert body(answer)["ErrorCode"] == 0
    assert text(served) == "გამარჯობა"
    assert list(served.emulator.default.findings.by_row) == ["smsoffice.send.raw-octets"]


@pytest.mark.contract("smsoffice.send.raw-octets")
async def test_raw_utf8_that_comes_octet_by_octet_is_taken(served: Server) -> None:
    answer = await octets(served.base_url, *(bytes([octet]) for octet in once(send_path(content="გამარჯობა"))))
    assert body(answer)["ErrorCode"] == 0
    assert text(served) == "გამარჯობა"


@pytest.mark.contract("smsoffice.send.double-encoding")
async def test_content_encoded_twice_is_decoded_once(served: Server) -> None:
    answer = await octets(served.base_url, once(send_path(content="%25E1%2583%2592")))
    assert body(answer)["ErrorCode"] == 0
    assert text(served) == "%E1%83%92"


@pytest.mark.contract("smsoffice.send.letter-case")
async def test_the_letter_case_of_path_and_parameters_is_ignored_on_the_wire(served: Server) -> None:
    target = send_path().replace("/api/v2/send/", "/API/V2/SEND/").replace("destination=", "DESTINATION=")
    assert body(await octets(served.base_url, once(target)))["ErrorCode"] == 0


@pytest.mark.contract("smsoffice.send.query-and-body")
async def test_a_post_with_everything_in_the_url_is_served(served: Server) -> None:
    post = once(send_path(), "smsoffice.ge", "Content-Length: 0", method="POST")
    assert body(await octets(served.base_url, post))["ErrorCode"] == 0
    assert text(served) == "Hello"


@pytest.mark.contract("smsoffice.send.raw-octets")
async def test_spaces_in_the_request_line_are_refused_cleanly_and_journalled(served: Server) -> None:
    answer = await octets(served.base_url, once(send_path(content="Hello dear world")))
    assert status(answer) == 400
    assert b"Traceback" not in answer
    (kept,) = served.emulator.default.journal.exchanges()
    assert kept.word == "unreadable"
    assert "write it as %20" in kept.why
    assert kept.request.method == "GET"
    assert "content=Hello dear world" in kept.request.target
    assert len(served.emulator.default.engine.state.store.messages) == 0


@pytest.mark.contract("smsoffice.send.get-max-4096")
@pytest.mark.parametrize(("length", "expected"), [(4096, 200), (4097, 414), (70_000, 414)])
async def test_a_get_over_4096_bytes_gets_414_on_the_wire(served: Server, length: int, expected: int) -> None:
    start = f"{send_path()}&padding="
    target = start + "x" * (length - len(f"GET {start} HTTP/1.1"))
    answer = await octets(served.base_url, once(target))
    assert status(answer) == expected


@pytest.mark.contract("smsoffice.send.multipart")
async def test_multipart_is_taken_with_the_key_in_the_url() -> None:
    async with serving() as served, ClientSession() as client:
        fields = {"destination": TO, "sender": "smsoffice", "content": "გამარჯობა & +"}
        form = FormData(fields, default_to_multipart=True)
        async with client.post(f"{served.base_url}/api/v2/send/?key={KEY}", data=form) as answer:
            assert (await answer.json())["ErrorCode"] == 0
        assert text(served) == "გამარჯობა & +"
        assert list(served.emulator.default.findings.by_row) == ["smsoffice.send.multipart"]


@pytest.mark.contract("smsoffice.send.destination-unlimited")
async def test_a_post_with_a_hundred_thousand_numbers_is_taken() -> None:
    async with serving() as served, ClientSession() as client:
        served.emulator.default.account("smsoffice").balance *= 1000
        fields = {"key": KEY, "sender": "smsoffice", "content": "a",
                  "destination": ",".join(f"9955{n:08}" for n in range(100_000))}  # fmt: skip
        async with client.post(f"{served.base_url}/api/v2/send/", data=fields) as answer:
            assert (await answer.json())["ErrorCode"] == 0
        assert len(served.emulator.default.engine.state.store.messages) == 100_000


@pytest.mark.contract("smsoffice.send.hosts")
async def test_a_client_with_a_hard_coded_host_gets_through_by_a_proxy_setting() -> None:
    async with serving() as served, ClientSession() as client:
        target = f"http://smsoffice.ge{send_path()}"
        async with client.get(target, proxy=served.base_url) as answer:
            assert (await answer.json(content_type=None))["ErrorCode"] == 0


async def test_a_keep_alive_connection_serves_raw_and_clean_lines_in_turn(served: Server) -> None:
    reader, writer = await connected(served.base_url)
    try:
        for content, finding in (("ა", 1), ("a", 1), ("ბ", 2)):
            writer.write(request(send_path(content=content)))
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            assert json.loads(await reader.readexactly(length))["ErrorCode"] == 0
            assert text(served) == content
            assert served.emulator.default.findings.by_row["smsoffice.send.raw-octets"].count == finding
    finally:
        writer.close()
