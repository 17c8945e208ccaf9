"""A world: time that jumps, processes that are killed, a network that loses, and the same token the same bytes."""

import asyncio
import gc
import hashlib
import json
import os
import random
import re
import secrets
import subprocess
import sys
import threading
import time
import uuid
from contextlib import asynccontextmanager
from time import monotonic
from time import time as imported_by_name

import pytest
import requests
import uvloop
from aiohttp import ClientSession, TCPConnector, web
from asgiref.sync import ThreadSensitiveContext, sync_to_async
from asgiref.wsgi import WsgiToAsgi
from flask import Flask
from support import free_port

from emulator import world
from emulator.client import AsyncSmsCenter, AsyncSmsOffice, AsyncUbill, SmppClient
from emulator.world.network import ROUGH
from emulator.world.plan import Fault, Plan, planned
from emulator.world.runner import play

TO = "995577000001"


async def send(w, text="hi", to=TO, **more):
    """A naive client: aiohttp and a GET."""
    wanted = {"key": w.smsoffice.key, "destination": to, "sender": "smsoffice", "content": text, **more}
    async with ClientSession() as session, session.get(f"{w.base_url}/api/v2/send", params=wanted) as answer:
        return (await answer.json())["Success"]


def shop(w):
    def make_shop(process):
        async def order(request):
            return web.json_response({"sent": await send(w, f"order {(await request.json())['id']}")})

        app = web.Application()
        app.router.add_post("/orders", order)
        return app

    return make_shop


async def one_order(w):
    app = await w.app(shop(w))
    await w.at(hours=9)
    reply = await app.post("/orders", json={"id": 1})
    await w.quiet()
    await w.assert_once_each()
    return reply.status, w.now


def test_an_application_lives_for_hours_in_no_time():
    status, now = world.run(one_order)
    assert (status, now > 9 * 3600) == (200, True)


def test_all_three_providers_are_served_soap_and_smpp_too():
    async def main(w):
        async def worker(process):
            async with AsyncSmsOffice(w.smsoffice.key, sender="smsoffice", base_url=w.base_url) as one:
                await one.send(TO, "by HTTP")
            async with AsyncUbill(w.ubill.key, brand_id=w.ubill.brandID, base_url=w.base_url) as one:
                await one.send(TO, "by JSON")
            account = w.smscenter
            async with AsyncSmsCenter(account.login, account.psw, base_url=w.base_url) as one:
                await one.send("79161234567", "by the API")
            smpp = account.smpp
            async with SmppClient(w.smpp_host, smpp["system_id"], smpp["password"], port=w.smpp_port) as one:
                await one.submit("79161234567", "by SMPP")
            envelope = (
                '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
                f'<n:send xmlns:n="http://smsc.ru/sys/soap.php"><login>{account.login}</login><psw>{account.psw}</psw>'
                "<phones>79161234567</phones><mes>by SOAP</mes><id></id><sender></sender><time>0</time>"
                "</n:send></s:Body></s:Envelope>"
            )
            async with (
                ClientSession() as session,
                session.post(
                    f"{w.base_url}/sys/soap.php", data=envelope, headers={"Content-Type": "text/xml"}
                ) as answer,
            ):
                assert answer.status == 200

        await w.app(worker)
        await w.quiet()
        return [one["text"] for one in await w.messages()]

    assert world.run(main) == ["by HTTP", "by JSON", "by the API", "by SMPP", "by SOAP"]


def test_an_smpp_session_is_kept_for_a_day():
    async def main(w):
        async def worker(process):
            smpp = w.smscenter.smpp
            async with SmppClient(w.smpp_host, smpp["system_id"], smpp["password"], port=w.smpp_port) as client:
                for hour in range(24):
                    await asyncio.sleep(3600)
                    await client.submit("79161234567", f"hour {hour}")

        await w.app(worker)
        await w.at(hours=25)
        return len(await w.messages())

    assert world.run(main) == 24


def test_callbacks_come_to_the_application():
    async def main(w):
        came = []

        def make_app(process):
            async def callback(request):
                came.append(request.query["status"])
                return web.Response(text="OK")

            app = web.Application()
            app.router.add_get("/sms", callback)
            return app

        app = await w.app(make_app)
        w.smsoffice.callback_url = app.url("/sms")
        async with AsyncSmsOffice(w.smsoffice.key, sender="smsoffice", base_url=w.base_url) as client:
            await client.send(TO, "hi")
        await w.quiet()
        return came

    assert world.run(main) == ["Delivered"]


