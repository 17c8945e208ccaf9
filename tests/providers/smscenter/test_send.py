"""send.php and /rest/send/, parameter by parameter, in memory."""

import json
from urllib.parse import quote, urlencode

import pytest
from providers.smscenter.desk import FORM, LOGIN, OTHER, TO, Desk

from emulator.providers.smscenter.phone_numbers import normal_number


@pytest.mark.contract("smscenter.send.phones")
@pytest.mark.parametrize("between", [",", ";", ", ", "\n"])
def test_several_numbers_get_one_id_and_one_message_each(desk, between):
    assert desk.send(f"{TO}{between}{OTHER}") == {"id": 1, "cnt": 2}
    assert [to for to, _, _ in desk.messages()] == [TO, OTHER]


@pytest.mark.contract("smscenter.send.numbers")
@pytest.mark.parametrize(("written", "number"), [
    ("123456789012345", "123456789012345"), ("1234567890123456", None), ("1234567890", "1234567890"),
    ("123456789", None), ("0123456789", None), ("+123456789", None), ("+1234567890123456", None),
    ("8916123456", "8916123456"), ("89161234567", "79161234567"),
    ("88001234567", "88001234567"), ("+89161234567", "89161234567"),
    ("9161234567", "79161234567"), ("916123456", None), ("79161234567", "79161234567"), ("٧٩١٦١٢٣٤٥٦٧", None),
])  # fmt: skip
def test_a_number_has_10_to_15_digits_and_a_russian_one_is_corrected(written, number):
    assert normal_number(written, {"correct-numbers": "on"}) == number


@pytest.mark.contract("smscenter.send.numbers")
@pytest.mark.parametrize("written", [f"+{TO}", "8 (916) 123-45-67", "9161234567", "7.916.123.45.67"])
def test_a_number_may_be_written_in_several_ways(desk, written):
    assert desk.send(written)["cnt"] == 1
    assert desk.messages()[0][0] == TO


@pytest.mark.contract("smscenter.send.numbers")
def test_a_plus_or_the_switch_keeps_a_number_from_being_corrected():
    desk = Desk()
    assert desk.send("+89161234567")["cnt"] == 1
    assert desk.messages()[0][0] == "89161234567"
    desk = Desk(switches={"correct-numbers": "off"})
    desk.send("89161234567")
    assert desk.messages()[0][0] == "89161234567"


@pytest.mark.contract("smscenter.send.repeated-number", "smscenter.send.period")
@pytest.mark.parametrize("more", [{}, {"period": "2", "freq": "30"}, {"hlr": "1"}])
def test_one_number_twice_is_sent_once_unless_the_switch_says_otherwise(more):
    assert Desk().send(f"{TO},+{TO}", **more)["cnt"] == 1
    assert Desk(switches={"repeated-number": "twice"}).send(f"{TO},+{TO}", **more)["cnt"] == 2


@pytest.mark.contract("smscenter.send.repeated-number", "smscenter.send.err")
def test_a_bad_number_twice_is_told_and_called_back_once(desk):
    assert desk.send(f"12,{TO},12", err="1")["errors"] == [{"phone": "12", "status": 22}]
    assert sorted(one["phone"] for one in desk.advance(5)) == ["12", TO]


@pytest.mark.contract("smscenter.send.list")
def test_a_list_has_a_text_for_each_line_and_is_charged_by_the_parts_of_each(desk):
    listed = f"{TO}:one: two\n{OTHER};{'д' * 71}"
    assert desk.json("send", list=listed, cost="2") == {"id": 1, "cnt": 3, "cost": "3"}
    assert [(to, text) for to, text, _ in desk.messages()] == [(TO, "one: two"), (OTHER, "д" * 71)]
    assert desk.status(1, OTHER, all="1")["cost"] == "2.00"
    assert desk.status(1, TO, all="1")["message"] == "one: two"
    assert desk.left == 997


@pytest.mark.contract("smscenter.send.list", "smscenter.send.error-1")
def test_a_list_with_a_line_without_text_is_error_1(desk):
    assert desk.json("send", list=f"{TO}:one\n{OTHER}")["error_code"] == 1
    assert desk.messages() == []


@pytest.mark.contract("smscenter.send.mes-max-1000", "smscenter.send.error-1")
def test_a_text_has_at_most_1000_characters(desk):
    assert desk.send(mes="a" * 1000)["cnt"] == 7
    assert desk.send(mes="a" * 1001)["error_code"] == 1
    assert "1001 characters" in desk.why()
    assert Desk(switches={"long-text": "accept"}).send(mes="a" * 1001)["cnt"] == 7


