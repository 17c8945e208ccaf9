"""The mail gate: the line's grammar, charsets, markers, and what a mail comes to (facts, section 11), in memory."""

import time
from email.message import EmailMessage
from email.mime.text import MIMEText

import pytest
from providers.smscenter.desk import OTHER, TO, Desk

from emulator.http.messages import HttpRequest
from emulator.providers.smscenter.mail import FACE, MOST

GATE = "send@send.smsc.ru"
WHO = "alex:123"


def mail(desk, octets):
    """A mail to the gate, as all that stands behind DATA."""
    desk.answer = desk.emulator.http.mail(
        HttpRequest(method="MAIL", target=GATE, body=octets, peer=desk.peer, scheme="smtp"), GATE
    )
    return desk.answer


def line(desk, text, charset="koi8-r", named=True):
    """As the official libraries write it: the Content-Type line, an empty one, the line itself."""
    head = f'Content-Type: text/plain; charset="{charset}"\r\n\r\n' if named else "Subject: x\r\n\r\n"
    mail(desk, head.encode() + text.encode(charset) + b"\r\n")
    return desk.answer.exchange.word


@pytest.mark.contract("smscenter.mail.line")
@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (f"{WHO}:0:0:0,0,:{TO}:Hello: your code is 4411", [(TO, "Hello: your code is 4411")]),
        (f"{WHO}:::,,:+{TO},{OTHER}:Hello", [(TO, "Hello"), (OTHER, "Hello")]),
        (f"{WHO}:17:0,0:1:{TO};{OTHER}:привет", [(TO, "privet"), (OTHER, "privet")]),
        (f"{WHO}:::0,0,Shop::{TO}:first\n{OTHER}:second", [(TO, "first"), (OTHER, "second")]),
        (f"{WHO}:0:0:0,0,:{TO}:two\nlines: of text", [(TO, "two\nlines: of text")]),
        (f":key-of-alex:0:0:0:{TO}:by key", [(TO, "by key")]),
    ],
)
def test_the_line_has_who_id_when_how_phones_and_the_rest_is_text(desk, text, messages):
    assert line(desk, text) == "accepted"
    assert [(to, said) for to, said, _ in desk.messages()] == messages
    assert desk.answer.reply.status == 250


@pytest.mark.contract("smscenter.mail.line", "smscenter.mail.like-http")
def test_id_time_zone_and_sender_are_what_they_are_over_http(desk):
    line(desk, f"{WHO}:17:0302261200,0:0,0,Shop:{TO}:later")
    found = desk.status(17, all="1")
    assert (found["status"], found["sender_id"], found["message"]) == (-1, "Shop", "later")
    assert desk.advance(86399) == []
    assert desk.advance(3)[-1]["status"] == "1"


@pytest.mark.contract("smscenter.mail.format")
@pytest.mark.parametrize(("format", "kind", "flash"), [
    ("0", "sms", False), ("", "sms", False), ("1", "sms", True), ("3", "hlr", False), ("6", "ping", False),
    ("9", "call", False),
])  # fmt: skip
def test_the_format_says_what_is_made_of_it(desk, format, kind, flash):
    assert line(desk, f"{WHO}:0:0:0,{format},:{TO}:code") == "accepted"
    (batch,) = desk.sandbox.engine.state.store.batches
    assert (batch.kind, batch.flash, batch.protocol) == (kind, flash, "smtp")


@pytest.mark.contract("smscenter.mail.format", "smscenter.mail.answer")
@pytest.mark.parametrize("format", ["2", "4", "5", "7", "8", "10", "11", "12", "x"])
def test_other_formats_are_refused_in_the_journal_and_taken_over_the_wire(desk, format):
    assert line(desk, f"{WHO}:0:0:0,{format},:{TO}:Hello") == "refused"
    assert (desk.messages(), desk.answer.reply.status) == ([], 250)
    assert "leaves out" in desk.why() or "none of 0 to 11" in desk.why()


