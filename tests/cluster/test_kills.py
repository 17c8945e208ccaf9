"""Nodes as processes, killed, stopped and left without their database under load over HTTP and SMPP: nothing that was
acknowledged is lost, whoever owned it."""

import asyncio
import json
import os
import random
import signal
import sys
import urllib.request
from collections import Counter
from contextlib import asynccontextmanager, suppress

import asyncpg
import pytest
from storage.customer import Customer
from support import PATIENCE, until

START = 1_000_000_000
PLAN = [{"after": 0.1, "status": "delivered"}]


class Node:
    """`serve` in a process of its own, as often as it takes."""

    def __init__(self, database, *more):
        self.database, self.more = database, more

    async def begin(self):
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "emulator", "serve", "--port", "0", "--quiet", "--state", self.database, *self.more,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE):
            line = (await self.process.stdout.readline()).decode()
        assert line.startswith("ready"), line
        where = dict(pair.split("=", 1) for pair in line.split()[1:])
        self.url = where["http"]
        self.port, self.smpp_port = (int(where[name].rpartition(":")[2]) for name in ("http", "smpp"))

    async def kill(self):
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        await self.process.wait()

    async def ask(self, path, method="GET", body=None):
        def asked():
            data = None if body is None else json.dumps(body).encode()
            request = urllib.request.Request(f"{self.url}/_emulator/{path}", data, method=method)
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                text = answer.read()
                return json.loads(text) if text else None

        return await asyncio.to_thread(asked)

    async def owner_of_default(self, nodes):
        """Which of the nodes has it."""
        told = (await self.ask("cluster"))["nodes"]
        url = next(one["url"] for one in told if "default" in one["sandboxes"])
        return next(one for one in nodes if one.url == url)


