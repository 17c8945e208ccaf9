"""kill -9 at any moment under load: nothing that was promised is missing, nothing is charged twice or for nothing."""

import asyncio
import json
import os
import random
import sys
import urllib.request
from collections import Counter
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import pytest
from storage.customer import Customer
from support import PATIENCE, until

CODE = (
    "import emulator.storage.sandbox_log as t; t.FLOOR = t.AT_ONCE = t.PIECE = {floor}; from emulator.cli.main import "
    "main; "
    "raise SystemExit(main())"
)
START = 1_000_000_000
LIFE = 0.1
PLAN = [{"after": LIFE, "status": "delivered"}]
FLOORS = (20_000, 2_000_000)
"""The smaller one makes a checkpoint every few dozen messages, in pieces, so that kills meet some."""


class Server:
    """The command, on one state file, as often as it takes."""

    def __init__(self, path, callback_url):
        self.path, self.callback_url = path, callback_url

    async def begin(self, floor: int) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CODE.format(floor=floor), "serve", "--port", "0", "--quiet", "--state",
            str(self.path), "--callback-url", f"smsoffice={self.callback_url}", stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip

    async def ready(self) -> None:
        line = (await self.process.stdout.readline()).decode()
        if not line.startswith("ready"):
            pytest.fail(f"it did not start: {(await self.process.stderr.read()).decode()}")
        where = dict(pair.split("=", 1) for pair in line.split()[1:])
        self.url = where["http"]
        self.port, self.smpp_port = (int(where[name].rpartition(":")[2]) for name in ("http", "smpp"))

    async def kill(self) -> None:
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.communicate()

    async def ask(self, path: str, method: str = "GET", body: object = None):
        def asked():
            data = None if body is None else json.dumps(body).encode()
            request = urllib.request.Request(f"{self.url}/_emulator/{path}", data, method=method)
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
                return json.loads(text) if text else None

        return await asyncio.to_thread(asked)

    async def messages(self, after: int = 0) -> list[dict]:
        found: list[dict] = []
        while True:
            asked = f"sandboxes/default/messages?limit=1000&after=m{after + len(found)}"
            more = (await self.ask(asked))["messages"]
            if not more:
                return found
            found += more


