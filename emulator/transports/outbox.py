"""HTTP out: a request goes to the client under test, its answer comes back. Bytes only.

Where to is judged at the socket, by the address that it is about to connect to: between the look at the address and its
use there is no second lookup, and what aiohttp tries (several addresses, a name or a number) makes no difference.
"""

import asyncio
import logging
import socket
import ssl
from contextvars import ContextVar
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, StreamReader, TCPConnector
from yarl import URL

from emulator.targets import NotAllowed, Targets
from emulator.wire import HttpReply, HttpRequest

TIMEOUT = 10.0
"""Real seconds from the first try to connect to the last octet of the answer."""
_LOOKUPS_KEPT = 10
"""Real seconds that a name is not looked up again. Kept or not, the address is judged."""
_MOST_READ = 64 * 1024
_MOST_TOLD = 100

_log = logging.getLogger("emulator")


class _Trip:
    """One call on its way: its host, what was said against the addresses it has, whether one of them was tried."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.refusals: list[str] = []
        self.tried = False


_trip: ContextVar[_Trip] = ContextVar("trip")


class Outbox:
    """Sends callbacks to where `targets` allows. Connections are kept alive; redirects and cookies are passed over."""

    def __init__(self, targets: Targets | None = None) -> None:
        self._targets = targets or Targets()
        self._session: ClientSession | None = None
        self._tls: asyncio.Future[ssl.SSLContext] | None = None
        self._told: set[str] = set()

    async def call(self, request: HttpRequest) -> HttpReply:
        """The answer. Raises NotAllowed when nothing was sent because of the target; OSError, its text for people,
        when there is no answer within 10 seconds."""
        url = _url(request.target)
        trip = _Trip(url.raw_host or "")
        _trip.set(trip)
        if self._session is None:
            self._session = self._open()
        try:
            async with self._session.request(
                request.method, url, data=request.body or None, headers=dict(request.headers),
                allow_redirects=False, ssl=await self._context() if url.scheme == "https" else True,
            ) as answer:  # fmt: skip
                body = await _some(answer.content)
                headers = tuple((str(name), value) for name, value in answer.headers.items())
                return HttpReply(status=answer.status, headers=headers, body=body)
        except TimeoutError:
            raise TimeoutError(f"no answer within {TIMEOUT:.0f} s") from None
        except (ClientError, ValueError, asyncio.IncompleteReadError) as error:
            if trip.refusals and not trip.tried:
                raise self._refused(trip) from None
            raise OSError(str(error) or type(error).__name__) from None

    def _open(self) -> ClientSession:
        # how many go out at once is the round's business (http_round.py)
        connector = TCPConnector(limit=0, ttl_dns_cache=_LOOKUPS_KEPT, socket_factory=self._socket)
        return ClientSession(
            connector=connector, cookie_jar=DummyCookieJar(), timeout=ClientTimeout(total=TIMEOUT),
            auto_decompress=False, trust_env=False, headers={"User-Agent": "sms-emulator"},
        )  # fmt: skip

    def _socket(self, where: tuple[Any, ...]) -> socket.socket:
        """A socket for one address. Raises NotAllowed."""
        trip = _trip.get()
        family, kind, protocol, _, address = where
        refusal = self._targets.refusal(trip.host, str(address[0]))
        if refusal is not None:
            if refusal not in trip.refusals:
                trip.refusals.append(refusal)
            raise NotAllowed(refusal)
        trip.tried = True
        return socket.socket(family, kind, protocol)

    def _refused(self, trip: _Trip) -> NotAllowed:
        """What the journal says; the log says it once a host."""
        said = "; ".join(trip.refusals)
        if trip.host not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(trip.host)
            _log.warning("a callback was not sent: %s", said)
        return NotAllowed(said)

    async def _context(self) -> ssl.SSLContext:
        """What https receivers are held against: the machine's certificates, or SSL_CERT_FILE's, read with the first
        call. (aiohttp's own context is made when the command starts, and reads none.)"""
        if self._tls is None:
            self._tls = asyncio.ensure_future(asyncio.to_thread(ssl.create_default_context))
        return await asyncio.shield(self._tls)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


async def _some(content: StreamReader) -> bytes:
    """The body, as far as anybody looks at it."""
    body = b""
    async for piece in content.iter_any():
        body += piece
        if len(body) > _MOST_READ:
            break
    return body


def _url(target: str) -> URL:
    """The target as it stands: nothing is quoted again. Raises OSError."""
    try:
        url = URL(target, encoded=True)
        if url.scheme in ("http", "https") and url.raw_host and url.port and target.isprintable() and " " not in target:
            return url
    except ValueError:
        pass
    raise NotAllowed("the callback URL is no http:// or https:// URL with a host") from None
