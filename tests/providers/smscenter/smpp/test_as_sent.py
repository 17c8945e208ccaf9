"""What was sent counts: the coding that data_coding names, the parts as the client cut them. The rule about identical
requests looks at what comes of them."""

import json

import pytest
from esme import SUBMIT, TO, desk
from support import get

from emulator.smpp import CommandId

LATIN = b"0123456789"


def udh8(number, total, reference=7):
    return bytes((5, 0, 3, reference, total, number))


def udh16(number, total, reference=7):
    return bytes((6, 8, 4, 1, reference, total, number))


def sar(number, total, reference=7):
    return (0x020C, bytes((1, reference))), (0x020E, bytes((total,))), (0x020F, bytes((number,)))


def cost_of(receipt):
    return float(dict(receipt.tlvs)[0x2000])


async def told(at):
    (message,) = await at.messages()
    return message["parts"], message["encoding"], message["cost"]


SINGLE = {
    "100 letters in GSM": (0, LATIN * 10, 1, "gsm7"),
    "160 septets": (0, LATIN * 16, 1, "gsm7"),
    "161 septets": (0, LATIN * 16 + b"1", 2, "gsm7"),
    "80 euros, two septets each": (0, b"\x1b\x65" * 80, 1, "gsm7"),
    "81 euros": (0, b"\x1b\x65" * 81, 2, "gsm7"),
    "140 octets": (4, LATIN * 14, 1, "8bit"),
    "150 octets": (4, LATIN * 15, 2, "8bit"),
    "100 Latin letters in UCS-2": (8, "0123456789".encode("utf-16-be") * 10, 2, "ucs2"),
    "70 Latin letters in UCS-2": (8, "0123456789".encode("utf-16-be") * 7, 1, "ucs2"),
    "Latin letters in UCS-2, flash": (0x18, "0123456789".encode("utf-16-be") * 7, 1, "ucs2"),
}


@pytest.mark.contract("smscenter.smpp.parts-as-sent")
@pytest.mark.parametrize("said", SINGLE.values(), ids=SINGLE)
async def test_a_message_in_one_pdu_counts_by_its_octets_in_its_own_coding(at, said):
    data_coding, octets, parts, encoding = said
    esme = await at.bound()
    assert (await esme.submit(octets, data_coding=data_coding)).status == 0
    assert await told(at) == (parts, encoding, parts)
    assert (await at.call("GET", "/accounts/smscenter"))["balance"] == 1000 - parts


@pytest.mark.parametrize(("octets", "parts"), [(LATIN * 15, 1), (LATIN * 15 + b"123", 2)])
async def test_a_header_that_is_of_no_part_takes_its_room(at, octets, parts):
    esme = await at.bound()
    ports = bytes.fromhex("06 05 04 0b84 23f0")  # 7 octets, which leave 152 septets
    assert (await esme.submit(ports + octets, esm_class=0x40)).status == 0
    assert await told(at) == (parts, "gsm7", parts)
    assert (await esme.submit(ports[:4], esm_class=0x40)).status == 0x01
    assert (await esme.submit(ports[:4], esm_class=0x40, priority_flag=9)).status == 0x06  # fields go first


@pytest.mark.parametrize(
    ("data_coding", "octets", "parts"),
    [(0, LATIN * 30 + b"123456", 2), (4, LATIN * 27, 3), (8, "ы".encode("utf-16-be") * 134, 2)],
)
async def test_a_message_payload_is_cut_by_the_provider(at, data_coding, octets, parts):
    esme = await at.bound()
    assert (await esme.submit(b"", (0x0424, octets), data_coding=data_coding)).status == 0
    assert (await told(at))[0] == parts


@pytest.mark.contract("smscenter.smpp.parts-as-sent")
@pytest.mark.parametrize("way", ["udh8", "udh16", "sar"])
@pytest.mark.parametrize(
    ("data_coding", "pieces", "encoding"),
    [
        (0, [LATIN * 15 + b"12"] * 2 + [b"21"], "gsm7"),
        (8, ["0123456789".encode("utf-16-be") * 5] * 2, "ucs2"),
        (4, [LATIN * 14, LATIN], "8bit"),
        (0, [b"a", b"b"], "gsm7"),
    ],
    ids=["306 letters as 152, 152 and 2", "100 Latin letters in UCS-2", "8-bit octets", "two letters"],
)
async def test_a_part_is_a_message_on_the_air_however_short_it_is(at, way, data_coding, pieces, encoding):
    total = len(pieces)
    await at.rule({"parts": total, "encoding": encoding}, {"steps": [{"after": 1, "status": "read"}]})
    esme = await at.bound()
    for number, piece in enumerate(pieces, 1):
        if way == "sar":
            answer = await esme.submit(piece, *sar(number, total), data_coding=data_coding)
        else:
            header = (udh8 if way == "udh8" else udh16)(number, total)
            answer = await esme.submit(header + piece, esm_class=0x40, data_coding=data_coding)
        assert answer.status == 0
    assert await told(at) == (total, encoding, total)
    assert (await at.call("GET", "/accounts/smscenter"))["balance"] == 1000 - total
    await at.settle()
    assert (await at.messages())[0]["status"] == "read", "the rule saw what was sent"
    receipts = await esme.receipts(total)
    assert sum(map(cost_of, receipts)) == total
    who = f"login={at.account['login']}&psw={at.account['psw']}"
    asked = f"{at.served.base_url}/sys/status.php?{who}&phone={TO}&id=1&fmt=3&all=2&charset=utf-8"
    assert float(json.loads((await get(asked))[1])["cost"]) == total
    (line,) = (await at.call("GET", "/ledger"))["messages"]
    assert (line["parts"], line["encoding"], line["cost"]) == (total, encoding, total)


