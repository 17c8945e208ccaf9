"""Clients of both kinds behind one face, so that every test of the wire runs with and without async."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any

from emulator.client import (
    AsyncSmsCenter,
    AsyncSmsOffice,
    AsyncUbill,
    Patience,
    SmsCenter,
    SmsOffice,
    Ubill,
)

GEORGIAN = "995577123456"
RUSSIAN = "79001234567"
QUICK = Patience(
    connect=20, timeout=20, deadline=45, attempts=4, pause=0.01, longest_pause=0.02, absent_after=0.05
)  # fmt: skip
PROVIDERS = ("smsoffice", "ubill", "smscenter")
KINDS = ("sync", "async")

_CLASSES = {
    "smsoffice": (SmsOffice, AsyncSmsOffice), "ubill": (Ubill, AsyncUbill), "smscenter": (SmsCenter, AsyncSmsCenter),
}  # fmt: skip


class Desk:
    """A client; `await desk("send", ...)` calls a method of either kind."""

    def __init__(self, kind: str, client: Any) -> None:
        self.kind = kind
        self.client = client

    async def __call__(self, method: str, *args: Any, **options: Any) -> Any:
        bound = getattr(self.client, method)
        if self.kind == "sync":
            return await asyncio.to_thread(bound, *args, **options)
        return await bound(*args, **options)


def credentials(provider: str, sms: Any) -> dict[str, Any]:
    """What a client of the provider is made with in that sandbox."""
    if provider == "smsoffice":
        return {"key": sms.smsoffice.key, "sender": "smsoffice"}
    if provider == "ubill":
        return {"key": sms.ubill.key, "brand_id": 1}
    return {"login": sms.smscenter.login, "psw": sms.smscenter.psw}


@asynccontextmanager
async def desk(kind: str, provider: str, sms: Any, patience: Patience = QUICK, **changes: Any) -> Any:
    """A client of the sandbox, closed at the end; of none where the changes say all."""
    made = _CLASSES[provider][KINDS.index(kind)]
    from_it = {} if sms is None else {"base_url": sms.base_url, **credentials(provider, sms)}
    client = made(**{"patience": patience, **from_it, **changes})
    try:
        yield Desk(kind, client)
    finally:
        closing = client.close()
        if closing is not None:
            await closing


def number(provider: str) -> str:
    return RUSSIAN if provider == "smscenter" else GEORGIAN


def no_id(provider: str) -> dict[str, None]:
    """The option by which a send has no id of its own: none is made for it."""
    return {"smsoffice": {"reference": None}, "smscenter": {"id": None}}.get(provider, {})


def own_id(provider: str, id: str) -> dict[str, str]:
    """The option by which a send is called something of our own; uBill has none."""
    return {"smsoffice": {"reference": id}, "smscenter": {"id": id}}.get(provider, {})