@pytest.mark.contract("smscenter.send.parts")
@pytest.mark.parametrize(
    ("mes", "parts"), [("a" * 160, 1), ("a" * 161, 2), ("д" * 70, 1), ("д" * 71, 2), ("a" * 307, 3)]
)
def test_a_text_is_charged_by_its_parts(desk, mes, parts):
    assert desk.send(mes=mes)["cnt"] == parts
    assert desk.left == 1000 - parts


@pytest.mark.contract("smscenter.send.id")
@pytest.mark.parametrize("own", ["1", "2147483647", "order-7.a_B", "x" * 40])
def test_the_client_may_give_the_id(desk, own):
    assert desk.send(id=own) == {"id": int(own) if own.isdigit() else own, "cnt": 1}
    assert desk.status(own)["status"] == -1


@pytest.mark.contract("smscenter.send.id", "smscenter.http-status.many", "smscenter.status.id")
def test_an_id_with_noughts_in_front_is_the_number_that_is_told(desk):
    assert (desk.send(id="007"), desk.send(mes="none", id="00")) == ({"id": 7, "cnt": 1}, {"id": 1, "cnt": 1})
    told = [desk.status("7"), desk.status("007"), desk.json("status", phone=f"{TO},", id="007,")[0]]
    assert [one["status"] for one in told] == [-1, -1, -1]
    assert desk.soap("get_status", phone=TO, id="007")["status"] == "-1"
    assert {one["id"] for one in desk.advance(5)} == {"7", "1"}


@pytest.mark.contract("smscenter.send.id", "smscenter.send.error-1")
@pytest.mark.parametrize("own", ["2147483648", "a b", "x" * 41, "ключ"])
def test_another_id_is_error_1(own):
    assert Desk().send(id=own)["error_code"] == 1


@pytest.mark.contract("smscenter.send.id")
def test_an_id_that_is_there_twice_means_the_newest_and_made_ids_go_round_those_taken(desk):
    desk.send(mes="old", id="1")
    desk.send(mes="new", id="1")
    assert desk.status(1, all="1")["message"] == "new"
    assert desk.send(mes="other", id="0") == {"id": 2, "cnt": 1}


@pytest.mark.contract("smscenter.send.sender", "smscenter.send.error-6")
def test_a_sender_is_11_characters_or_15_digits_or_none(desk):
    for place, name in enumerate(("elevenchars", "123456789012345", "", ".")):
        assert desk.send(mes=f"{place}", sender=name)["cnt"] == 1
    assert desk.status(4, all="1")["sender_id"] == ""
    for place, name in enumerate(("twelve chars", "1234567890123456"), 5):
        assert desk.send(sender=name)["error_code"] == 6
        assert (desk.status(place)["status"], desk.status(place)["err"]) == (23, 254)
    desk.rules({"when": {"contains": "casino"}, "then": {"refuse": {"reason": "forbidden"}}})
    assert desk.send(mes="casino")["error_code"] == 6
    assert (desk.status(7)["status"], desk.status(7)["err"]) == (23, 253)
    assert Desk(switches={"malformed-sender": "accept"}).send(sender="twelve chars")["cnt"] == 1


@pytest.mark.contract("smscenter.send.sender", "smscenter.send.error-6", "smscenter.send.keeps-id")
def test_an_account_with_a_list_of_senders_sends_under_no_other_name():
    desk = Desk(senders=["Shop"])
    assert desk.send(sender="shop")["cnt"] == 1
    assert desk.send(mes="2")["cnt"] == 1
    assert desk.send(sender="Bank") == {"error": "message is denied", "error_code": 6, "id": 3}
    assert (desk.status(3)["status"], desk.status(3)["err"]) == (23, 254)


@pytest.mark.contract("smscenter.send.translit")
def test_translit_writes_cyrillic_in_latin_letters(desk):
    assert desk.send(mes="Щука и Ёж", translit="1")["cnt"] == 1
    desk.send(mes="Привет", translit="2")
    desk.send(mes="Привет", translit="0")
    assert [text for _, text, _ in desk.messages()] == ["Schuka i Ezh", "npuBem".replace("m", "T"), "Привет"]


@pytest.mark.contract("smscenter.send.maxsms", "smscenter.send.error-1")
@pytest.mark.parametrize(("most", "parts", "length"), [("1", 1, 160), ("2", 2, 306), ("9", 3, 400)])
def test_maxsms_cuts_a_text_to_so_many_parts(desk, most, parts, length):
    assert desk.send(mes="a" * 400, maxsms=most)["cnt"] == parts
    assert len(desk.messages()[0][1]) == length
    assert desk.send(maxsms="many")["error_code"] == 1


@pytest.mark.contract("smscenter.send.flash")
def test_flash_is_served_and_shows_in_type_and_flag(desk):
    desk.send(flash="1")
    told = desk.status(1, all="1")
    assert (told["flag"], told["type"]) == (1, 1)


