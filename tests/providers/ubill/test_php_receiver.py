"""The page's own callback receiver (receiver.php, word for word), run by PHP's built-in server, takes our callbacks."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from providers.ubill.desk import TO
from support import PATIENCE, free_port
from tools import need, needs

from emulator.app.server import Server
from emulator.app.settings import Settings
from emulator.providers.ubill import client
from emulator.sandboxes.spec import NewSandbox

HERE = Path(__file__).parent

pytestmark = needs("php")


@pytest.fixture(scope="module")
def receiver() -> Iterator[str]:
    """The receiver's URL."""
    port = free_port()
    command = [need("php"), "-n", "-S", f"127.0.0.1:{port}", "receiver.php"]
    server = subprocess.Popen(command, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        assert server.stderr is not None
        for line in server.stderr:
            if b"started" in line:
                break
        yield f"http://127.0.0.1:{port}/callback"
    finally:
        server.terminate()
        server.wait(PATIENCE)


async def attempts(receiver: str, callback_key: str) -> list[tuple[int, bytes, bool | None]]:
    """Status, body and verdict of the two callbacks of one message."""
    async with Server(Settings(port=0)) as serving:
        sandbox = serving.emulator.create(NewSandbox(
            clock="frozen", callback_url=receiver, accounts={"ubill": {"callback_key": callback_key}}
        ))  # fmt: skip
        serving.emulator.exchange(client.send(sandbox.account("ubill").credentials["key"], 1, [TO], "Hello"))
        await asyncio.wait_for(serving.emulator.clock_driver(sandbox).walk(60, PATIENCE), PATIENCE)
        made = [sandbox.journal.attempt(number) for number in (1, 2)]
        assert all(one is not None and one.answer is not None for one in made)
        return [(one.answer.status, one.answer.body, one.accepted) for one in made if one and one.answer]


@pytest.mark.contract("ubill.callback.receiver", "ubill.callback.success", "ubill.callback.key")
async def test_the_page_s_receiver_answers_200_ok_to_our_callbacks_with_its_key(receiver: str) -> None:
    assert await attempts(receiver, "YourCallbackKey") == [(200, b"OK", True)] * 2


@pytest.mark.contract("ubill.callback.receiver", "ubill.callback.success")
async def test_the_page_s_receiver_answers_403_to_another_key_and_that_is_no_success(receiver: str) -> None:
    assert await attempts(receiver, "another") == [(403, b"Forbidden", False)] * 2
