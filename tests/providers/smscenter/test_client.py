"""The client halves against answers taken from the facts, not from our server."""

import pytest

from emulator.http.messages import HttpReply, read_query
from emulator.providers.smscenter import client
from emulator.providers.smscenter.client import Failure, Who
from emulator.providers.smscenter.soap import client as soap_client
from emulator.providers.xml import read

JSON = (("Content-Type", "application/json; charset=windows-1251"),)


def answer(text, encoding="cp1251"):
    return HttpReply(headers=JSON, body=text.encode(encoding))


def test_an_answer_is_read_in_the_charset_it_names():
    assert client.read_answer(answer('{\n"id": 33,\n"cnt": 1\n}')) == {"id": 33, "cnt": 1}
    assert client.read_answer(answer('{"status_name": "Доставлено"}'))["status_name"] == "Доставлено"
    assert client.read_balance(answer('{\n"balance": "1871.62"\n}')) == "1871.62"
    assert client.read_answer(answer('[{"status": -3, "id": 138, "phone": "79991234567"}]'))[0]["id"] == 138


def test_an_error_is_raised_with_its_number_text_and_id():
    with pytest.raises(Failure) as raised:
        client.read_answer(answer('{"error": "invalid number", "error_code": 7, "id": 34}'))
    assert (raised.value.code, raised.value.text, raised.value.id) == (7, "invalid number", 34)


@pytest.mark.parametrize("body", ["", "OK", "<html>", "[1"])
def test_what_is_no_answer_is_a_value_error(body):
    with pytest.raises(ValueError):  # noqa: PT011
        client.read_answer(answer(body))


def test_requests_carry_what_the_page_names():
    request = client.send(Who("alex", "123"), ["79991234567", "79991234568"], "Привет", sender="Shop", cost="3")
    fields = dict(read_query(request.body))
    assert (request.method, request.target) == ("POST", "/sys/send.php")
    assert fields == {
        "login": "alex", "psw": "123", "fmt": "3", "charset": "utf-8", "phones": "79991234567,79991234568",
        "mes": "Привет", "sender": "Shop", "cost": "3",
    }  # fmt: skip
    lists = dict(read_query(client.statuses(Who(apikey="k"), ["7999"], ["1"]).body))
    assert (lists["phone"], lists["id"], lists["apikey"]) == ("7999,", "1,", "k")


def test_envelopes_have_unqualified_children_under_a_qualified_root():
    root = read(soap_client.get_status2(Who("alex", "123"), "7999", "1", "2", "a=1&b=2").body).child("Body").children[0]
    assert (root.name, root.namespace) == ("status2", soap_client.NAMESPACE)
    assert [(one.namespace, one.name, one.text) for one in root.children] == [
        ("", "login", "alex"), ("", "psw", "123"), ("", "phone", "7999"), ("", "id", "1"), ("", "all", "2"),
        ("", "query", "a=1&b=2"),
    ]  # fmt: skip


def soap(inner):
    body = f'<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>{inner}</S:Body></S:Envelope>'
    return HttpReply(body=body.encode())


def test_soap_answers_errors_and_faults_are_told_apart():
    sent = soap(
        '<n:SendResponse xmlns:n="x"><sendresult><id>12</id><balance>98.4</balance></sendresult></n:SendResponse>'
    )
    assert soap_client.read_answer(sent) == {"id": "12", "balance": "98.4"}
    with pytest.raises(Failure, match=r"^3"):
        soap_client.read_answer(soap("<a><statusresult><error>3</error></statusresult></a>"))
    balance = soap("<a><balanceresult><balance>1</balance><error>0</error></balanceresult></a>")
    assert soap_client.read_answer(balance)["balance"] == "1"
    for broken in (soap("<S:Fault><faultstring>Bad Request</faultstring></S:Fault>"), soap(""), HttpReply(body=b"<a")):
        with pytest.raises(ValueError, match=r"Bad Request|empty body|no SOAP answer"):
            soap_client.read_answer(broken)
