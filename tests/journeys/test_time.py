"""Time: what is due fires in order, callbacks are waited for, and every walk comes to an end."""

import asyncio
import json
import time

import pytest
from aiohttp import web
from support import (
    PATIENCE,
    callback_under_way,
    control,
    frozen,
    get,
    key_of,
    send_path,
    serving,
    skip,
    walk,
)

from emulator.clock import Clock


def at_of(sandbox, seconds):
    return str((sandbox.now() // 1_000_000) + seconds)


async def test_an_hour_with_a_scheduled_message_and_a_failing_receiver_takes_no_time(served, client):
    client.answers = lambda _: web.Response(status=500)
    sandbox = frozen(served, callback_url=client.url, accounts={"smsoffice": {"switches": {"retry": [60, 600]}}})
    path = f"/_emulator/sandboxes/{sandbox.id}"
    key = key_of(sandbox)
    await get(served.base_url + send_path(key, reference="now"))
    await get(served.base_url + send_path(key, reference="later", scheduledAt=at_of(sandbox, 1800)))
    began = time.monotonic()
    status, _ = await control(served, "POST", f"{path}/clock", {"advance": 3600})
    assert status == 200
    assert time.monotonic() - began < PATIENCE
    _, found = await control(served, "GET", f"{path}/callbacks")
    made = [(one["sent"]["reference"], one["attempt"], one["accepted"]) for one in found["callbacks"]]
    assert made == [("now", n, False) for n in (1, 2, 3)] + [("later", n, False) for n in (1, 2, 3)]
    assert [one["at"] for one in found["callbacks"]] == sorted(one["at"] for one in found["callbacks"])
    assert {one["verdict"] for one in found["callbacks"]} == {"HTTP 500; the page asks for the answer OK"}


async def test_settle_runs_until_nothing_is_due_scheduled_sends_included(served, client):
    sandbox = frozen(served, callback_url=client.url)
    key = key_of(sandbox)
    await get(served.base_url + send_path(key, reference="later", scheduledAt=at_of(sandbox, 86_400)))
    _, told = await control(served, "POST", f"/_emulator/sandboxes/{sandbox.id}/settle")
    assert [one["reference"] for one in client.came] == ["later"]
    _, shown = await control(served, "GET", f"/_emulator/sandboxes/{sandbox.id}")
    assert shown["next_due"] is None
    assert shown["clock"] == told


async def test_settle_does_not_go_where_nobody_meant_to_and_names_the_message_that_is_due_there(served, client):
    sandbox = frozen(served, callback_url=client.url)
    path, key, began = f"/_emulator/sandboxes/{sandbox.id}", key_of(sandbox), sandbox.now()
    await get(served.base_url + send_path(key, reference="far", scheduledAt="99999999999"))
    await get(served.base_url + send_path(key, reference="now"))
    status, told = await control(served, "POST", f"{path}/settle")
    assert (status, told["error"]["code"]) == (409, "too-far")
    assert "message m1 to 995577123456, scheduled, is due at 5138-11-16T09:46:39" in told["error"]["message"]
    assert [one["reference"] for one in client.came] == ["now"]
    assert sandbox.now() - began < 3_600_000_000
    assert (await control(served, "POST", f"{path}/clock", {"to": "next"}))[1]["now"].startswith("5138-11-16")


async def test_no_call_takes_a_clock_to_where_no_field_can_show_it(served):
    sandbox = frozen(served)
    path = f"/_emulator/sandboxes/{sandbox.id}"
    assert (await control(served, "POST", f"{path}/clock", {"set": "8999-12-31T23:59:59Z"}))[0] == 200
    late = {"then": {"steps": [{"after": 3_000_000_000, "status": "delivered"}]}}
    assert (await control(served, "PUT", f"{path}/rules", {"rules": [late]}))[0] == 200
    await get(served.base_url + send_path(key_of(sandbox)))
    for body in ({"to": "next"}, {"advance": 3_000_000_000}):
        status, told = await control(served, "POST", f"{path}/clock", body)
        assert (status, told["error"]["message"]) == (400, "no clock goes beyond the year 9000")
    assert (await control(served, "GET", "/_emulator/sandboxes"))[0] == 200


async def test_what_a_message_of_the_far_future_left_behind_does_not_keep_settle_from_its_end(served):
    sandbox = frozen(served)
    path, key = f"/_emulator/sandboxes/{sandbox.id}", key_of(sandbox)
    await get(served.base_url + send_path(key, scheduledAt="99999999999"))
    assert (await control(served, "POST", f"{path}/messages/m1/status", {"status": "deleted"}))[0] == 200
    assert (await control(served, "POST", f"{path}/settle"))[0] == 200


async def test_a_client_may_send_from_inside_a_callback(served, client):
    sandbox = frozen(served, callback_url=client.url)
    key = key_of(sandbox)

    async def again(fields):
        if len(client.came) < 3:
            await get(served.base_url + send_path(key, reference=f"r{len(client.came)}"))
        return web.Response(text="OK")

    client.answers = again
    await get(served.base_url + send_path(key, reference="r0"))
    await control(served, "POST", f"/_emulator/sandboxes/{sandbox.id}/settle")
    assert [one["reference"] for one in client.came] == ["r0", "r1", "r2"]


async def test_a_receiver_that_never_answers_ends_the_walk_with_408_and_what_is_still_due(served, client):
    arrived, answered = asyncio.Event(), asyncio.Event()

    async def hang(_):
        arrived.set()
        await answered.wait()
        return web.Response(text="OK")

    client.answers = hang
    sandbox = frozen(served, callback_url=client.url)
    path = f"/_emulator/sandboxes/{sandbox.id}"
    await get(served.base_url + send_path(key_of(sandbox), reference="r"))
    walking = asyncio.ensure_future(control(served, "POST", f"{path}/clock", {"advance": 60, "timeout": 6}))
    await arrived.wait()
    skip(7)  # of the 10 that a callback has
    status, answer = await walking
    assert status == 408
    assert "1 callback under way" in answer["error"]["message"]
    answered.set()
    assert (await control(served, "POST", f"{path}/clock", {"advance": 60}))[0] == 200
    assert (await control(served, "GET", f"{path}/callbacks"))[1]["callbacks"][0]["accepted"] is True


async def test_calls_that_move_one_clock_queue_behind_each_other(served):
    sandbox = frozen(served)
    path = f"/_emulator/sandboxes/{sandbox.id}/clock"
    began = sandbox.now()
    await asyncio.gather(*(control(served, "POST", path, {"advance": 10}) for _ in range(10)))
    assert sandbox.now() - began == 100 * 1_000_000


async def test_on_a_running_clock_things_happen_by_themselves(served, client):
    sandbox = served.emulator.default
    await control(served, "PATCH", "/_emulator/sandboxes/default/accounts/smsoffice", {"callback_url": client.url})
    await control(served, "POST", "/_emulator/sandboxes/default/clock", {"rate": 1000})
    await get(served.base_url + send_path(reference="r"))
    status, found = await control(served, "GET", "/_emulator/sandboxes/default/wait?for=callbacks&timeout=60")
    assert status == 200
    assert found["callbacks"][0]["status"] == "delivered"
    assert sandbox.clock.rate == 1000


async def test_what_is_due_at_once_fires_on_a_clock_that_stands(served, client):
    play = {"rules": [{"then": {"steps": [{"after": 0, "status": "delivered"}]}}]}
    sandbox = frozen(served, callback_url=client.url, scenario=play)
    await get(served.base_url + send_path(key_of(sandbox), reference="r"))
    path = f"/_emulator/sandboxes/{sandbox.id}"
    assert (await control(served, "GET", f"{path}/wait?for=callbacks&timeout=60"))[0] == 200


async def test_an_endless_retry_schedule_is_refused(served):
    body = {"switches": {"retry": [1] * 51}}
    status, answer = await control(served, "PATCH", "/_emulator/sandboxes/default/accounts/smsoffice", body)
    assert status == 400
    assert "50" in answer["error"]["message"]


async def test_an_answer_that_comes_after_a_reset_changes_nothing():
    async with serving() as served, callback_under_way(served) as stuck:
        sandbox, path = stuck.sandbox, stuck.path
        await control(served, "POST", f"{path}/reset")
        before = sandbox.engine.state.dump()
        await stuck.go_on()
        assert sandbox.engine.state.dump() == before
        assert (await control(served, "GET", f"{path}/callbacks"))[1]["callbacks"] == []


async def test_100_000_due_steps_without_callbacks_take_a_few_seconds_at_most(served):
    sandbox = frozen(served, balance=1_000_000, accounts={"smsoffice": {"callback_url": ""}})
    numbers = ",".join(f"99557{n:07d}" for n in range(100_000))
    body = f"key={key_of(sandbox)}&destination={numbers}&sender=smsoffice&content=x".encode()
    from aiohttp import ClientSession

    async with ClientSession() as session:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await session.post(f"{served.base_url}/api/v2/send/", data=body, headers=kind)
        assert json.loads(await answer.read())["ErrorCode"] == 0
    began = time.process_time()
    await walk(served, sandbox, 3)
    assert time.process_time() - began < 10
    assert {one.status for one in sandbox.engine.state.store.messages} == {"delivered"}


@pytest.mark.parametrize("rate", [0, 1, 60])
def test_a_clock_never_goes_back_and_holds_when_held(rate):
    clock = Clock(1_000, rate)
    clock.hold()
    stood = clock.now()
    clock.move_to(stood + 500)
    assert clock.now() == stood + 500
    clock.move_to(stood)
    assert clock.now() == stood + 500
    clock.release()
    assert clock.now() >= stood + 500
    clock.rate = 0
    stood = clock.now()
    assert clock.now() == stood
    assert clock.real_until(stood + 1) is None
    assert clock.real_until(stood) == 0
