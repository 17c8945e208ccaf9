"""The clients of all providers in a rough network, in virtual time: nothing is sent twice, and what a call says of its
message is so."""

from collections import Counter

import pytest

from emulator import world
from emulator.client import AsyncSmsCenter, AsyncSmsOffice, AsyncUbill, SmppClient, SmsError

OUTCOMES = Counter()
"""What calls said, in all worlds."""
CALLS = ("smsoffice", "ubill", "smscenter", "soap", "smpp")


async def main(w):
    """Each call once, and what it said: the client's own word of what became of the message."""
    told = {}

    def calls_of(account):
        smpp = account.smpp
        where = {"base_url": w.base_url}
        office = AsyncSmsOffice(w.smsoffice.key, sender="smsoffice", **where)
        ubill = AsyncUbill(w.ubill.key, brand_id=w.ubill.brandID, **where)
        center = AsyncSmsCenter(account.login, account.psw, **where)
        short = SmppClient(w.smpp_host, smpp["system_id"], smpp["password"], port=w.smpp_port)
        return {
            "smsoffice": (office, lambda: office.send("995577000001", "smsoffice")),
            "ubill": (ubill, lambda: ubill.send(["995577000001"], "ubill")),
            "smscenter": (center, lambda: center.send("79161234567", "smscenter")),
            "soap": (center, lambda: center.send_sms("79161234567", "soap")),
            "smpp": (short, lambda: short.submit("79161234567", "smpp")),
        }

    async def worker(process):
        for name, (client, send) in calls_of(w.smscenter).items():
            try:
                async with client:
                    await send()
            except SmsError as error:
                told[name] = "in doubt" if error.maybe_accepted else "not sent"
            else:
                told[name] = "sent"

    await w.app(worker)
    await w.at(hours=1)  # `quiet` ends all faults
    await w.quiet()
    there = [one["text"] for one in await w.messages()]
    counts = {name: there.count(name) for name in CALLS}
    allowed = {"sent": {1}, "not sent": {0}, "in doubt": {0, 1}}
    wrong = {name: (counts[name], told.get(name)) for name in CALLS if counts[name] not in allowed[told[name]]}
    OUTCOMES.update(told.values())
    assert not wrong, f"messages there, and what the call said: {wrong}"


@pytest.mark.parametrize("worlds", [20, pytest.param(10_000, marks=pytest.mark.long)])
def test_no_client_sends_twice_or_tells_what_is_not_so_in_a_rough_network(worlds):
    OUTCOMES.clear()
    assert world.explore(main, worlds=worlds) == worlds
    assert set(OUTCOMES) >= {"sent", "in doubt"}  # it was rough
