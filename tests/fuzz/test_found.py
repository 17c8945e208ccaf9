"""What fuzzing found once, each as the smallest input that showed it."""

import json
from xml.etree import ElementTree

import pytest
from providers.smscenter.desk import LOGIN, Desk
from providers.smsoffice.office import TO, Office
from providers.ubill.desk import Desk as UbillDesk

from emulator.app.control import control_of
from emulator.http.messages import HttpRequest

DEEP = b'{"numbers":' * 100_000


@pytest.mark.parametrize("path", ["/rest/send/", "/v1/sms/send"])
def test_json_deeper_than_the_stack_is_a_body_that_cannot_be_read(path):
    desk = Desk()
    reply = desk.ask("POST", path, DEEP, {"Content-Type": "application/json"})
    assert reply.status in (200, 401)


async def test_lint_reads_past_json_deeper_than_the_stack():
    desk = UbillDesk()
    desk.post("send", b'{"numbers":' * 4000)
    control = control_of(desk.emulator)
    asked = HttpRequest(method="GET", target=f"/_emulator/sandboxes/{desk.sandbox.id}/lint")
    assert (await control.answer(asked)).status == 200


async def test_the_control_api_refuses_json_deeper_than_the_stack():
    control = control_of(Desk().emulator)
    asked = HttpRequest(method="POST", target="/_emulator/sandboxes", body=b'{"scenario":' * 100_000)
    assert (await control.answer(asked)).status == 400


def test_an_operation_in_the_namespace_of_xml_itself_is_a_fault_that_can_be_read():
    asked = (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><xml:balance><login>alex</login>'
        "<psw>123</psw></xml:balance></e:Body></e:Envelope>"
    )
    reply = Desk().ask("POST", "/sys/soap.php", asked.encode())
    assert reply.status == 500
    ElementTree.fromstring(reply.body)


def test_a_moment_behind_thousands_of_zeros_is_that_moment():
    office = Office()
    body = f"key={office.key}&destination={TO}&sender=smsoffice&content=x&scheduledAt={'0' * 5000}1"
    asked = HttpRequest(
        method="POST", target="/api/v2/send/", headers=(("Content-Type", "application/x-www-form-urlencoded"),),
        body=body.encode(),
    )  # fmt: skip
    reply = office.emulator.exchange(asked).reply
    assert json.loads(reply.body)["ErrorCode"] == 0


def test_an_id_of_thousands_of_digits_is_told_as_it_came():
    answer = Desk().json("status", phone="79001234567", id="1" * 5000)
    assert (answer["status"], answer["id"]) == (-3, "1" * 5000)


@pytest.mark.parametrize("fmt", ["1", "3"])
def test_a_refusal_by_rule_tells_no_id_that_would_break_the_format(fmt):
    desk = Desk(rules=[{"when": {"provider": "smscenter"}, "then": {"refuse": {"code": 3}}}])
    body = desk.get("send", LOGIN, phones="79001234567", mes="x", id="1,2\n3", fmt=fmt)
    if fmt == "1":
        assert body == b"0,-3"
    else:
        assert json.loads(body)["error_code"] == 3
        assert "id" not in json.loads(body)
