"""Callbacks on their way: a request goes out, its answer is judged as the provider would, and goes back in."""

import asyncio
from collections.abc import Awaitable, Callable

from emulator.core.engine import Engine
from emulator.core.life import Outgoing
from emulator.journal import Attempt
from emulator.sandboxes import Sandbox
from emulator.targets import NotAllowed
from emulator.under_way import UnderWay, Waiting
from emulator.wire import HttpReply, HttpRequest

Call = Callable[[HttpRequest], Awaitable[HttpReply]]
"""Sends a request and gives back the answer; raises NotAllowed when the target may not be called, OSError (TimeoutError
among them) when there is no answer, its text for people."""


class HttpRound:
    """Carries callbacks."""

    def __init__(self, call: Call, under_way: UnderWay) -> None:
        self._call = call
        self._under_way = under_way

    def post(self, sandbox: Sandbox, out: Outgoing, attempt: Attempt) -> Waiting:
        """Send a callback; done when it was answered."""
        sandbox.journal.write_attempt(attempt)
        task = asyncio.get_running_loop().create_task(self._deliver(sandbox, sandbox.engine, attempt))
        self._under_way.add(sandbox, task)
        return task

    async def _deliver(self, sandbox: Sandbox, engine: Engine, attempt: Attempt) -> None:
        answer, failure, how = None, None, "no answer"
        assert isinstance(attempt.request, HttpRequest)
        try:
            answer = await self._call(attempt.request)
        except NotAllowed as refusal:
            failure, how = str(refusal), "not sent"
        except OSError as error:
            failure = str(error) or type(error).__name__
        if sandbox.engine is not engine:
            return
        if answer is None:
            attempt.accepted, attempt.verdict = False, f"{how}: {failure}"
        else:
            judged = sandbox.providers[attempt.provider].judge_answer(answer.status, answer.body)
            attempt.accepted, attempt.verdict = judged
        sandbox.journal.answered(attempt, answer, failure)
        engine.answered(attempt.id, attempt.accepted, sandbox.now())
        sandbox.tell("callbacks", attempt.id)
        sandbox.arm()
