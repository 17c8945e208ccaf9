"""Report, balance, brand names: the members, their order and their types."""

import pytest
from providers.ubill.desk import OTHER, TO, Desk

from emulator.http.messages import HttpRequest


@pytest.mark.contract("ubill.report.result", "ubill.statuses")
def test_the_report_lists_each_number_with_its_status_as_texts(desk: Desk) -> None:
    sms_id = desk.sent(numbers=[TO, OTHER])
    desk.advance(1)
    desk.move(2, "undelivered")
    answer = desk.get(f"report/{sms_id}")
    assert answer == {"statusID": 0, "result": [
        {"number": TO, "statusID": "0"}, {"number": OTHER, "statusID": "2"},
    ]}  # fmt: skip
    assert [*answer, *answer["result"][0]] == ["statusID", "result", "number", "statusID"]
    assert "[ubill.report.result]" in desk.why()


@pytest.mark.contract("ubill.statuses", "ubill.report.result")
@pytest.mark.parametrize(("status", "code"), [
    ("scheduled", "3"), ("pending", "3"), ("unknown", "3"), ("sent", "0"), ("delivered", "1"), ("read", "1"),
    ("undelivered", "2"), ("expired", "2"), ("rejected", "2"), ("deleted", "2"), ("error", "4"),
])  # fmt: skip
def test_each_of_our_states_is_one_of_the_five(desk: Desk, status: str, code: str) -> None:
    sms_id = desk.sent()
    desk.move(1, status)
    assert desk.report(sms_id) == [(TO, code)]


@pytest.mark.contract("ubill.report.unknown")
@pytest.mark.parametrize("sms_id", ["100002", "0", "-1", "x", "100001.0", "%31", "9" * 30, "%E1%83%90"])
def test_an_sms_id_that_is_not_the_account_s_gets_99_without_result(desk: Desk, sms_id: str) -> None:
    desk.sent()
    assert desk.get(f"report/{sms_id}")["statusID"] == 99
    assert "was given no smsID" in desk.why()


@pytest.mark.contract("ubill.report.unknown")
def test_a_switch_answers_an_unknown_sms_id_with_an_empty_result() -> None:
    desk = Desk(switches={"unknown-message": "unknown"})
    assert desk.get("report/7") == {"statusID": 0, "result": []}


@pytest.mark.contract("ubill.balance.sms", "ubill.types")
def test_the_balance_is_a_text_and_bare_with_the_switch() -> None:
    assert Desk().get("balance") == {"statusID": 0, "sms": "1000"}
    assert Desk(switches={"types": "numbers"}).get("balance") == {"statusID": 0, "sms": 1000}
    assert Desk(balance=0).get("balance") == {"statusID": 0, "sms": "0"}
    assert Desk(balance=1.5).get("balance") == {"statusID": 0, "sms": "1"}


@pytest.mark.contract("ubill.brands.list", "ubill.types", "ubill.brand-code.0")
def test_the_list_of_brands_has_texts_in_the_order_of_the_file(desk: Desk) -> None:
    desk.advance(90)
    assert desk.post("brandNameCreate", {"brandName": "my shop.ge"})["statusID"] == 0
    answer = desk.get("brandNames")
    assert answer == {"statusID": 0, "brands": [
        {"id": "1", "name": "emulator", "authorized": "1", "createdAt": "2026-02-01 12:00:00"},
        {"id": "2", "name": "my shop.ge", "authorized": "0", "createdAt": "2026-02-01 12:01:30"},
    ]}  # fmt: skip
    assert [*answer, *answer["brands"][0]] == ["statusID", "brands", "id", "name", "authorized", "createdAt"]


@pytest.mark.contract("ubill.brands.key")
def test_a_switch_has_the_list_under_data_and_not_beside() -> None:
    assert list(Desk().get("brandNames")) == ["statusID", "brands"]
    assert list(Desk(switches={"brands-key": "data"}).get("brandNames")) == ["statusID", "data"]


@pytest.mark.contract("ubill.types", "ubill.send.answer")
def test_the_switch_for_bare_numbers_leaves_the_report_as_texts() -> None:
    desk = Desk(switches={"types": "numbers"})
    assert desk.send()["smsID"] == 100001
    brand = desk.get("brandNames")["brands"][0]
    assert (brand["id"], brand["authorized"]) == (1, 1)
    assert desk.report("100001") == [(TO, "3")]


