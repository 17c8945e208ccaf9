"""Nodes as processes, killed, stopped and left without their database under load over HTTP, SOAP and SMPP: nothing that
was acknowledged is lost, whoever owned it."""

import asyncio
import os
import random
import re
import signal
from contextlib import asynccontextmanager, suppress
from urllib.error import HTTPError

import pytest
from storage.customer import Customer, Process
from support import PATIENCE, octets, once, send_path, until

PLAN = [{"after": 0.1, "status": "delivered"}]
PAUSE = 0.01
CANNOT_WRITE = "The emulator cannot write its database|submit_sm_resp 0x8"
SILENT = 10.0
"""Seconds without a word after which a node is put out."""


class Node(Process):
    errors = None

    async def begin(self):
        await super().begin()
        await self.ready()

    async def kill(self):
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGCONT)
        await super().kill()

    def node_url(self):
        return self.url

    async def owner(self, nodes):
        """Which of the nodes has the sandbox default."""
        told = (await self.ask("cluster"))["nodes"]
        url = next(one["url"] for one in told if "default" in one["sandboxes"])
        return next(one for one in nodes if one.node_url() == url)


def fresh(count, *options):
    return [Node(*options) for _ in range(count)]


@asynccontextmanager
async def stage(database, nodes, host="127.0.0.1"):
    """A customer with enough money, whose callbacks are taken, and these nodes."""
    customer = Customer(PAUSE)
    async with customer.listening(host) as options:
        for node in nodes:
            node.options += ("--state", database, *options)
        try:
            await nodes[0].begin()
            await asyncio.gather(*(one.begin() for one in nodes[1:]))
            await nodes[-1].fund(PLAN)
            yield customer, nodes
        finally:
            for one in nodes:
                await one.kill()


@asynccontextmanager
async def load(customer, nodes):
    """Senders that try one node after the other, over HTTP, SOAP and SMPP, whatever breaks."""

    async def again(what, turn):
        while True:
            await what(nodes[turn % len(nodes)])
            turn += 1
            await asyncio.sleep(0.02)

    tasks = [
        asyncio.create_task(again(what, turn))
        for turn in range(2)
        for what in (customer.send, customer.soap, customer.talk)
    ]
    try:
        await progress(customer)
        yield
        await progress(customer)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def progress(customer):
    """Until more was acknowledged over every protocol."""
    before = customer.acknowledged()
    await until(lambda: all(customer.acknowledged()[name] > before[name] for name in ("HTTP", "SOAP", "SMPP")))


async def judged(customer, node, refused="nothing"):
    """Nothing acknowledged is missing or twice, the money is right, and everybody hears; who was refused was told."""
    messages = await node.messages()
    await customer.judge(node, messages)
    await customer.settle(node, messages)
    assert [one for one in customer.refused if not re.search(refused, one)] == []
    customer.refused.clear()


