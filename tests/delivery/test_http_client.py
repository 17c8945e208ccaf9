"""Callbacks over sockets: only to where they may go, judged by the address that is connected to, on every attempt."""

import asyncio
import logging
import socket
import ssl
import threading
import time
from asyncio.selector_events import BaseSelectorEventLoop
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median

import pytest
from aiohttp import web
from support import (
    PATIENCE,
    control,
    deaf_port,
    frozen,
    get,
    key_of,
    receiver,
    self_signed,
    send_path,
    serving,
    turns,
    walk,
)

from emulator.core.admin_commands import Redeliver
from emulator.delivery import callback_faults
from emulator.delivery import http_client as outbox
from emulator.delivery.http_client import HttpClient
from emulator.http.messages import HttpRequest
from emulator.net.allowed_targets import NotAllowed, Targets

PUBLIC = "93.184.216.34"


@pytest.fixture
def names(monkeypatch):
    """What names mean: a list of addresses each; and how often each was looked up. Numbers mean themselves."""
    known, asked = {}, []
    real = asyncio.BaseEventLoop.getaddrinfo

    async def look_up(loop, host, port, **options):
        asked.append(host)
        found = known.get(host, (host,))
        if callable(found):
            found = found()
        lists = [await real(loop, one, port, **options) for one in found]
        return [entry for entries in lists for entry in entries]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
    known["asked"] = asked
    return known


@pytest.fixture
def connected(monkeypatch):
    """The addresses that sockets are connected to."""
    made = []
    real = BaseSelectorEventLoop.sock_connect

    async def connect(loop, sock, address):
        made.append(address[0])
        return await real(loop, sock, address)

    monkeypatch.setattr(BaseSelectorEventLoop, "sock_connect", connect)
    return made


@asynccontextmanager
async def opened(out):
    yield out
    await out.close()


def port_of(client):
    return client.url.rsplit(":", 1)[1].partition("/")[0]


async def attempts(served, sandbox):
    _, told = await control(served, "GET", f"/_emulator/sandboxes/{sandbox.id}/callbacks")
    return told["callbacks"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (f"http://{PUBLIC}/sms", f"{PUBLIC}, which is neither loopback nor private"),
        ("http://[2606:4700::1]/sms", "2606:4700::1, which is neither"),
        ("http://app.test:8080/sms", f"app.test is {PUBLIC}, which is neither"),
        ("http://127.0.0.1@app.test/sms", f"app.test is {PUBLIC}, which is neither"),
        ("http://metadata.test/latest/meta-data/", "metadata.test is 169.254.169.254, a link-local address"),
        ("http://169.254.169.254/latest/", "169.254.169.254, a link-local address"),
        ("http://[::ffff:169.254.169.254]/", "a link-local address"),
        ("http://2852039166/latest/", "2852039166 is 169.254.169.254, a link-local address"),
        ("http://0xa9fea9fe/", "0xa9fea9fe is 169.254.169.254, a link-local address"),
        ("http://0.0.0.0:9/", "0.0.0.0, which is nobody's address; this machine is 127.0.0.1"),
        ("http://224.0.0.1/", "224.0.0.1, a multicast address"),
    ],
)
async def test_a_callback_that_may_not_go_is_journalled_and_nothing_is_connected(names, connected, url, why):
    names.update({"app.test": (PUBLIC,), "metadata.test": ("169.254.169.254",)})
    async with serving() as served:
        sandbox = frozen(served, callback_url=url)
        await get(served.base_url + send_path(key_of(sandbox), reference="r"))
        connected.clear()
        await walk(served, sandbox, 2)
        assert connected == []
        (made,) = await attempts(served, sandbox)
    assert made["accepted"] is False
    assert made["verdict"].startswith("not sent: ")
    assert why in made["verdict"]
    assert made["answer"] == {"error": made["verdict"].removeprefix("not sent: ")}


async def test_a_refused_attempt_counts_as_failed_and_each_retry_is_judged_anew(client, served, names):
    answers = iter([(PUBLIC,), (PUBLIC,), ("127.0.0.1",)])
    names["app.test"] = lambda: next(answers)
    rules = [{"then": {"retries": [60, 600, 6000]}}]
    url = f"http://app.test:{port_of(client)}/sms"
    sandbox = frozen(served, callback_url=url, scenario={"rules": rules})
    await get(served.base_url + send_path(key_of(sandbox), reference="r"))
    await walk(served, sandbox, 2)
    await walk(served, sandbox, 60)
    assert client.came == []
    await walk(served, sandbox, 600)
    assert [one["accepted"] for one in await attempts(served, sandbox)] == [False, False, True]
    assert len(client.came) == 1


