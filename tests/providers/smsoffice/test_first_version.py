"""/api/send.aspx, the first version: the code alone, in plain text."""

from typing import Any

import pytest
from providers.smsoffice.office import FORM, OTHER, TO, Office, query

FIELDS = {"destination": TO, "sender": "smsoffice", "content": "Hello"}


def sent(office: Office, method: str = "GET", **given: Any) -> bytes:
    said = query({"key": office.key, **FIELDS, **given})
    if method == "GET":
        return office.call("GET", f"/api/send.aspx?{said}").body
    return office.call("POST", "/api/send.aspx", said.encode(), FORM).body


@pytest.mark.contract("smsoffice.v1.send")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_accepted_send_is_answered_01_and_nothing_else(office: Office, method: str) -> None:
    assert sent(office, method, reference="mine") == b"01"
    assert (office.messages[0].to, office.batch().text, office.batch().protocol) == (TO, "Hello", "v1")
    assert (office.why().endswith("[smsoffice.v1.send]"), office.lint()) == (True, [])
    assert len(office.advance(10)) == 1
    assert office.balance() == 999


@pytest.mark.contract(
    "smsoffice.v1.code.100", "smsoffice.v1.code.120", "smsoffice.v1.code.130", "smsoffice.v1.code.200"
)
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"key": None}, 100), ({"destination": None}, 100), ({"sender": None}, 100), ({"content": None}, 100),
        ({"key": "nobody"}, 120), ({"destination": ""}, 120), ({"destination": "12"}, 120), ({"content": ""}, 120),
        ({"destination": OTHER}, 120), ({"content": "a" * 1001}, 120), ({"content": "a" * 161}, 130),
        ({"sender": "Nobody"}, 200), ({"sender": "far too long a name"}, 200),
    ],
)  # fmt: skip
def test_each_cause_has_its_code_and_its_row(given: dict[str, Any], code: int) -> None:
    office = Office(balance=1, stoplist=[OTHER])
    assert sent(office, **given) == str(code).encode()
    journal = office.sandbox.journal if given.get("key", office.key) == office.key else office.emulator.default.journal
    (exchange,) = journal.exchanges()
    assert exchange.protocol == "v1"
    if office.sandbox.journal is journal:
        assert f"[smsoffice.v1.code.{code}]" in office.why()
    assert office.messages == []


@pytest.mark.contract("smsoffice.v1.send")
@pytest.mark.parametrize(("code", "answer"), [(130, b"130"), (20, b"130"), (-100, b"120")])
def test_a_rule_may_refuse_with_a_code_of_either_version(code: int, answer: bytes) -> None:
    office = Office({"when": {"operation": "send"}, "then": {"refuse": {"code": code}}})
    assert sent(office) == answer


@pytest.mark.contract("smsoffice.v1.send")
def test_multipart_is_taken_there_too(office: Office) -> None:
    form = tuple((name, value.encode()) for name, value in {"key": office.key, **FIELDS}.items())
    head = (("Content-Type", "multipart/form-data; boundary=x"),)
    assert office.call("POST", "/api/send.aspx", b"...", head, form=form).body == b"01"
