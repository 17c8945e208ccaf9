"""Sends in doubt, kept in a store: written down before they leave, settled later, whatever fails in between."""

import logging
import pickle
from contextlib import nullcontext

import msgspec
import pytest
from client.desks import KINDS, PROVIDERS, QUICK, desk, no_id, number, own_id
from client.raw import numbered, plain, raw
from client.smsc import smsc
from msgspec import structs

from emulator.client import NotReached, Refused, ReplyLost, SmppClient, SmsOffice
from emulator.client import doubts as doubts_of
from emulator.client.doubts import LATE, Unsettled
from emulator.client.smpp import SmppRefused, SmppReplyLost
from emulator.smpp import CommandId, Status

either = pytest.mark.parametrize("kind", KINDS)
each = pytest.mark.parametrize("provider", PROVIDERS)


class Store:
    """A store in memory; `broken` are the methods that fail."""

    def __init__(self, *broken):
        self.kept, self.broken, self.begun = {}, broken, []

    def _may(self, what):
        if what in self.broken:
            raise OSError("the disk is full")

    def begin(self, send):
        self._may("begin")
        self.kept[send.key] = send
        self.begun.append(send)

    def settle(self, key):
        self._may("settle")
        self.kept.pop(key, None)

    def unsettled(self):
        self._may("unsettled")
        return self.kept.values()


@either
@each
async def test_a_send_is_written_down_before_it_leaves_and_crossed_out_when_its_end_is_known(kind, provider):
    store, seen = Store(), []

    def answer(request):
        seen.append(list(store.kept.values()))
        return plain(numbered(request)) if len(seen) == 1 else plain(b"no", b"403 Forbidden")

    with raw(answer) as server:
        async with desk(kind, provider, server, doubts=store) as ask:
            await ask("send", ["1", "2"], "x")
            with pytest.raises(Refused):
                await ask("send", "1", "x")
            with pytest.raises(Refused):
                await ask("balance")
    assert [len(kept) for kept in seen] == [1, 1, 0]
    (send,) = seen[0]
    assert (send.provider, send.to) == (provider, ("1", "2"))
    assert (send.reference is None) == (provider == "ubill")
    assert send.until - send.at == QUICK.deadline
    assert store.kept == {}


@either
@each
async def test_what_is_in_doubt_stays(kind, provider):
    store = Store()
    with raw(lambda request: None) as server:
        async with desk(kind, provider, server, doubts=store) as ask:
            with pytest.raises(ReplyLost) as raised:
                await ask("send", "1", "x", **own_id(provider, "mine"))
    (send,) = store.kept.values()
    assert send.reference == raised.value.reference
    assert "the-" not in repr(send)
    assert msgspec.json.decode(msgspec.json.encode(send), type=Unsettled) == send
    assert pickle.loads(pickle.dumps(send)) == send


@either
@each
async def test_where_it_cannot_be_written_down_nothing_leaves(kind, provider):
    store = Store("begin")
    with raw(lambda request: plain(numbered(request))) as server:
        async with desk(kind, provider, server, doubts=store) as ask:
            with pytest.raises(NotReached, match="OSError the disk is full") as raised:
                await ask("send", "1", "x")
        assert server.requests == []
    assert (raised.value.maybe_accepted, raised.value.retryable) == (False, False)


@either
@each
async def test_a_store_that_cannot_forget_does_not_hide_what_was_accepted(kind, provider, caplog):
    store = Store("settle")
    with raw(lambda request: plain(numbered(request))) as server:
        async with desk(kind, provider, server, doubts=store) as ask:
            assert await ask("send", "1", "x")
    assert len(store.kept) == 1
    assert [one.levelno for one in caplog.records if "store of doubts failed" in one.message] == [logging.ERROR]


@either
async def test_after_a_restart_each_is_asked_for(sms_emulator, kind):
    """One was taken, one never came; of uBill nobody can ask, and another account's is none of ours."""
    sms, store = sms_emulator, Store()
    impatient = structs.replace(QUICK, attempts=1)
    lost = {"when": {"provider": "smscenter", "operation": "send"}, "then": {"reply": {"fault": "lost"}}, "times": 1}
    async with desk(kind, "smscenter", sms, impatient, doubts=store) as ask:
        for fault, id in (("lost", "taken"), ("drop", "never")):
            await sms.add_rule(**{**lost, "then": {"reply": {"fault": fault}}})
            with pytest.raises(ReplyLost):
                await ask("send", number("smscenter"), "Hello", id=id, clear_up=False)
    stranger = structs.replace(store.begun[0], key="k", account="somebody's")
    store.begin(stranger)
    async with desk(kind, "smscenter", sms, doubts=store) as ask:
        assert [(one.send.reference, one.end) for one in await ask("settle_doubts")] == [
            ("taken", "accepted"), ("never", "unclear"),
        ]  # fmt: skip
        assert [send.reference for send in store.kept.values()] == ["never", "taken"]
        late = structs.replace(store.begun[1], until=store.begun[1].at - LATE)
        store.begin(late)
        assert [(one.send.reference, one.end) for one in await ask("settle_doubts")] == [("never", "absent")]
        assert list(store.kept.values()) == [stranger]


