"""`send`: its parameters, and what they do to the message."""

from typing import Any
from urllib.parse import parse_qs, quote

import pytest
from providers.smsoffice.office import FORM, NOON, OTHER, TO, Office, envelope, query

from emulator.providers.smsoffice import client
from emulator.providers.smsoffice.hosts import HOSTS

SEND = "/api/v2/send/"


@pytest.mark.contract("smsoffice.send.get-or-post")
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_a_message_is_sent_by_get_or_post(office: Office, method: str) -> None:
    fields = query(office.fields())
    posted = ("POST", SEND, fields.encode(), FORM)
    reply = office.call(*posted) if method == "POST" else office.call(method, f"{SEND}?{fields}")
    assert envelope(reply)["ErrorCode"] == 0
    assert [message.to for message in office.messages] == [TO]


@pytest.mark.contract("smsoffice.send.get-or-post")
@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
def test_no_other_method_is_served(method: str) -> None:
    reply = Office().call(method, SEND)
    assert (reply.status, reply.header("Allow")) == (405, "GET, POST")


@pytest.mark.contract("smsoffice.send.get-slash")
@pytest.mark.parametrize("path", ["/api/v2/send", "/api/v2/send/"])
def test_get_is_served_with_the_slash_and_without(office: Office, path: str) -> None:
    assert envelope(office.call("GET", f"{path}?{query(office.fields())}"))["ErrorCode"] == 0
    assert office.lint() == []


@pytest.mark.contract("smsoffice.send.post-slash")
def test_a_post_without_the_slash_is_served_and_noticed(office: Office) -> None:
    body = query(office.fields()).encode()
    assert envelope(office.call("POST", "/api/v2/send", body, FORM))["ErrorCode"] == 0
    assert office.lint() == ["smsoffice.send.post-slash"]
    assert envelope(office.call("POST", "/api/v2/send/", body, FORM))["ErrorCode"] == 0
    assert office.sandbox.findings.by_row["smsoffice.send.post-slash"].count == 1


@pytest.mark.contract("smsoffice.send.json", "smsoffice.send.media-type", "smsoffice.send.http-200")
@pytest.mark.parametrize("given", [
    {}, {"content": None}, {"key": "nobody"}, {"destination": "x"}, {"sender": "Nobody"},
])  # fmt: skip
def test_every_answer_is_the_json_envelope_with_http_200(given: dict[str, str | None]) -> None:
    office = Office()
    reply = office.call("GET", f"{SEND}?{query(office.fields(**given))}")
    envelope(reply)
    assert reply.header("content-type") == "application/json; charset=utf-8"


@pytest.mark.contract("smsoffice.send.get-max-4096")
@pytest.mark.parametrize(("length", "status"), [(4096, 200), (4097, 414)])
def test_the_request_line_of_a_get_has_at_most_4096_bytes(office: Office, length: int, status: int) -> None:
    start = f"{SEND}?{query(office.fields())}&padding="
    target = start + "x" * (length - len("GET  HTTP/1.1") - len(start))
    assert len(f"GET {target} HTTP/1.1") == length
    assert office.call("GET", target).status == status
    assert len(office.messages) == (status == 200)


@pytest.mark.contract("smsoffice.send.get-max-4096")
def test_a_post_may_be_longer_in_its_body_and_in_its_url(office: Office) -> None:
    many = ",".join([TO] * 900)
    assert office.post(destination=many)["ErrorCode"] == 0
    assert envelope(office.call("POST", f"{SEND}?{query(office.fields())}&padding={'x' * 5000}"))["ErrorCode"] == 0


@pytest.mark.contract("smsoffice.send.get-max-4096")
def test_an_overlong_get_to_any_address_is_refused(office: Office) -> None:
    for path in ("/api/v2/getMessageStatus/", "/api/getBalance"):
        reply = office.call("GET", f"{path}?key={office.key}&padding={'x' * 5000}")
        assert (reply.status, reply.body) == (414, b"Request-URI Too Long")
        assert "[smsoffice.send.get-max-4096]" in office.why()


