"""The driver without async: urllib3's connections, safe for several threads and across forks."""

import os
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from time import sleep
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from emulator.client.bulk import NumberResult
from emulator.client.calls import Aside, Call, Exchange, Pause, Trouble
from emulator.client.carrying_out import Course, Steps
from emulator.client.clocks import now
from emulator.client.doubts import Settled
from emulator.client.hiding import masked
from emulator.client.places import AtOnce, lanes_of
from emulator.client.provider_calls import ProviderCalls
from emulator.client.transport import MOST, ClientOptions, Transport
from emulator.extras import NotInstalled
from emulator.http.messages import HttpReply

if TYPE_CHECKING:
    from urllib3 import PoolManager

T = TypeVar("T")

_PIECE = 65536
_FORKED = "the pool was given before this process was forked, its connections are the parent's: use connection_pool()"


class _Process:
    """What is this process's own: what a fork copies is the parent's, whose answers a child must not read."""

    def __init__(self, pool: "PoolManager | None", at_once: AtOnce) -> None:
        if pool is None:
            from emulator.client.connections import connection_pool

            pool = connection_pool()
        self.pool = pool
        self.places = {lane: threading.Semaphore(most) for lane, most in at_once.items()}


class SyncOptions(ClientOptions, total=False):
    """`pool`: connections of yours (see connection_pool) instead of own ones; not closed."""

    pool: "PoolManager | None"


class SyncTransport(Transport):
    """Carries calls out, one after the other in each thread. Close it, or use it as a context."""

    def __init__(self, account: ProviderCalls, options: SyncOptions) -> None:
        try:
            import urllib3 as _  # noqa: F401
        except ImportError:
            raise NotInstalled("a client without async", "urllib3") from None
        super().__init__(account, options, SyncOptions)
        self._given, self._given_in = options.get("pool"), os.getpid()
        self._course = Course(now, watch=self._watch)
        self._processes: dict[int, _Process] = {}

    def run(self, call: Call[T]) -> T:
        """What the call reads. Raises its provider's SmsError."""
        return self._follow(self._carried(call, self._course))

    def settle_doubts(self) -> list[Settled]:
        """Ask what became of each send of this account that the store keeps, and forget those whose end is known.
        Raises ValueError without a store."""
        return self._follow(self._settled(self._course))

    def _send_many(
        self, numbers: Iterable[str], chunk: int, send: Callable[[list[str]], Call[Any]]
    ) -> list[NumberResult]:  # fmt: skip
        return self._follow(self._many(numbers, chunk, send, self._course))

    def _follow(self, steps: Steps[T]) -> T:
        try:
            step = next(steps)
            while True:
                match step:
                    case Exchange():
                        step = steps.send(self._exchange(step))
                    case Pause():
                        sleep(step.seconds)
                        step = steps.send(None)
                    case Aside():
                        given, why = step.tried()
                        step = steps.send(given) if why is None else steps.throw(why)
        except StopIteration as done:
            value: T = done.value
            return value

    def _exchange(self, wanted: Exchange) -> HttpReply | Trouble:
        """One request, and its reply or why there is none."""
        mine = self._process()
        if isinstance(mine, Trouble):
            return mine
        end = now() + wanted.wait
        with ExitStack() as places:
            for lane in lanes_of(wanted.lane, self._at_once):
                place = mine.places[lane]
                if not place.acquire(timeout=max(end - now(), 0.0)):
                    most = self._at_once[lane]
                    return Trouble(f"{most} calls {lane or 'of this client'} are under way, and none ended", left=False)
                places.callback(place.release)
            return self._send(mine.pool, wanted)

    def _send(self, pool: "PoolManager", wanted: Exchange) -> HttpReply | Trouble:
        from urllib3.exceptions import HTTPError

        from emulator.client import connections

        begun = now()
        timeout = max(min(wanted.timeout, wanted.end - begun), 0.001)
        passage = connections.Passage(begun + min(wanted.connect, timeout), begun + timeout)
        connections.here.passage = passage
        try:
            return self._read(pool, wanted)
        except (HTTPError, OSError, ValueError) as why:
            left, final = connections.tell(why, passage, pool)
            said = f"{type(why).__name__} {connections.innermost(why)}"
            if left is False:
                said = f"{self._base} cannot be reached: {said}"
            elif now() >= passage.until:
                said = f"no whole answer within {timeout:.3g} s"
            else:
                said = f"the connection broke: {said}"
            trouble = Trouble(masked(said, wanted.secrets), left, final)
        finally:
            connections.here.passage = None
        return trouble

    def _read(self, pool: "PoolManager", wanted: Exchange) -> HttpReply | Trouble:
        from urllib3 import Timeout

        request = wanted.request
        answer = pool.urlopen(
            request.method, self._base + request.target, body=request.body or None,
            headers={"Accept-Encoding": "identity", **dict(request.headers)}, redirect=False, retries=False,
            preload_content=False, timeout=Timeout(wanted.connect, wanted.timeout),
        )  # fmt: skip
        whole = False
        try:
            body = bytearray()
            while piece := answer.read(_PIECE):
                body += piece
                if len(body) > MOST:
                    return Trouble(f"the answer is longer than {MOST} octets")
            if 100 <= answer.status < 200:
                return Trouble(f"an interim answer (HTTP {answer.status}) and no other")
            whole = True
        finally:
            if not whole:
                answer.close()
        return HttpReply(status=answer.status, headers=tuple(answer.headers.items()), body=bytes(body))

    def _process(self) -> _Process | Trouble:
        pid = os.getpid()
        mine = self._processes.get(pid)
        if mine is None:
            if self._given is not None and pid != self._given_in:
                from emulator.client.connections import is_ours

                if not is_ours(self._given):
                    return Trouble(_FORKED, left=False, final=True)
            mine = self._processes.setdefault(pid, _Process(self._given, self._at_once))
        return mine

    def close(self) -> None:
        """Close the kept connections. The client can be used again."""
        mine = self._processes.pop(os.getpid(), None)
        if mine is not None and mine.pool is not self._given:
            mine.pool.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
