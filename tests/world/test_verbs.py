"""What a test says to a world, and asks of it: accounts, processes, quiet, the judgement."""

import asyncio
import re
import time

import pytest
import uvloop
from aiohttp import ClientSession, web

from emulator import world
from emulator.world.network import ROUGH
from emulator.world.plan import planned
from emulator.world.runner import play

TO, OTHER = "995577000001", "995577000002"


async def send(w, to=TO, text="hi"):
    """The code of the answer."""
    wanted = {"key": w.smsoffice.key, "destination": to, "sender": "smsoffice", "content": text}
    async with ClientSession() as session, session.post(f"{w.base_url}/api/v2/send", data=wanted) as answer:
        return (await answer.json())["ErrorCode"]


def test_what_an_account_has_is_set():
    async def main(w):
        codes = []
        for word, value in (("balance", 0), ("balance", 5), ("stoplist", [TO])):
            setattr(w.smsoffice, word, value)
            codes.append(await send(w))
        return codes

    assert world.run(main) == [20, 0, 75]


def test_a_world_begins_on_a_monday_at_midnight_and_time_never_goes_back():
    async def main(w):
        begun = time.gmtime()
        await w.at(days=1, hours=9, minutes=30)
        assert time.monotonic_ns() == 1e9 * time.monotonic() == 1e9 * w.now
        assert time.asctime() == time.ctime() == time.asctime(time.localtime()) == time.ctime(time.time())
        assert time.strftime("%s") == str(round(time.time()))
        with pytest.raises(ValueError, match=r"it is 33:30:00\.000 already"):
            await w.at(hours=9)
        return time.strftime("%A %F %T", begun), time.strftime("%A %T", time.gmtime())

    assert world.run(main) == ("Monday 2026-01-05 00:00:00", "Tuesday 09:30:00")


def test_a_world_has_its_loop_whatever_policy_is_set():
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    try:
        assert world.run(lambda w: w.after(days=1)) is None
    finally:
        asyncio.set_event_loop_policy(None)


def shop(process):
    async def page(request):
        await asyncio.sleep(10)
        return web.Response(text="thanks")

    app = web.Application()
    app.router.add_get("/", page)
    return app


def test_who_visits_an_application_that_is_killed_has_nothing_and_the_next_one_waits_for_it():
    async def main(w):
        app = await w.app(shop)
        lost = asyncio.create_task(app.get("/"))
        await w.after(seconds=5)
        app.kill()
        waits = asyncio.create_task(app.get("/"))
        await w.at(minutes=10)
        assert not waits.done()
        await app.start()
        return (await lost).lost, (await waits).text, round(w.now)

    assert world.run(main) == (True, "thanks", 610)


def test_faults_end_with_quiet_and_it_waits_for_what_is_due():
    async def main(w):
        codes = []

        async def worker(process):
            await asyncio.sleep(300)
            codes.append(await send(w))

        await w.app(worker)
        await w.quiet()
        return codes, [one["status"] for one in await w.messages()], w.now > 900

    played = play(main, planned("1/lost@1"), ROUGH)
    assert (played.error, played.value) == (None, ([0], ["delivered"], True))


def test_an_application_that_asks_for_ever_is_told_of():
    async def main(w):
        async def worker(process):
            while True:
                await send(w, text=f"{w.now}")
                await asyncio.sleep(60)

        await w.app(worker)
        await w.quiet(within=3600)

    played = play(main, planned("1"))
    assert played.error is None
    assert "the network is not still after 3600 s" in [one.what for one in played.happened]


@pytest.mark.parametrize(
    ("sends", "to", "told"),
    [
        ([(TO, "a"), (TO, "b")], None, None), ([(TO, "a"), (OTHER, "a")], [OTHER, TO], None),
        ([(TO, "a"), (TO, "a")], None, f"sent more than once: 2 times to {TO}: 'a', for 2 in place of 1"),
        ([(TO, "a")], [TO, OTHER], f"never sent, though faults have ended long ago: {OTHER}"),
        ([(TO, "a"), (TO, "b")], [TO], f"sent to whom nothing was due: {TO}"),
    ],
)  # fmt: skip
def test_the_judgement(sends, to, told):
    async def main(w):
        w.smsoffice.limits = "off"
        for number, text in sends:
            assert await send(w, number, text) == 0
        await w.assert_once_each(to)

    if told is None:
        world.run(main)
        return
    with pytest.raises(world.WorldFailed, match=re.escape(told)):
        world.run(main)


def test_many_worlds_are_counted_and_the_first_that_fails_is_raised():
    seeds = []

    async def main(w):
        seeds.append(w.plan.seed)
        assert len(seeds) != 8, "the eighth"

    assert world.explore(main, worlds=5) == 5
    with pytest.raises(world.WorldFailed, match="the eighth"):
        world.explore(main, worlds=5, seed=2)
    assert len(set(seeds)) == 8