@pytest.mark.contract("smsoffice.send.form-body")
@pytest.mark.parametrize("kind", [
    "application/x-www-form-urlencoded",
    "Application/X-WWW-Form-URLEncoded; charset=UTF-8",
])  # fmt: skip
def test_a_form_body_is_read(office: Office, kind: str) -> None:
    reply = office.call("POST", SEND, query(office.fields()).encode(), (("content-type", kind),))
    assert envelope(reply)["ErrorCode"] == 0
    assert office.lint() == []


@pytest.mark.contract("smsoffice.send.form-body", "smsoffice.send.no-json-body")
@pytest.mark.parametrize("headers", [(), (("Content-Type", "application/json"),), (("Content-Type", "text/plain"),)])
def test_a_body_of_another_type_is_not_read(office: Office, headers: tuple[tuple[str, str], ...]) -> None:
    reply = office.call("POST", SEND, query(office.fields()).encode(), headers)
    assert envelope(reply)["ErrorCode"] == 500
    assert "smsoffice.send.form-body" in list(office.emulator.default.findings.by_row)


@pytest.mark.contract("smsoffice.send.no-json-body")
def test_json_that_says_it_is_a_form_has_no_key_and_is_a_finding(office: Office) -> None:
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    assert envelope(office.call("POST", SEND, b'{"key": "%s"}' % office.key.encode(), form))["ErrorCode"] == 500
    assert list(office.emulator.default.findings.by_row) == ["smsoffice.send.no-json-body"]


@pytest.mark.contract("smsoffice.send.multipart")
def test_multipart_fields_are_taken_with_the_key_in_the_url(office: Office) -> None:
    form = tuple((name, str(value).encode()) for name, value in office.fields(key=None).items() if value is not None)
    reply = office.call("POST", f"{SEND}?key={office.key}", b"...", form=form)
    assert envelope(reply)["ErrorCode"] == 0
    assert office.lint() == ["smsoffice.send.multipart"]


@pytest.mark.contract("smsoffice.send.query-and-body")
def test_a_post_with_everything_in_the_url_and_no_body_is_served(office: Office) -> None:
    assert envelope(office.call("POST", f"{SEND}?{query(office.fields())}"))["ErrorCode"] == 0


@pytest.mark.contract("smsoffice.send.query-and-body")
def test_url_and_body_are_merged_and_the_url_comes_first(office: Office) -> None:
    body = query(office.fields(key=None, content="from the body")).encode()
    envelope(office.call("POST", f"{SEND}?key={office.key}&content=from+the+URL", body, FORM))
    assert office.batch().text == "from the URL"


@pytest.mark.contract("smsoffice.send.repeated")
@pytest.mark.parametrize(("again", "told"), [
    (f"destination={OTHER}", True), (f"Destination={OTHER}", True), (f"destination={TO}", False), ("x=1&x=2", False),
])  # fmt: skip
def test_of_a_parameter_that_is_said_twice_the_first_counts_and_a_difference_is_told(again: str, told: bool) -> None:
    office = Office()
    envelope(office.call("GET", f"{SEND}?{query(office.fields(reference='r'))}&{again}"))
    assert [message.to for message in office.messages] == [TO]
    assert office.lint() == (["smsoffice.send.repeated"] if told else [])
    assert not told or office.details(office.lint()[0]) == ["x1: said more than once, and otherwise: destination"]


# required parameters


@pytest.mark.contract("smsoffice.send.key")
def test_the_key_alone_says_whose_request_it_is() -> None:
    office, other = Office(), Office()
    assert office.send(sender="smsoffice")["ErrorCode"] == 0
    assert (len(office.messages), len(other.messages)) == (1, 0)
    assert office.code(key=other.key) == 80
    assert Office(key="My-Own-Key").code(key="my-own-key") == 80


@pytest.mark.contract("smsoffice.send.destination-list")
@pytest.mark.parametrize("written", [f"{TO},{OTHER}", f"{TO},,{OTHER},", f",{TO},{OTHER}"])
def test_each_number_of_a_comma_separated_list_gets_its_message(office: Office, written: str) -> None:
    assert office.code(destination=written) == 0
    assert [message.to for message in office.messages] == [TO, OTHER]
    listed = Office(stoplist=[TO, OTHER])
    assert listed.code(destination=written) == 75, "what is empty is not malformed"


