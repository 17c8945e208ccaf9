"""The reference client by mail, against the emulator's gate."""

import asyncio

import pytest

from emulator.app.server import Server
from emulator.app.settings import Settings
from emulator.client.smscenter import SmsCenterMail


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
