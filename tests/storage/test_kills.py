"""kill -9 at any moment under load: nothing that was promised is missing, nothing is charged twice or for nothing."""

import asyncio
import os
import random
import sys
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from storage.customer import Customer, Process
from support import PATIENCE, until

CODE = (
    "import emulator.storage.sandbox_log as t; t.FLOOR = t.AT_ONCE = t.PIECE = {floor}; from emulator.cli.main import "
    "main; "
    "raise SystemExit(main())"
)
LIFE = 0.1
PLAN = [{"after": LIFE, "status": "delivered"}]
FLOORS = (20_000, 2_000_000)
"""The smaller one makes a checkpoint every few dozen messages, in pieces, so that kills meet some."""


@asynccontextmanager
async def stage(path):
    """A customer whose callbacks are taken, and a server with enough money for all of it."""
    customer = Customer()
    async with customer.listening() as options:
        server = Process("--state", str(path), *options)
        try:
            await begin(server, FLOORS[1])
            await server.ready()
            await server.fund(PLAN)
            yield customer, server
        finally:
            await server.kill()


async def begin(server, floor: int) -> None:
    server.program = (sys.executable, "-c", CODE.format(floor=floor))
    await server.begin()


async def under_load(customer, server, seconds: float) -> set[str]:
    """Traffic over HTTP, SOAP and SMPP, and sandboxes that come and go, until the server is killed. Which of those it
    has promised."""
    sandbox = f"made-{customer.made}"
    tasks = [asyncio.create_task(customer.send(server)) for _ in range(4)]
    tasks += [asyncio.create_task(customer.soap(server)) for _ in range(2)]
    tasks += [asyncio.create_task(customer.talk(server)) for _ in range(2)]
    made = asyncio.create_task(server.ask("sandboxes", "POST", {"id": sandbox, "clock": "frozen", "balance": 7}))
    tasks.append(made)
    await until(lambda: len(customer.acknowledged()) == 3)
    await asyncio.sleep(seconds)
    await server.kill()
    await asyncio.wait(tasks, timeout=PATIENCE)
    return set() if made.cancelled() or made.exception() else {sandbox}


async def killed(tmp_path, times: int, seed: int, longest: float) -> Customer:
    chance = random.Random(seed)
    sandboxes: set[str] = set()
    async with stage(tmp_path / "state.db") as (customer, server):
        known: list[dict] = []
        for _ in range(times):
            sandboxes |= await under_load(customer, server, chance.uniform(0.02, longest))
            await begin(server, chance.choice(FLOORS))
            if chance.random() < 0.2:  # it does not even come up
                await asyncio.sleep(chance.uniform(0.0, 1.0))
                await server.kill()
                await begin(server, chance.choice(FLOORS))
            await server.ready()
            known += await server.messages(len(known))
            await customer.judge(server, known)
            there = {one["id"]: one for one in (await server.ask("sandboxes"))["sandboxes"]}
            assert sandboxes <= there.keys()
            assert all(there[name]["balances"]["ubill"] == 7 for name in sandboxes)
        await customer.settle(server, known)
        for one in await server.messages():
            (first, at), (then, due) = ((step["status"], datetime.fromisoformat(step["at"])) for step in one["history"])
            assert (first, then, due - at) == ("pending", "delivered", timedelta(seconds=LIFE)), one
        assert customer.refused == []
        return customer


async def test_nothing_promised_is_lost_when_it_is_killed_under_load(tmp_path):
    customer = await killed(tmp_path, times=2, seed=1, longest=0.3)
    assert customer.acknowledged().keys() == {"HTTP", "SOAP", "SMPP"}


@pytest.mark.long
async def test_nothing_promised_is_lost_when_it_is_killed_a_hundred_times_under_load(tmp_path, capsys):
    times = int(os.environ.get("KILLS", "100"))
    customer = await killed(tmp_path, times=times, seed=20261122, longest=0.6)
    with capsys.disabled():
        print(f"\n{times} kills; {customer}")
