"""Golden transcripts (transcripts/README.md): octets in, octets out, over a socket, both as the sources show them."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from providers.smscenter.desk import LOGIN, NOON
from providers.transcripts import answer, files, read

from emulator.app.server import Server
from emulator.app.settings import Settings
from emulator.http.messages import HttpRequest
from emulator.sandboxes.spec import ClockWish, NewSandbox

FILES = files(__file__)


async def stage(serving: Server, state: dict[str, Any]) -> None:
    """A sandbox as the transcript wants the state to stand."""
    now = datetime.fromisoformat(state["now"]) if "now" in state else NOON
    sandbox = serving.emulator.create(NewSandbox(
        clock=ClockWish(now=now, rate=0), scenario={"rules": state.get("rules", [])}, callback_url="",
        accounts={"smscenter": {**LOGIN, **state.get("account", {})}},
    ))  # fmt: skip
    sandbox.engine.state.next_ids["smscenter"] = state.get("next_id", 1)
    for target in state.get("before", []):
        assert serving.emulator.exchange(HttpRequest(method="GET", target=target)).exchange.word == "accepted"
    await serving.emulator.clock_driver(sandbox).walk(state.get("pass", 0), 5)


@pytest.mark.contract(
    "smscenter.http.200", "smscenter.send.text-cost", "smscenter.send.op", "smscenter.http-status.many",
    "smscenter.dates.moscow", "smscenter.left-out.pages",
)
@pytest.mark.contract(
    "smscenter.send.answer", "smscenter.send.json", "smscenter.send.cost", "smscenter.send.errors",
    "smscenter.send.keeps-id", "smscenter.send.rest", "smscenter.send.money", "smscenter.send.error-2",
    "smscenter.send.error-3", "smscenter.send.error-6", "smscenter.send.error-7", "smscenter.send.error-8",
    "smscenter.send.error-9", "smscenter.http-status.form", "smscenter.http-status.flag",
    "smscenter.http-status.not-found", "smscenter.http-status.delete", "smscenter.balance.answer",
    "smscenter.balance.currency", "smscenter.http.json", "smscenter.http.fmt", "smscenter.http.content-type",
    "smscenter.soap.envelope", "smscenter.soap.send", "smscenter.soap.balance", "smscenter.soap.empty",
)  # fmt: skip
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_the_answer_is_the_source_s_byte_for_byte(file: Path) -> None:
    script = read(file)
    async with Server(Settings(port=0)) as serving:
        await stage(serving, script.state)
        status, kind, body = await answer(serving, "\n".join(script.request))
    assert (status, kind) == (200, script.reply[0])
    assert body == "\n".join(script.reply[1:]).encode()


def test_the_recorded_send_answer_has_22_octets_and_no_line_break_at_its_end() -> None:
    (file,) = (file for file in FILES if file.stem == "send-3")
    assert len("\n".join(read(file).reply[1:]).encode()) == 22


def test_there_are_transcripts_of_every_answer_the_sources_show() -> None:
    assert len(FILES) >= 40
