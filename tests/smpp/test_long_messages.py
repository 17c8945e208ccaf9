"""Parts: their headers on the wire, and their joining."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.smpp import (
    Joined,
    PartsAwaited,
    Pdu,
    Reassembler,
    Repeated,
    Segment,
    decode,
    key_of,
    read_content,
    read_text,
    write_part,
)
from emulator.smpp.reassembly import WAIT
from emulator.smpp.segments import read_udh


def content(octets, esm_class=0x40, tlvs=()):
    return read_content(Pdu(4, fields={"esm_class": esm_class, "short_message": octets}, tlvs=list(tlvs)))


def test_an_8_bit_concatenation_is_read(frames):
    read = read_content(decode(frames["submit_sm with an 8-bit UDH"]))
    assert (read.octets, read.part) == (b"abc", Segment(0x2A, 2, 1, "udh8"))


def test_a_16_bit_concatenation_is_read_with_the_ports_beside_it(frames):
    read = read_content(decode(frames["submit_sm with a 16-bit UDH and ports"]))
    assert read.part == Segment(0x1234, 3, 2, "udh16")
    assert read.elements == ((5, bytes.fromhex("0b8423f0")),)
    assert read.octets == b"\xff\0\xfe"


def test_sar_tlvs_are_read(frames):
    read = read_content(decode(frames["submit_sm with sar TLVs, a vendor TLV, and one unknown"]))
    assert (read.octets, read.part) == (b"hi", Segment(255, 2, 2, "sar"))


def test_a_header_in_message_payload_is_read_too():
    pdu = Pdu(4, fields={"esm_class": 0x40}, tlvs=[(0x424, bytes.fromhex("050003070201") + b"x" * 300)])
    assert read_content(pdu).part == Segment(7, 2, 1, "udh8")


def test_a_header_is_text_without_its_flag():
    assert content(bytes.fromhex("05000307020141"), esm_class=0).part is None


@pytest.mark.parametrize("octets", ["05000307020041", "05000307020341", "05000307000041"])
def test_a_concatenation_that_makes_no_sense_is_as_if_it_were_not_there(octets):
    assert content(bytes.fromhex(octets)).part is None


@pytest.mark.parametrize("octets", ["", "06000307", "0500040702014142", "020041", "01"])
def test_a_header_that_goes_too_far_is_a_wrong_length(octets):
    assert content(bytes.fromhex(octets)).status == 0x01


def test_a_header_without_elements_is_a_header_and_an_element_without_octets_is_an_element():
    assert read_udh(b"\0abc") == ((), b"abc")
    assert read_udh(b"\2\x24\0abc") == (((0x24, b""),), b"abc")


parts = st.tuples(
    st.sampled_from(["udh8", "udh16", "sar"]), st.integers(0, 255), st.integers(1, 255)
).flatmap(
    lambda row: st.builds(Segment, st.just(row[1]), st.just(row[2]), st.integers(1, row[2]), st.just(row[0]))
)


@given(
    parts,
    st.binary(max_size=130),
    st.lists(st.tuples(st.just(5), st.binary(min_size=4, max_size=4)), max_size=1),
)
def test_a_part_that_is_written_is_read_back(part, octets, elements):
    bits, body, tlvs = write_part(octets, part, tuple(elements))
    read = content(body, bits, tlvs)
    assert (read.part, read.octets, read.elements) == (part, octets, tuple(elements))


def test_the_headers_are_those_of_23_040():
    assert write_part(b"x", Segment(0x2A, 2, 1, "sar"))[:2] == (0, b"x")
    assert write_part(b"", Segment(0x2A, 2, 1, "udh8"))[1] == bytes.fromhex("0500032a0201")
    assert write_part(b"", Segment(0x1234, 3, 2, "udh16"))[1] == bytes.fromhex("06080412340302")


@given(
    st.binary(max_size=60), st.lists(st.tuples(st.sampled_from([0x20C, 0x20E, 0x20F]), st.binary(max_size=3)))
)
def test_every_message_has_a_content_or_a_fault(octets, tlvs):
    assert content(octets, tlvs=tlvs) is not None


# -- joining


def key(reference=7, total=3, width="udh8", account="a", source=b"1", destination=b"2"):
    return key_of(account, source, destination, Segment(reference, total, 1, width))


def test_parts_are_joined_in_the_order_of_their_numbers_whatever_order_they_come_in():
    joiner = Reassembler()
    assert joiner.add(key(), 3, b"c", "m3", 0) == PartsAwaited(key(), 2, WAIT)
    assert joiner.add(key(), 1, b"a", "m1", 10) == PartsAwaited(key(), 1, WAIT)
    whole = joiner.add(key(), 2, b"b", "m2", 20)
    assert (whole.octets, whole.names) == (b"abc", ("m1", "m2", "m3"))
    assert joiner.gatherings == {}


def test_a_character_cut_between_two_parts_is_whole_again(gsm):
    joiner = Reassembler()
    joiner.add(key(total=2), 1, b"152 \x1b", "1", 0)
    whole = joiner.add(key(total=2), 2, b"\x65", "2", 0)
    assert read_text(whole.octets, 0, gsm).text == "152 €"


def test_a_surrogate_pair_cut_between_two_parts_is_whole_again(gsm):
    joiner = Reassembler()
    joiner.add(key(total=2), 1, b"\xd8\x3d", "1", 0)
    assert read_text(joiner.add(key(total=2), 2, b"\xde\x00", "2", 0).octets, 8, gsm).text == "😀"


@pytest.mark.parametrize(
    "other",
    [key(8), key(total=2), key(width="udh16"), key(width="sar"), key(account="b"), key(source=b"9"),
     key(destination=b"9")],
)  # fmt: skip
def test_parts_of_different_messages_do_not_meet(other):
    joiner = Reassembler()
    joiner.add(key(), 1, b"a", "1", 0)
    joiner.add(other, 2, b"b", "2", 0)
    assert len(joiner.gatherings) == 2


def test_a_repeated_part_is_told_and_does_no_harm():
    joiner = Reassembler()
    joiner.add(key(), 1, b"a", "m1", 0)
    assert joiner.look(key(), 1, b"a") == Repeated(key(), 1, "m1", same=True, missing=key().total - 1)
    assert joiner.look(key(), 2) is None
    assert joiner.add(key(), 1, b"a", "again", 5) == Repeated(key(), 1, "m1", same=True, missing=key().total - 1)
    assert joiner.add(key(), 1, b"other", "again", 5) == Repeated(key(), 1, "m1", same=False, missing=key().total - 1)
    joiner.add(key(), 2, b"b", "m2", 6)
    assert joiner.add(key(), 3, b"c", "m3", 7).octets == b"abc"


def test_a_reference_begins_a_new_message_after_the_old_one_is_whole():
    joiner = Reassembler()
    joiner.add(key(total=2), 1, b"a", "1", 0)
    joiner.add(key(total=2), 2, b"b", "2", 0)
    assert isinstance(joiner.add(key(total=2), 1, b"c", "3", 1), PartsAwaited)


def test_a_message_of_one_part_is_whole_at_once():
    whole = Reassembler().add(key(total=1), 1, b"a", "1", 0)
    assert (whole.octets, whole.names) == (b"a", ("1",))


def test_parts_are_given_up_a_minute_after_the_first_of_them():
    joiner = Reassembler()
    joiner.add(key(), 2, b"b", "m2", 1000)
    joiner.add(key(), 3, b"c", "m3", 50_000_000)
    joiner.add(key(8), 1, b"x", "n1", 2000)
    assert joiner.next_due() == 60_001_000
    assert joiner.expire(60_000_999) == []
    (lost,) = joiner.expire(60_001_000)
    assert ([piece.name for piece in lost.pieces], lost.missing) == (["m2", "m3"], [1])
    assert joiner.next_due() == 60_002_000


def test_a_joiner_goes_into_a_snapshot_and_comes_back():
    joiner = Reassembler()
    joiner.add(key(account="a'b\"", source=b"\xff"), 2, b"\0b", "m2", 1000)
    again = msgspec.json.decode(msgspec.json.encode(joiner), type=Reassembler)
    assert again == joiner
    again.add(key(account="a'b\"", source=b"\xff"), 1, b"a", "m1", 1000)
    assert isinstance(again.add(key(account="a'b\"", source=b"\xff"), 3, b"c", "m3", 1000), Joined)
