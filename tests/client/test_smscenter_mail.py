"""The reference client by mail, against the emulator's gate."""

import asyncio
import pickle
import socket
import ssl
import threading

import pytest

from emulator.app.server import Server
from emulator.app.settings import Settings
from emulator.client.smscenter import (
    SmsCenterMail,
    SmsCenterNotReached,
    SmsCenterRefused,
    SmsCenterReplyLost,
)


def client_of(served, login="emulator"):
    return SmsCenterMail(login, "emulator", host="127.0.0.1", port=int(served.smtp_url.rpartition(":")[2]))


async def test_a_text_goes_by_mail_with_an_id_that_status_knows_with_and_without_async(tmp_path):
    async with Server(Settings(port=0, smtp_port=0, ca_dir=str(tmp_path))) as served:
        client, store = client_of(served), served.emulator.default.engine.state.store
        first = await asyncio.to_thread(client.send, ["79001234567", "79007654321"], "Привет: раз\nдва", sender="Shop")
        assert await client.send_async("79001234567", "test only", test=True)
        assert await client.send_async("79001234567", "two", id=17) == "17"
        found = [(one.to, store.batch_of(one)) for one in store.messages]
        assert [(to, batch.text, batch.sender, batch.provider_id) for to, batch in found] == [
            ("79001234567", "Привет: раз\nдва", "Shop", first), ("79007654321", "Привет: раз\nдва", "Shop", first),
            ("79001234567", "two", "", "17"),
        ]  # fmt: skip


@pytest.mark.parametrize("wrong", [{"sender": "a:b"}, {"id": "1:2"}, {"time": "12:00"}])
def test_what_the_line_cannot_carry_is_refused_before_anything_is_sent(wrong):
    with pytest.raises(ValueError, match="neither a colon"):
        SmsCenterMail("alex", "123", host="127.0.0.1", port=1).send("79001234567", "x", **wrong)


POLITE = {"EHLO": "250 welcome", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on", ".": "250 taken",
          "QUIT": "221 x"}  # fmt: skip


class Gate:
    """A gate that says what it is told to: a line for each command, None to hang up; `heard` is what it was told."""

    def __init__(self, **says):
        self._says = {"": "220 here", **POLITE, **{("." if name == "END" else name): say for name, say in says.items()}}
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.heard = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        peer, _ = self._listening.accept()
        with peer, peer.makefile("rb") as lines:
            command, content = "", False
            while True:
                if (say := self._says.get(command, "502 what?")) is None:
                    return
                peer.sendall(f"{say}\r\n".encode())
                content = content or command == "DATA"
                while True:
                    line = lines.readline()
                    self.heard += line
                    if not content or line in (b".\r\n", b""):
                        break
                content = False
                if not line:
                    return
                command = line.split()[0].decode().upper()

    def client(self, **more):
        return SmsCenterMail("alex", "a-secret-psw", host="127.0.0.1", port=self.port, timeout=5, **more)

    def close(self):
        self._listening.close()
        self._thread.join(5)


@pytest.mark.parametrize(("says", "kind", "code", "retryable"), [
    ({"": "421 too busy"}, SmsCenterRefused, 421, True), ({"": "554 no"}, SmsCenterRefused, 554, False),
    ({"": None}, SmsCenterNotReached, None, True), ({"EHLO": None}, SmsCenterNotReached, None, True),
    ({"MAIL": "450 later, a-secret-psw"}, SmsCenterRefused, 450, True),
    ({"RCPT": "550 who?"}, SmsCenterRefused, 550, False),
    ({"MAIL": None}, SmsCenterNotReached, None, True), ({"DATA": None}, SmsCenterNotReached, None, True),
    ({"DATA": "554 no"}, SmsCenterRefused, 554, False), ({"END": "452 full"}, SmsCenterRefused, 452, True),
    ({"END": None}, SmsCenterReplyLost, None, True),
])  # fmt: skip
def test_whatever_goes_wrong_is_one_of_our_errors_and_in_doubt_only_when_the_mail_has_left(says, kind, code, retryable):
    gate = Gate(**says)
    with pytest.raises(kind) as told:
        gate.client().send("79001234567", "Hello", id="order-1")
    gate.close()
    error = told.value
    in_doubt = says == {"END": None}
    assert (error.code, error.retryable, error.maybe_accepted) == (code, retryable, in_doubt)
    assert (error.octets_left, error.reference, error.attempts) == ("END" in says, "order-1", 1)
    assert "a-secret-psw" not in f"{error} {error!r} {error.__cause__} {error.__context__} {pickle.dumps(error)!r}"


def test_a_farewell_that_goes_wrong_takes_nothing_back_and_lines_are_as_smtp_has_them():
    gate = Gate(QUIT=None)
    assert gate.client().send("79001234567", "one\n.two\r\nthree", id=7) == "7"
    gate.close()
    assert b":79001234567:one\r\n..two\r\nthree\r\n.\r\nQUIT" in gate.heard.replace(b"quit", b"QUIT")


def test_what_cannot_be_reached_or_trusted_is_told_with_where(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(SmsCenterNotReached, match=f"127.0.0.1 port {port}"):
        SmsCenterMail("alex", "123", host="127.0.0.1", port=port).send("79001234567", "x")
    gate = Gate()
    with pytest.raises(SmsCenterNotReached, match="STARTTLS") as told:
        gate.client(starttls=True).send("79001234567", "x")
    gate.close()
    assert not told.value.retryable


async def test_over_starttls_the_gates_certificate_is_held_against_whom_one_trusts(tmp_path):
    async with Server(Settings(port=0, smtp_port=0, ca_dir=str(tmp_path))) as served:
        where = {"host": "127.0.0.1", "port": int(served.smtp_url.rpartition(":")[2])}
        ours = ssl.create_default_context(cadata=served.authority_pem.decode())
        assert await SmsCenterMail("emulator", "emulator", starttls=ours, **where).send_async("79001234567", "x", id=5)
        with pytest.raises(SmsCenterNotReached, match="certificate") as told:
            await SmsCenterMail("emulator", "emulator", starttls=True, **where).send_async("79001234567", "x")
        assert not told.value.retryable
