"""HTTP out: a request goes to the client under test, its answer comes back. Bytes only.

Where to is judged by the address that is about to be connected to: between the look at the address and its use there is
no second lookup.
"""

import asyncio
import base64
import logging
import socket
import ssl
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from yarl import URL

from emulator.delivery.client_connection import ClientConnection, Gone
from emulator.http.messages import HttpReply, HttpRequest, origin_of
from emulator.net.allowed_targets import NotAllowed, Targets

TIMEOUT = 10.0
"""Real seconds from the first try to connect to the last octet of the answer."""
_IDLE = 15.0
"""So long a connection is kept that nothing goes over."""
_MOST_TOLD = 100
_UNTRUSTED = (
    "; --callback-ca FILE names the authority that the receiver's certificate is from, or `sms-emulator ca --issue {}` "
    "makes one of our own"
)

_log = logging.getLogger("emulator")


class Origin(NamedTuple):
    """Where a URL leads: TLS or not, whose address, which port, and the headers that say so."""

    tls: bool
    host: str
    port: int
    head: bytes


class HttpClient:
    """Sends callbacks to where `targets` allows. Connections are kept alive; redirects and cookies are passed over.
    How many go out at once is the round's business (http_round.py)."""

    def __init__(
        self, targets: Targets | None = None, trust: Callable[[], ssl.SSLContext] = ssl.create_default_context
    ) -> None:  # fmt: skip
        self._targets = targets or Targets()
        self._trust = trust
        self._kept: dict[Origin, list[ClientConnection]] = {}
        self._sweeper: asyncio.TimerHandle | None = None
        self._tls: asyncio.Future[ssl.SSLContext] | None = None
        self._told: set[str] = set()

    async def call(self, request: HttpRequest) -> HttpReply:
        """The answer. Raises NotAllowed when nothing was sent because of the target; OSError, its text for people,
        when there is no answer within 10 seconds."""
        target = request.target
        if not target.isprintable() or " " in target:
            raise _no_url()
        begin = origin_of(target)
        origin = _origin(begin)
        octets = _octets(request, target[len(begin) :], origin)
        try:
            async with asyncio.timeout(TIMEOUT):
                return await self._exchange(origin, octets, request.method == "GET")
        except TimeoutError:
            raise TimeoutError(f"no answer within {TIMEOUT:.0f} s") from None

    async def _exchange(self, origin: Origin, octets: bytes, harmless: bool) -> HttpReply:
        """A kept connection may have been closed by the other side meanwhile: then what is harmless twice goes over a
        new one."""
        connection = self._take(origin) or await self._connect(origin)
        try:
            answer = await connection.ask(octets)
        except Gone:
            if connection.asked == 1 or not harmless:
                raise
            connection = await self._connect(origin)
            answer = await connection.ask(octets)
        if connection.free:
            self._keep(origin, connection)
        else:
            connection.abort()
        return answer

    # connections

    def _take(self, origin: Origin) -> ClientConnection | None:
        """The one that was used last."""
        kept = self._kept.get(origin)
        while kept:
            connection = kept.pop()
            if connection.free:
                return connection
        return None

    def _keep(self, origin: Origin, connection: ClientConnection) -> None:
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        self._kept.setdefault(origin, []).append(connection)
        if self._sweeper is None:
            self._sweeper = loop.call_later(_IDLE, self._sweep)

    def _sweep(self) -> None:
        """Those that were idle for long go."""
        loop = asyncio.get_running_loop()
        self._sweeper = None
        before = loop.time() - _IDLE
        for origin, kept in list(self._kept.items()):
            left = [one for one in kept if one.free and one.idle_since > before]
            for one in kept:
                if one not in left:
                    one.abort()
            self._kept[origin] = left
            if not left:
                del self._kept[origin]
        if self._kept:
            self._sweeper = loop.call_later(_IDLE / 2, self._sweep)

    async def _connect(self, origin: Origin) -> ClientConnection:
        """A new connection to the first address that may be called and can be reached."""
        loop = asyncio.get_running_loop()
        refusals: list[str] = []
        error: OSError | None = None
        try:
            found = await _addresses(origin)
        except OSError as unknown:
            raise OSError(f"Cannot connect to {origin.host}:{origin.port}: {unknown.strerror or unknown}") from None
        context = await self._context() if origin.tls else None
        for family, kind, protocol, _, address in found:
            refusal = self._targets.refusal(origin.host, str(address[0]))
            if refusal is not None:
                refusals += [refusal] if refusal not in refusals else []
                continue
            sock = socket.socket(family, kind, protocol)
            try:
                sock.setblocking(False)
                await loop.sock_connect(sock, address)
                _, connection = await loop.create_connection(
                    ClientConnection, sock=sock, ssl=context, server_hostname=origin.host if context else None
                )
                return connection
            except OSError as broken:
                sock.close()
                error = broken
            except BaseException:
                sock.close()
                raise
        if error is None and refusals:
            raise self._refused(origin.host, refusals)
        hint = _UNTRUSTED.format(origin.host) if isinstance(error, ssl.SSLCertVerificationError) else ""
        raise OSError(f"Cannot connect to {origin.host}:{origin.port}: {error}{hint}")

    def _refused(self, host: str, refusals: list[str]) -> NotAllowed:
        """What the journal says; the log says it once a host."""
        said = "; ".join(refusals)
        if host not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(host)
            _log.warning("a callback was not sent: %s", said)
        return NotAllowed(said)

    async def _context(self) -> ssl.SSLContext:
        """What https receivers are held against, read with the first call."""
        if self._tls is None:
            self._tls = asyncio.ensure_future(asyncio.to_thread(self._trust))
        return await asyncio.shield(self._tls)

    async def close(self) -> None:
        """Close what is kept."""
        if self._sweeper is not None:
            self._sweeper.cancel()
        for kept in self._kept.values():
            for connection in kept:
                connection.abort()
        self._kept.clear()
        await asyncio.sleep(0)


