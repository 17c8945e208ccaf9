"""get.php and senders.php: what was sent, what subscribers sent, the senders' names (facts, 5.2 to 5.4), in memory."""

import json

import pytest
from providers.smscenter.desk import OTHER, TO, Desk

from emulator.core.admin_commands import PutIncoming

NAMES = [
    "status", "last_date", "last_timestamp", "err", "send_date", "send_timestamp", "phone", "cost", "sender_id",
    "status_name", "message", "id", "int_id", "sms_cnt", "format", "mccmnc", "operator",
]  # fmt: skip


def busy():
    """Three messages, a day apart, at noon."""
    desk = Desk()
    for number, text in ((TO, "one"), (OTHER, "two"), (TO, "три")):
        desk.send(number, text, id=f"{text}-7" if text.isascii() else "")
        desk.advance(86400)
    return desk


def texts(desk, **query):
    found = desk.json("get", get_messages="1", **query)
    return [one["message"] for one in found] if isinstance(found, list) else found["error_code"]


@pytest.mark.contract("smscenter.history.answer")
def test_what_was_sent_is_an_array_with_the_newest_first_also_when_there_is_one():
    desk = busy()
    found = desk.json("get", get_messages="1")
    assert [one["message"] for one in found] == ["три", "two", "one"]
    assert [list(one) for one in found] == [NAMES] * 3
    first = found[2]
    assert (first["status"], first["err"], first["phone"], first["cost"], first["id"]) == (1, 0, TO, "1.00", "one-7")
    assert (first["send_date"], first["int_id"], first["format"]) == ("02.02.2026 12:00:00", 1, 0)
    assert (first["mccmnc"], first["operator"], first["status_name"]) == ("25001", "МТС", "Доставлено")
    assert texts(desk, cnt="1") == ["три"]


@pytest.mark.contract("smscenter.history.answer")
def test_the_texts_are_a_line_a_message():
    desk = busy()
    pairs, values = (desk.get("get", get_messages="1", cnt="2", fmt=fmt).decode("cp1251").split("\n") for fmt in "01")
    assert pairs[0].startswith("status = 1, last_date = 04.02.2026 12:00:02, last_timestamp = 1770195602, err = 0, ")
    assert [line.split(", ")[10] for line in pairs] == ["message = три", "message = two"]
    assert values[1].startswith("1,03.02.2026 12:00:02,1770109202,0,03.02.2026 12:00:00,1770109200,79261234567,1.00,")
    xml = desk.get("get", get_messages="1", cnt="1", fmt="2").decode("cp1251")
    assert xml.startswith("<list>\n<sms>\n<status>1</status>\n")


@pytest.mark.contract("smscenter.history.dates")
def test_the_days_asked_for_are_the_account_s_and_the_last_one_counts():
    desk = busy()
    assert texts(desk, start="03.02.2026") == ["три", "two"]
    assert texts(desk, start="02.02.2026", end="03.02.2026") == ["two", "one"]
    assert texts(desk, start="01.02.2026", end="01.02.2026") == 3
    for wrong in ({"start": "2026-02-02"}, {"start": "31.02.2026"}, {"start": "01.02.2025"}, {"end": "1.2.2026"},
                  {"end": "31.12.9999"}):  # fmt: skip
        assert texts(desk, **wrong) == 1
    desk.advance(12 * 3600)
    desk.send(mes="at midnight")
    assert (texts(desk, start="06.02.2026"), texts(desk, start="05.02.2026", end="05.02.2026")) == (["at midnight"], 3)
    west = Desk(switches={"timezone": -12})
    west.send(mes="late")
    assert (texts(west, start="02.02.2026"), texts(west, start="01.02.2026", end="01.02.2026")) == (3, ["late"])


@pytest.mark.contract("smscenter.history.narrow", "smscenter.history.error-1", "smscenter.history.error-3")
def test_it_is_narrowed_by_number_format_and_the_id_to_page_back_from():
    desk = busy()
    desk.advance(60)
    desk.send(TO, "code", call="1")
    assert texts(desk, phone=f"+{TO}", format="0") == ["три", "one"]
    assert len(texts(desk, phone=f"{TO},{OTHER}")) == 4
    assert texts(desk, prev_id="3") == ["two", "one"]
    assert texts(desk, prev_id="3", phone=TO) == ["one"]
    (call,) = desk.json("get", get_messages="1", format="9")
    assert (call["format"], call["message"]) == (9, desk.messages()[-1][1])
    desk.send(TO, "at once", flash="1")
    (flash,) = desk.json("get", get_messages="1", format="1")
    assert (flash["format"], flash["message"]) == (1, "at once")
    assert texts(desk, phone=TO, format="0") == ["три", "one"]
    for nothing in ({"format": "8"}, {"email": "a@b.c"}, {"phone": "79990000000"}):
        assert texts(desk, **nothing) == 3
    for wrong in ({"cnt": "1001"}, {"cnt": "x"}, {"prev_id": "-1"}):
        assert texts(desk, **wrong) == 1


@pytest.mark.contract("smscenter.history.answer")
def test_a_deleted_message_is_history_no_more():
    desk = busy()
    assert desk.get("status", phone=TO, id="one-7", **{"del": "1"}) == b"OK"
    assert texts(desk) == ["три", "two"]


