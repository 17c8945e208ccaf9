"""Page 002, statement by statement, over a socket."""

import pytest
from esme import TO, line_of

from emulator.smpp import CommandId


@pytest.mark.contract("smscenter.smpp.submit-sm")
async def test_a_message_is_submitted_and_its_receipt_comes(at):
    esme = await at.bound()
    answer = await esme.submit(b"Hello")
    assert (answer.status, answer.octets("message_id")) == (0, b"1")
    await at.settle()
    (receipt,) = await esme.receipts()
    assert line_of(receipt).startswith("id:1 sub:001 dlvrd:001 submit date:")
    assert line_of(receipt).endswith("stat:DELIVRD err:000 text:Hello")
    (message,) = await at.messages()
    assert (message["text"], message["status"], message["provider_id"]) == ("Hello", "delivered", "1")


@pytest.mark.contract("smscenter.smpp.coding-gsm")
async def test_coding_0_is_gsm(at):
    esme = await at.bound()
    await esme.submit(b"a\x00\x02\x1b\x65", data_coding=0)
    assert (await at.messages())[0]["text"] == "a@$€"


@pytest.mark.contract("smscenter.smpp.coding-latin1")
async def test_coding_1_is_latin_1(at):
    esme = await at.bound()
    await esme.submit(b"caf\xe9 @", data_coding=4)
    assert (await at.messages())[0]["text"] == "café @"


@pytest.mark.contract("smscenter.smpp.coding-ucs2")
async def test_coding_2_is_utf_16_be_with_surrogate_pairs(at):
    esme = await at.bound()
    await esme.submit("Привет 😀".encode("utf-16-be"), data_coding=8)
    assert (await at.messages())[0]["text"] == "Привет 😀"
    assert (await esme.submit(b"abc", data_coding=8)).status == 0x01


@pytest.mark.contract("smscenter.smpp.coding-3")
@pytest.mark.contract("smscenter.smpp.data-coding")
@pytest.mark.parametrize(("data_coding", "text"), [(0x10, "@"), (0x14, "\x00"), (0x03, "@"), (0xF4, "\x00")])
async def test_the_coding_is_bits_3_and_2_of_data_coding(at, data_coding, text):
    esme = await at.bound()
    assert (await esme.submit(b"\x00", data_coding=data_coding)).status == 0
    assert (await at.messages())[0]["text"] == text
    assert (await esme.submit(b"\x00", data_coding=0x0C)).status == 0x45


@pytest.mark.contract("smscenter.smpp.system-type-iso")
async def test_a_session_bound_as_iso_reads_coding_0_as_latin_1(at):
    esme = await at.bound(system_type=b"ISO")
    await esme.submit(b"a@$\xe9")
    assert (await at.messages())[0]["text"] == "a@$é"


@pytest.mark.contract("smscenter.smpp.submit-multi")
async def test_submit_multi_is_refused_and_the_session_goes_on(at):
    esme = await at.bound()
    answer = await esme.ask(CommandId.SUBMIT_MULTI, short_message=b"x")
    assert (answer.command_id, answer.status) == (CommandId.GENERIC_NACK, 0x03)
    assert "submit_multi" in (await at.last(outcome="refused"))["explain"]
    assert (await esme.submit()).status == 0


@pytest.mark.contract("smscenter.smpp.identical")
async def test_an_identical_request_within_a_minute_is_refused_with_0x45(at):
    esme = await at.bound()
    assert (await esme.submit()).status == 0
    assert (await esme.submit()).status == 0x45
    assert "smscenter.smpp.identical" in (await at.last(outcome="refused"))["explain"]
    assert (await esme.submit(b"another")).status == 0
    await at.advance(59.999999)
    assert (await esme.submit()).status == 0x45
    await at.advance(0.000001)
    assert (await esme.submit()).status == 0
    assert (await esme.submit()).status == 0x45
    await at.patch(limits="off")
    assert (await esme.submit()).status == 0


@pytest.mark.contract("smscenter.smpp.flood")
async def test_the_51st_message_to_one_subscriber_is_accepted_and_told_by_its_receipt(at):
    esme = await at.bound()
    for number in range(51):
        assert (await esme.submit(b"%d" % number)).status == 0
    await at.settle()
    receipts = await esme.receipts(51)
    refused = [line_of(one) for one in receipts if "UNDELIV" in line_of(one)]
    assert len(refused) == 1
    assert "id:51 " in refused[0]
    assert "err:251" in refused[0]
    assert (await at.call("GET", "/accounts/smscenter"))["balance"] == 950


@pytest.mark.contract("smscenter.smpp.flood")
@pytest.mark.parametrize(
    ("switch", "then"),
    [("until-pause", [(29.999999, 251), (29.999999, 251), (30, 0)]), ("per-fifty", [(29, 251), (1, 0)])],
)
async def test_a_block_ends_as_over_http(at, switch, then):
    """By a pause of 30 seconds, which an attempt that is blocked cuts short; by the switch it does not."""
    await at.patch(switches={"flood": switch})
    esme = await at.bound()
    for number in range(50):
        assert (await esme.submit(b"%d" % number, registered_delivery=0)).status == 0
    for number, (wait, err) in enumerate(then, 51):
        await at.advance(wait)
        assert (await esme.submit(b"%d" % number, registered_delivery=0)).status == 0
        asked = await esme.ask(CommandId.QUERY_SM, message_id=b"%d" % number, source_addr=b"Shop")
        assert asked.number("error_code") == err, number


