"""SOAP: page 001's get_status and get_status2, the other operations, envelopes of all kinds, in memory."""

import xml.etree.ElementTree as ET

import pytest
from providers.smscenter.desk import NOON, OTHER, TO, Desk

from emulator.providers.smscenter.client import Who
from emulator.providers.smscenter.soap.client import call, get_status

HEAD = {"Content-Type": "text/xml; charset=utf-8", "Host": "smsc.ru"}
E11 = "http://schemas.xmlsoap.org/soap/envelope/"
E12 = "http://www.w3.org/2003/05/soap-envelope"


def post(desk, body, **headers):
    octets = body if isinstance(body, bytes) else body.encode()
    return desk.ask("POST", "/sys/soap.php", octets, {**HEAD, **headers})


def envelope(inner, namespace=E11):
    return f'<e:Envelope xmlns:e="{namespace}" xmlns:n="urn:x"><e:Body>{inner}</e:Body></e:Envelope>'


@pytest.mark.contract(
    "smscenter.status.methods", "smscenter.status.more", "smscenter.status.login", "smscenter.status.phone",
    "smscenter.status.id", "smscenter.status.all-0", "smscenter.status.status", "smscenter.status.last-date",
    "smscenter.status.err", "smscenter.status.error",
)  # fmt: skip
@pytest.mark.parametrize("operation", ["get_status", "get_status2"])
def test_all_0_is_the_usual_form(desk, operation):
    desk.send()
    usual = {"status": "-1", "last_date": "02.02.2026 12:00:00", "last_timestamp": str(round(NOON.timestamp()))}
    assert desk.soap(operation, phone=TO, id="1", all="0") == usual
    assert desk.soap(operation, phone=f"+{TO}", id="1") == usual
    desk.move(1, "undelivered", 13)
    assert desk.soap(operation, phone="8 (916) 123-45-67", id="1") == {**usual, "status": "20", "err": "13"}
    desk.advance(3 * 3600)
    desk.move(1, "expired")
    later = {"last_date": "02.02.2026 15:00:00", "last_timestamp": str(round(NOON.timestamp()) + 3 * 3600)}
    assert desk.soap(operation, phone=TO, id="1") == {"status": "3", **later}
    assert desk.soap(operation, phone=TO, id="9") == {"error": "3"}
    assert b"<statusresult><error>3</error></statusresult>" in desk.answer.reply.body


@pytest.mark.contract(
    "smscenter.status.all-1", "smscenter.status.send-date", "smscenter.status.returned-phone", "smscenter.status.cost",
    "smscenter.status.sender-id", "smscenter.status.name", "smscenter.status.message", "smscenter.status.sms-cnt",
    "smscenter.status.all-2", "smscenter.status.operator", "smscenter.status.region", "smscenter.soap.wsdl",
)  # fmt: skip
def test_all_1_and_all_2_add_their_fields_in_the_order_of_the_wsdl(desk):
    desk.send(mes="д" * 71, sender="Shop")
    desk.advance(2)
    told = desk.soap("get_status", phone=TO, id="1", all="1")
    stamp = round(NOON.timestamp())
    assert list(told.items()) == [
        ("status", "1"), ("last_date", "02.02.2026 12:00:02"), ("last_timestamp", str(stamp + 2)),
        ("send_date", "02.02.2026 12:00:00"), ("send_timestamp", str(stamp)), ("phone", TO), ("cost", "2.00"),
        ("sender_id", "Shop"), ("status_name", "Доставлено"), ("message", "д" * 71), ("sms_cnt", "2"),
    ]  # fmt: skip
    more = desk.soap("get_status", phone=TO, id="1", all="2")
    place = {"operator": "МТС", "region": "г. Москва и Московская область"}
    assert list(more.items()) == list({**told, **place}.items())
    desk.send(mes=" Ёж & <Co> ")
    told = desk.soap("get_status", phone=TO, id="2", all="1")
    assert (told["message"], told["sender_id"]) == (" Ёж & <Co> ", "")


@pytest.mark.contract("smscenter.soap.wsdl-2025", "smscenter.status.sms-cnt", "smscenter.status.err")
def test_switches_choose_the_older_wsdl_and_an_err_that_is_always_there():
    desk = Desk(switches={"wsdl": "2020", "soap-err": "send"})
    desk.send()
    told = desk.soap("get_status", phone=TO, id="1", all="1")
    assert "sms_cnt" not in told
    assert list(told)[3:5] == ["err", "send_date"]


