"""HTTP out: a request goes to the client under test by aiohttp's client, its answer comes back.

Where to is judged by the address that is about to be connected to: between the look at the address and its use there is
no second lookup.
"""

import asyncio
import base64
import logging
import socket
import ssl
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, NamedTuple

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from emulator.delivery import callback_faults
from emulator.http.messages import Headers, HttpReply, HttpRequest, origin_of
from emulator.net.allowed_targets import NotAllowed, Targets

TIMEOUT = 10.0
"""Real seconds from the first try to connect to the last octet of the answer."""
IDLE = 15.0
"""So long a connection is kept that nothing goes over."""
MOST_READ = 64 * 1024
"""Of an answer's head, or of its body, nobody looks at more: the body is taken for whole."""
_MOST_TOLD = 100
_UNTRUSTED = (
    "; --callback-ca FILE names the authority that the receiver's certificate is from, or `sms-emulator ca --issue {}` "
    "makes one of our own"
)
_OURS = {aiohttp.hdrs.USER_AGENT: "sms-emulator", aiohttp.hdrs.ACCEPT: "*/*"}
_NO_TYPE = ("Content-Type",)
"""A body of which the callback does not say what it is goes without one."""

_log = logging.getLogger("emulator")
_new: ContextVar[bool] = ContextVar("new")
"""Was the connection made for the call that runs?"""


class Origin(NamedTuple):
    """Where a URL leads. `begin`: the URL up to its path, as aiohttp takes it; `address`: of a host that is one;
    `authority`: as the header Host says it; `headers`: what aiohttp does not say of itself."""

    tls: bool
    host: str
    port: int
    begin: str
    address: str | None
    authority: str
    headers: Headers


class Resolver(AbstractResolver):
    """What a name means now, as far as `targets` allows."""

    def __init__(self, targets: Targets) -> None:
        self._targets = targets

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Addresses that may be called. Raises NotAllowed when there is none, OSError when the name means nothing."""
        loop = asyncio.get_running_loop()
        try:
            found: list[Any] = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=family)
        except UnicodeError:
            raise OSError(f"{host!r} is no host name") from None
        refusals: dict[str, None] = {}
        allowed: list[ResolveResult] = []
        for kind, _, protocol, _, address in found:
            refusal = self._targets.refusal(host, str(address[0]))
            if refusal is not None:
                refusals[refusal] = None
            else:
                allowed.append(ResolveResult(
                    hostname=host, host=str(address[0]), port=address[1], family=kind, proto=protocol,
                    flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                ))  # fmt: skip
        if not allowed:
            raise NotAllowed("; ".join(refusals))
        return allowed

    async def close(self) -> None:
        """Nothing is kept."""


class Connector(aiohttp.TCPConnector):
    """Connections to what the resolver allows, kept alive. How many there are is the callback queue's business."""

    def __init__(self, resolver: Resolver) -> None:
        super().__init__(
            resolver=resolver, use_dns_cache=False, limit=0, keepalive_timeout=IDLE, happy_eyeballs_delay=None,
            socket_factory=_made,
        )  # fmt: skip

    async def connect(self, *args: Any, **options: Any) -> aiohttp.connector.Connection:
        """aiohttp asks once more where a connection closed without an answer: rightly where it had been kept and the
        other side was tired of it; where it was new, the request came to somebody who wanted no more of it."""
        if _new.get():
            raise aiohttp.ServerDisconnectedError
        return await super().connect(*args, **options)


def _made(found: Any) -> socket.socket:
    """Of a socket that is about to be connected."""
    _new.set(True)
    return socket.socket(*found[:3])


