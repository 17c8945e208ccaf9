"""The play opt-out does what its comment says."""

import pytest
from playhouse import OTHER, PROVIDERS, desk


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_opt_out(provider):
    async with desk(provider, "opt-out") as client:
        assert (await client.send(own="r1")).code == 0
        await client.walk(2)
        assert client.states == ["delivered"]
        client.endpoint.came.clear()
        await client.walk(5)
        came = [one.get("mes") for one in client.endpoint.came]
        assert came == (["STOP"] if client.sandbox.providers[provider].incoming else [])
        assert (await client.send(text="Again?", own="r2")).code == client.words.codes["stop-listed"]
        assert (await client.send(OTHER, own="r3")).code == 0
        assert client.spent == 2
