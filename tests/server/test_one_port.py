"""The HTTP port takes plain HTTP, TLS and CONNECT, and leads a client nowhere but here, unless it is told to."""

import asyncio
import socket
import ssl
import struct
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from support import PATIENCE, connected, control, journal, octets, once, request, send_path, serving, skip, until

from emulator.app.server import Server
from emulator.http.limits import Limits
from emulator.http.request_parser import RequestParser
from emulator.net.listen import Busy
from emulator.tls.folders import data_folder

BALANCE = "/api/getBalance?key=emulator-smsoffice"
FAULTS = {"lost": b"", "drop": b"", "cut": b"HTTP/1.1 200 OK\r\n", "empty": b"HTTP/1.1 200 OK\r\n", "reset": b"RESET"}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Server]:
    async with serving(ca_dir=str(tmp_path)) as one:
        yield one


def trusting(served: Server) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=served.authority_pem.decode())
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


class Client:
    """A connection that can begin TLS on what there is already, as often as wanted."""

    def __init__(self, served: Server) -> None:
        self._plain = socket.create_connection((urlsplit(served.base_url).hostname, urlsplit(served.base_url).port))
        self._plain.settimeout(PATIENCE)
        self._layers: list[tuple[ssl.SSLObject, ssl.MemoryBIO, ssl.MemoryBIO]] = []
        self._context = trusting(served)

    def begin_tls(self, name: str) -> ssl.SSLObject:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self._context.wrap_bio(incoming, outgoing, server_hostname=name)
        while True:
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                self.send(outgoing.read())
                incoming.write(self.receive())
            else:
                self.send(outgoing.read())
                self._layers.append((tls, incoming, outgoing))
                return tls

    def send(self, data: bytes) -> None:
        for tls, _, outgoing in reversed(self._layers):
            tls.write(data)
            data = outgoing.read()
        self._plain.sendall(data)

    def receive(self) -> bytes:
        """What comes next through all layers; b"" at the end."""
        while True:
            try:
                return self._read(len(self._layers) - 1)
            except ssl.SSLWantReadError:
                data = self._plain.recv(65536)
                if not data:
                    return b""
                self._layers[0][1].write(data)

    def _read(self, layer: int) -> bytes:
        if layer < 0:
            return self._plain.recv(65536)
        tls, incoming, _ = self._layers[layer]
        while True:
            try:
                return tls.read()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""
            except ssl.SSLWantReadError:
                if layer == 0:
                    raise
                incoming.write(self._read(layer - 1))

    def ask(self, request: bytes) -> bytes:
        """One request, its whole answer."""
        self.send(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.receive() or pytest.fail(f"ended after {answer!r}")
        head, _, body = answer.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0].partition(b":")[2]) if lengths else 0
        while len(body) < length:
            body += self.receive() or pytest.fail(f"ended after {body!r}")
        return head + b"\r\n\r\n" + body

    def until_end(self) -> bytes:
        heard = b""
        try:
            while data := self.receive():
                heard += data
        except ConnectionResetError:
            return b"RESET"
        return heard

    def close(self) -> None:
        self._plain.close()


@contextmanager
def client(served: Server) -> Iterator[Client]:
    one = Client(served)
    try:
        yield one
    finally:
        one.close()


def connect(host: str, port: int = 443) -> bytes:
    return request(f"{host}:{port}", f"{host}:{port}", method="CONNECT")


def by(way: str, one: Client) -> None:
    """Go to smsoffice.ge so."""
    match way:
        case "tls":
            one.begin_tls("smsoffice.ge")
        case "connect":
            assert one.ask(connect("smsoffice.ge")).startswith(b"HTTP/1.1 200 ")
            one.begin_tls("smsoffice.ge")
        case "connect, plain inside":
            assert one.ask(connect("smsoffice.ge", 80)).startswith(b"HTTP/1.1 200 ")
        case "a proxy that speaks TLS itself":
            one.begin_tls("localhost")
            assert one.ask(connect("smsoffice.ge")).startswith(b"HTTP/1.1 200 ")
            one.begin_tls("smsoffice.ge")


WAYS = ("plain", "tls", "connect", "connect, plain inside", "a proxy that speaks TLS itself")


