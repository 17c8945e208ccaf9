"""Ordinary calls over HTTP, validated, stored and journalled, their callbacks planned, beside a bare aiohttp handler
(which is on asyncio's loop, whatever the emulator runs on)."""

import json
from statistics import median
from typing import NamedTuple

from benchmarks import servers

SECONDS = 1.5
ROUNDS = 5
_TO = "995577123456"
_KEY = "key=emulator-smsoffice"
BARE = f"/api/v2/send?{_KEY}&destination={_TO}&sender=smsoffice&content=Your%20code%20is%20{{n}}&reference=r{{n}}"


class Call(NamedTuple):
    """A call: what to name it, whose it is, its target (`{n}`: a number that differs each time), how many at once, and
    whether the provider's limits are lifted."""

    name: str
    provider: str
    target: str
    connections: int = 32
    limits: str | dict[str, int] = "off"


SEND = Call("smsoffice send", "smsoffice", BARE)
_SMSC = "/sys/send.php?login=emulator&psw=emulator&fmt=3&charset=utf-8&mes=Your%20code%20is%20{n}"
ASKING = (
    Call("smsoffice status", "smsoffice", f"/api/v2/getMessageStatus?{_KEY}&destination={_TO}&reference={{n}}"),
    Call("smsoffice balance", "smsoffice", f"/api/getBalance?{_KEY}&n={{n}}"),
)
OTHERS = (
    Call("smsoffice send, another parameter each time", "smsoffice", f"{BARE}&n={{n}}"),
    Call("uBill send", "ubill", f"/v1/sms/send?key=emulator-ubill&brandID=1&numbers={_TO}&text=Code%20{{n}}"),
    Call("SMS Center send", "smscenter", f"{_SMSC}&phones=79161234567"),
    Call("SMS Center send, 8 connections, limits on", "smscenter", f"{_SMSC}&phones={{n}}", 8, {}),
)  # fmt: skip


def measure() -> list[tuple[str, float, float, float]]:
    """(what, ours, the yardstick's, ratio), the medians of paired rounds."""
    both = [_measured(call, on, command) for call in (SEND, *ASKING) for on, command in servers.EMULATORS]
    return both + [_measured(call, "", servers.EMULATOR) for call in OTHERS]


def _measured(call: Call, on: str, command: tuple[str, ...]) -> tuple[str, float, float, float]:
    ours, bare = [], []
    with servers.started(command) as emulator, servers.started(servers.YARDSTICK) as yardstick:
        sandbox = f"{emulator.url}/_emulator/sandboxes/default"
        account = {"balance": 100_000_000, "limits": call.limits, "callback_url": ""}
        servers.call(f"{sandbox}/accounts/{call.provider}", json.dumps(account), "PATCH")
        servers.call(f"{sandbox}/clock", '{"rate": 0}')
        for _ in range(ROUNDS):
            ours.append(servers.load(emulator.url, call.target, call.connections, SECONDS))
            bare.append(servers.load(yardstick.url, BARE, call.connections, SECONDS))
    ratio = median(a / b for a, b in zip(ours, bare, strict=True))
    return f"{call.name}{on} (requests/s)", median(ours), median(bare), ratio
