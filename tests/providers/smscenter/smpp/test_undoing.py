"""cancel_sm, replace_sm and query_sm: which message they are about, and what they leave as it is (3.4, 4.8 to 4.10)."""

from urllib.parse import urlencode

import pytest
from esme import TO, desk, line_of
from support import get

from emulator.core.state import named
from emulator.smpp import CommandId

IN_A_DAY = b"000001000000000R"
SHOP = {"source_addr": b"Shop"}


async def status_of(at):
    return [one["status"] for one in await at.messages()]


@pytest.mark.contract("smscenter.smpp.replace")
async def test_an_empty_schedule_and_an_empty_validity_keep_the_old_ones(at):
    esme = await at.bound()
    answer = await esme.submit(b"old", schedule_delivery_time=IN_A_DAY, validity_period=b"000001010000000R")
    changed = await esme.ask(
        CommandId.REPLACE_SM, message_id=answer.octets("message_id"), **SHOP, short_message=b"new"
    )  # fmt: skip
    assert changed.status == 0
    (message,) = await at.messages()
    assert (message["text"], message["status"]) == ("new", "scheduled")
    await at.advance(86_399)
    assert await status_of(at) == ["scheduled"]
    await at.advance(3)
    assert await status_of(at) == ["delivered"]


async def test_a_message_that_waits_for_its_end_keeps_it_or_gets_another_one():
    rule = {"when": {"operation": "send"}, "then": {"steps": []}}
    async with desk({"scenario": {"rules": [rule]}}) as at:
        esme = await at.bound()
        for text in (b"kept", b"later", b"sooner"):
            assert (await esme.submit(text, validity_period=b"000000000100000R")).status == 0  # a minute
        for message_id, ends in ((b"1", b""), (b"2", b"000000000200000R"), (b"3", b"000000000030000R")):
            changed = await esme.ask(
                CommandId.REPLACE_SM, message_id=message_id, **SHOP, short_message=b"new", validity_period=ends
            )  # fmt: skip
            assert changed.status == 0
        await at.advance(31)
        assert await status_of(at) == ["pending", "pending", "expired"]
        await at.advance(30)
        assert await status_of(at) == ["expired", "pending", "expired"]
        await at.advance(60)
        assert await status_of(at) == ["expired", "expired", "expired"]


@pytest.mark.parametrize("number", [0, 1, 2])
async def test_a_scheduled_message_of_parts_is_replaced_by_the_id_of_any_of_them(at, number):
    esme = await at.bound()
    ids = []
    for part in (1, 2, 3):
        answer = await esme.submit(
            bytes((5, 0, 3, 9, 3, part)) + b"part", esm_class=0x40, schedule_delivery_time=IN_A_DAY
        )  # fmt: skip
        ids.append(answer.octets("message_id"))
    changed = await esme.ask(
        CommandId.REPLACE_SM, message_id=ids[number], **SHOP, short_message=b"new", registered_delivery=1
    )  # fmt: skip
    assert changed.status == 0
    await at.advance(3600)
    (message,) = await at.messages()
    assert (message["text"], message["status"], message["parts"]) == ("new", "scheduled", 1)
    await at.advance(86_400)
    assert [line_of(one)[:4] for one in await esme.receipts(3)] == ["id:1", "id:2", "id:3"]


async def test_a_message_is_put_off_and_brought_forward(at):
    esme = await at.bound()
    await esme.submit(b"now")
    await esme.submit(b"then", schedule_delivery_time=IN_A_DAY)
    for message_id, begins in ((b"1", IN_A_DAY), (b"2", b"000000000001000R")):
        changed = await esme.ask(
            CommandId.REPLACE_SM, message_id=message_id, **SHOP, short_message=b"new", schedule_delivery_time=begins
        )  # fmt: skip
        assert changed.status == 0
    assert await status_of(at) == ["scheduled", "scheduled"]
    await at.advance(4)
    assert await status_of(at) == ["scheduled", "delivered"]
    assert [one["status"] for one in (await at.messages())[1]["history"]] == ["scheduled", "pending", "delivered"]
    await at.advance(86_400)
    assert await status_of(at) == ["delivered", "delivered"]


