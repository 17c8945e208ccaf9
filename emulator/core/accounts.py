"""A customer's account with one provider, as data, and the changes that an admin command may make to it."""

from collections.abc import Callable
from itertools import count
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from emulator.core.units import Timestamp, amount

SenderState = Literal["active", "pending", "refused"]


class Sender(msgspec.Struct):
    """A name that may stand as the sender of a message (uBill calls it a brand)."""

    id: int
    name: str
    state: SenderState = "active"
    created_at: Timestamp = 0


class Account(msgspec.Struct, kw_only=True):
    """One account. `credentials` by the provider's own words (key; login, psw, apikey; system_id, password; ...)."""

    provider: str
    credentials: dict[str, str]
    balance: int
    senders: dict[str, Sender] = {}
    """By name."""
    stoplist: dict[str, bool] = {}
    """Numbers that asked not to be written to (a dict, so that its order is the same everywhere)."""
    callback_url: str | None = None
    """None: the built-in sink. "": none, no callbacks."""
    api_access: bool = True
    allowed_ips: list[str] = []
    """Empty: any."""
    blocked: bool = False
    switches: dict[str, Any] = {}
    limits: dict[str, int] = {}
    limits_off: bool = False
    prices: dict[str, int] = {}
    spent: int = 0


Amount = Annotated[float, Meta(ge=0, le=10**12)]
"""Messages or roubles, as people write them."""
Name = Annotated[
    str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,100}(?![\s\S])", description="1 to 100 characters, none a control one")
]  # fmt: skip
"""Of a sender. What a provider makes of it is its own: a name that is there is served."""
Most = Annotated[int, Meta(ge=0, le=2**31 - 1)]
"""A limit: so many, or so many seconds."""


class SenderPatch(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: Name
    state: SenderState = "active"


class AccountPatch(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an admin command may change: the body of PATCH, and an account in a scenario. Lists replace."""

    balance: Amount | UnsetType = UNSET
    stoplist: list[str] | UnsetType = UNSET
    senders: list[Name | SenderPatch] | UnsetType = UNSET
    callback_url: str | UnsetType | None = UNSET
    api_access: bool | UnsetType = UNSET
    allowed_ips: list[str] | UnsetType = UNSET
    blocked: bool | UnsetType = UNSET
    switches: dict[str, Any] | UnsetType = UNSET
    limits: Literal["off"] | dict[str, Most] | UnsetType = UNSET
    prices: dict[str, Amount] | UnsetType = UNSET


def apply(patch: AccountPatch, account: Account, at: Timestamp, listed: Callable[[str, Account], str]) -> None:
    """Change the account; switches and prices are merged, lists replaced. The caller has checked the words. `listed`:
    a number of the stop list as messages are looked up in it (core/profile.py)."""
    if patch.balance is not UNSET:
        account.balance = amount(patch.balance)
    if patch.senders is not UNSET:
        account.senders = _senders(patch.senders, account, at)
    for name in ("callback_url", "api_access", "allowed_ips", "blocked"):
        value = getattr(patch, name)
        if value is not UNSET:
            setattr(account, name, value)
    if patch.switches is not UNSET:
        account.switches = {**account.switches, **patch.switches}
    if patch.stoplist is not UNSET:
        account.stoplist = {listed(number, account): True for number in patch.stoplist}
    if patch.limits is not UNSET:
        account.limits_off = patch.limits == "off"
        account.limits = {} if patch.limits == "off" else {**account.limits, **patch.limits}
    if patch.prices is not UNSET:
        account.prices = {**account.prices, **{name: amount(price) for name, price in patch.prices.items()}}


def _senders(given: list[str | SenderPatch], account: Account, at: Timestamp) -> dict[str, Sender]:
    """A name that stays keeps its id; a new one gets its place in the list, or the next id that is free."""
    specs = [SenderPatch(name=entry) if isinstance(entry, str) else entry for entry in given]
    taken = {account.senders[spec.name].id for spec in specs if spec.name in account.senders}
    senders: dict[str, Sender] = {}
    for place, spec in enumerate(specs, 1):
        known = account.senders.get(spec.name) or senders.get(spec.name)
        number = known.id if known else next(n for n in count(place) if n not in taken)
        taken.add(number)
        created_at = known.created_at if known else at
        senders[spec.name] = Sender(id=number, name=spec.name, state=spec.state, created_at=created_at)
    return senders
