"""What an SMPP client can be told to send, and what it refuses to: addresses, own TLVs, data_sm, ids in hex."""

from datetime import timedelta

import pytest
from client.smsc import smsc
from client.test_smpp import QUICK, TO, bound
from client.test_smpp import _receipt as receipt

from emulator.client import SmppClient, smpp
from emulator.smpp import Coding, CommandId, Status


@pytest.mark.parametrize(("to", "options", "said"), [
    (TO, {"sender": "Магазин"}, "sender 'Магазин' has characters that no address can carry"),
    (TO, {"sender": "Twelve chars"}, "has 12 characters, 11 are the most"),
    (TO, {"sender": "7" * 30}, "has 30 digits, 15 are the most"), ("7" * 30, {}, "has 30 digits, 15 are the most"),
    ("", {}, "no number to send to"), ("Shop", {}, "'Shop' is not a number"), ("७९००१२३४५६७", {}, "is not a number"),
    (TO, {"tlvs": [("dest_prot", 1)]}, "no 'dest_prot'; did you mean 'source_port'|'dest_port'|'destination_port'"),
    (TO, {"tlvs": [(0x1400, 5)]}, "0x1400 has no fixed size: give octets"),
    (TO, {"tlvs": [("source_port", 70_000)]}, "source_port has 2 octets, 70000 does not fit"),
    (TO, {"tlvs": [("source_port", b"1")]}, "source_port has 2 to 2 octets, not 1"),
    (TO, {"tlvs": [(0x10000, b"1")]}, "a tag is 0 to 0xFFFF"),
    (TO, {"data": True, "schedule": timedelta(hours=1)}, "data_sm carries no schedule"),
    (TO, {"data": True, "long": "sar"}, "data_sm carries no long"),
    (TO, {"text": "Hello \ud83d"}, "half a surrogate pair"),
])  # fmt: skip
async def test_what_would_arrive_as_something_else_is_refused_at_home(server, client, to, options, said):
    with pytest.raises(ValueError, match=said):
        await client.submit(to, **{"text": "Hello", **options})
    assert server.of(CommandId.SUBMIT_SM) == []


async def test_addresses_that_can_be_carried_are():
    async with smsc() as server, bound(server) as client:
        for sender in ("", "Shop.24 x", "79001234567", "+79001234567", "123456789012345"):
            await client.submit("+" + TO, "x", sender=sender)
        sent = [(pdu.number("source_addr_ton"), pdu.octets("source_addr")) for pdu in server.of(CommandId.SUBMIT_SM)]
    assert sent == [(0, b""), (5, b"Shop.24 x"), (1, b"79001234567"), (1, b"79001234567"), (1, b"123456789012345")]


async def test_own_tlvs_go_with_every_part():
    own = [("source_port", 5000), (0x1400, b"\x00vendor"), ("alert_on_message_delivery", b"")]
    async with smsc() as server, bound(server) as client:
        await client.submit(TO, "x" * 200, tlvs=own)
        await client.submit(TO, "x", tlvs=own, long="payload")
        pdus = server.of(CommandId.SUBMIT_SM)
    assert len(pdus) == 3
    for pdu in pdus:
        assert pdu.tlv(0x020A) == (5000).to_bytes(2, "big")
        assert pdu.tlv(0x1400) == b"\x00vendor"
        assert pdu.tlv(0x130C) == b""


async def test_data_sm_carries_a_text_of_any_length():
    async with smsc() as server, bound(server) as client:
        server.answers = lambda pdu: (0, {"message_id": b"5"})
        text = "Привет, " * 40
        sent = await client.submit(TO, text, data=True, sender="Shop", validity=timedelta(minutes=2))
        (pdu,) = server.of(CommandId.DATA_SM)
    assert sent.id == "5"
    assert pdu.tlv(0x0424) == text.encode("utf-16-be")
    assert pdu.tlv(0x0017) == (120).to_bytes(4, "big")
    assert (pdu.number("data_coding"), pdu.number("registered_delivery")) == (8, 1)


@pytest.mark.sms(clock="frozen")
async def test_data_sm_is_taken_by_the_emulator(sms_emulator):
    said = sms_emulator.smscenter.smpp
    async with SmppClient(
        sms_emulator.smpp_host, said["system_id"], said["password"], port=sms_emulator.smpp_port
    ) as client:
        sent = await client.submit(TO, "Привет", data=True)
    (message,) = await sms_emulator.messages()
    assert (message.provider_id, message.text) == (sent.id, "Привет")


