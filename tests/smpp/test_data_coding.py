"""data_coding, and what octets say under it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.smpp import Coding, Habits, PduFault, Status, coding_of, read_text, write_text
from emulator.smpp.data_coding import read_parts

CODINGS = {
    0: Coding.GSM, 1: Coding.GSM, 3: Coding.GSM, 4: Coding.LATIN1, 8: Coding.UCS2, 12: None, 15: None,
    0x10: Coding.GSM, 0x14: Coding.LATIN1, 0x18: Coding.UCS2, 0xC8: Coding.GSM, 0xD8: Coding.GSM,
    0xE8: Coding.UCS2, 0xE0: Coding.UCS2, 0xF0: Coding.GSM, 0xF3: Coding.GSM,
    0xF4: Coding.LATIN1, 0xF7: Coding.LATIN1,
}  # fmt: skip


@pytest.mark.parametrize(("data_coding", "coding"), CODINGS.items())
def test_the_coding_is_bits_three_and_two(data_coding, coding):
    assert coding_of(data_coding) is coding


def test_system_type_iso_makes_the_default_latin_1():
    assert coding_of(0, Habits(latin1_default=True)) is Coding.LATIN1
    assert coding_of(8, Habits(latin1_default=True)) is Coding.UCS2


def test_data_coding_3_is_latin_1_only_where_that_is_set():
    assert coding_of(3, Habits(three_is_latin1=True)) is Coding.LATIN1


def test_gsm_octets_go_to_the_alphabet_that_was_handed_in(gsm):
    assert read_text(b"a\x00b\x02\x1b\x65", 0, gsm).text == "a@b$€"


def test_octets_above_the_septets_become_question_marks_and_a_note(gsm):
    read = read_text(b"caf\xe9", 0, gsm)
    assert read.text == "caf?"
    assert "0x80" in read.notes[0]


def test_latin_1_is_latin_1(gsm):
    assert read_text(b"caf\xe9", 4, gsm).text == "café"


def test_ucs_2_is_big_endian_with_surrogates(gsm):
    assert read_text(bytes.fromhex("041f d83dde00"), 8, gsm).text == "П😀"


def test_half_a_surrogate_pair_becomes_a_replacement_and_a_note(gsm):
    read = read_text(bytes.fromhex("d83d 0041"), 8, gsm)
    assert read.text == "\ufffdA"
    assert read.notes


def test_an_odd_number_of_ucs_2_octets_is_a_wrong_length(gsm):
    assert read_text(b"\x04\x1f\x04", 8, gsm).status == Status.RINVMSGLEN


def test_an_unknown_coding_is_a_failed_submit(gsm):
    assert read_text(b"a", 12, gsm).status == Status.RSUBMITFAIL


def test_a_nul_that_is_counted_is_an_at_sign(gsm):
    assert read_text(b"hi\0", 0, gsm).text == "hi@"


def test_parts_are_read_each_by_its_own_coding_and_those_of_one_coding_together(gsm):
    cut = "Приветик".encode("utf-16-be")
    parts = ((Coding.GSM, b"price 5\x1b"), (Coding.GSM, b"\x65, "), (Coding.UCS2, cut[:5]), (Coding.UCS2, cut[5:]),
             (Coding.LATIN1, b" \xe9t\xe9"), (Coding.UCS2, b"\0!\x04"))  # fmt: skip
    assert read_parts(parts, gsm) == "price 5€, Приветик été!"


def test_text_is_written_as_gsm_where_that_can_say_it_and_as_ucs_2_where_not(gsm):
    assert write_text("a@€", gsm) == (0, b"a\x00\x1b\x65")
    assert write_text("Прив", gsm) == (8, "Прив".encode("utf-16-be"))


def test_text_is_written_as_latin_1_where_that_is_asked_for(gsm):
    assert write_text("é", gsm, Coding.LATIN1) == (4, b"\xe9")


@pytest.mark.parametrize("coding", [Coding.GSM, Coding.LATIN1])
def test_text_that_a_coding_cannot_say_is_told(gsm, coding):
    assert write_text("П", gsm, coding) is None


@given(octets=st.binary(max_size=300), data_coding=st.integers(0, 255))
def test_every_message_is_a_text_or_a_fault(gsm, octets, data_coding):
    read = read_text(octets, data_coding, gsm)
    assert isinstance(read, PduFault) or isinstance(read.text, str)