@pytest.mark.contract("smsoffice.send.destination-international")
@pytest.mark.parametrize(
    ("written", "good"),
    [
        (TO, True), ("995322123456", True), ("79001234567", True), ("12025550123", True), ("4915112345678", True),
        ("+995577123456", False), ("00995577123456", False), ("577123456", False), ("0577123456", False),
        ("995 577 123 456", False), ("99557712345", False), ("9955771234567", False), ("hello", False),
        ("9955771234５6", False), ("-995577123456", False), ("1" * 16, False), (" 995577123456", False),
    ],
)  # fmt: skip
def test_a_number_is_international_without_00_and_plus(written: str, good: bool) -> None:
    assert Office().code(destination=written) == (0 if good else 76)


@pytest.mark.contract("smsoffice.send.foreign-numbers")
def test_foreign_numbers_are_taken() -> None:
    assert Office().code(destination="380501234567") == 0


@pytest.mark.contract("smsoffice.send.sender-words", "smsoffice.send.sender-max-11", "smsoffice.send.sender-alphabet")
@pytest.mark.parametrize(
    ("sender", "code"),
    [
        ("DIGITAL TV", 0), ("Mallline.io", 0), ("a-b.c 1", 0), ("nnnnnnnnnnn", 0), ("12345678901", 0),
        ("123456789012", 150), ("Shop!", 150), ("Shop_1", 150), ("iron+", 150),
        ("მაღაზია", 150), ("Shöp", 150),
    ],
)  # fmt: skip
def test_a_sender_has_at_most_11_letters_digits_dashes_dots_and_spaces(sender: str, code: int) -> None:
    office = Office(senders=[sender], switches={"malformed-sender": "refuse"})
    assert office.code(sender=sender) == code
    if code:
        assert "[smsoffice.send.sender-max-11]" in office.why()
    office = Office(senders=[sender])
    assert office.code(sender=sender) == 0, "by default the account's list decides"
    assert office.lint() == (["smsoffice.send.sender-alphabet"] if code else [])
    assert Office().code(sender=sender) == 150


@pytest.mark.contract("smsoffice.send.sender-registered", "smsoffice.code.150")
def test_a_sender_must_be_among_the_accounts_senders() -> None:
    office = Office(senders=["MyShop"])
    assert office.code(sender="MyShop") == 0
    assert office.code(sender="Shop") == 150
    assert office.why().partition("): ")[2] == (
        "sender `Shop` is not among the account's senders; the account has: MyShop "
        "[smsoffice.send.sender-registered]"
    )


@pytest.mark.contract("smsoffice.send.sender-case")
def test_the_letter_case_of_a_sender_is_ignored() -> None:
    office = Office(senders=["MyShop"])
    assert office.code(sender="MYSHOP") == 0


@pytest.mark.contract("smsoffice.send.sender-empty")
def test_an_empty_sender_is_no_sender_of_the_account() -> None:
    assert Office().code(sender="") == 150


@pytest.mark.contract("smsoffice.send.content-unicode")
@pytest.mark.parametrize("text", [
    "გამარჯობა", "Привет", "👩‍👩‍👧‍👦 €[]", "tab\tand\nnew line", "100% + more & a=b",
    "\u0000\u200b",
])  # fmt: skip
def test_any_unicode_text_arrives_as_it_was_sent(office: Office, text: str) -> None:
    assert office.code(content=text) == 0
    assert office.post(content=text)["ErrorCode"] == 0
    assert [office.batch(0).text, office.batch(1).text] == [text, text]


@pytest.mark.contract("smsoffice.send.content-max-1000")
@pytest.mark.parametrize(("text", "code"), [
    ("a" * 1000, 0), ("a" * 1001, 60), ("გ" * 1000, 0), ("😀" * 1000, 0),
    ("😀" * 1001, 60),
])  # fmt: skip
def test_content_has_at_most_1000_characters_whatever_they_weigh(office: Office, text: str, code: int) -> None:
    assert office.post(content=text)["ErrorCode"] == code
    if code:
        assert "[smsoffice.send.content-max-1000]" in office.why()