@pytest.mark.contract("smscenter.status.query")
def test_query_adds_parameters_and_an_element_goes_before_it(desk):
    desk.send()
    assert "send_date" in desk.soap("get_status2", phone=TO, id="1", query="all=1&x=%D0%B9")
    assert "send_date" not in desk.soap("get_status2", phone=TO, id="1", all="0", query="all=1")
    assert "send_date" not in desk.soap("get_status", phone=TO, id="1", query="all=1")
    assert desk.soap("get_status2", phone=TO, id="1", query="login=nobody&psw=x&del=1&fmt=1")["status"] == "-1"
    assert desk.soap("get_status2", {}, phone=TO, id="1", query="login=alex&psw=123") == {"error": "1"}
    assert desk.soap("get_status2", phone=f" {TO} ", id="1", query="all=2")["operator"] == "МТС"


@pytest.mark.contract("smscenter.status.error-1", "smscenter.soap.missing", "smscenter.soap.one-message")
@pytest.mark.parametrize(
    "fields", [{}, {"phone": TO}, {"id": "1"}, {"phone": "", "id": ""}, {"phone": TO, "id": "1,2"}]
)
def test_what_is_missing_is_error_1_and_no_fault(fields):
    assert Desk().soap("get_status", **fields) == {"error": "1"}


@pytest.mark.contract("smscenter.soap.one-message")
def test_a_comma_at_the_end_is_let_pass(desk):
    desk.send()
    assert desk.soap("get_status", phone=f"{TO},", id="1,")["status"] == "-1"


@pytest.mark.contract("smscenter.status.error-1", "smscenter.status.error-2", "smscenter.status.error-3")
def test_who_is_wrong_and_what_is_not_there_have_their_errors(desk):
    assert desk.soap("get_status", {}, phone=TO, id="1") == {"error": "1"}
    assert desk.soap("get_status", {"login": "alex", "psw": "?"}, phone=TO, id="1") == {"error": "2"}
    assert desk.soap("get_status", {"login": "nobody", "psw": "?"}, phone=TO, id="1") == {"error": "2"}
    desk.send()
    assert desk.soap("get_status", phone=OTHER, id="1") == {"error": "3"}
    assert "no message 1 was sent to 79261234567 [smscenter.status.error-3]" in desk.why()


@pytest.mark.contract("smscenter.status.error-9")
def test_the_sixth_request_for_one_message_is_error_9_over_http_and_soap_together(desk):
    desk.send()
    for operation in ("get_status", "get_status2", "get_status"):
        assert desk.soap(operation, phone=TO, id="1")["status"] == "-1"
    assert desk.status(1)["status"] == -1
    assert desk.status(1)["status"] == -1
    assert desk.soap("get_status", phone=TO, id="1") == {"error": "9"}
    assert desk.status(1)["error_code"] == 9
    desk.advance(60)
    assert desk.soap("get_status", phone=TO, id="1")["status"] == "1"


@pytest.mark.contract("smscenter.soap.send", "smscenter.soap.send2", "smscenter.soap.empty")
def test_send_answers_what_it_cost_and_no_error(desk):
    answer = desk.soap("send_sms", phones=f"{TO},{OTHER}", mes="Привет", id="", sender="Shop", time="0")
    assert list(answer.items()) == [("id", "1"), ("balance", "998"), ("cost", "2"), ("cnt", "2")]
    longer = desk.soap("send_sms2", phones=TO, mes="д" * 200, query="maxsms=1&translit=0&id=77&cost=1")
    assert (longer["id"], longer["cnt"], desk.messages()[-1][1]) == ("77", "1", "д" * 70)
    assert "errors" not in desk.soap("send_sms2", phones=f"{TO},12", mes="a")
    fields = {"phones": f"{TO},12,13,12", "mes": "b", "query": "err=1"}
    reply = post(desk, call("send_sms2", Who("alex", "123"), fields).body)
    errors = [[child.text for child in one] for one in ET.fromstring(reply.body).iter("errors")]
    assert errors == [["12", "22"], ["13", "22"]]


@pytest.mark.contract("smscenter.soap.send", "smscenter.send.keeps-id")
def test_send_keeps_an_id_beside_error_7_and_none_beside_9(desk):
    assert desk.soap("send_sms", phones="12", mes="a") == {"error": "7", "id": "1"}
    assert desk.soap("send_sms", phones=TO, mes="a")["id"] == "2"
    assert desk.soap("send_sms", phones=TO, mes="a") == {"error": "9"}


@pytest.mark.contract("smscenter.soap.cost", "smscenter.soap.balance")
def test_cost_and_balance(desk):
    assert desk.soap("get_sms_cost", phones=f"{TO},{OTHER}", mes="a") == {"cost": "2", "cnt": "2"}
    assert desk.soap("get_sms_cost2", phones=TO, mes="д" * 71, query="translit=1") == {"cost": "1", "cnt": "1"}
    assert desk.soap("get_sms_cost", phones="", mes="a") == {"error": "1"}
    assert desk.soap("get_balance") == {"balance": "1000.00", "error": "0"}
    assert desk.messages() == []


