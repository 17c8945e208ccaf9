"""getMessageStatus and getBalance."""

import json

import pytest
from providers.smsoffice.office import FORM, OTHER, TO, Office, envelope, query

STATUS = "/api/v2/getMessageStatus"
WORDS = [
    pytest.param("delivered", "Delivered", marks=pytest.mark.contract("smsoffice.status.delivered")),
    pytest.param("read", "Delivered", marks=pytest.mark.contract("smsoffice.status.delivered")),
    pytest.param("undelivered", "Undelivered", marks=pytest.mark.contract("smsoffice.status.undelivered")),
    pytest.param("rejected", "Undelivered", marks=pytest.mark.contract("smsoffice.status.undelivered")),
    pytest.param("deleted", "Undelivered", marks=pytest.mark.contract("smsoffice.status.undelivered")),
    pytest.param("error", "Undelivered", marks=pytest.mark.contract("smsoffice.status.undelivered")),
    pytest.param("expired", "Expired", marks=pytest.mark.contract("smsoffice.status.expired")),
    pytest.param("sent", "Pending", marks=pytest.mark.contract("smsoffice.status.pending")),
    pytest.param("unknown", "Unknown", marks=pytest.mark.contract("smsoffice.status.unknown")),
]


@pytest.mark.contract("smsoffice.status.address")
@pytest.mark.parametrize("path", [STATUS, f"{STATUS}/", "/api/v2/getmessagestatus/"])
def test_the_status_is_told_with_the_slash_and_without(office: Office, path: str) -> None:
    office.send(reference="mine")
    reply = office.call("GET", f"{path}?key={office.key}&destination={TO}&reference=mine")
    assert envelope(reply)["Output"] == {"Status": "Pending"}


@pytest.mark.contract("smsoffice.status.json", "smsoffice.send.http-200")
def test_the_answer_about_a_status_is_the_envelope_with_the_status_in_output(office: Office) -> None:
    office.send(reference="mine")
    reply = office.call("GET", f"{STATUS}/?key={office.key}&destination={TO}&reference=mine")
    assert reply.status == 200
    assert json.loads(reply.body).keys() == {"Success", "Message", "Output", "ErrorCode"}
    assert json.loads(reply.body)["Output"].keys() == {"Status"}


@pytest.mark.contract("smsoffice.status.statuses")
@pytest.mark.parametrize(("state", "word"), WORDS)
def test_each_of_our_states_is_told_in_one_of_the_five_words(state: str, word: str) -> None:
    office = Office({"then": {"steps": [{"after": 1, "status": state}]}})
    office.send(reference="mine")
    assert office.status() == "Pending"
    office.advance(1)
    assert office.status() == word
    assert office.ask()["Success"] is True


@pytest.mark.contract("smsoffice.status.key")
@pytest.mark.parametrize(("key", "code"), [(None, 500), ("nobody", 80), ("", 80)])
def test_the_key_is_asked_for(key: str | None, code: int) -> None:
    assert Office().ask(key=key)["ErrorCode"] == code


@pytest.mark.contract("smsoffice.status.destination")
@pytest.mark.parametrize(("to", "code"), [(None, 600), ("", 70)])
def test_the_destination_is_asked_for(to: str | None, code: int) -> None:
    assert Office().ask(to)["ErrorCode"] == code


@pytest.mark.contract("smsoffice.status.destination")
@pytest.mark.parametrize("to", [f"+{TO}", f"00{TO}", "577123456", OTHER])
def test_another_spelling_of_the_number_finds_nothing(office: Office, to: str) -> None:
    office.send(reference="mine")
    assert office.status(to) == "Unknown"


@pytest.mark.contract("smsoffice.status.reference")
def test_a_reference_longer_than_20_characters_finds_nothing(office: Office) -> None:
    office.send(reference="x" * 20)
    assert (office.status(reference="x" * 20), office.status(reference="x" * 21)) == ("Pending", "Unknown")
    assert office.lint() == ["smsoffice.status.reference"]


