"""The same seed and start moment give the same journal, byte for byte; and a long day goes by in seconds, in order."""

import asyncio
import json
import re
import time
from collections import Counter

import pytest
from aiohttp import ClientSession, web
from support import TO, control, get, receiver, send_path, serving

from emulator.client import Patience, SmppClient, SmppError
from emulator.client.smpp import Settings

START = "2026-01-01T00:00:00Z"
SANDBOXES = 8
STEPS = 10_000


async def play(served, client_url, seed=7):
    """One run of everything over HTTP in a sandbox of its own; what it wrote down, credentials and ports normalised."""
    rules = [
        {"when": {"contains": "dice", "probability": 0.5}, "then": {"refuse": {"reason": "no-credit"}}},
        {"when": {"to": "*7"}, "then": {"steps": [{"after": 3, "status": "sent"}, {"after": 9, "status": "expired"}]}},
    ]
    wish = {"seed": seed, "clock": {"now": START, "rate": 0}, "callback_url": client_url,
            "accounts": {"smsoffice": {"switches": {"retry": [30, 600]}}}}  # fmt: skip
    _, made = await control(served, "POST", "/_emulator/sandboxes", wish)
    path = f"/_emulator/sandboxes/{made['id']}"
    accounts = made["accounts"]
    await control(served, "PUT", f"{path}/rules", {"rules": rules})
    for number in range(6):
        key = accounts["smsoffice"]["key"]
        await get(served.base_url + send_path(key, to=f"{TO},99557700000{number}", reference=f"r{number}"))
        await get(served.base_url + send_path(key, content="dice", to=f"99557710000{number}"))
        await get(f"{served.base_url}/v1/sms/send?key={accounts['ubill']['key']}&brandID=1&numbers={TO}&text=n{number}")
        login = accounts["smscenter"]["login"]
        await get(f"{served.base_url}/sys/send.php?login={login}&psw={accounts['smscenter']['psw']}&fmt=3"
                  f"&phones=7900123456{number}&mes=n{number}")  # fmt: skip
        await control(served, "POST", f"{path}/clock", {"advance": 7.5})
    await control(served, "POST", f"{path}/settle")
    written = []
    for kind in ("requests", "callbacks", "messages", "ledger", "lint"):
        written.append((await control(served, "GET", f"{path}/{kind}" + ("?limit=9999" if kind != "lint" else "")))[1])
    return normal(json.dumps(written), served, client_url, accounts)


def normal(text, served, client_url, accounts):
    """Without what is random or the machine's on purpose: credentials, what is signed with them, ports."""
    secrets = [one for one in secrets_of(accounts) if one != "smsoffice"]  # that one is a sender
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, f"<secret {secrets.index(secret)}>")
    text = re.sub(r"(md5|sha1)(=|\": \")[0-9a-f]+", r"\1\2<signature>", text)
    return text.replace(served.base_url.removeprefix("http://"), "<here>").replace(client_url, "<client>")


def secrets_of(accounts):
    for value in accounts.values():
        if isinstance(value, dict):
            yield from secrets_of(value)
        elif isinstance(value, str):
            yield value


def failing_client(client):
    """Answers 500 to some references, the same in every run, whatever comes in between."""
    client.answers = lambda fields: web.Response(
        status=500 if fields.get("reference", "").endswith(("0", "3")) else 200, text="OK"
    )


async def test_two_runs_write_the_same_journal_byte_for_byte():
    written = []
    for _ in range(2):
        async with serving() as served, receiver() as client:
            failing_client(client)
            written.append(await play(served, client.url))
    assert len(written[0]) > 20_000
    assert written[0] == written[1]


async def test_another_seed_writes_another_journal(served, client):
    failing_client(client)
    assert await play(served, client.url, seed=7) != await play(served, client.url, seed=8)


async def test_eight_sandboxes_at_the_same_time_write_what_one_alone_writes(served, client):
    failing_client(client)
    alone = await play(served, client.url)
    together = await asyncio.gather(*(play(served, client.url) for _ in range(SANDBOXES)))
    assert [one == alone for one in together] == [True] * SANDBOXES


