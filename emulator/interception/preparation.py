"""What `run`, `env` and `ca` share: the authority, and the changes of an environment that lead a program here."""

import json
from collections.abc import Mapping
from hashlib import sha256
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from emulator.interception.files import lay
from emulator.interception.variables import LOOPBACK, Addresses, led_here, ports_led
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
    addresses: Addresses, pem: bytes, ca_dir: str | None, environment: Mapping[str, str], ways: bool = True
) -> dict[str, str | None]:
    """What leads a program to an emulator at these addresses, whose authority (PEM) it trusts then. The files for each
    authority lie by themselves. Raises OSError when they cannot be written."""
    laid = lay(folder(ca_dir) / f"intercept-{sha256(pem).hexdigest()[:16]}", pem, environment)
    return led_here(addresses, laid, led_hosts(), _ports(), environment, ways)


def led_hosts() -> tuple[str, ...]:
    """The providers' names; those below them are led too."""
    return domains(found().values())


def led_ports(addresses: Addresses) -> dict[str, tuple[str, int]]:
    """Where the real ports lead."""
    return ports_led(addresses, _ports())


def _ports() -> dict[int, str]:
    """What the real ports speak."""
    return dict(spoken for provider in found().values() for host in provider.hosts for spoken in host.ports.items())


def asked_of(url: str) -> tuple[bytes, Addresses]:
    """The authority of an emulator that runs elsewhere, PEM, and where that one is reached. Raises ConnectionError."""
    try:
        told = dict(json.loads(_fetched(url, HEALTH_PATH)))
    except (TypeError, ValueError):
        raise ConnectionError(f"what answers at {url} is no emulator") from None
    return _fetched(url, CA_PATH), Addresses(url, *(_beside(url, told.get(name)) for name in ("smpp", "smpps", "smtp")))


def _fetched(url: str, path: str) -> bytes:
    try:
        with build_opener(ProxyHandler({})).open(url.rstrip("/") + path, timeout=_SECONDS) as answer:
            content: bytes = answer.read(1 << 20)
            return content
    except HTTPError as no:
        with no:
            why = f"HTTP {no.code} for {path}"
    except (HTTPException, OSError, ValueError) as error:
        why = str(getattr(error, "reason", "") or error or type(error).__name__)
    raise ConnectionError(
        f"no emulator answers at {url}: {why.strip()}; start one with `sms-emulator serve`, which prints its address, "
        "such as http://127.0.0.1:8775"
    )


def _beside(url: str, told: str | None) -> tuple[str, int] | None:
    """An address on the host where HTTP is: who listens in a container knows his own loopback alone."""
    port = urlsplit(told or "").port
    return (urlsplit(url).hostname or LOOPBACK[0], port) if port else None


def hosts_led() -> tuple[str, ...]:
    """Every name of every provider, for a hosts file."""
    return names(found().values())
