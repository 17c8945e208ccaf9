"""What a sandbox is made of: the options of whoever asks for one, checked and completed into a specification."""

import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice
from typing import Annotated, Any, Literal

import msgspec

from emulator.clock import real_now
from emulator.core.accounts import AccountPatch
from emulator.core.units import LATEST, SECOND, Timestamp
from emulator.providers.base import Provider
from emulator.scenarios.scenario import Scenario

DEFAULT = "default"
"""The sandbox that is always there."""

_LETTERS = b"abcdefghijkmnpqrstuvwxyz23456789"
_EVENLY = _LETTERS * (256 // len(_LETTERS))
_id = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,99}").fullmatch
"""What may name a sandbox: it stands in addresses just as it is."""
_LONGEST = 200
"""Characters of a credential."""
LONGEST_TTL = 3_153_600_000
"""A hundred years, in seconds."""


class SandboxSpec(msgspec.Struct, kw_only=True):
    """Everything a sandbox is made of, so that it can be made again."""

    id: str
    scenario: Scenario
    """With which it begins, and again after a reset."""
    seed: int
    began: Timestamp | None
    """Where its clock starts; None: at the real moment, whenever it is made."""
    rate: float
    credentials: dict[str, dict[str, str]]
    patches: dict[str, AccountPatch]
    """By provider, on top of what the scenario says."""
    ttl: float | None = None
    """Real seconds after its last use when it is forgotten."""


DATE_TIME = msgspec.Meta(extra_json_schema={"format": "date-time"})
"""Said of moments in the description of the control API."""


Seed = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""Of chance; as large as JSON carries it everywhere."""
Rate = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
"""Seconds of sandbox time in a real one."""


class ClockWish(msgspec.Struct, forbid_unknown_fields=True):
    now: Annotated[datetime, DATE_TIME] | None = None
    rate: Rate = 1.0


class NewSandbox(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /_emulator/sandboxes. What is left out is as in the sandbox `default`."""

    id: str | None = None
    scenario: str | dict[str, Any] | None = None
    seed: Seed | None = None
    clock: Literal["real", "frozen"] | ClockWish = "real"
    balance: float | dict[str, float] | None = None
    callback_url: str | dict[str, str] | None = None
    stoplist: list[str] | dict[str, list[str]] | None = None
    accounts: dict[str, dict[str, Any]] = {}
    ttl: float | None = None
    file: dict[str, msgspec.Raw] | None = msgspec.field(default=None, name="import")
    """What `export` of another sandbox wrote; it decides all but id, credentials, callback_url and ttl."""


class InvalidOptions(Exception):
    """A wish that cannot be granted: what was wrong, and what may stand there."""

    def __init__(self, message: str, hint: str = "", code: str = "invalid") -> None:
        super().__init__(message)
        self.hint = hint
        self.code = code


def token(length: int) -> str:
    """Random letters and digits. Never from a sandbox's seed: two sandboxes of one seed need different ones."""
    return secrets.token_bytes(length).translate(_EVENLY).decode()


def moment(at: datetime) -> Timestamp:
    """A moment of an ISO 8601 time. Raises Bad without a zone, or for a year that no clock shows."""
    if at.tzinfo is None:
        raise InvalidOptions(f"the time {at.isoformat()} has no zone", "write for example 2026-11-21T12:00:00Z")
    found = round(at.timestamp() * SECOND)
    if not 0 <= found <= LATEST:
        raise InvalidOptions(
            f"the time {at.isoformat()} is out of range", "a clock may stand between 1970-01-01 and 9000-01-01"
        )
    return found


def _named(given: str | None) -> str:
    """The id of a new sandbox. Raises Bad."""
    if given is None:
        return token(8)
    if _id(given):
        return given
    better = re.sub(r"[^A-Za-z0-9._~-]+", "-", given[:200]).strip("-._~")[:100]
    shown = f"{given[:60]}…" if len(given) > 60 else given
    raise InvalidOptions(
        f"{shown!r} cannot name a sandbox: an id begins with a letter or digit, has letters, digits and - _ . ~, and "
        "at most 100 of them",
        f"{better} would do" if better else "leave it out to get a random one",
    )  # fmt: skip


