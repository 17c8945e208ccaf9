"""Callbacks that a rule has go wrong on the wire, as a receiver's socket sees them: over http and https, by each
provider's method."""

import asyncio
import ssl

import pytest
import yaml
from examples.snippets import Document
from support import control, frozen, get, key_of, send_path, serving, walk

from emulator import running
from emulator.delivery import callback_faults
from emulator.tls.authority import kept_in, today

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK"


class Listener:
    """Keeps what comes over each connection, in pieces, and how it ended; answers whole requests."""

    def __init__(self):
        self.came, self.ends = [], []

    async def taken(self, reader, writer):
        pieces = []
        self.came.append(pieces)
        try:
            while octets := await reader.read(65536):
                pieces.append(octets)
                head, end, body = b"".join(pieces).partition(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r")[0] or 0)
                if end and len(body) == length:
                    writer.write(ANSWER)
            self.ends.append("closed")
        except ConnectionResetError:
            self.ends.append("reset")
        finally:
            writer.close()


async def told(fault, provider="smsoffice", tls=None, retries=(), story=None, **settings):
    """What a listener got of one report, and the attempts as the emulator tells of them."""
    listener = Listener()
    server = await asyncio.start_server(listener.taken, "127.0.0.1", 0, ssl=tls)
    url = f"http{'s' if tls else ''}://localhost:{server.sockets[0].getsockname()[1]}/cb?token=1#x"
    async with server, serving(**settings) as one:
        sandbox = frozen(one, callback_url=url)
        path = f"/_emulator/sandboxes/{sandbox.id}"
        rule = {"then": {"reports": {"fault": fault}, "retries": list(retries),
                         "steps": [{"after": 1, "status": "delivered"}]}}  # fmt: skip
        if story is None:
            assert (await control(one, "PUT", f"{path}/rules", {"rules": [rule]}))[0] == 200
        else:
            assert (await control(one, "PUT", f"{path}/scenario", story))[0] == 200
        if provider == "smsoffice":
            await get(one.base_url + send_path(key_of(sandbox), reference="r"))
        else:
            who = sandbox.account("smscenter").credentials
            await get(f"{one.base_url}/sys/send.php?login={who['login']}&psw={who['psw']}&phones=79001234567&mes=a")
        await walk(one, sandbox)
        _, answer = await control(one, "GET", f"{path}/callbacks")
    return listener, answer["callbacks"]


@pytest.mark.parametrize("provider", ["smsoffice", "smscenter"])
@pytest.mark.parametrize("tls", [False, True])
async def test_slow_halves_and_resets_are_what_a_receiver_sees(provider, tls, tmp_path, monkeypatch):
    monkeypatch.setattr(callback_faults, "_PAUSE", 0.001)
    contexts, settings = None, {}
    if tls:
        (tmp_path / "leaf.pem").write_bytes(kept_in(tmp_path, (), today()).issue(["localhost"], today()).pem)
        contexts = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexts.load_cert_chain(tmp_path / "leaf.pem")
        settings = {"ca_dir": str(tmp_path)}
    listener, (slow,) = await told("slow", provider, contexts, **settings)
    assert slow["accepted"] is True
    assert len(listener.came) == 1
    assert len(listener.came[0]) > 3
    whole = b"".join(listener.came[0])
    first = whole.partition(b"\r\n")[0]
    assert first.startswith(b"GET /cb?token=1&" if provider == "smsoffice" else b"POST /cb?token=1 ")

    for fault, end in (("cut", "closed"), ("reset", "reset")):
        listener, attempts = await told(fault, provider, contexts, retries=[60], **settings)
        half, again = map(b"".join, listener.came)
        assert listener.ends[0] == end or tls  # TLS may tell of a reset as of an end
        assert again.startswith(half[: half.find(b"Host:")])
        assert len(half) < len(again)
        assert [one["accepted"] for one in attempts] == [False, True]
        assert f"half of it was sent, then the connection was {end}, as the rule says" in attempts[0]["verdict"]


async def test_the_story_of_docs_rules_is_what_happens():
    """In YAML on the page, in JSON on its way."""
    story = next(text for text in Document("docs/rules.md").of("yaml", "scenario") if "by halves" in text)
    _, attempts = await told("cut", story=yaml.safe_load(story))
    assert [one["accepted"] for one in attempts] == [False, True]


async def test_python_has_the_words_too():
    with running(clock="frozen") as sms:
        sms.put_rules([{"when": {"operation": "send"}, "then": {"reports": {"fault": "reset"}}}])
        sms.patch_account("smsoffice", callback_url=f"{sms.base_url}/_emulator/sink/smsoffice")
        await get(sms.base_url + send_path(sms.smsoffice.key, reference="r"))
        await asyncio.to_thread(sms.settle)
        assert [one.accepted for one in sms.callbacks()] == [False]