@pytest.mark.contract("smscenter.products", "smscenter.send.error-1")
@pytest.mark.parametrize(
    "word", ["push", "bin", "mms", "mail", "viber", "soc", "bot", "tg", "whatsapp"]
)
def test_another_product_is_error_1_and_the_explanation_names_the_parameter(desk, word):
    assert desk.send(**{word: "1"})["error_code"] == 1
    assert f"{word}=1 asks for" in desk.why()
    assert desk.send(**{word: "0"})["cnt"] == 1


@pytest.mark.contract(
    "smscenter.send.cost", "smscenter.cost.error-9", "smscenter.cost.error-1", "smscenter.cost.error-2"
)
def test_the_price_alone_sends_nothing_and_is_told_five_times_a_minute(desk):
    for _ in range(5):
        assert desk.send(f"{TO},{OTHER}", cost="1") == {"cost": "2", "cnt": 2}
    assert desk.send(f"{TO},{OTHER}", cost="1")["error_code"] == 9
    assert desk.send(cost="1") == {"cost": "1", "cnt": 1}
    desk.advance(60)
    assert desk.send(f"{TO},{OTHER}", cost="1")["cnt"] == 2
    assert desk.json("send", phones=TO, cost="1")["error_code"] == 1
    assert desk.json("send", {"login": "alex", "psw": "?"}, phones=TO, mes="x", cost="1")["error_code"] == 2
    assert (desk.messages(), desk.left) == ([], 1000)
    assert desk.send("12", cost="1")["error_code"] == 7


MONEY = {
    "0": ("OK - {cnt} SMS, ID - 1", "{cost} ({cnt} SMS)", "OK - {cnt} SMS, ID - 1, cost - {cost}",
          "OK - {cnt} SMS, ID - 1, cost - {cost}, balance - {left}"),
    "1": ("1,{cnt}", "{cost},{cnt}", "1,{cnt},{cost}", "1,{cnt},{cost},{left}"),
    "2": ("<result> <id>1</id> <cnt>{cnt}</cnt> {op}</result>",
          "<result> <cost>{cost}</cost> <cnt>{cnt}</cnt> {op}</result>",
          "<result> <id>1</id> <cnt>{cnt}</cnt> <cost>{cost}</cost> {op}</result>",
          "<result> <id>1</id> <cnt>{cnt}</cnt> <cost>{cost}</cost> <balance>{left}</balance> {op}</result>"),
    "3": ('{ "id": 1, "cnt": {cnt}{op} }', '{ "cost": "{cost}", "cnt": {cnt}{op} }',
          '{ "id": 1, "cnt": {cnt}, "cost": "{cost}"{op} }',
          '{ "id": 1, "cnt": {cnt}, "cost": "{cost}", "balance": "{left}"{op} }'),
}  # fmt: skip
"""What a send answers, by fmt and cost, as the rows send.answer, send.json and send.text-cost have it; and in the place
of {op}, where op=1 is shown,"""
LISTS = {
    "2": f"<phones> <phone>{TO}</phone> <mccmnc>25001</mccmnc> <cost>{{one}}</cost> </phones> "
         f"<phones> <phone>{OTHER}</phone> <mccmnc>25002</mccmnc> <cost>{{other}}</cost> </phones> ",
    "3": f', "phones": [{{ "phone": "{TO}", "mccmnc": "25001", "cost": "{{one}}" }}, '
         f'{{ "phone": "{OTHER}", "mccmnc": "25002", "cost": "{{other}}" }}]',
}  # fmt: skip
"""what each number costs."""
ASKED = {
    "phones": {"phones": f"{TO},{OTHER}", "mes": "a" * 161},
    "list": {"list": f"{TO}:a\n{OTHER}:{'b' * 321}"},
}  # fmt: skip
"""Four parts, two of them to the first number of `phones`, one to that of `list`."""


@pytest.mark.contract(
    "smscenter.send.money", "smscenter.send.cost", "smscenter.send.answer", "smscenter.send.json",
    "smscenter.send.text-cost", "smscenter.send.op",
)  # fmt: skip
@pytest.mark.parametrize("way", list(ASKED))
@pytest.mark.parametrize(("switch", "price"), [("short", 1), ("short", 1.4), ("short", 0.05), ("two-digits", 1.4)])
def test_in_every_format_and_for_every_cost_money_is_written_one_way(switch, price, way):
    """Two digits but in JSON and SOAP, where it is short; by the switch it has two digits there too."""
    first, second = (2, 2) if way == "phones" else (1, 3)
    for fmt, forms in MONEY.items():
        written = "{:g}" if fmt == "3" and switch == "short" else "{:.2f}"
        cost, left, one, other = (written.format(n) for n in (4 * price, 20 - 4 * price, first * price, second * price))
        lists = LISTS.get(fmt, "").replace("{one}", one).replace("{other}", other)
        for place, form in enumerate(forms):
            for op in ("", "1"):
                expected = form.replace("{cnt}", "4").replace("{cost}", cost).replace("{left}", left)
                desk = Desk(prices={"part": price}, balance=20, switches={"money-json": switch})
                said = desk.get("send", **ASKED[way], cost=str(place), fmt=fmt, op=op).decode().replace("\n", " ")
                assert said == expected.replace("{op}", lists if op else ""), (fmt, place, op)
                assert desk.left == (20 if place == 1 else 20 - 4 * price)


