"""Every statusID of send, its cause, its text, its place in the order; and the same for brandNameCreate."""

import pytest
from providers.ubill.desk import TO, Desk

from emulator.core.admin_commands import PutRules
from emulator.providers.ubill import PROVIDER

BAD = {"brandID": 9, "numbers": [], "text": "", "sendTime": "yesterday"}


TEXTS = {
    "send": {401: "Please authorize with valid API key!", 90: "JSON error", 10: "brandID not found",
             20: "numbers not found", 30: "empty message text", 50: "valid numbers not found", 40: "Not enough SMS",
             99: "General error"},
}  # fmt: skip
"""Of the refusals of a send: asserted here and in the transcripts alone. Which of them are known: ubill.send.texts."""


@pytest.mark.contract("ubill.send.texts")
def test_each_code_has_its_text() -> None:
    rows = PROVIDER.profile.errors["send"].rows
    assert {row.code: row.text for row in rows} == TEXTS["send"]
    assert all(len({row.text for row in rows if row.code == code}) == 1 for code in TEXTS["send"])


def check(desk: Desk, answer: dict[str, object], code: int, row: str) -> None:
    """Refused with that code, a text, and nothing else; explained by that row."""
    assert (list(answer), answer["statusID"]) == (["statusID", "message"], code)
    assert f"refused with {code} ({answer['message']})" in desk.why()
    assert f"[{row}]" in desk.why()


@pytest.mark.contract("ubill.code.10")
@pytest.mark.parametrize("brand", [None, "", 0, 2, -1, 1.5, "one", True, [1], "1 "])
def test_10_for_a_brand_id_that_is_missing_or_not_the_account_s(desk: Desk, brand: object) -> None:
    check(desk, desk.send(brandID=brand), 10, "ubill.code.10")
    assert "the account has: 1 (emulator)" in desk.why()


@pytest.mark.contract("ubill.code.20", "ubill.send.texts")
@pytest.mark.parametrize("numbers", [None, "", [], ",", [""], [None]])
def test_20_for_numbers_that_are_missing_or_empty(desk: Desk, numbers: object) -> None:
    check(desk, desk.send(numbers=numbers), 20, "ubill.code.20")


@pytest.mark.contract("ubill.code.30", "ubill.send.texts")
@pytest.mark.parametrize("text", [None, ""])
def test_30_for_a_text_that_is_missing_or_empty(desk: Desk, text: object) -> None:
    check(desk, desk.send(text=text), 30, "ubill.code.30")


@pytest.mark.contract("ubill.send.text-blank")
def test_a_blank_text_is_empty_unless_a_switch_takes_it() -> None:
    assert Desk().send(text=" \n\t")["statusID"] == 30
    assert Desk(switches={"blank-text": "accept"}).send(text=" ")["statusID"] == 0
    assert Desk(switches={"blank-text": "accept"}).send(text="")["statusID"] == 30


@pytest.mark.contract("ubill.code.40")
def test_40_for_too_little_on_the_balance() -> None:
    desk = Desk(balance=0)
    check(desk, desk.send(), 40, "ubill.code.40")


@pytest.mark.contract("ubill.code.50", "ubill.send.texts")
def test_50_when_no_number_is_valid(desk: Desk) -> None:
    check(desk, desk.send(numbers=["1", "x", " 5", f"{TO},{TO}"]), 50, "ubill.code.50")
    assert f"malformed: 1, x, ` 5`, `{TO},{TO}`; stop-listed: none [" in desk.why()


@pytest.mark.contract("ubill.code.50", "ubill.send.stop-listed")
def test_50_when_the_rest_is_stop_listed_too() -> None:
    assert Desk(stoplist=[TO]).send(numbers=["1", TO])["statusID"] == 50


@pytest.mark.contract("ubill.code.90", "ubill.send.texts")
@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b'"text"', b"null", b"1", b"brandID=1", b"[" * 100_000, b'{"text":"\xff"}', b"{'a':1}",
    b'\xef\xbb\xbf{"brandID":1}', b'{"text":"\\ud800"}', b'{"a":' * 100_000, b'{"brandID":1e999}',
])  # fmt: skip
def test_90_for_a_body_that_is_no_json_object(desk: Desk, body: bytes) -> None:
    check(desk, desk.post("send", body), 90, "ubill.code.90")
    assert desk.sent() == "100001"


@pytest.mark.contract("ubill.code.90")
@pytest.mark.parametrize(("body", "why"), [
    (b" ", "it is empty"), (b'{"text":"\\ud83d"}', "end of escaped utf-16 surrogate pair (byte 15)"),
    (b'{"brandID":1,"text":"\xcf"}', "it is no UTF-8: invalid continuation byte (byte 21)"), (b'{"a":1', "truncated"),
])  # fmt: skip
def test_what_is_wrong_with_a_body_is_said_by_its_own_octets(desk: Desk, body: bytes, why: str) -> None:
    desk.post("send", body)
    assert f"{why} [ubill.code.90]" in desk.why()


