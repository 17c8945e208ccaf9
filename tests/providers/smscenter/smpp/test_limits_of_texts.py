"""SMPP: how long a text may be, octets that the coding does not know, how many parts may wait."""

import pytest
from esme import SUBMIT

from emulator.smpp import CommandId


@pytest.mark.contract("smscenter.smpp.text-length")
async def test_a_text_has_at_most_255_parts(at):
    esme = await at.bound()
    for octets, status in ((b"a" * 153 * 255, 0), (b"b" * (153 * 255 + 1), 1)):
        answer = await esme.submit(b"", (0x0424, octets))
        assert answer.status == status, len(octets)
        answer = await esme.ask(
            CommandId.REPLACE_SM, (0x0424, octets), message_id=b"1", source_addr_ton=5, source_addr=b"Shop"
        )  # fmt: skip
        assert answer.status == status, len(octets)


@pytest.mark.parametrize(("version", "most"), [(0x34, 254), (0x50, 255)])
async def test_a_part_in_tlvs_may_be_as_long_as_a_message_by_the_version_of_the_bind(at, version, most):
    esme = await at.bound(interface_version=version)
    part = (0x020C, b"\0\1"), (0x020E, b"\2"), (0x020F, b"\1")
    for count, status in ((most, 0), (most + 1, 1)):
        assert (await esme.submit(b"", *part, (0x0424, b"a" * count), data_coding=4)).status == status
    assert (await esme.submit(b"a" * most, *part, data_coding=4)).status in (0, 0x45)


@pytest.mark.contract("smscenter.smpp.odd-text")
async def test_octets_that_the_coding_does_not_know_are_read_as_well_as_can_be_with_a_finding(at):
    esme = await at.bound()
    assert (await esme.submit(b"\x00o\xd8\x00\x00k", data_coding=8)).status == 0
    text = (await at.messages())[0]["text"]
    assert (text[0], text[-1]) == ("o", "k")
    assert [one["row"] for one in (await at.call("GET", "/lint"))["findings"]] == ["smscenter.smpp.odd-text"]


@pytest.mark.contract("smscenter.smpp.queue-full")
async def test_at_most_a_thousand_long_messages_wait_for_their_parts(at):
    await at.patch(limits="off")
    esme = await at.bound()
    parts = [
        esme.made(CommandId.SUBMIT_SM, **{**SUBMIT, "esm_class": 0x40, "short_message": header + b"a"})
        for header in (b"\x06\x08\x04" + number.to_bytes(2) + b"\x02\x01" for number in range(1001))
    ]  # fmt: skip
    esme.write(*parts)
    assert (await esme.answer_to(parts[-1])).status == 0x14
    assert {(await esme.answer_to(part)).status for part in parts[:-1:100]} == {0}
