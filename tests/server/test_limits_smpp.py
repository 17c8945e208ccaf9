"""What SMPP clients may not do: never end a PDU, never read, flood with connections and binds."""

import asyncio
import socket

import pytest
from esme import SUBMIT, desk
from support import PATIENCE, skip, turns, until

from emulator.smpp import CommandId, encode


def whys(at):
    return [one.why for one in at.served.emulator.default.journal.exchanges()] + [
        one.why for one in at.sandbox.journal.exchanges()
    ]


def narrow(link, esme):
    """The kernel keeps little between the two."""
    link.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    esme.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)


@pytest.mark.parametrize("bound", [True, False])
async def test_a_pdu_that_never_ends_is_nacked_and_the_link_closed(bound):
    async with desk(head_seconds=50) as at:
        esme = await at.bound() if bound else await at.connect()
        octets = encode(esme.made(CommandId.SUBMIT_SM, **SUBMIT, short_message=b"x" * 40))
        for octet in octets[:6]:
            esme.write(bytes((octet,)))
            await turns()
            assert not esme.ended
            skip(9)
        await esme.closed()
        assert esme.octets[-16:].hex() == "00000010800000000000000800000000"
        assert any("--head-seconds" in why for why in whys(at))
        await until(lambda: not at.served._smpp.links)


async def test_a_pdu_that_is_whole_in_time_may_be_followed_by_a_long_silence():
    async with desk(head_seconds=20) as at:
        esme = await at.bound()
        submit = esme.made(CommandId.SUBMIT_SM, **SUBMIT, short_message=b"x")
        octets = encode(submit)
        esme.write(octets[:20])
        await turns()
        skip(10)
        esme.write(octets[20:])
        assert (await esme.answer_to(submit)).status == 0
        skip(25)
        await turns()
        assert (await esme.submit(b"again")).status == 0


async def test_a_client_that_reads_nothing_is_cut_and_costs_little():
    async with desk({"balance": 10_000_000, "accounts": {"smscenter": {"limits": "off"}}}, stalled_seconds=0.5) as at:
        esme = await at.bound()
        (link,) = at.served._smpp.links
        narrow(link, esme)
        esme.writer.transport.pause_reading()
        pdus = b"".join(encode(esme.made(CommandId.ENQUIRE_LINK)) for _ in range(2000))
        most = 0
        async with asyncio.timeout(PATIENCE):
            while at.served._smpp.links:
                if esme.writer.transport.get_write_buffer_size() < 1_000_000:
                    esme.write(pdus)
                most = max(most, link.transport.get_write_buffer_size())
                await asyncio.sleep(0.001)
        assert most < 1_000_000
        assert any("--stalled-seconds" in why for why in whys(at))


async def test_a_link_that_is_closed_with_something_unread_goes_all_the_same():
    async with desk(stalled_seconds=0.3) as at:
        esme = await at.bound()
        (link,) = at.served._smpp.links
        esme.writer.transport.pause_reading()
        link.transport.set_write_buffer_limits(1 << 30)
        while not link.transport.get_write_buffer_size():
            link.write(encode(esme.made(CommandId.ENQUIRE_LINK)) * 1000)
            link.flush()
            await asyncio.sleep(0)
        link.hang_up()
        await until(lambda: not at.served._smpp.links)


async def test_one_connection_too_many_is_closed_with_a_nack_and_the_others_go_on():
    async with desk(max_connections=2) as at:
        first = await at.bound()
        await at.connect()
        third = await at.connect()
        await third.closed()
        assert third.octets.hex() == "00000010800000000000000800000000"
        assert (await first.submit(b"still here")).status == 0
        assert any("--max-connections" in why for why in whys(at))


async def test_a_flood_of_binds_leaves_no_more_sessions_than_the_account_may_have(at):
    async def one() -> int:
        esme = await at.connect()
        return (await esme.bind(at.account)).status

    statuses = await asyncio.gather(*(one() for _ in range(60)))
    assert (statuses.count(0), len(set(statuses))) == (10, 2)
    assert len((await at.call("GET", "/sessions"))["sessions"]) == 10
    for esme in at.open:
        await esme.close()
    await until(lambda: not at.served._smpp.links)
    assert not at.served.emulator.smpp.lines


async def test_binds_over_and_over_on_one_connection_leave_one_session(at):
    esme = await at.connect()
    esme.write(*(esme.made(
        CommandId.BIND_TRANSCEIVER, system_id=at.account["system_id"].encode(),
        password=at.account["password"].encode(), interface_version=0x34,
    ) for _ in range(500)))  # fmt: skip
    await esme.until(lambda: len(esme.came) == 500)
    assert [pdu.status for pdu in esme.came].count(0) == 1
    assert len((await at.call("GET", "/sessions"))["sessions"]) == 1


async def test_who_reads_again_in_time_is_borne_with_as_before():
    async with desk({"balance": 10_000_000, "accounts": {"smscenter": {"limits": "off"}}}, stalled_seconds=50) as at:
        esme = await at.bound()
        (link,) = at.served._smpp.links
        narrow(link, esme)
        esme.writer.transport.pause_reading()
        pdus = b"".join(encode(esme.made(CommandId.ENQUIRE_LINK)) for _ in range(2000))
        sent = 0
        async with asyncio.timeout(PATIENCE):
            while link._taking:
                esme.write(pdus)
                sent += 2000
                await turns()
        esme.writer.transport.resume_reading()
        await esme.until(lambda: len(esme.came) > sent)
        assert link._taking
        skip(60)
        await turns()  # a timer that was left would be due
        assert (await esme.submit()).status == 0
        assert not esme.ended
