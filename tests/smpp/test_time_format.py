"""SMPP time, 7.1.1."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.smpp import is_time, read_time, write_absolute, write_relative
from emulator.smpp.time_format import read_date, write_date

NOW = 1_795_300_200_000_000  # 2026-11-21 22:30:00 UTC
SECOND, HOUR, DAY = 10**6, 3600 * 10**6, 86400 * 10**6

MEANT = {
    b"261121223000000+": NOW,
    b"261121223000500+": NOW + SECOND // 2,
    b"261122023000016+": NOW,  # +04:00
    b"261121173000020-": NOW,  # -05:00
    b"000000000000000R": NOW,
    b"000002000000000R": NOW + 2 * DAY,
    b"000000010000000R": NOW + HOUR,
    b"000001023003000R": NOW + DAY + 2 * HOUR + 1803 * SECOND,
    b"000100000000000R": NOW + 30 * DAY,  # to the 21st of December
    b"010000000000000R": NOW + 365 * DAY,
    b"000000990000000R": NOW + 99 * HOUR,
}


@pytest.mark.parametrize(("octets", "moment"), MEANT.items(), ids=lambda value: str(value))
def test_a_time_means_its_moment(octets, moment):
    assert read_time(octets, NOW) == moment


def test_a_month_after_the_31st_of_january_is_the_last_day_of_february():
    january = read_time(b"270131120000000+", NOW)
    assert write_absolute(read_time(b"000100000000000R", january)) == b"270228120000000+"


@pytest.mark.parametrize(
    "octets",
    [b"tomorrow", b"261321000000000+", b"260230000000000+", b"261121240000000+", b"261121226000000+",
     b"261121223060000+", b"261121223000049+", b"261121223000000", b"261121223000000Z", b"26112122300000+",
     b"\xb226112122300000+", b"0000020000000000R"],
)  # fmt: skip
def test_what_is_not_a_time_is_told(octets):
    assert read_time(octets, NOW) is None
    assert not is_time(octets)


def test_an_empty_time_is_well_formed():
    assert is_time(b"")


def test_a_moment_is_written_in_a_zone():
    assert write_absolute(NOW) == b"261121223000000+"
    assert write_absolute(NOW + 700_000, 16) == b"261122023000716+"
    assert write_absolute(NOW, -20) == b"261121173000020-"


def test_a_span_is_written_as_the_php_example_writes_it():
    assert write_relative(DAY) == b"000001000000000R"
    assert write_relative(2 * DAY + 3 * HOUR + 65 * SECOND) == b"000002030105000R"


@pytest.mark.parametrize("span", [-1, 100 * DAY])
def test_a_span_that_has_no_form_is_refused(span):
    with pytest.raises(ValueError, match="99 days"):
        write_relative(span)


@given(st.integers(946_684_800 * 10, 4_102_444_799 * 10), st.integers(-48, 48))
def test_absolute_times_come_back(tenths, quarters):
    moment = min(max(tenths * 100_000, 946_800_000 * SECOND), 4_102_300_000 * SECOND)
    assert read_time(write_absolute(moment, quarters), 0) == moment


@given(st.integers(0, 100 * 86400 - 1), st.integers(0, 10**15))
def test_relative_times_come_back(seconds, now):
    assert read_time(write_relative(seconds * SECOND), now) == now + seconds * SECOND


@given(st.binary(max_size=20) | st.from_regex(rb"\A[0-9]{15}[-+R]\Z"), st.integers(0, 4 * 10**15))
def test_no_octets_make_the_reader_stumble(octets, now):
    read_time(octets, now)


def test_receipt_dates_go_both_ways():
    assert write_date(NOW, 16) == "2611220230"
    assert write_date(NOW, digits=12) == "261121223000"
    assert read_date("2611220230", 16) == read_date("261121223000") == NOW
    assert read_date("2613220230") is read_date("never") is read_date("") is None
    assert read_date("26112202301") is read_date("261122023 ") is read_date("261122023\u0660") is None