@pytest.mark.contract("smsoffice.send.content-cost", "smsoffice.send.parts")
@pytest.mark.parametrize(
    ("text", "parts"),
    [("a" * 160, 1), ("a" * 161, 2), ("გ" * 70, 1), ("გ" * 71, 2), ("€" * 80, 1), ("€" * 81, 2), ("😀" * 36, 2),
     ("a" * 1000, 7)],
)  # fmt: skip
def test_a_text_costs_its_parts_for_each_number(office: Office, text: str, parts: int) -> None:
    assert office.post(content=text, destination=f"{TO},{OTHER}")["ErrorCode"] == 0
    assert office.balance() == 1000 - 2 * parts


@pytest.mark.contract("smsoffice.send.double-encoding")
def test_what_was_encoded_twice_is_decoded_once(office: Office) -> None:
    office.send(content="Hello%20%E1%83%92")
    assert office.batch().text == "Hello%20%E1%83%92"


@pytest.mark.contract("smsoffice.send.letter-case")
def test_the_letter_case_of_path_and_parameters_is_ignored(office: Office) -> None:
    fields = {name.upper(): value for name, value in office.fields(reference="mine", urgent="true").items()}
    reply = office.call("GET", f"/API/V2/Send?{query(fields)}")
    assert envelope(reply)["ErrorCode"] == 0
    assert office.batch().reference == "mine"


@pytest.mark.contract("smsoffice.send.unknown-parameters")
def test_parameters_that_the_page_does_not_have_are_ignored(office: Office) -> None:
    assert office.code(showServiceTime="true", scheduled_at="tomorrow", x="") == 0


# optional parameters


@pytest.mark.contract("smsoffice.send.optional")
def test_without_the_optional_parameters_it_is_an_ordinary_text_sent_at_once_without_callbacks(office: Office) -> None:
    assert office.code() == 0
    batch = office.batch()
    assert (batch.flash, batch.reference, batch.begins_at, batch.report) == (False, None, batch.created_at, False)
    assert office.advance(10) == []
    assert office.messages[0].status == "delivered"


@pytest.mark.contract("smsoffice.send.content-type")
@pytest.mark.parametrize(("given", "flash"), [("1", False), ("2", True), ("", False), ("3", False), ("flash", False)])
def test_content_type_2_is_a_flash_message(given: str, flash: bool) -> None:
    office = Office()
    assert office.code(contentType=given) == 0
    assert office.batch().flash == flash


@pytest.mark.contract("smsoffice.send.reference")
def test_the_reference_comes_back_the_same_for_each_destination(office: Office) -> None:
    office.send(destination=f"{TO},{OTHER}", reference="Order 7/ა")
    calls = office.advance(10)
    assert [("reference=Order+7%2F%E1%83%90" in call.target) for call in calls] == [True, True]


@pytest.mark.contract("smsoffice.send.reference-max-20")
@pytest.mark.parametrize(("given", "kept"), [
    ("x" * 20, "x" * 20), ("x" * 21, "x" * 20), ("ა" * 20, "ა" * 20),
    ("ა" * 25, "ა" * 20), ("0123456789abcdefghijk", "0123456789abcdefghij"),
])  # fmt: skip
def test_a_reference_over_20_characters_is_cut_and_noticed(given: str, kept: str) -> None:
    office = Office()
    assert office.code(reference=given) == 0
    assert office.batch().reference == kept
    assert office.lint() == ([] if given == kept else ["smsoffice.send.reference-max-20"])
    assert office.status(reference=kept) == "Pending"


@pytest.mark.contract("smsoffice.send.urgent")
def test_urgent_sends_to_a_number_on_the_stop_list() -> None:
    office = Office(stoplist=[TO])
    assert office.code() == 75
    assert office.code(urgent="true") == 0
    assert [message.to for message in office.messages] == [TO]