@pytest.mark.contract("smscenter.send.money", "smscenter.send.cost", "smscenter.soap.send", "smscenter.soap.cost")
@pytest.mark.parametrize(("switch", "cost", "left"), [("short", "5.6", "14.4"), ("two-digits", "5.60", "14.40")])
def test_money_over_soap_is_written_as_in_json(switch, cost, left):
    for way, said in ASKED.items():
        for operation in ("send_sms", "send_sms2"):
            desk = Desk(prices={"part": 1.4}, balance=20, switches={"money-json": switch})
            if way == "phones":
                assert desk.soap("get_sms_cost", **said) == {"cost": cost, "cnt": "4"}
                fields = said
            else:  # list is no element of the WSDL
                fields, operation = {"query": urlencode(said)}, "send_sms2"
            assert desk.soap(operation, **fields) == {"id": "1", "balance": left, "cost": cost, "cnt": "4"}
            assert desk.soap("get_balance") == {"balance": "14.40", "error": "0"}


@pytest.mark.contract("smscenter.send.op", "smscenter.send.cost", "smscenter.send.err")
def test_op_lists_the_numbers_of_a_price_as_those_of_a_send():
    desk = Desk(prices={"part": 1.4}, stoplist=[OTHER])
    said = {"list": f"+{TO}:a\n8 (903) 123-45-67:{'a' * 200}\n{OTHER}:b\n12:c", "op": "1", "err": "1"}
    priced = desk.json("send", **said, cost="1")
    assert list(priced) == ["cost", "cnt", "errors", "phones"]
    assert priced["phones"] == [
        {"phone": TO, "mccmnc": "25001", "cost": "1.4"}, {"phone": "89031234567", "mccmnc": "25099", "cost": "2.8"},
        {"phone": OTHER, "mccmnc": "25002", "cost": "0", "status": "23", "error": "252"},
        {"phone": "12", "mccmnc": "", "cost": "0", "status": "22", "error": "249"},
    ]  # fmt: skip
    assert (priced["cost"], priced["cnt"], desk.messages(), desk.left) == ("4.2", 3, [], 1000)
    sent = desk.json("send", **said, cost="2")
    assert [sent[name] for name in ("cost", "cnt", "errors", "phones")] == list(priced.values())
    assert desk.get("send", phones=f"{TO},{TO}", mes="twice", op="1", cost="1", fmt="2").count(b"<phone>") == 1


@pytest.mark.contract("smscenter.send.op", "smscenter.send.list-senders", "smscenter.send.some-bad")
@pytest.mark.parametrize("cost", ["1", "3"])
def test_op_tells_of_each_item_of_a_list_even_of_one_number(cost):
    """The one whose sender is refused costs nothing; another sender makes another message."""
    desk = Desk(senders=["Shop", "Bank"])
    listed = "\n".join(f"{sender}|{TO}:a" for sender in ("Shop", "Nobody", "Bank", "Shop"))
    answer = desk.json("send", list=listed, cost=cost, op="1", err="1")
    assert answer["errors"] == [{"phone": TO, "status": 23}]
    assert [(one["cost"], one.get("error")) for one in answer["phones"]] == [("1", None), ("0", "254"), ("1", None)]
    assert answer["cost"] == "2"


@pytest.mark.contract("smscenter.send.error-1")
@pytest.mark.parametrize(
    "said", [{}, {"phones": TO}, {"phones": TO, "mes": ""}, {"phones": "", "mes": "a"}, {"mes": "a"}]
)
def test_without_number_or_text_it_is_error_1(desk, said):
    assert desk.json("send", **said)["error_code"] == 1


@pytest.mark.contract("smscenter.send.error-3", "smscenter.send.keeps-id")
def test_without_money_the_id_is_used_up_and_its_record_says_so():
    desk = Desk(balance=0)
    assert desk.send()["error_code"] == 3
    told = desk.status(1, all="1")
    assert (told["status"], told["status_name"], told["cost"]) == (24, "Недостаточно средств", "0.00")
    assert desk.left == 0


