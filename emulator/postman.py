"""Delivery reports on their way: a report becomes the provider's callback, goes out, and the answer comes back in."""

import asyncio
from collections.abc import Awaitable, Callable

from emulator.core.engine import Engine
from emulator.core.life import Report
from emulator.journal import Attempt
from emulator.sandboxes import Sandbox
from emulator.wire import HttpReply, HttpRequest

Call = Callable[[HttpRequest], Awaitable[HttpReply]]
"""Sends a request and gives back the answer; raises OSError (TimeoutError among them), its text for people."""


class Postman:
    """Sends reports of one process and keeps count of those under way, by sandbox."""

    def __init__(self, call: Call, sink: Callable[[str], str]) -> None:
        self._call = call
        self._sink = sink
        self._under_way: dict[Sandbox, set[asyncio.Task[None]]] = {}

    def post(self, sandbox: Sandbox, report: Report) -> "asyncio.Task[None] | None":
        """Send a report. None when there is nothing to send."""
        engine = sandbox.engine
        world = engine.world
        message = world.store.messages[report.message - 1]
        account = world.accounts[report.provider]
        provider = sandbox.providers[report.provider]
        url = self._sink(report.provider) if account.callback_url is None else account.callback_url
        request = provider.report(account, world.store.batch_of(message), message, report, url) if url else None
        if request is None:
            engine.answered(report.attempt, True, report.at)
            return None
        due = report.due
        attempt = Attempt(
            id=report.attempt, message=report.message, provider=report.provider, attempt=due.attempt, at=report.at,
            status=due.status, changed_at=due.changed_at, reason=due.reason, error=due.error, request=request,
        )  # fmt: skip
        sandbox.journal.write_attempt(attempt)
        task = asyncio.get_running_loop().create_task(self._deliver(sandbox, engine, attempt))
        tasks = self._under_way.setdefault(sandbox, set())
        tasks.add(task)
        task.add_done_callback(lambda done: self._done(sandbox, done))
        return task

    async def _deliver(self, sandbox: Sandbox, engine: Engine, attempt: Attempt) -> None:
        answer, failure = None, None
        try:
            answer = await self._call(attempt.request)
        except OSError as error:
            failure = str(error) or type(error).__name__
        if sandbox.engine is not engine:
            return
        if answer is None:
            attempt.accepted, attempt.verdict = False, f"no answer: {failure}"
        else:
            judged = sandbox.providers[attempt.provider].judge_answer(answer.status, answer.body)
            attempt.accepted, attempt.verdict = judged
        sandbox.journal.answered(attempt, answer, failure)
        engine.answered(attempt.id, attempt.accepted, sandbox.now())
        sandbox.tell("callbacks", attempt.id)
        sandbox.arm()

    def _done(self, sandbox: Sandbox, task: "asyncio.Task[None]") -> None:
        tasks = self._under_way.get(sandbox)
        if tasks is not None:
            tasks.discard(task)
            if not tasks:
                del self._under_way[sandbox]
        if not task.cancelled():
            task.result()

    def under_way(self, sandbox: Sandbox) -> set["asyncio.Task[None]"]:
        """The reports of a sandbox that are not answered yet."""
        return self._under_way.get(sandbox, set())

    async def close(self) -> None:
        """Give up on whatever is still under way."""
        tasks = [task for tasks in self._under_way.values() for task in tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
