"""Submits that are read by what differs say the same as those that are read field by field."""

import random

import msgspec
import pytest
from esme import SUBMIT, desk

from emulator.admin import views
from emulator.core.commands import Credential
from emulator.providers.contract import Caller
from emulator.providers.smscenter.profile import PROFILE
from emulator.providers.smscenter.smpp import FACE
from emulator.smpp import Command, Pdu, decode, encode
from emulator.smpp.everyday import take_apart

BIND = Pdu(Command.BIND_TRANSCEIVER, 0, 1, {"system_id": b"emulator", "system_type": b""})
ISO = Pdu(Command.BIND_TRANSCEIVER, 0, 1, {"system_id": b"emulator", "system_type": b"ISO"})


def caller(bind: Pdu = BIND) -> Caller:
    who, now = Credential("system_id", "emulator"), 1_700_000_000_000_000
    return Caller(who, "127.0.0.1", PROFILE.in_force(None), bind, 1, now)


def submit(text: bytes = b"Hello", **fields: object) -> bytes:
    return encode(Pdu(Command.SUBMIT_SM, 0, 7, {**SUBMIT, "short_message": text, **fields}))


IN_SHORT = [
    submit(), submit(b""), submit(b"x" * 254), submit(b"caf\xe9", data_coding=4), submit(b"x", data_coding=0x10),
    submit("Привет".encode("utf-16-be"), data_coding=8), submit(b"x", data_coding=3), submit(source_addr=b"."),
    submit(destination_addr=b"x" * 20, dest_addr_ton=0), submit(source_addr=b"\xe9"), submit(registered_delivery=0),
    submit(service_type=b"CMT", replace_if_present_flag=1), submit(registered_delivery=0x11), submit(protocol_id=64),
]  # fmt: skip
AT_LENGTH = [
    submit(b"abc", data_coding=8), submit(b"x", data_coding=0x0C), submit(destination_addr=b""),
    submit(priority_flag=9),
    submit(destination_addr=b"79x"), submit(b"\xff"), submit(esm_class=0x40), submit(sm_default_msg_id=1),
    submit(b"\5\0\3\1\2\1Hello", esm_class=0x40), submit(validity_period=b"000001000000000R"),
    submit(schedule_delivery_time=b"000001000000000R"),
    encode(Pdu(Command.SUBMIT_SM, 0, 7, {**SUBMIT, "short_message": b"x"}, [(0x0204, b"\0\1")])),
    encode(Pdu(Command.SUBMIT_SM, 0, 7, {**SUBMIT}, [(0x0424, b"in the payload")])),
]  # fmt: skip
IN_TIME = [submit(b"a\x00\x02\x1b\x65"), submit(b"x\0", data_coding=4), submit(destination_addr=b"+79001234567")]
"""Their form is an everyday one, if it was met before; these texts and numbers are not."""
FORMS = IN_SHORT + AT_LENGTH + IN_TIME


@pytest.mark.parametrize("bind", [BIND, ISO], ids=["plain", "iso"])
def test_what_is_read_the_short_way_is_what_the_long_way_reads(bind):
    assert FACE.everyday is not None
    who, short = caller(bind), 0
    reader = FACE.everyday(who)
    for frame in FORMS * 2 + mutated(800):
        found, whole = reader.read([frame]), decode(frame)
        if found is None:
            continue
        short += 1
        series, wanted = found
        assert isinstance(whole, Pdu)
        assert len(wanted) == 1
        assert series.command(*wanted[0]) == FACE.read(whole, who)
        assert series.command(*wanted[0]) == reader.again(frame)
    assert short > 120


def mutated(count: int, forms: list[bytes] = FORMS) -> list[bytes]:
    chance, frames = random.Random(7), []
    for _ in range(count):
        octets = bytearray(chance.choice(forms))
        for _ in range(chance.randint(1, 2)):
            octets[chance.randrange(16, len(octets))] = chance.choice((0, 1, 49, chance.randrange(256)))
        frames.append(bytes(octets))
    return frames


def test_submits_that_are_read_together_say_what_each_says_by_itself():
    assert FACE.everyday is not None
    reader, chance, together = FACE.everyday(caller()), random.Random(3), 0
    other = encode(Pdu(Command.DELIVER_SM_RESP, 0, 9, {"message_id": b""}))
    for forms in (IN_SHORT[:1], IN_SHORT[:3], [submit(), submit(destination_addr=b"7900123456")], FORMS):
        frames = mutated(300, forms)
        for _ in range(100):
            frames.insert(chance.randrange(len(frames)), chance.choice([*forms, *forms, other, other[:16]]))
        for frame in frames:  # so that all forms are known
            reader.read([frame])
        begin = 0
        while begin < len(frames):
            found, alone = reader.read(frames, begin), reader.read([frames[begin]])
            assert (found is None) == (alone is None)
            many = 1
            if found is not None:
                series, wanted = found
                many = len(wanted)
                together += many > 1
                for frame, one in zip(frames[begin : begin + many], wanted, strict=True):
                    assert reader.read([frame]) == (series, [one])
            begin += many
    assert together > 40


def test_ordinary_submits_are_read_the_short_way_and_odd_ones_are_not():
    assert FACE.everyday is not None
    reader = FACE.everyday(caller())
    assert None not in [reader.read([frame]) for frame in IN_SHORT * 2]
    assert all(reader.read([frame]) is None for frame in AT_LENGTH + IN_TIME)


def test_submits_of_one_form_are_of_one_series():
    assert FACE.everyday is not None
    reader = FACE.everyday(caller())
    one, two = reader.read([submit()]), reader.read([submit(b"Hi", destination_addr=b"79001234568")])
    assert one is not None
    assert two is not None
    assert one[0] is two[0]
    assert two[1] == [("79001234568", "Hi", None)]


@pytest.mark.parametrize("length", range(16, 40))
def test_octets_without_borders_come_apart_in_no_way(length):
    assert take_apart(submit()[:length]) is None
    assert take_apart(b"\xff" * length) is None


async def test_the_journal_tells_of_a_submit_in_shorthand_what_it_tells_of_any_other():
    async with desk() as at:
        esme = await at.bound()
        await esme.submit(b"Hello")
        at.served.emulator.board.submitted = lambda *given: None
        await esme.submit(b"Hello", destination_addr=b"79001234568")
        one, two = at.sandbox.journal.exchanges(operation="send")
        assert msgspec.structs.replace(one.command, destinations=("79001234568",)) == two.command
        assert (one.request.session, one.request.peer) == (two.request.session, two.request.peer)
        for name in ("provider", "protocol", "word", "rule", "fault", "notes", "why", "request_size", "reply_size"):
            assert getattr(one, name) == getattr(two, name)
        shown, other = views.exchange(at.sandbox, one), views.exchange(at.sandbox, two)
        assert shown["explain"].partition(", balance")[0] == other["explain"].partition(", balance")[0]
        assert shown["request"]["text"] == other["request"]["text"] == "Hello"
