"""A stream in any pieces gives the same PDUs, and nothing makes the buffer grow or an exception fly."""

import random
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.smpp import Framer, Pdu, Session, Status, Unreadable, describe, encode
from emulator.smpp.pdu_tables import RESPONSE
from emulator.smpp.session_states import Role


def test_a_pdu_that_comes_octet_by_octet_is_told_with_its_last_octet(frames):
    for name, frame in frames.items():
        framer = Framer()
        told = [framer.feed(bytes((octet,))) for octet in frame]
        assert [len(found) for found in told] == [0] * (len(frame) - 1) + [1], name
        assert encode(told[-1][0]) == frame, name
        assert not framer.waiting, name


def test_ten_pdus_in_one_segment_are_told_at_once_and_in_order(frames):
    ten = list(frames.values())[:10]
    assert [encode(pdu) for pdu in Framer().feed(b"".join(ten))] == ten


def test_the_start_of_the_next_pdu_waits_for_its_rest(frames):
    framer, frame = Framer(), frames["submit_sm in GSM"]
    assert len(framer.feed(frame + frame[:7])) == 1
    assert len(framer.waiting) == 7
    assert [encode(pdu) for pdu in framer.feed(frame[7:])] == [frame]


@given(cuts=st.lists(st.integers(0, 2000), max_size=20))
def test_the_pieces_do_not_matter(cuts, frames):
    stream = b"".join(frames.values())
    framer, found = Framer(), []
    borders = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    for start, end in pairwise(borders):
        found += framer.feed(stream[start:end])
    assert b"".join(encode(pdu) for pdu in found) == stream


@pytest.mark.parametrize("length", [0, 15, 70_001, 0x80000000, 0xFFFFFFFF])
def test_a_length_that_cannot_be_is_told_at_once_and_loses_the_link(length):
    (found,) = Framer().feed(length.to_bytes(4, "big"))
    assert (found.status, found.answer, found.closes, found.sequence) == (2, "generic_nack", True, 0)


def test_the_sequence_number_of_a_lost_frame_is_answered_where_it_was_read():
    (found,) = Framer().feed(bytes.fromhex("ffffffff 00000004 00000000 0000002a 00000000"))
    assert encode(found.reply()) == bytes.fromhex("00000010 80000000 00000002 0000002a")


@pytest.mark.parametrize("length", [15, 70_001])
@pytest.mark.parametrize(("octets", "command", "sequence"), [
    ("", 0, 0), ("000000", 0, 0), ("00000004", 4, 0), ("00000004 00000000 000000", 4, 0),
    ("00000004 00000000 00000007", 4, 7), ("00000004 00000000 00000007 ff", 4, 7),
])  # fmt: skip
def test_of_a_lost_frame_is_told_what_came_of_its_header(length, octets, command, sequence):
    (found,) = Framer().feed(length.to_bytes(4, "big") + bytes.fromhex(octets))
    assert (found.command_id, found.sequence) == (command, sequence)
    assert (found.status, found.closes) == (Status.RINVCMDLEN, True)
    bounds = "less than a header" if length == 15 else "more than the 70000 that are taken"
    assert f"command_length {length} is {bounds}" in found.why


@pytest.mark.parametrize("length", [16, 70_000])
def test_the_smallest_and_the_largest_length_are_taken(length):
    octets = length.to_bytes(4, "big") + (0x15 if length == 16 else 4).to_bytes(4, "big") + bytes(length - 8)
    (found,) = Framer().feed(octets)
    assert not (isinstance(found, Unreadable) and found.closes)


def test_good_pdus_before_a_lost_one_are_still_told(frames):
    found = Framer().feed(frames["enquire_link"] + b"\xff" * 16)
    assert isinstance(found[0], Pdu)
    assert isinstance(found[1], Unreadable)


def test_after_a_lost_frame_nothing_is_heard_any_more(frames):
    framer = Framer()
    framer.feed(b"\xff" * 4)
    assert framer.lost
    assert framer.feed(frames["enquire_link"]) == []


@pytest.mark.parametrize(
    "stranger", [b"GET / HTTP/1.1\r\n", b"POST /x HTTP/1.1\r\n", b"\x16\x03\x01\x02\x00\x01"]
)
def test_a_stranger_on_the_port_is_called_by_its_name(stranger):
    (found,) = Framer().feed(stranger)
    assert "the octets are the start of" in found.why
    slow = Framer()
    assert [len(slow.feed(stranger[at : at + 1])) for at in range(5)] == [0, 0, 0, 1, 0]


def test_a_pdu_that_claims_two_gigabytes_costs_nothing():
    framer = Framer()
    tracemalloc.start()
    framer.feed(bytes.fromhex("80000000 00000004 00000000 00000001"))
    for _ in range(100):
        framer.feed(bytes(65536))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not framer.waiting
    assert peak < 300_000


def mutants(frames, rolls, many):
    """Flipped, cut, stretched, spliced and invented octets; every second one keeps a true command_length."""
    golden = list(frames.values())
    for number in range(many):
        octets = bytearray(rolls.choice(golden))
        for _ in range(rolls.randint(1, 6)):
            at = rolls.randrange(len(octets) + 1)
            match rolls.randrange(5):
                case 0:
                    octets[at : at + 1] = bytes((rolls.randrange(256),))
                case 1:
                    del octets[at : at + rolls.randint(1, 8)]
                case 2:
                    octets[at:at] = rolls.randbytes(rolls.randint(1, 8))
                case 3:
                    octets[at:] = rolls.choice(golden)[at:]
                case 4:
                    octets[at : at + 4] = rolls.randbytes(4)
        if number % 2:
            octets[0:4] = len(octets).to_bytes(4, "big")
        yield bytes(octets)


@pytest.mark.parametrize("count", [6_000, pytest.param(30_000, marks=pytest.mark.long)])
def test_broken_pdus_raise_nothing_and_leave_nothing(frames, count):
    rolls = random.Random(20261121)
    session = Session(Role.SMSC, 0.0)
    read = lost = 0
    for octets in mutants(frames, rolls, count):
        framer = Framer()
        for item in framer.feed(octets):
            session.received(item, 1.0)
            describe(item)
            if isinstance(item, Unreadable):
                reply = item.reply()
                assert reply is None or len(encode(reply)) == 16
                assert reply is None or not item.command_id & RESPONSE or item.closes
                lost += item.closes
            else:
                assert encode(item) == item.raw
                read += 1
        assert len(framer.waiting) <= len(octets)
    assert read > count // 10
    assert lost > count // 30
    assert not session.own.waiting


def test_random_octets_behind_a_true_header_get_a_status_of_the_specification():
    rolls = random.Random(7)
    known = {int(status) for status in Status}
    for _ in range(5000):
        body = rolls.randbytes(rolls.randint(0, 60))
        head = (len(body) + 16).to_bytes(4, "big") + bytes((0, 0, 0, rolls.randrange(0x22)))
        (found,) = Framer().feed(head + bytes(8) + body)
        assert isinstance(found, Pdu) or (found.status in known and found.why)
