"""The driver without async: urllib3's connections, safe for several threads and across forks."""

import os
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from time import sleep
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from emulator.client.addresses import check_base_url
from emulator.client.bulk import NumberResult, chunks, results
from emulator.client.calls import Call, Course, Exchange, Patience, Steps, Trouble, Verdict, carry_out, look_up
from emulator.client.clocks import now
from emulator.client.doubts import Account, DoubtStore, Settled, account_of, end_of, unsettled_of
from emulator.client.errors import SmsError
from emulator.client.hiding import masked
from emulator.client.places import USUAL, AtOnce, check_at_once, lanes_of
from emulator.client.watching import Watcher, announce
from emulator.http.messages import HttpReply

if TYPE_CHECKING:
    from urllib3 import PoolManager

T = TypeVar("T")

MOST = 16 * 1024 * 1024
"""Octets of an answer that are read."""
_PIECE = 65536
_NOT_INSTALLED = "a client without async needs urllib3: pip install 'sms-emulator[client]'"

_FORKED = "the pool was given before this process was forked, its connections are the parent's: use connection_pool()"


class _Process:
    """What is this process's own: what a fork copies is the parent's, whose answers a child must not read."""

    def __init__(self, pool: "PoolManager | None", at_once: AtOnce) -> None:
        if pool is None:
            from emulator.client.connections import connection_pool

            pool = connection_pool()
        self.pool = pool
        self.places = {lane: threading.Semaphore(most) for lane, most in at_once.items()}


class SyncTransport:
    """Carries calls out, one after the other in each thread. Close it, or use it as a context.

    `pool`: connections of yours (see connection_pool) instead of own ones; not closed.
    `at_once`: calls under way at once, more wait. `watch`: told of every attempt, reply and retry (Event). `doubts`:
    where sends are kept until their end is known.
    """

    usual_at_once: AtOnce = USUAL

    def __init__(
        self, account: Account, base_url: str, patience: Patience, *, pool: "PoolManager | None" = None,
        at_once: int | AtOnce | None = None, watch: Watcher | None = None, doubts: DoubtStore | None = None,
    ) -> None:  # fmt: skip
        try:
            import urllib3 as _  # noqa: F401
        except ImportError:
            raise ImportError(_NOT_INSTALLED) from None
        self._account = account
        self._base = check_base_url(base_url)
        self.patience = patience
        self._given, self._given_in = pool, os.getpid()
        self._at_once = check_at_once(at_once, self.usual_at_once)
        self._course = Course(now, watch=announce(watch))
        self._doubts = doubts
        self._processes: dict[int, _Process] = {}

    def run(self, call: Call[T]) -> T:
        """What the call reads. Raises its provider's SmsError."""
        steps = carry_out(call, call.patience or self.patience, self._course)
        if self._doubts is None or call.operation != "send":
            return self._follow(steps, call.secrets)
        send = unsettled_of(call)
        self._doubts.begin(send)
        try:
            found = self._follow(steps, call.secrets)
        except SmsError as error:
            if not error.maybe_accepted:
                self._doubts.settle(send.key)
            raise
        self._doubts.settle(send.key)
        return found

    def _follow(self, steps: Steps[T], secrets: tuple[str, ...]) -> T:
        step = next(steps)
        try:
            while True:
                if isinstance(step, Exchange):
                    step = steps.send(self.exchange(step, secrets))
                else:
                    sleep(step.seconds)
                    step = steps.send(None)
        except StopIteration as done:
            value: T = done.value
            return value

    def settle_doubts(self) -> list[Settled]:
        """Ask what became of each send of this account that the store keeps, and forget those whose end is known.
        Raises ValueError without a store."""
        if self._doubts is None:
            raise ValueError("the client was made without a store: give it one, doubts=...")
        settled: list[Settled] = []
        for send in list(self._doubts.unsettled()):
            if (send.provider, send.account) == (self._account.provider, account_of(self._account.secrets)):
                question = self._account.was_accepted(send.to, send.reference)
                found: object = Verdict.UNCLEAR
                if question is not None:
                    until = now() + self.patience.deadline
                    found = self._follow(look_up(question, self.patience, self._course, until, 1), question.secrets)
                end = end_of(found, send)
                if end != "unclear":
                    self._doubts.settle(send.key)
                settled.append(Settled(send=send, end=end))
        return settled

    def _send_many(
        self, numbers: Iterable[str], chunk: int, send: Callable[[list[str]], Call[Any]]
    ) -> list[NumberResult]:  # fmt: skip
        told: list[NumberResult] = []
        for some in chunks(numbers, chunk):
            try:
                outcome = self.run(send(some))
            except SmsError as error:
                outcome = error
            told += results(some, outcome)
        return told

    def exchange(self, wanted: Exchange, secrets: tuple[str, ...] = ()) -> HttpReply | Trouble:
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
            return self._send(mine.pool, wanted, secrets)

    def _send(self, pool: "PoolManager", wanted: Exchange, secrets: tuple[str, ...]) -> HttpReply | Trouble:
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
            trouble = Trouble(masked(said, secrets), left, final)
        finally:
            connections.here.passage = None
        return trouble

    def _read(self, pool: "PoolManager", wanted: Exchange) -> HttpReply | Trouble:
        from urllib3 import Timeout

        request = wanted.request
        answer = pool.urlopen(
            request.method, self._base + request.target, body=request.body or None,
            headers={"Accept-Encoding": "identity", **dict(request.headers)}, redirect=False, retries=False,
            preload_content=False, decode_content=False, timeout=Timeout(wanted.connect, wanted.timeout),
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
