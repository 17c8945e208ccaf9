"""Calls of the control API may wait for something, but few do: fixtures make others without a loop (`at_once`)."""

import asyncio
import re

from support import get, key_of, send_path, walk

from emulator.control_api.routes import CALLS
from emulator.control_client.background_loop import at_once
from emulator.http.messages import HttpRequest, StreamReply
from emulator.sandboxes import turns

MAY_WAIT = {"wait", "otp", "clock", "settle", "outbind"}
BODIES = {
    "createSandbox": b"{}", "reset": b"{}", "patchAccount": b'{"balance": 5}',
    "patchBrand": b'{"authorized": 2}', "moveMessage": b'{"status": "sent"}', "putRules": b'{"rules": [{"then": {}}]}',
    "addRule": b'{"then": {"opt_out": true}}', "putScenario": b'{"scenario": "no-credit"}',
    "keepSnapshot": b'{"name": "one"}', "restore": b'{"name": "one"}',
    "putIncoming": b'{"from": "79001234567", "to": "Shop", "text": "yes"}', "putCall": b'{"from": "79001234567"}',
}  # fmt: skip


async def test_every_call_but_a_few_is_answered_without_waiting(at, monkeypatch):
    monkeypatch.setattr(turns, "TURN", -1)  # it gives way after each step
    await at.call("PATCH", "/accounts/smsoffice", {"callback_url": f"{at.served.base_url}/_emulator/sink/smsoffice"})
    await get(at.served.base_url + send_path(key_of(at.sandbox), reference="mine"))
    who = f"login={at.account['login']}&psw={at.account['psw']}"
    await get(f"{at.served.base_url}/sys/wait_call.php?{who}&phone=79001234567")
    await walk(at.served, at.sandbox)
    await at.bound()
    (session,) = (await at.call("GET", "/sessions"))["sessions"]
    words = {"sandbox": at.sandbox.id, "provider": "ubill", "brand": "1", "message": "m1", "callback": "c1",
             "rule": "r1", "session": session["id"]}  # fmt: skip
    calls = [call for call in CALLS if call.name not in MAY_WAIT]
    for call in sorted(calls, key=lambda call: {"reset": 1, "deleteSandbox": 2}.get(call.name, 0)):
        path = re.sub(r"\{(\w+)\}", lambda word: words[word.group(1)], call.path)
        asked = HttpRequest(method=call.method, target=path, body=BODIES.get(call.name, b""))
        reply = at_once(at.served.control.answer(asked))
        assert isinstance(reply, StreamReply) or reply.status == call.status, (call.name, reply)


async def test_in_a_sandbox_that_goes_while_it_is_exported_nothing_is_done_any_more(at, monkeypatch):
    monkeypatch.setattr(turns, "TURN", -1)
    for _ in range(3):
        await get(at.served.base_url + send_path(key_of(at.sandbox)))
    path = f"/_emulator/sandboxes/{at.sandbox.id}/export"
    asked = asyncio.create_task(at.served.control.answer(HttpRequest(method="GET", target=path)))
    await asyncio.sleep(0)
    at.served.emulator.remove(at.sandbox)
    at.sandbox.clock.move_to(at.sandbox.clock.now() + 10**9)
    assert (await asked).status == 404
    assert {message.status for message in at.sandbox.engine.state.store.messages} == {"pending"}
