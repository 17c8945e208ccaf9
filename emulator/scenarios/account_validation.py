"""Accounts held against the vocabulary: switches, limits, prices; and values that no account can have.

What is looked at is plain data that may have other mistakes: only what has the right type is judged.
"""

from collections.abc import Callable, Iterator
from typing import Any

from emulator.scenarios.problems import Path, Problem, shown
from emulator.scenarios.vocabulary import ProviderWords, Vocabulary, mapping, unknown

URL = 'an http:// or https:// URL, "" for no callbacks, null for the built-in sink'


def about_accounts(vocabulary: Vocabulary, accounts: Any, path: Path = ()) -> Iterator[Problem]:
    """Complaints about accounts by provider."""
    if not isinstance(accounts, dict):
        return
    for name, account in accounts.items():
        if name not in vocabulary.providers:
            yield unknown((*path, name), str(name), vocabulary.providers, "provider", key=True)
        yield from about_account(vocabulary, account, (*path, name), name)


def about_account(
    vocabulary: Vocabulary, account: Any, path: Path = (), provider: str | None = None
) -> Iterator[Problem]:
    """Complaints about one account; about switches, limits and prices only when its provider is known."""
    if not isinstance(account, dict):
        return
    for key, complaint in _VALUES.items():
        if key in account:
            yield from complaint(account[key], (*path, key))
    words = vocabulary.providers.get(provider) if provider is not None else None
    if words is not None:
        yield from _about_names(words, account, path)


def _about_names(words: ProviderWords, account: dict[str, Any], path: Path) -> Iterator[Problem]:
    names: tuple[tuple[str, Any, str], ...] = (
        ("switches", words.switches, "switch"), ("limits", words.limits, "limit"), ("prices", words.prices, "price"),
    )  # fmt: skip
    for key, known, what in names:
        for name, value in mapping(account, key).items():
            here = (*path, key, name)
            if name not in known:
                yield unknown(here, str(name), known, what, key=True)
            elif key == "switches":
                wrong = words.switches[name].complaint(value)
                if wrong is not None:
                    yield Problem(here, found=shown(value), allowed=wrong.removeprefix("may be ").removeprefix("is "))


def _about_stoplist(numbers: Any, path: Path) -> Iterator[Problem]:
    for index, number in enumerate(numbers if isinstance(numbers, list) else ()):
        if isinstance(number, str) and ("*" in number or not any(c.isdigit() for c in number)):
            hint = "for a pattern, use a rule that refuses with the reason stop-listed"
            yield Problem((*path, index), found=shown(number), allowed="a number in full", hint=hint)


def _about_callback_url(url: Any, path: Path) -> Iterator[Problem]:
    if url:
        yield from about_url(url, path, URL)


def about_url(url: Any, path: Path, allowed: str) -> Iterator[Problem]:
    """Complaints about what should be the URL of an endpoint."""
    if isinstance(url, str) and not _is_http(url):
        yield Problem(path, found=shown(url), allowed=allowed)


def _writable(url: str) -> bool:
    return url.isprintable() and " " not in url


def _is_http(url: str) -> bool:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not host.isascii():
            host.encode("idna")
        return parts.scheme in ("http", "https") and bool(host) and parts.port != 0 and _writable(url)
    except ValueError:
        return False


def _about_ips(addresses: Any, path: Path) -> Iterator[Problem]:
    from ipaddress import ip_address

    for index, address in enumerate(addresses if isinstance(addresses, list) else ()):
        try:
            if isinstance(address, str):
                ip_address(address)
        except ValueError:
            yield Problem((*path, index), found=shown(address), allowed="an address such as 127.0.0.1 or ::1")


_VALUES: dict[str, Callable[[Any, Path], Iterator[Problem]]] = {
    "stoplist": _about_stoplist, "callback_url": _about_callback_url, "allowed_ips": _about_ips,
}  # fmt: skip
