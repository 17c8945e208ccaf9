"""otp and sendTime: what goes first, and what waits."""

import pytest
from providers.ubill.desk import OTHER, TO, Desk

NOW = "2026-02-01 12:00"


def order(told: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(one["smsID"], one["statusID"]) for one in told]


@pytest.mark.contract("ubill.send.otp", "ubill.send.otp-priority")
def test_a_one_time_code_goes_before_everything_else_that_is_due_at_the_same_moment(desk: Desk) -> None:
    ordinary, otp = desk.sent(text="News"), desk.sent(text="Code 1234", otp=True)
    assert order(desk.advance(10)) == [(otp, "0"), (ordinary, "0"), (otp, "1"), (ordinary, "1")]


@pytest.mark.contract("ubill.send.otp-priority")
def test_of_a_scheduled_rush_the_one_time_code_goes_first(desk: Desk) -> None:
    crowd = [desk.sent(text="News", sendTime="2026-02-01 12:30") for _ in range(5)]
    otp = desk.sent(text="Code 1234", otp="true", sendTime="2026-02-01 12:30")
    assert [sms_id for sms_id, status in order(desk.advance(3600)) if status == "1"] == [otp, *crowd]


@pytest.mark.contract("ubill.send.otp", "ubill.send.otp-json")
@pytest.mark.parametrize(("value", "first"), [
    (True, True), ("true", True), ("1", True), (1, True), (False, False), ("false", False), ("", False), (None, False),
])  # fmt: skip
def test_otp_is_true_as_text_and_as_json(value: object, first: bool) -> None:
    desk = Desk(stoplist=[OTHER])
    assert desk.send(numbers=[TO, OTHER], text="1234", otp=value, stopList=True)["statusID"] == 0
    store = desk.sandbox.engine.state.store
    assert (store.batches[0].first, len(store.messages)) == (first, 1)


@pytest.mark.contract("ubill.send.otp-only")
@pytest.mark.parametrize(("text", "bent"), [("Sale! 50% off", True), ("Your code: 1234", False), ("კოდი 1234", False),
                                           ("12345678", False), ("123456789", True), ("123", True)])
def test_an_otp_without_a_code_is_sent_and_noted(desk: Desk, text: str, bent: bool) -> None:
    desk.sent(text=text, otp=True)
    desk.sent(text="Sale! 50% off")
    assert desk.lint() == (["ubill.send.otp-only"] if bent else [])


@pytest.mark.contract("ubill.send.sendtime", "ubill.send.sendtime-format", "ubill.report.scheduled", "ubill.timezone")
def test_a_scheduled_message_waits_for_its_minute_and_is_charged_at_once(desk: Desk) -> None:
    sms_id = desk.sent(sendTime="2026-02-01 23:30")
    assert (desk.left, desk.report(sms_id)) == ("999", [(TO, "3")])
    assert desk.advance(11.5 * 3600) == []
    assert desk.report(sms_id) == [(TO, "3")]
    assert [one["date"] for one in desk.advance(10)] == ["2026-02-01 23:30:01", "2026-02-01 23:30:02"]
    assert desk.report(sms_id) == [(TO, "1")]


@pytest.mark.contract("ubill.send.sendtime-absent")
@pytest.mark.parametrize("value", [None, ""])
def test_without_send_time_the_message_goes_at_once(desk: Desk, value: object) -> None:
    desk.sent(sendTime=value)
    assert [one["date"] for one in desk.advance(10)] == ["2026-02-01 12:00:01", "2026-02-01 12:00:02"]


@pytest.mark.contract("ubill.send.sendtime-later", "ubill.send.sendtime-refused")
@pytest.mark.parametrize("value", ["2026-02-01 11:59", NOW, "1999-01-01 00:00"])
def test_a_send_time_that_is_not_later_than_now_gets_99(desk: Desk, value: str) -> None:
    assert desk.send(sendTime=value)["statusID"] == 99
    assert f"sendTime `{value}` is not Y-m-d H:i later than {NOW}:00" in desk.why()


@pytest.mark.contract("ubill.send.sendtime-later")
def test_the_next_minute_is_late_enough(desk: Desk) -> None:
    desk.advance(59.999)
    assert desk.send(sendTime="2026-02-01 12:01")["statusID"] == 0
    desk.advance(0.001)
    assert desk.send(sendTime="2026-02-01 12:01")["statusID"] == 99


@pytest.mark.contract("ubill.send.sendtime-format", "ubill.send.sendtime-refused")
@pytest.mark.parametrize("value", [
    "2026-02-01", "2026-02-01T23:30", "2026-02-01 23:30:00", "2026-2-1 23:30", "01.02.2026 23:30", "2026-02-30 23:30",
    "2026-02-01 24:00", "2026-02-01 23:5", "1769974200", 1769974200, "tomorrow", "9999-12-31 23:59", "9001-01-01 00:00",
    "0000-00-00 00:00", " ",    "٢٠٢٦-02-01 23:30", "2026-02-01 23:30\n",
])  # fmt: skip
def test_a_send_time_in_another_form_gets_99(desk: Desk, value: object) -> None:
    assert desk.send(sendTime=value)["statusID"] == 99
    assert desk.get("send", brandID="1", numbers=TO, text="x", sendTime=str(value))["statusID"] == 99


@pytest.mark.contract("ubill.send.sendtime-refused")
def test_a_switch_sends_at_once_what_has_a_wrong_send_time() -> None:
    desk = Desk(switches={"wrong-sendtime": "now"})
    desk.sent(sendTime="yesterday")
    assert len(desk.advance(2)) == 2


@pytest.mark.contract("ubill.timezone")
def test_a_switch_moves_the_zone_of_all_three_fields() -> None:
    desk = Desk(switches={"timezone": 0})
    assert desk.send(sendTime="2026-02-01 08:00")["statusID"] == 99
    desk.sent(sendTime="2026-02-01 08:01")
    assert [one["date"] for one in desk.advance(100)] == ["2026-02-01 08:01:01", "2026-02-01 08:01:02"]
    assert desk.get("brandNames")["brands"][0]["createdAt"] == "2026-02-01 08:00:00"


@pytest.mark.contract("ubill.send.sendtime")
def test_the_last_year_that_may_stand_can_be_lived_through(desk: Desk) -> None:
    desk.sent(sendTime="8999-12-31 23:59")
    told = desk.advance(8_000 * 366 * 86_400)
    assert [one["date"] for one in told] == ["8999-12-31 23:59:01", "8999-12-31 23:59:02"]
