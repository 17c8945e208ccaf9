"""Callbacks: what is called, when, and what answer would do."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from providers.smsoffice.office import OTHER, TO, URL, Office

from emulator.core.admin_commands import MoveMessage
from emulator.http.messages import HttpRequest
from emulator.providers import found

PROVIDER = found()["smsoffice"]


def fields(call: HttpRequest) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(call.target).query, keep_blank_values=True, strict_parsing=True))


def called(status: str, **step: object) -> dict[str, str]:
    """The one callback of a message that comes to that state."""
    office = Office({"then": {"steps": [{"after": 2, "status": status, **step}]}})
    office.send(reference="mine")
    (call,) = office.advance(10)
    return fields(call)


@pytest.mark.contract("smsoffice.callback.on-change", "smsoffice.callback.example")
def test_a_change_of_status_calls_the_accounts_url_by_get(office: Office) -> None:
    office.send(reference="12345678")
    assert office.advance(1) == []
    (call,) = office.advance(1)
    assert (call.method, call.body) == ("GET", b"")
    assert call.target == (
        f"{URL}?reference=12345678&status=Delivered&reason=&destination={TO}&timestamp=20261121120002&operator=28202"
    )
    assert office.advance(1_000_000) == []


@pytest.mark.contract("smsoffice.callback.on-change")
def test_every_change_is_called_back() -> None:
    steps = [{"after": 1, "status": "unknown"}, {"after": 2, "status": "expired"}, {"after": 3, "status": "delivered"}]
    office = Office({"then": {"steps": steps}})
    office.send(reference="mine")
    assert [fields(call)["status"] for call in office.advance(10)] == ["Unknown", "Expired", "Delivered"]


@pytest.mark.contract("smsoffice.callback.on-change")
def test_a_change_that_is_none_in_the_pages_words_is_not_called_back() -> None:
    office = Office({"then": {"steps": [{"after": 1, "status": "delivered"}, {"after": 2, "status": "read"}]}})
    office.send(reference="mine")
    assert len(office.advance(10)) == 1


@pytest.mark.contract("smsoffice.callback.on-change")
def test_a_status_moved_by_hand_is_called_back_too(office: Office) -> None:
    office.send(reference="mine")
    office.sandbox.control(MoveMessage(1, "rejected", "spam"))
    (call,) = office.advance(100)
    assert (fields(call)["status"], fields(call)["reason"]) == ("Undelivered", "spam")


@pytest.mark.contract("smsoffice.callback.per-destination", "smsoffice.callback.destination")
def test_each_destination_has_its_callback_with_its_number() -> None:
    office = Office({"when": {"to": OTHER}, "then": {"steps": [{"after": 5, "status": "expired"}]}})
    office.send(destination=f"{TO},{OTHER}", reference="mine")
    found = [fields(call) for call in office.advance(10)]
    assert [(one["destination"], one["status"], one["reference"]) for one in found] == [
        (TO, "Delivered", "mine"), (OTHER, "Expired", "mine"),
    ]  # fmt: skip


@pytest.mark.contract("smsoffice.callback.reference-required")
@pytest.mark.parametrize("reference", [None, ""])
def test_without_a_reference_there_are_no_callbacks(office: Office, reference: str | None) -> None:
    assert office.code(reference=reference) == 0
    assert office.advance(100) == []
    assert office.messages[0].status == "delivered"


@pytest.mark.contract("smsoffice.callback.reference")
def test_the_reference_is_the_clients_own(office: Office) -> None:
    office.send(reference="a b&c=დ+%")
    (call,) = office.advance(10)
    assert fields(call)["reference"] == "a b&c=დ+%"


@pytest.mark.contract("smsoffice.callback.status")
@pytest.mark.parametrize(
    ("status", "word"),
    [("delivered", "Delivered"), ("read", "Delivered"), ("undelivered", "Undelivered"), ("rejected", "Undelivered"),
     ("deleted", "Undelivered"), ("error", "Undelivered"), ("expired", "Expired"), ("unknown", "Unknown")],
)  # fmt: skip
def test_each_of_our_states_has_one_of_the_pages_words(status: str, word: str) -> None:
    assert called(status)["status"] == word


@pytest.mark.contract("smsoffice.callback.reason")
def test_the_reason_is_empty_on_delivery_and_says_something_otherwise() -> None:
    assert called("delivered")["reason"] == ""
    assert called("delivered", reason="never said")["reason"] == ""
    assert called("undelivered")["reason"] == "absent subscriber"
    assert called("undelivered", reason="handset off")["reason"] == "handset off"
    assert all(called(status)["reason"] for status in ("expired", "rejected", "error", "unknown"))


@pytest.mark.contract("smsoffice.callback.timestamp")
def test_the_timestamp_is_of_the_change_though_the_callback_is_late() -> None:
    office = Office({"then": {"reports": {"late": 3600}}}, now="2026-12-31T23:59:59+04:00")
    office.send(reference="mine")
    (call,) = office.advance(3602)
    assert fields(call)["timestamp"] == "20270101000001"


@pytest.mark.contract("smsoffice.callback.example")
def test_the_example_of_the_page_comes_out_letter_by_letter() -> None:
    example = (
        "http://www.yoururl.com/callback?reference=12345678&status=delivered&reason=&destination=995577123456"
        "&timestamp=20130501120202&operator=28202"
    )
    office = Office(
        now="2013-05-01T12:02:00+04:00", url="http://www.yoururl.com/callback", switches={"status-case": "lower"}
    )
    office.send(reference="12345678")
    assert [call.target for call in office.advance(2)] == [example]


@pytest.mark.contract("smsoffice.callback.query-kept")
@pytest.mark.parametrize(
    ("url", "begins"),
    [
        ("http://a.example/cb?secret=x%2Fy", "http://a.example/cb?secret=x%2Fy&reference=mine&"),
        ("http://a.example/cb?", "http://a.example/cb?reference=mine&"),
        ("http://a.example", "http://a.example?reference=mine&"),
        ("http://a.example/გ?a=1&", "http://a.example/გ?a=1&reference=mine&"),
    ],
)
def test_a_query_already_in_the_url_stays(url: str, begins: str) -> None:
    office = Office(url=url)
    office.send(reference="mine")
    (call,) = office.advance(10)
    assert call.target.startswith(begins)


@pytest.mark.contract("smsoffice.callback.answer-ok")
@pytest.mark.parametrize(
    ("status", "body", "accepted"),
    [(200, b"OK", True), (200, b"OK\n", True), (200, b" OK ", True), (201, b"OK", True), (200, b"", False),
     (200, b"ok", False), (200, b'"OK"', False), (200, b"<p>OK</p>", False), (200, b"OKAY", False),
     (200, b"\xff", False), (500, b"OK", False), (302, b"OK", False), (404, b"", False)],
)  # fmt: skip
def test_the_answer_must_be_ok(status: int, body: bytes, accepted: bool) -> None:
    judged = PROVIDER.judge_answer(status, body)
    assert judged.accepted == accepted
    assert judged.verdict


def test_an_account_without_a_url_is_not_called_and_nothing_waits() -> None:
    office = Office(url="", switches={"retry": [1]})
    office.send(reference="mine")
    office.advance(100)
    assert office.messages[0].status == "delivered"
    assert not office.sandbox.engine.state.in_flight or office.account.callback_url == ""
