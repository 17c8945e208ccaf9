"""urllib3's connections, with what urllib3 leaves to us: interim answers are skipped, one end holds for all that is
read and written, and no connection is used again that is old or has anything unread. Imported with the first call.
"""

import io
import logging
import os
import ssl
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPResponse
from typing import Any, cast

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    EmptyPoolError,
    InvalidHeader,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
)

from emulator.client.clocks import now

IDLE = 30.0
"""Seconds after which an idle connection is not used again: what stands between may have forgotten it silently."""


class Passage:
    """One exchange on its way: when its connection and when its answer must be there, and did anything leave."""

    def __init__(self, connect: float, until: float) -> None:
        self.connect = connect
        self.until = until
        self.left = False


class _Here(threading.local):
    passage: Passage | None = None


here = _Here()
"""The exchange of this thread."""


class _NotOurs(logging.Filter):
    """urllib3 logs URLs whole, and ours may hold a key; what a client does is logged by the client (watching.py)."""

    def filter(self, record: logging.LogRecord) -> bool:
        return here.passage is None


for _name in ("urllib3.connection", "urllib3.connectionpool"):
    logging.getLogger(_name).addFilter(_NotOurs())


class _Timed(io.RawIOBase):
    """A socket's octets until a moment; none once it is `over`."""

    def __init__(self, raw: io.RawIOBase, peer: Any, until: float) -> None:
        self._raw = raw
        self._peer = peer
        self._until = until
        self.over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.over:
            return None
        left = self._until - now()
        if left <= 0:
            raise TimeoutError("time ran out")
        self._peer.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Reading(io.BufferedReader):
    """`ended` is told, when it is closed, whether octets stand behind the answer."""

    def __init__(self, raw: _Timed, ended: Callable[[bool], None]) -> None:
        super().__init__(raw)
        self._timed = raw
        self._ended = ended

    def close(self) -> None:
        if not self.closed:
            self._timed.over = True
            self._ended(bool(self.peek(1)))
        super().close()


class _Answer(HTTPResponse):
    """The first answer that is not interim (1xx), read until a moment."""

    def __init__(self, sock: Any, *args: Any, until: float, ended: Callable[[bool], None], **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp = _Reading(_Timed(self.fp.detach(), sock, until), ended)

    def begin(self) -> None:
        super().begin()
        while 100 <= self.status < 200 and self.status != 101:
            self.headers = self.msg = cast(Any, None)  # else begin() takes the answer for begun
            super().begin()


class _Plain(HTTPConnection):
    _spoilt = False
    _idle_since = 0.0
    _process = 0

    @property
    def is_connected(self) -> bool:
        """May it be used again? One that can be read says something that nobody asked for, or has ended; one of
        before a fork is the parent's."""
        if self._spoilt or self._process != os.getpid() or now() - self._idle_since >= IDLE:
            return False
        return super().is_connected

    def connect(self) -> None:
        """Connect within the exchange's time, look-up of the name and all: in a thread, since nothing else can end the
        operating system's look-up."""
        self._spoilt, self._idle_since, self._process, self.response_class = False, now(), os.getpid(), HTTPResponse
        passage = here.passage
        if passage is None:
            super().connect()
            return
        within = min(passage.connect, passage.until) - now()
        attempt = _Connecting(super().connect, self.close)
        attempt.start()
        attempt.join(max(within, 0.0))
        if attempt.give_up():
            raise ConnectTimeoutError(self, f"no connection within {within:.3g} s")
        if attempt.failed is not None:
            raise attempt.failed

    def send(self, data: Any) -> None:
        passage = here.passage
        if passage is not None:
            if self.sock is None:
                self.connect()
            self.sock.settimeout(max(passage.until - now(), 0.001))
            passage.left = True
        super().send(data)

    def getresponse(self) -> Any:
        if here.passage is not None:
            kind = partial(_Answer, until=here.passage.until, ended=self._ended)
            self.response_class = cast(type[HTTPResponse], kind)
        return super().getresponse()

    def _ended(self, unread: bool) -> None:
        self._spoilt = self._spoilt or unread
        self._idle_since = now()


class _Secure(_Plain, HTTPSConnection):
    pass


class _Connecting(threading.Thread):
    """A connection coming about; one that comes too late is closed."""

    def __init__(self, connect: Callable[[], None], close: Callable[[], None]) -> None:
        super().__init__(daemon=True, name="connecting")
        self._connect = connect
        self._close = close
        self._lock = threading.Lock()
        self._done = False
        self._too_late = False
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            self._connect()
        except BaseException as why:
            self.failed = why
        with self._lock:
            self._done = True
            too_late = self._too_late
        if too_late:
            self._close()

    def give_up(self) -> bool:
        """Has it not come about? Then it is too late."""
        with self._lock:
            self._too_late = not self._done
            return self._too_late


class PlainPool(HTTPConnectionPool):
    """urllib3's, of our connections."""

    ConnectionCls = _Plain


class SecurePool(HTTPSConnectionPool):
    """The same by TLS. Whom to trust is read when the first is made: it takes longer than making a client."""

    ConnectionCls = _Secure

    def __init__(self, *args: Any, ssl_context: ssl.SSLContext | None = None, **more: Any) -> None:
        super().__init__(*args, ssl_context=ssl_context or ssl.create_default_context(), **more)


def connection_pool(
    *, proxy: str = "", proxy_headers: dict[str, str] | None = None, ssl_context: ssl.SSLContext | None = None,
    source_address: str = "", keep: int = 50,
) -> PoolManager:  # fmt: skip
    """Connections for clients without async, to be shared between them or set up: a `proxy` (`http://host:port`, with
    `proxy_headers` such as `urllib3.make_headers(proxy_basic_auth="user:password")`), the context that says whom to
    trust, the local address to call from. `keep`: idle connections kept for each host.
    """
    more: dict[str, Any] = {"maxsize": keep}
    if ssl_context is not None:
        more["ssl_context"] = ssl_context
    if source_address:
        more["source_address"] = (source_address, 0)
    made = ProxyManager(proxy, proxy_headers=proxy_headers, **more) if proxy else PoolManager(**more)
    made.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return made


def is_ours(pool: PoolManager) -> bool:
    """Are its connections ours?"""
    return pool.pool_classes_by_scheme.get("http") is PlainPool


_NOT_SENT = (NewConnectionError, ConnectTimeoutError, NameResolutionError, EmptyPoolError, ProxyError)


def tell(why: BaseException, passage: Passage, pool: PoolManager) -> tuple[bool | None, bool]:
    """Of a failure: did anything leave, and would trying again end alike? Of a pool with other connections than ours
    only some failures say that nothing left."""
    causes = list(_chain(why))
    final = any(isinstance(one, (ssl.SSLCertVerificationError, InvalidHeader)) for one in causes) or any(
        isinstance(one, OSError) and "Tunnel connection failed: 4" in str(one) for one in causes
    )
    if is_ours(pool):
        return passage.left, final
    nothing = final or any(isinstance(one, _NOT_SENT) for one in causes)
    return (False if nothing else None), final


def innermost(why: BaseException) -> str:
    """What a failure says without the wrapping: urllib3 names objects and pools."""
    return str(list(_chain(why))[-1])


def _chain(why: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while why is not None and id(why) not in seen:
        seen.add(id(why))
        yield why
        reason = getattr(why, "reason", None)
        why = reason if isinstance(reason, BaseException) else why.__cause__ or why.__context__
