"""Clients that bind or write otherwise than most: what they send is understood, and what they get they understand."""

import asyncio

import pytest
from esme import SUBMIT, TO, line_of

from emulator.delivery.router import DeliveryRouter
from emulator.smpp import CommandId, Status, decode, encode


def with_nul_behind(pdu):
    """The octet that php-smpp puts behind short_message, which command_length alone counts."""
    octets = encode(pdu) + b"\0"
    return len(octets).to_bytes(4, "big") + octets[4:]


# annotated: what onlinecity/php-smpp sends by default (its sendSMS with one text)
PHP = bytes.fromhex("""
    0000004b 00000004 00000000 00000002   command_length 75, submit_sm, -, sequence_number 2
    00  05 00 53686f7000  01 01 373930303132333435363700
    00 00 00 00 00  01 00 00 00
    1a 4865 6c6c 6f2c 2079 6f75 2074 6865 7265 2c20 686f 7720 6172 653f
    00
""".replace("command_length 75, submit_sm, -, sequence_number 2", ""))


@pytest.mark.contract("smscenter.smpp.last-nul")
async def test_the_nul_that_php_smpp_puts_behind_its_text_is_left_out_and_found(at):
    esme = await at.bound()
    esme.write(PHP)
    answer = await esme.answer_to(decode(PHP))
    assert answer.status == 0
    (message,) = await at.messages()
    assert (message["text"], message["parts"]) == ("Hello, you there, how are?", 1)
    assert "smscenter.smpp.last-nul" in str((await at.call("GET", "/lint"))["findings"])


@pytest.mark.contract("smscenter.smpp.last-nul")
async def test_where_the_account_is_strict_the_nul_is_a_broken_tlv(at):
    await at.patch(switches={"smpp-last-nul": "strict"})
    esme = await at.bound()
    esme.write(PHP)
    assert (await esme.answer_to(decode(PHP))).status == 0xC0
    assert await at.messages() == []


@pytest.mark.parametrize(
    ("behind", "status"), [(b"\1", 0xC0), (b"\0\0", 0xC0), (b"\0" + b"\x04\x24\0\1x", 0xC0), (b"\0", 0)]
)
async def test_nothing_but_one_nul_may_stand_there(at, behind, status):
    esme = await at.bound()
    request = esme.made(CommandId.SUBMIT_SM, **SUBMIT, short_message=b"Hello")
    octets = encode(request) + behind
    esme.write(len(octets).to_bytes(4, "big") + octets[4:])
    assert (await esme.answer_to(request)).status == status


@pytest.mark.contract("smscenter.smpp.field-faults")
@pytest.mark.parametrize(("version", "status"), [(0x34, 0xC2), (0x50, 0)])
async def test_lengths_of_5_0_are_taken_of_a_client_that_bound_with_it(at, version, status):
    esme = await at.bound(interface_version=version)
    for text, tlv in ((b"1", (0x1204, b"\4\2\0\1")), (b"2", (0x130C, b"\2"))):
        assert (await esme.submit(text, tlv)).status == status


async def test_parts_and_replacements_may_have_the_nul_too_and_a_counted_one_is_text(at):
    esme = await at.bound()
    for number in (1, 2):
        part = esme.made(CommandId.SUBMIT_SM, **{**SUBMIT, "esm_class": 0x40},
                         short_message=bytes((5, 0, 3, 1, 2, number)) + b"ab")  # fmt: skip
        esme.write(with_nul_behind(part))
        assert (await esme.answer_to(part)).status == 0
    assert [one["text"] for one in await at.messages()] == ["abab"]
    change = esme.made(CommandId.REPLACE_SM, message_id=b"1", source_addr=b"Shop", short_message=b"c\0")
    esme.write(with_nul_behind(change))
    assert (await esme.answer_to(change)).status == 0
    assert [one["text"] for one in await at.messages()] == ["c@"]


