"""time, tz and valid: every form, on the sandbox's clock."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from providers.smscenter.desk import OTHER, TO, Desk

from emulator.core.units import HOUR, MINUTE, SECOND
from emulator.providers.smscenter.countries import zone
from emulator.providers.smscenter.dates import begins, life, spread, written

NOON = round(datetime(2026, 2, 2, 9, tzinfo=UTC).timestamp()) * SECOND
"""12:00 in Moscow."""


@pytest.mark.contract("smscenter.send.time")
@pytest.mark.parametrize(
    ("time", "zone", "after"),
    [
        ("0202261230", 0, 30 * MINUTE),
        ("02.02.26 12:30", 0, 30 * MINUTE),
        ("02.02.2026 12:30", 0, 30 * MINUTE),
        ("02.02.26 14:30", 2, 30 * MINUTE),
        ("02.02.26 11:30", -1, 30 * MINUTE),
        ("01.02.26 11:30", 0, 0),
        ("01770024600", 0, 30 * MINUTE),
        ("+30", 0, 30 * MINUTE),
        (" 30", 0, 30 * MINUTE),
        ("10-13", 0, 0),
        ("13-18", 0, HOUR),
        ("9-11", 0, 21 * HOUR),
        ("22-8", 0, 10 * HOUR),
        ("11-13", 0, 0),
        ("10-24", 0, 0),
        ("12-8", 0, 0),
        ("13-8", 0, HOUR),
        ("23-24", 0, 11 * HOUR),
        ("0", 0, 0),
        ("", 0, 0),
    ],
)
def test_every_form_of_time_is_read(time, zone, after):
    assert begins(time, NOON, zone) == NOON + after


@pytest.mark.contract("smscenter.send.time", "smscenter.send.error-5")
@pytest.mark.parametrize(
    "time", ["tomorrow", "3202261230", "02.13.26 12:30", "25-26", "24-3", "3-25", "9-9", "12:30", "+", "²-³", "1e3"]
)
def test_another_time_is_error_5(desk, time):
    assert desk.send(time=time) == {"error": "invalid date format", "error_code": 5}
    assert time in desk.why()
    assert desk.messages() == []


@pytest.mark.contract("smscenter.send.time")
@pytest.mark.parametrize("zone", ["far", "1e999", "nan", "-1e10", "25", "1_0", "\u0661", "1e0"])
def test_a_zone_that_is_none_is_error_5(desk, zone):
    assert desk.send(time="02.02.26 14:30", tz=zone)["error_code"] == 5
    assert f"tz `{zone}` is none of the forms" in desk.why()


@pytest.mark.contract("smscenter.send.time")
def test_a_scheduled_message_waits_for_its_moment(desk):
    desk.send(time="02.02.26 12:30")
    assert (desk.status(1)["status"], desk.messages()[0][2]) == (-1, "scheduled")
    assert desk.advance(1800) == []
    assert [one["status"] for one in desk.advance(2)] == ["1"]


@pytest.mark.contract("smscenter.send.valid")
@pytest.mark.parametrize(("valid", "span"), [("1", HOUR), ("24", 24 * HOUR), ("00:01", MINUTE), ("1:30", 90 * MINUTE)])
def test_valid_is_hours_or_hours_and_minutes(valid, span):
    assert life(valid) == span


@pytest.mark.contract("smscenter.send.valid", "smscenter.send.error-1")
@pytest.mark.parametrize("valid", ["25", "24:01", "1:60", "long", "00:00", "-1"])
def test_another_life_time_is_error_1(valid):
    assert Desk().send(valid=valid)["error_code"] == 1


@pytest.mark.contract("smscenter.send.valid")
def test_a_message_that_outlives_its_time_has_status_3(desk):
    desk.rules({"when": {"to": TO}, "then": {"steps": [{"after": 7200, "status": "delivered"}]}})
    desk.send(valid="1")
    assert desk.advance(3599) == []
    assert [(one["status"], "err" in one) for one in desk.advance(3601)] == [("3", False)]
    assert desk.status(1, all="1")["status_name"] == "Просрочено"


@pytest.mark.contract("smscenter.send.valid", "smscenter.send.period", "smscenter.send.list-senders")
@pytest.mark.parametrize(
    "said",
    [{"phones": f"{TO},{OTHER}", "mes": "x", "period": "2", "freq": "60"},
     {"list": f"A,1|{TO}:x\nA,0|{OTHER}:x", "time": "02.02.26 13:00"}],
)  # fmt: skip
def test_each_message_of_a_mailing_has_its_life_time_from_its_own_beginning_on(desk, said):
    desk.rules({"when": {"to": OTHER}, "then": {"steps": [{"after": 7200, "status": "delivered"}]}})
    desk.json("send", valid="00:30", **said)
    assert [(one["phone"], one["status"]) for one in desk.advance(5399)] == [(TO, "1")]
    assert [(one["phone"], one["status"]) for one in desk.advance(1)] == [(OTHER, "3")]


@pytest.mark.contract("smscenter.dates.moscow")
def test_dates_are_moscow_time_as_recorded():
    assert written(1476794052 * SECOND, zone("host", "")) == "18.10.2016 15:34:12"


@pytest.mark.contract("smscenter.dates.moscow")
@pytest.mark.parametrize(
    ("host", "switch", "hours"),
    [("smsc.ru", None, 3), ("smsc.kz", None, 5), ("www2.smsc.kz:443", None, 5), ("smsc.ua", None, 3),
     ("localhost:8775", None, 3), ("smsc.kz", 3, 3), ("smsc.ru", 5.5, 5.5)],
)  # fmt: skip
def test_dates_go_with_the_host_asked_or_with_the_account_s_switch(host, switch, hours):
    desk = Desk(switches={} if switch is None else {"timezone": switch})
    desk.send()
    said = f"/sys/status.php?login=alex&psw=123&phone={TO}&id=1&fmt=3"
    told = json.loads(desk.ask("GET", said, headers={"Host": host}).body)
    expected = datetime(2026, 2, 2, 9) + timedelta(hours=hours)
    assert told["last_date"] == f"{expected:%d.%m.%Y %H:%M:%S}"
    assert told["last_timestamp"] == NOON // SECOND


@pytest.mark.contract("smscenter.dates.moscow", "smscenter.send.time")
def test_a_time_without_tz_is_the_account_s_and_with_tz_from_moscow():
    desk = Desk(switches={"timezone": 5})
    desk.send(mes="own zone", time="02.02.26 14:30")
    desk.send(mes="Moscow", time="02.02.26 12:30", tz="0")
    begins = [batch.begins_at - desk.sandbox.now() for batch in desk.sandbox.engine.state.store.batches]
    assert begins == [1800 * SECOND] * 2


@pytest.mark.parametrize(("period", "freq", "count", "minutes"), [
    ("2", "", 4, [0, 0, 60, 60]), ("1", "20", 3, [0, 20, 40]), ("1", "60", 3, [0, 0, 0]), ("0.1", "1", 3, [0, 2, 4]),
    ("720", "1440", 3, [0, 14_400, 28_800]), ("1", "1440", 2, [0, 0]), ("10", "1", 600, [*range(600)]),
])  # fmt: skip
def test_many_messages_are_spread_over_hours_in_portions(period, freq, count, minutes):
    assert spread(period, freq, count) == [one * MINUTE for one in minutes]


@pytest.mark.parametrize(
    ("period", "freq"), [("0.09", ""), ("720.1", ""), ("1", "0.9"), ("1", "1441"), ("x", ""), ("1", "x")]
)
def test_another_spread_is_none(period, freq):
    with pytest.raises(ValueError, match="is not a number"):
        spread(period, freq, 2)
