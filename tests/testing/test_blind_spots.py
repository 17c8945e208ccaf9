"""`pytest --sms-blind-spots` on a small project: what it lists is truly unnoticed, and gone once a test is there."""

import re
import sys

import pytest

pytest_plugins = ["pytester"]

SHOP = """
import json
import urllib.parse
import urllib.request

class Shop:
    def __init__(self, base_url, key):
        self.base_url, self.key = base_url, key

    def order(self, to):
        for _ in range({attempts}):
            try:
                return self.send(to, "Your order is ready")
            except (OSError, ValueError):
                continue
        return False

    def send(self, to, text):
        data = urllib.parse.urlencode({{"key": self.key, "sender": "smsoffice", "destination": to, "content": text}})
        with urllib.request.urlopen(f"{{self.base_url}}/api/v2/send", data.encode(), timeout=0.05) as answer:
            return json.load(answer)["Success"]
"""
TESTS = """
from shop import Shop

TO = "995577000001"

def test_an_order_is_told(live_sms_emulator):
    sms = live_sms_emulator
    assert Shop(sms.base_url, sms.smsoffice.key).order(TO)
    assert sms.messages(to=TO)

def test_without_money_nothing_is_sent(live_sms_emulator):
    sms = live_sms_emulator
    sms.patch_account("smsoffice", balance=0)
    assert not Shop(sms.base_url, sms.smsoffice.key).order(TO)

def test_of_nothing():
    pass
"""
BY_ANOTHER_WAY = """
import pytest

RULES = [{rules}]
FAULTS = [pytest.mark.sms(scenario={{"name": "one fault", "rules": [rule]}}) for rule in RULES]

@pytest.mark.parametrize("number", [pytest.param(number, marks=one) for number, one in enumerate(FAULTS)])
def test_by_another_way(live_sms_emulator, number):
    test_an_order_is_told(live_sms_emulator)
"""
OF_THE_LOST_ANSWER = """
def test_an_order_whose_answer_is_lost_is_told_once(live_sms_emulator):
    sms = live_sms_emulator
    sms.add_rule(then={"reply": {"fault": "lost"}}, times=1)
    Shop(sms.base_url, sms.smsoffice.key).order(TO)
    assert len(sms.messages(to=TO)) == 1
"""


@pytest.fixture
def ran(pytester, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # a shop written anew within a second is not the old one

    def run(*options, shop=None, **files):
        pytester.makepyfile(shop=shop or SHOP.format(attempts=2), **files)
        return pytester.runpytest_inprocess("-pno:cacheprovider", "-pno:xdist", "-oasyncio_mode=auto", *options)

    return run


def spots(result):
    """Those that no test noticed, each with the lines about it; and the names behind each other verdict."""
    text = result.stdout.str().partition("sms blind spots =")[2]
    unnoticed = dict(re.findall(r"^\w+ (\w+ \S+): [^\n]*\n((?:  .*\n)+)", text, re.MULTILINE))
    others = dict(re.findall(r"^(\w+(?: \w+)?):.* \(\d+\): (.*)$", text, re.MULTILINE))
    return unnoticed, {name: [one.split(" ", 1)[1] for one in said.split(", ")] for name, said in others.items()}


def test_what_is_listed_is_truly_unnoticed_and_gone_once_there_is_a_test_of_it(ran, pytester):
    result = ran("--sms-blind-spots", test_shop=TESTS)
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["sms blind spots: 28 faults, 2 tests: about * s, 300 s at most (*"])
    unnoticed, others = spots(result)
    assert "one number had one text 2 times, and no test said so" in unnoticed["http reply-lost"]
    assert "passed all the same: test_shop.py::test_" in unnoticed["http reply-lost"]
    assert {"http http-503", "http reply-drop", "http reply-hang"} < set(unnoticed)
    assert "http code-80" in others["noticed"]
    assert others["tested"] == ["http code-20"]
    put_in = re.findall(r"sms\.add_rule\((.*)\)", "".join(unnoticed.values()))
    assert len(put_in) == len(unnoticed)
    proof = ran("-k", "by_another_way", test_shop=TESTS + BY_ANOTHER_WAY.format(rules=", ".join(put_in)))
    proof.assert_outcomes(passed=len(put_in), deselected=3)

    once, only = SHOP.format(attempts=1), ("reply-lost", "reply-drop", "code-2")
    options = [f"--sms-blind-spots-only={one}" for one in only]
    now, others = spots(ran("--sms-blind-spots", *options, shop=once, test_shop=TESTS + OF_THE_LOST_ANSWER))
    assert now == {}
    assert others == {"tested": ["http reply-lost", "http code-20"], "noticed": ["http reply-drop"]}


CALLED_BACK = """
import asyncio

import aiohttp
import pytest
from aiohttp import web

@pytest.fixture
async def told(aiohttp_server):
    told = []
    async def callback(request):
        told.append(request.query["status"])
        return web.Response(text="OK")
    app = web.Application()
    app.router.add_get("/sms", callback)
    server = await aiohttp_server(app)
    told.append(str(server.make_url("/sms")))
    return told

class TestCallbacks:
    @pytest.mark.sms(clock="frozen")
    async def test_one_comes(self, sms_emulator, told):
        await sms_emulator.patch_account("smsoffice", callback_url=told.pop())
        data = {"key": sms_emulator.smsoffice.key, "sender": "smsoffice", "destination": "995577000001", "content": "x",
                "reference": "r1"}
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{sms_emulator.base_url}/api/v2/send", data=data):
                pass
        await sms_emulator.settle()
        assert told
"""


@pytest.mark.long
def test_a_test_that_does_not_end_has_noticed(ran, monkeypatch):
    monkeypatch.setattr("emulator.testing.blind_spots._AT_LEAST", 0.2)
    monkeypatch.setattr("emulator.testing.blind_spots._SLOWER", 0)
    patient = SHOP.format(attempts=2).replace("timeout=0.05", "timeout=3600")
    options = ("--sms-blind-spots-only=reply-hang", "-ktold")
    assert spots(ran("--sms-blind-spots", *options, shop=patient, test_shop=TESTS)) == (
        {}, {"noticed": ["http reply-hang"]}
    )  # fmt: skip


def test_delivery_histories_are_put_in_where_callbacks_came(ran):
    only = ("duplicated", "undelivered", "missing")
    result = ran("--sms-blind-spots", *(f"--sms-blind-spots-only={one}" for one in only), test_back=CALLED_BACK)
    result.assert_outcomes(passed=1)
    unnoticed, others = spots(result)
    assert set(unnoticed) == {"callback duplicated", "callback undelivered"}
    assert others == {"noticed": ["callback missing"]}


def test_the_time_is_limited_and_what_is_not_tried_is_said(ran):
    _, others = spots(ran("--sms-blind-spots", "--sms-blind-spots-seconds=0", test_shop=TESTS))
    assert len(others["not tried"]) == 28


@pytest.mark.parametrize(
    ("option", "told"), [("-n2", "*leave -n out"), ("--sms-emulator-url=http://x", "*leave --sms-emulator-url out")]
)
def test_what_it_cannot_go_with_is_told(pytester, option, told):
    result = pytester.runpytest_inprocess("--sms-blind-spots", option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([told])


def test_without_a_test_that_sends_it_says_so(ran):
    result = ran("--sms-blind-spots", test_one="def test(): pass")
    result.stdout.fnmatch_lines(["no test that passes sends anything in a sandbox of *"])
