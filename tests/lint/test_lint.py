"""Lint: each finding where it belongs, none where it does not, with the row that explains it."""

import asyncio
from collections import deque
from itertools import chain

import pytest
from aiohttp import ClientSession
from support import TO, control, frozen, get, key_of, octets, once, send_path, serving

import emulator
from emulator.lint import parameter_names, text_quality
from emulator.lint.checks import CHECKS
from emulator.providers import found
from emulator.sandboxes import turns


@pytest.fixture
async def sms():
    async with emulator.running(clock="frozen", callback_url="http://127.0.0.1:9/callback") as here:
        yield here


async def send(sms, **more):
    await get(sms.base_url + send_path(sms.smsoffice.key, **{"reference": "r", **more}))


async def ask(sms, **more):
    fields = {"key": sms.smsoffice.key, "destination": TO, "reference": "r", **more}
    await get(f"{sms.base_url}/api/v2/getMessageStatus/?" + "&".join(f"{k}={v}" for k, v in fields.items()))


async def center(sms, path, **more):
    fields = {"login": sms.smscenter.login, "psw": sms.smscenter.psw, "fmt": "3", **more}
    await get(f"{sms.base_url}/sys/{path}.php?" + "&".join(f"{k}={v}" for k, v in fields.items()))


async def rows(sms, **how):
    return [one.row for one in await sms.lint(**how)]


async def test_a_clean_client_has_no_findings(sms):
    await send(sms)
    await sms.settle()
    await ask(sms)
    assert await rows(sms) == []


@pytest.mark.contract("smsoffice.callback.reference-required")
async def test_a_finding_has_its_row_count_first_and_last_request_and_details(sms):
    await send(sms, reference="")
    await send(sms)
    await send(sms, reference="")
    (one,) = await sms.lint()
    assert (one.row, one.count, one.level) == ("smsoffice.callback.reference-required", 2, "warning")
    assert (one.first_request, one.last_request) == ("x1", "x3")
    assert one.details[0].startswith("x1 has no reference: no callback about it will come to http://127.0.0.1:9/")
    assert one.statement == "Without a reference there are no callbacks."


async def test_several_may_look_at_once_and_each_request_is_looked_at_once(monkeypatch):
    monkeypatch.setattr(turns, "TURN", -1)
    async with serving(callback_url=("http://127.0.0.1:9/",)) as served:
        sandbox = served.emulator.default
        for _ in range(3):
            await get(served.base_url + send_path(key_of(sandbox), reference=""))
        looks = [asyncio.create_task(turns.in_turns(sandbox.look_through())) for _ in range(2)]
        await asyncio.sleep(0)
        row = "smsoffice.callback.reference-required"
        assert sandbox.findings.by_row[row].count < 3
        sandbox.lint()
        await asyncio.gather(*looks)
        sandbox.lint()
        assert sandbox.findings.by_row[row].count == 3


async def test_what_leaves_the_journal_while_it_is_looked_at_is_not_counted_as_passed(served):
    sandbox = served.emulator.default
    for _ in range(6):
        await get(served.base_url + send_path(key_of(sandbox)))
    first = sandbox.look_through()
    next(first)
    for _ in range(3):
        sandbox.journal.drop_oldest()
    second = sandbox.look_through()
    deque(chain(second, first), maxlen=0)
    assert sandbox.findings.passed == 0
    assert sandbox.findings.looked_at == sandbox.journal.made


async def test_without_a_callback_address_nobody_misses_a_reference():
    async with emulator.running(clock="frozen") as sms:
        await send(sms, reference="")
        assert await rows(sms) == []


async def test_findings_are_collected_once_however_often_they_are_asked_for(sms):
    await send(sms, reference="")
    await sms.lint()
    await send(sms, reference="")
    assert [one.count for one in [*await sms.lint(), *await sms.lint()]] == [2, 2]