@pytest.mark.contract("smscenter.soap.dispatch", "smscenter.soap.envelope")
def test_the_body_s_root_decides_and_the_answer_stands_in_its_namespace(desk):
    body = envelope("<n:balance><n:login>alex</n:login><n:psw>123</n:psw></n:balance>")
    reply = post(desk, body, SOAPAction="urn:send")
    assert reply.status == 200
    assert b'xmlns:ns1="urn:x"' in reply.body
    assert b"<ns1:BalanceResponse><balanceresult><balance>1000.00</balance>" in reply.body


@pytest.mark.contract("smscenter.soap.envelope")
def test_soap_1_2_is_answered_in_soap_1_2(desk):
    reply = post(desk, envelope("<n:balance><login>alex</login><psw>123</psw></n:balance>", E12))
    assert reply.header("content-type") == "application/soap+xml; charset=utf-8"
    assert ET.fromstring(reply.body).tag == f"{{{E12}}}Envelope"
    fault = post(desk, envelope("<n:nope/>", E12))
    assert (fault.status, b"<env:Value>rpc:ProcedureNotPresent</env:Value>" in fault.body) == (500, True)


UNREAD, NO_BODY = ("Client", "Bad Request"), ("Client", "Body must be present in a SOAP envelope")
OTHER_ROOT = ("VersionMismatch", "Wrong Version")


@pytest.mark.contract("smscenter.soap.fault")
@pytest.mark.parametrize(
    ("body", "fault"),
    [(b"", UNREAD), (b"no xml", UNREAD), (b"<a", UNREAD), ("\xff\xfe", UNREAD), (b"\x00" * 100, UNREAD),
     (b"<a/>", OTHER_ROOT), ("<Envelope><Body><status/></Body></Envelope>", OTHER_ROOT),
     (envelope("<n:balance/>", "urn:other"), OTHER_ROOT),
     (f'<e:Envelope xmlns:e="{E11}"/>', NO_BODY), (envelope("<n:balance/>").replace("e:Body", "n:Body"), NO_BODY),
     (envelope(""), ("Client", 'looks like we got "Body" without function call')),
     (envelope("<n:balance/><n:balance/>"), ("Client", "Error cannot find parameter")),
     (envelope("<n:send><mes>Hello <b>world</b></mes></n:send>"),
      ("Server", "SOAP-ERROR: Encoding: Violation of encoding rules")),
     (envelope('<n:send><mes href="#m"/></n:send>'), ("Server", "SOAP-ERROR: Encoding: Unresolved reference '#m'")),
     (envelope('<n:send id="s"><mes href="#s"/></n:send>'),
      ("Server", "SOAP-ERROR: Encoding: Violation of encoding rules")),
     (envelope('<n:send><mes href="m"/></n:send>'), ("Server", "SOAP-ERROR: Encoding: External reference 'm'"))],
)  # fmt: skip
def test_an_envelope_that_asks_nothing_gets_the_fault_of_php_s_server(desk, body, fault):
    reply = post(desk, body)
    code, text = fault
    assert reply.status == 500
    said = f"<faultcode>SOAP-ENV:{code}</faultcode><faultstring>{text}</faultstring>"
    assert said.encode() in reply.body
    why = desk.why()
    assert why.startswith(f"refused with 500 ({text}): ")
    assert why.count(text) == 1, "it says no more than the fault"


@pytest.mark.contract("smscenter.soap.fault", "smscenter.send.unknown-parameters")
def test_what_the_wsdl_lacks_and_what_a_header_says_is_dropped_unread(desk):
    said = f'<login>alex</login><psw>123</psw><phones>{TO}</phones><mes href="#m"/><foo><b/></foo>'
    asked = envelope(f"<n:send>{said}</n:send>")
    header = '<e:Header><n:a><n:Login id="m">x</n:Login></n:a><n:b e:mustUnderstand="0"/></e:Header>'
    post(desk, asked.replace("<e:Body>", f"{header}<e:Body>"))
    assert [text for _, text, _ in desk.messages()] == ["x"]
    assert "smscenter.send.unknown-parameters" not in [one.row for one in desk.sandbox.lint()]


@pytest.mark.contract("smscenter.soap.fault")
def test_a_header_that_neither_must_nor_must_not_be_understood_is_a_fault(desk):
    asked = envelope("<n:balance><login>alex</login><psw>123</psw></n:balance>")
    reply = post(desk, asked.replace("<e:Body>", '<e:Header><n:s e:mustUnderstand="yes"/></e:Header><e:Body>'))
    assert b"<faultstring>mustUnderstand value is not boolean</faultstring>" in reply.body