@pytest.mark.contract("smscenter.send.error-7", "smscenter.send.error-8", "smscenter.send.keeps-id")
@pytest.mark.parametrize(
    ("number", "code", "status", "err"), [("123", 7, 22, 249), (OTHER, 8, 23, 252), ("79161112233", 8, 25, 248)]
)
def test_a_number_that_cannot_be_sent_to_leaves_a_record_with_its_status(number, code, status, err):
    desk = Desk(stoplist=[OTHER])
    desk.rules({"when": {"operation": "send", "to": "79161112233"}, "then": {"refuse": {"reason": "unroutable"}}})
    answer = desk.send(number)
    assert answer["error_code"] == code
    told = desk.status(answer["id"], number)
    assert (told["status"], told["err"]) == (status, err)
    assert desk.advance(60) == []


@pytest.mark.parametrize("step", [{"error": 249}, {"reason": "no-credit"}])
def test_an_error_or_a_reason_makes_a_rejected_message_something_else_and_no_other(desk, step):
    desk.rules({"then": {"steps": [{"after": 1, "status": "undelivered", **step}]}})
    desk.send()
    desk.advance(1)
    assert desk.status(1)["status"] == 20


@pytest.mark.contract("smscenter.send.some-bad", "smscenter.send.err", "smscenter.send.op")
def test_bad_numbers_among_good_ones_get_their_own_status_under_the_same_id():
    desk = Desk(stoplist=[OTHER])
    answer = desk.send(f"{TO},{OTHER},123", err="1", op="1")
    assert answer["errors"] == [{"phone": "123", "status": 22}, {"phone": OTHER, "status": 23}]
    assert answer["phones"] == [
        {"phone": TO, "mccmnc": "25001", "cost": "1"},
        {"phone": OTHER, "mccmnc": "25002", "cost": "0", "status": "23", "error": "252"},
        {"phone": "123", "mccmnc": "", "cost": "0", "status": "22", "error": "249"},
    ]
    assert (answer["cnt"], desk.left) == (1, 999)
    told = {one["phone"]: one["status"] for one in desk.advance(5)}
    assert told == {TO: "1", OTHER: "23", "123": "22"}
    assert desk.status(1, OTHER)["err"] == 252


@pytest.mark.contract("smscenter.send.error-9")
def test_the_same_text_to_the_same_numbers_from_the_same_sender_is_the_same_send(desk):
    assert desk.send()["cnt"] == 1
    assert desk.send(id="7", op="1", time="+60")["error_code"] == 9
    for other in ({"sender": "Shop"}, {"mes": "Hello!"}, {"phones": OTHER}, {"phones": f"+{TO}"}):
        assert desk.send(**other)["cnt"] == 1


@pytest.mark.contract("smscenter.send.error-9")
def test_a_refused_send_is_not_counted_and_limits_off_lifts_the_rest():
    desk = Desk(balance=0)
    assert desk.send()["error_code"] == 3
    assert desk.send()["error_code"] == 3
    desk = Desk(limits="off")
    for _ in range(60):
        assert desk.send()["cnt"] == 1


@pytest.mark.contract("smscenter.send.flood", "smscenter.send.error-8")
def test_the_51st_message_to_one_number_with_gaps_under_30_seconds_is_blocked(desk):
    for place in range(50):
        assert desk.send(mes=str(place))["cnt"] == 1
        desk.advance(29)
    answer = desk.send(mes="51")
    assert answer["error_code"] == 8
    assert "gaps under 30 s" in desk.why()
    assert (desk.status(answer["id"])["status"], desk.status(answer["id"])["err"]) == (23, 251)
    assert desk.send(OTHER, mes="51")["cnt"] == 1


@pytest.mark.contract("smscenter.send.flood")
@pytest.mark.parametrize(
    ("switch", "gap", "taken"),
    [("until-pause", 29, False), ("until-pause", 30, True), ("per-fifty", 29, True), ("per-fifty", 0.5, False)],
)
def test_what_ends_a_block(switch, gap, taken):
    """Attempts after the first that was blocked, `gap` seconds apart: only a pause ends it, or, by the switch, as soon
    as the last that was taken is 30 s ago."""
    desk = Desk(switches={"flood": switch})
    for place in range(50):
        assert desk.send(mes=str(place))["cnt"] == 1
    desk.advance(29)
    assert desk.send(mes="50", cost="1")["error_code"] == 8
    assert desk.send(mes="50")["error_code"] == 8
    desk.advance(gap)
    assert ("cnt" in desk.send(mes="51")) is taken
    if taken:
        for place in range(52, 101):
            assert desk.send(mes=str(place))["cnt"] == 1
        assert desk.send(mes="101")["error_code"] == 8
    elif switch == "until-pause":
        for place in range(52, 60):
            desk.advance(29)
            assert desk.send(mes=str(place))["error_code"] == 8
        desk.advance(30)
        assert desk.send(mes="60")["cnt"] == 1