async def play_smpp(served):
    """One run over SMPP in a sandbox of its own: long texts, receipts, a query; what it wrote down, normalised."""
    when = {"protocol": "smpp", "operation": "send", "probability": 0.4}
    rules = [{"when": when, "then": {"reply": {"command_status": 0x58}}}]
    wish = {"seed": 7, "clock": {"now": START, "rate": 0}, "scenario": {"rules": rules}}
    _, made = await control(served, "POST", "/_emulator/sandboxes", wish)
    path, accounts = f"/_emulator/sandboxes/{made['id']}", made["accounts"]
    known = accounts["smscenter"]["smpp"]
    where = {"host": served.smpp_host, "port": served.smpp_port}
    settings = Settings(patience=Patience(attempts=1))
    async with SmppClient(system_id=known["system_id"], password=known["password"], settings=settings, **where) as esme:
        sent = []
        for number in range(6):
            try:
                done = await esme.submit(f"7900123456{number}", f"n{number} " * 60, sender="Shop", long="payload")
                sent += done.ids
            except SmppError:
                pass
            await control(served, "POST", f"{path}/clock", {"advance": 7.5})
        await control(served, "POST", f"{path}/settle")
        assert sent
        await esme.query(sent[0], sender="Shop")
    written = [
        (await control(served, "GET", f"{path}/{kind}?limit=9999"))[1] for kind in ("requests", "callbacks", "messages")
    ]
    text = re.sub(r'(["/])s[0-9]+"', r'\1<session>"', json.dumps(written))  # they count all sessions of a process
    for secret in set(known.values()):
        text = text.replace(secret.encode().hex(), "<secret>")
    return normal(text, served, "<none>", accounts)


async def test_two_runs_over_smpp_write_the_same_journal_byte_for_byte():
    async with serving() as served:
        first = await play_smpp(served)
    async with serving() as served:
        second = await play_smpp(served)
    assert first == second
    assert "submit_sm" in first
    assert "deliver_sm" in first


async def test_eight_sandboxes_at_once_over_smpp_each_write_what_one_alone_writes():
    async with serving() as served:
        alone = await play_smpp(served)
        together = await asyncio.gather(*(play_smpp(served) for _ in range(SANDBOXES)))
    assert set(together) == {alone}


@pytest.mark.long
async def test_ten_thousand_steps_over_a_day_with_a_tenth_of_the_callbacks_failing_settle_in_seconds_and_in_order(
    served, client
):
    """Each message is delivered or lost in two steps; the last one is called back, and again when that fails."""
    tries = Counter()

    def answer(fields):
        tries[fields["destination"]] += 1
        failing = int(fields["destination"]) % 10 == 3 and tries[fields["destination"]] == 1
        return web.Response(status=500 if failing else 200, text="OK")

    client.answers = answer
    rule = {"then": {"steps": [{"after": 5, "status": "sent"}, {"after": 3600, "status": "delivered"}]}}
    account = {"switches": {"retry": [60, 600]}}
    wish = {"clock": {"now": START, "rate": 0}, "callback_url": client.url, "balance": STEPS,
            "scenario": {"rules": [rule]}, "accounts": {"smsoffice": account}}  # fmt: skip
    _, made = await control(served, "POST", "/_emulator/sandboxes", wish)
    path = f"/_emulator/sandboxes/{made['id']}"
    count, batches = STEPS // 2, 50
    async with ClientSession() as session:
        for batch in range(batches):
            size = count // batches
            to = ",".join(f"99557{number:07d}" for number in range(batch * size, (batch + 1) * size))
            at = 1_767_225_600 + 60 + batch * 86_400 // batches  # from START on, over the day
            form = {"key": made["accounts"]["smsoffice"]["key"], "destination": to, "sender": "smsoffice",
                    "content": "x", "reference": f"b{batch}", "scheduledAt": str(at)}  # fmt: skip
            async with session.post(f"{served.base_url}/api/v2/send/", data=form) as answered:
                assert (await answered.json())["ErrorCode"] == 0
    began = time.process_time()
    status, told = await control(served, "POST", f"{path}/settle", {"timeout": 200})
    took = time.process_time() - began
    assert (status, told["now"][:11]) == (200, "2026-01-02T")
    _, found = await control(served, "GET", f"{path}/callbacks?limit=100000")
    made_calls = found["callbacks"]
    assert len(made_calls) == count + count // 10
    assert [one["at"] for one in made_calls] == sorted(one["at"] for one in made_calls)
    assert [one["sent"]["destination"] for one in made_calls] == [one["destination"] for one in client.came]
    _, listed = await control(served, "GET", f"{path}/messages?limit=100000")
    assert {(one["status"], len(one["history"])) for one in listed["messages"]} == {("delivered", 4)}
    assert sum(not one["accepted"] for one in made_calls) == count // 10
    print(f"{STEPS} steps, {len(made_calls)} callbacks: {took:.1f} s of the processor")
    assert took < 30