def _acknowledge(transport: asyncio.BaseTransport | None) -> None:
    """The head is here and the body is still to come: who wrote them one after the other may wait with the second until
    the first is acknowledged, which Linux puts off by 40 ms on a connection that is kept."""
    sock: Any = None if transport is None else transport.get_extra_info("socket")
    if sock is not None and hasattr(socket, "TCP_QUICKACK"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


class _Request(aiohttp.ClientRequest):
    """One that says of us what `_OURS` does."""

    DEFAULT_HEADERS = _OURS


class HttpClient:
    """Sends callbacks to where `targets` allows; redirects and cookies are passed over."""

    def __init__(
        self, targets: Targets | None = None, trust: Callable[[], ssl.SSLContext] = ssl.create_default_context
    ) -> None:  # fmt: skip
        self._targets = targets or Targets()
        self._judged = lru_cache(maxsize=1024)(self._targets.refusal)
        self._trust = trust
        self._session: aiohttp.ClientSession | None = None
        self._tls: asyncio.Future[ssl.SSLContext] | None = None
        self._told: set[str] = set()

    async def call(self, request: HttpRequest, fault: str | None = None) -> HttpReply:
        """The answer. Raises NotAllowed when nothing was sent because of the target; OSError, its text for people,
        when there is no answer within 10 seconds. `fault`: one of callback_faults.py."""
        target = request.target
        if not target.isprintable() or " " in target:
            raise _no_url()
        begin = origin_of(target)
        origin = _origin(begin)
        if origin.address is not None:
            refusal = self._judged(origin.host, origin.address)
            if refusal is not None:
                raise self._refused(origin, refusal)
        try:
            if fault is None:
                return await self._exchange(request, origin, target[len(begin) :])
            async with asyncio.timeout(TIMEOUT):
                return await self._exchange_by_hand(request, origin, target[len(begin) :], fault)
        except TimeoutError:
            raise TimeoutError(f"no answer within {TIMEOUT:.0f} s") from None
        except (aiohttp.ClientError, ssl.SSLCertVerificationError, ValueError) as error:
            raise self._failure(origin, error) from None

    async def _exchange(self, request: HttpRequest, origin: Origin, rest: str) -> HttpReply:
        _new.set(False)
        headers, left_out = origin.headers + request.headers, None
        if request.body or request.method != "GET":  # where something is left out, aiohttp forgets its DEFAULT_HEADERS
            headers, left_out = (*_OURS.items(), *headers), _NO_TYPE
        async with (self._session or self._opened()).request(
            request.method, URL(origin.begin + rest, encoded=True), headers=headers, data=request.body or None,
            allow_redirects=False, ssl=await self._context() if origin.tls else True, skip_auto_headers=left_out,
        ) as answer:  # fmt: skip
            if answer.status == 101:
                raise OSError(callback_faults.CHANGED)
            body, content = b"", answer.content
            if answer.connection is not None and not content.is_eof():
                _acknowledge(answer.connection.transport)
            while not content.at_eof() and len(body) < MOST_READ:
                body += await content.read(MOST_READ - len(body))
            headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.raw_headers)
            return HttpReply(answer.status, headers, body)

    async def _exchange_by_hand(self, request: HttpRequest, origin: Origin, rest: str, fault: str) -> HttpReply:
        rest = rest.partition("#")[0]
        head = [f"{request.method} {rest if rest[:1] == '/' else '/' + rest} HTTP/1.1"]
        named = (("Host", origin.authority), *_OURS.items(), *origin.headers, *request.headers)
        head += [f"{name}: {value}" for name, value in dict(named).items()]
        if request.body or request.method == "POST":
            head.append(f"Content-Length: {len(request.body)}")
        tls = await self._context() if origin.tls else None
        octets = "\r\n".join([*head, "Connection: close", "", ""]).encode("latin-1", "replace")
        where = origin.host, origin.port
        return await callback_faults.send(fault, octets, request.body, self._targets, where, tls, MOST_READ)

    def _opened(self) -> aiohttp.ClientSession:
        self._session = aiohttp.ClientSession(
            connector=Connector(Resolver(self._targets)), cookie_jar=aiohttp.DummyCookieJar(),
            request_class=_Request, auto_decompress=False, max_line_size=MOST_READ, max_field_size=MOST_READ,
            timeout=aiohttp.ClientTimeout(total=TIMEOUT, ceil_threshold=2 * TIMEOUT),
        )  # fmt: skip
        return self._session

    def _failure(self, origin: Origin, error: Exception) -> OSError:
        """What went wrong, in the journal's words."""
        where = f"Cannot connect to {origin.host}:{origin.port}"
        match error:
            case aiohttp.ClientConnectorCertificateError():
                return OSError(f"{where}: {error.certificate_error}{_UNTRUSTED.format(origin.host)}")
            case ssl.SSLCertVerificationError():
                return OSError(f"{where}: {error}{_UNTRUSTED.format(origin.host)}")
            case aiohttp.ClientConnectorError(os_error=NotAllowed() as refusal):
                return self._refused(origin, str(refusal))
            case aiohttp.ClientConnectorDNSError():
                return OSError(f"{where}: {error.os_error.strerror or error.os_error}")
            case aiohttp.ClientConnectorError():
                return OSError(f"{where}: {error.os_error}")
            case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError():
                return OSError(callback_faults.CLOSED_BEFORE)
            case aiohttp.ClientPayloadError():
                return OSError(callback_faults.CLOSED_WITHIN)
            case aiohttp.ClientResponseError():
                said = " ".join(error.message.split()).rstrip(" ^")  # its second line points at an octet of the first
                return OSError(f"{callback_faults.NO_ANSWER}: {said}")
        return OSError(str(error))

    def _refused(self, origin: Origin, said: str) -> NotAllowed:
        """What the journal says; the log says it once a host."""
        if origin.host not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(origin.host)
            _log.warning("a callback was not sent: %s", said)
        return NotAllowed(said)

    async def _context(self) -> ssl.SSLContext:
        """What https receivers are held against, read with the first call."""
        if self._tls is None:
            self._tls = asyncio.ensure_future(asyncio.to_thread(self._trust))
        return await asyncio.shield(self._tls)

    async def close(self) -> None:
        """Close what is kept."""
        if self._session is not None:
            await self._session.close()
            self._session = None


@lru_cache(maxsize=1024)
def _origin(begin: str) -> Origin:
    """Of scheme, host and port as they stand in the URL: nothing is quoted again. Raises NotAllowed."""
    try:
        url = URL(begin, encoded=True)
        if url.scheme not in ("http", "https") or not url.raw_host or not url.port:
            raise _no_url()
    except ValueError:
        raise _no_url() from None
    authority = url.host_port_subcomponent
    if not authority or not authority.isascii():
        raise _no_url()
    headers, begin, address = [], f"{url.scheme}://{authority}", _address(url.raw_host)
    if url.user is not None:
        who = base64.b64encode(f"{url.user}:{url.password or ''}".encode()).decode()
        headers.append(("Authorization", f"Basic {who}"))
    if address not in (None, url.raw_host) and ":" not in address:  # written as one number, which aiohttp does not take
        headers.append(("Host", authority))
        begin = f"{url.scheme}://{address}:{url.port}"
    return Origin(url.scheme == "https", url.raw_host, url.port, begin, address, authority, tuple(headers))


def _address(host: str) -> str | None:
    """Of a host that is an address already, however it is written."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (socket.gaierror, UnicodeError):
        return None
    return str(found[0][4][0])


def _no_url() -> NotAllowed:
    return NotAllowed("the callback URL is no http:// or https:// URL with a host")
