"""The mark and fixture `sms_world` in a project of its own."""

import pytest

import emulator.world  # noqa: F401  it stays loaded for all inner runs

SHOP = """
import pytest
from aiohttp import ClientSession, web

def shop_of(w, repeats):
    def make_shop(process):
        async def order(request):
            wanted = {"key": w.smsoffice.key, "destination": "995577000001", "sender": "smsoffice", "content": "hi"}
            async with ClientSession() as session:
                async with session.request("GET" if repeats else "POST", w.base_url + "/api/v2/send", params=wanted):
                    return web.Response(text="thanks")
        app = web.Application()
        app.router.add_post("/orders", order)
        return app
    return make_shop
"""
TEST = """
@pytest.fixture
def number():
    return 1

@pytest.mark.sms_world({mark})
async def test_once(number, sms_world):
    shop = await sms_world.app(shop_of(sms_world, {repeats}))
    await sms_world.at(hours=9)
    await shop.post("/orders", json={{"id": number}})
    await sms_world.quiet()
    await sms_world.assert_once_each()
"""


@pytest.fixture
def ran(inner):
    return lambda body, *options: inner(*options, ini="asyncio_mode = auto", test_world=SHOP + body)


def test_a_test_is_run_in_many_worlds_and_its_failure_names_the_world(ran):
    body = TEST.format(mark="worlds=40", repeats=True)
    result = ran(body)
    result.assert_outcomes(failed=1)
    text, _, summary = result.stdout.str().partition("short test summary info")
    assert "sent more than once: 2 times to 995577000001" in text
    assert text.count("** lost: the connection breaks") == 1       # told once, and not of each exception on its way
    assert summary                                                  # where CI is set it says the whole of it again
    token = text.rpartition("--sms-world ")[2].split()[0]
    again = ran(body, "--sms-world", token)
    again.assert_outcomes(failed=1)
    assert f"token {token}" in again.stdout.str()


def test_one_that_repeats_nothing_passes_in_worlds_and_over_real_sockets(ran):
    body = TEST.format(mark="worlds=10", repeats=False)
    none = ran(body, "--sms-worlds=0")
    none.assert_outcomes(failed=1)
    none.stdout.fnmatch_lines("*ValueError: worlds=0: write a whole number, 1 or more*")
    ran(body).assert_outcomes(passed=1)
    ran(body, "--sms-world-real", "--sms-world-real-wait=0.1").assert_outcomes(passed=1)
    wrong = ran(body, "--sms-world-real", "--sms-world-real-wait=-1")
    wrong.assert_outcomes(failed=1)
    wrong.stdout.fnmatch_lines("*ValueError: a wait of at most -1 seconds: write 0 or more*")


WRONG = """
import asyncio
import time

@pytest.mark.sms_world(wrlds=3)
async def test_word(sms_world): pass

def test_synchronous(sms_world): pass

async def test_stuck(sms_world): await asyncio.Event().wait()

async def test_asleep(sms_world): time.sleep(1)

@pytest.mark.sms_world(network='wild')
async def test_value(sms_world): pass

@pytest.mark.sms_world(seed='many')
async def test_seed(sms_world): pass

@pytest.mark.sms_world(crashes=-1)
async def test_crashes(sms_world): pass

worlds = []

@pytest.mark.sms_world(worlds=40)
async def test_count(sms_world): worlds.append(sms_world)

def test_counted(): assert len(worlds) == 3
"""


def test_what_cannot_be_is_told(ran):
    result = ran(WRONG, "--sms-worlds=3")
    result.assert_outcomes(failed=7, passed=2)
    told = {part.split(" ")[0]: part for part in result.stdout.str().split("_ test_")[1:]}
    assert "does not take wrlds: it takes worlds=" in told["word"]
    assert "the test has to be `async def`" in told["synchronous"]
    assert "Stuck: Nothing can happen" in told["stuck"]
    assert "OutOfWorld: time.sleep in the event loop" in told["asleep"]
    assert "write 'quiet', 'rough'" in told["value"]