@pytest.mark.contract("smscenter.smpp.system-type-iso")
async def test_what_a_subscriber_writes_goes_to_an_iso_session_as_it_reads_coding_0(at):
    esme = await at.bound(system_type=b"ISO")
    texts = ("a@b_$ Grüße à é", "café " * 40, "Ответ", "Δ and @")
    for text in texts:
        await at.call("POST", "/incoming", {"from": TO, "to": "Shop", "text": text})
    came = await esme.receipts(5)
    assert (came[0].number("data_coding"), came[0].message) == (0, texts[0].encode("latin-1"))
    assert [one.number("data_coding") for one in came[1:3]] == [0, 0]
    assert [one.number("esm_class") for one in came[1:3]] == [0x40, 0x40]
    assert b"".join(one.message[6:] for one in came[1:3]) == texts[1].encode("latin-1")
    assert (came[3].number("data_coding"), came[3].message) == (8, texts[2].encode("utf-16-be"))
    assert (came[4].number("data_coding"), came[4].message) == (8, texts[3].encode("utf-16-be"))


async def test_one_subscribers_message_is_written_as_the_session_that_takes_it_reads(at):
    usual = await at.bound()
    await at.call("POST", "/incoming", {"from": TO, "to": "Shop", "text": "a@b"})
    (came,) = await usual.receipts()
    assert came.message == b"a\0b"
    usual.answers = lambda pdu: None
    await at.call("POST", "/incoming", {"from": TO, "to": "Shop", "text": "c@d"})
    await usual.receipts(2)
    iso = await at.bound(CommandId.BIND_RECEIVER, system_type=b"iso")
    await usual.close()
    (came,) = await iso.receipts()
    assert came.message == b"c@d", "what the usual session did not answer comes again, in the other alphabet"


async def test_a_receipt_is_ascii_on_an_iso_session_too(at):
    esme = await at.bound(system_type=b"ISO")
    await esme.submit("café".encode("latin-1"))
    await at.settle()
    (receipt,) = await esme.receipts()
    assert line_of(receipt).endswith("text:caf?")
    assert 0x001E in dict(receipt.tlvs)


VERSIONS = {0x00: True, 0x01: False, 0x33: False, 0x34: True, 0x50: True}


@pytest.mark.contract("smscenter.smpp.old-versions")
@pytest.mark.parametrize("switch", ["no-tlvs", "tlvs"])
@pytest.mark.parametrize("version", VERSIONS)
async def test_a_client_of_3_3_gets_no_tlv_in_whatever_is_sent_to_it(at, version, switch):
    await at.patch(switches={"smpp-old-versions": switch})
    esme = await at.connect()
    answer = await esme.bind(at.account, interface_version=version)
    tlvs = VERSIONS[version] or switch == "tlvs"
    newest = 0x50 if version == 0x50 else 0x34
    assert answer.tlvs == ([(0x0210, bytes((newest,)))] if tlvs else [])
    await esme.submit()
    await at.settle()
    (receipt,) = await esme.receipts()
    assert bool(receipt.tlvs) is tlvs
    assert line_of(receipt).startswith("id:1 sub:001 dlvrd:001 ")


@pytest.mark.contract("smscenter.smpp.old-versions")
async def test_a_message_that_fits_nowhere_else_stays_in_its_tlv(at):
    await at.rule({}, {"reports": {"form": ["data-sm"]}})
    esme = await at.connect()
    await esme.bind(at.account, interface_version=0x33)
    await esme.submit()
    await at.settle()
    (receipt,) = await esme.receipts()
    assert (receipt.command_id, [tag for tag, _ in receipt.tlvs]) == (CommandId.DATA_SM, [0x0424])
    assert line_of(receipt).startswith("id:1 sub:001 dlvrd:001 ")


async def test_a_receipt_that_nobody_took_goes_to_a_client_of_3_4_with_its_tlvs(at):
    old = await at.connect()
    await old.bind(at.account, interface_version=0x33)
    old.answers = lambda pdu: None
    await old.submit()
    walking = asyncio.ensure_future(at.settle())
    assert (await old.receipts())[0].tlvs == []
    await old.close()
    new = await at.bound()
    (receipt,) = await new.receipts()
    assert dict(receipt.tlvs)[0x001E] == b"1\0"
    await walking