@pytest.mark.contract("smscenter.smpp.parts-as-sent")
async def test_the_receipts_of_a_message_come_to_what_was_charged_to_the_last_digit(at):
    await at.patch(prices={"part": 0.33335})
    esme = await at.bound()
    for number in (1, 2, 3):
        await esme.submit(udh8(number, 3) + b"x" * 20, esm_class=0x40)
    await at.settle()
    costs = [cost_of(one) for one in await esme.receipts(3)]
    charged = 1000 - (await at.call("GET", "/accounts/smscenter"))["balance"]
    assert round(sum(costs), 4) == round(charged, 4)


@pytest.mark.contract("smscenter.smpp.parts-own-coding")
async def test_each_part_is_read_by_its_own_data_coding(at):
    esme = await at.bound()
    pieces = ((0, b"Your code is 1\x1b"), (0, b"\x652, "), (8, "спасибо".encode("utf-16-be")), (4, b"!"))
    for number, (data_coding, piece) in enumerate(pieces, 1):
        await esme.submit(udh8(number, 4) + piece, esm_class=0x40, data_coding=data_coding)
    (message,) = await at.messages()
    assert message["text"] == "Your code is 1€2, спасибо!"
    assert (message["parts"], message["encoding"]) == (4, "ucs2")


async def test_parts_from_a_session_bound_as_iso_are_read_as_its_own(at):
    iso, usual = await at.bound(system_type=b"ISO"), await at.bound()
    await iso.submit(udh8(1, 2) + "café ".encode("latin-1"), esm_class=0x40)
    await usual.submit(udh8(2, 2) + b"a\x00b", esm_class=0x40)
    assert [one["text"] for one in await at.messages()] == ["café a@b"]


async def say(esme, way, reference, text=LATIN * 20, **fields):
    """A long message in one of the ways; the status of each of its PDUs."""
    if way == "payload":
        return [(await esme.submit(b"", (0x0424, text), **fields)).status]
    if way == "data_sm":
        asked = await esme.ask(CommandId.DATA_SM, (0x0424, text), **SUBMIT, **fields)
        return [asked.status]
    if way == "whole":
        return [(await esme.submit(text, **fields)).status]
    statuses = []
    for number, piece in enumerate((text[:150], text[150:]), 1):
        if way == "sar":
            answer = await esme.submit(piece, *sar(number, 2, reference), **fields)
        else:
            header = (udh8 if way == "udh8" else udh16)(number, 2, reference)
            answer = await esme.submit(header + piece, esm_class=0x40, **fields)
        statuses.append(answer.status)
    return statuses


WAYS = ["udh8", "udh16", "sar", "payload", "data_sm", "whole"]


@pytest.mark.contract("smscenter.smpp.identical")
@pytest.mark.parametrize("again", WAYS)
@pytest.mark.parametrize("way", WAYS)
async def test_a_message_is_identical_however_it_was_cut(at, way, again):
    esme = await at.bound()
    assert (await say(esme, way, 1))[-1] == 0
    assert (await say(esme, again, 2))[-1] == 0x45
    await at.advance(59.999999)
    assert (await say(esme, again, 3))[-1] == 0x45
    assert len([one for one in await at.messages() if one["status"] != "undelivered"]) == 1
    await at.advance(0.000001)
    assert (await say(esme, again, 4))[-1] == 0


@pytest.mark.contract("smscenter.smpp.identical")
@pytest.mark.parametrize(
    "other",
    [{"source_addr": b"Else"}, {"destination_addr": b"79001234568"}, {"data_coding": 4}, {"data_coding": 0x10}],
)
async def test_another_sender_number_coding_or_class_makes_another_message(at, other):
    esme = await at.bound()
    for reference, fields in ((1, {}), (2, other)):
        assert await say(esme, "udh8", reference, **fields) == [0, 0]
        assert await say(esme, "payload", reference, **fields) == [0x45]


@pytest.mark.parametrize(
    "same",
    [{"destination_addr": b"+79001234567"}, {"destination_addr": b"89001234567"}, {"source_addr_ton": 0},
     {"service_type": b"WAP"}, {"priority_flag": 3}, {"data_coding": 1}, {"registered_delivery": 0}],
)  # fmt: skip
async def test_what_the_phone_does_not_see_makes_no_other_message(at, same):
    esme = await at.bound()
    assert (await esme.submit(b"Hello")).status == 0
    assert (await esme.submit(b"Hello", **same)).status == 0x45


async def test_a_number_that_sends_is_one_sender_however_it_is_written(at):
    esme = await at.bound()
    assert (await esme.submit(b"Hello", source_addr=b"+79001112233")).status == 0
    assert (await esme.submit(b"Hello", source_addr=b"89001112233")).status == 0x45


async def test_the_part_that_is_refused_as_identical_leaves_the_others_waiting_for_their_minute(at):
    esme = await at.bound()
    await say(esme, "udh8", 1)
    await at.advance(30)
    assert await say(esme, "udh8", 2) == [0, 0x45]
    await at.advance(31)
    assert (await esme.submit(udh8(2, 2, 2) + (LATIN * 20)[150:], esm_class=0x40)).status == 0
    assert len(await at.messages()) == 2


async def test_what_was_refused_for_money_is_told_again_and_limits_off_lifts_the_rule():
    async with desk({"balance": 0}) as at:
        esme = await at.bound()
        assert [(await say(esme, way, number))[-1] for number, way in enumerate(("udh8", "payload"))] == [0, 0]
        await at.patch(balance=100, limits="off")
        assert [(await say(esme, way, number))[-1] for number, way in enumerate(("sar", "sar", "whole"), 5)] == [0] * 3
