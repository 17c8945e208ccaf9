"""What nobody asks for is not made: a sandbox has its engine, and its secrets are looked for, when they are needed."""

import asyncio

from emulator.app.emulator import Emulator
from emulator.core.accounts import AccountPatch
from emulator.core.admin_commands import PatchAccount
from emulator.core.units import amount
from emulator.sandboxes.spec import NewSandbox


async def test_a_sandbox_that_comes_and_goes_unused_has_no_engine_made(monkeypatch):
    emulator = Emulator()
    emulator.start(lambda request, fault=None: asyncio.Future(), "http://127.0.0.1")
    monkeypatch.setattr("emulator.sandboxes.sandbox.Engine", None)  # cannot be called
    made = emulator.create(NewSandbox(id="one", balance=7))
    assert [made.account(name).balance for name in emulator.providers] == [amount(7)] * 3
    emulator.forget("one")
    emulator.forget("one")
    assert emulator.names(emulator.default, 10) == (["default"], 0)
    await emulator.stop()


async def test_it_begins_when_it_was_made_and_not_when_it_is_first_asked():
    emulator = Emulator()
    emulator.start(lambda request, fault=None: asyncio.Future(), "http://127.0.0.1")
    made = emulator.create(NewSandbox(id="one", clock="frozen", seed=5))
    before = made.clock.now()
    account = made.account("smsoffice")
    assert (made.engine.state.began, made.engine.state.now, made.now()) == (before, before, before)
    assert made.account("smsoffice") is account is made.engine.state.accounts["smsoffice"]
    begun_with = account.balance
    made.control(PatchAccount("smsoffice", AccountPatch(balance=3)))
    emulator.reset(made)
    assert made.account("smsoffice").balance == begun_with != 3
    await emulator.stop()


def test_secrets_are_found_from_the_moment_a_sandbox_is_there_until_it_is_gone():
    emulator = Emulator()
    kept = emulator.create(NewSandbox(id="kept"))
    found = emulator.sandboxes.secrets.values.spans
    gone, early = (emulator.create(NewSandbox(id=name)) for name in ("gone", "early"))
    texts = [one.account("smsoffice").credentials["key"] for one in (kept, gone, early)]
    emulator.forget("early")  # before anybody looked
    assert [len(emulator.sandboxes.secrets.values.spans(text)) for text in texts] == [1, 1, 0]
    emulator.forget("gone")
    assert [len(found(text)) for text in texts] == [1, 0, 0]
