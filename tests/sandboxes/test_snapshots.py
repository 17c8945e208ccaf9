"""Snapshots: a state under a name, and back to it; the journal stays."""

import asyncio

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
    walk,
)

import emulator
from emulator.control_client.records import CallRefused
from emulator.http.messages import HttpRequest
from emulator.sandboxes import snapshots, turns
from emulator.sandboxes.clock_driver import Ended


async def send(sms, **more):
    await get(sms.base_url + send_path(sms.smsoffice.key, **more))


async def state(sms):
    """All that a restore gives back, as people see it."""
    return {
        "messages": await sms.messages(), "rules": await sms.rules(), "clock": await sms.clock(),
        "account": await sms.account("smsoffice"), "lint": await sms.lint(), "scenario": await sms.scenario(),
    }  # fmt: skip


async def test_restore_gives_back_messages_balance_rules_clock_scenario_and_findings():
    async with emulator.running(clock="frozen", seed=3) as sms:
        await send(sms, reference="x" * 25)
        await sms.add_rule(when={"contains": "never"}, then={"refuse": {"reason": "no-credit"}}, times=2)
        made = await sms.snapshot("before")
        assert (made.name, made.messages, made.restored) == ("before", 1, 0)
        before = await state(sms)
        await sms.settle()
        await send(sms, content="never")
        await send(sms, schedulledAt="1")
        await sms.put_scenario("no-credit")
        await sms.patch_account("smsoffice", balance=3, stoplist=["995577000001"])
        await sms.advance(3600)
        assert await state(sms) != before
        assert (await sms.restore("before")).restored == 1
        assert await state(sms) == before


async def test_the_journal_stays_and_the_snapshot_says_where_it_was_restored(sms):
    await sms.snapshot("empty")
    await send(sms)
    await sms.restore("empty")
    assert await sms.messages() == []
    assert [one.id for one in await sms.requests()] == ["x1"]
    (kept,) = await sms.snapshots()
    assert (kept.name, kept.after, kept.restored, kept.restored_after) == ("empty", None, 1, "x1")


async def test_a_restore_that_names_none_leaves_the_clock_going(served):
    sandbox = served.emulator.default
    await get(served.base_url + send_path(key_of(sandbox)))
    timer = []
    schedule, sandbox.schedule_timer = sandbox.schedule_timer, lambda: timer.append(schedule())
    served.emulator.clock_driver(sandbox).cancel_timer = lambda: timer.append("cancelled")
    with pytest.raises(KeyError):
        await served.emulator.restore(sandbox, "none")
    assert timer[-1:] != ["cancelled"]


async def test_a_sandbox_that_is_deleted_while_it_is_restored_is_no_more(monkeypatch):
    monkeypatch.setattr(turns, "TURN", -1)
    async with serving() as served:
        sandbox = frozen(served)
        await get(served.base_url + send_path(key_of(sandbox)))
        sandbox.snapshots.keep(sandbox, "a")
        restored = asyncio.create_task(served.emulator.restore(sandbox, "a"))
        await asyncio.sleep(0)
        served.emulator.remove(sandbox)
        with pytest.raises(Ended):
            await restored


async def test_the_same_goes_on_after_each_restore_byte_for_byte(served):
    sandbox = frozen(served, seed=5)
    await get(served.base_url + send_path(key_of(sandbox)))
    sandbox.snapshots.keep(sandbox, "fork")
    ends = []
    for _ in range(2):
        await served.emulator.restore(sandbox, "fork")
        await get(served.base_url + send_path(key_of(sandbox), to="995577000009"))
        await walk(served, sandbox)
        state = sandbox.engine.state.packed()
        state.attempts_made = 0
        ends.append(snapshots._pack(state))
    assert ends[0] == ends[1]


