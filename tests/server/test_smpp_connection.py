"""SMPP on the socket: borders of packets, broken octets, sessions coming and going, TLS."""

import asyncio
import random
import ssl

import pytest
from esme import SUBMIT, desk, line_of
from support import self_signed, skip, turns

from emulator.control_api.filters import RequestFilters, requests
from emulator.smpp import CommandId, Pdu, State, encode


async def test_every_pdu_may_come_octet_by_octet(at):
    esme = await at.bound()
    for octet in encode(esme.made(CommandId.SUBMIT_SM, **SUBMIT, short_message=b"slowly")):
        esme.write(bytes((octet,)))
        await esme.writer.drain()
    await esme.until(lambda: len(esme.came) == 2)
    assert esme.came[1].status == 0


async def test_ten_pdus_in_one_segment_get_ten_answers_in_their_order(at):
    esme = await at.bound()
    esme.write(*(esme.made(CommandId.SUBMIT_SM, **SUBMIT, short_message=b"%d" % n) for n in range(10)))
    await esme.until(lambda: len(esme.came) == 11)
    assert [one.sequence for one in esme.came[1:]] == list(range(2, 12))
    assert [one["text"] for one in await at.messages()] == [str(n) for n in range(10)]


@pytest.mark.parametrize("together", [True, False])
async def test_where_the_clock_stands_a_receipt_due_at_once_goes_before_the_next_answer_however_submits_come(
    at, together
):
    await at.patch(limits="off")
    await at.rule({}, {"steps": [{"after": 0, "status": "delivered"}]})
    esme = await at.bound()
    asked = [
        esme.made(CommandId.SUBMIT_SM, **{**SUBMIT, "short_message": b"%d" % n, "registered_delivery": 1})
        for n in range(7)
    ]
    for submits in (asked[:2], asked[2:]) if together else ([one] for one in asked):
        esme.write(*submits)
        for submit in submits:
            await esme.answer_to(submit)
    await esme.receipts(7)
    taken = [CommandId.SUBMIT_SM_RESP, CommandId.DELIVER_SM] * 7
    assert [one.command_id for one in esme.came if one.command_id in taken] == taken
    order = [(entry.id, False) for entry in at.sandbox.journal.exchanges(operation="send")]
    order += [(number, True) for number, _ in at.sandbox.journal.newest_attempts()]
    assert [receipt for _, receipt in sorted(order)] == [False, True] * 7


async def test_where_the_clock_runs_submits_that_come_together_have_their_answers_and_receipts(at):
    at.sandbox.run_at(1.0)
    await at.patch(limits="off", switches={"smpp-window": 50})
    await at.rule({}, {"steps": [{"after": 0, "status": "delivered"}]})
    esme = await at.bound()
    asked = [
        esme.made(CommandId.SUBMIT_SM, **{**SUBMIT, "short_message": b"%d" % n, "registered_delivery": 1})
        for n in range(30)
    ]
    esme.write(*asked)
    await esme.receipts(30)
    answers = [one for one in esme.came if one.command_id == CommandId.SUBMIT_SM_RESP]
    assert [one.sequence for one in answers] == [one.sequence for one in asked]
    told = [line_of(one).partition(" ")[0] for one in esme.delivered]
    assert told == [f"id:{one.octets('message_id').decode()}" for one in answers]
    assert [one["text"] for one in await at.messages()] == [str(n) for n in range(30)]


async def test_a_pdu_that_claims_2_gb_is_answered_at_once_and_the_link_closed(at):
    esme = await at.bound()
    esme.write(bytes.fromhex("7fffffff 00000004 00000000 00000009") + b"x" * 1000)
    await esme.closed()
    assert esme.octets.endswith(bytes.fromhex("00000010 80000000 00000002 00000009"))


@pytest.mark.parametrize("count", [5_000, pytest.param(20_000, marks=pytest.mark.long)])
async def test_mutated_pdus_cost_neither_an_exception_nor_growth(count):
    from emulator.smpp import Framer, Role, Session

    chance = random.Random(4)
    good = [
        encode(
            Pdu(CommandId.SUBMIT_SM, 0, 1, {**SUBMIT, "short_message": b"Hello"}, [(0x0424, b"x"), (0x020C, b"01")])
        ),
        encode(Pdu(CommandId.QUERY_SM, 0, 2, {"message_id": b"1"})), encode(Pdu(CommandId.ENQUIRE_LINK, 0, 3)),
        encode(Pdu(CommandId.DATA_SM, 0, 4, {"destination_addr": b"7"})), encode(Pdu(CommandId.CANCEL_SM, 0, 5)),
        encode(Pdu(CommandId.REPLACE_SM, 0, 6, {"message_id": b"1", "short_message": b"x"})),
        encode(Pdu(CommandId.SUBMIT_MULTI, 0, 7)), encode(Pdu(CommandId.DELIVER_SM_RESP, 0, 8, {"message_id": b""})),
    ]  # fmt: skip
    async with desk({"balance": 1_000_000}) as at:
        await at.patch(limits="off")
        board, sandbox = at.served.emulator.smpp, at.sandbox
        esme = await at.bound()
        (line,) = board.of(sandbox)
        wire = next(link for link in at.served._smpp.links if link.line is line)
        wire.flush = wire._out.clear
        for _ in range(count):
            octets = bytearray(chance.choice(good))
            for _ in range(chance.randint(1, 3)):
                octets[chance.randrange(4, len(octets))] = chance.randrange(256)
            octets[0:4] = len(octets).to_bytes(4, "big")
            if int.from_bytes(octets[4:8], "big") == CommandId.UNBIND:
                continue
            wire.data_received(bytes(octets))
            if wire.closing:
                pytest.fail("a PDU of good length closed the link")
        del wire.flush
        assert line.session.state is State.BOUND_TRX
        assert not wire._framer.waiting
        assert len(sandbox.engine.state.parts) <= 1000
        assert (await esme.submit(b"still here", data_coding=0)).status == 0
    assert Framer().feed(b"") == []
    assert Session(Role.SMSC, 0).state is State.OPEN


