"""Plays seeded inputs against a surface. Every chunk has a world of its own, so a chunk is all that a replay needs."""

import asyncio
import gc
import resource
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fuzz.chance import Chance
from fuzz.smpp import Smpp
from fuzz.smscenter import SmscenterHttp, SmscenterSoap
from fuzz.smsoffice import Smsoffice
from fuzz.ubill import Ubill

from emulator.app.control import control_of
from emulator.app.emulator import Emulator
from emulator.app.settings import Settings
from emulator.control_api.http_api import Control
from emulator.http.messages import HttpReply, HttpRequest
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import NewSandbox
from emulator.ui.routes import ROUTES as PAGES

SURFACES: dict[str, Any] = {one.name: one for one in (Smsoffice, Ubill, SmscenterHttp, SmscenterSoap, Smpp)}
CHUNK = 500
SHOWN = 5
"""So many messages and requests are opened."""
JOURNAL = 512 * 1024
LOGIN = {"login": "alex", "psw": "123", "apikey": "key-of-alex"}


class Played(NamedTuple):
    """What a run came to."""

    surface: str
    inputs: int
    seconds: float
    words: Counter[str]
    rss: int
    """MiB, of the process, at its end."""

    def __str__(self) -> str:
        words = ", ".join(f"{word} {count:,}" for word, count in self.words.most_common())
        speed = self.inputs / max(self.seconds, 1e-9)
        return f"{self.surface}: {self.inputs:,} inputs, {speed:,.0f}/s, {self.rss} MiB ({words})"


def rss() -> int:
    """MiB that this process has in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() >> 20


def peak() -> int:
    """MiB that it had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


async def play(name: str, count: int, seed: int, first: int = 0) -> Played:
    """`count` inputs in chunks. What one of them breaks fails the test, and the text says how to play it again."""
    emulator = Emulator(Settings(journal_bytes=JOURNAL))
    control = control_of(emulator)
    began = time.process_time()
    chunks = range(first, first + -(-count // CHUNK))
    for chunk in chunks:
        await _chunk(emulator, control, name, seed, chunk, pages=not chunk % 10 or chunk == chunks[-1])
    words = Counter[str]()
    for (_, _, _, word), times in emulator.http.counted.items():
        words[word] += times
    return Played(name, -(-count // CHUNK) * CHUNK, time.process_time() - began, words, rss())


async def _chunk(emulator: Emulator, control: Control, name: str, seed: int, chunk: int, pages: bool) -> None:
    chance = Chance(seed * 1_000_003 + chunk)
    balance = chance.choice((0, 50, 1_000, 100_000, 1_000_000))
    sandbox = emulator.create(NewSandbox(
        clock="frozen", balance=balance, stoplist=["79001234568"],
        accounts={"smscenter": {**LOGIN, **({} if chance.one_in(2) else {"limits": "off"})}},
    ))  # fmt: skip
    surface = SURFACES[name](emulator, sandbox)
    spent = emulator.default.account(surface.sandbox.account("smscenter").provider).spent
    tasks = len(asyncio.all_tasks())
    number, given = -1, None
    try:
        while (number := number + 1) < CHUNK:
            chance.wild = chance.choice((3, 10, 40))
            given = await surface.play(chance)
        if isinstance(surface, Smpp):
            surface.end()
        await _seen(control, sandbox)
        if pages:
            await open_every_page(control, sandbox)
        for account in sandbox.engine.state.accounts.values():
            costs = cost_of(sandbox, account.provider)
            assert costs == account.spent, f"the messages cost {costs}, {account.provider} was paid {account.spent}"
    except Exception as broken:
        again = f"asyncio.run(play({name!r}, {CHUNK}, seed={seed}, first={chunk})), input {number}"
        pytest.fail(f"{again}\n{broken!r}\ncaused by {broken.__cause__!r}\nlast good input: {str(given)[:300]}",
            pytrace=True)
    assert emulator.default.account("smscenter").spent == spent
    assert sandbox.journal.used <= JOURNAL
    assert emulator.default.journal.used <= JOURNAL
    emulator.remove(sandbox)
    assert len(emulator.sandboxes.by_id) == 1
    assert len(asyncio.all_tasks()) == tasks


def cost_of(sandbox: Sandbox, provider: str) -> int:
    """What all messages of a provider cost together."""
    store = sandbox.engine.state.store
    batches = [store.batch_of(message) for message in store.messages]
    return sum(batch.cost for batch in batches if batch.provider == provider)


async def open_every_page(control: Control, sandbox: Sandbox) -> None:
    """Each page of the table of routes, with the newest of what it may show: it is there, and is a page."""
    newest = {
        "provider": list(sandbox.providers),
        "message": [f"m{one.id}" for one in islice(reversed(sandbox.engine.state.store.messages), SHOWN)],
        "request": [f"x{one.id}" for one in islice(sandbox.journal.newest(), SHOWN)],
        "session": [],
    }  # fmt: skip
    opened = 0
    for route in PAGES:
        words = [word for word in newest if f"{{{word}}}" in route.path]
        if route.method != "GET" or "/live/" in route.path or "/static" in route.path or "login" in route.path:
            continue
        for value in newest[words[0]] if words else [""]:
            path = route.path.replace("{sandbox}", sandbox.id).rstrip("?")
            path = path.replace(f"{{{words[0]}}}", value) if words else path
            reply = await control.answer(HttpRequest(method="GET", target=f"{path}?sandbox={sandbox.id}"))
            assert isinstance(reply, HttpReply)
            assert reply.status == 200, (path, reply.body[-2000:])
            opened += 1
    assert opened > 8


async def _seen(control: Control, sandbox: Sandbox) -> None:
    """All of it can be shown."""
    for what in ("requests", "messages", "ledger", "lint", "export"):
        reply = await control.answer(HttpRequest(method="GET",
            target=f"/_emulator/sandboxes/{sandbox.id}/{what}?limit=100"))
        assert isinstance(reply, HttpReply)
        if reply.status == 400:
            reply = await control.answer(HttpRequest(method="GET", target=f"/_emulator/sandboxes/{sandbox.id}/{what}"))
        assert isinstance(reply, HttpReply)
        assert reply.status == 200, reply.body
    gc.collect(0)
