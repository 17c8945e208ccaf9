"""Receipts as clients' parsers know them, and a reader that takes every make."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.smpp import (
    Coding,
    CommandId,
    Pdu,
    Receipt,
    ReceiptAddress,
    ReceiptForm,
    decode,
    encode,
    excerpt_of,
    is_receipt,
    read_receipt,
    write_receipt,
)
from emulator.smpp.codec import write_tlvs
from emulator.smpp.receipt_writer import (
    DELIVERED,
    ENROUTE,
    FINAL,
    STATE_WORDS,
    TLV_ORDER,
    UNDELIVERABLE,
    usual,
    wanted,
    written_address,
)
from emulator.smpp.time_format import MINUTE, QUARTER, written_date

AT = 1_795_300_200_000_000  # 2026-11-21 22:30:00 UTC
RECEIPT = Receipt(
    message_id="1234567890",
    source=ReceiptAddress(b"Shop", 5, 0),
    destination=ReceiptAddress(b"995555123456", 1, 1),
    state=DELIVERED,
    submitted_at=AT,
    done_at=AT + 60_000_000,
    excerpt=b"Hello",
)
LINE = (
    b"id:1234567890 sub:001 dlvrd:001 submit date:2611212230 done date:2611212231 "
    b"stat:DELIVRD err:000 text:Hello"
)


def test_the_usual_receipt_is_the_golden_one_octet_for_octet(frames):
    assert encode(write_receipt(RECEIPT).numbered(1)) == frames["deliver_sm, a receipt"]


def test_the_usual_line_is_that_of_appendix_b():
    assert write_receipt(RECEIPT).octets("short_message") == LINE


def test_the_dates_are_in_the_zone_of_the_smsc():
    assert b"submit date:2611220230" in write_receipt(RECEIPT, ReceiptForm(quarters=16)).message


def test_a_receipt_goes_the_other_way_round():
    pdu = write_receipt(RECEIPT)
    assert (pdu.octets("source_addr"), pdu.number("source_addr_ton")) == (b"995555123456", 1)
    assert (pdu.octets("destination_addr"), pdu.number("dest_addr_ton")) == (b"Shop", 5)


PARSERS = {
    "onlinecity/php-smpp": r"^id:([^ ]+) sub:(\d{1,3}) dlvrd:(\d{3}) submit date:(\d{10}) done date:(\d{10}) "
    r"stat:([A-Z]{7}) err:(\d{3}) text:(.*)$",
    "php8-smpp": r"^id:(\d+) sub:(\d{1,3}) dlvrd:(\d{1,3}) submit date:(\d{10,12}) done date:(\d{10,12}) "
    r"stat:([A-Z]{7}) err:(\d{2,3}) text:(.*)$",
    "Jasmin": r"id:[\dA-Za-z-_]+ sub:\d{1,3} dlvrd:\d{1,3} submit date:\d+ done date:\d+ stat:\w{7} "
    r"err:\w{1,3} [tT]ext:.*",
    "a client of the provider": r"^id:(.*) sub:.*stat:([A-Z]+).*err:([0-9]+)",
}


@pytest.mark.parametrize("parser", PARSERS.values(), ids=PARSERS.keys())
@pytest.mark.parametrize("state", sorted(FINAL))
def test_the_usual_line_is_read_by_the_parsers_of_the_field(parser, state):
    receipt = Receipt("77", RECEIPT.source, RECEIPT.destination, state, AT, AT, error=252, delivered=0)
    assert re.search(parser, write_receipt(receipt).message.decode(), re.S)


def test_smpplib_reads_the_id_and_the_state_of_a_receipt():
    smpp = pytest.importorskip("smpplib.smpp")
    client = pytest.importorskip("smpplib.client")
    peer = client.Client.__new__(client.Client)
    peer.sequence_generator = client.SimpleSequenceGenerator()
    theirs = smpp.parse_pdu(encode(write_receipt(RECEIPT)), client=peer, allow_unknown_opt_params=True)
    assert theirs.receipted_message_id == b"1234567890"
    assert theirs.message_state == DELIVERED
    assert theirs.short_message == LINE


def test_vendor_tlvs_come_last_and_the_order_is_a_setting():
    cost = (0x2000, b"1.2000")
    assert [tag for tag, _ in write_receipt(RECEIPT, vendor=(cost,)).tlvs] == [0x1E, 0x427, 0x423, 0x2000]
    form = ReceiptForm(tlvs=("message_state", "receipted_message_id"))
    assert [tag for tag, _ in write_receipt(RECEIPT, form, (cost,)).tlvs] == [0x427, 0x1E]


def test_the_id_has_its_nul_unless_a_fault_takes_it():
    assert write_receipt(RECEIPT).tlv(0x1E) == b"1234567890\0"
    assert write_receipt(RECEIPT, ReceiptForm(id_with_nul=False)).tlv(0x1E) == b"1234567890"


def test_the_error_is_in_the_text_and_in_network_error_code():
    failed = Receipt("7", RECEIPT.source, RECEIPT.destination, UNDELIVERABLE, AT, AT, error=252, delivered=0)
    pdu = write_receipt(failed)
    assert b"dlvrd:000" in pdu.message
    assert b"stat:UNDELIV err:252 text:" in pdu.message
    assert pdu.tlv(0x423) == b"\x03\x00\xfc"


VARIANTS = {
    "12-digit dates": (ReceiptForm(digits=12), b"submit date:261121223000 "),
    "one-digit err": (ReceiptForm(error="d"), b" err:0 "),
    "hex err": (ReceiptForm(error="#04x"), b" err:0x00 "),
    "Text": (ReceiptForm(pattern="id:{id} stat:{stat} Text:{text}"), b"id:1234567890 stat:DELIVRD Text:Hello"),
    "lower case": (ReceiptForm(words={DELIVERED: "delivrd"}), b"stat:delivrd"),
    "hex id": (ReceiptForm(text_id="x"), b"id:499602d2 "),
    "zeros before the id": (ReceiptForm(text_id="012d"), b"id:001234567890 "),
    "a NUL behind": (ReceiptForm(tail="\0"), b"text:Hello\0"),
}


@pytest.mark.parametrize(("form", "wanted_octets"), VARIANTS.values(), ids=VARIANTS.keys())
def test_the_variations_of_the_field_are_settings(form, wanted_octets):
    assert wanted_octets in write_receipt(RECEIPT, form).message


def test_a_pattern_reaches_nothing_but_its_own_names():
    pdu = write_receipt(RECEIPT, ReceiptForm(pattern="{id.__class__} {0} {nothing} {id}"))
    assert pdu.message == b"{id.__class__} 0 nothing 1234567890"


def test_the_text_may_go_into_message_payload_or_nowhere():
    payload = write_receipt(RECEIPT, ReceiptForm(place="message_payload"))
    assert (payload.octets("short_message"), payload.tlv(0x424)) == (b"", LINE)
    assert write_receipt(RECEIPT, ReceiptForm(place="nowhere")).message == b""


def test_a_receipt_may_travel_in_a_data_sm():
    pdu = decode(encode(write_receipt(RECEIPT, ReceiptForm(command=CommandId.DATA_SM))))
    assert is_receipt(pdu)
    assert pdu.message == LINE


def test_a_state_on_the_way_is_an_intermediate_notification():
    pdu = write_receipt(Receipt("7", RECEIPT.source, RECEIPT.destination, ENROUTE, AT, AT))
    assert pdu.number("esm_class") == 0x20
    assert b"stat:ENROUTE" in pdu.message
    assert read_receipt(pdu).intermediate


@pytest.mark.parametrize(
    ("asked", "delivered", "failed", "on_the_way"),
    [(0, False, False, False), (1, True, True, False), (2, False, True, False), (3, True, True, False),
     (0x10, False, False, True), (0x11, True, True, True), (0x0C, False, False, False)],
)  # fmt: skip
def test_registered_delivery_says_which_receipts_are_wanted(asked, delivered, failed, on_the_way):
    told = wanted(asked, DELIVERED), wanted(asked, UNDELIVERABLE), wanted(asked, ENROUTE)
    assert told == (delivered, failed, on_the_way)


def test_the_excerpt_is_twenty_ascii_characters_and_nothing_of_ucs_2():
    assert excerpt_of("Überraschung für alle Gäste", Coding.GSM) == b"?berraschung f?r all"
    assert excerpt_of("Привет", Coding.UCS2) == b""


# -- reading


def test_what_we_write_is_read_back():
    read = read_receipt(write_receipt(RECEIPT))
    assert (read.message_id, read.state, read.word, read.error) == ("1234567890", DELIVERED, "DELIVRD", "000")
    assert (read.submitted_at, read.done_at) == (AT, AT + 60_000_000)
    assert (read.parts, read.delivered, read.text) == (1, 1, "Hello")


STRANGE = {
    "no sub, no dlvrd": (b"id:7 submit date:2611212230 done date:2611212231 stat:DELIVRD text:", "7", 2),
    "other case": (b"ID:7 Stat:delivrd Err:0 TEXT:hi", "7", 2),
    "blanks": (b"  id: 7   stat: EXPIRED  ", "7", 3),
    "uuid": (b"id:1c0a-ff_Z stat:REJECTD err:0x1F text:stat:DELIVRD id:9", "1c0a-ff_Z", 8),
    "trailing NUL": (b"id:7 stat:UNDELIV\0", "7", 5),
    "unknown word": (b"id:7 stat:BUFFERD err:1", "7", None),
    "no text at all": (b"", None, None),
    "empty id": (b"id: sub:001 stat:DELIVRD", None, 2),
    "not ASCII": (b"\xff\xfeid:7 stat:DELETED", None, 4),
}


@pytest.mark.parametrize(("line", "message_id", "state"), STRANGE.values(), ids=STRANGE.keys())
def test_strange_receipts_are_read_as_far_as_they_go(line, message_id, state):
    read = read_receipt(Pdu(5, fields={"esm_class": 4, "short_message": line}))
    assert (read.message_id, read.state) == (message_id, state)


def test_the_tlvs_speak_before_the_text():
    read = read_receipt(
        Pdu(5, fields={"short_message": b"id:ff stat:UNKNOWN"}, tlvs=[(0x1E, b"255\0"), (0x427, b"\2")])
    )
    assert (read.message_id, read.state) == ("255", 2)


def test_tlvs_alone_are_enough():
    read = read_receipt(write_receipt(RECEIPT, ReceiptForm(place="nowhere")))
    assert (read.message_id, read.state, read.error, read.text) == ("1234567890", 2, "0", None)


@given(
    st.binary(max_size=200), st.lists(st.tuples(st.sampled_from([0x1E, 0x427, 0x423]), st.binary(max_size=5)))
)
def test_no_receipt_makes_the_reader_stumble(line, tlvs):
    read_receipt(Pdu(5, fields={"esm_class": 4, "short_message": line}, tlvs=tlvs))


@pytest.mark.parametrize(
    ("esm_class", "answer"), [(0, False), (4, True), (0x20, True), (0x44, True), (8, False)]
)
def test_a_receipt_is_known_by_its_esm_class(esm_class, answer):
    assert is_receipt(Pdu(5, fields={"esm_class": esm_class})) is answer


def test_every_state_has_a_word_of_seven_letters():
    assert [len(word) for word in STATE_WORDS.values()] == [7] * 8


@pytest.mark.parametrize("state", sorted(STATE_WORDS))
@pytest.mark.parametrize("tlvs", [TLV_ORDER, ("vendor", *TLV_ORDER[:3]), ("message_state",)])
@pytest.mark.parametrize("vendor", [(), ((0x2000, b"1.5000"), (0x2001, b"\0\0"))])
def test_the_quick_way_to_write_a_receipt_gives_the_same_octets(state, tlvs, vendor):
    for number, (parts, error, quarters) in enumerate([(1, 0, 0), (3, 255, 12), (255, 999, -20)], 1):
        receipt = Receipt(
            message_id=str(10**number), source=ReceiptAddress(b"Shop", 5, number),
            destination=ReceiptAddress(b"79001234567", 1, 1),
            state=state, submitted_at=AT, done_at=AT + number * 59_000_000, error=error, parts=parts,
            delivered=parts - 1, excerpt=b"Hello, you there"[: 8 * number],
        )  # fmt: skip
        ordinary = write_receipt(receipt, ReceiptForm(quarters=quarters, tlvs=tlvs), vendor)
        quick = usual(
            receipt.message_id.encode(), written_address(receipt.destination), written_address(receipt.source), state,
            *(written_date((at + quarters * QUARTER) // MINUTE) for at in (receipt.submitted_at, receipt.done_at)),
            error, parts, receipt.delivered, receipt.excerpt, write_tlvs(vendor), tlvs,
        )  # fmt: skip
        assert encode(quick.numbered(7)) == encode(ordinary.numbered(7))
        assert decode(encode(quick)) == decode(encode(ordinary))