def test_an_asgi_application_is_served_with_its_lifespan():
    from fastapi import FastAPI, Request

    async def main(w):
        happened = []

        def make_app(process):
            @asynccontextmanager
            async def lifespan(_):
                happened.append("up")
                yield
                happened.append("down")

            app = FastAPI(lifespan=lifespan)

            @app.post("/orders/{number}")
            async def order(number: int, request: Request):
                return {"number": number, "body": await request.json(), "q": request.query_params["q"]}

            return app

        app = await w.app(make_app)
        reply = await app.post("/orders/7", json={"a": "b"}, params={"q": "x y"})
        missing = await app.get("/nowhere")
        await app.terminate()
        return reply.json(), missing.status, happened

    assert world.run(main) == ({"number": 7, "body": {"a": "b"}, "q": "x y"}, 404, ["up", "down"])


def test_httpx_is_at_home_in_a_world():
    import httpx

    async def main(w):
        async def worker(process):
            async with httpx.AsyncClient(base_url=w.base_url) as client:
                for number in range(3):
                    wanted = {"key": w.smsoffice.key, "destination": TO, "sender": "smsoffice", "content": f"n{number}"}
                    assert (await client.get("/api/v2/send", params=wanted)).json()["Success"]
                    await asyncio.sleep(1)

        await w.app(worker)
        await w.quiet()
        await w.assert_once_each(to=[TO] * 3)

    world.run(main)


def test_a_module_that_takes_the_clock_while_a_world_runs_has_the_real_one_behind_it():
    taken = []

    async def main(w):
        from time import monotonic

        taken.append(monotonic)
        await w.after(hours=1)
        return monotonic()

    assert world.run(main) == world.run(main) == 3600
    assert taken[0]() == pytest.approx(time.monotonic())


def test_a_connection_is_kept_no_longer_than_its_client_keeps_it():
    async def main(w):
        async def worker(process):
            connector = TCPConnector(keepalive_timeout=15)
            async with ClientSession(w.base_url, connector=connector) as session:
                for _ in range(3):
                    await (await session.get("/api/getBalance")).read()
                    await asyncio.sleep(3600)

        await w.app(worker)
        before = w.loop.total_turns
        await w.after(hours=4)
        return w.loop.total_turns - before

    assert world.run(main) < 150


def test_real_time_passes_while_nobody_waits_for_hours():
    async def main(w):
        began = time.perf_counter()
        await w.after(seconds=0.05)
        slept = time.perf_counter() - began
        while time.perf_counter() < began + 0.1:
            pass
        assert slept >= 0.05
        assert w.now >= 0.1
        await w.after(hours=5)
        assert w.now == pytest.approx(5 * 3600, abs=60)
        return time.perf_counter() - began

    assert world.run(main, real=True, longest=0.2) < 60
    with pytest.raises(ValueError, match="a wait of at most -1 seconds: write 0 or more"):
        world.run(main, real=True, longest=-1)


# the same again


async def everything(w):
    """HTTP, callbacks, SMPP and its receipts, a crash; gives back what the emulator has of it."""

    def make_shop(process):
        async def order(request):
            return web.json_response({"sent": await send(w, "order", reference="r1")})

        async def told(request):
            return web.Response(text="OK")

        app = web.Application()
        app.router.add_post("/orders", order)
        app.router.add_get("/sms", told)
        return app

    async def worker(process):
        smpp = w.smscenter.smpp
        async with SmppClient(w.smpp_host, smpp["system_id"], smpp["password"], port=w.smpp_port) as client:
            for hour in range(3):
                await asyncio.sleep(3600 * random.random())
                await client.submit("79161234567", f"hour {hour} {secrets.token_hex(4)}")

    app = await w.app(make_shop)
    w.smsoffice.callback_url = app.url("/sms")
    await w.app(worker)
    await app.post("/orders", json={"id": 1})
    await w.quiet()
    return json.dumps([await w.messages(), await w.sms.requests(), await w.sms.callbacks(), await w.sms.report()])


def whole(token):
    """A digest of all that such a world has: octets with their moments, journal, report, timeline."""
    played = play(everything, planned(token), ROUGH)
    assert played.error is None, played.error
    return hashlib.sha256(f"{played.trace} {played.value} {played.timeline}".encode()).hexdigest()


TOKEN = "5/late@4~3.5/kill@40~12.5"