@either
@pytest.mark.parametrize("provider", ["smsoffice", "ubill"])
async def test_where_nothing_can_be_concluded_it_stays(sms_emulator, kind, provider):
    sms, store = sms_emulator, Store()
    when = {"provider": provider, "operation": "send"}
    await sms.add_rule(when=when, then={"reply": {"fault": "drop"}}, times=1)
    async with desk(kind, provider, sms, doubts=store) as ask:
        with pytest.raises(ReplyLost):
            await ask("send", number(provider), "Hello", **no_id(provider))
        assert [one.end for one in await ask("settle_doubts")] == ["unclear"]
    assert len(store.kept) == 1


@either
async def test_a_send_that_is_under_way_is_not_told_absent(kind):
    """Until its own deadline is over, and a while longer, whatever the provider says."""
    store = Store()
    with raw(lambda request: plain(b'{"error":"no","error_code":3}')) as server:
        async with desk(kind, "smscenter", server, doubts=store) as ask:
            now = doubts_of.real_now() / doubts_of.SECOND
            who = doubts_of.account_of(("the-smscenter-psw",))
            store.begin(Unsettled(key="k", provider="smscenter", account=who, to=("1",), reference="r",
                                  at=now - 10 * LATE, until=now - LATE / 2))  # fmt: skip
            assert [one.end for one in await ask("settle_doubts")] == ["unclear"]


@either
async def test_without_a_store_there_is_nothing_to_settle(kind):
    async with desk(kind, "ubill", None, key="k") as ask:
        with pytest.raises(ValueError, match="without a store"):
            await ask("settle_doubts")


SUBMITS = [
    (lambda pdu: (0, {"message_id": b"1"}), [], None), (lambda pdu: (Status.RINVDSTADR, {}), [], SmppRefused),
    (lambda pdu: "close", ["79001234567"], SmppReplyLost),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "stays", "error"), SUBMITS, ids=["taken", "refused", "lost"])
async def test_over_smpp_too_a_submit_is_written_down_before_it_leaves_and_stays_when_it_is_in_doubt(
    answer, stays, error
):
    store, seen = Store(), []
    async with smsc() as server:
        server.answers = lambda pdu: seen.append(len(store.kept)) or answer(pdu)
        async with SmppClient("127.0.0.1", "me", "secret", port=server.port, doubts=store) as client:
            with pytest.raises(error) if error else nullcontext():
                await client.submit("79001234567", "Hello")
            with pytest.raises(ValueError, match="no number"):
                await client.submit("", "Hello")
    assert seen == [1]
    assert [one.to[0] for one in store.kept.values()] == stays
    assert all("secret" not in str(one) and one.provider == "smpp" for one in store.begun)


async def test_over_smpp_nothing_leaves_that_cannot_be_written_down_and_what_cannot_be_forgotten_is_told(caplog):
    async with smsc() as server:
        async with SmppClient("127.0.0.1", "me", "secret", port=server.port, doubts=Store("begin")) as client:
            with pytest.raises(NotReached, match="the disk is full") as told:
                await client.submit("79001234567", "Hello")
        assert (server.of(CommandId.SUBMIT_SM), told.value.retryable) == ([], False)
        async with SmppClient("127.0.0.1", "me", "secret", port=server.port, doubts=Store("settle")) as client:
            assert (await client.submit("79001234567", "Hello")).ids
    assert "stays in it" in caplog.text


def test_a_process_that_dies_leaves_its_send_behind(live_sms_emulator):
    class Killed(BaseException):
        pass

    def dies(event):
        raise Killed

    store, sms = Store(), live_sms_emulator
    client = SmsOffice(sms.smsoffice.key, "smsoffice", base_url=sms.base_url, doubts=store, watch=dies)
    with client, pytest.raises(Killed):
        client.send("995577123456", "x")
    assert len(store.kept) == 1
