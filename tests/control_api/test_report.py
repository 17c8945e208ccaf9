"""S/report: what a failed test should print, in any language, as text and as JSON."""

import json
from urllib.error import HTTPError
from urllib.parse import quote_from_bytes, urlencode
from urllib.request import Request, urlopen

import pytest

import emulator

TO = "995577123456"
LONG = "order-" + "7" * 300


@pytest.fixture(scope="module")
def server():
    with emulator.running() as sms:
        yield sms


@pytest.fixture
def sms(server):
    with emulator.running(url=server.base_url, clock="frozen") as fresh:
        yield fresh


def ask(sms, path, body=None, content_type="application/x-www-form-urlencoded"):
    request = Request(sms.base_url + path, body, {"Content-Type": content_type} if body else {})
    try:
        with urlopen(request) as answer:
            return answer.read()
    except HTTPError as refused:
        return refused.read()


def send(sms, **more):
    fields = {"key": sms.smsoffice.key, "sender": "smsoffice", "destination": TO, "content": "Your code is 1234"}
    return json.loads(ask(sms, "/api/v2/send/", urlencode({**fields, **more}).encode()))


def reported(sms, **query):
    return sms.operation("report", format="json", **query)


def test_a_send_is_told_with_its_parameters_its_reason_and_what_came_of_it(sms):
    send(sms, content="თქვენი კოდია 123456", reference="login-1")
    sms.settle()
    told = sms.report()
    assert "  content      თქვენი კოდია 123456\n" in told
    assert "-> 200 {" in told
    assert "because: accepted for 1 recipient," in told
    assert f"m1 to {TO} [login-1], 'თქვენი კოდია 123456': pending +0 s, delivered +2 s" in told
    assert "c1 " in told
    assert "  reference    login-1\n" in told.partition("callbacks: 1")[2]
    assert "accepted: the body is OK" in told
    assert told.endswith("next due: nothing")


def test_a_reference_is_never_cut_and_other_long_texts_are(sms):
    send(sms, reference=LONG, content="x" * 900)
    told = sms.report()
    assert f"  {LONG}\n" in told
    assert "x" * 201 not in told
    assert "(900 characters)" in told


REFUSALS = {
    "sender": ({"sender": "Shop"}, "a sender of this account: smsoffice, SMSOFFICE"),
    "stop list": ({"destination": "995577000001"}, "a number that is not on the stop list (995577000001)"),
    "number": ({"destination": "12"}, "a number in international form"),
    "credit": ({"destination": ",".join(f"9955771{n:05}" for n in range(1001))}, "the balance is 1000: "),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_says_what_would_have_been_right(sms, case):
    given, right = REFUSALS[case]
    sms.patch_account("smsoffice", stoplist=["995577000001"])
    assert send(sms, **given)["ErrorCode"] != 0
    (told,) = reported(sms)["sends"]
    assert told["outcome"] == "refused"
    assert right in told["right"]
    text = sms.report()
    assert "sends: 1; 1 refused" in text
    assert f"REFUSED ({told['reason']})" in text
    assert f"right would be: {told['right']}" in text


def test_one_refused_by_a_rule_names_the_rule(sms):
    rule = sms.add_rule(when={"operation": "send"}, then={"refuse": {"reason": "no-credit"}})[0]
    send(sms)
    (told,) = reported(sms)["sends"]
    assert told["rule"] == rule.id
    assert f"rule {rule.id} refused it" in told["right"]


def carried(sms):
    """The same two facts over each way that carries parameters."""
    ubill = {"key": sms.ubill.key}
    center = {"login": sms.smscenter.login, "psw": sms.smscenter.psw}
    xml = f"<request><brandID>1</brandID><numbers>{TO}</numbers><text>გამარჯობა</text></request>"
    old = quote_from_bytes("Привет".encode("windows-1251"))
    yield "query", f"/sys/send.php?{urlencode({**center, 'phones': TO, 'mes': 'გამარჯობა'})}", None, ""
    yield "form", "/sys/send.php", urlencode({**center, "phones": TO, "mes": "გამარჯობა"}).encode(), ""
    yield (
        "json",
        f"/v1/sms/send?{urlencode(ubill)}",
        json.dumps({"brandID": 1, "numbers": [int(TO)], "text": "გამარჯობა"}).encode(),
        "application/json",
    )
    yield "xml", f"/v1/sms/sendXml?{urlencode(ubill)}", xml.encode(), "text/xml"
    yield "1251", f"/sys/send.php?{urlencode({**center, 'phones': TO})}&mes={old}", None, ""


def test_parameters_are_decoded_whatever_carries_them(sms):
    for name, path, body, content_type in carried(sms):
        ask(sms, path, body, content_type or "application/x-www-form-urlencoded")
        told = reported(sms)["sends"][-1]
        values = [one["value"] for one in told["parameters"]]
        assert TO in values, name
        assert ("Привет" if name == "1251" else "გამარჯობა") in values, name


def test_only_the_newest_are_told_and_how_many_there_are(sms):
    for number in range(25):
        send(sms, content=f"number {number}")
    assert "sends: 25, the newest 20 of them" in sms.report()
    assert "number 4" not in sms.report()
    told = reported(sms, limit=2)
    assert [one["text"] for one in told["sends"]] == ["number 23", "number 24"]
    assert told["totals"] == {"sends": 25, "others": 0, "messages": 25, "callbacks": 0}


def test_what_is_due_and_what_the_client_does_wrong_stand_in_it(sms):
    send(sms, destnation=TO, reference="r" * 30)
    told = sms.report()
    assert "findings about the client:" in told
    assert ", once, last in x1: A longer one is cut to 20, with a lint finding, so that" in told
    assert "next due: nothing" not in told
    assert {one["row"] for one in reported(sms)["findings"]} >= {one.row for one in sms.lint()}


def test_texts_of_strangers_cannot_steer_a_terminal(sms):
    send(sms, content="\x1b[2J\u2028evil\r\nx5 forged")
    told = sms.report()
    assert "\x1b" not in told
    assert "\u2028" not in told
    assert "\n  x5 forged" not in told


def test_a_format_that_is_none_is_refused_with_those_there_are(sms):
    with pytest.raises(emulator.CallRefused, match="text"):
        sms.operation("report", format="html")