@pytest.mark.parametrize("octets", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"\0" * 16])
async def test_what_is_no_smpp_gets_a_nack_and_a_closed_link(at, octets):
    esme = await at.connect()
    esme.write(octets + b"\0" * 16)
    await esme.closed()
    assert esme.octets[4:12] == bytes.fromhex("80000000 00000002")
    journal = list(requests(at.served.emulator.default, RequestFilters(protocol="smpp")))
    assert journal[-1]["outcome"] == "unreadable"
    assert "command_length" in journal[-1]["explain"]


async def test_unbind_is_answered_before_the_link_closes(at):
    esme = await at.bound()
    assert (await esme.ask(CommandId.UNBIND)).command_id == CommandId.UNBIND_RESP
    await esme.closed()
    assert (await at.call("GET", "/sessions"))["sessions"] == []


@pytest.mark.parametrize("how", ["unbind", "close", "reset"])
async def test_a_session_is_ended_by_hand(at, how):
    esme = await at.bound()
    (session,) = (await at.call("GET", "/sessions"))["sessions"]
    assert (session["state"], session["system_id"]) == ("bound_trx", at.account["system_id"])
    await at.call("DELETE", f"/sessions/{session['id']}?how={how}")
    if how == "unbind":
        await esme.until(lambda: esme.came[-1].command_id == CommandId.UNBIND)
        esme.write(Pdu(CommandId.UNBIND_RESP, 0, esme.came[-1].sequence))
    await esme.closed()
    assert esme.octets.endswith(b"RESET") == (how == "reset")


async def test_sessions_stay_bound_over_a_reset(at):
    esme = await at.bound()
    await esme.submit()
    await at.call("POST", "/reset", {})
    assert len((await at.call("GET", "/sessions"))["sessions"]) == 1
    assert (await esme.submit()).octets("message_id") == b"1"
    await at.settle()
    assert len(await esme.receipts()) == 1


@pytest.mark.contract("smscenter.smpp.idle")
async def test_silence_longer_than_the_idle_time_closes_the_link(at):
    await at.patch(switches={"smpp-idle": 50})
    esme = await at.bound()
    skip(49)
    await turns()
    assert not esme.ended
    skip(1)
    await esme.closed()


@pytest.mark.contract("smscenter.smpp.idle")
async def test_who_only_submits_is_not_idle(at):
    await at.patch(switches={"smpp-idle": 50})
    esme = await at.bound()
    for text in (b"one", b"two", b"three"):
        skip(40)
        assert (await esme.submit(text)).status == 0
    skip(49)
    await turns()
    assert not esme.ended
    skip(1)
    await esme.closed()


@pytest.mark.contract("smscenter.smpp.enquire-link", "smscenter.smpp.response-timer")
async def test_the_server_asks_where_the_account_wants_it_and_closes_when_nobody_answers(at):
    await at.patch(switches={"smpp-enquire-link": 50, "smpp-response": 40})
    esme = await at.bound()
    skip(50)
    await esme.until(lambda: esme.came[-1].command_id == CommandId.ENQUIRE_LINK)
    assert not esme.ended
    skip(40)
    await esme.closed()


@pytest.mark.contract("smscenter.smpp.enquire-link")
async def test_who_answered_is_asked_again_after_as_long_however_much_longer_an_answer_may_take(at):
    await at.patch(switches={"smpp-enquire-link": 50, "smpp-response": 400, "smpp-idle": 0})
    esme = await at.bound()
    for asked in (1, 2):
        skip(50)
        await esme.until(lambda: esme.came[-1].command_id == CommandId.ENQUIRE_LINK)
        esme.write(Pdu(CommandId.ENQUIRE_LINK_RESP, 0, esme.came[-1].sequence))
        assert (await esme.submit(b"%d" % asked)).status == 0  # the answer was heard before


async def test_outbind_connects_to_a_client_that_listens():
    from esme import Esme

    met = asyncio.get_running_loop().create_future()

    async def listening(reader, writer):
        met.set_result(Esme(reader, writer))

    async with desk() as at:
        server = await asyncio.start_server(listening, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        await at.call("POST", "/outbind", {"target": f"127.0.0.1:{port}"})
        esme = await met
        at.open.append(esme)
        await esme.until(lambda: esme.came)
        assert esme.came[0].command_id == CommandId.OUTBIND
        assert (await esme.bind(at.account, CommandId.BIND_RECEIVER)).status == 0
        server.close()


async def test_tls_from_the_first_octet_on_a_port_of_its_own(tmp_path):
    cert, key = self_signed(tmp_path)
    async with desk(smpp_tls_port=0, tls_cert=cert, tls_key=key) as at:
        context = ssl.create_default_context(cafile=cert)
        port = int(at.served.smpps_url.rpartition(":")[2])
        esme = await at.connect(port, ssl=context)
        assert (await esme.bind(at.account)).status == 0
        assert (await esme.submit()).status == 0
        await at.settle()
        assert "DELIVRD" in line_of((await esme.receipts())[0])