def random_credentials(provider: Provider) -> dict[str, str]:
    """Fresh credentials for an account."""
    lengths = provider.credential_lengths
    letters = iter(token(sum(lengths.values())))
    fresh = {name: "".join(islice(letters, length)) for name, length in lengths.items()}
    return {**fresh, **provider.fixed_credentials}


def specification(
    wish: NewSandbox, providers: Mapping[str, Provider], base: SandboxSpec,
    scenario: Callable[[str | dict[str, Any]], Scenario],
    patch: Callable[[str, dict[str, Any]], AccountPatch],
) -> SandboxSpec:  # fmt: skip
    """A wish made whole. `base` is the default sandbox's specification; `scenario` and `patch` check what they are
    given.

    Raises Bad.
    """
    play = base.scenario if wish.scenario is None else scenario(wish.scenario)
    seed = wish.seed if wish.seed is not None else play.seed if play.seed is not None else base.seed
    began, rate = _clock(wish.clock)
    if wish.ttl is not None and not 0 < wish.ttl <= LONGEST_TTL:
        raise InvalidOptions("ttl must be more than 0 seconds, and at most a hundred years")
    name_of_it = _named(wish.id)
    credentials, patches = {}, {}
    for name, value in (*_by_provider(wish, providers).items(), *wish.accounts.items()):
        if name not in providers:
            raise InvalidOptions(f"there is no provider {name!r}", f"there are {', '.join(providers)}")
        if not isinstance(value, dict):
            raise InvalidOptions(f"accounts.{name} must be an object")
    simple = _by_provider(wish, providers)
    for name, provider in providers.items():
        given = dict(wish.accounts.get(name, {}))
        names = {*provider.credential_lengths, *provider.fixed_credentials, *provider.credential_aliases}
        nested = {k: v for value in given.values() if isinstance(value, dict) for k, v in value.items() if k in names}
        own = {**{k: given.pop(k) for k in list(given) if k in names}, **nested}
        given = {k: v for k, v in given.items() if not (isinstance(v, dict) and v.keys() & names)}
        for word, text in own.items():
            if not isinstance(text, str) or not text:
                raise InvalidOptions(f"accounts.{name}.{word} must be a text of at least one character")
            if len(text) > _LONGEST or not text.isprintable():
                raise InvalidOptions(f"accounts.{name}.{word} may have {_LONGEST} characters, all of them printable")
        made = {**random_credentials(provider), **own}
        credentials[name] = {**{alias: made[word] for alias, word in provider.credential_aliases.items()}, **made}
        patches[name] = _inherit(base.patches.get(name), patch(name, {**simple[name], **given}))
    return SandboxSpec(
        id=name_of_it, scenario=play, seed=seed, began=began, rate=rate, credentials=credentials,
        patches=patches, ttl=wish.ttl,
    )  # fmt: skip


def _clock(wish: Literal["real", "frozen"] | ClockWish) -> tuple[Timestamp | None, float]:
    if wish == "real":
        return None, 1.0
    if wish == "frozen":
        return real_now(), 0.0
    assert isinstance(wish, ClockWish)
    if wish.now is None:
        return None if wish.rate == 1 else real_now(), wish.rate
    return moment(wish.now), wish.rate


def _by_provider(wish: NewSandbox, providers: Mapping[str, Provider]) -> dict[str, dict[str, Any]]:
    """`balance`, `callback_url` and `stoplist`, for each provider; one value goes for all."""
    out: dict[str, dict[str, Any]] = {name: {} for name in providers}
    for word in ("balance", "callback_url", "stoplist"):
        value = getattr(wish, word)
        if isinstance(value, dict):
            for name, one in value.items():
                if name not in providers:
                    raise InvalidOptions(f"{word}: there is no provider {name!r}", f"there are {', '.join(providers)}")
                out[name][word] = one
        elif value is not None:
            for one in out.values():
                one[word] = value
    return out


def _inherit(base: AccountPatch | None, own: AccountPatch) -> AccountPatch:
    """New sandboxes have the default one's prices and limits unless told otherwise."""
    if base is None:
        return own
    for word in ("prices", "limits"):
        inherited, said = getattr(base, word), getattr(own, word)
        if inherited is not msgspec.UNSET and said is msgspec.UNSET:
            setattr(own, word, inherited)
    return own