def elsewhere(seed, times):
    """The digests of as many worlds in a process with another hash seed."""
    code = (
        "import sys; sys.path.insert(0, 'tests'); from world import test_world as t; "
        f"print({{t.whole(t.TOKEN) for _ in range({times})}})"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def test_the_same_token_is_the_same_bytes_under_another_hash_seed_in_another_process():
    there = elsewhere("77", 1)
    here = {whole(TOKEN) for _ in range(2)}
    assert (there.communicate()[0].strip(), len(here)) == (str(here), 1)


@pytest.mark.long
def test_the_same_token_is_the_same_bytes_a_thousand_times_on_a_loaded_machine():
    """Eight processes at a time keep the machine busy."""
    told = {process.communicate()[0].strip() for process in [elsewhere(str(seed), 125) for seed in range(1, 9)]}
    assert told == {str({whole(TOKEN)})}


def test_the_digest_of_a_world_does_not_tell_on_which_python_it_was(monkeypatch):
    def trace(version):
        async def main(w):
            async def worker(process):
                async with ClientSession(headers={"User-Agent": f"{version} aiohttp/3.14"}) as session:
                    await (await session.get(f"{w.base_url}/api/getBalance")).read()

            await w.app(worker)
            await w.after(minutes=1)

        monkeypatch.setattr("emulator.world.network.PYTHON", version.encode())
        return play(main, Plan(1), ROUGH).trace

    assert trace("Python/3.11") == trace("Python/3.13") != trace("Python/4")


def test_another_seed_is_another_world():
    assert play(one_order, Plan(5), ROUGH).trace != play(one_order, Plan(6), ROUGH).trace


def test_time_and_chance_are_the_worlds_and_real_again_behind_it():
    async def main(w):
        begun = time.time()
        assert monotonic() == time.monotonic() == w.now
        await w.after(hours=1)
        assert (monotonic(), imported_by_name()) == (w.now, time.time())
        drawn = (random.random(), secrets.token_hex(8), uuid.uuid4().hex, os.urandom(4).hex())
        return begun, time.time() - begun, drawn

    random.seed(1)
    first, second = world.run(main, seed=3), world.run(main, seed=3)
    expected = random.random()
    random.seed(1)
    assert first == second
    assert first[1] == pytest.approx(3600)
    assert random.random() == expected
    assert imported_by_name() == pytest.approx(time.time()) != pytest.approx(first[0])
    assert monotonic() == pytest.approx(time.monotonic()) != pytest.approx(3600)
    assert secrets.token_hex(8) != first[2][1]


def test_a_token_is_read_back_and_a_wrong_one_told():
    plan = Plan(7, (Fault("lost", 3), Fault("kill", 41, 12.5)))
    assert plan.token == "7/lost@3/kill@41~12.5"
    assert planned(plan.token) == plan
    with pytest.raises(ValueError, match=r"'eaten@3' .* is no fault; there are lost, silent, late, kill"):
        planned("7/eaten@3")
    with pytest.raises(ValueError, match="begins with no seed"):
        planned("lost@3")


# failures


def test_the_get_that_a_library_repeats_is_found_shrunk_and_told():
    with pytest.raises(world.WorldFailed) as failed:
        world.explore(one_order, worlds=50, crashes=1)
    text = str(failed.value)
    assert "sent more than once: 2 times to 995577000001: 'order 1', for 2 in place of 1" in text
    assert text.count("** lost: the connection breaks") == 1
    assert len(planned(failed.value.token).faults) == 1
    with pytest.raises(world.WorldFailed) as again:
        world.run(one_order, token=failed.value.token, network="rough")
    assert again.value.timeline == failed.value.timeline


def test_a_killed_process_is_told_with_file_and_line_and_starts_again_on_its_disk():
    ran = []

    async def main(w):
        async def worker(process):
            process.disk["starts"] = process.disk.get("starts", 0) + 1
            (process.disk.path / "log").open("a").write("x")
            ran.append("begun")
            try:
                await asyncio.sleep(10)
                await asyncio.sleep(10)
                ran.append("done")
            finally:
                ran.append("finally")

        process = await w.app(worker)
        await w.at(minutes=5)
        return process.disk["starts"], (process.disk.path / "log").read_text(), tuple(ran)

    played = play(main, planned("1/kill@2~60"))
    assert played.value == (2, "xx", ("begun", "begun", "done", "finally"))
    killed = [one.what for one in played.happened if "killed" in one.what]
    assert killed == [f"** killed at {__file__}:{main.__code__.co_firstlineno + 6} in worker"]


def test_terminate_lets_a_process_tidy_up_and_kills_what_does_not_end():
    async def main(w):
        tidied = []

        async def good(process):
            try:
                await asyncio.sleep(1e6)
            finally:
                await asyncio.sleep(1)
                tidied.append("good")

        async def bad(process):
            while True:
                try:
                    await asyncio.sleep(1e6)
                except asyncio.CancelledError:
                    tidied.append("bad")

        one, other = await w.app(good), await w.app(bad)
        await one.terminate()
        await other.terminate(grace=5)
        return tidied, w.now, other.runs

    assert world.run(main) == (["good", "bad"], pytest.approx(6), False)


def test_the_disk_holds_copies():
    async def main(w):
        async def worker(process):
            held = process.disk["orders"] = []
            held.append("never written")
            process.disk["orders"].append("neither")

        return dict((await w.app(worker)).disk)

    assert world.run(main) == {"orders": []}


@pytest.mark.parametrize("real", [False, True], ids=["memory", "sockets"])
def test_the_peers_of_a_killed_process_see_its_connections_end(real):
    port = free_port()

    async def main(w):
        seen = []

        async def serves(process):
            async def client(reader, writer):
                await reader.read()

            await asyncio.start_server(client, "127.0.0.1", port)
            await asyncio.sleep(1e6)

        async def asks(process):
            reader, _ = await asyncio.open_connection("127.0.0.1", port)
            seen.append(await reader.read())
            try:
                await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                seen.append("refused")

        served = await w.app(serves)
        await w.app(asks)
        await w.after(minutes=1)
        assert seen == []
        served.kill()
        await w.after(minutes=1)
        return seen

    assert world.run(main, real=real, longest=0.05) == [b"", "refused"]


@pytest.mark.long
def test_our_own_asynchronous_tests_pass_on_the_loop_of_a_world():
    ours = [*(f"client/test_smpp{one}.py" for one in ("", "_emulator", "_submits", "_states")),
            *(f"delivery/test_{one}.py" for one in ("callback_queue", "report_overrides")),
            *(f"server/test_{one}.py" for one in ("turns", "however_it_comes", "http_faults", "http_service",
                                                  "limits_smpp"))]  # fmt: skip
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "on_world_loop", "-k", "not over_tls"]
    command += [f"tests/{one}" for one in ours]
    ran = subprocess.run(command, env={**os.environ, "PYTHONPATH": "tests"}, text=True, stdout=subprocess.PIPE)
    assert ran.returncode == 0, ran.stdout


