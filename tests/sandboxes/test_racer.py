"""Control calls of one sandbox, played against each other: whatever comes between whatever, each gets an answer that
its description names, nothing is told of a state that is gone, and at the end the books add up."""

import asyncio
import random
from typing import Any

import pytest
from aiohttp import ClientSession
from support import get, receiver, send_path, serving

from emulator.core.statuses import FINAL

ANSWERS = {200, 201, 202, 204, 400, 404, 408, 409}
SANDBOXES = "/_emulator/sandboxes"
BALANCE = 1_000_000
STEPS = (
    "send", "send", "send", "advance", "settle", "next", "rate", "reset", "snapshot", "restore", "wait", "otp",
    "export", "import", "scenario", "rule", "move", "delete", "page",
)  # fmt: skip


class Racer:
    """One game: calls drawn by a seed, so many at once, against one sandbox that is made anew when it was deleted."""

    def __init__(self, served: Any, session: ClientSession, seed: int, callbacks: str) -> None:
        self.served, self.session, self.callbacks = served, session, callbacks
        self.random = random.Random(seed)
        self.kept: dict[str, Any] | None = None
        self.id = ""
        self.log: list[str] = []

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        async with self.session.request(method, self.served.base_url + path, json=body) as answer:
            text = await answer.text()
            self.log.append(f"{method} {path} {body!s:.80}: {answer.status}")
            assert answer.status in ANSWERS, (self.log[-30:], text)
            return await answer.json() if text and answer.status < 300 else None

    async def make(self) -> None:
        wish = {"clock": "frozen", "balance": BALANCE, "callback_url": self.callbacks, "ttl": 3600}
        self.id = (await self.call("POST", SANDBOXES, wish))["id"]

    async def step(self) -> None:
        here, chance = f"{SANDBOXES}/{self.id}", self.random
        match chance.choice(STEPS):
            case "send":
                sandbox = self.served.emulator.sandboxes.by_id.get(self.id)
                if sandbox is not None:
                    key = sandbox.account("smsoffice").credentials["key"]
                    to = str(995577000000 + chance.randrange(1000))
                    await get(self.served.base_url + send_path(key, to=to, reference="r", content="code 1234"))
            case "advance":
                await self.call("POST", f"{here}/clock", {"advance": chance.choice((0, 1, 90)), "timeout": 1})
            case "settle":
                await self.call("POST", f"{here}/settle", {"timeout": 1})
            case "next":
                await self.call("POST", f"{here}/clock", {"to": "next", "timeout": 1})
            case "rate":
                await self.call("POST", f"{here}/clock", {"rate": chance.choice((0, 1, 60))})
            case "reset":
                await self.call("POST", f"{here}/reset", {"what": chance.choice(("all", "journal", "scenario"))})
            case "snapshot":
                await self.call("POST", f"{here}/snapshots", {"name": "kept"})
            case "restore":
                await self.call("POST", f"{here}/restore", {"name": "kept"})
            case "wait":
                kind = chance.choice(("messages", "callbacks", "requests"))
                await self.call("GET", f"{here}/wait?for={kind}&count={chance.randrange(1, 9)}&timeout=0.05")
            case "otp":
                await self.call("GET", f"{here}/otp?timeout=0.05")
            case "export":
                self.kept = await self.call("GET", f"{here}/export") or self.kept
            case "import" if self.kept is not None:
                made = await self.call("POST", SANDBOXES, {"import": self.kept})
                if made is not None:
                    await self.call("DELETE", f"{SANDBOXES}/{made['id']}")
            case "scenario":
                await self.call("PUT", f"{here}/scenario", chance.choice(("happy", "late-reports", "doubled-reports")))
            case "rule":
                rule = {"when": {"nth": 2}, "then": {"refuse": {"code": -100}}, "times": 1}
                await self.call("POST", f"{here}/rules", rule)
            case "move":
                await self.call("POST", f"{here}/messages/m1/status", {"status": "undelivered"})
            case "delete" if chance.random() < 0.2:
                await self.call("DELETE", here)
                await self.make()
            case "page":
                await get(f"{self.served.base_url}/_emulator/page/{self.id}/desk")

    async def play(self, steps: int, at_once: int) -> None:
        await self.make()
        turns = iter(range(steps))

        async def player() -> None:
            for _ in turns:
                await self.step()

        await asyncio.gather(*(player() for _ in range(at_once)))

    async def books(self) -> None:
        """What was paid is what the messages cost, each life has its end, each callback its message."""
        here = f"{SANDBOXES}/{self.id}"
        await self.call("POST", f"{here}/clock", {"rate": 0})
        await self.call("POST", f"{here}/settle", {"timeout": 60})
        messages = (await self.call("GET", f"{here}/messages?limit=100000"))["messages"]
        account = await self.call("GET", f"{here}/accounts/smsoffice")
        assert account["spent"] == sum(one["cost"] for one in messages)
        assert account["balance"] == BALANCE - account["spent"]
        assert [one["id"] for one in messages] == [f"m{n}" for n in range(1, len(messages) + 1)]
        assert {one["status"] for one in messages} <= set(FINAL) | {"read"}
        shown = await self.call("GET", here)
        assert (shown["counts"]["messages"], shown["next_due"]) == (len(messages), None)
        sandbox = self.served.emulator.sandboxes.by_id[self.id]
        assert sandbox.engine.state.in_flight == {}
        assert [one for one in sandbox.journal.attempts() if one.accepted is None] == []


async def race(seed: int, steps: int, at_once: int, caplog: Any) -> None:
    async with serving(max_sandboxes=50) as served, receiver() as client, ClientSession() as session:
        racer = Racer(served, session, seed, client.url)
        await racer.play(steps, at_once)
        await racer.books()
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []


async def test_control_calls_against_each_other_get_answers_and_the_books_add_up(caplog):
    await race(1, 120, 6, caplog)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 32))
async def test_control_calls_against_each_other_for_longer(seed, caplog):
    await race(seed, 600, 4 + seed % 12, caplog)
