"""Status callbacks: a signed POST form."""

from hashlib import md5

import pytest
from providers.smscenter.desk import NOON, TO, Desk

from emulator.providers.smscenter.reports import judge_answer, signature


@pytest.mark.contract("smscenter.callback.fields", "smscenter.callback.md5")
def test_the_form_has_the_fields_of_the_facts_in_their_order_and_a_right_md5():
    desk = Desk()
    desk.send(mes="Привет & пока", sender="Shop")
    (told,) = desk.advance(5)
    stamp = str(round(NOON.timestamp()) + 2)
    assert list(told.items()) == [
        ("id", "1"), ("phone", TO), ("status", "1"), ("time", "02.02.2026 12:00:02"), ("ts", stamp), ("cnt", "1"),
        ("type", "0"), ("flag", "0"), ("cost", "1.00"), ("sender", "Shop"), ("mccmnc", "25001"),
        ("message", "Привет & пока"), ("country", "Россия"), ("operator", "МТС"), ("operator_orig", "МТС"),
        ("region", "г. Москва и Московская область"), ("md5", md5(f"1:{TO}:1:secret".encode()).hexdigest()),
    ]  # fmt: skip


@pytest.mark.contract("smscenter.callback.md5")
def test_the_md5_is_that_of_an_independent_tool():
    """echo -n '1234:79999999999:1:secret' | md5sum"""
    assert signature("1234", "79999999999", 1, "secret") == "ef0546448f66ce6cfa7103dba804b5ab"


@pytest.mark.contract("smscenter.callback.fields")
def test_err_is_there_when_something_is_wrong():
    desk = Desk()
    desk.rules({"when": {"to": TO}, "then": {"steps": [{"after": 1, "status": "undelivered", "error": 13}]}})
    desk.send()
    (told,) = desk.advance(5)
    assert (told["status"], told["err"]) == ("20", "13")


@pytest.mark.contract("smscenter.callback.which")
def test_final_states_are_called_back_and_the_handing_over_by_switch():
    steps = [{"after": 1, "status": "sent"}, {"after": 2, "status": "delivered"}, {"after": 3, "status": "read"}]
    rule = {"when": {"operation": "send"}, "then": {"steps": steps}}
    for switches, expected in (({}, ["1", "2"]), ({"report-sent": True}, ["0", "1", "2"])):
        desk = Desk(switches=switches)
        desk.rules(rule)
        desk.send()
        assert [one["status"] for one in desk.advance(5)] == expected


@pytest.mark.contract("smscenter.callback.answer")
def test_any_2xx_is_taken():
    assert judge_answer(200, b"ok").accepted
    assert judge_answer(204, b"").accepted
    assert not judge_answer(302, b"OK").accepted
    assert not judge_answer(500, b"OK").accepted


@pytest.mark.contract("smscenter.callback.retry", "smscenter.callback.account")
def test_nothing_is_repeated_unless_the_switch_has_a_schedule():
    for switches, attempts in (({}, 1), ({"retry": [5, 10]}, 3)):
        desk = Desk(switches=switches)
        desk.send()
        engine, made = desk.sandbox.engine, 0
        at = desk.sandbox.now()
        for _ in range(20):
            at += 10_000_000
            for report in engine.advance(at):
                made += 1
                engine.answered(report.attempt, False, at)
        assert made == attempts


@pytest.mark.contract("smscenter.callback.incoming")
async def test_a_subscribers_message_comes_by_the_same_callback(sms_emulator):
    sms = sms_emulator
    await sms.patch_account("smscenter", callback_url=f"{sms.base_url}/_emulator/sink/smscenter")
    await sms.incoming("79001234567", "Shop", "СТОП", provider="smscenter")
    await sms.settle()
    (told,) = await sms.callbacks()
    secret = sms.smscenter.callback_secret
    assert told.sent.md5 == md5(f"79001234567:СТОП:Shop:{secret}".encode()).hexdigest()
    assert {name: told.sent[name] for name in ("phone", "mes", "to")} == {
        "phone": "79001234567", "mes": "СТОП", "to": "Shop",
    }  # fmt: skip
