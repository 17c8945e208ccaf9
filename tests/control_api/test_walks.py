"""A walk of the clock belongs to its world: what gives the sandbox another one ends it."""

import asyncio
import json

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
    turns,
)


async def reset(served, path):
    await control(served, "POST", f"{path}/reset")


async def restore(served, path):
    await control(served, "POST", f"{path}/restore", {"name": "before"})


async def delete(served, path):
    await control(served, "DELETE", path)


@pytest.mark.parametrize(("done", "status", "code"), [
    (reset, 409, "interrupted"), (restore, 409, "interrupted"), (delete, 404, "no-such-sandbox"),
])  # fmt: skip
async def test_a_walk_ends_with_its_world_at_once_and_those_that_queue_behind_it_too(done, status, code):
    async with serving() as served, callback_under_way(served) as stuck:
        await control(served, "POST", f"{stuck.path}/snapshots", {"name": "before"})
        behind = asyncio.ensure_future(control(served, "POST", f"{stuck.path}/settle", {"timeout": PATIENCE}))
        await turns()
        await done(served, stuck.path)
        for walking in (stuck.walking, behind):
            told, answer = await asyncio.wait_for(walking, PATIENCE / 2)
            assert (told, answer["error"]["code"]) == (status, code)
        stuck.answered.set()


async def test_no_report_of_the_old_world_goes_out_about_a_message_of_the_new_one():
    async with serving() as served, callback_under_way(served) as stuck:
        for count in range(5):  # all due at the same moment as the one under way
            await get(served.base_url + send_path(key_of(stuck.sandbox), to=f"99557700000{count}", reference="old"))
        minute = {"advance": 60, "timeout": PATIENCE}
        walk = asyncio.ensure_future(control(served, "POST", f"{stuck.path}/clock", minute))
        await turns()
        await control(served, "POST", f"{stuck.path}/reset")
        await get(served.base_url + send_path(key_of(stuck.sandbox), reference="new"))
        stuck.answered.set()
        assert (await stuck.walking)[0] == (await walk)[0] == 409
        assert (await control(served, "POST", f"{stuck.path}/settle", {}))[0] == 200
        assert [came["reference"] for came in stuck.client.came if came["reference"] != "r"] == ["new"]
        _, told = await control(served, "GET", f"{stuck.path}/callbacks")
        assert [one["sent"]["reference"] for one in told["callbacks"]] == ["new"]


async def test_a_new_world_does_not_wait_for_callbacks_of_the_old_one():
    async with serving() as served, callback_under_way(served) as stuck:
        await control(served, "POST", f"{stuck.path}/reset")
        status, _ = await asyncio.wait_for(control(served, "POST", f"{stuck.path}/settle", {}), PATIENCE / 2)
        assert status == 200
        stuck.answered.set()
        assert (await stuck.walking)[0] == 409


@pytest.mark.parametrize("done", [reset, restore])
async def test_who_waits_for_messages_waits_for_those_of_the_new_world(served, done):
    sandbox = frozen(served)
    path = f"/_emulator/sandboxes/{sandbox.id}"
    await control(served, "POST", f"{path}/snapshots", {"name": "before"})
    await get(served.base_url + send_path(key_of(sandbox), reference="old"))
    waited = asyncio.ensure_future(control(served, "GET", f"{path}/wait?count=2&timeout={PATIENCE:g}"))
    await turns()
    await done(served, path)
    for reference in ("one", "two"):
        await get(served.base_url + send_path(key_of(sandbox), reference=reference))
    status, answer = await waited
    assert status == 200, json.dumps(answer)
    assert [one["reference"] for one in answer["messages"]] == ["one", "two"]


async def test_who_waits_for_requests_does_not_count_those_that_were_forgotten(served):
    sandbox = frozen(served)
    path = f"/_emulator/sandboxes/{sandbox.id}"
    await get(served.base_url + send_path(key_of(sandbox), reference="old"))
    waited = asyncio.ensure_future(control(served, "GET", f"{path}/wait?for=requests&count=2&timeout={PATIENCE:g}"))
    await turns()
    await control(served, "POST", f"{path}/reset", {"what": "journal"})
    for reference in ("one", "two"):
        await get(served.base_url + send_path(key_of(sandbox), reference=reference))
    assert [one["id"] for one in (await waited)[1]["requests"]] == ["x2", "x3"]


@pytest.mark.parametrize(("call", "body"), [("settle", {}), ("clock", {"advance": 3600})])
async def test_a_walk_ends_when_its_time_is_up_however_quick_each_answer_is(served, client, call, body):
    """Link time jumps with each callback, as if it had been slow."""
    retry = {"smsoffice": {"switches": {"retry": [1] * 20}}}
    sandbox = frozen(served, callback_url=client.url, accounts=retry)
    path = f"/_emulator/sandboxes/{sandbox.id}"

    def late(_):
        skip(PATIENCE / 10)
        return web.Response(status=500)

    client.answers = late
    await get(served.base_url + send_path(key_of(sandbox), reference="r"))
    status, answer = await control(served, "POST", f"{path}/{call}", {**body, "timeout": PATIENCE / 4})
    assert (status, answer["error"]["code"]) == (408, "time-is-up")
    assert 0 < len(client.came) < 5


@pytest.mark.parametrize("due", [False, True])
async def test_a_walk_without_time_does_what_takes_none(served, due):
    sandbox = frozen(served, callback_url="")
    path = f"/_emulator/sandboxes/{sandbox.id}"
    if due:
        await get(served.base_url + send_path(key_of(sandbox)))
    status, answer = await control(served, "POST", f"{path}/settle", {"timeout": 0})
    assert status == 200, json.dumps(answer)
    assert all(one.status == "delivered" for one in sandbox.engine.state.store.messages)
