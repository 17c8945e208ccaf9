"""keep_limits: what SMS Center allows within a minute is kept by the client, the clock handed in."""

import pytest

from emulator.client import AsyncSmsCenter, SmsCenter, smscenter
from emulator.client.smscenter.errors import TooManyRequests
from emulator.client.smscenter.rate_limit import IN_A_MINUTE, WINDOW, Allowed
from emulator.providers import found


def test_the_counts_are_those_of_the_provider():
    limits = found()["smscenter"].profile.limits
    for kind, name in (("one", "status-of-one"), ("many", "status-of-many"), ("balance", "balance")):
        assert (IN_A_MINUTE[kind], WINDOW) == (limits[name].count, limits[name].window)


def test_one_too_many_is_held_back_until_the_first_is_a_minute_old():
    allowed = Allowed()
    for second in range(5):
        allowed.ask("one", "79001234567 1", float(second))
    allowed.ask("one", "79001234567 2", 5.0)
    with pytest.raises(TooManyRequests, match=r"5 status requests for a message a minute .* again in 50 s") as held:
        allowed.ask("one", "79001234567 1", 10.0)
    assert (held.value.code, held.value.retry_after, held.value.retryable) == (9, 50.0, True)
    allowed.ask("one", "79001234567 1", 60.0)
    with pytest.raises(TooManyRequests):
        allowed.ask("one", "79001234567 1", 60.5)


def test_messages_that_nobody_asks_for_any_more_are_forgotten():
    allowed = Allowed()
    for n in range(5000):
        allowed.ask("one", str(n), float(n))
    assert len(allowed._asked) <= 1001


def test_a_client_that_keeps_them_never_meets_error_9(live_sms_emulator):
    sms = live_sms_emulator
    who = {"login": sms.smscenter.login, "psw": sms.smscenter.psw, "base_url": sms.base_url}
    with SmsCenter(**who, keep_limits=True) as client:
        client.send("79001234567", "Hello", id=1)
        for ask in (client.status, client.get_status, client.status, client.get_status, client.status):
            ask("79001234567", 1)
        with pytest.raises(smscenter.TooManyRequests, match="not sent"):
            client.get_status("79001234567", 1)
        client.statuses([("79001234567", 1), ("79001234567", 2)])
        with pytest.raises(smscenter.TooManyRequests, match="not sent"):
            client.statuses([("79001234567", 1), ("79001234567", 2)])
    assert len(sms.requests(operation="status")) == 6
    assert sms.requests(outcome="refused") == []
    with SmsCenter(**who) as careless:
        with pytest.raises(smscenter.TooManyRequests) as told:
            careless.status("79001234567", 1)
        assert told.value.retry_after == 0.0


async def test_async_too(sms_emulator):
    sms = sms_emulator
    async with AsyncSmsCenter(
        sms.smscenter.login, sms.smscenter.psw, base_url=sms.base_url, keep_limits=True
    ) as client:
        for _ in range(10):
            await client.balance()
        with pytest.raises(smscenter.TooManyRequests, match="10 balance requests"):
            await client.balance()
    assert len(await sms.requests()) == 10
