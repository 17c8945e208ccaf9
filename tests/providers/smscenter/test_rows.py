"""Rows of the contract at their borders: what a changed constant showed that no other test of the row held."""

import pytest
from providers.smscenter.desk import OTHER, TO, Desk

from emulator.http.messages import HttpRequest


@pytest.mark.contract("smscenter.http-status.flag", "smscenter.send.flash")
def test_the_flag_is_1_for_flash_and_0_else(desk):
    desk.send()
    desk.send(mes="flash", flash="1")
    assert [desk.status(id)["flag"] for id in (1, 2)] == [0, 1]


@pytest.mark.contract("smscenter.http-status.many")
def test_one_id_goes_with_each_of_several_numbers_and_one_number_with_each_of_several_ids(desk):
    desk.send(f"{TO},{OTHER}")
    desk.send(mes="second")
    assert [(one["phone"], one["id"]) for one in desk.status(1, f"{TO},{OTHER}")] == [(TO, 1), (OTHER, 1)]
    desk.advance(60)
    assert [(one["phone"], one["id"]) for one in desk.status("1,2", TO)] == [(TO, 1), (TO, 2)]


@pytest.mark.contract("smscenter.callback.which")
@pytest.mark.parametrize("sent", [False, True])
def test_what_is_deleted_is_not_called_back(sent):
    desk = Desk(switches={"report-sent": sent})
    desk.send()
    desk.move(1, "deleted")
    assert desk.advance(0) == []


@pytest.mark.contract("smscenter.soap.dispatch")
@pytest.mark.parametrize("namespace", ["https://smsc.ru/sys/soap.php", "urn:anything"])
def test_the_answer_is_in_the_namespace_of_the_question_whatever_soap_action_says(desk, namespace):
    body = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
        f'<n:balance xmlns:n="{namespace}"><login>alex</login><psw>123</psw></n:balance></e:Body></e:Envelope>'
    )
    head = {"SOAPAction": '"urn:get_status"', "Content-Type": "text/xml"}
    reply = desk.ask("POST", "/sys/soap.php", body.encode(), head)
    assert f'xmlns:ns1="{namespace}"'.encode() in reply.body
    assert b"<ns1:BalanceResponse>" in reply.body


@pytest.mark.contract("smscenter.hlr.send")
@pytest.mark.parametrize("kind", ["hlr", "ping"])
def test_a_question_about_a_number_costs_what_the_account_has_for_it(desk, kind):
    assert desk.json("send", phones=TO, cost="3", **{kind: "1"})["cost"] == "0.3"
    own = Desk(prices={kind: 0.5})
    assert own.json("send", phones=TO, cost="1", **{kind: "1"})["cost"] == "0.5"


@pytest.mark.contract("smscenter.history.dates")
def test_a_history_begins_at_most_half_a_calendar_s_year_back(desk):
    """To the day, whatever time it is."""
    desk.send()
    desk.advance(11 * 3600)
    assert len(desk.json("get", get_messages="1", start="02.08.2025")) == 1
    assert desk.json("get", get_messages="1", start="01.08.2025")["error_code"] == 1


@pytest.mark.contract("smscenter.senders.error-1")
def test_senders_without_who_asks_or_with_another_question_are_error_1(desk):
    assert desk.json("senders", {}, get="1")["error_code"] == 1
    assert desk.json("senders", add="1")["error_code"] == 1
    answer = desk.emulator.exchange(HttpRequest(method="GET", target="/sys/senders.php?get=1&fmt=3"))
    assert b'"error_code": 1' in answer.reply.body
