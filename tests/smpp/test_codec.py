"""Octets to PDU and back, judged by octets made by hand (golden.hex) and by smpplib."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.smpp import (
    CannotEncode,
    CommandId,
    Destination,
    Pdu,
    Status,
    Unreadable,
    Unsuccessful,
    decode,
    encode,
)
from emulator.smpp.pdu_tables import LAYOUTS, RESPONSE, FieldKind


def pdu(command_id, body=b"", status=0, sequence=7):
    return struct.pack(">IIII", len(body) + 16, command_id, status, sequence) + body


def test_a_golden_pdu_is_read_and_written_back_octet_for_octet_also_without_its_raw_octets(frames):
    assert len(frames) > 30
    for name, frame in frames.items():
        read = decode(frame)
        assert isinstance(read, Pdu), name
        assert encode(read) == frame, name
        assert encode(read.numbered(read.sequence)) == frame, name


def test_the_fields_of_a_submit_are_read_by_their_standard_names(frames):
    read = decode(frames["submit_sm in GSM"])
    assert read.fields == {
        "service_type": b"",
        "source_addr_ton": 5,
        "source_addr_npi": 0,
        "source_addr": b"Shop",
        "dest_addr_ton": 1,
        "dest_addr_npi": 1,
        "destination_addr": b"995555123456",
        "esm_class": 0,
        "protocol_id": 0,
        "priority_flag": 1,
        "schedule_delivery_time": b"",
        "validity_period": b"",
        "registered_delivery": 1,
        "replace_if_present_flag": 0,
        "data_coding": 0,
        "sm_default_msg_id": 0,
        "short_message": b"Hello",
    }
    assert (read.name, read.status, read.sequence, read.tlvs) == ("submit_sm", 0, 5, [])


def test_unknown_and_vendor_tlvs_are_kept_in_their_order(frames):
    read = decode(frames["submit_sm with sar TLVs, a vendor TLV, and one unknown"])
    assert read.tlvs[-2:] == [(0x1401, b"\0\1\2"), (0x7777, b"")]
    assert [tag for tag, _ in read.tlvs] == [0x020C, 0x020E, 0x020F, 0x1401, 0x7777]


def test_a_message_is_found_in_message_payload_when_the_short_one_is_empty(frames):
    read = decode(frames["submit_sm in UCS-2, text in message_payload, as the PHP example says it"])
    assert read.message == "Прив".encode("utf-16-be")


def test_a_udh_stays_in_the_short_message(frames):
    assert decode(frames["submit_sm with an 8-bit UDH"]).octets("short_message") == bytes.fromhex(
        "0500032a0201616263"
    )


def test_the_destinations_of_submit_multi_are_values(frames):
    read = decode(frames["submit_multi to a number and a list"])
    assert read.fields["dest_address"] == (Destination(1, b"2", 1, 1), Destination(2, b"list"))


def test_the_failures_of_submit_multi_resp_are_values(frames):
    read = decode(frames["submit_multi_resp with one failure"])
    assert read.fields["unsuccess_sme"] == (Unsuccessful(1, 1, b"2", Status.RINVDSTADR),)


def test_a_response_without_body_has_no_fields(frames):
    assert decode(frames["submit_sm_resp throttled, without body"]).fields == {}


def test_a_response_with_a_single_nul_has_an_empty_field(frames):
    assert decode(frames["submit_sm_resp with a vendor's status and a single NUL"]).fields == {
        "message_id": b""
    }


def test_an_error_response_with_a_body_that_cannot_be_read_is_still_a_pdu(frames):
    assert decode(frames["submit_sm_resp with an error and letters without NUL"]).rest == b"nope"


def test_text_in_the_body_of_a_deliver_sm_resp_is_let_through():
    assert decode(pdu(0x80000005, b"thanks")).rest == b"thanks"


BEFORE_SOURCE = b"\0\1\1"
BEFORE_DESTINATION = b"\0\1\1" + b"1\0" + b"\1\1"
BEFORE_SCHEDULE = BEFORE_DESTINATION + b"2\0" + b"\0\0\0"
BEFORE_MESSAGE = BEFORE_SCHEDULE + b"\0\0" + b"\0\0\0\0"

FIELD_FAULTS = {
    "service_type too long": (4, b"sixsix\0", Status.RINVSERTYP, "service_type"),
    "source_addr too long": (4, BEFORE_SOURCE + b"1" * 21 + b"\0", Status.RINVSRCADR, "source_addr"),
    "source_addr without NUL": (4, BEFORE_SOURCE + b"1" * 5, Status.RINVSRCADR, "source_addr"),
    "destination_addr too long": (
        4,
        BEFORE_DESTINATION + b"2" * 21 + b"\0",
        Status.RINVDSTADR,
        "destination_addr",
    ),
    "schedule too long": (4, BEFORE_SCHEDULE + b"3" * 17 + b"\0", Status.RINVSCHED, "schedule_delivery_time"),
    "validity too long": (
        4,
        BEFORE_SCHEDULE + b"\0" + b"4" * 17 + b"\0",
        Status.RINVEXPIRY,
        "validity_period",
    ),
    "sm_length past the end": (4, BEFORE_MESSAGE + b"\5four", Status.RINVMSGLEN, "sm_length"),
    "body without sm_length": (4, BEFORE_MESSAGE, Status.RINVCMDLEN, "sm_length"),
    "empty body": (4, b"", Status.RINVCMDLEN, "service_type"),
    "body that ends inside numbers": (4, b"\0\1", Status.RINVCMDLEN, "source_addr_npi"),
    "three octets behind the message": (4, BEFORE_MESSAGE + b"\0" + b"abc", Status.RINVOPTPARSTREAM, ""),
    "TLV past the end": (
        4,
        BEFORE_MESSAGE + b"\0" + b"\4\x24\0\5four",
        Status.RINVOPTPARSTREAM,
        "message_payload",
    ),
    "system_id too long": (2, b"a" * 16 + b"\0", Status.RINVSYSID, "system_id"),
    "password too long": (2, b"a\0" + b"p" * 9 + b"\0", Status.RINVPASWD, "password"),
    "system_type too long": (2, b"a\0b\0" + b"c" * 13 + b"\0", Status.RINVSYSTYP, "system_type"),
    "message_id too long": (3, b"7" * 65 + b"\0", Status.RINVMSGID, "message_id"),
    "dest_flag 3": (0x21, b"\0\0\0\0" + b"\1\3", Status.RINVDESTFLAG, "dest_flag"),
    "fewer destinations than said": (0x21, b"\0\0\0\0" + b"\2\1\1\0012\0", Status.RINVCMDLEN, "dest_flag"),
}


@pytest.mark.parametrize(
    ("command", "body", "status", "field"), FIELD_FAULTS.values(), ids=FIELD_FAULTS.keys()
)
def test_a_field_fault_has_its_own_status_and_is_answered_by_the_own_response(command, body, status, field):
    found = decode(pdu(command, body))
    assert isinstance(found, Unreadable)
    assert (found.status, found.field, found.answer, found.closes) == (status, field, "own response", False)
    assert encode(found.reply()) == pdu(command | RESPONSE, status=status)


def test_whatever_is_cut_off_or_runs_on_is_told_by_the_field_that_is_not_whole(frames):
    """What no pattern matches is always explained; what is read is written back as it was."""
    for name, frame in frames.items():
        for at in range(16, len(frame)):
            for spoilt in (frame[:at], frame[:at] + b"x" * 66 + frame[at:]):
                found = decode(pdu(int.from_bytes(frame[4:8], "big"), spoilt[16:]))
                assert found.why if isinstance(found, Unreadable) else encode(found) == found.raw, (name, at)


def test_a_string_may_fill_its_field_to_the_last_octet():
    assert isinstance(decode(pdu(2, b"a" * 15 + b"\0" + b"p" * 8 + b"\0" + b"\0" * 5)), Pdu)


def test_an_unknown_command_is_nacked_with_its_number_and_the_link_goes_on():
    found = decode(pdu(0x0000DEAD, b"whatever", sequence=99))
    assert encode(found.reply()) == bytes.fromhex("00000010 80000000 00000003 00000063")
    assert not found.closes


def test_an_unknown_response_is_never_answered():
    assert decode(pdu(0x8000DEAD)).reply() is None


def test_a_broken_response_is_never_answered():
    assert decode(pdu(0x80000004, b"no nul")).reply() is None


def test_a_broken_alert_notification_is_never_answered():
    assert decode(pdu(0x102, b"\1")).reply() is None


@pytest.mark.parametrize(
    "frame", [b"", b"\0\0\0\x10", pdu(0x15) + b"x", pdu(0x15)[:-1]], ids=lambda f: f"{len(f)}"
)
def test_a_frame_whose_length_lies_loses_the_link(frame):
    found = decode(frame)
    assert (found.status, found.answer, found.closes) == (Status.RINVCMDLEN, "generic_nack", True)


@pytest.mark.parametrize(
    "wrong",
    [
        Pdu(4, fields={"sourse_addr": b"1"}),
        Pdu(4, fields={"esm_class": 256}),
        Pdu(4, fields={"source_addr": 5}),
        Pdu(4, fields={"short_message": b"x" * 256}),
        Pdu(4, fields={"short_message": 3}),
        Pdu(4, tlvs=[(0x424, b"x" * 65536)]),
        Pdu(4, tlvs=[(70000, b"")]),
        Pdu(4, sequence=1 << 32),
        Pdu(0x21, fields={"dest_address": (5,)}),  # type: ignore[dict-item]
        Pdu(0xBAD, fields={"message_id": b""}),
    ],
    ids=lambda wrong: str(wrong)[:60],
)
def test_a_pdu_of_ours_that_does_not_fit_says_so_in_our_own_words(wrong):
    with pytest.raises(CannotEncode):
        encode(wrong)


def test_an_unknown_command_can_be_sent_for_a_fault():
    assert encode(Pdu(0x1234, sequence=2, rest=b"abc")) == pdu(0x1234, b"abc", sequence=2)


uint8 = st.integers(0, 255)


def c_octets(size):
    return st.binary(max_size=size - 1).map(lambda octets: octets.replace(b"\0", b"0"))


VALUES = {
    FieldKind.UINT8: lambda size: uint8,
    FieldKind.C_OCTETS: c_octets,
    FieldKind.SHORT_MESSAGE: lambda size: st.binary(max_size=255),
    FieldKind.DESTINATIONS: lambda size: st.lists(
        st.builds(Destination, st.just(1), c_octets(size), uint8, uint8)
        | st.builds(Destination, st.just(2), c_octets(size)),
        max_size=5,
    ).map(tuple),
    FieldKind.UNSUCCESSFUL: lambda size: st.lists(
        st.builds(Unsuccessful, uint8, uint8, c_octets(size), st.integers(0, 2**32 - 1)), max_size=5
    ).map(tuple),
}


@st.composite
def pdus(draw):
    command = draw(st.sampled_from(list(LAYOUTS)))
    fields = {field.name: draw(VALUES[field.kind](field.size)) for field in LAYOUTS[command]}
    status, sequence = draw(st.integers(0, 2**32 - 1)), draw(st.integers(0, 2**32 - 1))
    tlvs = draw(st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=40)), max_size=4))
    return Pdu(command, status, sequence, fields, tlvs)


@given(pdus())
def test_any_pdu_comes_back_as_it_was_written(value):
    assert decode(encode(value)) == value


def test_smpplib_reads_what_we_write_for_every_command_that_it_knows(frames):
    smpp = pytest.importorskip("smpplib.smpp")
    client = pytest.importorskip("smpplib.client")
    peer = client.Client.__new__(client.Client)
    peer.sequence_generator = client.SimpleSequenceGenerator()
    for name in ("submit_sm in GSM", "deliver_sm, a receipt", "submit_sm_resp", "bind_transceiver_resp"):
        ours = decode(frames[name])
        theirs = smpp.parse_pdu(encode(ours), client=peer, allow_unknown_opt_params=True)
        for field, value in ours.fields.items():
            assert (getattr(theirs, field) or (0 if isinstance(value, int) else b"")) == value, (name, field)


def test_we_read_what_smpplib_writes():
    command = pytest.importorskip("smpplib.command")
    client = pytest.importorskip("smpplib.client")
    peer = client.Client.__new__(client.Client)
    peer.sequence_generator = client.SimpleSequenceGenerator()
    theirs = command.factory(
        "submit_sm", client=peer, source_addr_ton=5, source_addr="Shop", dest_addr_ton=1, dest_addr_npi=1,
        destination_addr="995555123456", short_message=b"Hello", registered_delivery=True, data_coding=8,
        user_message_reference=77,
    )  # fmt: skip
    ours = decode(theirs.generate())
    assert ours.octets("source_addr") == b"Shop"
    assert ours.octets("destination_addr") == b"995555123456"
    assert (ours.number("registered_delivery"), ours.number("data_coding"), ours.message) == (1, 8, b"Hello")
    assert ours.tlvs == [(0x0204, b"\0\x4d")]


def test_our_statuses_have_the_names_and_numbers_that_smpplib_knows():
    consts = pytest.importorskip("smpplib.consts")
    ours = {f"SMPP_ESME_{status.name}": int(status) for status in Status}
    theirs = {name: getattr(consts, name) for name in ours if hasattr(consts, name)}
    assert len(theirs) > 40
    assert theirs == {name: ours[name] for name in theirs}


def test_our_commands_have_the_names_and_numbers_that_smpplib_knows():
    commands = pytest.importorskip("smpplib.consts").COMMAND_STATES
    names = {command.name.lower() for command in CommandId}
    assert names >= {name.replace("submit_sm_multi", "submit_multi") for name in commands}


@pytest.mark.parametrize("command", [CommandId.ENQUIRE_LINK, CommandId.UNBIND])
@pytest.mark.parametrize("more", [b"\0", b"abc"])
def test_what_stands_behind_an_enquire_link_or_unbind_is_no_fault(command, more):
    """The facts, section 3: an error would leave the session open."""
    found = decode(struct.pack(">IIII", 16 + len(more), command, 0, 7) + more)
    assert (found.command_id, found.sequence, found.rest) == (command, 7, more)
