"""status.php and balance.php, and the statuses themselves, in memory."""

from collections import Counter

import pytest
from providers.smscenter.desk import OTHER, TO, Desk

from emulator.providers.smscenter.statuses import told


@pytest.mark.contract("smscenter.http-status.all", "smscenter.status.codes", "smscenter.numbers.ranges")
def test_all_adds_the_members_in_the_documented_order(desk):
    desk.send(sender="Shop", mes="Привет")
    usual = ["status", "last_date", "last_timestamp", "flag"]
    sent = ["send_date", "send_timestamp", "phone"]
    price = ["cost", "sender_id", "status_name", "message", "comment"]
    assert list(desk.status(1)) == usual
    assert list(desk.status(1, all="1")) == [*usual, *sent, *price, "type", "sms_cnt"]
    told = desk.status(1, all="2")
    assert list(told) == [
        *usual, *sent, "country", "operator", "operator_orig", "region", *price, "mccmnc", "type", "sms_cnt"
    ]  # fmt: skip
    assert (told["country"], told["operator"], told["mccmnc"]) == ("Россия", "МТС", "25001")
    assert (told["status_name"], told["cost"], told["message"]) == ("Ожидает отправки", "1.00", "Привет")


@pytest.mark.contract("smscenter.http-status.form", "smscenter.http-status.all")
def test_the_text_forms_put_message_where_the_official_libraries_look_for_it(desk):
    desk.send(mes="a,b", sender="Shop")
    said = {"phone": TO, "id": "1", "charset": "utf-8", "fmt": "1"}
    assert desk.get("status", **said, all="1").decode().split(",", 8)[7:] == ["Ожидает отправки", "a,b,,0,1"]
    placed = desk.get("status", **said, all="2").decode().split(",", 11)
    assert placed[5:8] == ["Россия", "МТС", "г. Москва и Московская область"]
    assert placed[11] == "a,b,,25001,0,1"
    text = desk.get("status", **{**said, "fmt": "0"}, all="1").decode()
    assert "err = 0, send_date = 02.02.2026 12:00:00, phone = 79161234567, cost = 1.00, sender_id = Shop" in text


@pytest.mark.contract("smscenter.http-status.all")
def test_no_answer_has_the_fourteen_fields_at_which_the_official_python_library_stumbles(desk):
    """It reads field 14 of any answer of 14 and more."""
    desk.send(mes="no comma in it", sender="Shop")
    assert len(desk.get("status", phone=TO, id="1", fmt="1", all="2").split(b",")) == 16
    assert len(desk.get("status", phone=TO, id="1", fmt="1", all="1").split(b",")) == 12


@pytest.mark.contract("smscenter.status.codes")
@pytest.mark.parametrize(
    ("status", "error", "number", "err"),
    [
        ("sent", 0, 0, 0), ("delivered", 0, 1, 0), ("read", 0, 2, 0), ("expired", 0, 3, 0), ("expired", 6, 3, 6),
        ("undelivered", 0, 20, 6), ("undelivered", 13, 20, 13), ("rejected", 0, 23, 252), ("rejected", 249, 22, 249),
        ("rejected", 248, 25, 248), ("rejected", 254, 23, 254), ("error", 0, 20, 255), ("unknown", 0, 20, 245),
    ],
)  # fmt: skip
def test_every_state_has_its_number_and_delivery_error(desk, status, error, number, err):
    desk.send()
    desk.move(1, status, error)
    told = desk.status(1)
    assert (told["status"], told.get("err", 0)) == (number, err)


@pytest.mark.contract("smscenter.http-status.flag")
def test_err_is_left_out_of_json_where_nothing_is_wrong_and_flag_may_be():
    desk = Desk()
    desk.send()
    assert "err" not in desk.status(1)
    desk = Desk(switches={"flag": "omit"})
    desk.send()
    assert list(desk.status(1)) == ["status", "last_date", "last_timestamp"]


@pytest.mark.contract("smscenter.http-status.many", "smscenter.http-status.not-found")
def test_a_list_is_answered_in_the_order_asked_and_a_comma_makes_one_message_a_list(desk):
    desk.send(f"{TO},{OTHER}")
    told = desk.status("1,9,1", f"{OTHER},{TO},{TO}")
    assert [(one["id"], one["phone"], one["status"]) for one in told] == [(1, OTHER, -1), (9, TO, -3), (1, TO, -1)]
    assert [one["phone"] for one in desk.status("1,", f"{TO},")] == [TO]
    assert list(desk.status("1,", f"{TO},", all="1")[0])[-2:] == ["sms_cnt", "id"]