@pytest.mark.parametrize("way", WAYS)
async def test_a_client_is_answered_whichever_way_it_comes_and_again(served: Server, way: str) -> None:
    def program() -> list[bytes]:
        with client(served) as one:
            by(way, one)
            return [one.ask(request(BALANCE)).partition(b"\r\n\r\n")[2] for _ in range(3)]

    assert await asyncio.to_thread(program) == [b"1000"] * 3
    shown = (await journal(served))[-1]["request"]
    scheme = "http" if "plain" in way else "https"
    assert shown["url"] == f"{scheme}://smsoffice.ge{BALANCE}" or shown["url"] == BALANCE


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_of_a_reply_is_the_same_whichever_way_it_goes(served: Server, way: str, fault: str) -> None:
    rule = {"when": {"operation": "balance"}, "then": {"reply": {"fault": fault}}}
    await control(served, "POST", "/_emulator/sandboxes/default/rules", rule)

    def program() -> bytes:
        with client(served) as one:
            by(way, one)
            if fault == "empty":
                return one.ask(request(BALANCE))
            one.send(request(BALANCE))
            return one.until_end()

    heard = await asyncio.to_thread(program)
    assert heard.startswith(FAULTS[fault])
    assert (heard == b"") == (FAULTS[fault] == b"")
    if fault == "cut":
        assert heard.endswith(b"\r\n\r\n10")


@pytest.mark.parametrize("way", WAYS)
async def test_a_body_that_is_too_large_is_refused_whichever_way_it_comes(tmp_path: Path, way: str) -> None:
    async with serving(ca_dir=str(tmp_path), max_body=1000) as served:

        def program() -> bytes:
            with client(served) as one:
                by(way, one)
                return one.ask(request("/api/v2/send/", "smsoffice.ge", "Content-Length: 1001", method="POST"))

        assert (await asyncio.to_thread(program)).startswith(b"HTTP/1.1 413 ")


async def test_a_hello_that_never_ends_is_cut_off(tmp_path: Path) -> None:
    async with serving(ca_dir=str(tmp_path), head_seconds=600) as served:
        reader, writer = await connected(served.base_url)
        writer.write(b"\x16\x03\x01\x02\x00\x01")
        (connection,) = await until_there(served)
        await until(lambda: connection.deadline.waits_for == "handshake")
        skip(601)
        assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
        writer.close()


async def until_there(served: Server) -> set[Any]:
    await until(lambda: served.http.connections)
    return served.http.connections


@pytest.mark.parametrize("port", ["http", "smpps"])
async def test_a_client_that_is_gone_in_the_handshake_is_told_of_and_forgotten(tmp_path: Path, port: str) -> None:
    troubles: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: troubles.append(told))
    async with serving(ca_dir=str(tmp_path), smpp_tls_port=0) as served:
        _, writer = await connected(served.urls[port])
        writer.write(b"\x16\x03\x01\x02\x00\x01")
        if port == "http":
            (connection,) = await until_there(served)
            await until(lambda: connection.deadline.waits_for == "handshake")
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()  # a reset
        await until(lambda: not served.http.connections)
        await served.stop()
    assert troubles == []


async def test_who_says_no_more_right_behind_a_connect_is_answered_and_closed(served: Server) -> None:
    for behind, answers in ((b"", 3), (once(BALANCE), 4)):
        reader, writer = await connected(served.base_url)
        writer.write(connect("smsc.ru") * 3 + behind)
        writer.write_eof()
        heard = await asyncio.wait_for(reader.read(), PATIENCE)
        assert heard.count(b"HTTP/1.1 200 ") == answers
        writer.close()
    await until(lambda: not served.http.connections)


async def test_a_connect_behind_which_nothing_comes_is_closed(tmp_path: Path) -> None:
    async with serving(ca_dir=str(tmp_path), idle_seconds=600) as served:
        reader, writer = await connected(served.base_url)
        writer.write(connect("smsc.ru"))
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 200 Connection established\r\n\r\n"
        assert len(served.http.connections) == 1
        skip(601)
        assert await asyncio.wait_for(reader.read(), PATIENCE) == b""
        writer.close()


async def test_connections_are_counted_whatever_they_speak(tmp_path: Path) -> None:
    async with serving(ca_dir=str(tmp_path), max_connections=1) as served:
        with client(served) as one:
            await asyncio.to_thread(by, "connect", one)
            assert (await octets(served.base_url, b"")).startswith(b"HTTP/1.1 503 ")
            answer = await asyncio.to_thread(one.ask, request(BALANCE))
            assert answer.endswith(b"1000")


