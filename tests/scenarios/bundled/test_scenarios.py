"""Each play that comes with the package does what its comment says, for each provider that it can concern."""

from pathlib import Path

import pytest
from aiohttp import web
from playhouse import OTHER, PROVIDERS, TO, desk
from support import control

from emulator.scenarios.library import names

everybody = pytest.mark.parametrize("provider", PROVIDERS)
LISTED = "995577000008"


def test_every_play_is_tried():
    texts = [file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*.py")]
    untried = [name for name, _ in names() if not any(f'desk(provider, "{name}")' in text for text in texts)]
    assert untried == []


MAGIC = {1: "undelivered", 2: "expired", 3: "rejected", 4: "pending", 5: "unknown", 6: "delivered", 7: "delivered"}


@everybody
@pytest.mark.parametrize(("digit", "status"), MAGIC.items())
async def test_happy__a_magic_number_says_what_becomes_of_its_message(provider, digit, status):
    async with desk(provider, "happy") as client:
        assert (await client.send(f"99557799000{digit}")).code == 0
        await client.walk(2)
        late = digit == 6
        assert client.states == (["pending"] if late else [status])
        await client.walk(58)
        assert client.states == [status]
        expected = {4: 0, 7: 2}.get(digit, 1)
        final = [one for one in client.reports if one not in ("pending", "sent")] if digit != 5 else client.reports
        if provider == "ubill" and digit == 5:
            assert len(client.reports) == 0  # for uBill unknown is Pending, which it was before
        elif provider == "ubill" and digit == 7:
            assert client.reports == ["sent", "sent", "delivered", "delivered"]
        else:
            assert len(final) == expected


@everybody
async def test_happy__stop_listed_and_no_credit_are_refused_and_all_other_numbers_delivered(provider):
    async with desk(provider, "happy") as client:
        assert (await client.send("995577990008")).code == client.words.codes["stop-listed"]
        assert (await client.send("995577990009")).code == client.words.codes["no-credit"]
        assert client.spent == 0
        assert (await client.send(TO)).code == 0
        await client.walk(2)
        assert client.states[-1] == "delivered"
        assert client.reports[-1] == "delivered"


@everybody
async def test_no_credit(provider):
    async with desk(provider, "no-credit") as client:
        assert await client.balance() == 0
        assert (await client.send()).code == client.words.codes["no-credit"]
        assert client.spent == 0
        assert set(client.states) <= {"rejected"}
        status, _ = await control(client.served, "PATCH", f"{client.path}/accounts/{provider}", {"balance": 10})
        assert status == 200
        assert (await client.send(own="r2")).code == 0
        assert await client.balance() == 9


@everybody
async def test_stop_listed(provider):
    async with desk(provider, "stop-listed") as client:
        assert (await client.send(LISTED)).code == client.words.codes["stop-listed"]
        assert client.spent == 0
        assert (await client.send(LISTED, OTHER, own="r2")).code == 0
        await client.walk(2)
        sent = [one.to for one in client.sandbox.engine.state.store.messages if one.status == "delivered"]
        assert sent == [OTHER]
        assert client.spent == 1


@everybody
async def test_late_reports(provider):
    async with desk(provider, "late-reports") as client:
        began = client.sandbox.now()
        assert (await client.send()).code == 0
        await client.walk(2)
        assert client.states == ["delivered"]
        assert client.reports == []
        await client.walk(29.999)
        assert "delivered" not in client.reports
        await client.walk(0.001)
        assert client.reports[-1] == "delivered"
        _, found = await control(client.served, "GET", f"{client.path}/messages")
        assert found["messages"][0]["history"][-1]["status"] == "delivered"
        message = client.sandbox.engine.state.store.messages[0]
        assert message.changed_at - began == 2_000_000


@everybody
async def test_doubled_reports(provider):
    async with desk(provider, "doubled-reports") as client:
        await client.send()
        await client.walk()
        came = client.endpoint.came
        assert len(came) >= 2
        assert came[::2] == came[1::2]
        assert client.reports[-2:] == ["delivered", "delivered"]


@everybody
async def test_reordered_reports(provider):
    async with desk(provider, "reordered-reports") as client:
        await client.send()
        await client.walk(1.5)
        assert client.states == ["sent"]
        assert client.reports == []
        await client.walk(0.5)
        assert client.reports == ["delivered", "sent"]


@everybody
async def test_lost_reply(provider):
    async with desk(provider, "lost-reply") as client:
        assert (await client.send(own="r1")).http is None
        assert client.spent == 1
        assert (await client.send(OTHER, own="r2")).code == 0
        await client.walk()
        assert client.states == ["delivered", "delivered"]
        assert client.spent == 2


@everybody
async def test_flaky_callbacks(provider):
    async with desk(provider, "flaky-callbacks") as client:
        client.endpoint.answers = lambda _: web.Response(status=500)
        await client.send()
        await client.walk(2)
        once = len(client.reports)
        assert client.reports[-1] == "delivered"
        await client.walk(60)
        assert client.reports == client.reports[:once] * 2
        await client.walk(300)
        assert len(client.reports) == 3 * once
        client.endpoint.answers = lambda _: web.Response(text="OK")
        await client.walk(900)
        assert len(client.reports) == 4 * once
        assert client.endpoint.came[:once] * 4 == client.endpoint.came
        await client.walk()
        assert len(client.reports) == 4 * once


@everybody
async def test_provider_down(provider):
    async with desk(provider, "provider-down") as client:
        for _ in range(3):
            heard = await client.send()
            assert (heard.http, heard.code) == (503, None)
        assert client.spent == 0
        assert (await client.send()).code == 0
        await client.walk()
        assert client.states == ["delivered"]
        assert client.spent == 1


@everybody
async def test_throttled(provider):
    async with desk(provider, "throttled") as client:
        for _ in range(2):
            heard = await client.send()
            later = client.words.codes.get("later")
            assert heard.code == later
            if later is None:
                assert (heard.http, heard.headers["Retry-After"]) == (429, "30")
        assert client.states == []
        assert client.spent == 0
        assert (await client.send()).code == 0
        assert (await client.send(OTHER, own="r2")).code == 0


@everybody
async def test_blocked_address(provider):
    async with desk(provider, "blocked-address") as client:
        for number in range(3):
            assert (await client.send(f"99557712345{number}", own=f"r{number + 1}")).code == 0
        heard = await client.send(own="r4")
        assert client.words.codes["shut-out"] in (heard.code, heard.http)
        reply = await client.ask(client.words.balance(client._credentials))
        assert reply is not None
        assert str(client.words.codes["shut-out"]).encode() in reply.body or reply.status == 401
        await client.walk()
        assert client.states == ["delivered"] * 3
        assert client.reports.count("delivered") == 3


@everybody
async def test_expired(provider):
    async with desk(provider, "expired") as client:
        await client.send()
        await client.walk(86_399)
        assert client.states == ["sent"]
        assert set(client.reports) <= {"sent"}
        await client.walk(1)
        assert client.states == ["expired"]
        assert client.reports[-1] in ("expired", "undelivered")  # uBill has one word for all failures
        assert client.spent == 1


@everybody
async def test_otp_race(provider):
    async with desk(provider, "otp-race") as client:
        await client.send(text="Your code is 1111", own="r1")
        await client.walk(10)
        await client.send(text="Your code is 2222", own="r2")
        await client.walk(2)
        assert client.states == ["pending", "delivered"]
        await client.walk(28)
        assert client.states == ["delivered", "delivered"]
        assert client.reports == ["delivered", "delivered"]
        first, second = client.named
        ids = [b.reference or b.provider_id for b in client.sandbox.engine.state.store.batches]
        assert [second, first] == ids
