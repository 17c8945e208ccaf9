"""Status callbacks: a signed POST, as form, XML or JSON."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import md5, sha1
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pytest
from providers.smscenter.desk import FORM, NOON, TO, Desk

from emulator.core.messages import Incoming
from emulator.providers.smscenter.callbacks import SIGNATURES, incoming, judge_answer


@pytest.mark.contract("smscenter.callback.fields", "smscenter.callback.signatures")
def test_the_form_has_the_fields_of_the_facts_in_their_order_and_both_signatures(desk):
    desk.send(mes="Привет & пока", sender="Shop")
    (told,) = desk.advance(5)
    stamp = str(round(NOON.timestamp()) + 2)
    assert list(told.items()) == [
        ("id", "1"), ("phone", TO), ("status", "1"), ("time", "02.02.2026 12:00:02"), ("ts", stamp), ("cnt", "1"),
        ("type", "0"), ("flag", "0"), ("cost", "1.00"), ("sender", "Shop"), ("mccmnc", "25001"),
        ("message", "Привет & пока"), ("country", "Россия"), ("operator", "МТС"), ("operator_orig", "МТС"),
        ("region", "г. Москва и Московская область"), ("md5", md5(f"1:{TO}:1:secret".encode()).hexdigest()),
        ("sha1", sha1(f"1:{TO}:1:secret".encode()).hexdigest()),
    ]  # fmt: skip


@pytest.mark.contract("smscenter.callback.signatures")
def test_the_signatures_are_those_of_independent_tools():
    """echo -n '1234:79999999999:1:secret' | md5sum; the vector of brainspec/smscru's own test; CRC-32's check value."""
    assert SIGNATURES["md5"](b"1234:79999999999:1:secret") == "ef0546448f66ce6cfa7103dba804b5ab"
    assert SIGNATURES["sha1"](b"123:text:234:zxc") == "b6f768ce7614d7858cc4a6116f8ffd0dc236a3cd"
    assert SIGNATURES["crc32"](b"123456789") == str(0xCBF43926)


@pytest.mark.contract("smscenter.callback.signatures")
@pytest.mark.parametrize(
    ("switch", "signed"),
    [("md5 sha1", ["md5", "sha1"]), ("md5", ["md5"]), ("sha1", ["sha1"]), ("none", []),
     ("md5 sha1 crc32", ["md5", "sha1", "crc32"])],
)  # fmt: skip
def test_the_switch_says_which_signatures_come(switch, signed):
    desk = Desk(switches={"callback-signatures": switch})
    desk.send()
    (told,) = desk.advance(5)
    assert [name for name in told if name in ("md5", "sha1", "crc32")] == signed


def called(query: str) -> tuple[str, bytes]:
    """Content-Type and body of a callback about a Cyrillic text, to a handler with such a query."""
    desk = Desk(handler=f"http://localhost/handler.php{query}")
    desk.send(mes="Привет")
    desk.advance(5)
    assert desk.called is not None
    return desk.called.header("content-type"), desk.called.body


@pytest.mark.contract("smscenter.callback.form")
@pytest.mark.parametrize(
    ("query", "charset"),
    [("", "windows-1251"), ("?charset=utf-8", "utf-8"), ("?key=1&charset=koi8-r", "koi8-r"),
     ("?charset=windows-1251", "windows-1251"), ("?charset=latin", "windows-1251"), ("?fmt=1", "windows-1251")],
)  # fmt: skip
def test_a_form_is_in_the_charset_that_the_handler_s_url_names(query, charset):
    kind, body = called(query)
    assert kind == FORM
    assert dict(parse_qsl(body.decode("ascii"), encoding=charset))["message"] == "Привет"


@pytest.mark.contract("smscenter.callback.form")
@pytest.mark.parametrize(
    ("query", "charset"),
    [("?fmt=3", "windows-1251"), ("?fmt=3&charset=utf-8", "utf-8"), ("?charset=koi8-r&fmt=3", "windows-1251")],
)
def test_fmt_3_of_the_handler_s_url_is_json_of_texts(query, charset):
    kind, body = called(query)
    told = json.loads(body.decode(charset))
    assert (kind, told["message"], told["id"], told["status"]) == ("application/json", "Привет", "1", "1")
    assert told["md5"] == md5(f"1:{TO}:1:secret".encode()).hexdigest()


@pytest.mark.contract("smscenter.callback.form")
@pytest.mark.parametrize("query", ["?fmt=2", "?fmt=2&charset=utf-8", "?fmt=2&charset=koi8-r"])
def test_fmt_2_of_the_handler_s_url_is_xml(query):
    kind, body = called(query)
    told = {child.tag: child.text for child in ElementTree.fromstring(body)}
    assert (kind, told["message"], told["id"], told["country"]) == ("text/xml", "Привет", "1", "Россия")


@pytest.mark.contract("smscenter.callback.fields")
def test_err_is_there_when_something_is_wrong(desk):
    desk.rules({"when": {"to": TO}, "then": {"steps": [{"after": 1, "status": "undelivered", "error": 13}]}})
    desk.send()
    (told,) = desk.advance(5)
    assert (told["status"], told["err"]) == ("20", "13")


@pytest.mark.contract("smscenter.callback.which")
def test_final_states_are_called_back_and_the_handing_over_by_switch():
    steps = [{"after": 1, "status": "sent"}, {"after": 2, "status": "delivered"}, {"after": 3, "status": "read"}]
    rule = {"when": {"operation": "send"}, "then": {"steps": steps}}
    for switches, expected in (({}, ["1", "2"]), ({"report-sent": True}, ["0", "1", "2"])):
        desk = Desk(switches=switches)
        desk.rules(rule)
        desk.send()
        assert [one["status"] for one in desk.advance(5)] == expected


@pytest.mark.contract("smscenter.callback.answer")
def test_any_2xx_is_taken():
    assert judge_answer(200, b"ok").accepted
    assert judge_answer(204, b"").accepted
    assert not judge_answer(302, b"OK").accepted
    assert not judge_answer(500, b"OK").accepted


@pytest.mark.contract("smscenter.callback.retry", "smscenter.callback.account")
def test_nothing_is_repeated_unless_the_switch_has_a_schedule():
    for switches, attempts in (({}, 1), ({"retry": [5, 10]}, 3)):
        desk = Desk(switches=switches)
        desk.send()
        engine, made = desk.sandbox.engine, 0
        at = desk.sandbox.now()
        for _ in range(20):
            at += 10_000_000
            for report in engine.advance(at):
                made += 1
                engine.answered(report.attempt, False, at)
        assert made == attempts


@pytest.mark.contract("smscenter.callback.incoming", "smscenter.wait-call.callback")
@pytest.mark.parametrize("way", ["http", "call"])
def test_the_moment_of_what_a_subscriber_does_is_in_seconds(way):
    came = Incoming(1, "smscenter", way, TO, "Shop", "yes", 1_770_024_600_999_999)
    request = incoming(Desk().account, came, "http://localhost/")
    assert dict(parse_qsl(request.body.decode("ascii")))["ts"] == "1770024600"


@pytest.mark.contract("smscenter.callback.incoming")
async def test_a_subscribers_message_comes_by_the_same_callback(sms_emulator):
    sms = sms_emulator
    secret = sms.smscenter.callback_secret
    for query, charset in (("", "windows-1251"), ("?charset=utf-8", "utf-8"), ("?fmt=3", "windows-1251")):
        await sms.patch_account("smscenter", callback_url=f"{sms.base_url}/_emulator/sink/smscenter{query}")
        await sms.incoming("8 (900) 123-45-67", "Shop", "СТОП", provider="smscenter")  # told as digits
        await sms.settle()
        told = (await sms.callbacks())[-1]
        signed = f"79001234567:СТОП:Shop:{secret}".encode(charset)
        assert (told.sent.md5, told.sent.sha1) == (md5(signed).hexdigest(), sha1(signed).hexdigest())
    assert {name: told.sent[name] for name in ("phone", "mes", "to")} == {
        "phone": "79001234567", "mes": "СТОП", "to": "Shop",
    }  # fmt: skip
    came = datetime.fromtimestamp(int(told.sent.ts), UTC) + timedelta(hours=3)
    assert told.sent.time == f"{came:%d.%m.%Y %H:%M:%S}"


@pytest.mark.contract("smscenter.callback.signatures", "smscenter.callback.form")
@pytest.mark.parametrize("query", ["", "?charset=utf-8", "?charset=koi8-r", "?fmt=3", "?fmt=3&charset=utf-8", "?fmt=2",
                                   "?fmt=2&charset=utf-8"])  # fmt: skip
@pytest.mark.parametrize("text", ["a\x01b", "snow \u2603 и €", "line\r\nline\rline\n", "\ufffe<&>", " \t "])
def test_what_a_receiver_reads_is_what_was_signed(desk, query, text):
    """Whatever letters a subscriber writes: the signature is over the octets of what comes through."""
    came = Incoming(1, "smscenter", "http", TO, "Shop", text, 1_770_000_000_000_000)
    request = incoming(desk.account, came, f"http://localhost/{query}")
    charset = "utf-8" if "utf-8" in query else "koi8-r" if "koi8-r" in query else "windows-1251"
    if "fmt=2" in query:
        told = {child.tag: child.text or "" for child in ElementTree.fromstring(request.body)}
    elif "fmt=3" in query:
        told = json.loads(request.body.decode(charset))
    else:
        told = dict(parse_qsl(request.body.decode("ascii"), keep_blank_values=True, encoding=charset))
    signed = f"{TO}:{told['mes']}:Shop:secret".encode(charset)
    assert (told["md5"], told["sha1"]) == (md5(signed).hexdigest(), sha1(signed).hexdigest())
    if text.isprintable() or text[0] == "l":
        assert told["mes"] == text.encode(charset, "replace").decode(charset)
