"""Export and import: a sandbox as a file, and a fresh one from it."""

import asyncio
import copy
import json
from urllib.parse import urlencode

import msgspec
import pytest
from aiohttp import ClientSession
from support import TO, control, frozen, get, key_of, receiver, send_path, serving, walk

import emulator
from emulator.control_client.records import CallRefused
from emulator.sandboxes.export import export
from emulator.sandboxes.spec import NewSandbox
from emulator.sandboxes.turns import in_turns


async def busy(sms):
    """A sandbox in which something has happened and something is still to come."""
    await sms.add_rule(when={"contains": "no"}, then={"refuse": {"reason": "no-credit"}}, times=3)
    for text in ("first", "no", "later %E1%83%90"):
        await get(sms.base_url + send_path(sms.smsoffice.key, content=text, reference="r"))
    await get(f"{sms.base_url}/v1/sms/send?key={sms.ubill.key}&brandID=1&numbers={TO}&text=Hi")
    await sms.advance(1)


async def shown(sms):
    account = await sms.account("smsoffice")
    del account["credentials"]
    return {"messages": await sms.messages(), "rules": await sms.rules(), "clock": await sms.clock(),
            "requests": await sms.requests(), "callbacks": await sms.callbacks(), "lint": await sms.lint(mild=True),
            "account": account, "ledger": await sms.ledger()}  # fmt: skip


async def test_a_copy_on_another_server_shows_the_same_and_goes_on_the_same():
    async with emulator.running(clock="frozen", seed=9) as sms:
        await busy(sms)
        file = json.loads(json.dumps(await sms.export()))
        async with emulator.running(import_=file) as copied:
            assert await shown(copied) == await shown(sms)
            assert copied.smsoffice.key != sms.smsoffice.key
            for one in (sms, copied):
                await get(one.base_url + send_path(one.smsoffice.key, content="after"))
                await one.settle()
            assert (await copied.messages())[-1] == (await sms.messages())[-1]
            assert await copied.clock() == await sms.clock()


async def asked_of_center(sms, page, **said):
    account = (await sms.account("smscenter"))["credentials"]
    who = urlencode({"login": account["login"], "psw": account["psw"], "fmt": "3", "charset": "utf-8", **said})
    return json.loads((await get(f"{sms.base_url}/sys/{page}.php?{who}"))[1])


async def products(sms):
    """Every kind that SMS Center knows besides texts, as it is told there."""
    return [await asked_of_center(sms, "get", get_messages="1"), await asked_of_center(sms, "get", get_answers="1"),
            await asked_of_center(sms, "status", phone="79161234567", id="2", all="2")]  # fmt: skip


async def test_calls_lookups_awaited_calls_and_answers_are_in_the_file_too():
    to = "79161234567"
    async with emulator.running(clock="frozen", seed=9) as sms, receiver() as old, receiver() as new:
        for said in ({"mes": "code", "call": "1"}, {"hlr": "1"}, {"ping": "1"}):
            await asked_of_center(sms, "send", phones=to, **said)
        await asked_of_center(sms, "wait_call", phone=to)
        await sms.incoming(to, "Shop", "Yes", provider="smscenter")
        async with emulator.running(import_=await sms.export()) as copied:
            told = await products(sms)
            assert await products(copied) == told
            assert [one["format"] for one in told[0]] == [6, 3, 9]
            for one, taking in ((sms, old), (copied, new)):
                await one.patch_account("smscenter", callback_url=taking.url)
                await one.settle()
                await one.subscriber_calls(to, provider="smscenter")
                await one.settle()
            assert await products(copied) == await products(sms) != told
            keys = ("waitcall", "id", "status", "imsi", "phone", "ts")
            assert [[one.get(key) for key in keys] for one in new.came] == [
                [one.get(key) for key in keys] for one in old.came
            ]
            assert [one.get("waitcall") for one in old.came][-1] == "1"


async def test_the_copy_answers_to_its_own_credentials_and_to_the_old_ones_when_told_so(sms):
    await busy(sms)
    file = await sms.export()
    async with emulator.running(import_=file, accounts={"smsoffice": {"key": sms.smsoffice.key}}) as copied:
        assert copied.smsoffice.key == sms.smsoffice.key
        await get(copied.base_url + send_path(copied.smsoffice.key, content="again"))
        assert (await copied.messages())[-1].text == "again"


async def test_credentials_that_are_taken_here_are_409(sms):
    wish = {"import": await sms.export(), "accounts": {"smsoffice": {"key": sms.smsoffice.key}}}
    with pytest.raises(CallRefused) as refused:
        await sms.call("POST", "/_emulator/sandboxes", wish)
    assert (refused.value.status, refused.value.code) == (409, "taken")


async def test_a_reset_of_the_copy_gives_back_what_the_original_was_made_of():
    async with emulator.running(clock={"now": "2026-01-01T00:00:00Z", "rate": 0}, balance=7) as sms:
        await busy(sms)
        async with emulator.running(import_=await sms.export()) as copied:
            await copied.reset()
            assert (await copied.show()).clock.now == "2026-01-01T00:00:00.000000Z"
            assert (await copied.show()).balances.smsoffice == 7
            assert await copied.messages() == []


