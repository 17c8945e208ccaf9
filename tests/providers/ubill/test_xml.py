"""sendXml, judged by the standard library's own parser and, as the one known client does, by regular expressions."""

import re
from xml.etree import ElementTree

import pytest
from providers.ubill.desk import OTHER, TO, Desk

from emulator.http.messages import HttpReply, HttpRequest


def post(desk: Desk, body: str | bytes, key: str | None = None) -> HttpReply:
    octets = body if isinstance(body, bytes) else body.encode()
    return desk.exchange(HttpRequest(
        method="POST", target=f"/v1/sms/sendXml?key={desk.key if key is None else key}",
        headers=(("Content-Type", "application/xml"),), body=octets,
    ))  # fmt: skip


def told(reply: HttpReply) -> dict[str, str | None]:
    root = ElementTree.fromstring(reply.body)
    assert (root.tag, reply.status, reply.header("content-type")) == ("response", 200, "application/xml")
    return {child.tag: child.text for child in root}


def request(**said: str) -> str:
    whole = {"brandID": "1", "numbers": TO, "text": "Hello", **said}
    return "<request>" + "".join(f"<{name}>{value}</{name}>" for name, value in whole.items()) + "</request>"


@pytest.mark.contract("ubill.xml.request", "ubill.xml.answer", "ubill.xml.root")
def test_a_request_in_xml_sends_and_is_answered_in_xml(desk: Desk) -> None:
    reply = post(desk, request(numbers=f"{TO},{OTHER}", text="a &lt;b&gt; &amp; &#4304;", stopList="true"))
    assert told(reply) == {"statusID": "0", "smsID": "100001", "message": "SMS Sent"}
    assert desk.texts() == [(TO, "a <b> & ა"), (OTHER, "a <b> & ა")]
    text = reply.body.decode()
    assert re.findall(r"<statusID>(\d+)</statusID>", text) == ["0"]
    assert re.findall(r"<smsID>(\d+)</smsID>", text) == ["100001"]


@pytest.mark.contract("ubill.xml.request")
def test_all_parameters_mean_in_xml_what_they_mean_in_json() -> None:
    desk = Desk(stoplist=[TO])
    assert told(post(desk, request()))["statusID"] == "50"
    body = request(stopList="false", otp="true", sendTime="2026-02-01 12:01", text="Code 1234")
    assert told(post(desk, body))["statusID"] == "0"
    batch = desk.sandbox.engine.state.store.batches[0]
    assert (batch.first, batch.begins_at - batch.created_at) == (True, 60_000_000)


@pytest.mark.contract("ubill.xml.answer")
@pytest.mark.parametrize(("said", "code"), [
    ({"brandID": "9"}, "10"), ({"numbers": ""}, "20"), ({"text": ""}, "30"), ({"numbers": "1"}, "50"),
    ({"sendTime": "x"}, "99"),
])  # fmt: skip
def test_a_refusal_has_the_same_status_id_and_no_sms_id(said: dict[str, str], code: str) -> None:
    found = told(post(Desk(), request(**said)))
    assert (list(found), found["statusID"]) == (["statusID", "message"], code)


@pytest.mark.contract("ubill.xml.answer", "ubill.code.90")
def test_a_rule_that_says_90_says_it_as_a_broken_body_is_told(desk: Desk) -> None:
    desk.rules({"then": {"refuse": {"code": 90}}})
    assert told(post(desk, request())) == {"statusID": "90", "message": "XML error"}


@pytest.mark.contract("ubill.xml.answer", "ubill.code.40")
def test_an_empty_balance_is_told_in_xml() -> None:
    assert told(post(Desk(balance=0), request()))["statusID"] == "40"


_BOMB = '<!DOCTYPE request [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><request><text>&b;</text></request>'
_OUTSIDE = '<!DOCTYPE request SYSTEM "file:///etc/passwd"><request/>'


@pytest.mark.contract("ubill.xml.error", "ubill.xml.root", "ubill.code.90")
@pytest.mark.parametrize("body", [
    b"", b"<request>", b'{"brandID":1}', b"<request>\xff</request>", _BOMB, _OUTSIDE, "<a>" * 100_000,
    "<sms><brandID>1</brandID></sms>", "<request>" + "<x/>" * 20_000 + "</request>",
])  # fmt: skip
def test_xml_that_is_broken_or_meant_badly_gets_90_and_the_server_lives_on(desk: Desk, body: str | bytes) -> None:
    assert told(post(desk, body)) == {"statusID": "90", "message": "XML error"}
    assert desk.why().startswith("refused with 90 (XML error): the body cannot be read: ")
    assert told(post(desk, request()))["statusID"] == "0"


@pytest.mark.contract("ubill.xml.error", "ubill.auth.401")
def test_a_wrong_key_is_told_in_plain_text_here_too() -> None:
    reply = post(Desk(), request(), key="nobody's")
    assert (reply.status, reply.header("content-type")) == (401, "text/plain")


@pytest.mark.contract("ubill.xml.request")
def test_a_namespace_and_another_encoding_are_no_hindrance(desk: Desk) -> None:
    body = f'<?xml version="1.0" encoding="windows-1251"?><q:request xmlns:q="urn:x"><q:brandID>1</q:brandID>\
<q:numbers>{TO}</q:numbers><q:text>Привет</q:text></q:request>'.encode("cp1251")
    assert told(post(desk, body))["statusID"] == "0"
    assert desk.texts() == [(TO, "Привет")]


@pytest.mark.contract("ubill.xml.nested")
def test_an_element_within_a_text_is_left_out_with_a_finding(desk: Desk) -> None:
    assert told(post(desk, request(text="Hi <b>Nino</b>, 1234")))["statusID"] == "0"
    assert desk.texts() == [(TO, "Hi , 1234")]
    assert "noticed: [ubill.xml.nested]" in desk.why()
    assert told(post(desk, request(numbers=f"<number>{TO}</number>")))["statusID"] == "20"


@pytest.mark.contract("ubill.send.repeated")
def test_of_two_elements_of_a_name_the_first_counts_and_a_difference_is_told(desk: Desk) -> None:
    post(desk, request(numbers=f"{TO}</numbers><numbers>{OTHER}"))
    assert desk.texts() == [(TO, "Hello")]
    assert "noticed: [ubill.send.repeated]" in desk.why()
    assert desk.details("ubill.send.repeated") == ["x1: said more than once, and otherwise: numbers"]
