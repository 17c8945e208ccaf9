"""How an emulator runs: of each option what its flag says, else its variable, else the default."""

import ipaddress
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from emulator.app.options import OPTIONS, name_and_url
from emulator.http.limits import Limits
from emulator.net.allowed_targets import Targets

SMPP_PORT = 2775
JOURNAL_BYTES = 16 * 1024 * 1024
_LIMITS = Limits()


class Settings(NamedTuple):
    """How an emulator runs."""

    host: str = "127.0.0.1"
    port: int = 8775
    smpp_port: int | None = None
    smpp_tls_port: int | None = None
    smtp_port: int | None = None
    tls_cert: str | None = None
    tls_key: str | None = None
    https_port: int | None = None
    also_http_port: int | None = None
    ca_dir: str | None = None
    tunnel: tuple[str, ...] = ()
    any_credentials: bool = False
    scenario: str = "happy"
    callback_url: tuple[str, ...] = ()
    seed: int | None = None
    token: str | None = None
    state: str | None = None
    node_url: str | None = None
    keep_journal: bool = False
    drain_seconds: float = 3.0
    journal_bytes: int = JOURNAL_BYTES
    max_sandboxes: int = 10_000
    public_url: str | None = None
    allow_host: tuple[str, ...] = ()
    loop: Literal["auto", "asyncio", "uvloop"] = "auto"
    callback_allow: tuple[str, ...] = ()
    callback_ca: tuple[str, ...] = ()
    max_body: int = _LIMITS.body
    max_line: int = _LIMITS.line
    max_header: int = _LIMITS.header
    max_connections: int = _LIMITS.connections
    head_seconds: float = _LIMITS.head_seconds
    body_seconds: float = _LIMITS.body_seconds
    idle_seconds: float = _LIMITS.idle_seconds
    stalled_seconds: float = _LIMITS.stalled_seconds
    log_format: Literal["text", "json"] = "text"
    quiet: bool = False

    def callback_urls(self, providers: Sequence[str]) -> dict[str, str]:
        """The callback URL of each provider that has one. Raises ValueError."""
        urls: dict[str, str] = {}
        for given in self.callback_url:
            name, url = name_and_url(given)
            if name is None:
                urls = dict.fromkeys(providers, url) | urls
            elif name in providers:
                urls[name] = url
            else:
                raise ValueError(f"--callback-url: there is no provider {name!r}; there are {', '.join(providers)}")
        return urls

    @property
    def limits(self) -> Limits:
        """What the sockets bear."""
        return Limits(
            body=self.max_body, line=self.max_line, header=self.max_header, connections=self.max_connections,
            head_seconds=self.head_seconds, body_seconds=self.body_seconds, idle_seconds=self.idle_seconds,
            stalled_seconds=self.stalled_seconds,
        )  # fmt: skip

    @property
    def port_of_smpp(self) -> int:
        """Who takes any free port for HTTP gets one for SMPP too, unless told otherwise."""
        if self.smpp_port is not None:
            return self.smpp_port
        return SMPP_PORT if self.port else 0

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names besides those of loopback under which browsers reach us."""
        public = urlsplit(self.public_url).hostname if self.public_url else None
        return (*self.allow_host, self.host, *((public,) if public else ()))

    @property
    def targets(self) -> Targets:
        """Where callbacks may go. The built-in sink stands at the public URL too."""
        public = urlsplit(self.public_url).hostname if self.public_url else None
        return Targets((*self.callback_allow, *((public,) if public else ())))

    @property
    def database(self) -> str | None:
        """The one that many nodes share. Raises ValueError for what does not go with it."""
        if self.state is None or not self.state.startswith(("postgresql://", "postgres://")):
            if self.node_url is not None:
                raise ValueError("--node-url goes with --state postgresql://…, which names the database of all nodes")
            return None
        if self.node_url is None and not self.loopback:
            raise ValueError("--node-url is missing: where do other nodes reach this one, http://node-1:8775 say?")
        return self.state

    @property
    def making(self) -> dict[str, object]:
        """The options of which the sandbox default is made, by flag."""
        return {"--scenario": self.scenario, "--seed": self.seed, "--callback-url": self.callback_url}

    @property
    def loopback(self) -> bool:
        """Is the address one that only this machine can reach?"""
        return _is_loopback(self.host)


@cache
def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def settings(flags: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Settings:
    """Settings of flags (by name; None: not given) and environment; a flag beats the environment.

    Raises ValueError, naming the option and what may stand there.
    """
    variables = os.environ if environment is None else environment
    chosen: dict[str, Any] = {}
    for option in OPTIONS:
        given, origin = flags.get(option.name), option.flag
        if given is None and variables.get(option.variable):
            given, origin = variables[option.variable], option.variable
            if option.many:
                given = given.split()
        if given is None:
            continue
        try:
            chosen[option.name] = (
                tuple(option.read(one) for one in given) if option.many
                else given if isinstance(given, bool) else option.read(given)
            )  # fmt: skip
        except ValueError as error:
            raise ValueError(f"{origin}: {error}") from None
    return Settings(**chosen)
