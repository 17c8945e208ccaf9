"""Receipts that are written by one format are those that are written field by field."""

import random

import pytest

from emulator.core.messages import Batch, Message
from emulator.core.state.scheduler import SendReport
from emulator.core.statuses import STATUSES
from emulator.core.units import amount
from emulator.providers.smscenter.profile import PROFILE
from emulator.providers.smscenter.smpp import receipts
from emulator.smpp import decode, encode
from emulator.smpp.receipt_writer import ReceiptForm, write_receipt

AT = 1_760_000_000_000_000
EXTRAS = [
    {}, {"source_ton": "5", "dest_ton": "1", "dest_npi": "1"}, {"user_message_reference": "0102"},
    {"source_npi": "9"},
]  # fmt: skip


@pytest.mark.contract("smscenter.smpp.vendor-tlvs", "smscenter.smpp.tlv-order", "smscenter.smpp.receipt-dates")
def test_a_receipt_in_the_usual_form_is_the_one_written_field_by_field():
    chance = random.Random(5)
    for number in range(400):
        parts = chance.choice((1, 1, 3))
        ids = tuple(str(number + part) for part in range(parts)) if chance.random() < 0.3 else ()
        batch = Batch(
            1, "smscenter", "smpp", chance.choice(("1", "1234567890123", "9" * 64)), chance.choice(("Shop", "", "Ж")),
            chance.choice(("Hello, you there, how are you?", "Привет", "", "a\nb")), None,
            chance.choice(("gsm7", "8bit", "ucs2")), parts,
            10_000 * parts, AT, AT, False, chance.random() < 0.2, True, chance.choice(EXTRAS), ids, (1,) * parts,
        )  # fmt: skip
        to = chance.choice(("79001234567", "Ж", "995577123456"))
        message = Message(1, 1, to, "pending", ("pending", AT), 0)
        due = SendReport(
            1, chance.choice(STATUSES), AT + chance.choice((0, 59, 3600)) * 1_000_000,
            chance.choice(("", "no-credit")), chance.choice((0, 1, 249)), 1, parts - 1 if ids else 0,
        )  # fmt: skip
        order = chance.choice(("standard-first", "vendor-first", "id-last"))
        hours, vendor = chance.choice((0, 3, -2.5)), chance.choice(("send", "omit"))
        switches = {
            **PROFILE.defaults, "smpp-vendor-tlvs": vendor, "smpp-timezone": hours, "smpp-tlv-order": order,
        }  # fmt: skip
        form = ReceiptForm(quarters=round(hours * 4), tlvs=receipts._ORDERS[order])
        tlvs = receipts._vendor_of(batch, message, due.part)[0] if vendor == "send" else ()
        if "user_message_reference" in batch.extra:
            tlvs = ((0x0204, b"\1\2"), *tlvs)
        told = receipts._told(batch, message, due)
        short = receipts.receipt(switches, batch, message, due)
        assert encode(short.numbered(7)) == encode(write_receipt(told, form, tlvs).numbered(7))


@pytest.mark.contract("smscenter.smpp.vendor-tlvs")
@pytest.mark.parametrize(("price", "written"), [
    (0, b"0.0000"), (1.2345, b"1.2345"), (12.3456, b"12.345"), (9_999.5, b"9999.5"), (12_345.67, b"12345"),
    (99_999.99, b"99999"), (100_000, b"100000"), (999_999.99, b"999999"), (1_234_567.8, b"999999"),
])  # fmt: skip
def test_the_cost_of_a_receipt_has_six_characters_and_is_a_number(price, written):
    batch = Batch(1, "smscenter", "smpp", "1", "Shop", "Hello", None, "gsm7", 1, amount(price), AT, AT, False, False,
                  True, {}, (), (1,))  # fmt: skip
    message = Message(1, 1, "79001234567", "pending", ("pending", AT), 0)
    made = receipts.receipt(PROFILE.defaults, batch, message, SendReport(1, "delivered", AT, "", 0, 1, 0))
    assert decode(encode(made.numbered(1))).tlv(0x2000) == written