async def test_the_receipt_of_a_replaced_message_has_the_date_of_the_replacement(at):
    """3.4, appendix B, submit date."""
    esme = await at.bound()
    await esme.submit(b"old", schedule_delivery_time=IN_A_DAY)
    await at.advance(3600)
    await esme.ask(CommandId.REPLACE_SM, message_id=b"1", **SHOP, short_message=b"new", registered_delivery=1)
    await at.advance(86_400)
    (receipt,) = await esme.receipts()
    said = dict(one.split(":", 1) for one in line_of(receipt).replace(" date", "-date").split())
    submitted, done = int(said["submit-date"][:8]), int(said["done-date"][:8])
    assert done % 100 == (submitted % 100 - 1) % 24, "23 hours behind it"


@pytest.mark.contract("smscenter.smpp.empty-replace")
async def test_a_replace_without_a_text_empties_it_and_that_is_a_finding(at):
    esme = await at.bound()
    await esme.submit(b"old")
    assert (await esme.ask(CommandId.REPLACE_SM, message_id=b"1", **SHOP)).status == 0
    assert (await at.messages())[0]["text"] == ""
    findings = (await at.call("GET", "/lint"))["findings"]
    assert "smscenter.smpp.empty-replace" in str(findings)


@pytest.mark.contract("smscenter.smpp.replace")
async def test_a_replacement_is_read_in_the_coding_of_the_old_text_and_charged_nothing(at):
    esme = await at.bound()
    await esme.submit("старый".encode("utf-16-be"), data_coding=8)
    changed = await esme.ask(
        CommandId.REPLACE_SM, message_id=b"1", **SHOP, short_message="новый".encode("utf-16-be") * 24
    )  # fmt: skip
    assert changed.status == 0
    (message,) = await at.messages()
    assert (message["text"], message["encoding"], message["parts"]) == ("новый" * 24, "ucs2", 2)
    assert (await at.call("GET", "/accounts/smscenter"))["balance"] == 999


NOT_IT = {
    "another source": {"source_addr": b"Other"},
    "no source": {"source_addr": b""},
    "another type of number": {"source_addr": b"Shop", "source_addr_ton": 3},
    "another plan": {"source_addr": b"Shop", "source_addr_npi": 9},
}
IT = {
    "the address alone": {"source_addr": b"Shop"},
    "its type of number": {"source_addr": b"Shop", "source_addr_ton": 5},
}


@pytest.mark.contract("smscenter.smpp.cancel")
@pytest.mark.contract("smscenter.smpp.replace")
@pytest.mark.parametrize("said", [*NOT_IT.values(), *IT.values()], ids=[*NOT_IT, *IT])
async def test_a_source_that_is_not_the_messages_own_is_no_cancel_and_no_replace(at, said):
    esme = await at.bound()
    await esme.submit(b"old")
    mine = said in IT.values()
    changed = await esme.ask(CommandId.REPLACE_SM, message_id=b"1", **said, short_message=b"new")
    assert changed.status == (0 if mine else 0x13)
    assert (await esme.ask(CommandId.CANCEL_SM, message_id=b"1", **said)).status == (0 if mine else 0x11)
    (message,) = await at.messages()
    assert (message["text"], message["status"]) == (("new", "deleted") if mine else ("old", "pending"))


@pytest.mark.contract("smscenter.smpp.cancel")
@pytest.mark.parametrize(
    ("to", "status"),
    [(b"79001234568", 0x11), (b"7900", 0x11), (b"", 0), (TO.encode(), 0), (b"+" + TO.encode(), 0),
     (b"8" + TO[1:].encode(), 0)],
)  # fmt: skip
async def test_a_cancel_by_id_may_leave_the_destination_out_but_not_say_another(at, to, status):
    esme = await at.bound()
    await esme.submit()
    answer = await esme.ask(CommandId.CANCEL_SM, message_id=b"1", **SHOP, destination_addr=to)
    assert answer.status == status
    assert await status_of(at) == ["pending" if status else "deleted"]


async def test_a_message_that_was_sent_without_a_source_wants_none(at):
    esme = await at.bound()
    for number, source in enumerate((b"", b".", b"")):
        await esme.submit(b"%d" % number, source_addr=source, source_addr_ton=0)
    assert (await esme.ask(CommandId.CANCEL_SM, message_id=b"1", source_addr=b"Shop")).status == 0x11
    assert (await esme.ask(CommandId.CANCEL_SM, message_id=b"1")).status == 0
    assert (await esme.ask(CommandId.REPLACE_SM, message_id=b"2", short_message=b"new")).status == 0
    assert (await esme.ask(CommandId.CANCEL_SM, message_id=b"3", source_addr=b".")).status == 0


