"""Ten minutes of everything at once: three providers over HTTP, SOAP, SMPP, callbacks that fail, sandboxes made and
removed, waits, listeners of events, connections that come and go. Then: is memory where it was, is everything given
back, do the books add up?

`python -m benchmarks.soak [SECONDS [PICTURE]]`: prints what was done and found, writes the memory curve
(benchmarks/soak.svg unless told otherwise), and ends with status 1 when something did not hold. Server on the first
core, load on the last. Needs Linux: it looks into /proc.
"""

import asyncio
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from typing import Any

from aiohttp import web

import emulator
from benchmarks import plot, servers
from emulator.client import AsyncSmsCenter, AsyncSmsOffice, AsyncUbill, ReplyLost, SmppClient, SmsError

OPENING = 100_000
TENANTS = 4
LIFE = 12.0
"""Seconds that a tenant's sandbox lives under load before its books are closed."""
SAMPLE = 2.0
WARM = 0.25
"""The part of the run that is not looked at: caches and the allocator's pools fill up."""
PICTURE = Path(__file__).with_suffix(".svg")

FAULTS = [
    {"when": {"operation": "send", "every": 50}, "then": {"reply": {"fault": "lost"}}},
    {"when": {"operation": "send", "every": 60}, "then": {"refuse": {"reason": "no-credit"}}},
    {"when": {"operation": "send", "every": 7}, "then": {"steps": [{"after": 1, "status": "undelivered"}],
                                                         "retries": [1, 2]}},
]  # fmt: skip