# what is not in the world


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


def test_a_world_that_is_over_leaves_nothing_that_complains(monkeypatch):
    """Neither of ours nor of an application's own, wherever it waits in a `finally`."""
    complaints = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)

    @asynccontextmanager
    async def opened():
        try:
            yield
        finally:
            await asyncio.sleep(60)

    async def main(w):
        async def worker(process):
            async with opened():
                await w.after(days=1)

        async def blocks(scope, receive, send):
            if scope["type"] == "http":
                threading.Thread(target=print).start()

        killed = await w.app(worker)
        killed.kill()
        asked_to_end = await w.app(worker)
        await asyncio.wait_for(asked_to_end.terminate(grace=5), 10)
        await (await w.app(lambda process: blocks)).get("/")

    with pytest.raises(world.OutOfWorld, match="A thread"):
        world.run(main)
    gc.collect()
    assert [f"{one.exc_value!r} in {one.object}" for one in complaints] == []


@pytest.mark.parametrize("killed", [True, False])
def test_who_clings_to_life_is_thrown_away_all_the_same(killed, monkeypatch):
    """Nor does it run on when nobody knows of it any more, where no loop would stop it."""
    known, heard = [], []
    monkeypatch.setattr(sys, "unraisablehook", heard.append)

    async def main(w):
        async def worker(process):
            while True:
                try:
                    await asyncio.sleep(1)
                except BaseException:
                    continue

        known.append(await w.app(worker))
        await w.after(seconds=10)
        if killed:
            known[0].kill()
        await w.after(seconds=10)

    world.run(main)
    known.clear()
    gc.collect()
    assert heard == []


def test_an_application_that_ends_by_itself_fails_the_world():
    async def main(w):
        async def worker(process):
            await asyncio.sleep(5)
            raise KeyError("no such order")

        await w.app(worker)
        await w.quiet()

    with pytest.raises(world.WorldFailed, match=r"00:00:05\.000  worker  ends by itself: KeyError: 'no such order'"):
        world.run(main)
