"""What `run`, `env` and `ca` share: the authority, and the changes of an environment that lead a program here."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from emulator.interception.files import lay
from emulator.interception.variables import LOOPBACK, Addresses, led_here
from emulator.providers import found
from emulator.providers.names import domains, names
from emulator.tls.authority import kept_in, today
from emulator.tls.folders import folder

if TYPE_CHECKING:
    from emulator.tls.authority import Authority

CA_PATH, HEALTH_PATH = "/_emulator/ca.pem", "/_emulator/health"
_SECONDS = 10


def authority(ca_dir: str | None) -> "Authority":
    """The authority of this machine's user. Raises AuthorityError."""
    return kept_in(folder(ca_dir), domains(found().values()), today())


def changes(
    addresses: Addresses, pem: bytes, ca_dir: str | None, environment: Mapping[str, str], url: str | None = None,
    ways: bool = True,
) -> dict[str, str | None]:  # fmt: skip
    """What leads a program to an emulator at these addresses. `url`: of one elsewhere, whose files lie by themselves.
    Raises OSError when the files cannot be written."""
    where = folder(ca_dir) / ("intercept" if url is None else f"intercept-{_plain(url)}")
    providers = found().values()
    led = {port: spoken for provider in providers for host in provider.hosts for port, spoken in host.ports.items()
           if spoken != "smtp"}  # fmt: skip
    return led_here(addresses, lay(where, pem, environment), domains(providers), led, environment, ways)


def asked_of(url: str) -> tuple[bytes, Addresses]:
    """The authority of an emulator that runs elsewhere, PEM, and where that one is reached. Raises OSError."""
    told = json.loads(_fetched(url, HEALTH_PATH))
    return _fetched(url, CA_PATH), Addresses(url, _beside(url, told.get("smpp")), _beside(url, told.get("smpps")))


def _fetched(url: str, path: str) -> bytes:
    with build_opener(ProxyHandler({})).open(url.rstrip("/") + path, timeout=_SECONDS) as answer:
        content: bytes = answer.read(1 << 20)
        return content


def _beside(url: str, told: str | None) -> tuple[str, int] | None:
    """An address on the host where HTTP is: who listens in a container knows his own loopback alone."""
    port = urlsplit(told or "").port
    return (urlsplit(url).hostname or LOOPBACK[0], port) if port else None


def hosts_led() -> tuple[str, ...]:
    """Every name of every provider, for a hosts file."""
    return names(found().values())


def _plain(url: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in url.partition("://")[2] or url)[:80]
