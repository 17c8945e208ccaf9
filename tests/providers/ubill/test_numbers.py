"""Which numbers are valid, and in which spellings they come."""

import pytest
from providers.ubill.desk import OTHER, TO, Desk


def taken(desk: Desk, *numbers: object) -> list[str]:
    """The recipients that a list leads to; [] when it is refused with 50."""
    answer = desk.send(numbers=list(numbers))
    assert answer["statusID"] in (0, 50)
    return [number for number, _ in desk.report(answer["smsID"])] if answer["statusID"] == 0 else []


@pytest.mark.contract("ubill.send.numbers-list", "ubill.send.numbers")
@pytest.mark.parametrize("numbers", [
    [int(TO), int(OTHER)], [TO, OTHER], [int(TO), OTHER], f"{TO},{OTHER}", f",{TO},,{OTHER},", [TO, "", None, OTHER],
])  # fmt: skip
def test_numbers_come_as_integers_as_texts_and_as_one_text_with_commas(desk: Desk, numbers: object) -> None:
    assert desk.report(desk.sent(numbers=numbers)) == [(TO, "3"), (OTHER, "3")]
    assert [desk.send(numbers=nothing)["statusID"] for nothing in (",", [""], [None])] == [20] * 3


@pytest.mark.contract("ubill.send.numbers-list")
def test_a_single_integer_is_a_list_of_one(desk: Desk) -> None:
    assert desk.report(desk.sent(numbers=int(TO))) == [(TO, "3")]


@pytest.mark.contract("ubill.send.numbers-international")
@pytest.mark.parametrize("number", [
    f"+{TO}", f"00{TO}", f" {TO}", "995 577 123 456", "995-577-123456", "abc", "0577123456", TO + "7", TO[:-1],
    "٩٩٥٥٧٧١٢٣٤٥٦", 1.5, [TO], {"number": TO}, True, "995322123456",
])  # fmt: skip
def test_another_spelling_is_not_valid(number: object) -> None:
    assert taken(Desk(), number) == []


@pytest.mark.contract("ubill.send.numbers-international")
@pytest.mark.parametrize("number", [f"+{TO}", f"00{TO}", f" {TO} ", "+995 (577) 12-34-56", "577 12 34 56"])
def test_a_switch_drops_plus_zeros_spaces_brackets_and_dashes(number: str) -> None:
    assert taken(Desk(switches={"numbers": "lenient"}), number) == [TO]


@pytest.mark.contract("ubill.send.numbers-local", "ubill.report.normalised")
def test_nine_local_digits_are_taken_and_come_back_with_995() -> None:
    assert taken(Desk(), "577123456", 577654321) == [TO, OTHER]
    assert taken(Desk(), "57712345", "5771234567", "677123456") == []
    assert taken(Desk(switches={"local-numbers": "refuse"}), "577123456") == []


@pytest.mark.contract("ubill.send.numbers-foreign")
@pytest.mark.parametrize("number", ["79001990001", "4915112345678", "12025550123"])
def test_foreign_numbers_are_not_valid_unless_a_switch_takes_them(number: str) -> None:
    assert taken(Desk(), number) == []
    assert taken(Desk(switches={"foreign-numbers": "accept"}), number) == [number]


@pytest.mark.contract("ubill.send.numbers-foreign")
@pytest.mark.parametrize("number", ["995322123456", "123456789", "1234567890123456", "0123456789"])
def test_a_landline_or_what_is_no_number_stays_not_valid(number: str) -> None:
    assert taken(Desk(switches={"foreign-numbers": "accept"}), number) == []


@pytest.mark.contract("ubill.send.numbers-repeated")
def test_a_number_twice_is_sent_to_twice_unless_a_switch_says_once() -> None:
    desk, once = Desk(), Desk(switches={"repeated-number": "once"})
    assert (taken(desk, TO, TO), desk.left) == ([TO, TO], "998")
    assert (taken(once, TO, "577123456"), once.left) == ([TO], "999")


@pytest.mark.contract("ubill.send.numbers-mixed", "ubill.report.result")
def test_a_list_with_valid_numbers_is_accepted_for_those(desk: Desk) -> None:
    answer = desk.send(numbers=["nonsense", TO, "1"])
    assert "malformed, not sent to: nonsense, 1 [ubill.code.50]" in desk.why()
    assert desk.report(answer["smsID"]) == [(TO, "3")]
    assert desk.left == "999"


@pytest.mark.contract("ubill.send.numbers-most")
def test_ten_thousand_numbers_go_in_one_request() -> None:
    desk = Desk(balance=10_000)
    numbers = [f"9955{n:08}" for n in range(10_000)]
    assert len(desk.report(desk.sent(numbers=numbers))) == 10_000
    assert desk.left == "0"