@pytest.mark.contract("smsoffice.send.urgent", "smsoffice.send.urgent-values")
@pytest.mark.parametrize(("given", "code"), [
    ("true", 0), ("True", 0), ("1", 0), ("false", 75), ("0", 75), ("", 75),
    ("yes", 75),
])  # fmt: skip
def test_urgent_is_on_for_true_and_1_alone(given: str, code: int) -> None:
    assert Office(stoplist=[TO]).code(urgent=given) == code


@pytest.mark.contract("smsoffice.send.scheduled-at")
def test_a_scheduled_message_waits_for_its_moment_on_the_sandboxs_clock(office: Office) -> None:
    assert office.code(scheduledAt=NOON + 3600, reference="mine") == 0
    assert office.balance() == 999
    assert office.advance(3600) == []
    assert office.status() == "Pending"
    assert len(office.advance(2)) == 1
    assert office.status() == "Delivered"
    assert office.messages[0].changed_at == (NOON + 3602) * 1_000_000


@pytest.mark.contract("smsoffice.send.past-schedule")
@pytest.mark.parametrize("given", [NOON - 1, NOON, 0, "", 1])
def test_a_moment_that_has_passed_is_now(given: int | str) -> None:
    office = Office()
    assert office.code(scheduledAt=given) == 0
    office.advance(2)
    assert office.messages[0].status == "delivered"


@pytest.mark.contract("smsoffice.send.scheduled-at")
@pytest.mark.parametrize("given", ["tomorrow", "2026-11-21", "-5", "1.5", "9" * 12, "9" * 5000, "１２", "0x10"])
def test_a_moment_that_is_none_is_ignored_and_noticed(given: str) -> None:
    office = Office()
    assert office.post(scheduledAt=given)["ErrorCode"] == 0
    assert office.lint() == ["smsoffice.send.scheduled-at"]
    office.advance(2)
    assert office.messages[0].status == "delivered"


@pytest.mark.contract("smsoffice.send.scheduled-at")
def test_a_message_for_the_last_moment_there_is_can_be_lived_through(office: Office) -> None:
    last = 221_845_392_000  # 9000-01-01
    assert office.code(scheduledAt=last, reference="mine") == 0
    (call,) = office.advance(last - NOON + 10)
    assert "timestamp=90000101040002" in call.target


# lists of mixed numbers


@pytest.mark.contract("smsoffice.send.some-good", "smsoffice.send.output")
def test_a_list_of_good_stop_listed_and_malformed_numbers_is_sent_to_the_good_ones_only() -> None:
    office = Office(stoplist=[OTHER])
    found = office.send(destination=f"{TO},{OTHER},nonsense,995577000001", content="a" * 161)
    assert found["ErrorCode"] == 0
    assert found["Output"] == {"StopListed": [OTHER]}
    assert [message.to for message in office.messages] == [TO, "995577000001"]
    assert f"stop-listed, not sent to: {OTHER} [smsoffice.code.75]" in office.why()
    assert "malformed, not sent to: nonsense [smsoffice.code.76]" in office.why()
    assert office.balance() == 1000 - 4


@pytest.mark.contract("smsoffice.send.output")
def test_output_is_null_when_no_number_was_stop_listed(office: Office) -> None:
    assert office.send()["Output"] is None
    assert office.send(destination=f"{TO},nonsense")["Output"] is None
    assert office.send(destination="nonsense")["Output"] is None


def test_urgent_does_not_make_malformed_numbers_good() -> None:
    office = Office(stoplist=[OTHER])
    found = office.send(destination=f"{OTHER},nonsense", urgent="true")
    assert (found["ErrorCode"], found["Output"]) == (0, None)
    assert office.code(destination="nonsense", urgent="true") == 76


@pytest.mark.contract("smsoffice.send.hosts")
def test_an_absolute_target_as_through_a_proxy_is_served(office: Office) -> None:
    reply = office.call("GET", f"http://smsoffice.ge/api/v2/send?{query(office.fields())}")
    assert envelope(reply)["ErrorCode"] == 0