async def answered(node):
    """Until the sandbox default answers. What was written to an owner that is gone is lost, and asked again."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(OSError):
                return await node.ask("sandboxes/default")


async def killed(database, times, chance):
    """The owner is killed so often, and begun again. How long each first answer took."""
    first = []
    async with stage(database, fresh(3)) as (customer, nodes):
        for _ in range(times):
            async with load(customer, nodes):
                await asyncio.sleep(chance.uniform(0.02, 0.3))
                victim = await nodes[0].owner(nodes)
                await victim.kill()
                begun = asyncio.get_running_loop().time()
                await answered(next(one for one in nodes if one is not victim))
                first.append(asyncio.get_running_loop().time() - begun)
            await victim.begin()
            await judged(customer, nodes[chance.randrange(3)])
    return customer, sorted(first)


async def test_nothing_acknowledged_is_lost_when_the_owner_is_killed_under_load(database):
    await killed(database, 1, random.Random(1))


def told(capsys, line):
    with capsys.disabled():
        print(f"\n{line}")


@pytest.mark.long
async def test_nothing_acknowledged_is_lost_when_owners_are_killed_a_hundred_times_under_load(database, capsys):
    times = int(os.environ.get("KILLS", "100"))
    customer, first = await killed(database, times, random.Random(20261129))
    told(
        capsys,
        f"{times} kills of the owner; {customer}; first answer after a kill {first[len(first) // 2]:.2f} s, "
        f"at worst {first[-1]:.2f} s",
    )


@pytest.mark.long
async def test_of_a_hundred_sandboxes_the_first_answers_within_a_second_of_a_kill(database, capsys):
    """By what the fullest of three nodes had, each with ten messages."""
    async with stage(database, fresh(3)) as (_, nodes):
        keys = {}
        for number in range(100):
            made = await nodes[number % 3].ask("sandboxes", "POST", {"id": f"s{number}"})
            keys[made["id"]] = made["accounts"]["smsoffice"]["key"]

        async def sent(node, key):
            while b'"Success":true' not in await octets(node.url, once(send_path(key))):
                pass
            return asyncio.get_running_loop().time()

        for _ in range(10):
            await asyncio.gather(*(sent(nodes[0], key) for key in keys.values()))
        first = []
        for _ in range(3):
            told_of = (await nodes[0].ask("cluster"))["nodes"]
            fullest = max(told_of, key=lambda one: len(one["sandboxes"]))
            victim = next(one for one in nodes if one.url == fullest["url"])
            other = next(one for one in nodes if one is not victim)
            began = asyncio.get_running_loop().time()
            await victim.kill()
            lost = [keys[name] for name in fullest["sandboxes"] if name in keys]
            answers = sorted(await asyncio.gather(*(sent(other, key) for key in lost)))
            took = [f"{at - began:.2f}" for at in (answers[0], answers[len(answers) // 2], answers[-1])]
            told(capsys, f"{len(lost)} sandboxes of a node that was killed: first answer, median, last: {took}")
            first.append(answers[0] - began)
            await victim.begin()
    assert sorted(first)[1] < 1


@pytest.mark.long
async def test_an_owner_that_hangs_is_put_out_and_answers_nothing_when_it_wakes(database, capsys):
    """Within three seconds of the limit; what was written to it while it hung is never acknowledged and missing."""
    times, took = int(os.environ.get("HANGS", "10")), []
    async with stage(database, fresh(3)) as (customer, nodes):
        for _ in range(times):
            async with load(customer, nodes):
                victim = await nodes[0].owner(nodes)
                victim.process.send_signal(signal.SIGSTOP)
                begun = asyncio.get_running_loop().time()
                waiting = [asyncio.create_task(what(victim, 1)) for what in (customer.send, customer.soap) * 4]
                others = [one for one in nodes if one is not victim]
                while await others[0].owner(nodes) is victim:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
                await answered(others[0])
                took.append(asyncio.get_running_loop().time() - begun)
                victim.process.send_signal(signal.SIGCONT)
                await progress(customer)
                await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE)
            # its process lives, has joined anew, and serves; what it had not answered it could not write
            await judged(customer, victim, CANNOT_WRITE)
    told(capsys, f"{times} owners that hung; {customer}; taken over after {min(took):.2f} to {max(took):.2f} s")
    assert sorted(took)[times // 2] < SILENT + 3


@pytest.mark.long
async def test_nothing_acknowledged_is_lost_when_the_database_crashes_under_load(postgres, database, capsys):
    times = int(os.environ.get("CRASHES", "10"))
    async with stage(database, fresh(3)) as (customer, nodes):
        for _ in range(times):
            async with load(customer, nodes):
                postgres.crash()
                await asyncio.sleep(0.2)
                postgres.start()
                await (await postgres.connected()).close()
            await judged(customer, nodes[1], CANNOT_WRITE)
    told(capsys, f"{times} crashes of the database; {customer}")


async def test_a_node_that_is_told_to_stop_refuses_nothing(database):
    """Its balancer has seen it leave; then it ends at once, as it was told twice."""
    async with stage(database, fresh(2, "--drain-seconds", "600")) as (customer, nodes):
        leaving = await nodes[0].owner(nodes)
        staying = next(one for one in nodes if one is not leaving)
        sending = [asyncio.create_task(customer.send(staying)) for _ in range(3)]
        await until(lambda: len(customer.promised) > 20)
        leaving.process.send_signal(signal.SIGTERM)
        with suppress(HTTPError):  # 503
            while True:
                await leaving.ask("health")
        leaving.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(leaving.process.wait(), PATIENCE) == 0
        before = len(customer.promised)
        await until(lambda: len(customer.promised) > before + 20)
        assert [task for task in sending if task.done()] == []  # not one answer was lost
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        await judged(customer, staying)
