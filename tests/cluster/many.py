"""Many nodes in one process, and what their tests ask of them."""

import asyncio
import gc
from contextlib import asynccontextmanager

import msgspec
from esme import Esme
from support import control, get, send_path, until

from emulator.app.server import Server
from emulator.app.settings import Settings
from emulator.cluster.link import NodeLink
from emulator.control_api import response_types


async def node(database, **more):
    serving = Server(Settings(port=0, state=database, **{"drain_seconds": 0.0, **more}))
    await serving.start()
    return serving


@asynccontextmanager
async def nodes(database, count, **more):
    made = [await node(database, **more) for _ in range(count)]
    try:
        yield made
    finally:
        for one in made:
            await one.stop()


async def made(serving, **wish):
    status, told = await control(serving, "POST", "/_emulator/sandboxes", wish)
    assert status == 201, told
    return told


async def owners(serving):
    """Which node's number each sandbox is at, and each node's number by its base URL."""
    _, told = await control(serving, "GET", "/_emulator/cluster")
    msgspec.convert(told, response_types.Cluster)
    found = {name: one["node"] for one in told["nodes"] for name in one["sandboxes"]}
    return found, {one["url"]: one["node"] for one in told["nodes"]}


async def send(serving, key, reference):
    status, body = await get(serving.base_url + send_path(key=key, reference=reference))
    assert (status, b'"Success":true' in body) == (200, True), body


async def references(serving, name):
    _, told = await control(serving, "GET", f"/_emulator/sandboxes/{name}/messages")
    return [one["reference"] for one in told["messages"]]


async def bound(serving, system_id="emulator", password="emulator"):
    esme = Esme(*await asyncio.open_connection(serving.smpp_host, serving.smpp_port))
    return esme, await esme.bind({"system_id": system_id, "password": password})


async def only(serving):
    """The connection at which something is being answered, once there is one alone."""
    await until(lambda: sum(not one.is_idle for one in serving.http.connections) == 1)
    return next(one for one in serving.http.connections if not one.is_idle)


async def journal_of(serving, name):
    return [(await control(serving, "GET", f"/_emulator/sandboxes/{name}/{what}"))[1][what]
            for what in ("requests", "callbacks")]  # fmt: skip


def links():
    return [one for one in gc.get_objects() if isinstance(one, NodeLink) and not one.closed]
