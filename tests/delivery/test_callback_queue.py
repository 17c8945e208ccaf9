"""Callbacks due at once: few tasks, each target by itself, and none of those that nobody waits for any more."""

import asyncio
import json

import pytest
from support import PATIENCE, key_of, send_path, turns

from emulator.app.emulator import Emulator
from emulator.app.settings import Settings
from emulator.delivery.callback_queue import CARRIERS
from emulator.http.messages import HttpReply, HttpRequest, origin_of
from emulator.sandboxes.spec import NewSandbox


class Outside:
    """Where callbacks go to: counts them by target, and lets hang what is told to."""

    def __init__(self, hanging: str = "no target") -> None:
        self.hanging = hanging
        self.came: dict[str, int] = {}
        self.at_once = self.most = 0
        self.free = asyncio.Event()

    async def call(self, request: HttpRequest) -> HttpReply:
        target = origin_of(request.target)
        self.came[target] = self.came.get(target, 0) + 1
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await (self.free.wait() if target == self.hanging else asyncio.sleep(0))
        self.at_once -= 1
        return HttpReply(body=b"OK")


def started(outside: Outside) -> Emulator:
    emulator = Emulator(Settings(port=0))
    emulator.start(outside.call, "http://127.0.0.1:1")
    return emulator


def sent(emulator: Emulator, url: str, count: int):
    """A frozen sandbox with so many messages to be reported to an address."""
    accounts = {"ubill": {"limits": "off", "callback_url": url, "balance": 10**6}}
    sandbox = emulator.create(NewSandbox(clock="frozen", accounts=accounts))
    key = sandbox.account("ubill").credentials["key"]
    for first in range(0, count, 500):
        numbers = [f"9955{n:08}" for n in range(first, min(first + 500, count))]
        body = json.dumps({"brandID": 1, "numbers": numbers, "text": "Hello"}).encode()
        headers = (("Content-Type", "application/json"), ("key", key))
        emulator.exchange(HttpRequest(method="POST", target="/v1/sms/send", headers=headers, body=body))
    return sandbox


def all_due(emulator: Emulator, sandbox) -> int:
    """Everything falls due at one moment, as on a clock that runs; how many callbacks are under way then."""
    at = sandbox.now() + 10_000_000
    while sandbox.catch_up(at) < at:
        pass
    assert emulator.router is not None
    return len(emulator.router.in_flight.of(sandbox))


async def test_thousands_due_at_once_are_few_tasks_and_all_arrive():
    outside = Outside()
    emulator = started(outside)
    sandbox = sent(emulator, "http://10.0.0.1/taken", 2000)
    tasks = len(asyncio.all_tasks())
    assert all_due(emulator, sandbox) == 4000
    assert len(asyncio.all_tasks()) - tasks == CARRIERS
    await asyncio.wait_for(emulator.router.in_flight.quiet(sandbox), PATIENCE)
    assert outside.came == {"http://10.0.0.1": 4000}
    assert outside.most == CARRIERS
    assert all(attempt.accepted for attempt in sandbox.journal.attempts())
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == tasks
    await emulator.stop()


async def test_a_target_that_hangs_delays_no_other():
    outside = Outside(hanging="http://10.0.0.1")
    emulator = started(outside)
    stuck, well = sent(emulator, "http://10.0.0.1/", 200), sent(emulator, "http://10.0.0.2/", 200)
    all_due(emulator, stuck)
    all_due(emulator, well)
    await asyncio.wait_for(emulator.router.in_flight.quiet(well), PATIENCE)
    assert outside.came == {"http://10.0.0.1": CARRIERS, "http://10.0.0.2": 400}
    outside.free.set()
    await asyncio.wait_for(emulator.router.in_flight.quiet(stuck), PATIENCE)
    assert outside.came["http://10.0.0.1"] == 400
    await emulator.stop()


