"""The ledger: what a run would have cost, and what was sent twice."""

import pytest
from support import TO, get, send_path

import emulator

CYRILLIC = "%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82" * 12


async def send(sms, **more):
    await get(sms.base_url + send_path(sms.smsoffice.key, **more))


async def by_ubill(sms, text="Hello", to=TO):
    await get(f"{sms.base_url}/v1/sms/send?key={sms.ubill.key}&brandID=1&numbers={to}&text={text}")


async def test_it_adds_up_by_account_and_message_and_agrees_with_the_balance(sms):
    await send(sms, to=f"{TO},995577000001", content="one")
    await send(sms, content=CYRILLIC)
    await by_ubill(sms, "two")
    told = await sms.ledger()
    assert told.total == {"messages": 4, "parts": 5, "cost": 5, "doubled": 0}
    costs = {one.provider: (one.messages, one.cost, one.balance) for one in told.accounts}
    assert costs["smsoffice"] == (3, 4, 996)
    assert costs["ubill"] == (1, 1, 999)
    assert [(one.id, one.cost, one.encoding) for one in told.messages] == [
        ("m1", 1, "gsm7"), ("m2", 1, "gsm7"), ("m3", 2, "ucs2"), ("m4", 1, "gsm7"),
    ]  # fmt: skip


async def test_a_provider_alone_and_pages_of_messages(sms):
    await send(sms)
    await by_ubill(sms, "two")
    assert (await sms.ledger(provider="ubill")).total.messages == 1
    page = await sms.call("GET", "/ledger", query={"after": "m1", "limit": 1})
    assert [one.id for one in page.messages] == ["m2"]
    assert page.total.messages == 2


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ({}, {}, "no reference"), ({"reference": "a"}, {"reference": "b"}, "different references"),
        ({"reference": "a"}, {}, "different references"),
        ({"reference": "a"}, {"reference": "a"}, "the same reference"),
    ],
)  # fmt: skip
async def test_the_same_text_to_the_same_number_soon_again_is_a_double_send(sms, first, second, why):
    await send(sms, **first)
    await sms.advance(30)
    await send(sms, **second)
    told = await sms.ledger()
    (double,) = told.doubles
    assert (double.message, double.again, double.seconds, double.why) == ("m1", "m2", 30, why)
    assert told.total.doubled == 1
    assert [one.double_of for one in told.messages] == [None, "m1"]


async def test_each_of_three_is_told_whatever_became_of_the_one_between(sms):
    await send(sms)
    await send(sms)
    await sms.advance(1)
    await sms.set_status("m2", "undelivered")
    await sms.advance(30)
    await send(sms)
    told = await sms.ledger()
    assert [(one.message, one.again) for one in told.doubles] == [("m1", "m2"), ("m1", "m3")]
    assert told.total.doubled == 2


async def test_each_number_of_a_request_that_is_repeated_is_told(sms):
    three = f"{TO},995577000001,995577000002"
    await send(sms, to=three, reference="a")
    await send(sms, to=three, reference="a")
    assert [one.again for one in (await sms.ledger()).doubles] == ["m4", "m5", "m6"]


async def test_a_code_made_anew_under_the_same_reference_is_one_too(sms):
    await send(sms, content="code1111", reference="otp-1")
    await send(sms, content="code2222", reference="otp-1")
    await send(sms, content="code3333", reference="otp-2")
    await send(sms, content="code4444", reference="otp-1", to="995577000001")
    (double,) = (await sms.ledger()).doubles
    assert (double.message, double.again, double.why) == ("m1", "m2", "the same reference, another text")
    await sms.settle()
    await sms.advance(601)
    await send(sms, content="code5555", reference="otp-1")
    assert len((await sms.ledger()).doubles) == 1


async def test_so_is_an_own_id_of_sms_center_but_not_a_list_with_a_number_twice(sms):
    who = f"{sms.base_url}/sys/send.php?login={sms.smscenter.login}&psw={sms.smscenter.psw}&fmt=3"
    await get(f"{who}&list=79001234567:one%0A79001234567:two")
    assert (await sms.ledger()).doubles == []
    await get(f"{who}&phones=79001234568&mes=1111&id=77")
    await sms.advance(5)
    await get(f"{who}&phones=79001234568&mes=2222&id=77")
    assert [one.why for one in (await sms.ledger()).doubles] == ["the same reference, another text"]


async def test_a_second_send_through_another_provider_is_one_too(sms):
    await send(sms)
    await by_ubill(sms)
    (double,) = (await sms.ledger()).doubles
    assert (double.why, double.providers) == ("through two providers", ["smsoffice", "ubill"])


async def test_one_number_twice_in_a_request_is_one_too(sms):
    await send(sms, to=f"{TO},{TO}")
    assert [one.why for one in (await sms.ledger()).doubles] == ["the number stands twice in one request"]


async def test_another_text_another_number_or_a_later_time_is_none(sms):
    await send(sms)
    await send(sms, content="Hello2")
    await send(sms, to="995577000001")
    await sms.advance(601)
    await send(sms)
    assert (await sms.ledger()).doubles == []
    assert len((await sms.ledger(window=3600)).doubles) == 1


async def test_sending_again_after_a_failure_is_none_but_before_it_is_known_is_one(sms):
    await send(sms, to="995577990001")
    await sms.settle()
    assert (await sms.messages())[0].status == "undelivered"
    await send(sms, to="995577990001")
    assert (await sms.ledger()).doubles == []
    await send(sms, to="995577990001")
    assert [one.again for one in (await sms.ledger()).doubles] == ["m3"]


async def test_assert_cost_is_silent_when_it_is_right_and_shows_the_lines_when_it_is_not(sms):
    await send(sms, reference="order-1")
    await send(sms, reference="order-2")
    await sms.assert_cost(2)
    await sms.assert_cost(0, provider="ubill")
    with pytest.raises(AssertionError) as failed:
        await sms.assert_cost(1)
    said = str(failed.value)
    assert "cost 2, not 1" in said
    assert "m1 smsoffice to 995577123456 [order-1]: 1 part gsm7, cost 1" in said
    assert "sent twice: m1 and, 0 s later, m2" in said


def test_without_async_too():
    with emulator.running(clock="frozen") as sms:
        sms.assert_cost(0)
        with pytest.raises(AssertionError, match="cost 0, not 3"):
            sms.assert_cost(3)
