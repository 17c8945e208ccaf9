"""Hosts as people and browsers write them: names, addresses, the header Host. No I/O."""

import ipaddress
import re
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_HEADER = re.compile(r"(\[[0-9a-f:.%]+\]|[^\s:@/?#\[\]\\]+)(?::\d*)?", re.IGNORECASE)


def plain(host: str) -> str:
    """A host as it is compared: lower case, without the last dot and brackets, letters beyond ASCII as DNS has them."""
    host = host.strip().lower().removesuffix(".").removeprefix("[").removesuffix("]")
    if host.isascii():
        return host
    from yarl import URL  # as a callback's URL is written; serving waits for no client

    try:
        return URL.build(scheme="http", host=host).raw_host or host
    except ValueError:
        return host


def address(text: str) -> Address | None:
    """The address that a text is; one of IPv4 in the dress of IPv6 is itself."""
    try:
        found = ipaddress.ip_address(plain(text))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def is_name(text: str) -> bool:
    """Could DNS know it? Not what looks like an address."""
    return _NAME.fullmatch(text) is not None and not text.replace(".", "").isdigit()


def of_header(host: str) -> str | None:
    """The plain host of a header Host, its port left out; None when it is no such thing."""
    found = _HEADER.fullmatch(host.strip())
    return plain(found[1]) if found else None


def is_loopback(host: str) -> bool:
    """Does a plain host mean the machine that asks? No name below localhost can be anybody else's."""
    found = address(host)
    return host == "localhost" or host.endswith(".localhost") if found is None else found.is_loopback


def read_pattern(text: str) -> str:
    """A host that somebody names, `*.` and a host for all below it, or `*` for every one. Raises ValueError."""
    if text == "*":
        return text
    below = text.strip().startswith("*.")
    return f"*.{read(text.strip()[2:])}" if below else read(text)


def is_below(domains: Iterable[str], host: str) -> bool:
    """Is a plain host one of some domains, or below one?"""
    return any(host == one or host.endswith(f".{one}") for one in domains)


def matches(pattern: str, host: str) -> bool:
    """Does what `read_pattern` gave back hold for a plain host?"""
    return pattern == "*" or host == pattern or (pattern.startswith("*.") and host.endswith(pattern[1:]))


def read(text: str) -> str:
    """A host that somebody names, in its plain form. Raises ValueError, saying what may stand there."""
    host = plain(text)
    if address(host) is not None or is_name(host):
        return host
    bare = of_header(text.partition("://")[2].partition("/")[0] or text)
    meant = f"; {bare} alone is wanted" if bare and bare != host and (is_name(bare) or address(bare)) else ""
    raise ValueError(f"{text!r} is no host name and no address{meant}")
