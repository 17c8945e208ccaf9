"""The environment that leads a program here: one table, a row for each variable, with whom it is for.

Most of these variables replace what a program would take otherwise, so the bundle holds the machine's authorities
besides ours; those that are lists or options are added to. Nothing of the user's own is lost.
"""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

LEAD = "SMS_INTERCEPT"
"""What the hooks of Python and Node read: the hosts, and where each of their ports is led."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
TRUSTSTORE_PASSWORD = "changeit"
"""Java's own default: the store holds no secret."""


class Addresses(NamedTuple):
    """Where the emulator is. `http` takes http, https and CONNECT; The others are (host, port) or None."""

    http: str
    smpp: tuple[str, int] | None = None
    smpp_tls: tuple[str, int] | None = None
    smtp: tuple[str, int] | None = None


class Files(NamedTuple):
    """Paths of what `files` makes: authorities as PEM (the machine's and ours; ours alone), Java's trust store, and the
    folders and files that make an interpreter load a hook of ours; wget's settings."""

    bundle: str
    ours: str
    truststore: str
    python: str
    node: str
    php: str
    wget: str


class Led(NamedTuple):
    """What a row is made of."""

    addresses: Addresses
    files: Files
    hosts: Sequence[str]
    """The providers' names; those below them count too."""
    ports: Mapping[int, str]
    """What the real ports speak: 80 and 443 `http`, 3700 `smpp`, 3443 `smpp_tls`, 25 `smtp`."""
    before: str
    """The user's own value of the variable, or nothing."""
    ways: bool
    """Are connections to be led, or is the network such that they come here by themselves?"""


class Variable(NamedTuple):
    """One variable: names, for whom, and its value (None: it is taken away). `way`: it leads connections here, which a
    network of its own does without; the others say whom to trust."""

    names: tuple[str, ...]
    reads: str
    value: Callable[[Led], str | None]
    way: bool = False


def _proxy(led: Led) -> str:
    return led.addresses.http


def _no_proxy(led: Led) -> str:
    """The user's own (parted by commas, or by blanks, as curl takes them) but for what would let a provider's name past
    us: `*`, `.ru`, `smsc.ru.`."""
    own = [one for one in re.split(r"[\s,]+", led.before) if one and not _names_any(one, led.hosts)]
    return ",".join([*own, *(name for name in LOOPBACK if name not in own)])


def _names_any(one: str, hosts: Sequence[str]) -> bool:
    name = re.sub(r":\d+$", "", one.lower()).lstrip("*.").rstrip(".")
    return not name.strip("*") or any(f".{host}".endswith(f".{name}") or name.endswith(f".{host}") for host in hosts)


def _bundle(led: Led) -> str:
    return led.files.bundle


def _java(led: Led) -> str:
    options = []
    if led.ways:
        host, port = _host_and_port(led.addresses.http)
        options = [f"-D{kind}.proxy{what}" for kind in ("http", "https") for what in (f"Host={host}", f"Port={port}")]
        options.append("-Dhttp.nonProxyHosts=localhost|127.*|[::1]")
    options += [
        f'"-Djavax.net.ssl.trustStore={led.files.truststore}"',  # quoted: user's folders have spaces in their names
        "-Djavax.net.ssl.trustStoreType=PKCS12",
        f"-Djavax.net.ssl.trustStorePassword={TRUSTSTORE_PASSWORD}",
    ]
    return " ".join([*filter(None, (led.before,)), *options])


def _node(led: Led) -> str:
    quoted = json.dumps(led.files.node)
    return f"{led.before} --require {quoted}".strip()


def _python(led: Led) -> str:
    return led.files.python + (os.pathsep + led.before if led.before else "")


def _php(led: Led) -> str:
    return (led.before or os.pathsep) + (os.pathsep if led.before else "") + led.files.php


def ports_led(addresses: Addresses, ports: Mapping[int, str]) -> dict[str, tuple[str, int]]:
    """Where each of the real ports leads. `ports`: what they speak."""
    to = {"http": _host_and_port(addresses.http), "smpp": addresses.smpp, "smpp_tls": addresses.smpp_tls,
          "smtp": addresses.smtp}  # fmt: skip
    return {str(port): there for port, spoken in ports.items() if (there := to[spoken]) is not None}


def _lead(led: Led) -> str:
    said = {"hosts": list(led.hosts), "ports": ports_led(led.addresses, led.ports)}
    return json.dumps(said, separators=(",", ":"))


TABLE = (
    Variable(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"),
             "curl, Python, Go, Ruby, .NET, axios, most others", _proxy, way=True),
    Variable(("all_proxy", "ALL_PROXY"), "curl, requests, httpx: a proxy of the user's own would be asked",
             lambda led: None),
    Variable(("no_proxy", "NO_PROXY"), "the same: what is on this machine is reached directly", _no_proxy, way=True),
    Variable(("SSL_CERT_FILE",), "OpenSSL: Python's ssl, aiohttp, httpx, Go, Ruby, .NET", _bundle),
    Variable(("SSL_CERT_DIR",), "curl and OpenSSL, which would look there first", lambda led: None),
    Variable(("REQUESTS_CA_BUNDLE",), "Python's requests, zeep", _bundle),
    Variable(("CURL_CA_BUNDLE",), "curl, Python's requests", _bundle),
    Variable(("NODE_EXTRA_CA_CERTS",), "Node, besides its own authorities", _bundle),
    Variable(("NODE_USE_ENV_PROXY",), "Node 24 and newer: fetch and https take the proxy", lambda led: "1",
             way=True),
    Variable(("NODE_OPTIONS",), "Node: a hook on connections, for versions without proxies", _node, way=True),
    Variable(("PYTHONPATH",), "Python: a hook on look-ups, for libraries without proxies", _python, way=True),
    Variable(("WGETRC",), "wget: the user's own settings, and whom to trust", lambda led: led.files.wget),
    Variable(("PHP_INI_SCAN_DIR",), "PHP: curl and streams", _php),
    Variable(("JAVA_TOOL_OPTIONS",), "Java", _java),
    Variable((LEAD,), "the hooks for Node and Python", _lead, way=True),
)  # fmt: skip


def led_here(
    addresses: Addresses, files: Files, hosts: Sequence[str], ports: Mapping[int, str],
    environment: Mapping[str, str], ways: bool = True,
) -> dict[str, str | None]:  # fmt: skip
    """What to change in an environment: each variable's new value, or None where it is taken away. Without `ways`, in a
    network of its own, the user's proxies are taken away: they could not be reached."""
    changes: dict[str, str | None] = {}
    for variable in TABLE:
        if variable.way and not ways and variable.value is not _proxy:
            continue
        for name in variable.names:
            led = Led(addresses, files, hosts, ports, environment.get(name, ""), ways)
            value = None if variable.way and not ways else variable.value(led)
            if value is not None or name in environment:
                changes[name] = value
    return changes


def changed(environment: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    """An environment with the changes."""
    return {name: value for name, value in {**environment, **changes}.items() if value is not None}


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or (443 if parts.scheme == "https" else 80)