@pytest.mark.contract("ubill.brands.create", "ubill.brand-code.0")
def test_a_new_name_is_answered_with_its_id_as_an_integer(desk: Desk) -> None:
    answer = desk.post("brandNameCreate", {"brandName": "ubill-info"})
    assert answer == {"statusID": 0, "brandID": 2, "message": "BrandName Created"}
    assert list(answer) == ["statusID", "brandID", "message"]


@pytest.mark.contract("ubill.brands.create", "ubill.brand-code.20", "ubill.brand-code.30")
@pytest.mark.parametrize("name", ["ab", "abcdefghijk", "A.b-C 9", 77])
def test_2_to_11_of_the_allowed_characters_make_a_name(name: object) -> None:
    assert Desk().post("brandNameCreate", {"brandName": name})["statusID"] == 0
    assert Desk().post("brandNameCreate", {"brandName": "ა" * 11})["statusID"] == 30, "characters, not octets"


@pytest.mark.contract("ubill.brand-code.50", "ubill.brands.authorized", "ubill.send.brand-not-approved")
@pytest.mark.parametrize(("decision", "authorized", "send"), [("active", "1", 0), ("refused", "2", 10)])
def test_one_name_waits_at_a_time_until_it_is_decided_on(desk: Desk, decision: str, authorized: str, send: int) -> None:
    assert desk.post("brandNameCreate", {"brandName": "shop"})["statusID"] == 0
    assert desk.send(brandID=2)["statusID"] == 10
    assert "brand 2 (shop) is pending [ubill.send.brand-not-approved]" in desk.why()
    assert desk.post("brandNameCreate", {"brandName": "other"})["statusID"] == 50
    assert "brand 2 (`shop`) still waits" in desk.why()
    desk.decide(2, decision)
    assert desk.get("brandNames")["brands"][1]["authorized"] == authorized
    assert desk.send(brandID=2)["statusID"] == send
    assert desk.post("brandNameCreate", {"brandName": "other"})["brandID"] == 3


@pytest.mark.contract("ubill.send.brand-not-approved")
def test_a_switch_lets_a_waiting_brand_send() -> None:
    desk = Desk(switches={"unapproved-brand": "accept"})
    desk.post("brandNameCreate", {"brandName": "shop"})
    assert desk.send(brandID=2)["statusID"] == 0


@pytest.mark.contract("ubill.brand-code.40", "ubill.brands.name-case")
def test_a_name_exists_whatever_its_state_and_letter_case_unless_a_switch_says_otherwise() -> None:
    for desk, other_case in ((Desk(), 40), (Desk(switches={"name-case": "kept"}), 0)):
        desk.post("brandNameCreate", {"brandName": "shop"})
        assert desk.post("brandNameCreate", {"brandName": "shop"})["statusID"] == 40
        desk.decide(2, "refused")
        assert desk.post("brandNameCreate", {"brandName": "shop"})["statusID"] == 40
        assert desk.post("brandNameCreate", {"brandName": "SHOP"})["statusID"] == other_case


@pytest.mark.contract("ubill.brands.put")
def test_a_put_of_a_name_is_not_served(desk: Desk) -> None:
    request = HttpRequest(method="PUT", target=f"/v1/sms/brandNameCreate?key={desk.key}", body=b'{"brandName":"shop"}')
    assert desk.exchange(request).status == 405
    assert len(desk.account.senders) == 1


@pytest.mark.contract("ubill.no-extra-keys")
def test_no_answer_has_a_member_that_the_file_does_not_have(desk: Desk) -> None:
    members = {
        "send": desk.send(), "report": desk.get("report/100001"), "balance": desk.get("balance"),
        "list": desk.get("brandNames"), "create": desk.post("brandNameCreate", {"brandName": "shop"}),
    }  # fmt: skip
    assert {name: set(answer) for name, answer in members.items()} == {
        "send": {"statusID", "smsID", "message"}, "report": {"statusID", "result"}, "balance": {"statusID", "sms"},
        "list": {"statusID", "brands"}, "create": {"statusID", "brandID", "message"},
    }  # fmt: skip
