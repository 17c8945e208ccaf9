"""Secrets that nobody but their owner shall read: recognisable ones go in at every place, and no log, page, metric or
explanation may show one. The control API shows requests as they came, which is what it is for."""

import asyncio
import json
import logging
import re

import pytest
from aiohttp import ClientSession, CookieJar, FormData
from esme import Esme
from support import control, octets, receiver, send_path, serving
from ui.surfer import PAGE, Surfer

from emulator.cli import logs
from emulator.smpp import CommandId

HUSH = "hush"
"""Begins every secret here. Short enough to stand in an SMPP password."""
_count = iter(range(100, 1000))


def secret():
    return f"{HUSH}{next(_count)}"


@pytest.fixture
def logged():
    """What the log says, in both of its forms."""
    lines = []

    class Both(logging.Handler):
        def emit(self, record):
            for form in (logs.Lines(), logs.JsonLines()):
                lines.append(form.format(record))

    kept, root = Both(), logging.getLogger()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(kept)
    root.setLevel(level)


def raw(line, *headers, body=""):
    size = [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join((line, "Host: a", "Connection: close", *headers, *size, "", body)).encode("latin-1")


def plain_requests():
    """In query strings, headers, forms, JSON, XML, SOAP, and in what is no HTTP at all."""
    form, js, xml = (f"Content-Type: {kind}" for kind in (
        "application/x-www-form-urlencoded", "application/json", "text/xml"
    ))  # fmt: skip
    headers = (f"Authorization: Bearer {secret()}", f"Cookie: a={secret()}; sms_emulator={secret()}",
               f"Proxy-Authorization: Basic {secret()}", f"X-Api-Key: {secret()}", f"key: {secret()}")  # fmt: skip
    soap = (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<send_sms xmlns="http://smsc.ru/sys/soap.php"><login>emulator</login><psw>{}</psw><phones>79001234567</phones>'
        "<mes>x</mes></send_sms></s:Body></s:Envelope>"
    )
    yield raw(f"GET /api/v2/send/?key={secret()}&destination=995577123456&sender=x&content=y HTTP/1.1", *headers)
    yield raw(f"GET /api/getBalance?k%65y={secret()} HTTP/1.1")
    yield raw(f"GET /api/getBalance?KEY={secret()}&key={secret()} HTTP/1.1")
    yield raw(f"GET /sys/send.php?login=emulator&psw={secret()}&apikey={secret()}&phones=79001234567&mes=x HTTP/1.1")
    yield raw("POST /sys/send.php HTTP/1.1", form, body=f"login=emulator&psw={secret()}&phones=79001234567&mes=x")
    yield raw("POST /sys/send.php HTTP/1.1", form, body=f"psw={secret()}%26&login=emulator&p%73w={secret()}")
    for body in (json.dumps({"login": "emulator", "psw": secret(), "apikey": secret()}),
                 '{"login":"emulator","psw" : "' + secret() + ' with blanks, and \\" ' + HUSH + '"}',
                 '{"login":"emulator","p\\u0073w":"' + secret()):  # fmt: skip
        yield raw("POST /rest/send/ HTTP/1.1", js, body=body)
    yield raw("POST /v1/sms/send HTTP/1.1", js, f"key: {secret()}", body=json.dumps({"key": secret(), "text": "x"}))
    keys = f"<request><key>{secret()}</key><apikey> {secret()} </apikey></request>"
    yield raw("POST /v1/sms/sendXml HTTP/1.1", xml, body=keys)
    yield raw("POST /sys/soap.php HTTP/1.1", xml, body=soap.format(secret()))
    yield raw("POST /sys/soap.php HTTP/1.1", xml, body=soap.format(f"<![CDATA[{secret()}]]>"))
    yield raw("POST /sys/soap.php HTTP/1.1", xml, body=soap.format(f"{secret()} <b>{HUSH}</b>"))
    yield raw(f"GET /nobody/knows?key={secret()}&psw={secret()}&token={secret()} HTTP/1.1", *headers)
    yield raw(f"DELETE /api/v2/send/?key={secret()} HTTP/1.1")
    yield raw(f"GET /api/v2/send/?key={secret()} HTTP/9.9", *headers)
    yield raw(f"G@T /api/v2/send/?key={secret()} HTTP/1.1", *headers)
    yield raw("POST /sys/send.php HTTP/1.1", form, "Transfer-Encoding: chunked") + f"key={secret()}\r\n".encode()
    yield raw("GET /x HTTP/1.1", f"Cookie {secret()}")
    yield raw("GET /x HTTP/1.1", f"Authorization: {secret()}\x01", *headers)
    yield raw("GET /x HTTP/1.1", f"Content-Length: key={secret()}")
    yield raw(f"GET http://user:{secret()}@smsoffice.ge/api/getBalance?key={secret()} HTTP/1.1")
    yield raw(f"GET /_emulator/sandboxes?token={secret()} HTTP/1.1", f"Authorization: Bearer {secret()}")
    yield raw("POST /_emulator/page/login HTTP/1.1", form, body=f"token={secret()}")


async def play(served, surfer, client):
    """Everything that carries a secret."""
    for request in plain_requests():
        await octets(served.base_url, request)
    fields = {"login": "emulator", "psw": secret(), "phones": "79001234567", "mes": "x"}
    form = FormData(fields, default_to_multipart=True)
    async with surfer.session.post(served.base_url + "/sys/send.php", data=form) as answer:
        await answer.read()
    for password in (secret(), secret()[:8] + "xyz"):
        esme = Esme(*await asyncio.open_connection(served.smpp_host, served.smpp_port))
        esme.write(esme.made(CommandId.BIND_TRANSCEIVER, system_id=b"emulator", password=password.encode()))
        await esme.until(lambda esme=esme: esme.came or esme.ended)
        broken = bytes.fromhex("0000002c 00000002 00000000 00000002") + b"emulator\0"
        esme.write(broken + password.encode().ljust(19, b"h"))
        await esme.until(lambda esme=esme: esme.octets.count(b"\x80") > 1 or esme.ended)
        await esme.close()
    hook = f"token={secret()}&secret={secret()}&key={secret()}&Access_Token={secret()}"
    path = "/_emulator/sandboxes/default"
    await control(served, "PATCH", f"{path}/accounts/smsoffice", {
        "callback_url": client.url.replace("http://", f"http://user:{secret()}@") + "?" + hook
    })  # fmt: skip
    await octets(served.base_url, raw(f"GET {send_path(reference='r')} HTTP/1.1"))
    await control(served, "POST", f"{path}/settle", {})
    return path


def without_what_came(told):
    """A list's entries without the requests, replies and callbacks as they went."""
    if isinstance(told, dict):
        left_out = ("request", "reply", "url", "sent", "answer", "callback_url", "data")
        return {name: without_what_came(value) for name, value in told.items() if name not in left_out}
    return [without_what_came(one) for one in told] if isinstance(told, list) else told


def leaks(where, text):
    return [f"{where}: ...{text[max(0, found.start() - 80) : found.end() + 10]}" for found in re.finditer(HUSH, text)]


async def test_no_secret_is_shown_where_it_need_not_be(logged):
    found = []
    async with serving() as served, receiver() as client, ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        served.emulator.http.told = logs.tell
        surfer = Surfer(session, served.base_url)
        path = await play(served, surfer, client)
        _, told = await control(served, "GET", f"{path}/requests?limit=1000")
        assert len(told["requests"]) > 25
        assert sum(json.dumps(one).count(HUSH) for one in told["requests"]) > 60  # the API shows what came
        assert len(client.came) == 1
        for what in ("requests?limit=1000", "callbacks", "messages", "lint", "ledger", "rules", "scenario", ""):
            _, answer = await control(served, "GET", f"{path}/{what}".rstrip("/"))
            found += leaks(what, json.dumps(without_what_came(answer)))
        here = ("requests", "send", "desk", "messages/m1", "ledger", "sessions/s1")
        pages = ["/", *(f"{PAGE}/{what}" for what in here)]
        for page in (*pages, *(f"{PAGE}/requests/{one['id']}" for one in told["requests"])):
            shown = await surfer.get(page)
            assert shown.status == 200, page
            html = shown.html
            found += leaks(page, re.sub(r'(?<=name="callback_url")[^>]*', "", html))
        metrics = await surfer.get("/_emulator/metrics")
        found += leaks("metrics", metrics.html)
    assert len(logged) > 50
    found += leaks("log", "\n".join(logged))
    assert found == [], "\n".join(found)


async def test_the_token_stands_in_no_answer_and_no_log(logged):
    said = {"Authorization": "Bearer hush-hush"}
    async with serving(token="hush-hush") as served, ClientSession(headers=said) as session:
        served.emulator.http.told = logs.tell
        sandbox = "/_emulator/sandboxes/default"
        for path in ("/", "/_emulator/openapi.json", sandbox, f"{sandbox}/export", "/_emulator/metrics", f"{PAGE}/desk",
                     "/_emulator/nothing", "/_emulator/page/nothing"):  # fmt: skip
            async with session.get(served.base_url + path) as answer:
                assert leaks(path, await answer.text() + str(answer.headers)) == []
    assert leaks("log", "\n".join(logged)) == []


def test_nobody_writes_lines_of_the_log_but_we():
    record = logging.LogRecord("emulator", logging.INFO, "", 0, "sender %s", ("a\nFORGED\x1b[31m\u2028x",), None)
    line = logs.Lines().format(record)
    assert line.endswith("sender a FORGED\\x1b[31m\\u2028x")
    assert len(line.splitlines()) == 1
    assert len(logs.JsonLines().format(record).split("\n")) == 1
