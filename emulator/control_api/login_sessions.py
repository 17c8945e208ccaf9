"""Who is logged in at the page, and how often somebody may guess. Both forget, and neither grows without end."""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from ipaddress import IPv6Address, ip_network

from emulator.control_api.refusal import Refusal
from emulator.net import hosts

LASTS = 12 * 3600.0
"""Real seconds after its last use that a log-in is forgotten."""
_MOST_LOGINS = 1000
_MOST_ENDED = 10_000
FREE = 20
"""Wrong tokens in a row that an address may send; then one more each second."""
_MOST_ADDRESSES = 10_000


class LoginSessions:
    """A log-in is a value that says since when, signed by a key: who has the same one knows what others gave out. Kept,
    as digests, is when each was last used here, and which were ended. `now`: seconds, the same for all who share."""

    def __init__(self, now: Callable[[], float]) -> None:
        own = secrets.token_bytes(32)
        self.key: Callable[[], bytes] = lambda: own
        self._now = now
        self._used: OrderedDict[bytes, float] = OrderedDict()
        self._ended: OrderedDict[bytes, None] = OrderedDict()

    def begin(self) -> str:
        """A new cookie's value."""
        said = f"{int(self._now())}.{secrets.token_urlsafe(24)}"
        return f"{said}.{self._signature(said)}"

    def has(self, value: str) -> bool:
        """Is it the value of a log-in that still holds?"""
        said, _, signature = value.rpartition(".")
        if not hmac.compare_digest(_digest(signature), _digest(self._signature(said))):
            return False
        key = _digest(value)
        last = self._used.pop(key, float(said.partition(".")[0]))
        if key in self._ended or self._now() - last > LASTS:
            return False
        self._used[key] = self._now()
        if len(self._used) > _MOST_LOGINS:
            self._used.popitem(last=False)
        return True

    def end(self, value: str) -> None:
        if self.has(value):
            self._ended[_digest(value)] = None
            if len(self._ended) > _MOST_ENDED:
                self._ended.popitem(last=False)

    def _signature(self, said: str) -> str:
        return hmac.digest(self.key(), said.encode("utf-8", "replace"), "sha256").hex()


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
