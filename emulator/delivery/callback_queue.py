"""Callbacks on their way: a request goes out, its answer is judged as the provider would, and goes back in.

    post ─► the queue of its target ─► one of its workers ─► call ─► answer ─► engine.answered

Each target (scheme, host and port) has a queue of its own, worked off in order by a bounded number of workers: however
much is due at once, and however long one target takes to answer, there are few tasks and the others go on.
"""

import asyncio
from collections import deque
from typing import NamedTuple

from emulator.core.engine.engine import Engine
from emulator.core.rules.actions import ReportFaultName
from emulator.delivery import failures
from emulator.http.messages import Call, HttpRequest, origin_of
from emulator.journal import Attempt
from emulator.net.allowed_targets import NotAllowed
from emulator.sandboxes.in_flight import InFlight, Waiting
from emulator.sandboxes.sandbox import Sandbox

CARRIERS = 50
"""So many callbacks are under way to one target at once, and"""
ALL_CARRIERS = 1000
"""so many to all targets; but one to each in any case."""
_AT_ONCE = 5
"""So many one worker sends before others have their turn."""


class PendingDelivery(NamedTuple):
    """A callback that waits in its queue."""

    sandbox: Sandbox
    engine: Engine
    attempt: Attempt
    done: Waiting
    fault: ReportFaultName | None


class TargetQueue:
    """What waits for one target."""

    __slots__ = ("carriers", "queue")

    def __init__(self) -> None:
        self.queue: deque[PendingDelivery] = deque()
        self.carriers = 0


class CallbackQueue:
    """Carries callbacks."""

    def __init__(self, call: Call, under_way: InFlight) -> None:
        self._call = call
        self._under_way = under_way
        self._lanes: dict[str, TargetQueue] = {}
        self._carriers: set[asyncio.Task[None]] = set()

    def post(self, sandbox: Sandbox, attempt: Attempt, fault: ReportFaultName | None = None) -> Waiting:
        """Send a callback; done when it was answered."""
        assert isinstance(attempt.request, HttpRequest)
        sandbox.journal.write_attempt(attempt)
        done = self._under_way.open(sandbox)
        target = origin_of(attempt.request.target)
        lane = self._lanes.get(target)
        if lane is None:
            lane = self._lanes[target] = TargetQueue()
        lane.queue.append(PendingDelivery(sandbox, sandbox.engine, attempt, done, fault))
        if lane.carriers == 0 or (lane.carriers < CARRIERS and len(self._carriers) < ALL_CARRIERS):
            lane.carriers += 1
            carrier = asyncio.get_running_loop().create_task(self._carry(target, lane))
            self._carriers.add(carrier)
            carrier.add_done_callback(self._carriers.discard)
        return done

    async def _carry(self, target: str, lane: TargetQueue) -> None:
        """One callback after the other, until none waits."""
        queue, under_way = lane.queue, self._under_way
        left = _AT_ONCE
        try:
            while queue:
                if not left:  # what is answered here, or refused, is so without waiting for anything
                    left = _AT_ONCE
                    await asyncio.sleep(0)
                    continue
                left -= 1
                waiting = queue.popleft()
                try:
                    await self._deliver(waiting.sandbox, waiting.engine, waiting.attempt, waiting.fault)
                except Exception as error:  # what a store that writes no more says, say
                    failures.told(f"what became of callback {waiting.attempt.id} could not be kept", error)
                finally:
                    under_way.close(waiting.sandbox, waiting.done)
        finally:
            lane.carriers -= 1
            if not queue and not lane.carriers:
                del self._lanes[target]

    async def _deliver(
        self, sandbox: Sandbox, engine: Engine, attempt: Attempt, fault: ReportFaultName | None
    ) -> None:  # fmt: skip
        if not sandbox.lives(engine):
            return
        answer, failure, how = None, None, "no answer"
        assert isinstance(attempt.request, HttpRequest)
        provider = sandbox.providers[attempt.provider]
        try:
            forbidden = provider.not_called(sandbox.account(attempt.provider), attempt.request.target)
            if forbidden:
                raise NotAllowed(forbidden)
            answer = await (self._call(attempt.request, fault) if fault else self._call(attempt.request))
            accepted, verdict = provider.judge_answer(answer.status, answer.body)
        except NotAllowed as refusal:
            failure, how = str(refusal), "not sent"
        except OSError as error:
            failure = str(error) or type(error).__name__
        except Exception as error:
            failures.told(f"callback {attempt.id} failed", error)
            failure, how = f"{type(error).__name__}, a bug of the emulator: its log says more", "failed"
        if not sandbox.lives(engine):
            return
        if failure is not None:
            accepted, verdict = False, f"{how}: {failure}"
        attempt.accepted, attempt.verdict = accepted, verdict
        sandbox.journal.answered(attempt, answer, failure)
        engine.answered(attempt.id, attempt.accepted, sandbox.now())
        sandbox.feed.add("callbacks", attempt.id)
        sandbox.schedule_timer()

    async def close(self) -> None:
        """Give up on whatever is still under way."""
        self._lanes.clear()
        carriers = list(self._carriers)
        for one in carriers:
            one.cancel()
        await asyncio.gather(*carriers, return_exceptions=True)