def came(desk, text, source=TO, to="79000000001"):
    desk.sandbox.control(PutIncoming("smscenter", "http", source, to, text))
    desk.sandbox.engine.advance(desk.sandbox.now())


@pytest.mark.contract("smscenter.incoming.answer")
def test_what_subscribers_sent_is_an_array_with_the_newest_first(desk):
    assert desk.json("get", get_answers="1") == []
    came(desk, "STOP")
    desk.advance(3600)
    came(desk, "привет", OTHER)
    newest, first = desk.json("get", get_answers="1", hour="2")
    assert list(first) == ["id", "received", "phone", "message", "to_phone", "sent"]
    assert first == {
        "id": 1, "received": "02.02.2026 12:00:00", "phone": TO, "message": "STOP", "to_phone": "79000000001",
        "sent": "02.02.2026 12:00:00",
    }  # fmt: skip
    assert (newest["id"], newest["message"]) == (2, "привет")
    assert desk.get("get", get_answers="1", cnt="1").decode("cp1251") == (
        f"id = 2, received = 02.02.2026 13:00:00, phone = {OTHER}, message = привет, to_phone = 79000000001, "
        "sent = 02.02.2026 13:00:00"
    )  # fmt: skip


@pytest.mark.contract("smscenter.incoming.narrow", "smscenter.incoming.error-1")
def test_they_are_narrowed_by_hours_id_and_the_number_they_were_sent_to(desk):

    def ids(**query):
        found = desk.json("get", get_answers="1", **query)
        return [one["id"] for one in found] if isinstance(found, list) else found["error_code"]

    came(desk, "old")
    desk.advance(169 * 3600)
    came(desk, "a", to="79000000002")
    desk.advance(2 * 3600)
    came(desk, "b")
    assert (ids(), ids(hour="168"), ids(hour="1"), ids(hour="2")) == ([3, 2], [3, 2], [3], [3, 2])
    assert (ids(after_id="2"), ids(to_phone="79000000002"), ids(cnt="1")) == ([3], [2], [3])
    assert (ids(hour="169"), ids(cnt="10001"), ids(after_id="a")) == (1, 1, 1)


@pytest.mark.contract("smscenter.incoming.error-9")
def test_the_fourth_identical_question_within_a_minute_is_error_9(desk):
    asked = [desk.json("get", get_answers="1", hour="1") for _ in range(4)]
    assert asked[:3] == [[]] * 3
    assert asked[3]["error_code"] == 9
    assert desk.json("get", get_answers="1", hour="2") == []
    desk.advance(60)
    assert desk.json("get", get_answers="1", hour="1") == []


@pytest.mark.contract("smscenter.senders.answer", "smscenter.senders.error-1")
def test_the_senders_are_an_array_also_when_there_is_none():
    assert Desk().json("senders", get="1") == []
    desk = Desk(senders=["Shop", {"name": "New", "state": "pending"}, "Bank"])
    assert desk.json("senders", get="1") == [{"id": 1, "sender": "Shop"}, {"id": 3, "sender": "Bank"}]
    assert desk.get("senders", get="1", fmt="0") == b"id = 1, sender = Shop\nid = 3, sender = Bank"
    assert desk.json("senders", add="1", sender="X")["error_code"] == 1
    assert "senders.php serves get alone" in desk.why()


ASKED = {"history": ("get", "get_messages"), "incoming": ("get", "get_answers"), "senders": ("senders", "get"),
         "operator": ("info", "get_operator")}  # fmt: skip


@pytest.mark.contract(
    "smscenter.history.error-2", "smscenter.history.error-4", "smscenter.history.error-9", "smscenter.incoming.error-2",
    "smscenter.incoming.error-4", "smscenter.senders.error-2", "smscenter.senders.error-4", "smscenter.senders.error-9",
    "smscenter.operator.error-2", "smscenter.operator.error-4",
)  # fmt: skip
@pytest.mark.parametrize("name", ASKED)
def test_who_asks_is_looked_at_first_and_how_many_at_once(name):
    page, word = ASKED[name]
    desk = Desk()
    assert desk.json(page, {"login": "alex", "psw": "no"}, **{word: "1"})["error_code"] == 2
    assert desk.get(page, {"login": "no", "psw": "no"}, fmt="1", **{word: "1"}) == b"0,-2"
    desk.in_flight = 15
    if name != "incoming":
        assert desk.json(page, phone=TO, **{word: "1"})["error_code"] == 9
    assert Desk(blocked=True).json(page, **{word: "1"})["error_code"] == 4


@pytest.mark.contract("smscenter.history.error-1")
@pytest.mark.parametrize(("page", "word", "why"), [
    *(("get", word, "get.php serves get_messages and get_answers")
      for word in ("get_stat", "get_price", "get_mega_accounts", "get_senders", "nothing")),
    ("senders", "add", "senders.php serves get alone"), ("info", "get_mnp", "info.php serves get_operator alone"),
])  # fmt: skip
def test_what_else_a_page_is_asked_for_is_error_1_by_fmt_and_explained(desk, page, word, why):
    said = [desk.get(page, fmt=str(fmt), **{word: "1"}) for fmt in range(4)]
    assert said[:2] == [b"ERROR = 1 (" + said[0][11:], b"0,-1"]
    assert b"<error_code>1</error_code>" in said[2]
    assert json.loads(said[3])["error_code"] == 1
    assert why in desk.why()