async def _addresses(origin: Origin) -> list[Any]:
    """What a name means now; what is an address already is not looked up."""
    kind = socket.SOCK_STREAM
    try:
        return socket.getaddrinfo(origin.host, origin.port, type=kind, flags=socket.AI_NUMERICHOST)
    except (socket.gaierror, UnicodeError):
        pass
    try:
        return await asyncio.get_running_loop().getaddrinfo(origin.host, origin.port, type=kind)
    except UnicodeError:
        raise OSError(f"{origin.host!r} is no host name") from None


@lru_cache(maxsize=1024)
def _origin(begin: str) -> Origin:
    """Of scheme, host and port as they stand in the URL: nothing is quoted again. Raises NotAllowed."""
    try:
        url = URL(begin, encoded=True)
        if url.scheme not in ("http", "https") or not url.raw_host or not url.port:
            raise _no_url()
    except ValueError:
        raise _no_url() from None
    if not url.host_port_subcomponent or not url.host_port_subcomponent.isascii():
        raise _no_url()
    head = f"Host: {url.host_port_subcomponent}\r\nUser-Agent: sms-emulator\r\nAccept: */*\r\n"
    if url.user is not None:
        who = f"{url.user}:{url.password or ''}".encode()
        head += f"Authorization: Basic {base64.b64encode(who).decode()}\r\n"
    return Origin(url.scheme == "https", url.raw_host, url.port, head.encode("latin-1"))


def _no_url() -> NotAllowed:
    return NotAllowed("the callback URL is no http:// or https:// URL with a host")


def _octets(request: HttpRequest, rest: str, origin: Origin) -> bytes:
    """A request as it goes over the wire; `rest` is the URL after its host."""
    rest = rest.partition("#")[0]
    target = rest if rest.startswith("/") else f"/{rest}"
    lines = b"%b %b HTTP/1.1\r\n%b" % (request.method.encode(), target.encode(), origin.head)
    for name, value in request.headers:
        if "\r" in value or "\n" in value:
            raise OSError(f"the header {name} would have more than one line")
        lines += f"{name}: {value}\r\n".encode()
    if request.body or request.method != "GET":
        lines += b"Content-Length: %d\r\n" % len(request.body)
    return lines + b"\r\n" + request.body
