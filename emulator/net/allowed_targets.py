"""Whereto the emulator may connect: loopback and private addresses, and what --callback-allow names besides. No I/O:
whoever connects asks about the very address that the connection goes to.
"""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from emulator.net import hosts
from emulator.net.hosts import Address, address, is_name, plain

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_OPEN = tuple(map(ipaddress.ip_network, (
    "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7",
)))  # fmt: skip
_NEVER: tuple[tuple[Network, str], ...] = tuple((ipaddress.ip_network(network), why) for network, why in (
    ("0.0.0.0/8", "which is nobody's address; this machine is 127.0.0.1"),
    ("::/128", "which is nobody's address; this machine is ::1"),
    ("224.0.0.0/4", "a multicast address"), ("ff00::/8", "a multicast address"), ("240.0.0.0/4", "a reserved address"),
))  # fmt: skip
"""Refused whatever is named."""
_CLOUD = "where a cloud's own services answer"
_GUARDED: tuple[tuple[Network, str], ...] = tuple((ipaddress.ip_network(network), why) for network, why in (
    ("169.254.0.0/16", "a link-local address, where clouds keep their machines' keys"),
    ("fe80::/10", "a link-local address"), ("100.100.100.200/32", _CLOUD), ("168.63.129.16/32", _CLOUD),
    ("192.0.0.192/32", _CLOUD), ("fd00:ec2::/32", _CLOUD), ("fd20:ce::/32", _CLOUD),
    ("64:ff9b:1::/48", "an address that a translator stands for"),
))  # fmt: skip
"""Open only to who names the address, or a network that has nothing else: no host name does, no wider one, not *."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
GRAMMAR = "an address (10.1.2.3), a network (10.0.0.0/8), a host name (example.com), *.example.com, or * for everything"


class NotAllowed(OSError):
    """The emulator does not connect there; the text says why and what would open it."""


class Targets:
    """Judges addresses. `named`: what --callback-allow says, each as `read` takes it."""

    def __init__(self, named: Iterable[str] = ()) -> None:
        self._networks: list[Network] = []
        self._names: set[str] = set()
        self._below: list[str] = []
        self._all = False
        for one in map(read, named):
            network = _network(one)
            if network is not None:
                self._networks.append(network)
            elif one == "*":
                self._all = True
            elif one.startswith("*."):
                self._below.append(one[1:])
            else:
                self._names.add(one)

    def refusal(self, host: str, at: str) -> str | None:
        """Why nothing is sent to an address that a host was resolved to; None when it may be."""
        found = address(at)
        shown = f"{host} is {at}" if address(host) != found else at
        if found is None:
            return f"{shown}, which is no address"
        both = (found, *_inside(found))
        for network, why in _NEVER:
            if any(one in network for one in both):
                return f"{shown}, {why}: nothing is sent there"
        named = [network for network in self._networks if found in network]
        for network, why in _GUARDED:
            if any(one in network for one in both) and not any(_within(one, network) for one in named):
                only = f"only --callback-allow {found} opens it: a host name, a wider network or * does not"
                return f"{shown}, {why}; {only}"
        if named or self._knows(host) or any(found in network for network in _OPEN):
            return None
        return (
            f"{shown}, which is neither loopback nor private, and --callback-allow does not name it; "
            f"--callback-allow {plain(host)} opens it"
        )

    def foreseen(self, url: str | None) -> str | None:
        """The same of a URL, as far as it can be told without looking a name up."""
        host = urlsplit(url).hostname if url else None
        return None if host is None or address(host) is None else self.refusal(host, host)

    def _knows(self, host: str) -> bool:
        name = plain(host)
        return self._all or name in self._names or any(name.endswith(end) for end in self._below)


class Everywhere(Targets):
    """For a URL that somebody gave themselves, to be called now and by nobody else."""

    def refusal(self, host: str, at: str) -> str | None:
        return None


def read(text: str) -> str:
    """One word of --callback-allow in its plain form. Raises ValueError, saying what may stand there."""
    word = plain(text)
    if word == "*" or _network(word) is not None or is_name(word.removeprefix("*.")):
        return word
    first, slash, rest = word.partition("/")
    if slash and address(first) is not None:
        try:
            meant = ipaddress.ip_network(word, strict=False)
        except ValueError:
            raise ValueError(f"{text!r} is not a network; {rest!r} is not a number of bits") from None
        raise ValueError(f"{text!r} has bits set beyond its mask; the network is {meant}")
    try:
        hosts.read(text)
    except ValueError as error:
        raise ValueError(f"{error}; there may stand {GRAMMAR}") from None
    return word


def _network(text: str) -> Network | None:
    try:
        found = ipaddress.ip_network(text)
    except ValueError:
        return None
    mapped = getattr(found.network_address, "ipv4_mapped", None)
    return found if mapped is None or found.prefixlen < 96 else ipaddress.ip_network((mapped, found.prefixlen - 96))


def _within(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and outer.supernet_of(inner)  # type: ignore[arg-type]


def _inside(found: Address) -> tuple[Address, ...]:
    """The address of IPv4 that one of IPv6 stands for, where a translator or tunnel makes it so."""
    if isinstance(found, ipaddress.IPv4Address) or int(found) < 2:
        return ()
    if found in _NAT64 or found in _COMPATIBLE:
        return (ipaddress.IPv4Address(int(found) & 0xFFFFFFFF),)
    tunnelled = found.sixtofour or (found.teredo[1] if found.teredo else None)
    return () if tunnelled is None else (tunnelled,)