@pytest.mark.contract("smsoffice.send.sender-numeric")
@pytest.mark.parametrize(
    ("sender", "fits"), [("+995577123456", True), ("1234567890123456", True), ("12345678901234567", False)]
)
def test_a_number_is_a_well_formed_sender_by_switch(sender: str, fits: bool) -> None:
    for switch in ("off", "on"):
        office = Office(senders=[sender], switches={"numeric-sender": switch})
        assert office.code(sender=sender) == 0
        assert office.lint() == ([] if fits and switch == "on" else ["smsoffice.send.sender-alphabet"])
    strict = {"numeric-sender": "on", "malformed-sender": "refuse"}
    assert Office(senders=[sender], switches=strict).code(sender=sender) == (0 if fits else 150)


def test_its_client_half_says_what_it_was_told_and_no_more() -> None:
    usual = {"key": ["k"], "destination": [f"{TO},{OTHER}"], "sender": ["Shop"], "content": ["Hi"]}
    rare = {"reference": ["r"], "urgent": ["true"], "contentType": ["2"], "scheduledAt": ["7"]}
    plain = client.send("k", [TO, OTHER], "Shop", "Hi")
    told = client.send("k", [TO, OTHER], "Shop", "Hi", reference="r", urgent=True, flash=True, scheduled_at=7)
    assert parse_qs(plain.body.decode()) == usual
    assert parse_qs(told.body.decode()) == usual | rare


SILENT: list[tuple[dict[str, Any], str]] = [
    ({"contentType": "3"}, "smsoffice.send.content-type"),
    ({"urgent": "yes"}, "smsoffice.send.urgent-values"),
    ({"scheduledAt": NOON - 60}, "smsoffice.send.past-schedule"),
    ({"destination": f"{TO}, {OTHER}"}, "smsoffice.send.destination-spaces"),
]


@pytest.mark.contract(
    "smsoffice.send.content-type", "smsoffice.send.urgent-values", "smsoffice.send.past-schedule",
    "smsoffice.send.destination-spaces",
)  # fmt: skip
@pytest.mark.parametrize(("given", "row"), SILENT)
def test_what_is_let_pass_in_silence_is_a_finding(given: dict[str, Any], row: str) -> None:
    office = Office()
    assert office.code(**given) == 0
    assert office.lint() == [row]
    quiet = Office()
    usual = ({"contentType": "2"}, {"urgent": "false"}, {"scheduledAt": NOON + 60}, {"destination": f"{TO},{OTHER}"})
    for fine in usual:
        assert quiet.code(**fine) == 0
    assert quiet.code(destination=f"{TO[:3]} {TO[3:]}") != 0
    assert "smsoffice.send.destination-spaces" not in quiet.lint()


@pytest.mark.contract("smsoffice.send.query-escaped")
def test_a_query_that_is_escaped_as_a_whole_has_no_key_and_is_a_finding(office: Office) -> None:
    assert envelope(office.call("GET", f"/api/v2/send?{quote(query(office.fields()))}"))["ErrorCode"] == 500
    assert list(office.emulator.default.findings.by_row) == ["smsoffice.send.query-escaped"]


@pytest.mark.contract("smsoffice.send.wrong-host", "smsoffice.send.hosts")
@pytest.mark.parametrize(
    ("host", "found"), [("api.smsoffice.ge", True), ("www.smsoffice.ge", False), ("smsoffice.ge:80", False)]
)
def test_a_host_that_is_not_the_provider_s_is_served_with_a_finding(host: str, found: bool) -> None:
    for absolute in (False, True):
        office = Office()
        target = f"/api/v2/send?{query(office.fields())}"
        head = () if absolute else (("Host", host),)
        assert envelope(office.call("GET", f"http://{host}{target}" if absolute else target, headers=head))["Success"]
        assert office.lint() == (["smsoffice.send.wrong-host"] if found else [])


@pytest.mark.contract("smsoffice.send.hosts")
def test_the_two_documented_names_are_known() -> None:
    assert [host.name for host in HOSTS] == ["smsoffice.ge", "www.smsoffice.ge"]
