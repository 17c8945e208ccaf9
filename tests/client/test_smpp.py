"""The SMPP client against a scripted SMSC over real sockets: every operation, every status, every break."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from client.smsc import smsc, until
from support import PATIENCE, skip, turns

from emulator.client import Patience, Reports, SmppClient, SmppError, smpp
from emulator.client.smpp import Settings, errors
from emulator.core import text as gsm
from emulator.smpp import (
    Coding,
    CommandId,
    Joined,
    Pdu,
    Reassembler,
    Receipt,
    ReceiptAddress,
    Status,
    key_of,
    read_content,
    read_text,
    write_receipt,
)
from emulator.smpp.tlvs import MESSAGE_PAYLOAD

TO = "79001234567"
QUICK = Settings(
    patience=Patience(connect=20, timeout=20, deadline=60, attempts=4, pause=0.01, longest_pause=0.02), zone=0
)  # fmt: skip


@asynccontextmanager
async def bound(server, settings=QUICK, **how):
    async with SmppClient("127.0.0.1", "me", "secret", port=server.port, settings=settings, **how) as client:
        yield client


@pytest.mark.parametrize("how", ["transmitter", "receiver", "transceiver"])
async def test_it_binds_in_three_ways_and_unbinds_politely(server, how):
    async with bound(server, bind=how) as client:
        assert client.bound
        (bind,) = server.came
        assert bind.name == f"bind_{how}"
        assert (bind.octets("system_id"), bind.octets("password")) == (b"me", b"secret")
        assert bind.number("interface_version") == 0x34
    assert not client.bound
    await asyncio.wait_for(server.link.gone, PATIENCE)
    assert server.link.session.state == "closed"


@pytest.mark.parametrize(("status", "error"), [
    (Status.RINVPASWD, smpp.WrongPassword), (Status.RINVSYSID, smpp.WrongSystemId),
    (Status.RBINDFAIL, smpp.BindFailed), (Status.RALYBND, smpp.AlreadyBound),
])  # fmt: skip
async def test_a_refused_bind_is_told(server, status, error):
    server.bind_status = status
    with pytest.raises(error):
        async with bound(server):
            pass


async def test_where_nobody_listens_nothing_is_bound():
    async with smsc() as server:
        port = server.port
    client = SmppClient("127.0.0.1", "me", "secret", port=port, settings=QUICK)
    with pytest.raises(smpp.SmppNotReached):
        await client.open()
    with pytest.raises(smpp.SmppNotReached, match="not open"):
        await client.submit(TO, "Hello")


async def test_submit_gives_the_id_and_says_everything(server, client):
    sent = await client.submit(
        TO, "Hello {€}", sender="Shop", validity=timedelta(hours=2), priority=3,
        schedule=datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC), intermediate=True,
    )  # fmt: skip
    (pdu,) = server.of(CommandId.SUBMIT_SM)
    assert sent == smpp.Submitted(("2",))
    assert sent.id == "2"
    assert pdu.fields["short_message"] == gsm.gsm_encode("Hello {€}")
    assert {name: pdu.fields[name] for name in ("source_addr_ton", "source_addr", "dest_addr_ton")} == {
        "source_addr_ton": 5, "source_addr": b"Shop", "dest_addr_ton": 1,
    }  # fmt: skip
    assert pdu.octets("validity_period") == b"000000020000000R"
    assert pdu.octets("schedule_delivery_time") == b"300102030405000+"
    assert (pdu.number("registered_delivery"), pdu.number("priority_flag")) == (0x11, 3)


_LONG = {
    Coding.GSM: "The quick brown {fox} € " * 20, Coding.UCS2: "Привет 🎉 мир, " * 20, Coding.LATIN1: "façade " * 50,
}  # fmt: skip


@pytest.mark.parametrize("coding", list(_LONG), ids=lambda coding: coding.name)
@pytest.mark.parametrize("long", ["udh8", "udh16", "sar", "payload"])
async def test_a_long_text_arrives_whole_in_each_of_the_ways(long, coding):
    text = _LONG[coding]
    async with smsc() as server, bound(server) as client:
        sent = await client.submit(TO, text, long=long, coding=coding)
        pdus = server.of(CommandId.SUBMIT_SM)
        assert len(sent.ids) == len(pdus)
        joiner = Reassembler()
        for pdu in pdus:
            content = read_content(pdu)
            if long == "payload":
                assert pdu.tlv(MESSAGE_PAYLOAD)
                octets = content.octets
                break
            header = 0 if long == "sar" else len(pdu.message) - len(content.octets)
            assert content.part.width == long
            assert len(pdu.message) <= (140 + 20 if coding is Coding.GSM else 140)
            limit = 160 - -(-header * 8 // 7) if coding is Coding.GSM else 140 - header
            assert len(content.octets) <= (limit if long != "sar" else 153 if coding is Coding.GSM else 134)
            read = read_text(content.octets, pdu.number("data_coding"), gsm)
            assert not getattr(read, "notes", ()), "a character was cut"
            joined = joiner.add(key_of("", b"", b"", content.part), content.part.number, content.octets, "", 0)
            octets = joined.octets if isinstance(joined, Joined) else b""
        assert read_text(octets, pdus[0].number("data_coding"), gsm).text == text


@pytest.mark.parametrize(("text", "count"), [("a" * 160, 1), ("a" * 161, 2), ("я" * 70, 1), ("я" * 71, 2), ("", 1)])
async def test_it_splits_where_the_air_does(server, client, text, count):
    assert len((await client.submit(TO, text)).ids) == count == gsm.measure(text).parts


async def test_a_text_that_the_coding_cannot_say_or_that_has_too_many_parts_is_refused_at_home(server, client):
    with pytest.raises(ValueError, match="no form in GSM"):
        await client.submit(TO, "я", coding=Coding.GSM)
    with pytest.raises(ValueError, match="256 parts"):
        await client.submit(TO, "a" * (153 * 255 + 1))
    with pytest.raises(ValueError, match="no zone"):
        await client.submit(TO, "a", schedule=datetime(2030, 1, 1))
    assert server.of(CommandId.SUBMIT_SM) == []


STATUSES = [status for status in Status if status not in (Status.ROK, Status.RTHROTTLED, Status.RMSGQFUL)]


@pytest.mark.parametrize("status", STATUSES, ids=lambda status: status.name)
async def test_every_status_is_raised_as_its_class_and_not_argued_with(server, client, status):
    server.answers = lambda pdu: (status, {})
    with pytest.raises(errors.SmppRefused) as raised:
        await client.submit(TO, "Hello")
    assert type(raised.value) is not errors.SmppRefused
    assert (raised.value.code, raised.value.text) == (status, status.meaning)
    assert raised.value.maybe_accepted is False
    assert len(server.of(CommandId.SUBMIT_SM)) == 1


def test_the_classes_and_the_protocols_table_say_the_same():
    assert {row.code: row.text for row in errors.SmppRefused.rows} == {
        int(status): status.meaning for status in Status if status is not Status.ROK
    }  # fmt: skip
    assert all(getattr(smpp, row.__name__) is row and row.__doc__ for row in errors.SmppRefused.rows)


async def test_a_vendors_status_is_raised_too(server, client):
    server.answers = lambda pdu: (0x401, {})
    with pytest.raises(errors.SmppRefused) as raised:
        await client.submit(TO, "Hello")
    assert raised.value.code == 0x401


@pytest.mark.parametrize("status", [Status.RTHROTTLED, Status.RMSGQFUL])
async def test_throttled_it_sends_again_slower(server, client, status):
    server.answers = lambda pdu: (status if len(server.of(CommandId.SUBMIT_SM)) < 3 else 0, {"message_id": b"7"})
    assert (await client.submit(TO, "Hello")).id == "7"
    assert len(server.of(CommandId.SUBMIT_SM)) == 3


async def test_throttled_for_ever_it_says_so(server, client):
    server.answers = lambda pdu: (Status.RTHROTTLED, {})
    with pytest.raises(smpp.Throttled) as raised:
        await client.submit(TO, "Hello")
    assert raised.value.retryable
    assert len(server.of(CommandId.SUBMIT_SM)) == QUICK.patience.attempts


async def test_parts_that_were_taken_before_a_failure_are_told(server, client):
    taken = {"message_id": b"1"}
    server.answers = lambda pdu: (0 if len(server.of(CommandId.SUBMIT_SM)) < 2 else Status.RSUBMITFAIL, taken)
    with pytest.raises(smpp.SubmitFailed) as raised:
        await client.submit(TO, "a" * 400)
    assert raised.value.accepted == ("1",)
    assert raised.value.maybe_accepted


async def test_a_connection_cut_before_the_response_leaves_a_doubt_and_nothing_is_sent_again(server, client):
    server.answers = lambda pdu: "close"
    with pytest.raises(smpp.SmppReplyLost) as raised:
        await client.submit(TO, "Hello")
    assert raised.value.maybe_accepted
    server.answers = lambda pdu: (0, {"message_id": b"9"})
    assert (await client.submit(TO, "Another")).id == "9"
    assert [pdu.message for pdu in server.of(CommandId.SUBMIT_SM)] == [b"Hello", b"Another"]
    assert len(server.links) == 2


async def test_it_is_sent_again_when_the_caller_says_so(server, client):
    server.answers = lambda pdu: "close" if len(server.links) == 1 else (0, {"message_id": b"9"})
    assert (await client.submit(TO, "Hello", retry_sends=True)).id == "9"
    assert len(server.of(CommandId.SUBMIT_SM)) == 2


async def test_no_response_in_time_leaves_a_doubt():
    patience = Patience(timeout=30, deadline=300, attempts=4, pause=0.01)
    async with smsc() as server, bound(server, QUICK._replace(patience=patience)) as client:
        server.answers = lambda pdu: "silence"
        sending = asyncio.create_task(client.submit(TO, "Hello"))
        await until(lambda: server.of(CommandId.SUBMIT_SM))
        skip(31)
        with pytest.raises(smpp.SmppReplyLost, match="no answer"):
            await sending
        assert len(server.of(CommandId.SUBMIT_SM)) == 1


async def test_a_call_waits_for_the_next_bind_and_gives_up_at_its_deadline():
    settings = QUICK._replace(patience=Patience(timeout=60, deadline=60, attempts=4, pause=0.01, longest_pause=0.02))
    async with smsc() as server, bound(server, settings) as client:
        server.bind_status = Status.RALYBND
        server.link.transport.abort()
        await until(lambda: not client.bound)
        sending = asyncio.create_task(client.submit(TO, "Hello"))
        await turns()
        skip(61)
        with pytest.raises(smpp.SmppNotReached, match="not bound in time") as raised:
            await sending
        assert not raised.value.maybe_accepted
        server.bind_status = 0
        await client.submit(TO, "Hello")
        assert len(server.of(CommandId.SUBMIT_SM)) == 1


async def test_a_server_that_unbinds_is_left_and_found_again(server, client):
    server.link.write(server.link.session.unbind(asyncio.get_running_loop().time()))
    await asyncio.wait_for(server.link.gone, PATIENCE)
    await client.submit(TO, "Hello")
    assert len(server.links) == 2


async def test_the_window_is_kept():
    async with smsc() as server, bound(server, QUICK._replace(window=3)) as client:
        held = []
        server.answers = lambda pdu: held.append(pdu) or "silence"
        sends = [asyncio.create_task(client.submit(TO, f"Hello {turn}")) for turn in range(7)]
        most = 0
        while held or not all(one.done() for one in sends):
            await asyncio.sleep(0)
            most = max(most, len(held))
            if len(held) == 3 or (held and sum(one.done() for one in sends) == 6):
                for pdu in reversed(held):
                    server.link.write(Pdu(CommandId.SUBMIT_SM_RESP, 0, pdu.sequence, {"message_id": pdu.message}))
                held.clear()
        assert most == 3
        assert [(await one).id for one in sends] == [f"Hello {turn}" for turn in range(7)]


async def test_it_asks_whether_the_link_lives_and_binds_again_when_not():
    patience = Patience(connect=20, timeout=0.2, deadline=5, pause=0.01, longest_pause=0.02)
    async with smsc() as server, bound(server, QUICK._replace(enquire_link=0.05, patience=patience)):
        dead = server.link
        await until(lambda: dead.session.state == "bound_trx")
        dead.data_received = lambda data: None
        dead.transport.set_protocol(dead)
        await until(lambda: len(server.links) == 2)
        assert dead.gone.done()


async def test_query_cancel_and_replace(server, client):
    told = {"message_id": b"5", "final_date": b"260102030405000+", "message_state": 5, "error_code": 6}
    server.answers = lambda pdu: (0, told)
    final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert await client.query("5", sender="Shop") == smpp.Queried("5", 5, "undelivered", 6, final)
    await client.cancel("5", sender="Shop", to=TO)
    await client.replace("5", "Другой", sender="Shop", validity=timedelta(hours=1), receipt=False)
    cancel, replace = server.of(CommandId.CANCEL_SM)[0], server.of(CommandId.REPLACE_SM)[0]
    assert (cancel.octets("message_id"), cancel.octets("destination_addr")) == (b"5", TO.encode())
    assert replace.octets("short_message") == "Другой".encode("utf-16-be")
    server.answers = lambda pdu: (Status.RINVMSGID, {})
    for call in (client.query("6"), client.cancel("6"), client.replace("6", "x")):
        with pytest.raises(smpp.MessageIdUnknown):
            await call


async def test_a_question_is_asked_again_on_the_next_connection(server, client):
    server.answers = lambda pdu: "close" if len(server.links) == 1 else (0, {"message_state": 2})
    assert (await client.query("5")).status == "delivered"


def _receipt(id, state, error=0):
    return write_receipt(Receipt(
        message_id=id, source=ReceiptAddress(b"Shop", 5, 1), destination=ReceiptAddress(TO.encode(), 1, 1), state=state,
        submitted_at=0, done_at=1_767_323_040_000_000, error=error,
    ))  # fmt: skip


async def test_receipts_come_as_reports():
    async with smsc() as server:
        async with bound(server) as client:
            for pdu in (_receipt("1", 1), _receipt("1", 2), _receipt("2", 5, 6)):
                assert (await server.link.deliver(pdu)).status == 0
        reports = [report async for report in client.receipts()]
    assert [(one.id, one.status, one.error, one.number) for one in reports] == [
        ("1", "sent", 0, TO), ("1", "delivered", 0, TO), ("2", "undelivered", 6, TO),
    ]  # fmt: skip
    assert reports[1].at == datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    assert client_reports(reports) == reports
    assert client_reports([*reversed(reports), *reports]) == [reports[2], reports[1]]


def client_reports(reports):
    """Those that are news."""
    seen = Reports()
    return [one for one in reports if seen.take(one)]


async def test_a_receipt_before_the_response_is_not_lost(server, client):
    def first_the_receipt(pdu):
        link = server.link
        link.write(link.session.send(_receipt("1", 2), asyncio.get_running_loop().time()))
        return 0, {"message_id": b"1"}

    server.answers = first_the_receipt
    sent = await client.submit(TO, "Hello")
    report = await anext(client.receipts())
    assert report.id == sent.id


async def test_a_subscribers_long_message_is_joined(server, client):
    for number, octets in ((2, "мир".encode("utf-16-be")), (1, "Привет, ".encode("utf-16-be"))):
        await server.link.deliver(Pdu(CommandId.DELIVER_SM, fields={
            "source_addr": TO.encode(), "destination_addr": b"1234", "esm_class": 0x40, "data_coding": 8,
            "short_message": bytes((5, 0, 3, 9, 2, number)) + octets,
        }))  # fmt: skip
    assert await anext(client.incoming()) == smpp.Incoming(TO, "1234", "Привет, мир")


async def test_every_error_is_an_smpp_error():
    assert all(issubclass(one, SmppError) for one in vars(errors).values()
               if isinstance(one, type) and one.__module__ == errors.__name__)  # fmt: skip
