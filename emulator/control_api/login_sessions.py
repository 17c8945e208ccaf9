"""Who is logged in at the page, and how often somebody may guess. Both forget, and neither grows without end."""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from ipaddress import IPv6Address, ip_network
from typing import Protocol

from emulator.control_api.refusal import Refusal
from emulator.net import hosts
from emulator.sandboxes.change_log import NotPersisted

LASTS = 12 * 3600.0
"""Real seconds after its last use that a log-in is forgotten."""
_FRESH = 10.0
"""Real seconds after which those who share log-ins are asked again whether one was ended."""
_MOST_LOGINS = 1000
_MOST_ENDED = 10_000
FREE = 20
"""Wrong tokens in a row that an address may send; then one more each second."""
_MOST_ADDRESSES = 10_000


class LogOuts(Protocol):
    """What those who share log-ins know of those that were ended, by their digests. Both raise NotPersisted."""

    async def log_out(self, log_in: bytes, lasts: float) -> None:
        """It is ended; after so many seconds it is worth nothing anyway."""

    async def logged_out(self, log_in: bytes) -> bool: ...


class LoginSessions:
    """A log-in is a value that says since when, signed by a key: who has the same one knows what others gave out. Kept,
    as digests, is when each was last used here and `shared` last asked about it, and which were ended. `now`: seconds,
    the same for all who share."""

    def __init__(self, now: Callable[[], float]) -> None:
        own = secrets.token_bytes(32)
        self.key: Callable[[], bytes] = lambda: own
        self.shared: LogOuts | None = None
        self._now = now
        self._used: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._ended: OrderedDict[bytes, None] = OrderedDict()

    def begin(self) -> str:
        """A new cookie's value."""
        said = f"{int(self._now())}.{secrets.token_urlsafe(24)}"
        return f"{said}.{self._signature(said)}"

    def holds(self, value: str) -> bool:
        """Is it the value of a log-in that still holds, as far as is known here?"""
        said, _, signature = value.rpartition(".")
        if not hmac.compare_digest(_digest(signature), _digest(self._signature(said))):
            return False
        key = _digest(value)
        last = self._used[key][0] if key in self._used else float(said.partition(".")[0])
        return key not in self._ended and self._now() - last <= LASTS

    async def has(self, value: str) -> bool:
        """The same as far as is known anywhere; it is used. Raises Refusal when it cannot be found out."""
        if not self.holds(value):
            return False
        key, now = _digest(value), self._now()
        asked = self._used[key][1] if key in self._used else 0.0
        if self.shared is not None and now - asked > _FRESH:
            asked = now
            with _unknown():
                if await self.shared.logged_out(key):
                    self._forget(key)
        if key in self._ended:
            return False
        self._used.pop(key, None)
        self._used[key] = now, asked
        if len(self._used) > _MOST_LOGINS:
            self._used.popitem(last=False)
        return True

    async def end(self, value: str) -> None:
        """Raises Refusal when it cannot be told to those who share it."""
        if await self.has(value):
            if self.shared is not None:
                with _unknown():
                    await self.shared.log_out(_digest(value), 2 * LASTS)
            self._forget(_digest(value))

    def _forget(self, key: bytes) -> None:
        self._ended[key] = None
        if len(self._ended) > _MOST_ENDED:
            self._ended.popitem(last=False)

    def _signature(self, said: str) -> str:
        return hmac.digest(self.key(), said.encode("utf-8", "replace"), "sha256").hex()


@contextmanager
def _unknown() -> Iterator[None]:
    try:
        yield
    except NotPersisted as trouble:
        raise Refusal(503, "no-database", str(trouble), "ask again in a moment, or send the token") from None


class Tries:
    """Wrong tokens by address: a bucket that a second empties by one."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._full: OrderedDict[str, float] = OrderedDict()
        """The moment when an address has nothing against it any more."""

    def let_try(self, peer: str) -> None:
        """Raises Refusal, whatever the token: else who guesses would learn from it."""
        left = self._full.get(_neighbours(peer), 0.0) - self._now()
        if left >= FREE:
            raise Refusal(
                429, "too-many-tries", f"too many wrong tokens came from {peer}",
                "look where the wrong one is set, then try again in a moment", retry_after=1,
            )  # fmt: skip

    def failed(self, peer: str) -> None:
        key = _neighbours(peer)
        self._full[key] = max(self._full.pop(key, 0.0), self._now()) + 1.0
        if len(self._full) > _MOST_ADDRESSES:
            self._full.popitem(last=False)


def _neighbours(peer: str) -> str:
    """The address; of IPv6 the network that one customer has."""
    found = hosts.address(peer)
    return str(ip_network((int(found) >> 64 << 64, 64))) if isinstance(found, IPv6Address) else peer


def _digest(value: str) -> bytes:
    return sha256(value.encode("utf-8", "replace")).digest()