async def test_the_address_that_was_judged_is_the_one_that_is_called(client, served, names, connected):
    """A name that changes its meaning between two lookups gains nothing: there is one lookup a connection."""
    answers = iter([("127.0.0.1",), (PUBLIC,)])
    names["app.test"] = lambda: next(answers)
    sandbox = frozen(served, callback_url=f"http://app.test:{port_of(client)}/sms")
    await get(served.base_url + send_path(key_of(sandbox), reference="r"))
    connected.clear()
    await walk(served, sandbox, 2)
    assert len(client.came) == 1
    assert names["asked"].count("app.test") == 1
    assert connected == ["127.0.0.1"]


async def test_of_several_addresses_only_those_allowed_are_tried(client, served, names, connected):
    names["app.test"] = (PUBLIC, "169.254.169.254", "127.0.0.1")
    sandbox = frozen(served, callback_url=f"http://app.test:{port_of(client)}/sms")
    await get(served.base_url + send_path(key_of(sandbox), reference="r"))
    connected.clear()
    await walk(served, sandbox, 2)
    assert connected == ["127.0.0.1"]
    assert [one["accepted"] for one in await attempts(served, sandbox)] == [True]


@pytest.mark.parametrize("named", ["*", "app.test", "*.test"])
async def test_callback_allow_opens_a_host(names, named):
    """Told by what is said against it: no test calls anybody."""
    assert Targets([named]).refusal("app.test", PUBLIC) is None
    names["app.test"] = ("169.254.169.254",)
    with pytest.raises(NotAllowed, match="a host name, a wider network or \\* does not"):
        async with opened(HttpClient(Targets([named]))) as out:
            await out.call(HttpRequest(method="GET", target="http://app.test/"))


async def test_redirects_are_not_followed():
    async with receiver() as client, receiver() as other, serving() as served:
        to = {"Location": other.url}
        for status in (301, 302, 303, 307, 308):
            client.answers = lambda _, status=status: web.Response(status=status, headers=to)
            sandbox = frozen(served, callback_url=client.url)
            await get(served.base_url + send_path(key_of(sandbox), reference="r"))
            await walk(served, sandbox, 2)
            (made,) = await attempts(served, sandbox)
            assert made["answer"]["status"] == status
        assert other.came == []


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/", "file:///etc/hostname", "http://127.0.0.1:99999/",
"http://:80/",
                                    "http://127.0.0.1:0/", "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y", "//x/"])
async def test_what_is_no_http_url_is_not_called(connected, target):
    with pytest.raises(NotAllowed, match="no http:// or https:// URL"):
        await HttpClient().call(HttpRequest(method="GET", target=target))
    assert connected == []


async def test_connections_are_kept_alive(client, served, connected):
    sandbox = frozen(served, callback_url=client.url)
    for one in range(3):
        await get(served.base_url + send_path(key_of(sandbox), reference=f"r{one}"))
    connected.clear()
    await walk(served, sandbox, 2)
    assert 1 <= len(connected) <= 3
    before = len(connected)
    for _ in range(3):
        sandbox.control(Redeliver(1, "delivered", sandbox.now(), "", 0))
        await walk(served, sandbox, 1)
    assert (len(client.came), len(connected)) == (6, before)


class Closing(asyncio.Protocol):
    """Answers each request, and closes an idle connection after that without a word."""

    came: list[bytes]

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        Closing.came.append(data)
        if len(Closing.came) == 2:
            self.transport.close()
        else:
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")


