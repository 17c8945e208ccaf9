"""TLVs: tag, standard name, sizes that its value may have, and which tags belong to which command.

Rows: SMPP 3.4, 5.3.2 (`congestion_state` and what is `newer` from 5.0, 4.8.4). Vendors' tags (0x1400-0x3FFF) are none
of this table's business: they are carried as they are, and who knows names for them hands those in.
"""

from __future__ import annotations

from typing import NamedTuple

from .pdu_tables import CommandId


class Tag(NamedTuple):
    name: str
    low: int
    high: int  # octets; low == high is a fixed size
    text: bool = False  # a C-Octet String
    newer: int | None = None  # octets that 5.0 lets it have, too


_MOST = 0xFFFF

TAGS: dict[int, Tag] = {
    0x0005: Tag("dest_addr_subunit", 1, 1),
    0x0006: Tag("dest_network_type", 1, 1),
    0x0007: Tag("dest_bearer_type", 1, 1),
    0x0008: Tag("dest_telematics_id", 2, 2),
    0x000D: Tag("source_addr_subunit", 1, 1),
    0x000E: Tag("source_network_type", 1, 1),
    0x000F: Tag("source_bearer_type", 1, 1),
    0x0010: Tag("source_telematics_id", 1, 1),
    0x0017: Tag("qos_time_to_live", 4, 4),
    0x0019: Tag("payload_type", 1, 1),
    0x001D: Tag("additional_status_info_text", 1, 256, text=True),
    0x001E: Tag("receipted_message_id", 1, 65, text=True),
    0x0030: Tag("ms_msg_wait_facilities", 1, 1),
    0x0201: Tag("privacy_indicator", 1, 1),
    0x0202: Tag("source_subaddress", 2, 23),
    0x0203: Tag("dest_subaddress", 2, 23),
    0x0204: Tag("user_message_reference", 2, 2),
    0x0205: Tag("user_response_code", 1, 1),
    0x020A: Tag("source_port", 2, 2),
    0x020B: Tag("destination_port", 2, 2),
    0x020C: Tag("sar_msg_ref_num", 2, 2),
    0x020D: Tag("language_indicator", 1, 1),
    0x020E: Tag("sar_total_segments", 1, 1),
    0x020F: Tag("sar_segment_seqnum", 1, 1),
    0x0210: Tag("sc_interface_version", 1, 1),
    0x0302: Tag("callback_num_pres_ind", 1, 1),
    0x0303: Tag("callback_num_atag", 0, 65),
    0x0304: Tag("number_of_messages", 1, 1),
    0x0381: Tag("callback_num", 4, 19),
    0x0420: Tag("dpf_result", 1, 1),
    0x0421: Tag("set_dpf", 1, 1),
    0x0422: Tag("ms_availability_status", 1, 1),
    0x0423: Tag("network_error_code", 3, 3),
    0x0424: Tag("message_payload", 0, _MOST),
    0x0425: Tag("delivery_failure_reason", 1, 1),
    0x0426: Tag("more_messages_to_send", 1, 1),
    0x0427: Tag("message_state", 1, 1),
    0x0428: Tag("congestion_state", 1, 1),
    0x0501: Tag("ussd_service_op", 1, 1),
    0x1201: Tag("display_time", 1, 1),
    0x1203: Tag("sms_signal", 2, 2),
    0x1204: Tag("ms_validity", 1, 1, newer=4),
    0x130C: Tag("alert_on_message_delivery", 0, 0, newer=1),
    0x1380: Tag("its_reply_type", 1, 1),
    0x1383: Tag("its_session_info", 2, 2),
}

TAG_BY_NAME: dict[str, int] = {row.name: tag for tag, row in TAGS.items()}

RECEIPTED_MESSAGE_ID = 0x001E
USER_MESSAGE_REFERENCE = 0x0204
SAR_MSG_REF_NUM = 0x020C
SAR_TOTAL_SEGMENTS = 0x020E
SAR_SEGMENT_SEQNUM = 0x020F
SC_INTERFACE_VERSION = 0x0210
NETWORK_ERROR_CODE = 0x0423
MESSAGE_PAYLOAD = 0x0424
MESSAGE_STATE = 0x0427


def _tags(names: str) -> frozenset[int]:
    return frozenset(TAG_BY_NAME[name] for name in names.split())


_SUBMIT = _tags(
    "user_message_reference source_port source_addr_subunit destination_port dest_addr_subunit "
    "sar_msg_ref_num sar_total_segments sar_segment_seqnum more_messages_to_send payload_type "
    "message_payload privacy_indicator callback_num callback_num_pres_ind callback_num_atag "
    "source_subaddress dest_subaddress user_response_code display_time sms_signal ms_validity "
    "ms_msg_wait_facilities number_of_messages alert_on_message_delivery language_indicator "
    "its_reply_type its_session_info ussd_service_op"
)
_DELIVER = _tags(
    "user_message_reference source_port destination_port sar_msg_ref_num sar_total_segments "
    "sar_segment_seqnum user_response_code privacy_indicator payload_type message_payload callback_num "
    "source_subaddress dest_subaddress language_indicator its_session_info network_error_code "
    "message_state receipted_message_id"
)
_DATA = _tags(
    "source_network_type source_bearer_type source_telematics_id dest_network_type dest_bearer_type "
    "dest_telematics_id qos_time_to_live set_dpf"
)

BELONGS: dict[int, frozenset[int]] = {
    CommandId.SUBMIT_SM: _SUBMIT,  # 4.4.1, optional parameters
    CommandId.SUBMIT_MULTI: _SUBMIT,  # 4.5.1
    CommandId.DELIVER_SM: _DELIVER,  # 4.6.1
    CommandId.DATA_SM: _SUBMIT | _DELIVER | _DATA,  # 4.7.1
}
"""A known tag outside its command's row is ignored like an unknown one (3.3, p. 43)."""


def tag_name(tag: int) -> str:
    """0x0427 → "message_state"; a tag without a row → its hex."""
    row = TAGS.get(tag)
    return row.name if row else f"0x{tag:04X}"
