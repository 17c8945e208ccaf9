"""info.php?get_operator=1: whose a number is (facts, 5.1), in memory."""

import pytest
from providers.smscenter.desk import TO

MTS = {"country": "Россия", "operator": "МТС", "region": "г. Москва и Московская область", "mcc": "250", "mnc": "01",
       "tz": "0"}  # fmt: skip


@pytest.mark.contract("smscenter.operator.answer", "smscenter.numbers.ranges")
def test_one_number_is_an_object_a_list_an_array_with_phone(desk):
    assert desk.json("info", get_operator="1", phone=f"+{TO}") == MTS
    assert list(desk.json("info", get_operator="1", phone=TO)) == list(MTS)
    first, second = desk.json("info", get_operator="1", phone=f"{TO},77011234567")
    assert first == {"phone": TO, **MTS}
    assert (second["operator"], second["mcc"], second["mnc"]) == ("K'cell", "401", "02")
    assert desk.left == 1000


@pytest.mark.contract("smscenter.operator.answer")
def test_the_text_has_the_values_at_the_places_clients_read_in_windows_1251(desk):
    said = desk.get("info", get_operator="1", phone=TO, fmt="0").decode("cp1251")
    read = [pair.partition(" = ")[2] for pair in said.split(", ")]
    assert read[1:6] == ["Россия", "МТС", "г. Москва и Московская область", "250", "01"]
    assert dict(pair.split(" = ") for pair in said.split(", "))["operator"] == "МТС"
    assert desk.get("info", get_operator="1", phone=TO, fmt="1").decode("cp1251").startswith(f"{TO},Россия,МТС,")
    assert "<operator>МТС</operator>\n" in desk.get("info", get_operator="1", phone=TO, fmt="2").decode("cp1251")


@pytest.mark.contract("smscenter.operator.error-1", "smscenter.operator.error-3")
def test_no_number_is_error_1_and_one_that_no_range_holds_error_3(desk):
    assert desk.json("info", get_operator="1")["error_code"] == 1
    assert desk.json("info", phone=TO)["error_code"] == 1
    assert desk.json("info", get_operator="1", phone="442071234567") == {
        "error": "operator not found", "error_code": 3
    }  # fmt: skip
    assert desk.json("info", get_operator="1", phone="x")["error_code"] == 3
    assert len(desk.json("info", get_operator="1", phone=f"442071234567,{TO}")) == 2


@pytest.mark.contract("smscenter.operator.error-9")
def test_three_identical_questions_and_a_hundred_of_any_kind_are_let_pass_within_a_minute(desk):

    def code(phone):
        return desk.json("info", get_operator="1", phone=phone).get("error_code")

    assert [code(TO) for _ in range(4)] == [None, None, None, 9]
    assert [code(f"7916{number:07}") for number in range(97)] == [None] * 97
    assert code("79169999999") == 9
    desk.advance(60)
    assert code(TO) is None
