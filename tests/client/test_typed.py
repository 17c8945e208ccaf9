"""A user's file against the installed client: `mypy --strict` has nothing to say, and sees what is wrong."""

import subprocess
import sys

import pytest

GOOD = '''
import asyncio
from functools import partial
from emulator.client import (
    AsyncSmsCenter, Callbacks, Patience, Report, Reports, SmppClient, SmsError, SmsOffice, Ubill, connection_pool, smpp,
    smsoffice,
)
from emulator.client.doubts import DoubtStore, Unsettled
from emulator.client.smpp import Settings
from emulator.client.watching import Event

class Store:
    def begin(self, send: Unsettled) -> None: ...
    def settle(self, key: str) -> None: ...
    def unsettled(self) -> list[Unsettled]:
        return []

def watch(event: Event) -> None:
    print(event.what, event.status)

def send(store: DoubtStore) -> str | None:
    with SmsOffice("key", "Shop", pool=connection_pool(), doubts=store, watch=watch, at_once=5) as client:
        try:
            return client.send(["1", "2"], "Hello", reference="r", patience=Patience(timeout=3)).reference
        except SmsError as error:
            return error.text if error.maybe_accepted else None

def many() -> int:
    return sum(one.accepted for one in Ubill.from_env().send_many(map(str, range(9)), "x", otp=True))

async def center() -> float:
    async with AsyncSmsCenter("login", "psw", at_once={"status": 2}) as client:
        sent = await client.send("1", "x", flash=True)
        return float(sent.cost or 0) + len(await client.settle_doubts())

def take(report: Report) -> None:
    print(report.status)

callbacks = Callbacks(partial(smsoffice.parse_callback, token=("a", "b")), take, Reports())

async def over_smpp() -> tuple[str, ...]:
    async with SmppClient("h", "i", "p", bind=("transmitter", "receiver"), settings=Settings(rate=5.0)) as client:
        sent: smpp.Submitted = await client.submit("1", "x", tlvs=[("source_port", 5)], long="sar")
        return sent.ids

send(Store())
asyncio.run(over_smpp())
'''
BAD = {
    'SmsOffice("key", patiance=1)': "patiance",
    'SmsOffice("key").send("1", "x", refrence="r")': "refrence",
    'SmsOffice("key").balance().lower()': '"int" has no attribute "lower"',
    'SmppClient("h", "i", "p", bind="both")': 'bind',
}


@pytest.mark.long
def test_a_users_file_is_clean_and_its_mistakes_are_seen(tmp_path):
    (tmp_path / "good.py").write_text(GOOD, encoding="utf-8")
    bad = "from emulator.client import SmppClient, SmsOffice\n" + "\n".join(BAD) + "\n"
    (tmp_path / "bad.py").write_text(bad, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "good.py", "bad.py"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=tmp_path)
    assert "good.py" not in done.stdout, done.stdout
    lines = [line for line in done.stdout.splitlines() if line.startswith("bad.py") and ": error:" in line]
    assert len(lines) == len(BAD), done.stdout
    for said, line in zip(BAD.values(), lines, strict=True):
        assert said in line