@pytest.mark.contract("smscenter.send.flood")
def test_the_price_of_a_blocked_number_does_not_prolong_the_block(desk):
    for place in range(51):
        desk.send(mes=str(place))
    desk.advance(29)
    assert desk.send(mes="51", cost="1")["error_code"] == 8
    desk.advance(1)
    assert desk.send(mes="51")["cnt"] == 1


@pytest.mark.contract("smscenter.http.get-post")
def test_parameters_come_by_query_form_multipart_or_both_and_the_body_goes_first(desk):
    head = {"Content-Type": FORM}
    body = b"login=alex&psw=123&phones=79161234567&mes=form"
    desk.ask("POST", "/sys/send.php?mes=query&id=5", body, head)
    fields = tuple((name, value.encode()) for name, value in {**LOGIN, "phones": TO, "mes": "part"}.items())
    desk.ask("POST", "/sys/send.php", b"...", {"Content-Type": "multipart/form-data; boundary=x"}, form=fields)
    assert [text for _, text, _ in desk.messages()] == ["form", "part"]
    assert desk.status(5)["status"] == -1


@pytest.mark.contract("smscenter.http.charset", "smscenter.send.charset-missing")
def test_text_is_windows_1251_unless_charset_says_otherwise(desk):
    for charset, codec in (("", "cp1251"), ("utf-8", "utf-8"), ("koi8-r", "koi8-r")):
        octets = "Привет".encode(codec)
        said = f"/sys/send.php?login=alex&psw=123&phones={TO}&mes={quote(octets)}&charset={charset}&sender={charset}"
        assert desk.ask("GET", said).body.startswith(b"OK")
    assert {text for _, text, _ in desk.messages()} == {"Привет"}
    assert desk.lint() == []
    desk.ask("GET", f"/sys/send.php?login=alex&psw=123&phones={TO}&mes={quote('Привет')}")
    assert desk.messages()[-1][1] == "Привет".encode().decode("cp1251", "replace")
    assert desk.lint() == ["smscenter.send.charset-missing"]


@pytest.mark.contract("smscenter.send.charset-missing")
@pytest.mark.parametrize("said", [f"phones={TO}&mes={quote('Имя И')}", f"list={TO}:{quote('Имя И')}"])
def test_utf_8_without_charset_may_be_guessed_by_switch(said):
    desk = Desk(switches={"utf8-without-charset": "guess"})
    assert b"OK - 1 SMS" in desk.ask("GET", f"/sys/send.php?login=alex&psw=123&{said}&sender={quote('Лавка')}").body
    assert desk.messages()[0][1] == "Имя И"
    assert desk.sandbox.engine.state.store.batches[0].sender == "Лавка"
    octets = quote("Имя И".encode("cp1251"))
    desk.ask("GET", f"/sys/send.php?login=alex&psw=123&phones={OTHER}&mes={octets}")
    assert desk.messages()[1][1] == "Имя И"


@pytest.mark.contract("smscenter.send.charset-missing")
@pytest.mark.parametrize("said", [f"phones={OTHER}&mes={quote('Имя И')}", f"list={TO}:x%0A{OTHER}:{quote('Имя И')}"])
@pytest.mark.parametrize("when", [{"contains": "Имя"}, {"encoding": "ucs2", "matches": "^.{5}$"}])
def test_rules_see_the_text_that_is_guessed(said, when):
    desk = Desk(switches={"utf8-without-charset": "guess"})
    desk.rules({"when": when, "then": {"steps": [{"after": 1, "status": "expired"}]}})
    desk.ask("GET", f"/sys/send.php?login=alex&psw=123&{said}")
    assert {one["phone"]: one["status"] for one in desk.advance(5)}[OTHER] == "3"


@pytest.mark.contract("smscenter.send.charset-missing", "smscenter.send.op")
@pytest.mark.parametrize("cost", ["1", "3"])
@pytest.mark.parametrize("said", [f"phones={TO}&mes={quote('ж' * 70)}", f"list={TO}:{quote('ж' * 70)}"])
def test_the_costs_of_op_are_of_the_text_that_is_guessed(said, cost):
    desk = Desk(switches={"utf8-without-charset": "guess"})
    answer = json.loads(desk.ask("GET", f"/sys/send.php?login=alex&psw=123&{said}&fmt=3&op=1&cost={cost}").body)
    assert (answer["cost"], answer["phones"][0]["cost"]) == ("1", "1")