async def test_asking_after_a_refused_send_as_if_it_had_been_accepted(sms):
    await send(sms, sender="stranger")
    await ask(sms)
    (one,) = await sms.lint()
    assert one.row == "smsoffice.send.http-200"
    assert one.details == [f"x1 was refused (sender-unknown), and x2 asks for the status of {TO} as if it had been "
                           "accepted"]  # fmt: skip


async def test_asking_after_what_was_accepted_later_or_was_never_sent_is_no_such_thing(sms):
    await send(sms, sender="stranger")
    await send(sms)
    await ask(sms)
    await ask(sms, reference="other")
    assert await rows(sms) == []


async def test_asking_sms_center_with_an_id_that_a_refusal_did_not_give(sms):
    await center(sms, "send", phones="79001234567", mes="")
    await center(sms, "status", phone="79001234567", id="undefined")
    assert "smscenter.http.200" in await rows(sms)


async def test_a_key_in_a_url_is_a_mild_finding_and_hidden_unless_asked_for(sms):
    await send(sms)
    assert await rows(sms) == []
    assert (await sms.call("GET", "/lint")).mild == 1
    assert await rows(sms, mild=True) == ["smsoffice.https"]


@pytest.mark.contract("ubill.auth.query")
async def test_ubill_s_key_in_a_query_is_a_mild_finding_too(sms):
    asked = once(f"/v1/sms/balance?key={sms.ubill.key}", "localhost")
    assert b" 200 " in (await octets(sms.base_url, asked))[:16]
    assert await rows(sms) == []
    assert await rows(sms, mild=True) == ["ubill.auth.query"]


@pytest.mark.contract("smsoffice.https", "ubill.https")
@pytest.mark.parametrize(("provider", "host", "path", "row"), [
    ("smsoffice", "smsoffice.ge", "/api/getBalance?key={key}", "smsoffice.https"),
    ("ubill", "api.ubill.dev", "/v1/sms/balance?key={key}", "ubill.https"),
    ("smscenter", "www2.smsc.ru", "/sys/balance.php?login={login}&psw={psw}", "smscenter.access.protocols"),
])  # fmt: skip
async def test_a_secret_that_goes_to_the_providers_name_without_tls_is_a_finding(sms, provider, host, path, row):
    target = path.format(**{name: getattr(sms.accounts[provider], name, "") for name in ("key", "login", "psw")})
    await octets(sms.base_url, once(target, f"{host}:80"))
    one = next(one for one in await sms.lint() if one.row == row)
    assert one.level == "warning"
    assert any(f"went to http://{host} unencrypted; https://{host} is served too" in detail for detail in one.details)
    await octets(sms.base_url, once(target, host, "X-Forwarded-Proto: https"))
    assert [one.count for one in await sms.lint() if one.row == row] == [one.count]


async def test_a_key_in_a_posted_body_is_none(sms):
    form = {"key": sms.smsoffice.key, "destination": TO, "sender": "smsoffice", "content": "Hi", "reference": "r"}
    async with ClientSession() as session:
        await session.post(f"{sms.base_url}/api/v2/send/", data=form)
    assert await rows(sms, mild=True) == []


async def test_a_text_that_one_character_turned_ucs2_names_it_and_what_it_costs(sms):
    await send(sms, content="a" * 100 + "%E2%80%94")
    (one,) = await sms.lint()
    assert one.row == "smsoffice.send.parts"
    assert one.details == ["x1: '—' (U+2014) made the text UCS-2: 2 parts in the place of 1"]


async def test_it_is_mild_while_it_costs_no_more_parts(sms):
    await send(sms, content="Hello%E2%80%94there")
    assert await rows(sms) == []
    assert "smsoffice.send.parts" in await rows(sms, mild=True)


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("a" * 80 + "’", ["’"]), ("“" + "a" * 80 + "”", ["“", "”"]), ("Your code: 1234 🎉", ["🎉"]),
        ("გამარჯობა", None), ("Hello", None), ("Grüße, 5 €", None), ("აბ", None), ("a—b–c…d’e", None),
    ],
)  # fmt: skip
def test_only_texts_that_a_few_characters_keep_from_gsm_are_meant(text, characters):
    told = text_quality.turned_ucs2(text)
    assert (told and told[0]) == characters