@pytest.mark.parametrize(("method", "calls"), [("GET", 3), ("POST", 2)])
async def test_on_a_kept_connection_that_breaks_only_what_is_harmless_twice_is_sent_again(method, calls):
    Closing.came = []
    server = await asyncio.get_running_loop().create_server(Closing, "127.0.0.1", 0)
    request = HttpRequest(method=method, target=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a?b=c#d")
    async with opened(HttpClient()) as out:
        assert (await out.call(request)).body == b"OK"
        if method == "GET":
            assert (await out.call(request)).body == b"OK"
        else:
            with pytest.raises(OSError, match="closed before an answer came"):
                await out.call(request)
    server.close()
    assert len(Closing.came) == calls
    head = Closing.came[0].split(b"\r\n")
    assert head[0] == method.encode() + b" /a?b=c HTTP/1.1"
    assert head[1].startswith(b"Host: 127.0.0.1:")


async def test_idle_connections_go_after_a_while(connected, monkeypatch):
    monkeypatch.setattr(outbox, "IDLE", 0.0)
    async with receiver() as client, opened(HttpClient()) as out:
        for _ in range(2):
            await out.call(HttpRequest(method="GET", target=client.url))
        assert len(connected) == 2


class Answering(asyncio.Protocol):
    """Answers each connection's first request with the given octets, and then closes where it should."""

    came: list[bytes]
    says: tuple[bytes, bool]

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.came.append(data)
        octets, closes = self.says
        self.transport.write(octets)
        if closes:
            self.transport.close()


@asynccontextmanager
async def answering(octets, closes=False):
    came = []
    made = type("Made", (Answering,), {"came": came, "says": (octets, closes)})
    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", came
    server.close()


@pytest.mark.parametrize(("url", "lines"), [
    ("http://127.0.0.1:{}/a?b=%20c", [b"GET /a?b=%20c HTTP/1.1", b"Host: 127.0.0.1:{}"]),
    ("http://2130706433:{}", [b"GET / HTTP/1.1", b"Host: 2130706433:{}"]),
    ("http://u:p%40@localhost:{}/", [b"Host: localhost:{}", b"Authorization: Basic dTpwQA=="]),
])  # fmt: skip
async def test_the_head_says_what_the_url_says(url, lines):
    async with answering(OK + b"Content-Length: 2\r\n\r\nOK") as (base, came), opened(HttpClient()) as out:
        port = base.rpartition(":")[2]
        assert (await out.call(HttpRequest("GET", url.format(port)))).body == b"OK"
    head = came[0].removesuffix(b"\r\n\r\n").split(b"\r\n")
    for line in (*lines, b"User-Agent: sms-emulator", b"Accept: */*"):
        assert line.replace(b"{}", port.encode()) in head
    assert {line.partition(b":")[0] for line in head[1:]} <= {b"Host", b"User-Agent", b"Accept", b"Authorization"}


async def test_a_body_of_which_nobody_says_what_it_is_goes_without_a_type():
    async with answering(OK + b"Content-Length: 2\r\n\r\nOK") as (base, came), opened(HttpClient()) as out:
        await out.call(HttpRequest("POST", f"{base}/a", body=b"x"))
        await out.call(HttpRequest("GET", f"{base}/a", body=b"x"))
    for one, method in zip(came, ("POST", "GET"), strict=True):
        head = one.split(b"\r\n\r\n")[0].split(b"\r\n")
        assert head[0] == f"{method} /a HTTP/1.1".encode()
        assert sorted(head[1:]) == [
            b"Accept: */*", b"Content-Length: 1", b"Host: " + base.removeprefix("http://").encode(),
            b"User-Agent: sms-emulator",
        ]  # fmt: skip


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(params=[None, "slow"])
def fault(request, monkeypatch):
    """An answer is read alike by aiohttp and where a rule's fault has the request written by hand."""
    monkeypatch.setattr(callback_faults, "_PAUSE", 0)
    return request.param


@pytest.mark.parametrize(("octets", "closes", "status", "body"), [
    (OK + b"Content-Length: 2\r\n\r\nOK", False, 200, b"OK"),
    (b"HTTP/1.1 204 No Content\r\n\r\n", False, 204, b""),
    (CHUNKED + b"1\r\nO\r\n1;a=b\r\nK\r\n0\r\n\r\n", False, 200, b"OK"),
    (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nOK", True, 200, b"OK"),
    (OK + b"X-Some: thing\r\n\r\nOK", True, 200, b"OK"),
    (b"HTTP/1.0 200 OK\r\n\r\nOK", True, 200, b"OK"),
    (b"HTTP/1.1 200 OK\nX: a\n b\nContent-Length: 2\n\nOK", False, 200, b"OK"),
    (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nOK", False, 200, b"OK"),
    (OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nOK", False, 200, b"OK"),
    (OK + b"Content-Length: 99999999\r\n\r\n" + b"x" * 100_000, False, 200, b"x" * outbox.MOST_READ),
    (CHUNKED + b"FFFFFF\r\n" + b"x" * 100_000, False, 200, b"x" * outbox.MOST_READ),
    (OK + b"\r\n" + b"x" * 100_000, False, 200, b"x" * outbox.MOST_READ),
    (OK + b"X-Long: " + b"x" * 40_000 + b"\r\nContent-Length: 0\r\n\r\n", False, 200, b""),
])  # fmt: skip
async def test_answers_as_receivers_give_them(octets, closes, status, body, fault):
    async with answering(octets, closes) as (url, _), opened(HttpClient()) as out:
        for _ in range(2):
            answer = await out.call(HttpRequest("GET", url), fault)
            assert (answer.status, answer.body) == (status, body)


async def test_interim_answers_in_writes_of_their_own_are_passed_over(fault):
    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        for octets in (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n", OK + b"\r\nOK"):
            writer.write(octets)
            await turns()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, opened(HttpClient()) as out:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        answered = await out.call(HttpRequest("GET", url), fault)
    assert (answered.status, answered.headers, answered.body) == (200, (), b"OK")


@pytest.mark.parametrize(("octets", "closes", "why"), [
    (b"", True, "the connection was closed before an answer came"),
    (OK, True, "the connection was closed before an answer came"),
    (OK + b"Content-Length: 9\r\n\r\nOK", True, "the connection was closed in the middle of the answer"),
    (CHUNKED + b"5\r\nOK", True, "the connection was closed in the middle of the answer"),
    (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", False, "what came is no HTTP answer"),
    (OK + b"Content-Length: two\r\n\r\n", False, "what came is no HTTP answer"),
    (OK + b"X-Long: " + b"x" * 100_000, False, "what came is no HTTP answer"),
    (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", False, "something else"),
])  # fmt: skip
async def test_what_is_no_answer_is_told_and_sent_once(octets, closes, why, fault):
    async with answering(octets, closes) as (url, came), opened(HttpClient()) as out:
        with pytest.raises(OSError, match=why) as told:
            await out.call(HttpRequest("GET", url), fault)
        assert "\n" not in str(told.value)
        assert b"".join(came).count(b"GET ") == 1


async def test_an_endless_answer_ends_and_its_connection_goes(connected):
    async with answering(OK + b"\r\n" + b"x" * 100_000) as (url, _), opened(HttpClient()) as out:
        for _ in range(2):
            await out.call(HttpRequest("GET", url))
        assert len(connected) == 2


@pytest.mark.parametrize("url", ["http://\u10d0\u10d1.test/", f"http://{'a' * 70}.test/", "http://\U0001f600\u2024./"])
async def test_a_host_that_no_name_can_be_is_a_failed_attempt_with_its_reason(names, url):
    def unknown():
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    names["xn--lodc.test"] = names["\u10d0\u10d1.test"] = unknown
    async with serving() as served:
        sandbox = frozen(served, callback_url=url)
        await get(served.base_url + send_path(key_of(sandbox), reference="r"))
        await walk(served, sandbox, 2)
        (made,) = await attempts(served, sandbox)
    assert made["accepted"] is False
    assert made["verdict"].startswith(("not sent: the callback URL is no", "no answer: Cannot connect to"))


class InTwoWrites(BaseHTTPRequestHandler):
    """As Python's own server answers: the head, and then, once it was acknowledged, the body."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"OK")

    def log_message(self, *_):
        """Nothing."""


async def test_who_answers_in_two_writes_does_not_wait_to_be_acknowledged():
    server = ThreadingHTTPServer(("127.0.0.1", 0), InTwoWrites)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    took = []
    async with opened(HttpClient()) as out:
        for _ in range(21):
            begin = time.perf_counter()
            await out.call(HttpRequest("GET", f"http://127.0.0.1:{server.server_port}/"))
            took.append(time.perf_counter() - begin)
    await asyncio.to_thread(server.shutdown)
    server.server_close()
    assert median(took) < 0.03  # 0.044 where Linux puts it off, 0.001 else


async def test_a_dead_target_is_no_refusal(fault):
    with deaf_port() as port, pytest.raises(OSError, match="Cannot connect") as failed:
        async with opened(HttpClient()) as out:
            await out.call(HttpRequest(method="GET", target=f"http://127.0.0.1:{port}/"), fault)
    assert not isinstance(failed.value, NotAllowed)


async def test_the_log_says_once_a_host_what_is_not_sent(caplog):
    async with opened(HttpClient()) as out:
        with caplog.at_level(logging.WARNING, "emulator"):
            for _ in range(3):
                with pytest.raises(NotAllowed):
                    await out.call(HttpRequest(method="GET", target=f"http://u:hush-hush@{PUBLIC}/cb?key=hush-hush"))
        assert [record.levelname for record in caplog.records if record.name == "emulator"] == ["WARNING"]
        assert "hush" not in caplog.text


async def test_setting_a_url_that_will_be_refused_warns_and_is_done():
    async with serving() as served:
        url = f"http://{PUBLIC}/sms"
        status, told = await control(served, "POST", "/_emulator/sandboxes", {"callback_url": url})
        assert (status, len(told["warnings"])) == (201, 3)
        account = f"/_emulator/sandboxes/{told['id']}/accounts/smsoffice"
        status, told = await control(served, "PATCH", account, {"callback_url": url})
        assert (status, told["callback_url"]) == (200, url)
        assert told["warnings"][0].startswith(f"callbacks of smsoffice will not be sent: {PUBLIC}, which is neither")
        play = {"accounts": {"ubill": {"callback_url": url}}, "rules": []}
        status, told = await control(served, "PUT", account.replace("accounts/smsoffice", "scenario"), play)
        assert status == 200
        assert [said.partition(":")[0] for said in told["warnings"]] == ["callbacks of ubill will not be sent"]
        for fine in ("http://10.0.0.1/sms", "http://example.com/sms", "", None):
            status, told = await control(served, "PATCH", account, {"callback_url": fine})
            assert (status, "warnings" in told) == (200, False)
    async with serving(callback_allow=(PUBLIC,)) as served:
        assert "warnings" not in (await control(served, "POST", "/_emulator/sandboxes", {"callback_url": url}))[1]


async def test_a_rules_own_target_is_judged_too(served):
    rules = [{"then": {"reports": {"to": f"http://{PUBLIC}/x"}}}]
    sandbox = frozen(served, scenario={"rules": rules})
    await get(served.base_url + send_path(key_of(sandbox), reference="r"))
    await walk(served, sandbox, 2)
    assert [one["verdict"][:9] for one in await attempts(served, sandbox)] == ["not sent:"]


@pytest.mark.parametrize(
    ("target", "why"),
    [(f"{PUBLIC}:2775", "neither loopback nor private"), ("app.test:2775", f"app.test is {PUBLIC}"),
     ("169.254.169.254:80", "link-local"), ("[fe80::1]:2775", "link-local"), ("0.0.0.0:2775", "nobody's address")],
)  # fmt: skip
async def test_outbind_calls_nobody_who_may_not_be_called(names, connected, target, why):
    names["app.test"] = (PUBLIC,)
    async with serving() as served:
        connected.clear()
        status, told = await control(served, "POST", "/_emulator/sandboxes/default/outbind", {"target": target})
        assert [one for one in connected if one != "127.0.0.1"] == []
    assert (status, told["error"]["code"]) == (403, "target")
    assert why in told["error"]["message"]


async def test_outbind_goes_to_the_address_that_was_judged(served, names):
    came = asyncio.Event()
    listener = await asyncio.start_server(lambda *_: came.set(), "127.0.0.1", 0)
    answers = iter([(PUBLIC, "127.0.0.1"), (PUBLIC,)])
    names["app.test"] = lambda: next(answers)
    port = listener.sockets[0].getsockname()[1]
    target = {"target": f"app.test:{port}"}
    status, _ = await control(served, "POST", "/_emulator/sandboxes/default/outbind", target)
    assert status == 202
    await asyncio.wait_for(came.wait(), PATIENCE)
    listener.close()


async def test_https_receivers_are_held_against_the_certificates_of_the_machine(tmp_path, monkeypatch, fault):
    certificate = self_signed(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)

    async def answer(_):
        return web.Response(text="OK")

    server = web.ServerRunner(web.Server(answer))
    await server.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(server, listening, ssl_context=context).start()
    request = HttpRequest(method="GET", target=f"https://localhost:{listening.getsockname()[1]}/")
    async with opened(HttpClient()) as stranger, opened(HttpClient()) as friend:
        with pytest.raises(OSError, match=r"Cannot connect to localhost.*certificate verify failed.*--callback-ca"):
            await stranger.call(request, fault)
        monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
        assert (await friend.call(request, fault)).body == b"OK"
    await server.cleanup()
