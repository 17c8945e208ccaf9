"""An application's life in virtual time: simulated hours a second of the processor, beside aiohttp's client and server
alone in the same loop and network; and what an exchange of it costs in requests to a bare aiohttp handler over sockets,
so that figures of one machine can be converted to another's."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from statistics import median
from typing import Any

from aiohttp import ClientSession, TCPConnector, web

from benchmarks import mixed
from emulator import world
from emulator.world.memory_loop import MemoryLoop
from emulator.world.nature import natural
from emulator.world.network import QUIET, Network
from emulator.world.world import BEGAN

ORDERS = 100
APART = 972
"""Seconds between two orders."""
HOURS = ORDERS * APART / 3600
EXCHANGES = 3 * ORDERS
"""An order is asked for, sent, and reported."""
SMALL = 200
ROUNDS = 5


def measure() -> Iterator[tuple[str, float, float, float]]:
    """(what, ours, the yardstick's, ratio), the medians of paired rounds."""
    ours, bare, small = [], [], []
    world.run(hundred_orders)
    alone()
    for _ in range(ROUNDS):
        ours.append(cost(lambda: world.run(hundred_orders)))
        bare.append(cost(alone))
        small.append(cost(lambda: world.explore(one_order, worlds=SMALL, network="quiet")) / SMALL)
    ratio = median(b / a for a, b in zip(ours, bare, strict=True))
    yield "a hundred orders in 27 hours (hours/s)", HOURS / median(ours), HOURS / median(bare), ratio
    handler = mixed.bare_handler()
    for what, seconds in (
        ("an exchange of it, beside a bare handler (us)", median(ours) / EXCHANGES),
        ("a world of one order, the same (us)", median(small)),
    ):
        yield what, seconds * 1e6, handler, seconds * 1e6 / handler


def cost(play: Callable[[], Any]) -> float:
    """Seconds of the processor."""
    began = time.process_time()
    play()
    return time.process_time() - began


def _shop(send: Callable[[ClientSession, int], Any], told: list[str]) -> web.Application:
    """Sends a text for each order, and is told of each by the provider."""
    client = web.AppKey("client", ClientSession)

    async def opened(app: web.Application) -> AsyncIterator[None]:
        async with ClientSession() as app[client]:
            yield

    async def order(request: web.Request) -> web.Response:
        async with send(request.app[client], (await request.json())["id"]) as answer:
            return web.json_response(await answer.json())

    async def report(request: web.Request) -> web.Response:
        told.append(request.query_string)
        return web.Response(text="OK")

    app = web.Application()
    app.cleanup_ctx.append(opened)
    app.router.add_post("/orders", order)
    app.router.add_get("/sms", report)
    return app


def _text(number: int, key: str) -> dict[str, str]:
    return {"key": key, "destination": f"99557700{number:04}", "sender": "smsoffice", "content": f"Order {number}",
            "reference": f"r{number}"}  # fmt: skip


async def _orders(one: world.World, count: int) -> None:
    told: list[str] = []
    where, key = f"{one.base_url}/api/v2/send", one.smsoffice.key
    shop = await one.app(lambda _: _shop(lambda client, n: client.post(where, data=_text(n, key)), told))
    one.smsoffice.callback_url = shop.url("/sms")
    for number in range(count):
        await one.at(seconds=number * APART)
        assert (await shop.post("/orders", json={"id": number})).status == 200
    await one.at(seconds=count * APART)
    assert len(told) == count
    await one.assert_once_each([f"99557700{number:04}" for number in range(count)])


async def hundred_orders(one: world.World) -> None:
    await _orders(one, ORDERS)


async def one_order(one: world.World) -> None:
    await _orders(one, 1)


def alone() -> None:
    """The same exchanges without the emulator."""
    network = Network(1, QUIET)
    network.course = _Nothing()
    network.loop = loop = MemoryLoop(network)
    with natural(loop, 1, BEGAN):
        loop.run_until_complete(_alone(loop))
    loop.close()


class _Nothing:
    """Happens on the network."""

    def turn(self, who: str, to: str, said: bytes) -> None: ...


async def _alone(loop: asyncio.AbstractEventLoop) -> None:
    told: list[str] = []
    reporting: set[asyncio.Task[None]] = set()

    async def report() -> None:
        await asyncio.sleep(5)
        async with client.get("http://127.0.0.1:8000/sms?reference=r&status=DELIVRD") as answer:
            await answer.read()

    async def sent(request: web.Request) -> web.Response:
        await request.post()
        reporting.add(asyncio.create_task(report()))
        return web.json_response({"Success": True})

    provider = web.Application()
    provider.router.add_post("/send", sent)
    shop = _shop(lambda client, n: client.post("http://127.0.0.1:8775/send", data=_text(n, "k" * 32)), told)
    runners = []
    for app, port in ((shop, 8000), (provider, 8775)):
        runners.append(runner := web.AppRunner(app, access_log=None))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
    async with ClientSession() as client, ClientSession(connector=TCPConnector(force_close=True)) as visitor:
        for number in range(ORDERS):
            await asyncio.sleep(max(0, number * APART - loop.time()))
            async with visitor.post("http://127.0.0.1:8000/orders", json={"id": number}) as answer:
                assert answer.status == 200
                await answer.read()
        await asyncio.sleep(HOURS * 3600 - loop.time())
    assert len(told) == ORDERS
    for runner in runners:
        await runner.cleanup()
