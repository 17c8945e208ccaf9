"""The plays of what only SMS Center sells: calls with a code, questions about numbers, awaited calls, mails."""

import pytest
from playhouse import desk
from support import control

from emulator.client import AsyncSmsCenter
from emulator.http.messages import HttpRequest


def client_of(play):
    credentials = play.sandbox.account(play.provider).credentials
    return AsyncSmsCenter(credentials["login"], credentials["psw"], base_url=play.served.base_url)


async def test_flash_call():
    provider = "smscenter"
    async with desk(provider, "flash-call") as play, client_of(play) as sms:
        calls = []
        for _ in range(3):
            calls.append(await sms.call_with_code("79001234567"))
            await play.walk(61)
        await sms.send("79001234567", "Hello", id=9)
        await play.walk(2)
        assert len({call.code for call in calls}) == 3
        found = [await sms.status("79001234567", call.id) for call in calls]
        assert [(one.code, one.error) for one in found] == [(20, 237), (20, 240), (1, 0)]
        assert (await sms.status("79001234567", 9)).code == 1


LIVES = {"1": (20, 6, "250"), "2": (20, 1, ""), "3": (20, 13, "250"), "4": (1, 0, "250"), "5": (-1, 0, None)}


@pytest.mark.parametrize("kind", ["hlr", "ping"])
async def test_number_lookup(kind):
    provider = "smscenter"
    async with desk(provider, "number-lookup") as play, client_of(play) as sms:
        for digit, (code, error, mcc) in LIVES.items():
            number = f"7916188000{digit}"
            sent = await getattr(sms, kind)(number)
            await play.walk(2)
            found = await sms.status(number, sent.id, details=True)
            assert (found.code, found.error, found.more.get("mcc")) == (code, error, mcc if kind == "hlr" else None)
            if kind == "hlr" and digit == "4":
                assert (found.more["net"], found.more["operator_orig"]) == ("Tele2", "МТС")
        late = await getattr(sms, kind)("79161880006")
        await play.walk(59)
        assert (await sms.status("79161880006", late.id)).code == -1
        await play.walk(1)
        assert (await sms.status("79161880006", late.id)).code == 1
        assert (await sms.status("79161234567", (await getattr(sms, kind)("79161234567")).id)).code == -1


async def test_late_call():
    provider = "smscenter"
    async with desk(provider, "late-call") as play, client_of(play) as sms:
        await sms.await_call("79001234567")
        await play.walk(21)
        late, told = await control(play.served, "POST", f"{play.path}/calls", {"from": "79001234567"})
        assert (late, told["error"]["code"], play.endpoint.came) == (409, "not-awaited", [])
        await sms.await_call("79001234567")
        await play.walk(19)
        in_time, _ = await control(play.served, "POST", f"{play.path}/calls", {"from": "79001234567"})
        await play.walk(1)
        assert (in_time, [one["waitcall"] for one in play.endpoint.came]) == (202, ["1"])


async def test_mail_gate():
    provider = "smscenter"
    async with desk(provider, "mail-gate") as play:
        credentials = play.sandbox.account(provider).credentials
        answers = []
        for turn in range(3):
            text = f"{credentials['login']}:{credentials['psw']}:{turn}:0:0:79001234567:mail {turn}"
            request = HttpRequest(method="MAIL", target="send@send.smsc.ru", body=b"Subject: x\r\n\r\n" + text.encode())
            answer = play.served.emulator.http.mail(request, request.target)
            answers.append((answer.fault.fault if answer.fault else None, answer.reply.status))
        assert answers == [("lost", 250), (None, 503), (None, 250)]
        assert play.states == ["pending", "pending"]