@pytest.mark.parametrize(
    "text",
    ["Your%20code%20is%201", "%E1%83%90%E1%83%91", "Your+code+is+here", "Tom &amp; Jerry", "&#4304;", "\\u10d0",
     "სალამი".encode().decode("latin-1"), "Привет".encode().decode("latin-1"),
     "Zoë".encode().decode("cp1252")],
)  # fmt: skip
def test_a_text_encoded_once_too_often_is_told(text):
    assert text_quality.encoded_twice(text)


@pytest.mark.parametrize(
    "text",
    ["50% off", "100%20", "1+1=2", "C++ & Java", "a+b c+d", "გამარჯობა", "Привет", "Zoë, déjà vu", "AT&T",
     "+995577123456",
     "https://x.ge/?a=1&b=2", ""],
)  # fmt: skip
def test_an_ordinary_text_is_none(text):
    assert text_quality.encoded_twice(text) is None


@pytest.mark.contract("smsoffice.send.double-encoding")
async def test_a_double_encoded_send_says_what_the_phone_would_show(sms):
    await send(sms, content="Your%2520code%2520is%25201")
    (one,) = await sms.lint()
    assert one.row == "smsoffice.send.double-encoding"
    assert "'Your%20code%20is%201'" in one.details[0]


@pytest.mark.contract("smsoffice.send.content-unicode", "ubill.send.text", "smscenter.http.charset")
async def test_a_text_in_another_charset_than_was_said_is_told(sms):
    cyrillic = "%CF%F0%E8%E2%E5%F2"  # in windows-1251
    await send(sms, content=cyrillic)
    await get(f"{sms.base_url}/v1/sms/send?key={sms.ubill.key}&brandID=1&numbers={TO}&text={cyrillic}")
    await center(sms, "send", phones="79001234567", mes=cyrillic, charset="utf-8")
    await center(sms, "send", phones="79001234567", mes=cyrillic)
    await sms.patch_account("smscenter", switches={"utf8-without-charset": "guess"})
    await center(sms, "send", phones="79001234567", mes="%D0%98")  # an octet that windows-1251 lacks: it is guessed
    charsets = ("smsoffice.send.content-unicode", "ubill.send.text", "smscenter.http.charset")
    assert [(one.row, one.count) for one in await sms.lint() if one.row in charsets] == [(row, 1) for row in charsets]


async def test_a_replacement_character_that_was_sent_is_no_finding(sms):
    await send(sms, content="%EF%BF%BD")
    await get(f"{sms.base_url}/v1/sms/send?key={sms.ubill.key}&brandID=1&numbers={TO}&text=%EF%BF%BD")
    await center(sms, "send", phones="79001234567", mes="%EF%BF%BD", charset="utf-8")
    charsets = ("smsoffice.send.content-unicode", "ubill.send.text", "smscenter.http.charset")
    assert not set(charsets) & set(await rows(sms))


async def test_a_send_of_which_some_numbers_were_dropped_and_nobody_asked(sms):
    await sms.patch_account("smsoffice", stoplist=["995577000001"])
    await send(sms, to=f"{TO},995577000001,123")
    (one,) = await sms.lint()
    assert one.row == "smsoffice.send.some-good"
    assert one.details == ["x1 was accepted for 1 of 3 numbers; nothing went to 995577000001, 123, and nobody "
                           "asked about them"]  # fmt: skip


async def test_once_somebody_asked_about_a_dropped_number_it_is_none(sms):
    await sms.patch_account("smsoffice", stoplist=["995577000001"])
    await send(sms, to=f"{TO},995577000001")
    assert await rows(sms) == ["smsoffice.send.some-good"]
    await ask(sms, destination="995577000001")
    assert await rows(sms) == []