@pytest.mark.contract("smscenter.send.charset-missing", "smscenter.send.error-1")
@pytest.mark.parametrize("listed", [f"{TO}:{quote('Имя')}%0A12", quote("Имя"), f"{TO}:%0A{OTHER}:{quote('Имя')}"])
def test_a_list_that_cannot_be_read_is_error_1_where_its_text_is_guessed(listed):
    desk = Desk(switches={"utf8-without-charset": "guess"})
    reply = desk.ask("GET", f"/sys/send.php?login=alex&psw=123&fmt=3&list={listed}")
    assert json.loads(reply.body)["error_code"] == 1


@pytest.mark.contract("smscenter.http.charset-unknown")
@pytest.mark.parametrize("name", ["UTF=8", "koi-8r"])
def test_a_name_that_is_no_charset_is_taken_for_none_with_a_finding(desk, name):
    octets = quote("Привет".encode("cp1251"))
    desk.ask("GET", f"/sys/send.php?login=alex&psw=123&phones={TO}&mes={octets}&charset={quote(name)}")
    assert desk.messages()[0][1] == "Привет"
    assert desk.lint() == ["smscenter.http.charset-unknown"]


@pytest.mark.contract("smscenter.http.charset")
def test_answers_are_in_the_charset_asked_for(desk):
    desk.send(mes="Привет")
    said = {"phone": TO, "id": "1", "all": "1"}
    assert "Ожидает отправки" in desk.get("status", **said).decode("cp1251")
    assert "Ожидает отправки" in desk.get("status", **said, charset="koi8-r").decode("koi8-r")
    assert "Ожидает отправки" in desk.get("status", **said, charset="utf-8", fmt="2").decode()
    desk.send(mes="снег ☃.")
    said["id"] = "2"
    for charset, codec in (("", "cp1251"), ("koi8-r", "koi8-r")):
        assert "снег ?." in desk.get("status", **said, charset=charset).decode(codec)


def test_what_a_charset_lacks_does_not_break_an_answer(desk):
    desk.send(mes="გამარჯობა\x01 <&>")
    said = {"phone": TO, "id": "1", "all": "1"}
    assert b"?????????" in desk.get("status", **said)
    assert b"&#4306;" in desk.get("status", **said, fmt="2")
    assert b"\x01" not in desk.get("status", **said, fmt="2")


@pytest.mark.contract("smscenter.send.rest")
def test_rest_send_takes_json_and_tells_what_is_wrong_with_it(desk):
    head = {"Content-Type": "application/json"}
    body = '{"apikey": "key-of-alex", "phones": ["79161234567", 79261234567], "mes": "Привет", "flash": true}'
    assert desk.ask("POST", "/rest/send/", body.encode(), head).body == b'{\n"id": 1,\n"cnt": 2\n}'
    assert desk.messages()[0][1] == "Привет"
    for broken in (b"{", b"[]", b"\xff{}", b"null", b"", body.replace('"Привет"', '{"a": 1}').encode()):
        reply = desk.ask("POST", "/rest/send/", broken, head)
        assert b'"error_code": 1' in reply.body
        assert not broken or "the body cannot be read: " in desk.why() or "is an object" in desk.why()
    assert "mes is an object" in desk.why()
    for member, problem in (("mes", "mes is an array"), ("phones", "a member of phones is an object")):
        said = {**LOGIN, "phones": TO, "mes": "x", member: [{"phone": TO}]}
        assert b'"error_code": 1' in desk.ask("POST", "/rest/send/", json.dumps(said).encode(), head).body
        assert problem in desk.why()
    passed_over = {"param": [], "foo": ["x"], "bar": {}}
    said = json.dumps({**LOGIN, "phones": TO, "mes": "x", **passed_over}).encode()
    assert b'"cnt": 1' in desk.ask("POST", "/rest/send/", said, head).body
    lines = json.dumps({**LOGIN, "list": [f"{TO}:one", f"{OTHER}:two"]}).encode()
    assert desk.ask("POST", "/rest/send/", lines, head).body == b'{\n"id": 3,\n"cnt": 2\n}'
    assert [text for _, text, _ in desk.messages()[-2:]] == ["one", "two"]


@pytest.mark.contract("smscenter.send.ignored", "smscenter.send.raw-octets")
def test_what_is_not_known_is_left_out_of_account(desk):
    assert desk.send(tinyurl="1", nl="1", pp="7", userip="1.2.3.4", subj="s")["cnt"] == 1
    target = f"/sys/send.php?login=alex&psw=123&phones={TO}&mes=%CF"
    desk.ask("GET", target, raw_octets=True)
    assert desk.messages()[-1][1] == "П"
    assert desk.lint() == ["smscenter.send.ignored", "smscenter.send.raw-octets"]


