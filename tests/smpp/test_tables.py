"""The numbers of SMPP's tables, held against those of another library and against the specification's own words."""

import pytest
from smpplib import command_codes, consts

from emulator.smpp import CommandId, Status, check
from emulator.smpp.command_status import status_meaning, status_name
from emulator.smpp.pdu_tables import LAYOUTS, FieldKind, command_name
from emulator.smpp.tlvs import TAG_BY_NAME, TAGS

ONE = (
    "dest_addr_subunit dest_network_type dest_bearer_type source_addr_subunit source_network_type source_bearer_type "
    "source_telematics_id payload_type ms_msg_wait_facilities privacy_indicator user_response_code language_indicator "
    "sar_total_segments sar_segment_seqnum sc_interface_version callback_num_pres_ind number_of_messages dpf_result "
    "set_dpf ms_availability_status delivery_failure_reason more_messages_to_send message_state congestion_state "
    "ussd_service_op display_time ms_validity its_reply_type"
)
TWO = (
    "dest_telematics_id user_message_reference source_port destination_port sar_msg_ref_num sms_signal its_session_info"
)
SIZES = {
    **dict.fromkeys(ONE.split(), (1, 1)), **dict.fromkeys(TWO.split(), (2, 2)),
    "network_error_code": (3, 3), "qos_time_to_live": (4, 4), "alert_on_message_delivery": (0, 0),
    "additional_status_info_text": (1, 256), "receipted_message_id": (1, 65), "source_subaddress": (2, 23),
    "dest_subaddress": (2, 23), "callback_num": (4, 19), "callback_num_atag": (0, 65), "message_payload": (0, 65_535),
}  # fmt: skip
"""SMPP 3.4, 5.3.2: the fewest and the most octets of each."""


def test_each_status_has_the_number_that_smpplib_has_for_it_and_none_is_missing():
    theirs = {name.removeprefix("SMPP_"): code for name, code in vars(consts).items() if name.startswith("SMPP_ESME_")}
    assert {status_name(one): int(one) for one in Status} == theirs


@pytest.mark.parametrize(("code", "name", "meaning"), [
    (4, "ESME_RINVBNDSTS", "command is not allowed in this bind state"),
    (0x3FF, "0x000003FF", "status unknown to SMPP 3.4"), (0x400, "0x00000400", "vendor status"),
    (0x4FF, "0x000004FF", "vendor status"), (0x500, "0x00000500", "status unknown to SMPP 3.4"),
])  # fmt: skip
def test_a_status_without_a_row_is_told_by_its_number(code, name, meaning):
    assert (status_name(code), status_meaning(code)) == (name, meaning)


def test_each_command_has_the_number_that_smpplib_has_for_it():
    theirs = {name: command_codes.get_command_code(name) for name in command_codes.commands}
    ours = {command_name(one): int(one) for one in CommandId}
    assert {name: ours.get(name) for name in theirs} == theirs
    requests = {name for name, code in ours.items() if not code >> 31} - {"outbind", "alert_notification"}
    assert {name: ours[f"{name}_resp"] for name in requests} == {name: ours[name] | 1 << 31 for name in requests}
    assert ours["generic_nack"] == 1 << 31
    assert command_name(0x7F) == "0x0000007F"


def test_each_tlv_has_the_tag_that_smpplib_has_for_it_and_the_sizes_of_the_specification():
    assert {name: TAG_BY_NAME.get(name) for name in consts.OPTIONAL_PARAMS} == consts.OPTIONAL_PARAMS
    assert {name: (TAGS[tag].low, TAGS[tag].high) for name, tag in TAG_BY_NAME.items()} == SIZES
    assert TAG_BY_NAME.keys() - consts.OPTIONAL_PARAMS == {"congestion_state"}
    assert {row.name for row in TAGS.values() if row.text} == {"additional_status_info_text", "receipted_message_id"}


MOST = {
    "system_id": 16, "password": 9, "system_type": 13, "address_range": 41, "service_type": 6, "message_id": 65,
    "source_addr": 21, "destination_addr": 21, "schedule_delivery_time": 17, "validity_period": 17, "final_date": 17,
}  # fmt: skip
LONG = {"data_sm": {"source_addr": 65, "destination_addr": 65}, "alert_notification": {"source_addr": 65,
                                                                                     "esme_addr": 65}}  # fmt: skip


@pytest.mark.parametrize("command", [one for one in CommandId if LAYOUTS[one]], ids=lambda one: one.name)
def test_each_field_holds_as_many_octets_as_the_specification_says(command):
    held = {one.name: one.size for one in LAYOUTS[command] if one.kind is FieldKind.C_OCTETS}
    most = MOST | LONG.get(command_name(command), {})
    assert held == {name: most[name] for name in held}


GOOD = {
    "esm_class": {mode | kind << 2 | features << 6 for mode in range(4) for kind in (0, 2, 4) for features in (0, 2)},
    "priority_flag": {0, 1, 2, 3}, "registered_delivery": set(range(32)), "replace_if_present_flag": {0, 1},
    "sm_default_msg_id": {0},
}  # fmt: skip
"""SMPP 3.4, 5.2.12 and 5.2.17 to 5.2.18 (esm_class without UDH, which is another rule's)."""


@pytest.mark.parametrize("field", GOOD)
def test_of_the_256_values_of_a_field_just_those_of_the_specification_are_taken(submit, field):
    values = range(256) if field != "esm_class" else [one for one in range(256) if not one & 0x40]
    assert {one for one in values if check(submit(**{field: one})) is None} == GOOD[field]