class Soak:
    """One run: what was done, counted by name, and what did not hold."""

    def __init__(self, seconds: float, process: "Popen[str]", ready: dict[str, str]) -> None:
        self.process = process
        self.url = ready["http"]
        self.port = int(self.url.rpartition(":")[2])
        self.began = time.monotonic()
        self.until = self.began + seconds
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.memory: list[tuple[float, float]] = []
        self.files: list[int] = []
        self.callback_url = ""
        self.chance = random.Random(1)

    @property
    def going(self) -> bool:
        return time.monotonic() < self.until

    # what is looked at

    def sample(self) -> None:
        at = Path("/proc") / str(self.process.pid)
        pages = int((at / "statm").read_text().split()[1])
        self.memory.append((time.monotonic() - self.began, pages * os.sysconf("SC_PAGE_SIZE") / 2**20))
        self.files.append(len(os.listdir(at / "fd")))

    def insides(self) -> dict[str, int]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("?\n")
        self.process.stdin.flush()
        told: dict[str, int] = json.loads(self.process.stdout.readline())
        return told

    async def watch(self) -> None:
        while self.going:
            self.sample()
            await asyncio.sleep(SAMPLE)

    # what is done

    async def again(self, name: str, do: Callable[[], Awaitable[Any]], until: float) -> None:
        """The same over and over; what a client must expect of such a provider is counted, all else is wrong."""
        while time.monotonic() < until:
            try:
                await do()
                self.done[name] += 1
            except ReplyLost:
                self.done[f"{name}, reply lost"] += 1
            except SmsError as error:
                self.done[f"{name}, {type(error).__name__}"] += 1
            except Exception as error:
                self.wrong.append(f"{name}: {type(error).__name__}: {error}")
                return

    def to(self, country: str = "9955") -> str:
        return f"{country}{self.chance.randrange(10**8):08}"

    async def tenant(self) -> None:
        """Sandboxes one after the other, each under load by every protocol, its books closed in the end."""
        off = {"limits": "off"}
        while self.going:
            accounts = {"smsoffice": off, "ubill": off, "smscenter": off}
            async with emulator.running(
                url=self.url, balance=OPENING, accounts=accounts, callback_url=self.callback_url,
                scenario={"rules": FAULTS}, ttl=300,
            ) as sms:  # fmt: skip
                await self.load(sms, min(self.until, time.monotonic() + LIFE))
                await self.books(sms)
                self.done["sandbox"] += 1

    async def load(self, sms: Any, until: float) -> None:
        office = AsyncSmsOffice(sms.smsoffice.key, sms.smsoffice.sender, base_url=self.url)
        ubill = AsyncUbill(sms.ubill.key, brand_id=1, base_url=self.url)
        center = AsyncSmsCenter(sms.smscenter.login, sms.smscenter.psw, base_url=self.url)
        login = sms.smscenter.smpp
        where = {"host": sms.smpp_host, "port": sms.smpp_port}

        async def smpp() -> None:
            async with SmppClient(system_id=login["system_id"], password=login["password"], **where) as client:
                for _ in range(20):
                    with suppress(SmsError):
                        await client.submit(self.to("7900"), "Hello " * self.chance.randrange(1, 40), sender="Shop")
                        self.done["smpp submit"] += 1

        async def listen() -> None:
            events = sms.events(timeout=2)
            with suppress(TimeoutError):
                for _ in range(self.chance.randrange(1, 200)):
                    await anext(events)
            await events.aclose()

        async def wait() -> None:
            with suppress(emulator.CallRefused, AssertionError):
                await sms.wait("messages", to=self.to(), timeout=self.chance.random())

        async def snapshot() -> None:
            await sms.snapshot("one")
            await sms.export()
            await asyncio.sleep(2)

        async with office, ubill, center:
            await asyncio.gather(*(self.again(name, do, until) for name, do in {
                "smsoffice send": lambda: office.send(self.to(), "Your code is 1234"),
                "smsoffice balance": office.balance,
                "ubill send": lambda: ubill.send([self.to(), self.to()], "Привет"),
                "ubill balance": ubill.balance,
                "smscenter send": lambda: center.send(self.to("7900"), "Hello"),
                "soap send": lambda: center.send_sms(self.to("7900"), "Привет"),
                "soap balance": center.get_balance,
                "smpp session": smpp, "events": listen, "wait": wait, "snapshot": snapshot,
            }.items()))  # fmt: skip

    async def books(self, sms: Any) -> None:
        """What was charged is what the accounts lost, and what stands in the list of messages."""
        await sms.settle(timeout=60)
        ledger = await sms.ledger()
        for account in ledger.accounts:
            if Decimal(str(account.balance)) + Decimal(str(account.cost)) != OPENING:
                self.wrong.append(f"{account.provider}: {OPENING} - {account.cost} is not {account.balance}")
        self.done["messages"] += ledger.total.messages
        under_way = [one for one in await sms.callbacks(limit=1000) if one.accepted is None]
        if under_way:
            self.wrong.append(f"{len(under_way)} callbacks of a settled sandbox have no end")

    async def short(self) -> None:
        """A sandbox as a test has it: made, used once, gone."""
        async with emulator.running(url=self.url, clock="frozen") as sms:
            async with AsyncSmsOffice(sms.smsoffice.key, sms.smsoffice.sender, base_url=self.url) as office:
                await office.send("995577123456", "Your code is 1234", reference="r")
            await sms.settle()
            assert [one.status for one in await sms.messages()] == ["delivered"]

    async def stray(self) -> None:
        """A connection that brings nothing, half of something, or rubbish, and goes."""
        _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(self.chance.choice([b"", b"GET /api/v2/se", b"\0\1\2\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n"]))
        await asyncio.sleep(self.chance.random() / 2)
        writer.transport.abort() if self.chance.random() < 0.5 else writer.close()

    async def answer(self, request: web.Request) -> web.Response:
        """The client's endpoint: mostly well, sometimes not."""
        self.done["callback"] += 1
        lot = self.chance.random()
        if lot < 0.02:
            return web.Response(status=500, text="no")
        if lot < 0.03 and request.transport is not None:
            request.transport.abort()
        elif lot < 0.04:
            await asyncio.sleep(self.chance.random() * 2)
        return web.Response(text="OK")

    async def everything(self) -> None:
        """The whole run."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.callback_url = f"http://127.0.0.1:{runner.addresses[0][1]}/callback"
        await self.short()
        before = self.insides()
        files = len(os.listdir(f"/proc/{self.process.pid}/fd"))
        await asyncio.gather(
            self.watch(), *(self.tenant() for _ in range(TENANTS)),
            self.again("short sandbox", self.short, self.until), self.again("stray", self.stray, self.until),
        )  # fmt: skip
        await runner.cleanup()
        await asyncio.sleep(3)
        self.judge(before, self.insides(), files)

    def judge(self, before: dict[str, int], after: dict[str, int], files: int) -> None:
        """Nothing is kept that belongs to what is gone."""
        self.sample()
        for name in ("tasks", "sandboxes", "under_way", "links"):
            if after[name] > before[name]:
                self.wrong.append(f"{name}: {before[name]} before, {after[name]} after")
        if self.files[-1] > files + 2:
            self.wrong.append(f"open files: {files} before, {self.files[-1]} after")
        if after["objects"] > before["objects"] * 1.1 + 2000:
            self.wrong.append(f"objects: {before['objects']} before, {after['objects']} after")
        warm = [size for at, size in self.memory if at >= self.memory[-1][0] * WARM]
        third = max(1, len(warm) // 3)
        early, late = median(warm[:third]), median(warm[-third:])
        if late > early * 1.05 + 4:
            self.wrong.append(f"memory: {early:.1f} MiB became {late:.1f} MiB")
        print(f"memory {early:.1f} MiB, later {late:.1f} MiB; open files {files} before, most {max(self.files)}, "
              f"{self.files[-1]} after; {before} before, {after} after")  # fmt: skip


def main(seconds: float = 600.0, picture: Path = PICTURE) -> int:
    """Run; gives back the exit status."""
    command = [sys.executable, "-m", "benchmarks.soak_server"]
    process = Popen(command, stdin=PIPE, stdout=PIPE, text=True, preexec_fn=servers.on_core(min))
    if load := servers.on_core(max):
        load()
    try:
        assert process.stdout is not None
        ready = dict(pair.split("=", 1) for pair in process.stdout.readline().split()[1:])
        soak = Soak(seconds, process, ready)
        asyncio.run(soak.everything())
    finally:
        process.terminate()
        process.wait(10)
    print(", ".join(f"{name}: {count:,}" for name, count in sorted(soak.done.items())))
    title = f"The server's memory in {seconds:.0f} s of mixed soak: {soak.done['messages']:,} messages"
    picture.write_text(plot.curve(title, soak.memory, "seconds", "MiB"), "utf-8")
    for one in soak.wrong:
        print("WRONG", one)
    return 1 if soak.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(*(read(given) for read, given in zip((float, Path), sys.argv[1:], strict=False))))