@pytest.mark.contract("smsoffice.status.identical-reference")
@pytest.mark.parametrize("reference", ["Mine", "mine ", "min", "mine2", "MINE"])
def test_the_reference_must_be_identical(office: Office, reference: str) -> None:
    office.send(reference="mine")
    assert office.status(reference=reference) == "Unknown"


@pytest.mark.contract("smsoffice.status.without-reference", "smsoffice.status.unknown")
@pytest.mark.parametrize("reference", [None, ""])
def test_a_message_sent_without_a_reference_cannot_be_asked_for(office: Office, reference: str | None) -> None:
    office.send(reference=reference)
    assert office.ask(TO, reference)["Output"] == {"Status": "Unknown"}
    assert office.lint() == ["smsoffice.status.without-reference"]


@pytest.mark.contract("smsoffice.status.each-number")
def test_each_number_of_a_message_is_asked_for_on_its_own() -> None:
    office = Office({"when": {"to": OTHER}, "then": {"steps": []}})
    office.send(destination=f"{TO},{OTHER}", reference="mine")
    office.advance(10)
    assert (office.status(TO), office.status(OTHER)) == ("Delivered", "Pending")
    assert office.lint() == []
    assert office.status(f"{TO},{OTHER}") == "Unknown"
    assert office.lint() == ["smsoffice.status.each-number"]


def test_the_status_of_another_accounts_message_is_not_told() -> None:
    office, other = Office(), Office()
    office.send(reference="mine")
    assert other.status() == "Unknown"


@pytest.mark.contract("smsoffice.status.post")
def test_status_and_balance_are_told_by_post_too(office: Office) -> None:
    office.send(reference="mine")
    body = query({"key": office.key, "destination": TO, "reference": "mine"}).encode()
    assert envelope(office.call("POST", f"{STATUS}/", body, FORM))["Output"] == {"Status": "Pending"}
    assert office.call("POST", "/api/getBalance", body, FORM).body == b"999"


# getBalance


@pytest.mark.contract("smsoffice.balance.address")
@pytest.mark.parametrize("path", ["/api/getBalance", "/api/getBalance/", "/api/getbalance"])
def test_the_balance_is_told_with_the_slash_and_without(office: Office, path: str) -> None:
    assert office.call("GET", f"{path}?key={office.key}").body == b"1000"


@pytest.mark.contract("smsoffice.balance.address")
def test_the_balance_is_not_under_v2() -> None:
    assert Office().call("GET", "/api/v2/getBalance?key=x").status == 404


@pytest.mark.contract("smsoffice.balance.number", "smsoffice.balance.zero", "smsoffice.balance.media-type")
@pytest.mark.parametrize(("balance", "body"), [
    (1000, b"1000"), (0, b"0"), (12.9, b"12"), (0.5, b"0"),
    (2_000_000, b"2000000"),
])  # fmt: skip
def test_the_balance_is_digits_and_nothing_else(balance: float, body: bytes) -> None:
    office = Office(balance=balance)
    reply = office.call("GET", f"/api/getBalance?key={office.key}")
    assert (reply.status, reply.body, reply.header("content-type")) == (200, body, "text/plain; charset=utf-8")


@pytest.mark.contract("smsoffice.balance.number")
def test_the_balance_is_lower_by_what_was_sent(office: Office) -> None:
    office.send(destination=f"{TO},{OTHER}", content="ა" * 71)
    assert office.balance() == 996


@pytest.mark.contract("smsoffice.balance.key", "smsoffice.balance.refusals")
@pytest.mark.parametrize(("target", "code"), [("/api/getBalance", 500), ("/api/getBalance?key=nobody", 80)])
def test_a_wrong_key_gets_the_envelope_and_no_number(target: str, code: int) -> None:
    reply = Office().call("GET", target)
    assert envelope(reply)["ErrorCode"] == code
    assert not reply.body.strip().isdigit()


@pytest.mark.contract("smsoffice.balance.extra-parameters")
def test_parameters_of_send_in_a_question_for_the_balance_are_ignored(office: Office) -> None:
    assert office.call("GET", f"/api/getBalance?{query(office.fields())}").body == b"1000"
    assert office.messages == []
