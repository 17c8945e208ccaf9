"""The commands `env` and `ca`, and what `run` shares with them: authority, files, variables."""

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import ProxyHandler, build_opener

from emulator.interception.files import lay
from emulator.interception.shells import SHELLS
from emulator.interception.variables import Addresses, led_here
from emulator.providers import found
from emulator.providers.names import domains, names
from emulator.tls.authority import AuthorityError, kept_in, today
from emulator.tls.folders import data_folder
from emulator.tls.trust import trusted

if TYPE_CHECKING:
    from emulator.tls.authority import Authority

CA_PATH = "/_emulator/ca.pem"
_SECONDS = 10


def authority(ca_dir: str | None) -> "Authority":
    """The authority of this machine's user. Raises AuthorityError."""
    return kept_in(folder(ca_dir), domains(found().values()), today())


def folder(ca_dir: str | None) -> Path:
    """Where the authority and the files made of it lie."""
    return Path(ca_dir) if ca_dir else data_folder()


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


def asked_of(url: str) -> bytes:
    """The authority of an emulator that runs elsewhere, PEM. Raises OSError."""
    with build_opener(ProxyHandler({})).open(url.rstrip("/") + CA_PATH, timeout=_SECONDS) as answer:
        content: bytes = answer.read(1 << 20)
        return content


def env(arguments: argparse.Namespace) -> int:
    """Print the variables that lead a program here."""
    try:
        pem = asked_of(arguments.url) if arguments.url else authority(arguments.ca_dir).pem
        smpp = ("127.0.0.1", arguments.smpp_port)
        tls = ("127.0.0.1", arguments.smpp_tls_port) if arguments.smpp_tls_port else None
        here = Addresses(arguments.url or f"http://127.0.0.1:{arguments.port}", smpp, tls)
        sys.stdout.write(SHELLS[arguments.shell](changes(here, pem, arguments.ca_dir, os.environ, arguments.url)))
    except (AuthorityError, ImportError, OSError) as wrong:
        return _complain(str(wrong))
    return 0


def ca(arguments: argparse.Namespace) -> int:
    """Print the authority's certificate, a bundle with it, or a certificate that it issues; or write a trust store."""
    from emulator.interception.variables import TRUSTSTORE_PASSWORD
    from emulator.tls.authority import truststore

    try:
        ours = authority(arguments.ca_dir)
        bundle = "\n".join([*trusted(os.environ), ours.pem.decode()])
        if arguments.issue:
            sys.stdout.write(ours.issue(arguments.issue, today()).pem.decode())
        elif arguments.truststore:
            Path(arguments.truststore).write_bytes(truststore(bundle.encode("latin-1"), TRUSTSTORE_PASSWORD))
            print(f"wrote {arguments.truststore}: PKCS12, password {TRUSTSTORE_PASSWORD}", file=sys.stderr)
        else:
            sys.stdout.write(bundle if arguments.bundle else ours.pem.decode())
    except (AuthorityError, ImportError, OSError) as wrong:
        return _complain(str(wrong))
    return 0


def hosts_led() -> tuple[str, ...]:
    """Every name of every provider, for a hosts file."""
    return names(found().values())


def _plain(url: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in url.partition("://")[2] or url)[:80]


def _complain(text: str) -> int:
    print(f"sms-emulator: {text}", file=sys.stderr)
    return 1
