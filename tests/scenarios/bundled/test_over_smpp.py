"""Each play over SMPP: the same acts of a client make the same journal as over HTTP, but for what the protocol makes
different: what HTTP refuses with an id is accepted, and told by a receipt; pending and sent are one state."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import NamedTuple

import pytest
from aiohttp import web
from esme import SUBMIT, Esme
from esme import desk as smpp_desk
from playhouse import OTHER, TO
from playhouse import desk as http_desk
from support import walk

from emulator.app.server import Server
from emulator.core.units import SECOND
from emulator.sandboxes.sandbox import Sandbox
from emulator.scenarios.library import names
from emulator.smpp import CommandId, Status, response


class Life(NamedTuple):
    """What a sandbox has seen: sends (outcome, rule), messages (number, cost, states with their seconds), what went out
    (message, status, attempt, was it taken, second)."""

    sends: list[tuple[str, str | None]]
    messages: list[tuple[str, int, list[tuple[str, float]]]]
    told: list[tuple[str, str, int, bool | None, float]]


class Client:
    """A client over either protocol. `send` gives back what the answer says: a code of HTTP (or HTTP's own status), a
    command_status; None without an answer."""

    def __init__(
        self, served: Server, sandbox: Sandbox, send: Callable[[str, str], Awaitable[int | None]],
        fail: Callable[[bool], None],
    ) -> None:  # fmt: skip
        self.served, self.sandbox = served, sandbox
        self._send, self.fail = send, fail
        self.answers: list[int | None] = []

    async def send(self, to: str = TO, text: str = "") -> None:
        self.answers.append(await self._send(to, text or f"Your code is {1000 + len(self.answers)}"))

    async def walk(self, seconds: float | None = None) -> None:
        await walk(self.served, self.sandbox, seconds)

    def life(self) -> Life:
        world, journal = self.sandbox.engine.state, self.sandbox.journal

        def since(at: object) -> float:
            return round((int(str(at)) - world.began) / SECOND, 3)

        sends = [one for one in journal.exchanges() if one.operation == "send"]
        lives = [list(zip(m.history[::2], map(since, m.history[1::2]), strict=True)) for m in world.store.messages]
        costs = [(m.to, world.store.batch_of(m).cost) for m in world.store.messages]
        messages = [(to, cost, life) for (to, cost), life in zip(costs, lives, strict=True)]
        told = [(f"i{a.incoming}" if a.incoming else f"m{a.message}", a.status, a.attempt, a.accepted, since(a.at))
                for a in journal.attempts()]  # fmt: skip
        return Life([(one.word, one.rule) for one in sends], messages, sorted(told, key=lambda one: one[-1]))


@asynccontextmanager
async def over_http(play: str) -> AsyncIterator[Client]:
    ids = count(1)
    async with http_desk("smscenter", play) as desk:

        async def send(to: str, text: str) -> int | None:
            heard = await desk.send(to, text=text, own=f"r{next(ids)}")
            return heard.http if heard.code is None else heard.code

        def fail(now: bool) -> None:
            desk.endpoint.answers = lambda _: web.Response(text="OK", status=500 if now else 200)

        yield Client(desk.served, desk.sandbox, send, fail)


@asynccontextmanager
async def over_smpp(play: str) -> AsyncIterator[Client]:
    """A transceiver, which binds again when its connection was closed."""
    async with smpp_desk({"scenario": play}) as desk:
        lines: list[Esme] = [await desk.bound()]

        async def send(to: str, text: str) -> int | None:
            if lines[-1].ended:
                lines.append(await desk.bound())
            fields = {"destination_addr": to.encode(), "short_message": text.encode()}
            request = lines[-1].made(CommandId.SUBMIT_SM, **{**SUBMIT, **fields})
            lines[-1].write(request)
            try:
                return (await lines[-1].answer_to(request)).status
            except AssertionError:
                return None

        def fail(now: bool) -> None:
            lines[-1].answers = lambda pdu: response(pdu, Status.RX_T_APPN if now else 0)

        yield Client(desk.served, desk.sandbox, send, fail)


def told_later(life: Life, untold: str) -> Life:
    """What HTTP refuses with an id is accepted over SMPP, pending for no time, and rejected by a receipt."""
    sends, messages, told = list(life.sends), list(life.messages), [one for one in life.told if one[1] != untold]
    for index, (to, cost, history) in enumerate(messages):
        if [state for state, _ in history] == ["rejected"]:
            at = history[0][1]
            sends[index] = ("accepted", sends[index][1])
            messages[index] = (to, cost, [("pending", at), *history])
            told.append((f"m{index + 1}", "rejected", 1, True, at))
    return Life(sends, messages, sorted(told, key=lambda one: one[-1]))


# the acts


async def happy(client: Client) -> None:
    for digit in range(1, 10):
        await client.send(f"99557799000{digit}")
    await client.send()
    await client.walk()


async def two_sends(client: Client) -> None:
    await client.send()
    await client.send(OTHER)
    await client.walk()


async def four_sends(client: Client) -> None:
    for number in range(4):
        await client.send(f"99557712345{number}")
    await client.walk()


async def second_by_second(client: Client) -> None:
    await client.send()
    for _ in range(4):
        await client.walk(0.5)
    await client.walk()


async def a_listed_number(client: Client) -> None:
    await client.send("995577000008")
    await client.send()
    await client.walk()


async def a_race(client: Client) -> None:
    await client.send()
    await client.walk(10)
    await client.send()
    await client.walk()


async def stop(client: Client) -> None:
    await client.send()
    await client.walk(7)
    await client.send()
    await client.send(OTHER)
    await client.walk()


async def a_receiver_that_fails(client: Client) -> None:
    client.fail(True)
    await client.send()
    await client.walk(362)
    client.fail(False)
    await client.walk()


class Play(NamedTuple):
    """What a client does in a play, what HTTP answers, and what SMPP: a command_status, None for no answer."""

    act: Callable[[Client], Awaitable[None]]
    http: list[int | None]
    smpp: list[int | None]
    untold: str = ""
    """A state that SMPP has no receipt for."""


PLAYS = {
    "happy": Play(happy, [*[0] * 7, 8, 3, 0], [0] * 10),
    "no-credit": Play(two_sends, [3, 3], [0, 0]),
    "stop-listed": Play(a_listed_number, [8, 0], [0, 0]),
    "late-reports": Play(two_sends, [0, 0], [0, 0]),
    "doubled-reports": Play(two_sends, [0, 0], [0, 0]),
    "reordered-reports": Play(second_by_second, [0], [0], "sent"),
    "lost-reply": Play(two_sends, [None, 0], [None, 0]),
    "flaky-callbacks": Play(a_receiver_that_fails, [0], [0]),
    "provider-down": Play(four_sends, [503, 503, 503, 0], [Status.RSYSERR] * 3 + [0]),
    "throttled": Play(four_sends, [9, 9, 0, 0], [Status.RTHROTTLED] * 2 + [0, 0]),
    "blocked-address": Play(four_sends, [0, 0, 0, 4], [0, 0, 0, Status.RBINDFAIL]),
    "expired": Play(two_sends, [0, 0], [0, 0]),
    "opt-out": Play(stop, [0, 8, 0], [0, 0, 0]),
    "otp-race": Play(a_race, [0, 0], [0, 0]),
}


NOT_OVER_SMPP = ("flash-call", "number-lookup", "late-call", "mail-gate")
"""Plays of what texts are not needed for: test_products.py."""


def test_every_play_is_played() -> None:
    assert sorted((*PLAYS, *NOT_OVER_SMPP)) == sorted(name for name, _ in names())


@pytest.mark.parametrize("play", PLAYS)
async def test_a_play_is_the_same_over_smpp(play: str) -> None:
    act, http, smpp, untold = PLAYS[play]
    async with over_http(play) as client:
        await act(client)
        assert client.answers == http
        expected = told_later(client.life(), untold)
    async with over_smpp(play) as client:
        await act(client)
        assert client.answers == smpp
        assert client.life() == expected


async def test_blocked_address_lets_nobody_bind_any_more() -> None:
    async with smpp_desk({"scenario": "blocked-address"}) as desk:
        line = await desk.bound()
        for number in range(3):
            await line.submit(b"%d" % number)
        assert (await (await desk.connect()).bind(desk.account)).status == Status.RBINDFAIL
        await desk.settle()
        assert len(await line.receipts(3)) == 3


async def test_what_is_told_later_is_explained_at_once_and_no_finding() -> None:
    async with smpp_desk({"scenario": "no-credit"}) as desk:
        assert (await (await desk.bound()).submit()).status == 0
        explained = (await desk.last(operation="send"))["explain"]
        assert "accepted for 0 recipients," in explained
        assert "no-credit, not sent to: 79001234567 [smscenter.smpp.told-later]" in explained
        assert (await desk.call("GET", "/lint?mild=true"))["findings"] == []


@pytest.mark.contract("smscenter.smpp.temporary")
async def test_a_status_of_http_in_a_rule_is_answered_over_smpp_too() -> None:
    async with smpp_desk() as desk:
        line = await desk.bound()
        for status in (500, 429):
            await desk.rule({"operation": "send"}, {"reply": {"status": status}}, times=1)
            await desk.rule({"operation": "link"}, {"reply": {"status": status}}, times=1)
        asked = [await line.submit(), await line.ask(CommandId.ENQUIRE_LINK)]
        asked += [await line.submit(), await line.ask(CommandId.ENQUIRE_LINK)]
        assert [one.status for one in asked] == [Status.RTHROTTLED] * 2 + [Status.RSYSERR] * 2
        assert await desk.messages() == []
