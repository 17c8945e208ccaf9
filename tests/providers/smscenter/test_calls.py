"""A call with a code: what send.php answers (facts, section 3.5), what becomes of it, in memory."""

import json
import re

import pytest
from providers.smscenter.desk import OTHER, TO, Desk

import emulator
from emulator.client import AsyncSmsCenter

ANSWERS = {
    ("0", "0"): r"OK - 1 SMS, ID - 1, CODE - (\d{6})",
    ("1", "0"): r"1,1,(\d{6})",
    ("1", "3"): r"1,1,1\.00,999\.00,(\d{6})",
    ("2", "0"): r"<result>\n<id>1</id>\n<cnt>1</cnt>\n<code>(\d{6})</code>\n</result>",
    ("3", "0"): r'\{\n"id": 1,\n"cnt": 1,\n"code": "(\d{6})"\n\}',
    ("3", "3"): r'\{\n"id": 1,\n"cnt": 1,\n"cost": "1",\n"balance": "999",\n"code": "(\d{6})"\n\}',
}


@pytest.mark.contract("smscenter.call.code", "smscenter.call.answer", "smscenter.call.count")
@pytest.mark.parametrize(("fmt", "cost"), ANSWERS)
def test_the_answer_has_the_code_whatever_its_form(desk, fmt, cost):
    found = re.fullmatch(
        ANSWERS[fmt, cost], desk.get("send", phones=TO, mes="code", call="1", fmt=fmt, cost=cost).decode()
    )
    assert found
    assert found[1][0] != "0"
    assert desk.messages() == [(TO, found[1], "pending")]


@pytest.mark.contract("smscenter.call.code")
def test_the_json_way_calls_too_and_all_numbers_hear_the_same_code(desk):
    body = json.dumps({"login": "alex", "psw": "123", "phones": f"{TO},{OTHER}", "mes": "code", "call": 1}).encode()
    told = json.loads(desk.ask("POST", "/rest/send/", body, {"Content-Type": "application/json"}).body)
    assert told["cnt"] == 2
    assert [(to, text) for to, text, _ in desk.messages()] == [(TO, told["code"]), (OTHER, told["code"])]


@pytest.mark.contract("smscenter.call.answer")
def test_soap_makes_the_call_and_has_no_place_for_the_code(desk):
    assert desk.soap("send_sms2", phones=TO, mes="code", query="call=1") == {
        "id": "1", "balance": "999", "cost": "1", "cnt": "1"
    }  # fmt: skip
    assert desk.soap("get_status", phone=TO, id="1", all="1")["message"].isdigit()


@pytest.mark.contract("smscenter.call.count", "smscenter.send.op")
def test_a_call_has_a_price_of_its_own():
    desk = Desk(prices={"call": 2.5})
    assert desk.send(TO, "code", call="1", cost="1", op="1") == {
        "cost": "2.5", "cnt": 1, "phones": [{"phone": TO, "mccmnc": "25001", "cost": "2.5"}]
    }  # fmt: skip
    assert desk.left == 1000
    desk.send(TO, "code", call="1")
    assert desk.left == 997.5


@pytest.mark.contract("smscenter.call.type", "smscenter.call.errors")
@pytest.mark.parametrize(("step", "status", "err"), [
    ({"status": "undelivered"}, 20, 237), ({"status": "undelivered", "error": 240}, 20, 240),
    ({"status": "undelivered", "error": 242}, 20, 242), ({"status": "delivered"}, 1, 0),
])  # fmt: skip
def test_a_call_ends_in_ways_of_its_own(step, status, err):
    desk = Desk(rules=[{"when": {"kind": "call"}, "then": {"steps": [{"after": 20, **step}]}}])
    desk.send(TO, "code", call="1")
    desk.send(OTHER, "Hello")
    told = desk.advance(20)
    (call,) = [one for one in told if one["id"] == "1"]
    assert (call["status"], call["type"], call["flag"], call.get("err", "0")) == (str(status), "7", "7", str(err))
    found = desk.status(1, all="1")
    assert (found["status"], found["type"], found["flag"], found.get("err", 0)) == (status, 7, 7, err)
    assert desk.status(2, OTHER)["status"] == 1


@pytest.mark.contract("smscenter.call.voice", "smscenter.products")
@pytest.mark.parametrize("more", [{"mes": "Hello"}, {"mes": ""}, {"list": f"{TO}:code"}, {"mes": "code", "hlr": "1"}])
def test_what_would_be_read_out_is_refused_and_says_so(desk, more):
    assert desk.json("send", **{"phones": TO, "call": "1", **more})["error_code"] == 1
    assert "smscenter.products" in desk.why() or "smscenter.call.code" in desk.why()
    assert desk.messages() == []


@pytest.mark.contract("smscenter.send.error-9", "smscenter.call.code")
def test_the_same_call_within_a_minute_is_refused_and_an_sms_with_that_text_is_another(desk):
    desk.send(TO, "code", call="1")
    assert desk.send(TO, "code", call="1")["error_code"] == 9
    assert desk.send(TO, "code") == {"id": 2, "cnt": 1}
    assert desk.messages()[1][1] == "code"


@pytest.mark.contract("smscenter.call.code")
async def test_a_user_types_all_of_the_code_or_its_end_and_the_code_goes_by_the_seed():
    async def called(seed):
        async with (
            emulator.running(seed=seed, clock="frozen") as sms,
            AsyncSmsCenter(sms.smscenter.login, sms.smscenter.psw, base_url=sms.base_url) as client,
        ):
            sent = await client.call_with_code(TO)
            assert (await sms.otp(TO), await sms.otp(TO, digits=4)) == (sent.code, sent.code[-4:])
            (call,) = await sms.messages(kind="call")
            assert (call.text, call.kind, call.parts) == (sent.code, "call", 1)
            assert await sms.messages(kind="sms") == []
            (line,) = (await sms.ledger()).messages
            assert line.kind == "call"
            return sent.code

    assert await called(1) == await called(1) != await called(2)