async def test_an_answer_that_comes_after_a_restore_changes_nothing(served, client):
    arrived, answered = asyncio.Event(), asyncio.Event()

    async def late(_):
        arrived.set()
        await answered.wait()
        return web.Response(status=500)

    client.answers = late
    sandbox = frozen(served, callback_url=client.url, accounts={"smsoffice": {"switches": {"retry": [60]}}})
    path = f"/_emulator/sandboxes/{sandbox.id}"
    await control(served, "POST", f"{path}/snapshots", {"name": "empty"})
    await get(served.base_url + send_path(key_of(sandbox), reference="r"))
    walking = asyncio.ensure_future(control(served, "POST", f"{path}/clock", {"advance": 2, "timeout": PATIENCE}))
    await asyncio.wait_for(arrived.wait(), PATIENCE)
    assert (await control(served, "POST", f"{path}/restore", {"name": "empty"}))[0] == 200
    (attempt,) = (await control(served, "GET", f"{path}/callbacks"))[1]["callbacks"]
    assert (attempt["accepted"], "before an answer came" in attempt["verdict"]) == (False, True)
    before = sandbox.engine.state.dump()
    answered.set()
    await walking
    assert sandbox.engine.state.dump() == before
    assert sandbox.engine.state.scheduler.due is None


async def test_a_callback_that_was_under_way_at_the_snapshot_goes_out_again_after_the_restore():
    async with serving() as served, callback_under_way(served) as stuck:
        client, path = stuck.client, stuck.path
        await control(served, "POST", f"{path}/snapshots", {"name": "under way"})
        await stuck.go_on()
        await control(served, "POST", f"{path}/restore", {"name": "under way"})
        await control(served, "POST", f"{path}/settle")
        assert [one["reference"] for one in client.came] == ["r", "r"]
        _, told = await control(served, "GET", f"{path}/callbacks")
        assert [one["id"] for one in told["callbacks"]] == ["c1", "c2"]


async def test_on_a_running_clock_time_goes_on_from_the_moment_of_the_snapshot(served, client):
    sandbox = served.emulator.default
    await control(served, "PATCH", "/_emulator/sandboxes/default/accounts/smsoffice", {"callback_url": client.url})
    await control(served, "POST", "/_emulator/sandboxes/default/clock", {"rate": 1000})
    served.emulator.exchange(HttpRequest(method="GET", target=send_path(reference="r")))
    sandbox.snapshots.keep(sandbox, "sent")
    await control(served, "GET", "/_emulator/sandboxes/default/wait?for=callbacks&timeout=60")
    await served.emulator.restore(sandbox, "sent")
    assert sandbox.clock.rate == 1000
    status, _ = await control(served, "GET", "/_emulator/sandboxes/default/wait?for=callbacks&timeout=60&count=2")
    assert status == 200


async def test_a_name_taken_again_replaces_the_older_one_and_reset_keeps_them_all(sms):
    await sms.snapshot("here")
    await send(sms)
    await sms.snapshot("here")
    await sms.reset()
    assert [one.messages for one in await sms.snapshots()] == [1]
    await sms.restore("here")
    assert len(await sms.messages()) == 1


async def test_there_are_as_many_snapshots_as_it_says_and_one_more_is_409(sms):
    for number in range(snapshots.MOST):
        await sms.snapshot(f"s{number}")
    with pytest.raises(CallRefused, match="32 snapshots") as refused:
        await sms.snapshot("one more")
    assert (refused.value.status, refused.value.code) == (409, "full")
    await sms.snapshot("s3")


async def test_their_bytes_are_bounded_too(monkeypatch):
    monkeypatch.setattr(snapshots, "MOST_BYTES", 2000)
    async with emulator.running(clock="frozen") as sms:
        with pytest.raises(CallRefused, match="2000 bytes"):
            await sms.snapshot("big")


async def test_a_name_that_is_not_there_is_404_and_names_those_that_are(sms):
    await sms.snapshot("here")
    with pytest.raises(CallRefused, match="there are: here") as refused:
        await sms.restore("there")
    assert refused.value.status == 404
    with pytest.raises(CallRefused) as refused:
        await sms.snapshot("")
    assert refused.value.status == 400


async def test_a_callback_about_a_message_that_a_restore_took_away_cannot_be_redelivered(sms):
    await sms.snapshot("empty")
    await send(sms, reference="r")
    await sms.settle()
    await sms.restore("empty")
    with pytest.raises(CallRefused, match="no-such-message"):
        await sms.redeliver("c1")


async def test_a_name_is_one_that_every_store_takes(served):
    path = "/_emulator/sandboxes/default/snapshots"
    status, told = await control(served, "POST", path, {"name": "a\0b"})
    assert (status, "cannot be printed" in told["error"]["message"]) == (400, True)