async def test_a_client_that_does_not_trust_us_is_journalled_with_what_to_do(served: Server) -> None:
    def program() -> None:
        where = urlsplit(served.base_url)
        with socket.create_connection((where.hostname, where.port)) as plain, pytest.raises(ssl.SSLError):
            ssl.create_default_context().wrap_socket(plain, server_hostname="smsc.ru")

    await asyncio.to_thread(program)
    await until(lambda: served.emulator.default.journal.made)
    (entry,) = await journal(served)
    assert entry["request"]["method"] == "TLS"
    assert entry["reply"] is None
    assert "`sms-emulator ca` prints the certificate to trust" in entry["explain"]


@pytest.mark.parametrize(("header", "scheme"), [("X: y", "http"), ("X-Forwarded-Proto: https", "https"),
                                                ("x-forwarded-proto: HTTPS, http", "https"),
                                                ("X-Forwarded-Proto: http, https", "http")])  # fmt: skip
async def test_the_wsdl_says_the_scheme_that_the_client_used(served: Server, header: str, scheme: str) -> None:
    answer = (await octets(served.base_url, once("/sys/soap.php?wsdl", "smsc.ru", header))).decode()
    assert f'location="{scheme}://smsc.ru/sys/soap.php"' in answer
    assert f'targetNamespace="{scheme}://smsc.ru/sys/soap.php' in answer


@pytest.mark.parametrize(("peer", "scheme"), [
    ("127.0.0.1", "https"), ("10.1.2.3", "https"), ("::1", "https"), ("fd00::1", "https"),
    ("::ffff:192.168.0.9", "https"), ("8.8.8.8", "http"), ("::ffff:8.8.8.8", "http"), ("2001:4860::1", "http"),
])  # fmt: skip
def test_only_a_front_of_this_machine_or_a_private_network_is_believed_about_the_scheme(peer: str, scheme: str) -> None:
    parser = RequestParser(Limits(), lambda _: 0, peer)
    parser.feed(request("/", "smsc.ru", "X-Forwarded-Proto: https"))
    assert parser.parsed[0].request.scheme == scheme


async def test_over_tls_the_wsdl_says_https(served: Server) -> None:
    def program() -> bytes:
        with client(served) as one:
            one.begin_tls("smsc.ru")
            return one.ask(request("/sys/soap.php?wsdl", "smsc.ru"))

    assert b'location="https://smsc.ru/sys/soap.php"' in await asyncio.to_thread(program)


async def test_the_authority_is_served_without_a_token(tmp_path: Path) -> None:
    async with serving(ca_dir=str(tmp_path), token="secret") as served:
        answer = await octets(served.base_url, once("/_emulator/ca.pem"))
        assert answer.endswith(served.authority_pem)