@pytest.mark.contract("smscenter.http-status.many", "smscenter.http-status.many-form")
def test_lists_in_the_other_formats(desk):
    desk.send(f"{TO},{OTHER}")
    said = {"phone": f"{TO},{OTHER},7999", "id": "1,1,5"}
    at = 1770022800
    lines = desk.get("status", **said, fmt="1").decode().split("\n")
    assert lines == [f"-1,{at},0,1,{TO}", f"-1,{at},0,1,{OTHER}", "-3,0,0,5,7999"]
    desk.advance(60)
    assert desk.get("status", **said).decode().split("\n")[2] == (
        "Status = -3, check_time = 0, err = 0, id = 5, phone = 7999"
    )
    desk.advance(60)
    line, _ = desk.get("status", phone=f"{TO},{OTHER}", id="1,1", all="1").decode("cp1251").split("\n")
    assert line.endswith(", type = 0, sms_cnt = 1, id = 1")
    desk.advance(60)
    xml = desk.get("status", **said, fmt="2").decode()
    assert xml.startswith("<list>\n<sms>\n<status>1</status>\n")
    assert xml.endswith("<sms>\n<status>-3</status>\n<id>5</id>\n<phone>7999</phone>\n</sms>\n</list>")


@pytest.mark.contract("smscenter.http-status.many", "smscenter.http-status.error-1")
@pytest.mark.parametrize(("phone", "id"), [(f"{TO},{OTHER}", "1,2,3"), (",", "1"), (TO, ",")])
def test_lists_that_do_not_go_together_are_error_1(phone, id):
    assert Desk().status(id, phone)["error_code"] == 1


@pytest.mark.contract("smscenter.http-status.error-1")
@pytest.mark.parametrize("said", [{"phone": TO}, {"id": "1"}, {"phone": "", "id": "1"}, {"phone": TO, "id": ""}])
def test_without_phone_or_id_it_is_error_1(said):
    assert Desk().json("status", **said)["error_code"] == 1


@pytest.mark.contract("smscenter.http-status.not-found")
def test_a_message_of_another_number_or_id_is_not_found(desk):
    desk.send()
    assert desk.status(1, OTHER) == {"status": -3, "id": 1, "phone": OTHER}
    assert desk.status(2) == {"status": -3, "id": 2, "phone": TO}
    assert desk.get("status", phone=TO, id="3") == b"Status = -3, check_time = 0, err = 0"
    assert desk.get("status", phone=TO, id="4", fmt="1") == b"-3,0,0"
    assert desk.get("status", phone=TO, id="5", fmt="2") == b"<sms>\n<status>-3</status>\n</sms>"


@pytest.mark.contract("smscenter.http-status.error-9")
def test_the_sixth_request_for_one_message_within_a_minute_is_error_9(desk):
    desk.send(f"{TO},{OTHER}")
    for _ in range(4):
        assert desk.status(1)["status"] == -1
    assert desk.status("1,", f"{TO},")[0]["status"] == -1
    assert desk.status(1)["error_code"] == 9
    assert desk.status("1,", f"+{TO},")["error_code"] == 9
    assert desk.status(1, OTHER)["status"] == -1
    desk.advance(60)
    assert desk.status(1)["status"] == 1


@pytest.mark.contract("smscenter.http-status.delete", "smscenter.http-status.error-5")
def test_a_deleted_message_is_gone_and_nothing_more_becomes_of_it(desk):
    desk.send(time="+30")
    assert desk.get("status", phone=TO, id="1", fmt="3", **{"del": "1"}) == b"OK"
    assert desk.status(1)["status"] == -3
    assert desk.soap("get_status", phone=TO, id="1") == {"error": "3"}
    assert desk.advance(7200) == []
    again = desk.json("status", phone=TO, id="1", **{"del": "1"})
    assert (again["error_code"], desk.left) == (5, 999)


@pytest.mark.contract("smscenter.http-status.delete", "smscenter.http-status.error-5")
def test_several_messages_are_deleted_all_or_none(desk):
    desk.send(f"{TO},{OTHER}")
    both = {"phone": f"{TO},{OTHER}", "del": "1"}
    lines = desk.get("status", phone=f"{TO},{OTHER}", id="1,", fmt="1", all="1").decode("cp1251").split("\n")
    assert [line.rpartition(",")[2] for line in lines] == ["1", "1"]
    assert [line.count(number) for line, number in zip(lines, (TO, OTHER), strict=True)] == [1, 1]
    assert desk.json("status", id="1,2", **both)["error_code"] == 5
    assert desk.status(1)["status"] == -1
    assert desk.get("status", id="1,1", **both) == b"OK"
    assert [status for _, _, status in desk.messages()] == ["deleted", "deleted"]


@pytest.mark.contract(
    "smscenter.balance.answer", "smscenter.balance.error-9", "smscenter.balance.error-1", "smscenter.balance.error-2"
)
def test_the_balance_is_told_ten_times_a_minute_over_http_and_soap_together():
    desk = Desk(balance=12.5)
    for _ in range(9):
        assert desk.get("balance") == b"12.50"
    assert desk.soap("get_balance") == {"balance": "12.50", "error": "0"}
    assert desk.json("balance")["error_code"] == 9
    assert desk.soap("get_balance") == {"error": "9"}
    desk.advance(60)
    assert desk.get("balance", cur="1") == b"12.50 RUR"
    assert desk.json("balance", {"login": "alex"})["error_code"] == 1
    assert desk.json("balance", {"login": "alex", "psw": "?"})["error_code"] == 2


