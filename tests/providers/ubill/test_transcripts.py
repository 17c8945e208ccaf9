"""Golden transcripts (transcripts/README.md): bytes in, bytes out, over a socket, both as the sources show them."""

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from providers.transcripts import answer, files, read
from providers.ubill.desk import NOON

from emulator.app.server import Server
from emulator.app.settings import Settings
from emulator.core.units import SECOND
from emulator.providers.ubill import PROVIDER, client
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import ClockWish, NewSandbox

FILES = files(__file__)


def stage(serving: Server, state: dict[str, Any]) -> Sandbox:
    """A sandbox as the transcript wants the state to stand."""
    senders = state.get("senders", ["emulator"]) + [f"brand {n}" for n in range(2, state.get("senders_before", 0) + 1)]
    own = {"callback_key": state["callback_key"]} if "callback_key" in state else {}
    account = {"senders": senders, "switches": state.get("switches", {}), "balance": state.get("balance", 1000), **own}
    now = datetime.fromisoformat(state["now"]) if "now" in state else NOON
    sandbox = serving.emulator.create(NewSandbox(
        clock=ClockWish(now=now, rate=0), scenario={"rules": state.get("rules", [])}, accounts={"ubill": account}
    ))  # fmt: skip
    if "next_sms" in state:
        sandbox.engine.state.next_ids["ubill"] = state["next_sms"]
    if "sent" in state:
        key = sandbox.account("ubill").credentials["key"]
        serving.emulator.exchange(client.send(key, 1, state["sent"], "Hello"))
    return sandbox


@pytest.mark.contract(
    "ubill.send.url", "ubill.send.json", "ubill.send.answer", "ubill.auth.query", "ubill.auth.401", "ubill.auth.header",
    "ubill.code.0", "ubill.code.10", "ubill.code.40", "ubill.code.99", "ubill.report.result", "ubill.balance.sms",
    "ubill.brands.list", "ubill.brands.create", "ubill.brand-code.40", "ubill.types", "ubill.send.otp-json",
    "ubill.send.numbers-repeated",
)  # fmt: skip
@pytest.mark.parametrize("file", [file for file in FILES if read(file).reply], ids=lambda file: file.stem)
async def test_the_answer_is_the_source_s_byte_for_byte(file: Path) -> None:
    script = read(file)
    async with Server(Settings(port=0)) as serving:
        sandbox = stage(serving, script.state)
        await serving.emulator.clock_driver(sandbox).walk(script.state.get("pass", 0), 5)
        key = sandbox.account("ubill").credentials["key"]
        status, kind, body = await answer(serving, "\n".join(script.request).replace("{key}", key))
    assert f"{status} {kind}" == script.reply[0]
    assert body == "\n".join(script.reply[1:]).encode()


@pytest.mark.contract("ubill.callback.key", "ubill.callback.sms-id", "ubill.callback.number", "ubill.callback.date")
@pytest.mark.parametrize("file", [file for file in FILES if read(file).callbacks], ids=lambda file: file.stem)
async def test_the_callbacks_are_the_page_s_parameters_byte_for_byte(file: Path) -> None:
    script = read(file)
    async with Server(Settings(port=0)) as serving:
        sandbox = stage(serving, script.state)
        store, told = sandbox.engine.state.store, []
        for report in sandbox.engine.advance(sandbox.now() + 60 * SECOND):
            message = store.messages[report.due.message - 1]
            request = PROVIDER.report(
                sandbox.account("ubill"), store.batch_of(message), message, report.due, "https://shop.ge/callback.php"
            )
            assert request is not None
            told.append(f"{request.method} {urlsplit(request.target).path}?{urlsplit(request.target).query}")
    assert told == script.callbacks


def test_there_are_transcripts_of_every_answer_the_sources_show() -> None:
    assert len(FILES) >= 16
    for file in FILES:
        script = read(file)
        assert bool(script.request) == bool(script.reply) != bool(script.callbacks), file.name
