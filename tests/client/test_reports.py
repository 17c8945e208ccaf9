"""Reports: reading each provider's, and the state machine that never goes back."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from hashlib import md5
from itertools import permutations

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from support import site

from emulator.client import BadCallback, Report, Reports, settle_reports, smscenter, smsoffice, ubill
from emulator.client.reports import follows, rank
from emulator.client.smpp.messages import STATES
from emulator.core.statuses import STATUSES
from emulator.http.messages import read_query
from emulator.providers import found
from emulator.providers.smscenter.statuses import NAMES

TBILISI = timezone(timedelta(hours=4))


def report(status, id="1", number="995577123456", **more):
    return Report(provider="smsoffice", id=id, number=number, status=status, **more)


OFFICE = {
    "reference": "mine", "status": "Delivered", "reason": "", "destination": "995577123456",
    "timestamp": "20130501120202", "operator": "28202",
}  # fmt: skip


def test_smsoffice_reports_are_read():
    assert smsoffice.parse_callback(OFFICE) == Report(
        provider="smsoffice", id="mine", number="995577123456", status="delivered", word="Delivered",
        at=datetime(2013, 5, 1, 12, 2, 2, tzinfo=TBILISI), operator="28202",
    )  # fmt: skip


@pytest.mark.parametrize("word", ["Delivered", "delivered", "DELIVERED", "Undelivered", "expired", "Pending"])
def test_smsoffice_says_a_status_in_any_letter_case(word):
    assert smsoffice.parse_callback({**OFFICE, "status": word}).status == word.lower()


def test_what_providers_leave_out_is_not_asked_for():
    least = smsoffice.parse_callback({"Reference": "mine", "STATUS": "pending", "destination": "1"})
    assert (least.at, least.operator, least.reason) == (None, "", "")
    assert ubill.parse_callback({"smsid": "5", "number": "1", "statusid": "0"}, key=None).status == "sent"
    assert smscenter.parse_callback({"id": "5", "phone": "1", "status": "0"}, secret=None).at is None


def test_pairs_do_as_well_as_a_mapping_and_the_first_of_a_name_counts():
    pairs = [*OFFICE.items(), ("status", "Expired")]
    assert smsoffice.parse_callback(pairs) == smsoffice.parse_callback(OFFICE)


@pytest.mark.parametrize("moment", ["", "2013", "20139901120202", "2013050112020x", "٢٠١٣٠٥٠١١٢٠٢٠٢"])
def test_a_moment_that_is_none_is_left_out(moment):
    assert smsoffice.parse_callback({**OFFICE, "timestamp": moment}).at is None
    assert ubill.parse_callback({**BILL, "date": moment}, key=None).at is None
    assert smscenter.parse_callback({**signed(), "ts": moment[:3] + "x"}, secret="s").at is None


BILL = {
    "key": "secret", "event": "sms.delivery.updated", "smsID": "117345", "number": "995577123456", "statusID": "2",
    "date": "2026-02-01 12:00:03",
}  # fmt: skip


def test_ubill_reports_are_read():
    assert ubill.parse_callback(BILL, key="secret") == Report(
        provider="ubill", id="117345", number="995577123456", status="undelivered", word="2",
        at=datetime(2026, 2, 1, 12, 0, 3, tzinfo=TBILISI),
    )  # fmt: skip


def test_ubill_cuts_a_long_key_as_its_settings_do():
    assert ubill.parse_callback({**BILL, "key": "k" * 30}, key="k" * 40)


def signed(secret="s", **changes):
    form = {"id": "17", "phone": "79001234567", "status": "20", "ts": "1769932803", "err": "6", "mccmnc": "25001"}
    form |= changes
    form["md5"] = md5(f"{form['id']}:{form['phone']}:{form['status']}:{secret}".encode()).hexdigest()
    return form


def test_sms_center_reports_are_read():
    assert smscenter.parse_callback(signed(), secret="s") == Report(
        provider="smscenter", id="17", number="79001234567", status="undelivered", word="20",
        at=datetime(2026, 2, 1, 8, 0, 3, tzinfo=UTC), error=6, operator="25001",
    )  # fmt: skip
    shouted = {**signed(), "md5": signed()["md5"].upper()}
    assert smscenter.parse_callback(shouted, secret="s").id == "17"


@pytest.mark.parametrize(("sent", "status"), [
    (("md5",), 0), (("sha1",), 0), (("md5", "sha1"), 0), ((), 403), (("md5", "wrong sha1"), 403),
    (("wrong sha1",), 403),
])  # fmt: skip
def test_sms_center_signs_by_md5_or_sha1_or_both_and_none_may_be_wrong(sent, status):
    octets, form = b"17:79001234567:20:s", {"id": "17", "phone": "79001234567", "status": "20"}
    for name in sent:
        kind = name.rpartition(" ")[2]
        form[kind] = hashlib.new(kind, octets + (b"!" if "wrong" in name else b"")).hexdigest()
    if not status:
        assert smscenter.parse_callback(form, secret="s").id == "17"
        return
    with pytest.raises(BadCallback) as refused:
        smscenter.parse_callback(form, secret="s")
    assert refused.value.status == status


@pytest.mark.parametrize(("url", "charset"), [("/?charset=utf-8", "utf-8"), ("/", "windows-1251")])
@pytest.mark.parametrize("signatures", ["md5 sha1", "sha1"])
async def test_what_a_subscriber_writes_in_russian_is_read_in_the_charset_of_the_handler_s_url(
    sms_emulator, url, charset, signatures
):
    sms, bodies = sms_emulator, []

    async def take(request):
        bodies.append(await request.read())
        return web.Response(text="OK")

    async with site({"/": take}) as base:
        await sms.patch_account(
            "smscenter", callback_url=f"{base}{url}", switches={"callback-signatures": signatures}
        )  # fmt: skip
        await sms.incoming("79001234567", "79000000001", "Да, хочу", provider="smscenter")
        await sms.settle()
    form = read_query(bodies[0], charset)
    secret = sms.smscenter.callback_secret
    assert smscenter.parse_incoming(form, secret=secret, charset=charset).text == "Да, хочу"
    with pytest.raises(BadCallback):
        smscenter.parse_incoming(form, secret="else", charset=charset)


def test_sms_center_brings_subscribers_messages_the_same_way():
    form = {"phone": "79001234567", "mes": "СТОП", "to": "1234"}
    form["md5"] = md5("79001234567:СТОП:1234:s".encode()).hexdigest()
    assert smscenter.parse_incoming(form, secret="s") == smscenter.Incoming("79001234567", "1234", "СТОП")
    with pytest.raises(BadCallback):
        smscenter.parse_incoming(form, secret="t")
    with pytest.raises(BadCallback):
        smscenter.parse_callback(form, secret=None)


_WRONG = [
    (smsoffice.parse_callback, {**OFFICE, "secret": "wrong"}, {"token": ("secret", "right")}),
    (smsoffice.parse_callback, OFFICE, {"token": ("secret", "right")}),
    (smsoffice.parse_callback, {**OFFICE, "secret": ""}, {"token": ("secret", "")}),
    (ubill.parse_callback, {**BILL, "key": "Secret"}, {"key": "secret"}),
    (ubill.parse_callback, {**BILL, "key": ""}, {"key": ""}),
    (ubill.parse_callback, {**BILL, "key": "\udcff"}, {"key": "secret"}),
    (smscenter.parse_callback, signed("t"), {"secret": "s"}),
    (smscenter.parse_callback, {**signed(), "status": "1"}, {"secret": "s"}),
    (smscenter.parse_callback, signed(""), {"secret": ""}),
    (smscenter.parse_callback, {**signed(), "phone": "\udcff"}, {"secret": "s"}),
]


@pytest.mark.parametrize(("parse", "fields", "secret"), _WRONG)
def test_a_wrong_secret_is_403(parse, fields, secret):
    with pytest.raises(BadCallback) as raised:
        parse(fields, **secret)
    assert raised.value.status == 403


_BROKEN = [
    (smsoffice.parse_callback, {**OFFICE, "status": " "}, {}),
    (smsoffice.parse_callback, {**OFFICE, "reference": ""}, {}),
    (smsoffice.parse_callback, {}, {}),
    (ubill.parse_callback, {**BILL, "statusID": ""}, {"key": None}),
    (ubill.parse_callback, {**BILL, "number": ""}, {"key": "secret"}),
    (smscenter.parse_callback, signed(id=""), {"secret": "s"}),
    (smscenter.parse_callback, signed(status=""), {"secret": "s"}),
]


@pytest.mark.parametrize(("parse", "fields", "secret"), _BROKEN)
def test_what_matters_must_be_there_and_make_sense(parse, fields, secret):
    with pytest.raises(BadCallback) as raised:
        parse(fields, **secret)
    assert raised.value.status == 400


@pytest.mark.parametrize(("parse", "fields", "secret", "word"), [
    (smsoffice.parse_callback, {**OFFICE, "status": "Sent"}, {}, "Sent"),
    (ubill.parse_callback, {**BILL, "statusID": "01"}, {"key": "secret"}, "01"),
    (ubill.parse_callback, {**BILL, "statusID": "٢"}, {"key": None}, "٢"),
    (smscenter.parse_callback, signed(status="5"), {"secret": "s"}, "5"),
    (smscenter.parse_callback, signed(status="read"), {"secret": "s"}, "read"),
])  # fmt: skip
def test_a_status_that_is_new_is_unknown_and_its_word_kept(parse, fields, secret, word):
    report = parse(fields, **secret)
    assert (report.status, report.word, report.final) == ("unknown", word, False)


_READ = {
    "smsoffice": lambda word: smsoffice.parse_callback({**OFFICE, "status": word}),
    "ubill": lambda word: ubill.parse_callback({**BILL, "statusID": word}, key=None),
    "smscenter": lambda word: smscenter.parse_callback(signed(status=word), secret="s"),
}


@pytest.mark.parametrize("provider", _READ)
def test_every_word_that_the_emulator_says_is_read(provider):
    for row in found()[provider].profile.statuses:
        assert _READ[provider](row.word).status in STATUSES


def test_every_documented_number_of_sms_center_is_known():
    assert set(NAMES) <= set(smscenter.results.STATUSES)


def test_every_message_state_of_smpp_is_known():
    assert set(STATES) == set(range(10))


# the state machine

ENDS = ("delivered", "undelivered", "expired", "rejected", "deleted", "error")


def test_a_message_goes_on_and_never_back():
    seen = Reports()
    went = ["pending", "sent", "pending", "unknown", "delivered", "sent", "undelivered", "delivered", "read", "expired"]
    assert [one for one in went if seen.take(report(one))] == ["pending", "sent", "unknown", "delivered", "read"]


@given(st.lists(st.sampled_from(STATUSES), min_size=1))
def test_from_an_end_nothing_leads_away_but_to_read(told):
    seen = Reports()
    news = [one for one in told if seen.take(report(one))]
    ranks = [rank(one) for one in news]
    assert ranks == sorted(set(ranks))
    ends = [one for one in news if one in (*ENDS, "read")]
    assert ends in ([], ends[:1], ["delivered", "read"])
    assert seen.get(report("sent").key).status == news[-1]


@given(st.lists(st.sampled_from(("scheduled", "pending", "sent", "unknown", "delivered")), min_size=1, max_size=5))
def test_what_a_heap_comes_to_does_not_depend_on_its_order(told):
    last = max(told, key=rank)
    for order in permutations(told):
        assert [one.status for one in settle_reports(map(report, order)).values()] == [last]


def test_messages_and_numbers_are_kept_apart():
    heap = [report("delivered"), report("pending", id="2"), report("expired", number="1"), report("sent", id="2")]
    settled = settle_reports(heap)
    assert {key[1:]: one.status for key, one in settled.items()} == {
        ("1", "995577123456"): "delivered", ("2", "995577123456"): "sent", ("1", "1"): "expired",
    }  # fmt: skip


def test_the_longest_untouched_is_forgotten_first():
    seen = Reports(most=2)
    for id in ("1", "2", "1", "3"):
        seen.take(report("sent" if len(seen) else "pending", id=id))
    assert len(seen) == 2
    assert {one.id for one in seen.all()} in ({"1", "3"}, {"2", "3"})


@pytest.mark.parametrize("end", ENDS)
def test_an_end_is_final_and_unknown_is_none(end):
    assert report(end).final
    assert not report("unknown").final
    assert follows(end, "unknown")
    assert not any(follows(other, end) for other in STATUSES if (end, other) != ("delivered", "read"))
