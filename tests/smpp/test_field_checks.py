"""Values that are structurally fine and still wrong get the status of the facts, sections 3 and 4."""

import pytest

from emulator.smpp import Status, Strictness, check

SAR = ((0x20C, b"\0\1"), (0x20E, b"\2"), (0x20F, b"\1"))


def test_a_good_submit_has_no_fault(submit):
    assert check(submit(*SAR, (0x7777, b"?"), (0x0427, b"too long here, and ignored"))) is None


FAULTS = {
    "priority_flag 4": ({"priority_flag": 4}, (), Status.RINVPRTFLG),
    "registered_delivery 0x20": ({"registered_delivery": 0x20}, (), Status.RINVREGDLVFLG),
    "esm_class type 1": ({"esm_class": 0x04}, (), Status.RINVESMCLASS),
    "replace_if_present_flag 2": ({"replace_if_present_flag": 2}, (), Status.RINVREPFLAG),
    "sm_default_msg_id 1": ({"sm_default_msg_id": 1}, (), Status.RINVDFTMSGID),
    "data_coding 12": ({"data_coding": 12}, (), Status.RSUBMITFAIL),
    "no destination": ({"destination_addr": b""}, (), Status.RINVDSTADR),
    "destination in letters": ({"destination_addr": b"99555abc"}, (), Status.RINVDSTADR),
    "source in letters with TON 1": ({"source_addr_ton": 1}, (), Status.RINVSRCADR),
    "schedule not a time": ({"schedule_delivery_time": b"tomorrow"}, (), Status.RINVSCHED),
    "validity in month 13": ({"validity_period": b"261321000000000+"}, (), Status.RINVEXPIRY),
    "255 octets": ({"short_message": b"x" * 255}, (), Status.RINVMSGLEN),
    "both messages": ({}, ((0x424, b"hi"),), Status.RINVMSGLEN),
    "UDH past the message": ({"esm_class": 0x40, "short_message": b"\5\0\3"}, (), Status.RINVMSGLEN),
    "UDH without any message": ({"esm_class": 0x40, "short_message": b""}, (), Status.RINVMSGLEN),
    "fixed TLV too long": ({}, ((0x204, b"\0\0\1"),), Status.RINVPARLEN),
    "sar without its total": ({}, SAR[:1] + SAR[2:], Status.RMISSINGOPTPARAM),
    "sar number 0": ({}, (*SAR[:2], (0x20F, b"\0")), Status.RINVOPTPARAMVAL),
    "sar number above the total": ({}, (*SAR[:2], (0x20F, b"\3")), Status.RINVOPTPARAMVAL),
}


@pytest.mark.parametrize(("fields", "tlvs", "status"), FAULTS.values(), ids=FAULTS.keys())
def test_a_wrong_value_has_its_status_and_a_sentence(submit, fields, tlvs, status):
    fault = check(submit(*tlvs, **fields))
    assert fault is not None
    assert fault.status == status
    assert fault.why


def test_every_registered_delivery_without_reserved_bits_is_taken(submit):
    assert [value for value in range(0x20) if check(submit(registered_delivery=value)) is not None] == []


@pytest.mark.parametrize("value", [0, 1, 2, 3, 0x08, 0x10, 0x43, 0x80, 0xC3])
def test_every_esm_class_of_the_facts_is_taken(submit, value):
    assert check(submit(esm_class=value, short_message=b"\0hi")) is None


def test_a_plus_before_an_international_number_is_let_through(submit):
    assert check(submit(destination_addr=b"+79001234567")) is None


NEWER = {
    "ms_validity of four": ((0x1204, b"\x04\x02\x00\x01"), {}, Status.RINVPARLEN),
    "alert of one": ((0x130C, b"\x02"), {}, Status.RINVPARLEN),
    "255 octets": (None, {"short_message": b"x" * 255}, Status.RINVMSGLEN),
}
"""SMPP 5.0, 4.8.4.41 (behaviour, unit, number of units), 4.8.4.2, 4.7.28; 3.4 has others."""


@pytest.mark.parametrize(("tlv", "fields", "status"), NEWER.values(), ids=NEWER.keys())
def test_a_length_that_5_0_knows_is_none_of_3_4(submit, tlv, fields, status):
    said = submit(*([tlv] if tlv else []), **fields)
    assert check(said, Strictness(newer=True)) is None
    assert check(said).status == status


@pytest.mark.parametrize("octets", [b"", b"\4\2", b"\4\2\0", b"\4\2\0\1\0"])
def test_ms_validity_has_one_octet_or_four(submit, octets):
    assert check(submit((0x1204, octets)), Strictness(newer=True)).status == Status.RINVPARLEN


@pytest.mark.parametrize("command", [3, 7])
def test_a_query_and_a_replacement_need_an_id(submit, command):
    fault = check(submit(command_id=command, message_id=b""))
    assert fault.status == Status.RINVMSGID