async def test_a_lost_response_to_data_sm_is_a_doubt(server, client):
    server.answers = lambda pdu: "close"
    with pytest.raises(smpp.SmppReplyLost) as raised:
        await client.submit(TO, "x", data=True)
    assert raised.value.maybe_accepted
    assert (raised.value.attempts, raised.value.octets_left) == (1, True)
    assert len(server.of(CommandId.DATA_SM)) == 1


@pytest.mark.parametrize(("settings", "response", "in_receipt"), [
    ({"response_ids": "hex"}, b"1A2B", "6699"), ({"receipt_ids": "hex"}, b"6699", "1a2b"),
    ({"response_ids": "hex", "receipt_ids": "decimal"}, b"00001a2b", "0000006699"),
    ({"response_ids": "decimal", "receipt_ids": "decimal"}, b"0000006699", "6699"),
    ({"response_ids": "hex", "receipt_ids": "hex"}, b"no-number", "no-number"),
])  # fmt: skip
async def test_ids_in_hex_here_and_in_decimal_there_are_one(settings, response, in_receipt):
    """Field fault F2: the response and the receipt name one message in two ways."""
    async with smsc() as server, bound(server, QUICK._replace(**settings)) as client:
        server.answers = lambda pdu: (0, {"message_id": response})
        sent = await client.submit(TO, "x")
        server.answers = lambda pdu: (0, {"message_state": 2})
        assert sent.said == (response.decode(),)
        await server.link.deliver(receipt(in_receipt, 2))
        assert (await anext(client.receipts())).id == sent.id
        await client.query(sent.said[0])
        assert server.of(CommandId.QUERY_SM)[0].octets("message_id") == response


def test_what_no_bind_can_carry_is_told_without_the_password():
    for system_id, password in (("x" * 16, "secret"), ("me", "much-too-long"), ("me", "секрет"), ("me\0", "x")):
        with pytest.raises(ValueError, match=r"the (system_id|password) is to have at most") as raised:
            SmppClient("127.0.0.1", system_id, password)
        assert password not in str(raised.value) or password == "x"
    with pytest.raises(ValueError, match="bind is to be at least one"):
        SmppClient("127.0.0.1", "me", "x", bind=())


def test_it_is_made_of_the_environment(monkeypatch):
    for name in ("SMPP_HOST", "SMPP_SYSTEM_ID", "SMPP_PASSWORD", "SMPP_PORT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValueError, match="lacks SMPP_HOST and SMPP_SYSTEM_ID and SMPP_PASSWORD"):
        SmppClient.from_env()
    monkeypatch.setenv("SMPP_HOST", "smpp.test")
    monkeypatch.setenv("SMPP_SYSTEM_ID", "me")
    monkeypatch.setenv("SMPP_PASSWORD", "secret")
    assert SmppClient.from_env()._account.where == ("smpp.test", 3700, None)
    monkeypatch.setenv("SMPP_PORT", "2775")
    assert SmppClient.from_env()._account.where[:2] == ("smpp.test", 2775)
    monkeypatch.setenv("SMPP_PORT", "many")
    with pytest.raises(ValueError, match="SMPP_PORT is a number, not 'many'"):
        SmppClient.from_env()


async def test_a_receiver_and_a_transmitter_serve_each_what_they_may():
    async with smsc() as server, bound(server, bind="receiver") as client:
        with pytest.raises(smpp.WrongBind, match="submit_sm may not be sent by a receiver"):
            await client.submit(TO, "x")
        server.answers = lambda pdu: (0, {"message_state": 2})
        assert (await client.query("1")).status == "delivered"


async def test_a_nack_that_says_nothing_was_taken_is_no_doubt():
    """generic_nack with ESME_RTHROTTLED, and one with ESME_RSYSERR."""
    from emulator.smpp import Pdu

    for status, doubt in ((Status.RTHROTTLED, False), (Status.RSYSERR, True)):
        async with smsc() as server, bound(server, QUICK._replace(patience=QUICK.patience)) as client:
            server.answers = lambda pdu, status=status: (
                server.link.write(Pdu(CommandId.GENERIC_NACK, status, pdu.sequence)) or "silence"
            )
            with pytest.raises(smpp.SmppRefused) as raised:
                await client.submit(TO, "x", coding=Coding.GSM)
            assert raised.value.maybe_accepted is doubt
