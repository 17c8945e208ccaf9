"""What does not go in a world, and how it is told."""

import asyncio
import hashlib
import os
import re
import socket
import subprocess
import sys
import threading
import time

import pytest
import requests
import uvloop
from aiohttp import ClientSession
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from asgiref.wsgi import WsgiToAsgi
from flask import Flask

from emulator import world


def refused(body, real):
    async def main(w):
        async def worker(process):
            made = body(w)
            if asyncio.iscoroutine(made):
                await made

        await w.app(worker)
        await w.quiet()

    with pytest.raises(world.OutOfWorld) as told:
        world.run(main, real=real, longest=0.05)
    return str(told.value)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (lambda w: threading.Thread(target=print, name="pool-1").start(), r"A thread \(pool-1\) is outside the world"),
        (lambda w: uvloop.new_event_loop(), "uvloop keeps a time of its own"),
        (lambda w: uvloop.install(), "uvloop keeps a time of its own"),
        (lambda w: uvloop.run(None), "uvloop keeps a time of its own"),
        (lambda w: w.loop.create_datagram_endpoint(asyncio.DatagramProtocol), "a UDP socket"),
        (lambda w: asyncio.open_unix_connection("/run/redis.sock"), "a Unix socket"),
        (lambda w: time.sleep(1), r"time\.sleep in the event loop"),
        (lambda w: subprocess.run(["true"]), "A subprocess is outside"),
        (lambda w: asyncio.create_subprocess_exec("true"), "a subprocess"),
        (lambda w: asyncio.open_connection("db.example.com", 5432), r"db\.example\.com'?, which is not in"),
        (lambda w: asyncio.open_connection("203.0.113.7", 5432), r"connects to 203\.0\.113\.7"),
        (lambda w: __import__("urllib.request").request.urlopen(w.base_url), "A blocking connection to"),
        (lambda w: requests.get(w.base_url), "A blocking connection to.* use an asynchronous client"),
        (lambda w: requests.get("http://sms.example.com"), r"A blocking look-up of 'sms\.example\.com' is outside"),
        (lambda w: ClientSession().get(w.base_url.replace("http", "https")), "asks for TLS"),
    ],
    ids=["thread", "uvloop", "install", "uvloop.run", "UDP", "Unix", "sleep", "process", "async process", "name",
         "address", "urllib", "requests", "look-up", "TLS"],
)  # fmt: skip
@pytest.mark.parametrize("real", [False, True], ids=["memory", "sockets"])
def test_what_leads_out_of_the_world_is_told_by_name(body, told, real):
    def run(w):
        made = body(w)
        return made if asyncio.iscoroutine(made) or not hasattr(made, "__aenter__") else made.__aenter__()

    assert re.search(told, refused(run, real))


def test_a_connection_that_is_refused_leaves_no_socket_open():
    made = []

    def connect(w):
        made.append(socket.socket())
        made[0].connect(("127.0.0.1", 5432))

    assert "A blocking connection to" in refused(connect, False)
    assert made[0].fileno() == -1


def test_a_world_beside_uvloop_warns_of_nothing():
    code = "import uvloop\nfrom emulator import world\nasync def main(w): return w.now\nassert world.run(main) == 0"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=100)
    assert (done.returncode, done.stderr) == (0, "")


def test_who_waits_for_ever_is_told_by_place():
    async def main(w):
        await asyncio.Event().wait()

    with pytest.raises(world.Stuck, match=rf"Nothing can happen.*\n  test: .*{os.path.basename(__file__)}:\d+ in main"):
        world.run(main)


def test_a_circle_of_sleep_0_is_told():
    async def main(w):
        async def spins(process):
            while True:  # noqa: ASYNC110
                await asyncio.sleep(0)

        await w.app(spins)
        await w.quiet()

    with pytest.raises(world.Spinning, match=r"no time has passed[\s\S]* in spins"):
        world.run(main)


def test_code_that_never_comes_back_is_told(monkeypatch):
    monkeypatch.setattr("emulator.world.watchdog.SECONDS", 0.2)

    async def main(w):
        while True:
            hashlib.sha256(b"x" * 1000).digest()

    with pytest.raises(world.Spinning, match=r"in main has run for 0\.2 seconds of the processor's"):
        world.run(main)


def test_blocking_functions_run_in_place_and_their_sleep_passes():
    async def main(w):
        value = await asyncio.to_thread(lambda: (time.sleep(30), "done")[1])
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 / 0)
        return value, w.now

    assert world.run(main) == ("done", 30)


@pytest.mark.parametrize(
    "made",
    [
        lambda: Flask("x"), lambda: WsgiToAsgi(Flask("x")), type("WSGIHandler", (), {"__call__": print}),
        type("WSGIMiddleware", (), {"__call__": print}),
    ],
    ids=["Flask", "WsgiToAsgi", "Django's WSGIHandler", "Starlette's and a2wsgi's WSGIMiddleware"],
)  # fmt: skip
def test_an_application_of_threads_is_refused_with_the_reason(made):
    async def main(w):
        await w.app(lambda process: made())

    with pytest.raises(world.WorldFailed, match=r"\w+ is a WSGI application: it answers in threads that block"):
        world.run(main)


def test_synchronous_views_of_an_asgi_application_run_in_place():
    """As Django has them."""

    async def view(scope, receive, send):
        if scope["type"] != "http":
            return
        async with ThreadSensitiveContext():
            await sync_to_async(lambda: time.sleep(30))()
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    async def main(w):
        shop = await w.app(lambda process: view)
        return (await shop.get("/")).status, round(w.now)

    assert world.run(main) == (204, 30)