@pytest.mark.contract("smscenter.mail.test")
def test_with_the_test_flag_nothing_is_sent_or_charged(desk):
    assert line(desk, f"{WHO}:0:0:0,0,Shop,1:{TO},{OTHER}:test only") == "answered"
    assert (desk.messages(), desk.left) == ([], 1000)
    assert "2 recipients, 2 parts would cost 2" in desk.why()
    assert line(desk, f"{WHO}:0:0:0,0,Shop,0:{TO}:real") == "accepted"


@pytest.mark.contract("smscenter.mail.charset")
@pytest.mark.parametrize("charset", ["koi8-r", "windows-1251", "utf-8", "iso-8859-5", "koi8-u"])
def test_the_charset_is_the_mail_s(desk, charset):
    assert line(desk, f"{WHO}:0:0:0:{TO}:привет", charset) == "accepted"
    assert desk.messages()[0][1] == "привет"
    assert desk.lint() == []


@pytest.mark.contract("smscenter.mail.charset")
def test_without_one_it_is_koi8_r_and_a_wrong_or_missing_one_is_found(desk):
    line(desk, f"{WHO}:0:0:0:{TO}:привет", named=False)
    assert (desk.messages()[0][1], desk.lint()) == ("привет", [])
    mail(desk, b"Subject: x\r\n\r\n" + f"{WHO}:0:0:0:{TO}:слово".encode())
    assert desk.messages()[1][1] != "слово"
    assert desk.lint() == ["smscenter.mail.charset"]
    mail(desk, b'Content-Type: text/plain; charset="utf=8"\r\n\r\n' + f"{WHO}:0:0:0:{TO}:a".encode())
    assert desk.messages()[2][1] == "a"


@pytest.mark.contract("smscenter.mail.charset")
def test_octets_of_another_charset_than_the_mail_names_are_found(desk):
    mail(desk, b'Content-Type: text/plain; charset="utf-8"\r\n\r\n' + f"{WHO}:0:0:0:{TO}:привет".encode("koi8-r"))
    assert desk.lint() == ["smscenter.mail.charset"]


@pytest.mark.contract("smscenter.mail.charset")
@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
def test_transfer_encodings_are_undone(encoding):
    desk, made = Desk(), EmailMessage()
    made.set_content(f"{WHO}:0:0:0:{TO}:привет = 100% ☂\n", charset="utf-8", cte=encoding)
    mail(desk, made.as_bytes())
    assert desk.messages() == [(TO, "привет = 100% ☂", "pending")]


@pytest.mark.contract("smscenter.mail.marked")
def test_the_line_may_stand_between_markers_in_any_text_html_included():
    desk, made = Desk(), EmailMessage()
    made.set_content(f"Dear gate,\n[text]{WHO}:0:0:0:{TO}:marked[/text]\nYours")
    mail(desk, made.as_bytes())
    html = EmailMessage()
    html.set_content("nothing here: at all")
    html.add_alternative(f"<p>[TEXT]{WHO}:0:0:0:<b>{TO}</b>:one &amp; two<br>three[/TEXT]</p>", subtype="html")
    mail(desk, html.as_bytes())
    assert [text for _, text, _ in desk.messages()] == ["marked", "one & two\nthree"]


@pytest.mark.contract("smscenter.mail.marked")
def test_what_is_attached_is_no_text_of_the_mail():
    desk, made = Desk(), EmailMessage()
    made.add_attachment("a note: not the line", filename="note.txt")
    made.attach(MIMEText(f"{WHO}:0:0:0:{TO}:behind it"))
    mail(desk, made.as_bytes())
    assert desk.messages() == [(TO, "behind it", "pending")]


