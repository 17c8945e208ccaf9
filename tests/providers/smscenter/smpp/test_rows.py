"""Rows of the contract over SMPP at their borders: what a changed constant showed that no other test held."""

import pytest
from esme import TO, line_of

from emulator.smpp import CommandId

COST, FLAGS, PARTS = 0x2000, 0x2001, 0x2002


@pytest.mark.contract("smscenter.smpp.binds", "smscenter.smpp.bind-refused")
async def test_ten_sessions_may_be_bound_and_who_may_not_bind_is_told_why(at):
    for _ in range(10):
        await at.bound()
    right = {"system_id": at.account["system_id"], "password": at.account["password"]}
    statuses = []
    for who in (right, {**right, "system_id": "nobody"}, {**right, "password": "wrong"}):
        statuses.append((await (await at.connect()).bind(who)).status)
    assert statuses == [0x05, 0x0F, 0x0E]
    await at.patch(blocked=True)
    assert (await (await at.connect()).bind(right)).status == 0x0D


@pytest.mark.contract("smscenter.smpp.told-later", "smscenter.smpp.temporary", "smscenter.smpp.query")
async def test_a_sender_is_told_later_a_fault_of_the_server_at_once_and_a_strangers_message_is_unknown(at):
    await at.patch(senders=["Bank"])
    esme = await at.bound()
    assert (await esme.submit(b"a")).status == 0
    await at.settle()
    (receipt,) = await esme.receipts()
    assert "stat:UNDELIV err:254" in line_of(receipt)
    await at.rule({"operation": "send"}, {"refuse": {"reason": "temporary"}})
    assert (await esme.submit(b"b")).status == 0x08
    for source, status in ((b"Shop", 0), (b"", 0), (b"Bank", 0x0C)):
        asked = await esme.ask(CommandId.QUERY_SM, message_id=b"1", source_addr=source)
        assert asked.status == status


@pytest.mark.contract("smscenter.smpp.receipts")
async def test_a_receipt_s_state_is_that_of_its_text(at):
    words = {"delivered": ("DELIVRD", 2), "expired": ("EXPIRED", 3), "undelivered": ("UNDELIV", 5)}
    esme = await at.bound()
    for status in words:
        await at.rule({"contains": status}, {"steps": [{"after": 1, "status": status}]})
    for number, (status, (word, state)) in enumerate(words.items(), 1):
        await esme.submit(status.encode())
        await at.settle()
        receipt = (await esme.receipts(number))[-1]
        assert f"stat:{word}" in line_of(receipt)
        assert receipt.tlv(0x0427) == bytes([state])


@pytest.mark.contract("smscenter.smpp.vendor-tlvs", "smscenter.smpp.tlv-order", "smscenter.smpp.parts-as-sent")
@pytest.mark.parametrize("order", ["standard-first", "vendor-first"])
async def test_each_part_tells_its_share_of_the_cost_and_how_many_parts_there_are(at, order):
    await at.patch(switches={"smpp-tlv-order": order})
    esme = await at.bound()
    for number in (1, 2):
        header = bytes((5, 0, 3, 9, 2, number))
        await esme.submit(header + b"short", esm_class=0x40, destination_addr=TO.encode())
    await at.settle()
    for receipt in await esme.receipts(2):
        tags = [tag for tag, _ in receipt.tlvs]
        assert (tags[0] == COST) is (order == "vendor-first")
        assert receipt.tlv(COST) == b"1.0000"
        assert (receipt.tlv(FLAGS), receipt.tlv(PARTS)) == (b"\0\0", b"\0\2")
    assert (await at.call("GET", "/accounts/smscenter"))["balance"] == 998