async def test_without_cryptography_a_tls_client_is_told_of_in_one_sentence(
    served: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    monkeypatch.delitem(sys.modules, "emulator.tls.authority", raising=False)
    assert await octets(served.base_url, b"\x16\x03\x01") in (b"", b"RESET")
    assert "needs cryptography, which is not installed: pip install cryptography" in caplog.text
    answer = await octets(served.base_url, once(BALANCE))
    assert answer.endswith(b"1000")


async def test_a_certificate_of_the_users_own_is_shown_to_all(tmp_path: Path) -> None:
    from emulator.tls.authority import make, today

    own = make(["example.com"], today())[0]
    (tmp_path / "own.pem").write_bytes(own.issue(["my.example.com"], today()).pem)
    async with serving(ca_dir=str(tmp_path / "none"), tls_cert=str(tmp_path / "own.pem")) as served:
        where = urlsplit(served.base_url)
        context = ssl.create_default_context(cadata=own.pem.decode())
        options = {"ssl": context, "server_hostname": "my.example.com"}
        _, writer = await asyncio.open_connection(where.hostname, where.port, **options)
        writer.close()
        assert not (tmp_path / "none").exists()


async def test_any_credentials_lead_to_the_default_sandbox_if_that_is_wanted_and_stay_masked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving(any_credentials=True) as served:
        for path in (
            send_path(key="a-key-of-its-own"), "/v1/sms/balance?key=another",
            "/sys/send.php?login=mine&psw=wrong&phones=79001234567&mes=Hello&fmt=3",
            "/sys/balance.php?apikey=somebody&fmt=3",
        ):  # fmt: skip
            answer = await octets(served.base_url, once(path, "x"))
            assert b'"error' not in answer.lower().replace(b'"errorcode":0', b"")
        for path, refused in (
            ("/api/getBalance?key=", b'"ErrorCode":80'), ("/v1/sms/balance?key=", b" 401 "),
            ("/sys/balance.php?login=mine&psw=&fmt=3", b'"error_code":'),
        ):  # fmt: skip
            assert refused in await octets(served.base_url, once(path, "x")), path
        _, found = await control(served, "GET", "/_emulator/sandboxes/default/messages")
        assert [one["provider"] for one in found["messages"]] == ["smsoffice", "smscenter"]
        pages = [await octets(served.base_url, once(path, "localhost"))
                 for path in ("/", "/_emulator/page/default/requests", "/_emulator/page/default/requests/x1")]
        for secret in (b"a-key-of-its-own", b"another", b"psw=wrong", b"somebody"):
            assert [page for page in (*pages, caplog.text.encode()) if secret in page] == []
        made = (await control(served, "POST", "/_emulator/sandboxes", {}))[1]
        own = made["accounts"]["smsoffice"]["key"]
        await octets(served.base_url, once(send_path(key=own)))
        _, theirs = await control(served, "GET", f"/_emulator/sandboxes/{made['id']}/messages")
        assert len(theirs["messages"]) == 1


def test_smpp_over_tls_has_the_same_certificates(tmp_path: Path) -> None:
    smpplib_client = pytest.importorskip("smpplib.client")

    async def main() -> None:
        async with serving(ca_dir=str(tmp_path), smpp_tls_port=0) as served:
            where = urlsplit(served.smpps_url or "")
            context = ssl.create_default_context(cadata=served.authority_pem.decode())
            context.check_hostname = False

            def program() -> str:
                one = smpplib_client.Client(where.hostname, where.port, ssl_context=context, timeout=PATIENCE)
                one.connect()
                said = one.bind_transceiver(system_id="emulator", password="emulator")
                one.unbind()
                one.disconnect()
                return str(said.command)

            assert await asyncio.to_thread(program) == "bind_transceiver_resp"

    asyncio.run(main())


async def test_ports_beside_the_http_port_serve_the_same(tmp_path: Path) -> None:
    async with serving(ca_dir=str(tmp_path), https_port=0, also_http_port=0) as served:
        assert set(served.urls) == {"http", "smpp", "https", "also_http"}
        for url in (served.urls["https"], served.urls["also_http"]):
            plain = "http:" + url.partition(":")[2]
            assert (await octets(plain, once(BALANCE))).endswith(b"1000")


async def test_where_a_port_for_tls_is_named_the_authority_is_there_from_the_start_or_it_is_said(
    tmp_path: Path,
) -> None:
    async with serving(ca_dir=str(tmp_path), https_port=0):
        assert (tmp_path / "ca.pem").exists()
    (tmp_path / "authority.pem").write_text("damaged")
    for named in ({"https_port": 0}, {"smpp_tls_port": 0}):
        with pytest.raises(Busy, match="is no certificate authority of ours"):
            async with serving(ca_dir=str(tmp_path), **named):
                pass


def test_nothing_of_tls_is_loaded_or_made_before_a_client_speaks_it(tmp_path: Path) -> None:
    import subprocess

    program = (
        "import asyncio, sys\n"
        "from emulator.app.server import Server\n"
        "from emulator.app.settings import Settings\n"
        "async def main():\n"
        f"    async with Server(Settings(port=0, ca_dir={str(tmp_path / 'ca')!r})): pass\n"
        "asyncio.run(main())\n"
        "print('cryptography' in sys.modules, 'emulator.tls.authority' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]
    assert not (tmp_path / "ca").exists()
    assert data_folder().name == "sms-emulator"


async def test_a_callback_receiver_over_https_is_called_under_our_authority(tmp_path: Path) -> None:
    from emulator.tls.authority import kept_in, today
    from emulator.tls.contexts import loaded

    authority = kept_in(tmp_path, ["smsc.ru"], today())
    context = loaded(authority.issue(["localhost", "127.0.0.1"], today()))
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.put_nowait(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server, serving(ca_dir=str(tmp_path)) as served:
        url = f"https://localhost:{server.sockets[0].getsockname()[1]}/sms"
        await control(served, "PATCH", "/_emulator/sandboxes/default/accounts/smsoffice", {"callback_url": url})
        await octets(served.base_url, once(send_path() + "&reference=a"))
        status, _ = await control(served, "POST", "/_emulator/sandboxes/default/settle", {})
        assert status == 200
        assert heard.get_nowait().startswith(b"GET /sms?")