async def test_what_waits_for_a_sandbox_that_is_deleted_or_reset_does_not_go_out():
    outside = Outside(hanging="http://10.0.0.1")
    emulator = started(outside)
    deleted, again = sent(emulator, "http://10.0.0.1/", 100), sent(emulator, "http://10.0.0.1/", 100)
    all_due(emulator, deleted)
    all_due(emulator, again)
    await turns()
    emulator.remove(deleted)
    emulator.reset(again)
    outside.free.set()
    await asyncio.wait_for(emulator.router.in_flight.quiet(again), PATIENCE)
    assert outside.came == {"http://10.0.0.1": CARRIERS}
    assert not emulator.router.in_flight.of(deleted)
    await emulator.stop()


async def test_a_fault_of_ours_is_told_and_stops_nothing():
    told = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["message"]))
    outside = Outside()
    emulator = started(outside)
    healthy = outside.call

    async def broken(request: HttpRequest) -> HttpReply:
        if "995500000000" in request.target:
            raise ZeroDivisionError
        if "995500000001" in request.target:
            return HttpReply(status="nothing that can be judged")
        return await healthy(request)

    await emulator.stop()
    emulator.start(broken, "http://127.0.0.1:1")
    sandbox = sent(emulator, "http://10.0.0.1/", 60)
    all_due(emulator, sandbox)
    await asyncio.wait_for(emulator.router.in_flight.quiet(sandbox), PATIENCE)
    assert outside.came == {"http://10.0.0.1": 116}
    assert told == [f"callback {one} failed" for one in (1, 2, 61, 62)]
    failed = {one.id: one.verdict for one in sandbox.journal.attempts() if not one.accepted}
    said = "failed: {}, a bug of the emulator: its log says more".format
    assert failed == dict.fromkeys((1, 61), said("ZeroDivisionError")) | dict.fromkeys((2, 62), said("TypeError"))
    await emulator.stop()


@pytest.mark.contract(
    "smsoffice.callback.url-letters", "ubill.callback.url-letters", "smscenter.callback.url-letters",
)  # fmt: skip
async def test_letters_beyond_ascii_of_a_callback_url_go_out_escaped_and_those_of_the_host_in_punycode():
    outside = Outside()
    emulator = started(outside)
    url = "http://u:ö@пример.рф:8080/სმს%20/a'?fmt=0&ключ=ö%C3%B6"
    sandbox = emulator.create(NewSandbox(clock="frozen", callback_url=url))
    ubill, center = (sandbox.account(name).credentials for name in ("ubill", "smscenter"))
    who = f"login={center['login']}&psw={center['psw']}"
    for target in (
        send_path(sandbox.account("smsoffice").credentials["key"], reference="r"),
        f"/v1/sms/send?key={ubill['key']}&brandID=1&numbers=995577123456&text=a",
        f"/sys/send.php?{who}&phones=79161234567&mes=a",
    ):
        emulator.exchange(HttpRequest(method="GET", target=target))
    all_due(emulator, sandbox)
    await asyncio.wait_for(emulator.router.in_flight.quiet(sandbox), PATIENCE)
    out = "http://u:%C3%B6@xn--e1afmkfd.xn--p1ai:8080/%E1%83%A1%E1%83%9B%E1%83%A1%20/a'?fmt=0&%D0%BA%D0%BB%D1%8E%D1%87=%C3%B6%C3%B6"
    went = [(one.provider, one.request.target) for one in sandbox.journal.attempts()]
    assert {provider for provider, _ in went} == {"smsoffice", "ubill", "smscenter"}
    assert all(target.startswith(out) for _, target in went)
    assert set(outside.came) == {"http://u:%C3%B6@xn--e1afmkfd.xn--p1ai:8080"}
    await emulator.stop()


async def test_stopping_gives_up_what_waits():
    outside = Outside(hanging="http://10.0.0.1")
    emulator = started(outside)
    sandbox = sent(emulator, "http://10.0.0.1/", 100)
    all_due(emulator, sandbox)
    await turns()
    await asyncio.wait_for(emulator.stop(), PATIENCE)
    assert len(asyncio.all_tasks()) == 1
    assert emulator.exchange(HttpRequest(method="GET", target=send_path(key_of(sandbox)))).reply is not None
