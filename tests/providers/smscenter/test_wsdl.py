"""The WSDL, element by element against the facts' table (1.3 and 1.4), in memory."""

import xml.etree.ElementTree as ET

import pytest
from aiohttp import ClientSession
from providers.smscenter.desk import Desk
from support import serving

XSD = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
STATUS = (
    "status:0 last_date:0 last_timestamp:0 err:0 error:0 send_date:0 send_timestamp:0 phone:0 cost:0 sender_id:0 "
    "status_name:0 message:0 operator:0 region:0"
)
TABLE = {
    "balance": "login:1 psw:1",
    "BalanceResponseType": "balance:0 error:0",
    "BalanceResponse": "balanceresult:1",
    "send": "login:1 psw:1 phones:1 mes:1 id:0 sender:0 time:0",
    "SendResponseType": "id:0 balance:0 cost:0 cnt:0 error:0",
    "SendResponse": "sendresult:1",
    "send2": "login:1 psw:1 phones:1 mes:1 id:0 sender:0 time:0 query:0",
    "Error": "phone:1 status:1",
    "Send2ResponseType": "id:0 balance:0 cost:0 cnt:0 error:0 errors:0..unbounded",
    "Send2Response": "sendresult:1",
    "cost": "login:1 psw:1 phones:1 mes:1",
    "CostResponseType": "cost:0 cnt:0 error:0",
    "CostResponse": "costresult:1",
    "cost2": "login:1 psw:1 phones:1 mes:1 query:1",
    "Cost2ResponseType": "cost:0 cnt:0 error:0",
    "Cost2Response": "costresult:1",
    "status": "login:1 psw:1 phone:1 id:1 all:0",
    "StatusResponseType": STATUS,
    "StatusResponse": "statusresult:1",
    "status2": "login:1 psw:1 phone:1 id:1 all:0 query:1",
    "Status2ResponseType": STATUS,
    "Status2Response": "statusresult:1",
}
"""1.3, in schema order."""


def wsdl(desk=None, target="/sys/soap.php?wsdl&login=alex", host="smsc.ru"):
    reply = (desk or Desk()).ask("GET", target, headers={"Host": host})
    assert (reply.status, reply.header("content-type")) == (200, "text/xml; charset=utf-8")
    return ET.fromstring(reply.body)


def table(root):
    def one(element):
        most = element.get("maxOccurs")
        return f"{element.get('name')}:{element.get('minOccurs')}{'' if most == '1' else '..' + most}"

    (schema,) = root.iter(f"{XSD}schema")
    assert schema.get("elementFormDefault") is None
    return {child.get("name"): " ".join(map(one, child.find(f".//{XSD}sequence"))) for child in schema}


@pytest.mark.contract("smscenter.soap.wsdl")
def test_the_wsdl_of_2020_is_the_one_that_was_seen():
    found = table(wsdl(Desk(switches={"wsdl": "2020"})))
    assert list(found.items()) == list(TABLE.items())


@pytest.mark.contract("smscenter.soap.wsdl-2025", "smscenter.access.apikey")
def test_the_wsdl_of_2025_has_apikey_and_sms_cnt_and_asks_for_less():
    expected = {name: text.replace("login:1 psw:1", "login:0 psw:0 apikey:0") for name, text in TABLE.items()}
    for name in ("cost2", "status2"):
        expected[name] = expected[name].replace("query:1", "query:0")
    for name in ("StatusResponseType", "Status2ResponseType"):
        expected[name] = expected[name].replace("message:0", "message:0 sms_cnt:0")
    assert list(table(wsdl()).items()) == list(expected.items())


@pytest.mark.contract("smscenter.soap.wsdl")
def test_operations_messages_and_binding_are_those_of_the_facts():
    root = wsdl()
    names = ["get_balance", "send_sms", "send_sms2", "get_sms_cost", "get_sms_cost2", "get_status", "get_status2"]
    port, binding = root.find(f"{WSDL}portType"), root.find(f"{WSDL}binding")
    assert [one.get("name") for one in port.findall(f"{WSDL}operation")] == names
    assert [one.get("name") for one in binding.findall(f"{WSDL}operation")] == names
    assert {one.get("style") for one in root.iter(f"{SOAP}operation")} == {"document"}
    assert {one.get("use") for one in root.iter(f"{SOAP}body")} == {"literal"}
    parts = [one.get("element") for one in root.iter(f"{WSDL}part")]
    assert parts[:4] == ["tns:balance", "tns:BalanceResponse", "tns:send", "tns:SendResponse"]
    assert len(parts) == 14


@pytest.mark.contract("smscenter.soap.namespace")
@pytest.mark.parametrize(
    ("target", "host", "address"),
    [
        ("/sys/soap.php?wsdl", "smsc.ru", "http://smsc.ru/sys/soap.php"),
        ("/sys/soap.php?WSDL", "127.0.0.1:8775", "http://127.0.0.1:8775/sys/soap.php"),
        ("http://smsc.kz/sys/soap.php?wsdl", "proxy", "http://smsc.kz/sys/soap.php"),
        ("/sys/soap.php?wsdl", 'x"><evil>', "http://localhost/sys/soap.php"),
    ],
)
def test_namespace_action_and_address_are_the_requested_url(target, host, address):
    root = wsdl(target=target, host=host)
    assert root.get("targetNamespace") == address
    assert next(root.iter(f"{XSD}schema")).get("targetNamespace") == address
    assert {one.get("soapAction") for one in root.iter(f"{SOAP}operation")} == {address}
    assert [one.get("location") for one in root.iter(f"{SOAP}address")] == [address]


@pytest.mark.contract("smscenter.soap.namespace")
def test_a_switch_fixes_the_namespace_for_stubs_that_have_one_compiled_in():
    fixed = "https://smsc.ru/sys/soap.php"
    desk = Desk(switches={"soap-address": fixed})
    assert wsdl(desk, host="127.0.0.1").get("targetNamespace") == fixed


@pytest.mark.contract("smscenter.soap.namespace")
@pytest.mark.parametrize(
    ("public", "head", "scheme"),
    [(None, {}, "http"), (None, {"X-Forwarded-Proto": "https"}, "https"), ("https://sms.test", {}, "https"),
     ("http://sms.test", {}, "http"), ("https://other.test", {}, "http")],
)  # fmt: skip
async def test_it_is_https_where_the_client_s_side_is_wherever_tls_ended(public, head, scheme):
    async with serving(public_url=public, allow_host=("sms.test",)) as served, ClientSession() as session:
        url, said = f"{served.base_url}/sys/soap.php?wsdl", {"Host": "sms.test", **head}
        async with session.get(url, headers=said) as answer:
            root = ET.fromstring(await answer.read())
    address = f"{scheme}://sms.test/sys/soap.php"
    assert root.get("targetNamespace") == address
    assert {one.get("soapAction") for one in root.iter(f"{SOAP}operation")} == {address}
    assert [one.get("location") for one in root.iter(f"{SOAP}address")] == [address]