@asynccontextmanager
async def stage(database, count=3):
    """A customer with enough money, whose callbacks are taken, and so many nodes."""
    customer = Customer()
    endpoint = await asyncio.start_server(customer.take, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{endpoint.sockets[0].getsockname()[1]}/sms"
    nodes = [Node(database, "--callback-url", f"smsoffice={url}") for _ in range(count)]
    try:
        await nodes[0].begin()
        await asyncio.gather(*(one.begin() for one in nodes[1:]))
        for name in ("smsoffice", "smscenter"):
            await nodes[-1].ask(f"sandboxes/default/accounts/{name}", "PATCH", {"balance": START, "limits": "off"})
        await nodes[-1].ask("sandboxes/default/rules", "PUT", {"rules": [{"then": {"steps": PLAN}}]})
        yield customer, nodes
    finally:
        for one in nodes:
            if hasattr(one, "process"):
                await one.kill()
        endpoint.close()


@asynccontextmanager
async def load(customer, nodes):
    """Senders that try one node after the other, over HTTP and over SMPP, whatever breaks."""
    stop = asyncio.Event()

    async def again(what, name, begin):
        turn = begin
        while not stop.is_set():
            await what(getattr(nodes[turn % len(nodes)], name))
            turn += 1
            await asyncio.sleep(0.02)

    tasks = [asyncio.create_task(again(customer.send, "port", turn)) for turn in range(4)]
    tasks += [asyncio.create_task(again(customer.talk, "smpp_port", turn)) for turn in range(2)]
    try:
        await progress(customer)
        yield
        await progress(customer)
    finally:
        stop.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def progress(customer):
    """Until more was acknowledged over both protocols."""
    http, smpp = len(customer.promised), len(customer.ids)
    await until(lambda: len(customer.promised) > http and len(customer.ids) > smpp)


async def messages_of(node):
    found = []
    while True:
        more = (await node.ask(f"sandboxes/default/messages?limit=1000&after=m{len(found)}"))["messages"]
        if not more:
            return found
        found += more


async def judged(customer, node):
    """Every promise is kept, nothing is there that nobody sent or twice, and the money is right; everybody hears."""
    messages = await messages_of(node)
    names = Counter(one["reference"] or one["text"] for one in messages)
    assert (customer.promised | customer.ids.keys()) - names.keys() == set(), "acknowledged and missing"
    assert names.keys() - customer.tried == set()
    assert {name: count for name, count in names.items() if count > 1} == {}, "there twice"
    ids = [one["provider_id"] for one in messages if one["provider"] == "smscenter"]
    assert len(set(ids)) == len(ids)
    shown = await node.ask("sandboxes/default")
    for provider in ("smsoffice", "smscenter"):
        cost = sum(one["cost"] for one in messages if one["provider"] == provider)
        assert shown["balances"][provider] == START - cost
    talking = asyncio.create_task(customer.talk(node.smpp_port, submits=False))
    called = {one["reference"] for one in messages if one["provider"] == "smsoffice"}
    await until(lambda: not called - customer.called.keys() and not set(ids) - customer.told.keys())
    talking.cancel()
    await asyncio.gather(talking, return_exceptions=True)
    assert customer.refused == []
    return messages


async def killed(database, times, chance):
    """The owner is killed so often, and begun again."""
    async with stage(database) as (customer, nodes):
        first = []
        for _ in range(times):
            async with load(customer, nodes):
                await asyncio.sleep(chance.uniform(0.02, 0.3))
                victim = await nodes[0].owner_of_default(nodes)
                await victim.kill()
                begun = asyncio.get_running_loop().time()
                others = [one for one in nodes if one is not victim]
                await others[0].ask("sandboxes/default")
                first.append(asyncio.get_running_loop().time() - begun)
            await victim.begin()
            await judged(customer, nodes[chance.randrange(3)])
        return customer, sorted(first)


async def test_nothing_acknowledged_is_lost_when_the_owner_is_killed_under_load(database):
    customer, _ = await killed(database, 1, random.Random(1))
    assert customer.promised
    assert customer.ids


@pytest.mark.long
async def test_nothing_acknowledged_is_lost_when_owners_are_killed_a_hundred_times_under_load(database, capsys):
    times = int(os.environ.get("KILLS", "100"))
    customer, first = await killed(database, times, random.Random(20261129))
    again = sum(customer.called.values()) - len(customer.called), sum(customer.told.values()) - len(customer.told)
    with capsys.disabled():
        print(
            f"\n{times} kills of the owner; {len(customer.promised)} sends acknowledged over HTTP, "
            f"{len(customer.ids)} over SMPP, none missing, none twice; callbacks again {again[0]}, receipts again "
            f"{again[1]}; first answer after a kill {first[len(first) // 2]:.2f} s, at worst {first[-1]:.2f} s"
        )


@pytest.mark.long
async def test_an_owner_that_hangs_is_put_out_and_answers_nothing_when_it_wakes(database):
    for _ in range(int(os.environ.get("HANGS", "10"))):
        async with stage(database) as (customer, nodes), load(customer, nodes):
            victim = await nodes[0].owner_of_default(nodes)
            victim.process.send_signal(signal.SIGSTOP)
            others = [one for one in nodes if one is not victim]
            async with asyncio.timeout(PATIENCE):
                while await others[0].owner_of_default(nodes) is victim:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            victim.process.send_signal(signal.SIGCONT)
            await progress(customer)
        # its process lives, has joined anew, and serves


@pytest.mark.long
async def test_nothing_acknowledged_is_lost_when_the_database_crashes_under_load(postgres, database):
    async with stage(database) as (customer, nodes):
        for _ in range(int(os.environ.get("CRASHES", "10"))):
            async with load(customer, nodes):
                postgres.crash()
                await asyncio.sleep(0.2)
                postgres.start()
                await (await postgres.connected()).close()
        customer.refused.clear()  # "the database cannot be written" is an answer
        await judged(customer, nodes[1])


async def test_a_node_that_is_told_to_stop_refuses_nothing(database):
    async with stage(database, 2) as (customer, nodes):
        leaving = await nodes[0].owner_of_default(nodes)
        staying = next(one for one in nodes if one is not leaving)
        sending = [asyncio.create_task(customer.send(staying.port)) for _ in range(3)]
        await until(lambda: len(customer.promised) > 20)
        leaving.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(leaving.process.wait(), PATIENCE) == 0
        before = len(customer.promised)
        await until(lambda: len(customer.promised) > before + 20)
        assert [task for task in sending if task.done()] == []  # not one answer was lost
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        await judged(customer, staying)


async def test_nobody_else_may_link_to_a_node(database):
    async with stage(database, 1) as (_, (node,)):
        reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
        writer.write(b"GET /_emulator/link HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer guess\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 403")
        writer.close()
        session = await asyncpg.connect(database)
        assert len(await session.fetchval("SELECT value FROM sms_emulator.about WHERE word = 'secret'")) == 32
        await session.close()