@pytest.mark.contract("smscenter.mail.answer", "smscenter.mail.like-http")
@pytest.mark.parametrize(("text", "why"), [
    (f"alex:wrong:0:0:0:{TO}:Hello", "password of alex is another"), ("Hello gate", "1 of 7 fields"),
    ("", "nothing behind the empty line"), (f"{WHO}:0:0:0:{TO}", "6 of 7 fields"),
    (f"{WHO}:0:never:0:{TO}:Hello", "none of the forms"),
    (f"{WHO}:0:0:0:x:Hello", "no number is an international one"), (f"{WHO}:0:0:0:{TO}:", "mes is empty"),
    (f"{WHO}:a b:0:0:{TO}:Hello", "none of the allowed ones"), (f"{WHO}:0:0:0::no item", "a line without number"),
])  # fmt: skip
def test_what_is_wrong_stands_in_the_journal_alone(desk, text, why):
    assert line(desk, text) == "refused"
    assert desk.answer.reply.status == 250
    assert why in desk.why()
    assert not [one for one in desk.messages() if one[2] != "rejected"]


@pytest.mark.contract("smscenter.mail.like-http")
def test_money_limits_rules_callbacks_and_the_id_space_are_those_of_http():
    desk = Desk(balance=2)
    text = f"{WHO}:0:0:0:{TO}:Hello"
    assert line(desk, text) == "accepted"
    assert line(desk, text) == "refused"
    assert "were sent less than 60 s ago" in desk.why()
    assert desk.send(mes="Hello")["error_code"] == 9
    assert [told["status"] for told in desk.advance(61)] == ["1"]
    desk.rules({"when": {"protocol": "smtp", "contains": "no"}, "then": {"refuse": {"reason": "forbidden"}}})
    assert line(desk, f"{WHO}:0:0:0:{TO}:no") == "refused"
    assert desk.send(mes="no") == {"id": 3, "cnt": 1}
    assert line(desk, f"{WHO}:0:0:0:{TO},{OTHER}:two") == "refused"
    assert "no money" in desk.why()


@pytest.mark.contract("smscenter.mail.receiver")
def test_the_mailbox_is_send_at_send_of_any_of_the_provider_s_names():
    taken = ["send@send.smsc.ru", "SEND@send.smsc.kz", "send@send.smscentre.com", "send@send.m.smsc.ru"]
    assert [FACE.receives(address) for address in taken] == [True] * 4
    others = ["send@smsc.ru", "info@send.smsc.ru", "send", "send@send.", "send@send.smsc.ru@x", "", "sent@send.smsc.ru"]
    assert [FACE.receives(address) for address in others] == [False] * 7
    assert MOST == 102_400


@pytest.mark.contract("smscenter.mail.answer")
@pytest.mark.parametrize("octets", [
    b"", b"\x00", b"\xff" * 100, b"Content-Type: multipart/mixed\r\n\r\n--\r\n", b"Content-Type: image/png\r\n\r\nx",
    b'Content-Type: text/plain; charset="idna"\r\n\r\n' + b"a" * 1000,
    b"Content-Transfer-Encoding: base64\r\n\r\n!!!!=", b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin\r\n",
    "".join(f"Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n" for n in range(2000)).encode(),
    b"Content-Type: text/plain; charset*0*=utf-8''%ff; charset*1=x\r\n\r\na",
], ids=range(10))  # fmt: skip
def test_no_mail_is_too_odd_to_be_taken_and_journalled(desk, octets):
    assert mail(desk, octets).reply.status == 250
    assert desk.messages() == []
    assert desk.why().startswith("refused")


@pytest.mark.parametrize(
    "octets",
    [
        b"Content-Type: text/plain\r\n\r\n" + b"[text]" * 17_000,
        b'Content-Type: text/plain; a="' + b";" * 100_000 + b"\r\n\r\nx",
        b'Content-Type: text/plain; a="' + b";\r\n " * 50_000 + b"\r\n\r\nx",
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1800)),
    ],
    ids=["markers", "header", "folded", "nested"],
)
def test_no_mail_holds_up_the_loop(desk, octets):
    began = time.process_time()
    mail(desk, octets)
    assert time.process_time() - began < 0.5


def test_a_mail_that_is_too_large_is_journalled_as_mail(desk):
    mail(desk, b"x" * (MOST + 1))
    assert desk.answer.exchange.protocol == "smtp"
