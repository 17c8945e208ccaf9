"""The same token, the same bytes: what a world is made of, and how a failure is told by it."""

import asyncio
import hashlib
import json
import os
import random
import secrets
import subprocess
import sys
import time
import uuid
from time import monotonic
from time import time as imported_by_name

import pytest
from aiohttp import ClientSession, web
from world.shop import one_order, send

from emulator import world
from emulator.client import SmppClient
from emulator.world.network import ROUGH
from emulator.world.plan import Fault, Plan, planned
from emulator.world.runner import play

ordered_id = getattr(uuid, "uuid7", uuid.uuid4)  # from Python 3.14 on there is one of time and order


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
        "import sys; sys.path.insert(0, 'tests'); from world import test_tokens as t; "
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
        drawn = (random.random(), secrets.token_hex(8), uuid.uuid4().hex, os.urandom(4).hex(), ordered_id().int)
        if ordered_id is not uuid.uuid4:
            assert (ordered_id().int >> 80, ordered_id().version) == (round(time.time() * 1000), 7)
            assert ordered_id() < ordered_id()
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