@pytest.mark.contract("smscenter.numbers.ranges")
@pytest.mark.parametrize(
    ("number", "operator", "region"),
    [("995577123456", "Silknet", ""), ("995599123456", "MagtiCom", ""), ("995571123456", "Cellfie", ""),
     ("79031234567", "Билайн", "г. Москва и Московская область"), ("79211234567", "МегаФон",
      "г. Санкт-Петербург и Ленинградская область"), ("79001234567", "Tele2", ""), ("4915112345678", "", "")],
)  # fmt: skip
def test_operator_and_region_come_from_the_table(desk, number, operator, region):
    desk.send(number)
    told = desk.status(1, number, all="2")
    assert (told["operator"], told["region"]) == (operator, region)


@pytest.mark.contract("smscenter.numbers.ranges")
@pytest.mark.parametrize(
    ("number", "country", "operator", "mccmnc"),
    [("77011234567", "Казахстан", "K'cell", "40102"), ("77051234567", "Казахстан", "Beeline", "40101"),
     ("77001234567", "Казахстан", "Altel", "40107"), ("77471234567", "Казахстан", "Tele2", "40177"),
     ("380671234567", "Украина", "Kyivstar", "25503"), ("380501234567", "Украина", "Vodafone", "25501"),
     ("380631234567", "Украина", "lifecell", "25506"), ("375291234567", "Беларусь", "A1", "25701"),
     ("375292234567", "Беларусь", "МТС", "25702"), ("375251234567", "Беларусь", "life:)", "25704"),
     ("995599123456", "Грузия", "MagtiCom", "28202"), ("995507123456", "Грузия", "GlobalCell", "28207"),
     ("79991234567", "Россия", "МегаФон", "25011"), ("79601234567", "Россия", "Билайн", "25099"),
     ("77121234567", "Казахстан", "", "")],
)  # fmt: skip
def test_status_and_callback_name_country_operator_and_network(desk, number, country, operator, mccmnc):
    desk.send(number)
    told = desk.status(1, number, all="2")
    assert (told["country"], told["operator"], told["mccmnc"]) == (country, operator, mccmnc)
    (callback,) = desk.advance(60)
    assert (callback["country"], callback["operator"], callback["mccmnc"]) == (country, operator, mccmnc)


@pytest.mark.parametrize(
    ("country", "other"),
    [pytest.param("995", {}, marks=pytest.mark.long), ("375", {"A1": "Velcom", "МТС": "MTS"}),
     ("380", {"Vodafone": "Vodafone"}), ("77", {"K'cell": "Kcell/Activ", "Altel": "T2", "Tele2": "T2"})],
)  # fmt: skip
def test_the_table_agrees_with_phonenumbers_on_the_operator_of_most_numbers_that_it_knows(country, other):
    phonenumbers = pytest.importorskip("phonenumbers")
    carrier = pytest.importorskip("phonenumbers.carrier")
    from emulator.providers.smscenter.phone_numbers import places

    prefixes = {prefix: place.operator for prefix, place in places().items() if prefix.startswith(country)}
    length = len(phonenumbers.format_number(phonenumbers.example_number_for_type(
        {"995": "GE", "375": "BY", "380": "UA", "77": "KZ"}[country], phonenumbers.PhoneNumberType.MOBILE
    ), phonenumbers.PhoneNumberFormat.E164)) - 1  # fmt: skip
    known = 0
    for prefix, operator in prefixes.items():
        room = length - len(prefix)
        numbers = (phonenumbers.parse(f"+{prefix}{middle:03d}{'123456'[:room - 3]}") for middle in range(0, 1000, 20))
        names = Counter(filter(None, (carrier.name_for_number(number, "en") for number in numbers)))
        if operator and names:
            known += 1
            assert names.most_common(1)[0][0].lower() == other.get(operator, operator).lower(), prefix
    assert known >= 5


@pytest.mark.contract("smscenter.status.codes")
@pytest.mark.parametrize(("status", "error", "reason", "number", "named"), [
    ("scheduled", 0, "", -1, 0), ("pending", 0, "", -1, 0), ("sent", 0, "", 0, 0), ("delivered", 0, "", 1, 0),
    ("read", 0, "", 2, 0), ("undelivered", 0, "", 20, 6), ("undelivered", 1, "", 20, 1), ("expired", 0, "", 3, 0),
    ("rejected", 0, "", 23, 252), ("rejected", 249, "", 22, 249), ("rejected", 248, "", 25, 248),
    ("rejected", 0, "no-credit", 24, 0), ("undelivered", 249, "", 20, 249), ("undelivered", 0, "no-credit", 20, 6),
    ("deleted", 0, "", -3, 0), ("error", 0, "", 20, 255), ("unknown", 0, "", 20, 245),
])  # fmt: skip
def test_each_state_has_the_number_and_the_delivery_error_of_the_facts(status, error, reason, number, named):
    assert told(status, error, reason) == (number, named)
