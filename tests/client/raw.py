"""A server that says what it received: octets by hand, one thread a connection. It answers in any shape that HTTP
allows, and in some that it does not."""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

Hook = Callable[["Request"], "bytes | None"]


class Request:
    """One that came. `number`: how many came before; `on`: which connection."""

    def __init__(self, head: bytes, body: bytes, number: int, on: int) -> None:
        self.method, self.target = head.split(b" ")[:2]
        self.head, self.body, self.number, self.on = head, body, number, on

    @property
    def path(self) -> str:
        return urlsplit(self.target.decode("latin-1")).path

    def field(self, name: str) -> str:
        """Of the query or the form."""
        text = urlsplit(self.target.decode("latin-1")).query + "&" + self.body.decode("utf-8", "replace")
        return parse_qs(text).get(name, [""])[0]


class Raw:
    """`answer`: a request → the octets of the answer, None for none. `pieces`: into how many writes it is cut, 0 for
    one an octet. `ends`: does the connection close behind an answer."""

    smsoffice = SimpleNamespace(key="the-smsoffice-key")
    ubill = SimpleNamespace(key="the-ubill-key")
    smscenter = SimpleNamespace(login="me", psw="the-smscenter-psw")

    def __init__(self, answer: Hook, pieces: int = 1, ends: bool = False, tls: ssl.SSLContext | None = None) -> None:
        self.answer, self.pieces, self.ends, self.tls = answer, pieces, ends, tls
        self.requests: list[Request] = []
        self.connections = 0
        self.failures: list[BaseException] = []
        self.gone = threading.Event()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def base_url(self) -> str:
        return f"{'https://localhost' if self.tls else 'http://127.0.0.1'}:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Everything that is open is closed."""
        self.gone.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def drop_idle(self) -> None:
        """Close every connection that is open, as a server does whose keep-alive ran out."""
        with self._lock:
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_WR)

    def say(self, octets: bytes) -> None:
        """Say something that nobody asked for, on every connection."""
        with self._lock:
            for one in self._open:
                one.sendall(octets)

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                on = self.connections
            threading.Thread(target=self._serve, args=(peer, on), daemon=True).start()

    def _serve(self, peer: socket.socket, on: int) -> None:
        try:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                peer = self.tls.wrap_socket(peer, server_side=True)
            with self._lock:
                self._open.add(peer)
            waiting = b""
            while True:
                while b"\r\n\r\n" not in waiting:
                    waiting += _more(peer)
                head, _, waiting = waiting.partition(b"\r\n\r\n")
                found = re.search(rb"(?i)content-length: *(\d+)", head)
                length = int(found[1]) if found else 0
                while len(waiting) < length:
                    waiting += _more(peer)
                body, waiting = waiting[:length], waiting[length:]
                with self._lock:
                    request = Request(head, body, len(self.requests), on)
                    self.requests.append(request)
                octets = self.answer(request)
                if octets is None:
                    return
                for piece in cut(octets, self.pieces):
                    peer.sendall(piece)
                if self.ends:
                    return
        except (OSError, EOFError):
            pass
        finally:
            with self._lock:
                self._open.discard(peer)
            with suppress(OSError):
                peer.close()


def _more(peer: socket.socket) -> bytes:
    octets = peer.recv(65536)
    if not octets:
        raise EOFError
    return octets


def cut(octets: bytes, pieces: int) -> list[bytes]:
    size = max(len(octets) // pieces, 1) if pieces else 1
    size += bool(pieces and len(octets) % pieces)
    return [octets[at : at + size] for at in range(0, len(octets), size)]


@contextmanager
def raw(answer: Hook, **more: Any) -> Iterator[Raw]:
    server = Raw(answer, **more)
    try:
        yield server
    finally:
        server.close()


# answers

def plain(body: bytes, status: bytes = b"200 OK", *headers: bytes) -> bytes:
    head = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def _close(body: bytes) -> bytes:
    return plain(body, b"200 OK", b"Connection: close")


def _ten(body: bytes) -> bytes:
    return plain(body).replace(b"HTTP/1.1", b"HTTP/1.0", 1)


def _chunked(body: bytes) -> bytes:
    half = len(body) // 2 or 1
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in (body[:half], body[half:]) if one)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks + b"0\r\n\r\n"


def _until_close(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\n\r\n" + body


def _hints(body: bytes) -> bytes:
    return b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + plain(body)


SHAPES: dict[str, tuple[Callable[[bytes], bytes], bool]] = {
    "kept": (plain, False), "close": (_close, True), "http/1.0": (_ten, True), "chunked and close": (_chunked, True),
    "until close": (_until_close, True), "103 first": (_hints, False),
}  # fmt: skip
"""Shape → how a body is written, and whether the connection ends behind it."""


# what the providers say, with a number that is this request's alone

def numbered(request: Request) -> bytes:
    """The body of an answer of the provider whose address this is; the number in it is the request's own."""
    n = request.number + 1000
    body, path = request.body, request.path
    if path.startswith("/api/v2/send"):
        return b'{"Success":true,"Message":"","Output":{"StopListed":["%d"]},"ErrorCode":0}' % n
    if path.startswith("/api/v2/getMessageStatus"):
        return b'{"Success":true,"Message":"","Output":{"Status":"word%d"},"ErrorCode":0}' % n
    if path == "/api/getBalance":
        return b"%d" % n
    if path == "/v1/sms/sendXml":
        return b"<r><statusID>0</statusID><smsID>%d</smsID></r>" % n
    if path.startswith("/v1/"):
        return (b'{"statusID":0,"smsID":%d,"sms":%d,"brandID":%d,"result":[{"number":"%d","statusID":1}],'
                b'"brands":[{"id":%d,"name":"x","authorized":1,"createdAt":""}]}') % (n, n, n, n, n)
    if path == "/sys/soap.php":
        fields = b"".join(b"<%s>%d</%s>" % (name, n, name) for name in (b"id", b"cnt", b"balance", b"err"))
        fields += b"<cost>1</cost><error>0</error><status>1</status>"
        return b'<e:Envelope xmlns:e="urn:e"><e:Body><r><x>' + fields + b"</x></r></e:Body></e:Envelope>"
    if path == "/sys/get.php":
        told = b'{"status":1,"int_id":%d,"message":"x"}' if b"get_messages" in body else b'{"id":%d,"message":"x"}'
        return b"[" + told % n + b"]"
    if path == "/sys/info.php":
        return b'{"mnc":"%d"}' % n
    if path == "/sys/wait_call.php":
        return b'{"phone":"%d"}' % n
    if path == "/sys/senders.php":
        return b'[{"sender":"%d"}]' % n
    if b"del=1" in body:
        return b"OK"
    one = b'{"id":%d,"cnt":%d,"cost":"1","balance":"%d","status":1,"err":%d}' % (n, n, n, n)
    return b"[" + one + b"]" if b"%2C" in body and path == "/sys/status.php" else one