async def test_of_a_list_sent_over_http_a_cancel_takes_one_number_or_all_that_are_left(at):
    who = f"login={at.account['login']}&psw={at.account['psw']}"
    numbers = ",".join((TO, "79001234568", "79001234569"))
    await get(f"{at.served.base_url}/sys/send.php?{who}&phones={numbers}&mes=Hi&sender=Shop&fmt=3&id=77")
    esme = await at.bound()
    one = await esme.ask(CommandId.CANCEL_SM, message_id=b"77", **SHOP, destination_addr=b"79001234568")
    assert (one.status, await status_of(at)) == (0, ["pending", "deleted", "pending"])
    rest = await esme.ask(CommandId.CANCEL_SM, message_id=b"77", **SHOP)
    assert (rest.status, await status_of(at)) == (0, ["deleted"] * 3)


async def over_http(at, phones, text="old", sender="Shop", **more):
    """A send that names its id itself."""
    said = {"login": at.account["login"], "psw": at.account["psw"], "phones": phones, "mes": text, "sender": sender}
    answer = await get(f"{at.served.base_url}/sys/send.php?{urlencode({**said, 'id': 77, 'fmt': 3, **more})}")
    assert answer[0] == 200
    assert b"error" not in answer[1], answer


async def told(at):
    return [(one["sender"], one["text"], one["status"]) for one in await at.messages()]


@pytest.mark.contract("smscenter.smpp.shared-id", "smscenter.smpp.query")
async def test_an_id_that_several_sends_have_is_that_of_each_senders_own_messages_alone(at):
    await over_http(at, TO)
    await over_http(at, TO, "other", "Other")
    await over_http(at, "79001234568", "third", "Third")
    esme = await at.bound()
    third = {"message_id": b"77", "source_addr": b"Third"}
    assert (await esme.ask(CommandId.REPLACE_SM, **third, short_message=b"new")).status == 0
    assert await told(at) == [
        ("Shop", "old", "pending"), ("Other", "other", "pending"), ("Third", "new", "pending"),
    ]  # fmt: skip
    assert (await esme.ask(CommandId.CANCEL_SM, message_id=b"77", source_addr=b"Other")).status == 0
    assert await status_of(at) == ["pending", "deleted", "pending"]
    for source, state in ((b"Shop", 1), (b"Other", 4), (b"Third", 1)):
        found = await esme.ask(CommandId.QUERY_SM, message_id=b"77", source_addr=source)
        assert (found.status, found.number("message_state")) == (0, state)
    third["destination_addr"] = TO.encode()
    assert (await esme.ask(CommandId.CANCEL_SM, **third)).status == 0x11, "that of the others went there"
    assert await status_of(at) == ["pending", "deleted", "pending"]
    assert "another destination" in str(await at.last(operation="cancel"))


@pytest.mark.contract("smscenter.smpp.shared-id")
@pytest.mark.parametrize(
    ("choice", "states"), [("all", ["deleted"] * 3), ("newest", ["pending", "deleted", "deleted"])]
)
async def test_of_one_senders_messages_under_an_id_all_are_taken_or_the_newest_to_each_number(at, choice, states):
    await at.patch(switches={"shared-id": choice})
    for number, to in enumerate((TO, "79001234568", TO)):
        await over_http(at, to, str(number))
    esme = await at.bound()
    assert (await esme.ask(CommandId.CANCEL_SM, message_id=b"77", **SHOP)).status == 0
    assert await status_of(at) == states


async def test_a_rule_for_what_is_asked_for_looks_at_the_senders_own_message(at):
    await at.call("POST", "/rules", {"when": {"operation": "send", "sender": "Shop"}, "then": {"steps": []}})
    await over_http(at, TO)
    await over_http(at, TO, "other", "Other")
    await at.advance(60)
    await at.rule({"operation": "cancel", "asked": "delivered"}, {"refuse": {"reason": "temporary"}})
    esme = await at.bound()
    assert (await esme.ask(CommandId.CANCEL_SM, message_id=b"77", source_addr=b"Other")).status == 8
    assert (await esme.ask(CommandId.CANCEL_SM, message_id=b"77", **SHOP)).status == 0


@pytest.mark.contract("smscenter.smpp.replace", "smscenter.smpp.shared-id")
async def test_every_text_of_a_list_is_replaced_and_what_is_delivered_stays_what_it_was(at):
    esme = await at.bound()
    await over_http(at, "", list=f"{TO}:one\n79001234568:two\n79001234569:three")
    assert (await esme.ask(CommandId.REPLACE_SM, message_id=b"77", **SHOP, short_message=b"new")).status == 0
    assert [text for _, text, _ in await told(at)] == ["new"] * 3


