"""The mail gate over real sockets: the client of the standard library, STARTTLS, limits, odd clients."""

import asyncio
import smtplib
import ssl
from functools import partial

import pytest

from emulator.app.server import Server
from emulator.app.settings import Settings
from emulator.tls.folders import FILE

GATE = "send@send.smsc.ru"


def gate(tmp_path, **more):
    return Server(Settings(port=0, smtp_port=0, ca_dir=str(tmp_path), **more))


def port_of(served):
    return int(served.smtp_url.rpartition(":")[2])


def mail(text, charset="koi8-r"):
    return f'Content-Type: text/plain; charset="{charset}"\n\n{text}\n'.encode(charset)


def line(text, to="79001234567"):
    return mail(f"emulator:emulator:0:0:0,0,:{to}:{text}")


async def within(talk, served):
    """`talk` with a connected client, in a thread: smtplib waits."""

    def run():
        with smtplib.SMTP("127.0.0.1", port_of(served), timeout=10) as client:
            return talk(client)

    return await asyncio.to_thread(run)


def texts(served):
    store = served.emulator.default.engine.state.store
    return [store.batch_of(message).text for message in store.messages]


def last(served):
    return list(served.emulator.default.journal.exchanges(0))[-1]


@pytest.mark.contract("smscenter.mail.receiver", "smscenter.mail.line")
async def test_a_library_s_mail_is_taken_and_journalled(tmp_path):
    async with gate(tmp_path) as served:
        assert await within(lambda client: client.sendmail("api@smsc.ru", GATE, line("Привет")), served) == {}
        assert texts(served) == ["Привет"]
        kept = last(served)
        assert (kept.protocol, kept.word, kept.request.target) == ("smtp", "accepted", GATE)
        assert served.urls["smtp"] == served.smtp_url


@pytest.mark.contract("smscenter.mail.receiver")
async def test_starttls_shows_a_certificate_of_the_emulator_s_authority(tmp_path):
    async with gate(tmp_path) as served:

        def talk(client):
            client.ehlo()
            assert client.has_extn("starttls")
            context = ssl.create_default_context(cafile=tmp_path / FILE)
            client.starttls(context=context)
            client.ehlo()
            assert not client.has_extn("auth")
            return client.sendmail("api@smsc.ru", GATE, line("secret"))

        await within(lambda client: client.noop(), served)  # with the first client the authority is made
        assert await within(talk, served) == {}
        assert texts(served) == ["secret"]
        assert last(served).request.scheme == "smtps"


@pytest.mark.contract("smscenter.mail.receiver")
async def test_another_mailbox_is_550_and_auth_is_not_offered(tmp_path):
    def talk(client):
        client.ehlo()
        assert not client.has_extn("auth")
        client.mail("api@smsc.ru")
        return client.rcpt("info@example.com")[0], client.rcpt(GATE)[0]

    async with gate(tmp_path) as served:
        assert await within(talk, served) == (550, 250)


@pytest.mark.contract("smscenter.mail.size")
async def test_a_mail_over_100_kb_is_552_and_journalled(tmp_path):
    def talk(client, size, declared):
        client.ehlo()
        assert client.esmtp_features["size"] == "102400"
        code, _ = client.mail("api@smsc.ru", [f"SIZE={size}"] if declared else [])
        if code != 250:
            return code
        client.rcpt(GATE)
        lines = b"a" * 70 + b"\r\n" if size < 130_000 else b""
        return client.data(b"Subject: x\r\n\r\n" + lines + b"b" * (size - 90))[0]

    async with gate(tmp_path) as served:
        assert await within(partial(talk, size=102_401, declared=True), served) == 552
        assert await within(partial(talk, size=110_000, declared=False), served) == 552
        assert await within(partial(talk, size=300_000, declared=False), served) == 552
        assert (last(served).word, "102400 octets" in last(served).why) == ("unreadable", True)
        assert sum(one.word == "unreadable" for one in served.emulator.default.journal.exchanges(0)) == 3
        assert await within(partial(talk, size=102_000, declared=True), served) == 250


async def test_several_mails_of_one_connection_and_many_of_some_at_once(tmp_path):
    def talk(client, name):
        return [client.sendmail("a@b.c", GATE, line(f"{name} {turn}")) for turn in range(3)]

    async with gate(tmp_path) as served:
        await asyncio.gather(*(within(partial(talk, name=name), served) for name in range(10)))
        assert sorted(texts(served)) == sorted(f"{name} {turn}" for name in range(10) for turn in range(3))


async def test_a_rule_s_faults_are_a_client_s_to_bear(tmp_path):
    async with gate(tmp_path) as served:
        served.emulator.default.control(_rules(served, [
            {"when": {"contains": "lost"}, "then": {"reply": {"fault": "lost"}}},
            {"when": {"contains": "later"}, "then": {"reply": {"status": 503}}},
        ]))  # fmt: skip
        with pytest.raises(smtplib.SMTPServerDisconnected):
            await within(lambda client: client.sendmail("a@b.c", GATE, line("lost")), served)
        with pytest.raises(smtplib.SMTPDataError) as refused:
            await within(lambda client: client.sendmail("a@b.c", GATE, line("later")), served)
        assert refused.value.smtp_code == 451
        assert texts(served) == ["lost"]


def _rules(served, rules):
    from emulator.core.admin_commands import PutRules

    return PutRules(served.emulator.rules(rules))


ODD = [
    b"\x00\xff\r\n", b"HELO\r\nEHLO\r\nMAIL\r\nRCPT\r\nDATA\r\n", b"EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<>\r\nDATA\r\n",
    b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<send@send.smsc.ru>\r\nDATA\r\n.\r\n", b"A" * 200_000 + b"\r\n",
    b"EHLO x\r\nAUTH PLAIN AAAA\r\nVRFY a\r\nEXPN a\r\nHELP x\r\nNOOP\r\nRSET\r\n", b"\r\n" * 100,
    b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<send@send.smsc.ru>\r\nDATA\r\nhalf a mail", b"\x16\x03\x01\x02\x00\x01",
    b"EHLO x\r\nSTARTTLS\r\nplain", b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n",
]  # fmt: skip


async def test_no_client_stops_the_others(tmp_path):
    async with gate(tmp_path) as served:
        writers = []
        for octets in ODD:
            _, writer = await asyncio.open_connection("127.0.0.1", port_of(served))
            writer.write(octets)
            writers.append(writer)
        await within(lambda client: client.sendmail("a@b.c", GATE, line("after")), served)
        for writer in writers:
            writer.close()
        await within(lambda client: client.sendmail("a@b.c", GATE, line("still")), served)
        assert texts(served) == ["after", "still"]


async def test_who_says_nothing_for_long_is_cut_and_there_are_only_so_many(tmp_path):
    async with gate(tmp_path, idle_seconds=0.2, max_connections=2) as served:
        held = [await asyncio.open_connection("127.0.0.1", port_of(served)) for _ in range(2)]
        assert [(await reader.readline())[:3] for reader, _ in held] == [b"220"] * 2
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(served))
        assert (await reader.readline())[:3] == b"421"
        writer.close()
        assert [(await asyncio.wait_for(reader.read(), 10)) for reader, _ in held] == [b"", b""]
        for _, writer in held:
            writer.close()


async def test_the_port_is_off_unless_it_is_given():
    async with Server(Settings(port=0)) as served:
        assert served.smtp_url is None
        assert "smtp" not in served.urls
