"""A report that overtakes the reply to its send, over sockets."""

import asyncio

from aiohttp import web
from support import frozen, get, key_of, receiver, send_path, serving

RULE = {
    "when": {"operation": "send"},
    "then": {"reports": {"before_reply": True, "script": [{"after": 0, "status": "delivered"}]}},
}


async def _set_up(served, client):
    sandbox = frozen(served, scenario={"rules": [RULE]})
    sandbox.account("smsoffice").callback_url = client.url
    return sandbox


async def test_the_callback_is_answered_before_the_reply_to_the_send_comes():
    async with serving() as served, receiver() as client:
        sandbox = await _set_up(served, client)
        sending = asyncio.ensure_future(get(served.base_url + send_path(key_of(sandbox), reference="r1")))
        came_first = asyncio.Event()
        seen = []

        async def answer(fields):
            seen.append((fields["status"], sending.done()))
            came_first.set()
            return web.Response(text="OK")

        client.answers = answer
        status, _ = await sending
    assert status == 200
    assert came_first.is_set()
    assert seen == [("Delivered", False)]


async def test_a_client_that_can_take_no_callback_while_it_sends_gets_its_reply_all_the_same():
    async with serving() as served, receiver() as client:
        sandbox = await _set_up(served, client)
        free = asyncio.Event()

        async def answer(fields):
            await free.wait()
            return web.Response(text="OK")

        client.answers = answer
        status, _ = await get(served.base_url + send_path(key_of(sandbox), reference="r1"))
        free.set()
    assert status == 200
    assert len(client.came) == 1
