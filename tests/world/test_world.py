"""A world: an application, the providers, and time that jumps."""

import asyncio
import os
import subprocess
import sys
import time
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, TCPConnector, web
from world.shop import TO, one_order

from emulator import world
from emulator.client import AsyncSmsCenter, AsyncSmsOffice, AsyncUbill, SmppClient


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