async def test_asking_more_often_than_the_provider_allows(sms):
    await sms.patch_account("smscenter", limits="off")
    await center(sms, "send", phones="79001234567", mes="Hi", id="7")
    for _ in range(5):
        await center(sms, "status", phone="79001234567", id="7")
    assert "smscenter.http-status.error-9" not in await rows(sms)
    await center(sms, "status", phone="79001234567", id="7")
    (one,) = [one for one in await sms.lint() if one.row == "smscenter.http-status.error-9"]
    assert one.details == ["x7 is query number 6 about one message; 5 may be within 60 s"]
    await sms.advance(61)
    await center(sms, "status", phone="79001234567", id="7")
    assert [one.count for one in await sms.lint() if one.row == "smscenter.http-status.error-9"] == [1]


async def test_a_one_time_code_flag_on_a_text_without_a_code(sms):
    url = f"{sms.base_url}/v1/sms/send?key={sms.ubill.key}&brandID=1&numbers={TO}&otp=true&text="
    await get(url + "Sale")
    await get(url + "Code+123456")
    assert [(one.row, one.count) for one in await sms.lint()] == [("ubill.send.otp-only", 1)]


async def test_a_parameter_that_nobody_read_with_a_near_name(sms):
    await send(sms, scheduled_at="1900000000")
    (one,) = await sms.lint()
    assert one.row == "smsoffice.send.unknown-parameters"
    assert one.details == ["x1: 'scheduled_at' was not read: did you mean 'scheduledAt'?"]


@pytest.mark.parametrize(
    ("path", "body"),
    [("send", '{"brandId": 1, "numbers": [995577123456], "text": "Hi"}'),
     ("sendXml", '\ufeff<?xml version="1.0"?>\n<request><brandId>1</brandId><numbers>1</numbers></request>')],
)  # fmt: skip
async def test_a_member_of_json_or_an_element_with_a_near_name(sms, path, body):
    async with ClientSession() as session:
        await session.post(f"{sms.base_url}/v1/sms/{path}?key={sms.ubill.key}", data=body.encode())
    (one,) = await sms.lint()
    assert one.details == ["x1: 'brandId' was not read: did you mean 'brandID'?"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("schedule_at", "scheduledAt"), ("SCHEDULEDAT", None), ("destinations", "destination"), ("showServiceTime", None),
     ("contenttype", None), ("content-type", "contentType"), ("x", None)],
)  # fmt: skip
def test_near_is_near_and_the_letter_case_counts_where_it_counts(name, meant):
    provider = found()["smsoffice"]
    near = parameter_names.nearly([name], provider.parameters["send"], provider.parameter_case)
    assert near == ([(name, meant)] if meant else [])


async def test_utf8_to_sms_center_without_saying_so(sms):
    await center(sms, "send", phones="79001234567", mes="%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82", id="7")
    assert "smscenter.send.charset-missing" in await rows(sms)


async def test_a_reset_of_the_journal_forgets_findings_and_what_was_before(sms):
    await send(sms, reference="")
    await sms.reset("journal")
    assert await rows(sms, mild=True) == []


async def test_what_left_the_journal_before_anybody_looked_is_counted(served):
    sandbox = frozen(served)
    sandbox.journal.limit = 6000
    for _ in range(20):
        await get(served.base_url + send_path(key_of(sandbox)))
    path = f"/_emulator/sandboxes/{sandbox.id}/lint"
    assert (await control(served, "GET", path))[1]["not_seen"] == sandbox.journal.dropped > 0
    await get(served.base_url + send_path(key_of(sandbox)))
    assert (await control(served, "GET", path))[1]["not_seen"] < 20


def test_every_finding_of_a_provider_is_known_and_its_row_is_in_the_contract():
    for provider in found().values():
        there = {row.id for row in provider.contract()}
        assert set(provider.lint) <= set(CHECKS)
        assert set(provider.lint.values()) <= there, provider.name