@pytest.mark.contract("smscenter.http.values", "smscenter.send.list-alone", "smscenter.send.past-time")
@pytest.mark.parametrize(
    ("said", "row"),
    [({"cost": "4"}, "http.values"), ({"translit": "3"}, "http.values"), ({"op": "yes"}, "http.values"),
     ({"flash": "true"}, "http.values"), ({"op": "2"}, "http.values"), ({"flash": "2"}, "http.values"),
     ({"smsreq": "20"}, "send.ignored"), ({"tinyurl": "1"}, "send.ignored"),
     ({"list": f"{OTHER}:b"}, "send.list-alone"), ({"time": "01.02.26 12:30"}, "send.past-time"),
     ({"time": "01700000000"}, "send.past-time"), ({"time": "0102261230", "tz": "2"}, "send.past-time")],
)  # fmt: skip
def test_what_is_let_pass_in_silence_is_a_finding(desk, said, row):
    sent = desk.send(**said)
    assert (sent["cnt"], "phones" in sent) == (1, "op" in said)
    assert desk.sandbox.engine.state.store.batches[0].flash is ("flash" in said)
    assert desk.lint() == [f"smscenter.{row}"]
    quiet = Desk()
    usual = ({"cost": "3"}, {"time": "+5"}, {"time": "13-14"}, {"time": "02.02.26 12:30"}, {"tz": "0"})
    for place, fine in enumerate(usual):
        assert quiet.send(mes=str(place), **fine)["cnt"] == 1
    assert quiet.lint() == []


@pytest.mark.contract("smscenter.send.list-alone")
@pytest.mark.parametrize(
    ("beside", "found"), [({"phones": TO}, 1), ({"mes": "a"}, 1), ({"phones": "", "mes": ""}, 0), ({}, 0)]
)  # fmt: skip
def test_a_list_beside_a_number_or_a_text_is_a_finding(desk, beside, found):
    assert desk.json("send", list=f"{OTHER}:b", **beside)["cnt"] == 1
    assert desk.lint() == ["smscenter.send.list-alone"] * found


@pytest.mark.contract("smscenter.http.values")
def test_an_unknown_format_or_all_is_a_finding_and_a_query_escaped_as_a_whole_too(desk):
    desk.send()
    assert desk.get("status", phone=TO, id="1", fmt="json", all="3").startswith(b"Status = ")
    assert desk.lint() == ["smscenter.http.values"]


@pytest.mark.contract("smscenter.http.query-escaped")
def test_a_query_that_is_escaped_as_a_whole_is_error_1_with_a_finding(desk):
    whole = quote(f"login=alex&psw=123&phones={TO}&mes=a")
    assert desk.ask("GET", f"/sys/send.php?{whole}").body.startswith(b"ERROR = 1 ")
    assert list(desk.emulator.default.findings.by_row) == ["smscenter.http.query-escaped"]


@pytest.mark.contract(
    "smscenter.cost.error-3", "smscenter.cost.error-4", "smscenter.cost.error-5", "smscenter.cost.error-6",
    "smscenter.cost.error-7", "smscenter.cost.error-8",
)  # fmt: skip
@pytest.mark.parametrize(
    ("wish", "said", "code"),
    [({"blocked": True}, {}, 4), ({}, {"time": "never"}, 5), ({"senders": ["Shop"]}, {"sender": "Bank"}, 6),
     ({}, {"phones": "12"}, 7), ({"stoplist": [TO]}, {}, 8)],
)  # fmt: skip
def test_a_price_is_refused_as_a_send_is_but_uses_up_no_id(wish, said, code):
    desk = Desk(**wish)
    told = desk.json("send", **{"phones": TO, "mes": "a", **said}, cost="1")
    assert list(told) == ["error", "error_code"]
    assert (told["error_code"], desk.messages()) == (code, [])


@pytest.mark.contract("smscenter.cost.error-3")
def test_a_price_needs_no_money_but_a_rule_may_say_so():
    desk = Desk(balance=0)
    assert desk.send(cost="1")["cost"] == "1"
    desk.rules({"when": {"provider": "smscenter", "operation": "cost"}, "then": {"refuse": {"code": 3}}})
    assert desk.send(mes="b", cost="1")["error_code"] == 3


@pytest.mark.contract("smscenter.send.unknown-parameters")
def test_a_parameter_that_no_page_has_is_ignored_and_told_where_it_is_close_to_one(desk):
    assert desk.send(sendr="Shop", bal="1")["cnt"] == 1
    assert desk.sandbox.engine.state.store.batches[0].sender == ""
    (found,) = desk.sandbox.lint()
    assert (found.row, "did you mean 'sender'" in found.details[0]) == ("smscenter.send.unknown-parameters", True)