def udh(number, total=3, reference=7):
    return bytes((5, 0, 3, reference, total, number))


@pytest.mark.contract("smscenter.smpp.parts-within-a-minute")
async def test_parts_that_do_not_come_within_a_minute_fail_the_message(at):
    esme = await at.bound()
    await esme.submit(udh(1) + b"one ", esm_class=0x40)
    await esme.submit(udh(3) + b"three", esm_class=0x40, registered_delivery=0)
    assert await at.messages() == []
    asked = await esme.ask(CommandId.QUERY_SM, message_id=b"1", source_addr=b"Shop")
    assert (asked.number("message_state"), asked.number("error_code")) == (1, 0)
    await at.advance(59)
    assert await at.messages() == []
    await at.advance(2)
    (receipt,) = await esme.receipts()
    assert "id:1 " in line_of(receipt)
    assert "stat:UNDELIV err:241" in line_of(receipt)
    (message,) = await at.messages()
    assert (message["text"], message["status"], message["cost"]) == ("one three", "undelivered", 0)


@pytest.mark.contract("smscenter.smpp.long-messages")
async def test_parts_are_glued_before_they_are_read_whatever_their_order_and_session(at):
    one, other = await at.bound(), await at.bound(CommandId.BIND_TRANSMITTER)
    octets = "Привет, это длинное сообщение".encode("utf-16-be")
    pieces = octets[:11], octets[11:31], octets[31:]  # the borders fall inside letters
    ids = []
    for esme, number in ((other, 3), (one, 1), (other, 2)):
        answer = await esme.submit(udh(number) + pieces[number - 1], esm_class=0x40, data_coding=8)
        ids.append(answer.octets("message_id").decode())
    await at.settle()
    receipts = await one.receipts(3)
    assert [line_of(one)[:4] for one in receipts] == ["id:2", "id:3", "id:1"]
    (message,) = await at.messages()
    assert message["text"] == "Привет, это длинное сообщение"
    assert message["provider_id"] == ids[1]
    for provider_id in ids:
        found = (await at.call("GET", f"/messages?provider_id={provider_id}"))["messages"]
        assert [one["id"] for one in found] == [message["id"]]
    assert (await at.call("GET", "/accounts/smscenter"))["balance"] == 997


async def test_a_repeated_part_is_refused_and_the_join_unharmed(at):
    esme = await at.bound()
    assert (await esme.submit(udh(1, 2) + b"one ", esm_class=0x40)).status == 0
    assert (await esme.submit(udh(1, 2) + b"one ", esm_class=0x40)).status == 0x45
    assert (await esme.submit(udh(2, 2) + b"two", esm_class=0x40)).status == 0
    assert [one["text"] for one in await at.messages()] == ["one two"]


@pytest.mark.parametrize(("reason", "fired"), [("stop-listed", 1), ("no-credit", 2)])
async def test_what_a_rule_refuses_is_told_once_the_message_is_whole(at, reason, fired):
    esme = await at.bound()
    await at.call("POST", "/rules", {"then": {"refuse": {"reason": reason}}, "times": fired})
    for number in (1, 2):
        assert (await esme.submit(udh(number, 2) + b"part", esm_class=0x40)).status == 0
    await at.settle()
    assert [(one["status"], one["reason"]) for one in await at.messages()] == [("rejected", reason)]
    assert next(rule["fired"] for rule in (await at.call("GET", "/rules"))["rules"]) == fired


@pytest.mark.parametrize("way", ["udh16", "sar", "payload"])
async def test_all_ways_of_long_messages_come_to_the_same(at, way):
    esme = await at.bound()
    text = b"0123456789" * 20
    if way == "payload":
        await esme.submit(b"", (0x0424, text))
    for number, piece in enumerate((text[:150], text[150:]), 1):
        if way == "udh16":
            await esme.submit(bytes((6, 8, 4, 1, 2, 2, number)) + piece, esm_class=0x40)
        if way == "sar":
            await esme.submit(piece, (0x020C, b"\1\2"), (0x020E, b"\2"), (0x020F, bytes((number,))))
    (message,) = await at.messages()
    assert (message["text"], message["parts"], message["cost"]) == (text.decode(), 2, 2)


@pytest.mark.contract("smscenter.smpp.told-later")
async def test_a_number_on_the_stop_list_is_accepted_here_and_refused_at_once_over_http(at):
    from support import get

    await at.patch(stoplist=[TO])
    esme = await at.bound()
    assert (await esme.submit()).status == 0
    await at.settle()
    (receipt,) = await esme.receipts()
    assert "stat:UNDELIV err:252" in line_of(receipt)
    who = f"login={at.account['login']}&psw={at.account['psw']}"
    _, body = await get(f"{at.served.base_url}/sys/send.php?{who}&phones={TO}&mes=Hi&fmt=3")
    assert b'"error_code": 8' in body or b'"error_code":8' in body