@asynccontextmanager
async def stage(path):
    """A customer whose callbacks are taken, and a server with enough money for all of it."""
    customer = Customer()
    endpoint = await asyncio.start_server(customer.take, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{endpoint.sockets[0].getsockname()[1]}/sms"
    server = Server(path, url)
    await server.begin(FLOORS[1])
    try:
        await server.ready()
        for name in ("smsoffice", "smscenter"):
            await server.ask(f"sandboxes/default/accounts/{name}", "PATCH", {"balance": START, "limits": "off"})
        await server.ask("sandboxes/default/rules", "PUT", {"rules": [{"then": {"steps": PLAN}}]})
        yield customer, server
    finally:
        await server.kill()
        endpoint.close()


async def under_load(customer, server, seconds: float) -> None:
    """Traffic over HTTP and SMPP, and sandboxes that come and go, until the server is killed."""
    sandbox = f"made-{customer.made}"
    tasks = [asyncio.create_task(customer.send(server.port)) for _ in range(6)]
    tasks += [asyncio.create_task(customer.talk(server.smpp_port)) for _ in range(2)]
    made = asyncio.create_task(server.ask("sandboxes", "POST", {"id": sandbox, "clock": "frozen", "balance": 7}))
    tasks.append(made)
    await until(lambda: customer.promised and customer.ids)
    await asyncio.sleep(seconds)
    await server.kill()
    await asyncio.wait(tasks, timeout=PATIENCE)
    if not made.cancelled() and made.exception() is None:
        customer.promised.add(sandbox)
        server.credentials = made.result()["accounts"]


def judged(customer, messages: list[dict]) -> None:
    """Every promise is kept, and nothing is there that nobody sent."""
    names = Counter(one["reference"] or one["text"] for one in messages)
    promised = {name for name in customer.promised if name[0] == "h"} | customer.ids.keys()
    assert promised - names.keys() == set(), "promised and missing"
    assert names.keys() - customer.tried == set()
    assert {name: count for name, count in names.items() if count > 1} == {}, "there twice"
    assert len({one["id"] for one in messages}) == len(messages)
    ids = [one["provider_id"] for one in messages if one["provider"] == "smscenter"]
    assert len(set(ids)) == len(ids)
    by_text = {one["text"]: one["provider_id"] for one in messages if one["provider"] == "smscenter"}
    assert {name: by_text[name] for name in customer.ids} == customer.ids


async def charged(server, messages: list[dict]) -> None:
    """The balances are what the messages cost, to the last unit."""
    shown = await server.ask("sandboxes/default")
    for provider in ("smsoffice", "smscenter"):
        cost = sum(one["cost"] for one in messages if one["provider"] == provider)
        assert shown["balances"][provider] == START - cost


async def told(customer, server, messages: list[dict]) -> None:
    """Everybody hears of every message, and each had the life that was planned."""
    talking = asyncio.create_task(customer.talk(server.smpp_port, submits=False))
    wanted = {one["reference"] for one in messages if one["provider"] == "smsoffice"}
    ids = {one["provider_id"] for one in messages if one["provider"] == "smscenter"}

    def missing() -> int:
        wanted.difference_update(customer.called)
        ids.difference_update(customer.told)
        return len(wanted) + len(ids)

    left = missing()
    while left:
        async with asyncio.timeout(PATIENCE):  # for some to be told: there may be very many
            while (now := missing()) == left:
                customer.news.clear()
                await customer.news.wait()
                await asyncio.sleep(0.1)
        left = now
    talking.cancel()
    await asyncio.gather(talking, return_exceptions=True)
    for one in await server.messages():
        (first, at), (then, due) = ((step["status"], datetime.fromisoformat(step["at"])) for step in one["history"])
        assert (first, then, due - at) == ("pending", "delivered", timedelta(seconds=LIFE)), one


async def killed(tmp_path, times: int, seed: int, longest: float) -> Customer:
    chance = random.Random(seed)
    sandboxes: set[str] = set()
    async with stage(tmp_path / "state.db") as (customer, server):
        known: list[dict] = []
        for _ in range(times):
            await under_load(customer, server, chance.uniform(0.02, longest))
            await server.begin(chance.choice(FLOORS))
            if chance.random() < 0.2:                       # it does not even come up
                await asyncio.sleep(chance.uniform(0.0, 1.0))
                await server.kill()
                await server.begin(chance.choice(FLOORS))
            await server.ready()
            known += await server.messages(len(known))
            judged(customer, known)
            await charged(server, known)
            sandboxes |= {name for name in customer.promised if name.startswith("made-")}
            there = {one["id"]: one for one in (await server.ask("sandboxes"))["sandboxes"]}
            assert sandboxes <= there.keys()
            assert all(there[name]["balances"]["ubill"] == 7 for name in sandboxes)
        await told(customer, server, known)
        assert customer.refused == []
        return customer


async def test_nothing_promised_is_lost_when_it_is_killed_under_load(tmp_path):
    customer = await killed(tmp_path, times=2, seed=1, longest=0.3)
    assert customer.promised
    assert customer.ids


@pytest.mark.long
async def test_nothing_promised_is_lost_when_it_is_killed_a_hundred_times_under_load(tmp_path, capsys):
    times = int(os.environ.get("KILLS", "100"))
    customer = await killed(tmp_path, times=times, seed=20261122, longest=0.6)
    sent = sum(name[0] == "h" for name in customer.promised)
    again = sum(customer.called.values()) - len(customer.called), sum(customer.told.values()) - len(customer.told)
    with capsys.disabled():
        print(
            f"\n{times} kills; {len(customer.tried)} sends, {sent} answered over HTTP, {len(customer.ids)} over SMPP, "
            f"none missing, none twice; {len(customer.called)} callbacks, {again[0]} of them again; "
            f"{len(customer.told)} receipts, {again[1]} again"
        )
