"""PDUs as people read them."""

import json

from emulator.smpp import Pdu, decode, describe, status_meaning, status_name


def test_every_golden_pdu_is_json(frames):
    for name, frame in frames.items():
        assert json.loads(json.dumps(describe(decode(frame))))["command"], name


def test_names_stand_for_numbers(frames):
    shown = describe(decode(frames["deliver_sm, a receipt"]))
    assert (shown["command"], shown["status"], shown["sequence"]) == ("deliver_sm", "ESME_ROK", 1)
    assert shown["fields"]["source_addr"] == "995555123456"
    assert [tlv["name"] for tlv in shown["tlvs"]] == [
        "receipted_message_id",
        "message_state",
        "network_error_code",
    ]
    assert [tlv["value"] for tlv in shown["tlvs"]] == ["1234567890", 2, "030000"]


def test_a_password_is_never_shown(frames):
    shown = json.dumps(describe(decode(frames["bind_transmitter as the provider's PHP example says it"])))
    assert "secret1" not in shown
    assert "*******" in shown


def test_the_caller_names_vendor_tlvs():
    assert describe(Pdu(5, tlvs=[(0x2000, b"1.2000")]), {0x2000: "cost"})["tlvs"][0]["name"] == "cost"


def test_what_could_not_be_read_is_shown_with_its_reason_and_its_octets():
    shown = describe(decode(bytes.fromhex("00000011 00000004 00000000 00000005 41")))
    assert shown["status"] == "ESME_RINVSERTYP"
    assert "service_type" in shown["unreadable"]
    assert shown["hex"].endswith("41")


def test_a_status_without_a_row_is_shown_as_its_number():
    assert (status_name(0x400), status_meaning(0x400)) == ("0x00000400", "vendor status")
    assert (status_name(4), status_meaning(4)) == (
        "ESME_RINVBNDSTS",
        "command is not allowed in this bind state",
    )