@pytest.mark.contract("smscenter.smpp.bind-refused")
@pytest.mark.parametrize("command", [CommandId.BIND_TRANSCEIVER, CommandId.BIND_TRANSMITTER, CommandId.BIND_RECEIVER])
@pytest.mark.parametrize("switch", ["header", "nul"])
async def test_a_refused_bind_is_a_header_or_for_gosmpp_one_with_an_empty_system_id(at, switch, command):
    await at.patch(switches={"smpp-refused-bind": switch})
    esme = await at.connect()
    account = {**at.account, "password": "wrong"}
    answer = await esme.bind(account, command)
    body = switch == "nul" and command == CommandId.BIND_TRANSCEIVER
    assert answer.status == 0x0E
    assert "no bind can say" not in (await at.last(outcome="refused"))["explain"]
    assert answer.raw[16:] == (b"\0" if body else b"")


@pytest.mark.contract("smscenter.smpp.receipts")
@pytest.mark.parametrize("form", [[], ["vendor-first"], ["payload"], ["data-sm"]])
async def test_a_receipt_gives_back_the_reference_that_each_part_had(at, form):
    """3.4, 4.6.1: user_message_reference of a receipt is that of the original message."""
    if form:
        await at.rule({}, {"reports": {"form": form}})
    esme = await at.bound()
    given = {}
    for number in (1, 2, 3):
        tlvs = [] if number == 2 else [(0x0204, bytes((7, number)))]
        answer = await esme.submit(bytes((5, 0, 3, 1, 3, number)) + b"text", *tlvs, esm_class=0x40)
        given[answer.octets("message_id")] = dict(tlvs).get(0x0204)
    await esme.submit(b"single", (0x0204, b"\xab\xcd"))
    given[b"4"] = b"\xab\xcd"
    await esme.submit(b"none")
    given[b"5"] = None
    await at.settle()
    receipts = await esme.receipts(5)
    told = {dict(one.tlvs)[0x001E].rstrip(b"\0"): dict(one.tlvs).get(0x0204) for one in receipts}
    assert told == given


@pytest.mark.parametrize("end", ["cancelled", "expired", "refused", "missing"])
async def test_a_receipt_of_what_was_never_delivered_gives_it_back_too(at, end):
    reference = (0x0204, b"\1\2")
    esme = await at.bound()
    if end == "missing":
        await esme.submit(bytes((5, 0, 3, 1, 2, 1)) + b"half", reference, esm_class=0x40)
        await at.advance(61)
    elif end == "refused":
        await at.patch(balance=0)
        await esme.submit(b"poor", reference)
    elif end == "expired":
        await at.rule({}, {"steps": []})
        await esme.submit(b"old", reference, validity_period=b"000000000001000R")
        await at.advance(2)
    else:
        await esme.submit(b"no", reference)
        await esme.ask(CommandId.CANCEL_SM, message_id=b"1", source_addr=b"Shop")
    await at.settle()
    (receipt,) = await esme.receipts()
    assert dict(receipt.tlvs)[0x0204] == b"\1\2"


@pytest.mark.parametrize(("field", "status"), [
    ("source_addr", Status.RINVSRCADR), ("destination_addr", Status.RINVDSTADR),
])  # fmt: skip
async def test_an_address_that_no_receipt_could_hold_is_refused_in_data_sm_too(at, field, status):
    esme = await at.bound()
    answer = await esme.ask(CommandId.DATA_SM, (0x0424, b"Hi"), **{**SUBMIT, field: b"7" * 40})
    assert answer.status == status


async def test_an_error_larger_than_the_tlv_is_told_as_its_largest(at):
    esme = await at.bound()
    await esme.submit()
    (message,) = await at.messages()
    await at.call("POST", f"/messages/{message['id']}/status", {"status": "undelivered", "error": 100_000})
    assert "stat:UNDELIV" in line_of((await esme.receipts())[0])


async def test_a_receipt_that_cannot_be_written_keeps_no_other_back(at, monkeypatch):
    esme = await at.bound()
    write = DeliveryRouter.envelope

    def broken(self, sandbox, out):
        return 1 / 0 if out.due.message == 1 else write(self, sandbox, out)

    monkeypatch.setattr(DeliveryRouter, "envelope", broken)
    for to in (b"79211234560", b"79211234561"):
        assert (await esme.submit(destination_addr=to)).status == 0
    await at.settle()
    assert [one.octets("source_addr") for one in await esme.receipts()] == [b"79211234561"]