async def test_callbacks_of_the_copy_go_where_the_wish_says():
    async with serving() as served, receiver() as old, receiver() as new:
        sandbox = frozen(served, callback_url=old.url)
        await get(served.base_url + send_path(key_of(sandbox), reference="r"))
        _, file = await control(served, "GET", f"/_emulator/sandboxes/{sandbox.id}/export")
        wish = {"import": file, "callback_url": new.url}
        status, made = await control(served, "POST", "/_emulator/sandboxes", wish)
        assert status == 201
        await walk(served, served.emulator.sandboxes.by_id[made["id"]])
        assert (len(old.came), len(new.came)) == (0, 1)


async def test_the_default_sandbox_is_exported_too_and_its_copy_is_a_sandbox_of_its_own(served):
    await get(served.base_url + send_path())
    _, file = await control(served, "GET", "/_emulator/sandboxes/default/export")
    status, made = await control(served, "POST", "/_emulator/sandboxes", {"import": file, "id": "copy"})
    assert (status, made["id"]) == (201, "copy")
    assert made["accounts"]["smsoffice"]["key"] != "emulator-smsoffice"
    await get(served.base_url + send_path())
    _, told = await control(served, "GET", "/_emulator/sandboxes/copy/messages")
    assert len(told["messages"]) == 1


def _without(file):
    del file["sms_emulator_export"]


def _newer(file):
    file["sms_emulator_export"] = 99


def _no_world(file):
    del file["state"]["world"]


def _bad_status(file):
    file["state"]["world"]["messages"][0]["status"] = "flying"


def _lost_plan(file):
    file["state"]["world"]["messages"][0]["plan"] = 77


def _lost_message(file):
    file["state"]["world"]["messages"].pop()


def _lost_step(file):
    file["state"]["world"]["plans"] = [{"steps": []} for _ in file["state"]["world"]["plans"]]


def _stranger(file):
    accounts = file["state"]["world"]["accounts"]
    accounts["nobody"] = accounts["smsoffice"]


def _switch(file):
    file["state"]["world"]["accounts"]["smsoffice"]["switches"] = {"nothing": 1}


def _text_for_number(file):
    file["state"]["rate"] = "fast"


def _bad_things(file):
    file["state"]["world"]["messages"][1]["history"] = 5


def _no_fields(file):
    file["state"]["world"]["messages"][0] = {"x": 1}


def _list_is_none(file):
    file["journal"]["exchanges"] = {}


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_without, "not an export"), (_newer, "format 99"), (_no_world, "world"), (_lost_plan, "plan 77"),
        (_bad_status, "'flying' - at `$.state.world.messages[0].status`"), (_lost_message, "not there"),
        (_lost_step, "no such step"), (_stranger, "nobody"), (_switch, "nothing"),
        (_text_for_number, "at `$.state.rate`"), (_bad_things, "at `$.state.world.messages[1].history`"),
        (_no_fields, "missing required field `id` - at `$.state.world.messages[0]`"),
        (_list_is_none, "at `$.journal.exchanges`"),
    ],
)  # fmt: skip
async def test_a_broken_file_is_400_says_what_is_wrong_and_makes_nothing(sms, damage, said):
    await get(sms.base_url + send_path(sms.smsoffice.key))
    await get(sms.base_url + send_path(sms.smsoffice.key))
    file = copy.deepcopy(dict(await sms.export()))
    damage(file)
    with pytest.raises(CallRefused) as refused:
        await sms.call("POST", "/_emulator/sandboxes", {"import": file})
    assert refused.value.status == 400
    assert said in refused.value.message
    assert len((await sms.call("GET", "/_emulator/sandboxes"))["sandboxes"]) == 2


async def test_a_large_file_is_read_in_turns_and_the_copy_is_there_when_all_of_it_is(served):
    sandbox = frozen(served, id="large", callback_url="", balance=10**6)
    to = ",".join(str(995577000000 + n) for n in range(6000))
    said = {"key": key_of(sandbox), "sender": "smsoffice", "content": "hi", "destination": to}
    async with ClientSession() as session:
        await session.post(f"{served.base_url}/api/v2/send/", data=said)
    file = msgspec.json.decode(await in_turns(export(sandbox)), type=dict[str, msgspec.Raw])
    copied = asyncio.create_task(served.emulator.copy(NewSandbox(id="copy"), file))
    turns = 0
    while not copied.done():
        await asyncio.sleep(0)
        turns += 1
        there = served.emulator.sandboxes.by_id.get("copy")
        assert there is None or len(there.engine.state.store.messages) == 6000
    assert turns > 2
    assert (await copied).id == "copy"


async def test_a_wish_that_the_file_decides_is_400_and_says_what_may_stand_beside(sms):
    wish = {"import": await sms.export(), "seed": 4, "clock": "frozen"}
    with pytest.raises(CallRefused, match=r"seed, clock cannot stand beside import.*\n.*callback_url"):
        await sms.call("POST", "/_emulator/sandboxes", wish)


async def test_a_file_may_be_larger_than_other_bodies(served):
    big = {"import": {"x": "a" * 17_000_000}}
    status, answer = await control(served, "POST", "/_emulator/sandboxes", big)
    assert (status, "not an export" in answer["error"]["message"]) == (400, True)


async def test_bodies_that_are_no_text_come_through(sms):
    async with ClientSession() as session:
        await session.post(f"{sms.base_url}/v1/sms/send?key={sms.ubill.key}", data=b"\xff\xfe{")
    async with emulator.running(import_=json.loads(json.dumps(await sms.export()))) as copied:
        assert await copied.requests() == await sms.requests()
        assert "body_base64" in (await copied.requests())[0].request