@pytest.mark.contract("ubill.code.99", "ubill.brand-code.99")
def test_99_comes_when_a_rule_asks_for_it_on_every_operation(desk: Desk) -> None:
    named = ("send", "status", "balance", "brands")
    desk.rules(*({"when": {"operation": name}, "then": {"refuse": {"code": 99}}} for name in named))
    general = desk.send()
    assert general["statusID"] == 99
    assert desk.get("report/1") == desk.get("balance") == desk.get("brandNames") == general
    assert desk.post("brandNameCreate", {"brandName": "shop"}) == general


@pytest.mark.contract("ubill.code.99")
def test_a_reason_that_ubill_has_no_code_for_is_a_general_error(desk: Desk) -> None:
    desk.sandbox.control(PutRules(desk.emulator.rules([{"then": {"refuse": {"reason": "flood"}}}])))
    assert desk.send()["statusID"] == 99


def codes(operation: str) -> list[int]:
    return [code for code in PROVIDER.profile.errors[operation].codes if code != 401]


def test_every_status_id_of_every_table_is_a_row_of_its_own() -> None:
    ids = {row.id for row in PROVIDER.contract()}
    for operation, prefix in (("send", "ubill.code"), ("brands", "ubill.brand-code")):
        assert {f"{prefix}.{code}" for code in (0, *codes(operation))} <= ids


@pytest.mark.contract("ubill.code.99", "ubill.brand-code.99")
@pytest.mark.parametrize("code", codes("send"))
def test_a_rule_causes_any_status_id_of_send_and_nothing_is_sent(desk: Desk, code: int) -> None:
    desk.rules({"when": {"operation": "send"}, "then": {"refuse": {"code": code}}})
    assert desk.send()["statusID"] == code
    assert (desk.texts(), desk.left) == ([], "1000")


@pytest.mark.contract("ubill.send.order")
def test_the_checks_come_in_the_order_of_the_contract() -> None:
    desk = Desk(balance=0)
    assert desk.post("send", b"{")["statusID"] == 90
    said = dict(BAD)
    seen = []
    for name, mended in (("brandID", 1), ("numbers", ["1"]), ("text", "x"), ("sendTime", None), ("numbers", [TO])):
        seen.append(desk.send(**said)["statusID"])
        said[name] = mended
    assert [*seen, desk.send(**said)["statusID"]] == [10, 20, 30, 99, 50, 40]


# brand names


@pytest.mark.contract("ubill.brand-code.10", "ubill.send.texts")
@pytest.mark.parametrize("body", [{}, {"brandName": None}, {"brandName": ""}, {"brandName": "  "}])
def test_10_for_a_brand_name_that_is_missing_empty_or_blank(desk: Desk, body: dict[str, object]) -> None:
    check(desk, desk.post("brandNameCreate", body), 10, "ubill.brand-code.10")


@pytest.mark.contract("ubill.brand-code.20", "ubill.send.texts")
@pytest.mark.parametrize("name", ["a", "abcdefghijkl", "a" * 1000, "ა" * 12])
def test_20_for_a_name_of_another_length_than_2_to_11(desk: Desk, name: str) -> None:
    check(desk, desk.post("brandNameCreate", {"brandName": name}), 20, "ubill.brand-code.20")
    assert f"has {len(name)} characters" in desk.why()


@pytest.mark.contract("ubill.brand-code.40")
def test_40_for_a_name_that_is_there_already(desk: Desk) -> None:
    answer = desk.post("brandNameCreate", {"brandName": "emulator"})
    check(desk, answer, 40, "ubill.brand-code.40")


@pytest.mark.contract("ubill.brand-code.30", "ubill.send.texts")
@pytest.mark.parametrize("name", ["a_b", "a@b", "a#b", "მაღაზია", "a\nb", "a,b"])
def test_30_for_characters_that_are_not_allowed(name: str) -> None:
    answer = Desk().post("brandNameCreate", {"brandName": name})
    assert answer["statusID"] == 30


@pytest.mark.contract("ubill.brand-code.90")
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"brandName=shop"])
def test_90_for_a_new_name_that_is_no_json(body: bytes) -> None:
    assert Desk().post("brandNameCreate", body)["statusID"] == 90


@pytest.mark.contract("ubill.brands.order")
def test_the_checks_of_a_name_come_in_the_order_of_their_codes(desk: Desk) -> None:
    assert desk.post("brandNameCreate", {"brandName": "shop"})["statusID"] == 0
    names = ["", "_", "a_b", "shop", "other"]
    assert [desk.post("brandNameCreate", {"brandName": name})["statusID"] for name in names] == [10, 20, 30, 40, 50]