async def test_whose_a_list_is_does_not_cost_more_the_longer_it_is(monkeypatch):
    judged, differs = [], named.differs
    monkeypatch.setattr(named, "differs", lambda command, batch: judged.append(batch.id) or differs(command, batch))
    async with desk() as at:
        await over_http(at, ",".join(str(79001234000 + number) for number in range(100)))
        esme = await at.bound()
        assert (await esme.ask(CommandId.REPLACE_SM, message_id=b"77", **SHOP, short_message=b"new")).status == 0
        assert 0 < len(judged) < 5
        assert [text for _, text, _ in await told(at)].count("new") == 100


@pytest.mark.contract("smscenter.smpp.replace", "smscenter.smpp.shared-id")
async def test_of_messages_sent_together_those_delivered_stay_what_they_were_also_in_a_snapshot(at):
    numbers = [TO, "79001234568", "79001234569"]
    for number in numbers[1:]:
        await at.call("POST", "/rules", {"when": {"to": number}, "then": {"steps": []}})
    await over_http(at, ",".join(numbers))
    esme = await at.bound()
    await at.advance(60)
    for text, asks in ((b"second", 1), (b"third", 0)):
        changed = await esme.ask(
            CommandId.REPLACE_SM, message_id=b"77", **SHOP, short_message=text, registered_delivery=asks
        )  # fmt: skip
        assert changed.status == 0
        if asks:
            await esme.ask(CommandId.CANCEL_SM, message_id=b"77", **SHOP, destination_addr=numbers[2].encode())
    wanted = [("Shop", "old", "delivered"), ("Shop", "third", "pending"), ("Shop", "second", "deleted")]
    assert await told(at) == wanted
    await at.call("POST", "/snapshots", {"name": "kept"})
    await at.call("POST", "/restore", {"name": "kept"})
    assert await told(at) == wanted


@pytest.mark.contract("smscenter.smpp.cancel")
async def test_a_cancel_of_a_group_asks_for_the_service_type_only_where_it_is_said(at):
    """3.4, 4.9: if provided, service_type is included in this matching."""
    esme = await at.bound()
    for number, service in enumerate((b"WAP", b"", b"CMT")):
        await esme.submit(b"%d" % number, service_type=service)
    group = {**SHOP, "destination_addr": TO.encode()}
    assert (await esme.ask(CommandId.CANCEL_SM, **group, service_type=b"CMT")).status == 0
    assert await status_of(at) == ["pending", "pending", "deleted"]
    assert (await esme.ask(CommandId.CANCEL_SM, **group, source_addr_ton=3)).status == 0x11
    assert (await esme.ask(CommandId.CANCEL_SM, **group)).status == 0
    assert await status_of(at) == ["deleted"] * 3


async def test_a_submit_takes_the_place_of_one_of_the_same_service_type_alone(at):
    esme = await at.bound()
    await esme.submit(b"one", service_type=b"A")
    await esme.submit(b"two", service_type=b"B", replace_if_present_flag=1)
    assert await status_of(at) == ["pending", "pending"]
    await esme.submit(b"three", service_type=b"A", replace_if_present_flag=1)
    assert await status_of(at) == ["deleted", "pending", "pending"]


@pytest.mark.contract("smscenter.smpp.query")
@pytest.mark.parametrize("source", [b"Shop", b""])
async def test_a_query_may_leave_the_source_out(at, source):
    esme = await at.bound()
    await esme.submit()
    assert (await esme.ask(CommandId.QUERY_SM, message_id=b"1", source_addr=source)).status == 0
    assert (await esme.ask(CommandId.QUERY_SM, message_id=b"1", source_addr=b"Other")).status == 0x0C
    assert (await esme.ask(CommandId.QUERY_SM, message_id=b"2", source_addr=source)).status == 0x0C


@pytest.mark.contract("smscenter.smpp.field-faults")
@pytest.mark.parametrize("command", [CommandId.SUBMIT_SM, CommandId.REPLACE_SM])
async def test_an_empty_payload_beside_a_text_is_no_text(at, command):
    esme = await at.bound()
    await esme.submit(b"first")
    if command == CommandId.SUBMIT_SM:
        answer = await esme.submit(b"Hello", (0x0424, b""))
    else:
        answer = await esme.ask(command, (0x0424, b""), message_id=b"1", **SHOP, short_message=b"Hello")
    assert answer.status == 0
    assert (await at.messages())[-1]["text"] == "Hello"
    assert (await esme.submit(b"Hello", (0x0424, b"more"))).status == 0x01
