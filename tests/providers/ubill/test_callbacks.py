"""Callbacks: when one goes out, what it says, and which answer counts as success."""

from urllib.parse import urlsplit

import pytest
from providers.ubill.desk import OTHER, TO, Desk

from emulator.core.engine.lifecycle import Outgoing
from emulator.core.statuses import STATUSES
from emulator.providers.ubill import PROVIDER


@pytest.mark.contract(
    "ubill.callback.automatic", "ubill.callback.on-change", "ubill.callback.get", "ubill.callback.key",
    "ubill.callback.sms-id", "ubill.callback.number", "ubill.callback.status-id", "ubill.callback.date",
    "ubill.callback.status-0", "ubill.callback.status-1", "ubill.callback.receiver",
)  # fmt: skip
def test_an_ordinary_message_is_called_back_as_sent_and_as_delivered() -> None:
    desk = Desk({"callback_key": "mine"})
    sms_id = desk.sent(numbers=["577123456"])
    told = desk.advance(60)
    assert told == [
        {"key": "mine", "smsID": sms_id, "number": TO, "statusID": "0", "date": "2026-02-01 12:00:01"},
        {"key": "mine", "smsID": sms_id, "number": TO, "statusID": "1", "date": "2026-02-01 12:00:02"},
    ]
    assert list(told[0]) == ["key", "smsID", "number", "statusID", "date"]


@pytest.mark.contract("ubill.callback.each-number", "ubill.callback.sms-id")
def test_each_number_of_a_request_has_callbacks_of_its_own(desk: Desk) -> None:
    sms_id = desk.sent(numbers=[TO, OTHER])
    told = [(one["smsID"], one["number"], one["statusID"]) for one in desk.advance(60)]
    assert told == [(sms_id, TO, "0"), (sms_id, OTHER, "0"), (sms_id, TO, "1"), (sms_id, OTHER, "1")]


@pytest.mark.contract(
    "ubill.callback.status-0", "ubill.callback.status-1", "ubill.callback.status-2", "ubill.callback.status-3",
    "ubill.callback.status-4", "ubill.statuses",
)  # fmt: skip
@pytest.mark.parametrize(("status", "code"), [
    ("sent", "0"), ("delivered", "1"), ("read", "1"), ("undelivered", "2"), ("expired", "2"), ("rejected", "2"),
    ("deleted", "2"),
    ("error", "4"),
])  # fmt: skip
def test_a_change_to_each_state_is_called_back_under_its_number(desk: Desk, status: str, code: str) -> None:
    desk.sent()
    desk.move(1, status)
    assert [one["statusID"] for one in desk.advance(0)] == [code]
    desk.move(1, "pending")
    assert [one["statusID"] for one in desk.advance(0)] == ["3"]


@pytest.mark.contract("ubill.callback.on-change", "ubill.statuses")
@pytest.mark.parametrize(("before", "after"), [
    ("delivered", "read"), ("undelivered", "expired"), ("pending", "unknown"), ("sent", "sent"),
])  # fmt: skip
def test_what_stays_the_same_in_ubill_s_words_is_no_change(desk: Desk, before: str, after: str) -> None:
    desk.sent()
    desk.move(1, before)
    desk.advance(0)
    desk.move(1, after)
    assert desk.advance(0) == []


@pytest.mark.contract("ubill.callback.first-status")
def test_the_first_status_is_called_back_only_with_the_switch() -> None:
    for wish, expected in (({}, ["0", "1"]), ({"callback-pending": True}, ["3", "0", "1"])):
        for when in (None, "2026-02-01 12:10"):
            desk = Desk(switches=wish)
            desk.sent(sendTime=when)
            assert [one["statusID"] for one in desk.advance(3600)] == expected


@pytest.mark.contract("ubill.callback.event")
def test_the_event_comes_right_behind_the_key_with_the_switch_only() -> None:
    desk = Desk(switches={"callback-event": "send"})
    desk.sent()
    told = desk.advance(1)[0]
    assert list(told) == ["key", "event", "smsID", "number", "statusID", "date"]
    assert told["event"] == "sms.delivery.updated"


@pytest.mark.contract("ubill.callback.date", "ubill.timezone")
def test_the_date_is_that_of_the_change_even_when_the_call_is_late(desk: Desk) -> None:
    desk.rules({"then": {"reports": {"late": 30, "twice": True}}})
    desk.sent()
    assert desk.advance(30.9) == []
    assert [one["date"] for one in desk.advance(60)] == [f"2026-02-01 12:00:0{n}" for n in (1, 1, 2, 2)]


@pytest.mark.contract("ubill.callback.key-30", "ubill.callback.key")
def test_a_callback_key_is_cut_to_30_characters() -> None:
    desk = Desk({"callback_key": "k" * 40})
    desk.sent()
    assert desk.advance(1)[0]["key"] == "k" * 30
    assert PROVIDER.shown(desk.account)["callback_key"] == "k" * 30
    fresh = Desk().account.credentials
    assert len(fresh["callback_key"]) == 30
    assert fresh["callback_key"] != fresh["key"]


@pytest.mark.contract("ubill.callback.get", "ubill.callback.no-signature")
@pytest.mark.parametrize("url", ["https://shop.ge/cb?a=%20b", "http://127.0.0.1:9/cb?a=%20b"])
def test_the_query_of_the_url_stays_in_front_and_nothing_else_is_sent(url: str) -> None:
    desk = Desk({"callback_key": "a&b"})
    desk.sent()
    report: Outgoing = desk.sandbox.engine.advance(desk.sandbox.now() + 1_000_000)[0]
    store = desk.sandbox.engine.state.store
    request = PROVIDER.report(desk.account, store.batches[0], store.messages[0], report.due, url)
    assert request is not None
    assert (request.method, request.headers, request.body) == ("GET", (), b"")
    assert request.target == (
        f"{url}&key=a%26b&smsID=100001&number={TO}&statusID=0&date=2026-02-01+12%3A00%3A01"
    )
    assert urlsplit(request.target).fragment == ""


@pytest.mark.contract("ubill.callback.success")
@pytest.mark.parametrize("status", [200, 201, 204, 250, 299])
@pytest.mark.parametrize("body", [b"OK", b"", b"no"])
def test_any_answer_from_200_to_299_is_success(status: int, body: bytes) -> None:
    assert PROVIDER.judge_answer(status, body).accepted


@pytest.mark.contract("ubill.callback.success")
@pytest.mark.parametrize("status", [100, 199, 300, 301, 403, 404, 500])
def test_any_other_answer_is_none(status: int) -> None:
    assert PROVIDER.judge_answer(status, b"OK") == (False, f"HTTP {status}; the page asks for 200 to 299")


@pytest.mark.contract("ubill.callback.retry")
def test_a_failed_callback_is_not_repeated_unless_the_switch_has_a_schedule() -> None:
    for wish, attempts in (([], 1), ([5, 60], 3)):
        desk = Desk(switches={"retry": wish})
        desk.rules({"then": {"steps": [{"after": 1, "status": "delivered"}]}})
        desk.sent()
        engine, seen = desk.sandbox.engine, []
        while (due := engine.state.scheduler.due) is not None:
            for report in engine.advance(due):
                seen.append((report.at - engine.state.began) // 1_000_000)
                engine.answered(report.attempt, False, report.at)
        assert seen == [1, 6, 66][:attempts]


@pytest.mark.contract("ubill.callback.on-change")
def test_every_state_has_one_of_the_five_numbers() -> None:
    assert {PROVIDER.profile.status(status).word for status in STATUSES} == set("01234")
