"""The driver without async: `http.client` of the standard library, connections kept alive, safe for several threads.

A kept connection is looked at before it is used: one that the other side has closed meanwhile is never written to, so
that "the connection closed" always means that the request may have been read. The time-out of an exchange is a total:
an answer that trickles does not outlast it (only the look-up of a name is the operating system's to end).
"""

import io
import select
import ssl
import threading
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import socket
from time import sleep
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from emulator.client.calls import Broken, Call, Exchange, Patience, Unreached, carry_out
from emulator.clock import real_now
from emulator.wire import HttpReply

T = TypeVar("T")

MOST = 16 * 1024 * 1024
"""Octets of an answer that are read."""
_KEPT = 8
_SECOND = 1_000_000


def now() -> float:
    """Real seconds that only rise."""
    return real_now() / _SECOND


class _Timed(io.RawIOBase):
    """A socket's octets until a moment."""

    def __init__(self, peer: socket, left: Callable[[], float]) -> None:
        self._peer = peer
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._left()
        if left <= 0:
            raise TimeoutError("time ran out")
        self._peer.settimeout(left)
        return self._peer.recv_into(buffer)


class _Peer:
    """What http.client wants of a socket, with one end for all that is read and written."""

    def __init__(self, peer: socket) -> None:
        self.peer = peer
        self.until = 0.0

    def left(self) -> float:
        return self.until - now()

    def makefile(self, _: str, *__: Any, **___: Any) -> io.BufferedReader:
        return io.BufferedReader(_Timed(self.peer, self.left))

    def sendall(self, octets: bytes) -> None:
        self.peer.settimeout(max(self.left(), 0.001))
        self.peer.sendall(octets)

    def close(self) -> None:
        self.peer.close()

    def stale(self) -> bool:
        """Has the other side closed, or said something that nobody asked for? (Or can it not be told.)"""
        try:
            return bool(select.select([self.peer], [], [], 0)[0])
        except ValueError:
            return True


class Blocking:
    """Carries calls out, one after the other in each thread. Close it, or use it as a context."""

    def __init__(self, base_url: str, patience: Patience) -> None:
        where = urlsplit(base_url)
        if where.scheme not in ("http", "https") or not where.hostname:
            raise ValueError(f"{base_url!r} is no http or https address")
        self._secure = ssl.create_default_context() if where.scheme == "https" else None
        self._host, self._port = where.hostname, where.port
        self._prefix = where.path.rstrip("/")
        self.patience = patience
        self._idle: list[HTTPConnection] = []
        self._lock = threading.Lock()

    def run(self, call: Call[T]) -> T:
        """What the call reads. Raises its provider's SmsError."""
        steps = carry_out(call, self.patience, now)
        step = next(steps)
        try:
            while True:
                if not isinstance(step, Exchange):
                    sleep(step.seconds)
                    step = steps.send(None)
                    continue
                try:
                    reply = self.exchange(step)
                except (Unreached, Broken) as why:
                    step = steps.throw(why)
                else:
                    step = steps.send(reply)
        except StopIteration as done:
            value: T = done.value
            return value

    def exchange(self, wanted: Exchange) -> HttpReply:
        """One request, one reply. Raises Unreached or Broken."""
        request = wanted.request
        until = now() + wanted.timeout
        connection = self._connection(wanted.connect)
        peer: Any = connection.sock
        peer.until = until
        try:
            headers = {"Accept-Encoding": "identity", **dict(request.headers)}
            connection.request(request.method, self._prefix + request.target, request.body or None, headers)
            answer = connection.getresponse()
            if (answer.length or 0) > MOST:
                raise Broken(f"the answer is longer than {MOST} octets")
            body = answer.read() if answer.length is not None else answer.read(MOST)
        except TimeoutError as why:
            connection.close()
            raise Broken(f"no whole answer within {wanted.timeout:.3g} s") from why
        except (OSError, HTTPException) as why:
            connection.close()
            raise Broken(f"the connection broke: {type(why).__name__} {why}") from why
        except BaseException:
            connection.close()
            raise
        self._keep(connection, answer.will_close)
        return HttpReply(status=answer.status, headers=tuple(answer.getheaders()), body=body)

    def _connection(self, within: float) -> HTTPConnection:
        while True:
            with self._lock:
                kept = self._idle.pop() if self._idle else None
            if kept is None:
                return self._connect(within)
            peer: Any = kept.sock
            if not peer.stale():
                return kept
            kept.close()

    def _connect(self, within: float) -> HTTPConnection:
        made = (
            HTTPConnection(self._host, self._port, timeout=within)
            if self._secure is None
            else HTTPSConnection(self._host, self._port, timeout=within, context=self._secure)
        )
        try:
            made.connect()
        except OSError as why:
            made.close()
            raise Unreached(f"{self._host}:{made.port} cannot be reached: {why}") from why
        made.sock = _Peer(made.sock)
        return made

    def _keep(self, connection: HTTPConnection, ends: bool) -> None:
        with self._lock:
            if not ends and connection.sock is not None and len(self._idle) < _KEPT:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close the kept connections. The client can be used again."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

