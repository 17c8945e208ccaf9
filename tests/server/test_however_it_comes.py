"""A request is answered and journalled alike however it came: whole or in pieces, first or later."""

import asyncio
import re

import pytest
from support import PATIENCE, TO, connected, control, journal, request, send_path, serving, skip, turns, until
from wires import Wire, settled

FORM = f"key=emulator-smsoffice&destination={TO}&sender=smsoffice&content=body&reference=r"
OFFER = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAB"
"""As Java's HttpClient makes it with its first request on a connection, those that have a body too."""
SOAP = """<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<get_balance xmlns="http://smsc.ru/sys/soap"><login>emulator</login><psw>emulator</psw></get_balance>
</s:Body></s:Envelope>"""


def post(path: str, body: str, kind: str) -> bytes:
    length = len(body.encode())
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}".encode()


REQUESTS = {
    "a send": request(send_path(content="here")),
    "a send with raw octets": request(send_path(content="აქ")).replace(b"%E1%83%90", "ა".encode()),
    "a refused send": request(send_path(sender="nobody")),
    "a form": post("/api/v2/send/", FORM, "application/x-www-form-urlencoded"),
    "a form beside an offer of HTTP/2": post("/api/v2/send/", FORM, "application/x-www-form-urlencoded\r\n" + OFFER),
    "chunks beside an offer of HTTP/2": (
        f"POST /api/v2/send/ HTTP/1.1\r\nHost: x\r\n{OFFER}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Transfer-Encoding: chunked\r\n\r\n{len(FORM):x}\r\n{FORM}\r\n0\r\n\r\n"
    ).encode(),
    "json": post("/v1/sms/send", '{"brandID": 1, "numbers": [995577123456], "text": "x"}', "application/json"),
    "soap": post("/sys/soap.php", SOAP, "text/xml"),
    "a balance": request("/api/getBalance?key=emulator-smsoffice"),
    "SMS Center": request("/sys/balance.php?login=emulator&psw=emulator&fmt=3"),
    "no address": request("/nowhere"),
    "no method": request("/v1/sms/send").replace(b"GET", b"PUT"),
    "the control API": request("/_emulator/health"),
}


class Client:
    """A connection that stays open."""

    async def open(self, url: str) -> "Client":
        self.reader, self.writer = await connected(url)
        return self

    async def say(self, *pieces: bytes) -> bytes:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            if len(pieces) > 1:
                await turns()
        return await self.answer()

    async def answer(self) -> bytes:
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE)
        found = re.search(rb"Content-Length: (\d+)", head)
        assert found, head
        body = await self.reader.readexactly(int(found[1]))
        return re.sub(rb"Date: [^\r]*", b"Date: now", head) + body


async def test_what_comes_beside_an_offer_of_http_2_is_taken_and_journalled_whole(served):
    client = await Client().open(served.base_url)
    answer = await client.say(REQUESTS["a form beside an offer of HTTP/2"] + REQUESTS["a balance"])
    assert b'"Success":true' in answer
    assert b" 200 OK" in await client.answer()
    kept = next(served.emulator.default.journal.exchanges()).request
    assert (kept.body, kept.header("upgrade")) == (FORM.encode(), "h2c")


@pytest.mark.parametrize("name", REQUESTS)
async def test_however_a_request_comes_the_answer_has_the_same_octets(served, name):
    request = REQUESTS[name]
    half = len(request) // 2
    served.emulator.default.account("smscenter").limits_off = True
    client = await Client().open(served.base_url)
    await client.say(REQUESTS["a balance"])
    whole = await client.say(request)
    in_pieces = await client.say(request[:half], request[half:])
    first = await (await Client().open(served.base_url)).say(request)
    assert whole == in_pieces == first


async def test_the_same_request_is_journalled_alike_each_time(served):
    client = await Client().open(served.base_url)
    for _ in range(3):
        await client.say(REQUESTS["a form"])
    kept = await journal(served)
    assert kept[0]["request"] == kept[1]["request"] == kept[2]["request"]
    assert [one["operation"] for one in kept] == ["send"] * 3
    assert len((await control(served, "GET", "/_emulator/sandboxes/default/messages"))[1]["messages"]) == 3


@pytest.mark.parametrize("fault", ["slow", "garbled", "empty"])
async def test_what_a_rule_does_to_the_reply_is_done_to_a_request_that_is_judged_once(served, fault):
    client = await Client().open(served.base_url)
    plain = await client.say(REQUESTS["a balance"])
    rule = {"when": {"operation": "balance"}, "then": {"reply": {"fault": fault}}}
    await control(served, "POST", "/_emulator/sandboxes/default/rules", rule)
    other = await client.say(REQUESTS["a balance"])
    assert (other == plain) == (fault == "slow")
    assert len(await journal(served)) == 2, "the request was judged once"


async def test_a_fault_of_our_own_is_answered_once_with_500(served, monkeypatch, caplog):
    client = await Client().open(served.base_url)
    await client.say(REQUESTS["a balance"])
    calls = []

    def broken(*asked, **more):
        calls.append(asked)
        raise RuntimeError("broken")

    monkeypatch.setattr(served.emulator.http, "exchange", broken)
    assert (await client.say(REQUESTS["a balance"])).startswith(b"HTTP/1.1 500")
    assert len(calls) == 1
    assert "RuntimeError: broken" in caplog.text


async def test_a_connection_that_is_used_stays_open_and_an_idle_one_is_closed():
    async with serving(idle_seconds=60) as served:
        client = await Client().open(served.base_url)
        for _ in range(6):
            await client.say(REQUESTS["a balance"])
            await turns()
            skip(40)
        skip(30)
        assert await asyncio.wait_for(client.reader.read(), PATIENCE) == b""


async def test_a_client_that_says_no_more_behind_its_request_is_answered_whatever_the_loop_tells_first(served):
    connection, wire = Wire.to(served)
    connection.data_received(request("/api/getBalance?key=emulator-smsoffice"))
    connection.eof_received()
    await settled(wire, 1)
    control, other = Wire.to(served)
    control.data_received(request("/_emulator/health", "localhost"))
    assert control.eof_received(), "it is being answered"
    await settled(other, 1)
    await until(lambda: other.ended)
    idle, wire = Wire.to(served)
    assert not idle.eof_received()
    for one in (connection, control, idle):
        one.connection_lost(None)


async def test_a_client_that_says_no_more_gets_the_reply_that_a_rule_delays(served):
    rule = {"when": {"operation": "balance"}, "then": {"reply": {"delay": 0.3}}}
    await control(served, "POST", "/_emulator/sandboxes/default/rules", rule)
    client = await Client().open(served.base_url)
    client.writer.write(REQUESTS["a balance"])
    client.writer.write_eof()
    answer = await asyncio.wait_for(client.reader.read(), PATIENCE)
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"1000")


async def test_a_client_that_says_no_more_ends_a_reply_that_never_comes(served):
    rule = {"when": {"operation": "balance"}, "then": {"reply": {"fault": "hang"}}}
    await control(served, "POST", "/_emulator/sandboxes/default/rules", rule)
    client = await Client().open(served.base_url)
    client.writer.write(REQUESTS["a balance"])
    client.writer.write_eof()
    assert await asyncio.wait_for(client.reader.read(), PATIENCE) == b""
