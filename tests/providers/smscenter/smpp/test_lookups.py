"""HLR and ping over SMPP: a text asks, a receipt of its own tells (facts, section 7), over a socket."""

import json
from urllib.parse import parse_qs

import pytest
from esme import TO, desk, line_of
from support import get, receiver

NETWORK = ["imsi", "msc", "mcc", "mnc", "cn", "net", "rcn", "rnet"]


def found_in(line: str) -> dict[str, str]:
    """A receipt's pairs, as a client undoes them."""
    words = dict(word.split(":", 1) for word in line.split(" "))
    return {name: parse_qs(f"a={value}").get("a", [""])[0] for name, value in words.items()}


@pytest.mark.contract("smscenter.hlr.smpp")
async def test_the_receipt_of_an_hlr_request_is_the_line_of_the_page(at):
    esme = await at.bound()
    asked = await esme.submit(b"__HLR__", destination_addr=b"79211234567")
    assert (asked.status, asked.octets("message_id")) == (0, b"1")
    await at.settle()
    line = line_of((await esme.receipts())[0])
    found = found_in(line)
    assert list(found) == ["id", "stat", "err", *NETWORK]
    assert line.startswith(f"id:1 stat:DELIVRD err:000 imsi:{found['imsi']} msc:{found['msc']} mcc:250 mnc:02 ")
    assert " cn:Russian+Federation net:" in line
    assert line.endswith(" rcn: rnet:")
    assert (len(found["imsi"]), found["net"]) == (15, "МегаФон")
    assert (await esme.receipts())[0].tlv(0x2001) == b"\0\x04"
    (kept,) = await at.messages()
    assert (kept["kind"], kept["text"], kept["parts"]) == ("hlr", "", 1)


@pytest.mark.contract("smscenter.hlr.smpp")
async def test_a_ping_has_the_usual_receipt_and_is_another_request_than_an_hlr(at):
    esme = await at.bound()
    assert (await esme.submit("__PING__".encode("utf-16-be"), data_coding=8)).status == 0
    assert (await esme.submit(b"__HLR__")).status == 0
    assert (await esme.submit(b"__HLR__")).status == 0x45
    await at.settle()
    first = (await esme.receipts(2))[0]
    assert line_of(first).startswith("id:1 sub:001 dlvrd:001 submit date:")
    assert line_of(first).endswith("stat:DELIVRD err:000 text:")
    assert first.tlv(0x2001) == b"\0\x05"


@pytest.mark.contract("smscenter.hlr.smpp")
@pytest.mark.parametrize(("to", "said", "net"), [
    (b"79211990001", "stat:UNDELIV err:006", "МегаФон"), (b"79211990010", "stat:UNDELIV err:001", ""),
    (b"79211990011", "stat:DELIVRD err:000", "Tele2"), (b"79211990012", "stat:UNDELIV err:013", "МегаФон"),
])  # fmt: skip
async def test_magic_numbers_are_off_nobodys_ported_and_barred(at, to, said, net):
    esme = await at.bound()
    await esme.submit(b"__HLR__", destination_addr=to)
    await at.settle()
    line = line_of((await esme.receipts())[0])
    assert line.startswith(f"id:1 {said} imsi:")
    assert (found_in(line)["net"], found_in(line)["imsi"] == "") == (net, not net)


@pytest.mark.contract("smscenter.hlr.smpp")
async def test_http_knows_what_was_asked_over_smpp_and_the_receipt_goes_to_who_asked(at):
    esme = await at.bound()
    await esme.submit(b"__HLR__", source_addr=b"me")
    await at.settle()
    receipt = (await esme.receipts())[0]
    assert receipt.octets("destination_addr") == b"me"
    who = "&".join(f"{name}={at.account[name]}" for name in ("login", "psw"))
    page = f"{at.served.base_url}/sys/status.php?{who}&phone={TO}&id=1&all=1&fmt=3&charset=utf-8"
    told = json.loads((await get(page))[1])
    assert (told["sender_id"], told["type"], told["imsi"]) == ("HLR", 4, found_in(line_of(receipt))["imsi"])


@pytest.mark.contract("smscenter.hlr.smpp", "smscenter.smpp.receipts-by-http")
async def test_without_registered_delivery_the_handler_is_told():
    async with receiver() as taking, desk() as at:
        await at.patch(callback_url=taking.url)
        esme = await at.bound()
        await esme.submit(b"__HLR__", registered_delivery=0)
        await at.settle()
        (told,) = taking.came
        assert (told["id"], told["status"], told["type"], told["sender"]) == ("1", "1", "4", "HLR")
        assert told["imsi"]
