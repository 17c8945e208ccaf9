"""SIGTERM under load: what was accepted has been answered, and what had not gone out is told."""

import asyncio
import signal

from storage.test_kills import begin, stage
from storage.test_restart import traffic
from support import PATIENCE, until

from emulator.app.emulator import Emulator
from emulator.app.settings import Settings
from emulator.delivery import unsent
from emulator.delivery.unsent import unfinished
from emulator.sandboxes.spec import NewSandbox

LATE = [{"after": 3600, "status": "delivered"}]


async def test_what_was_accepted_has_been_answered_when_it_is_told_to_stop_under_load(tmp_path):
    async with stage(tmp_path / "state.db") as (customer, server):
        late = {"when": {"to": "*6", "nth": 9}, "then": {"steps": LATE, "reply": {"delay": 30}}}
        await server.ask("sandboxes/default/rules", "POST", late)
        await server.ask("sandboxes/default/rules", "POST", {**late, "when": {"to": "*7", "nth": 9}})
        tasks = [asyncio.create_task(customer.send(server)) for _ in range(6)]
        tasks += [asyncio.create_task(customer.talk(server)) for _ in range(2)]
        await until(lambda: len(customer.promised) > 30 and len(customer.ids) > 30)
        server.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE)
        _, said = await asyncio.wait_for(server.process.communicate(), PATIENCE)
        assert server.process.returncode == 0, said.decode()
        assert b"callbacks of sandbox default had not gone out" in said
        await begin(server, 1 << 40)
        await server.ready()
        messages = await server.messages()
        await customer.judge(server, messages)
        answered = customer.promised | customer.ids.keys()
        assert {one["reference"] or one["text"] for one in messages} - answered == set(), "accepted, not answered"
        assert customer.refused == []


def told(state=None, **wish):
    """What the log would say of a sandbox with three messages: one callback under way, one due, one to come."""
    emulator = Emulator(Settings(port=0))
    sandbox = emulator.create(NewSandbox(id="one", clock="frozen", callback_url="http://127.0.0.1:1/", **wish))
    for seconds in (2, 2, 0):
        traffic(sandbox, seconds, None)
    return unfinished([emulator.default, sandbox], state)


def test_callbacks_that_had_not_gone_out_are_told_with_what_to_do():
    (line,) = told()
    assert line == (
        "3 callbacks of sandbox one had not gone out (2 under way, 1 of messages still on their way): m1 delivered, "
        "m2 delivered, m3; they are lost; start with --state FILE to keep such"
    )
    (line,) = told("x.db")
    assert line.endswith("; they go out after the next start with --state x.db")


def test_of_messages_that_nobody_hears_of_nothing_is_told():
    assert told(scenario={"rules": [{"then": {"reports": {"never": True}}}]}) == []


def test_of_very_many_only_so_much_is_looked_at_as_stopping_may_take(monkeypatch):
    monkeypatch.setattr(unsent, "_LOOKED_AT", 1)
    emulator = Emulator(Settings(port=0))
    sandbox = emulator.create(NewSandbox(id="one", clock="frozen", callback_url="http://127.0.0.1:1/"))
    for _ in range(3):
        traffic(sandbox, 0, None)
    (line,) = unfinished([sandbox], None)
    assert line.startswith("at least 1 callback of sandbox one had not gone out (1 of messages still on their way)")
