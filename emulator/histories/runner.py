"""A delivery history while a test runs over it: laid over the rules of its sandbox, and the test's waits overheard."""

import json
from datetime import datetime
from typing import Any

import pytest

from emulator.control_client.async_client import AsyncSms
from emulator.histories.history import History
from emulator.histories.history_rules import laid_over
from emulator.http.messages import HttpReply, HttpRequest

_MOVES = ("/clock", "/settle")


class HistoryRunner:
    """One run of a test over one history. `waits`: until when, in seconds of sandbox time from its beginning, the test
    has moved its clock. `sandboxes`: how many it had."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.waits: list[float] = []
        self.sandboxes = 0

    async def lay(self, sms: AsyncSms) -> AsyncSms:
        """A handle of the same sandbox, in which every message has the history."""
        self.sandboxes += 1
        await sms.put_rules(laid_over(await sms.rules(), self.history))
        return await self.listen(sms)

    async def listen(self, sms: AsyncSms) -> AsyncSms:
        """A handle of the same sandbox whose calls are overheard."""
        door = RecordedWaits(sms._door, await sms.now(), self.waits)
        return AsyncSms(door, sms.place, sms.id, sms.accounts, sms.warnings, sms.fake.seed)


class RecordedWaits:
    """A transport to a control API, the same as another; until when calls through it move the clock is noted in
    `waits`."""

    def __init__(self, door: Any, began: datetime, waits: list[float]) -> None:
        self._door = door
        self._began = began
        self._waits = waits

    async def __call__(self, request: HttpRequest, patience: float) -> HttpReply:
        reply: HttpReply = await self._door(request, patience)
        if request.method == "POST" and request.path.endswith(_MOVES) and reply.status == 200:
            now = datetime.fromisoformat(json.loads(reply.body)["now"])
            self._waits.append((now - self._began).total_seconds())
        return reply

    def stream(self, request: HttpRequest) -> Any:
        return self._door.stream(request)


PLAYING = pytest.StashKey[HistoryRunner]()
"""On an item while it runs over a history."""
