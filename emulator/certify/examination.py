"""A program examined: each case in a sandbox of its own, and what was seen there."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from emulator.certify.cases import Case
from emulator.certify.judge import Finding, Seen, grade, judged
from emulator.control_client.async_client import AsyncSms
from emulator.histories.endpoint_runner import About, play
from emulator.providers.base import Provider

NUMBERS = {"smscenter": "79161234567"}
NUMBER = "995577123456"

Program = Callable[[Mapping[str, str], float], Awaitable[bool | None]]
"""Sends one message with these values, within so many seconds: did it say that it was sent? None: it did not end."""
Sandbox = Callable[[int], Awaitable[AsyncSms]]
"""A fresh sandbox with this seed."""


class Certificate(NamedTuple):
    provider: str
    played: tuple[Case, ...]
    findings: tuple[Finding, ...]

    @property
    def grade(self) -> str:
        return grade(self.findings)


async def examine(
    program: Program, sandbox: Sandbox, provider: str, catalogue: Iterable[Case], *, seed: int = 1,
    timeout: float = 60.0, told: Callable[[Case, list[Finding]], None] = lambda case, found: None,
) -> Certificate:  # fmt: skip
    """One case after the other. `told` hears of each as soon as it is judged."""
    played, findings = [], []
    for case in catalogue:
        sms = await sandbox(seed)
        rule = case.rule(provider)
        if rule is not None:
            await sms.add_rule(rule)
        said = await program(values(sms, provider, case), timeout)
        found = judged(case, await _seen(sms, provider, said))
        await sms.delete()
        played.append(case)
        findings += found
        told(case, found)
    return Certificate(provider, tuple(played), tuple(findings))


def values(sms: AsyncSms, provider: str, case: Case) -> dict[str, str]:
    """What may stand in a command: {to}, {text}, {url}, and the account's own words."""
    account: Mapping[str, Any] = sms.accounts[provider]
    words = {name: str(value) for name, value in account.items() if not isinstance(value, dict)}
    words |= {
        name: str(value) for value in account.values() if isinstance(value, dict) for name, value in value.items()
    }
    return {
        "to": NUMBERS.get(provider, NUMBER), "text": case.text, "url": sms.base_url,
        "smpp_host": str(sms.smpp_host), "smpp_port": str(sms.smpp_port), **words,
    }  # fmt: skip


async def with_callbacks(
    certificate: Certificate, provider: Provider, url: str, about: About, timeout: float,
    told: Callable[[Case, list[Finding]], None] = lambda case, found: None,
) -> Certificate:  # fmt: skip
    """The same, and delivery histories played at the program's callback endpoint. Raises Unreachable, ValueError."""
    async for _, rows in play(provider, url, about, timeout):
        if rows:
            case = Case(f"callback-{'-'.join(re.findall('[a-z]+', rows[0].case))}", rows[0].asked, "sent")
            found = [Finding(case.name, "wrong", f"answered {row.answered or 'nothing'}: {row.verdict}",
                             f"what is wanted: {row.asked}") for row in rows if not row.good]  # fmt: skip
            certificate = certificate._replace(
                played=(*certificate.played, case), findings=(*certificate.findings, *found)
            )
            told(case, found)
    return certificate


async def _seen(sms: AsyncSms, provider: str, said: bool | None) -> Seen:
    await asyncio.sleep(0)
    held = await sms.messages(provider=provider)
    asked = await sms.requests(provider=provider, operation="send")
    times = tuple(datetime.fromisoformat(one["at"]).timestamp() for one in asked)
    return Seen(said, tuple(one["text"] for one in held if one["status"] != "rejected"), times)