@pytest.mark.contract("smscenter.soap.fault")
@pytest.mark.parametrize(
    ("version", "attributes", "understood"),
    [(E11, 'e:mustUnderstand="1"', False), (E11, 'e:mustUnderstand="0"', True), (E11, 'mustUnderstand="1"', True),
     (E11, 'e:mustUnderstand="1" e:actor="urn:other"', True), (E12, 'e:mustUnderstand="true"', False),
     (E12, f'e:mustUnderstand="1" e:role="{E12}/role/next"', False),
     (E12, f'e:mustUnderstand="1" e:role="{E12}/role/none"', True)],
)  # fmt: skip
def test_a_header_that_must_be_understood_is_not(desk, version, attributes, understood):
    """WS-Security and WS-Addressing send such ones: no send is lost by it in silence."""
    asked = envelope(f"<n:send><login>alex</login><psw>123</psw><phones>{TO}</phones><mes>x</mes></n:send>", version)
    reply = post(desk, asked.replace("<e:Body>", f'<e:Header><n:s {attributes}/></e:Header><e:Body>'))
    assert (reply.status, len(desk.messages())) == ((200, 1) if understood else (500, 0))
    assert (b"Header not understood" in reply.body) is not understood


@pytest.mark.contract("smscenter.soap.fault")
@pytest.mark.parametrize("inner", ["<n:nope/>", "<balance/>", "<n:Balance/>", "<n:get_status/>"])
def test_an_unknown_root_gets_a_server_fault_that_names_it(inner):
    reply = post(Desk(), envelope(inner))
    name = inner.strip("</>").removeprefix("n:")
    assert reply.status == 500
    fault = f"<faultcode>SOAP-ENV:Server</faultcode><faultstring>Procedure '{name}' not present</faultstring>"
    assert fault.encode() in reply.body


BOMB = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
ATTACKS = {
    "entities": BOMB + envelope("<n:send><mes>&b;</mes></n:send>"),
    "external entity": FILE + envelope("<n:send><mes>&x;</mes></n:send>"),
    "external document type": '<!DOCTYPE a SYSTEM "http://localhost:1/a.dtd">' + envelope("<n:balance/>"),
    "deep": envelope("<n:send>" + "<a>" * 200_000),
    "many": envelope("<n:send>" + "<a/>" * 200_000 + "</n:send>"),
    "huge attribute": envelope(f'<n:send a="{"a" * 1_000_000}"/>'),
    "undefined entity": envelope("<n:send><mes>&nbsp;</mes></n:send>"),
}


@pytest.mark.contract("smscenter.soap.fault")
@pytest.mark.parametrize("attack", list(ATTACKS))
def test_an_attack_gets_a_fault_and_the_next_request_is_served(desk, attack):
    reply = post(desk, ATTACKS[attack])
    assert (reply.status, len(reply.body) < 1000) == (500, True)
    assert b"root:" not in reply.body
    assert desk.soap("get_balance")["error"] == "0"


@pytest.mark.contract("smscenter.soap.fault")
def test_a_get_without_wsdl_gets_a_fault():
    reply = Desk().ask("GET", "/sys/soap.php")
    assert (reply.status, b"Bad Request" in reply.body) == (500, True)


def test_what_a_text_holds_is_escaped_in_the_answer(desk):
    text = "</message><status>1</status>&amp; \" ' <![CDATA[ ]]>"
    desk.soap("send_sms", phones=TO, mes=text)
    assert desk.soap("get_status", phone=TO, id="1", all="1")["message"] == text
    desk.send(mes="a\x01b")
    assert desk.soap("get_status", phone=TO, id="2", all="1")["message"] == "a\ufffdb"


def test_the_client_half_is_understood(desk):
    desk.send()
    request = get_status(Who(apikey="key-of-alex"), TO, "1")
    assert post(desk, request.body).status == 200


@pytest.mark.contract("smscenter.soap.send2")
@pytest.mark.parametrize("word", ["cost=1", "apikey=another", "del=1", "op=1"])
def test_what_a_query_cannot_change_is_found(desk, word):
    assert desk.soap("send_sms2", phones=TO, mes="a", query="maxsms=1")["id"] == "1"
    assert desk.lint() == []
    assert desk.soap("send_sms2", phones=TO, mes="b", query=word)["id"] == "2"
    assert desk.lint() == ["smscenter.soap.send2"]


@pytest.mark.contract("smscenter.soap.envelope", "smscenter.status.message")
def test_a_carriage_return_in_a_text_comes_through(desk):
    """XML's readers make a line feed of a bare one; over HTTP's fmt 2 likewise."""
    desk.send(mes="one\r\ntwo\rthree", charset="utf-8")
    assert desk.soap("get_status", phone=TO, id="1", all="1")["message"] == "one\r\ntwo\rthree"
    told = ET.fromstring(desk.get("status", phone=TO, id="1", all="1", fmt="2", charset="utf-8"))
    assert told.findtext("message") == "one\r\ntwo\rthree"
