"""Sandboxes: many at once on one server, none sees another's things; making and deleting them costs little."""

import gc
import json
import threading
import urllib.request
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import PATIENCE, control, frozen, key_of, send_path, until

from emulator.app.emulator import Emulator
from emulator.app.settings import Settings
from emulator.sandboxes.spec import NewSandbox


def fetch(url, body=None, method=None):
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.loads(answer.read() or b"null")


async def test_64_sandboxes_used_at_once_from_8_threads_keep_apart(served):
    import asyncio

    base = served.base_url

    def use(number: int) -> None:
        made = fetch(f"{base}/_emulator/sandboxes", json.dumps({"clock": "frozen", "balance": 100}).encode())
        path, key = f"{base}/_emulator/sandboxes/{made['id']}", made["accounts"]["smsoffice"]["key"]
        for n in range(5):
            fetch(base + send_path(key, content=f"{number}-{n}", reference=f"r{n}"))
        fetch(f"{path}/settle", b"{}")
        messages = fetch(f"{path}/messages")["messages"]
        assert [one["text"] for one in messages] == [f"{number}-{n}" for n in range(5)]
        assert {one["status"] for one in messages} == {"delivered"}
        callbacks = fetch(f"{path}/callbacks")["callbacks"]
        assert sorted(one["sent"]["reference"] for one in callbacks) == [f"r{n}" for n in range(5)]
        assert len(fetch(f"{path}/requests")["requests"]) == 5
        assert fetch(f"{path}/accounts/smsoffice")["balance"] == 95

    def many() -> None:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(use, range(64)))

    before = threading.active_count()
    await asyncio.to_thread(many)
    assert len(served.emulator.default.engine.state.store.messages) == 0
    assert threading.active_count() < before + 10


def test_a_deleted_sandbox_leaves_nothing_behind():
    emulator = Emulator(Settings())
    sandbox = emulator.create(NewSandbox())
    gone = weakref.ref(sandbox)
    emulator.remove(sandbox)
    del sandbox
    gc.collect()
    assert gone() is None


async def test_a_sandbox_with_a_ttl_goes_by_itself(served):
    sandbox = frozen(served, ttl=0.05)
    await until(lambda: sandbox.gone)
    assert (await control(served, "GET", f"/_emulator/sandboxes/{sandbox.id}"))[0] == 404


async def test_a_thousand_sandboxes_live_in_one_process(served):
    keys = {key_of(frozen(served)) for _ in range(1000)}
    assert len(keys) == 1000


@pytest.mark.parametrize("word", ["smsoffice"])
async def test_unknown_credentials_are_refused_and_journalled_in_default(served, word):
    sandbox = frozen(served)
    _, _ = await control(served, "GET", f"/_emulator/sandboxes/{sandbox.id}")
    import asyncio

    answer = await asyncio.to_thread(fetch, served.base_url + send_path("nobody"))
    assert answer["ErrorCode"] == 80
    _, journal = await control(served, "GET", "/_emulator/sandboxes/default/requests")
    assert [one["reason"] for one in journal["requests"]] == ["key-unknown"]
