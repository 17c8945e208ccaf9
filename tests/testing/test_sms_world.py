"""The mark and fixture `sms_world` in a project of its own."""

import pytest

pytest_plugins = ["pytester"]

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


def ran(pytester, body, *options):
    pytester.makepyfile(SHOP + body)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-o", "asyncio_mode=auto", *options)


def test_a_test_is_run_in_many_worlds_and_its_failure_names_the_world(pytester):
    result = ran(pytester, TEST.format(mark="worlds=40", repeats=True))
    result.assert_outcomes(failed=1)
    text = result.stdout.str()
    assert "sent more than once: 2 times to 995577000001" in text
    assert "** lost: the connection breaks" in text
    token = text.rpartition("--sms-world ")[2].split()[0]
    again = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-o", "asyncio_mode=auto", "--sms-world", token)
    again.assert_outcomes(failed=1)
    assert f"token {token}" in again.stdout.str()


def test_one_that_repeats_nothing_passes_in_worlds_and_over_real_sockets(pytester):
    body = TEST.format(mark="worlds=10", repeats=False)
    ran(pytester, body).assert_outcomes(passed=1)
    ran(pytester, body, "--sms-world-real").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "@pytest.mark.sms_world(wrlds=3)\nasync def test_it(sms_world): pass",
            "does not take wrlds: it takes worlds=",
        ),
        ("def test_it(sms_world): pass", "the test has to be `async def`"),
        ("import asyncio\nasync def test_it(sms_world): await asyncio.Event().wait()", "Stuck: Nothing can happen"),
        ("import time\nasync def test_it(sms_world): time.sleep(1)", "OutOfWorld: time.sleep in the event loop"),
        ("@pytest.mark.sms_world(network='wild')\nasync def test_it(sms_world): pass", "write 'quiet', 'rough'"),
    ],
)
def test_what_cannot_be_is_told(pytester, body, told):
    result = ran(pytester, body)
    result.assert_outcomes(failed=1)
    assert told in result.stdout.str()
