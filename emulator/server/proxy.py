"""The HTTP port as a proxy: whereto a client may go through it. The providers' names lead here, a few others may be
named for the rest of a program's traffic, and nothing else is reached."""

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from emulator.http.content_encoding import is_unpacked
from emulator.http.messages import HttpRequest
from emulator.http.refusals import HttpRefusal
from emulator.net import hosts

FORBIDDEN = 403
_WEB_PORTS = (80, 443)
_BEHIND_AUTHORITY = re.compile(r"[/?#]")
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_VIA = "1.1 sms-emulator"
_OF_A_PROXY = frozenset((
    "host", "connection", "keep-alive", "proxy-connection", "proxy-authorization", "transfer-encoding",
    "content-length", "te", "trailer", "upgrade", "expect",
))  # fmt: skip
"""Not passed on, as what the header Connection names is not."""


class Target(NamedTuple):
    """Where a client wants to go. `here`: it is answered by the emulator itself."""

    host: str
    port: int
    here: bool


class Guard:
    """Judges the targets of CONNECT and of requests in absolute form.

    `domains`: the providers' names, with all below them; `own`: other names under which the emulator is reached;
    `tunnels`: patterns of hosts to which a connection is passed on. A provider's name is never passed on.
    """

    def __init__(self, domains: Iterable[str], own: Collection[str], tunnels: Iterable[str]) -> None:
        self._domains = tuple(domains)
        self._own = own
        self._tunnels = tuple(tunnels)

    def target(self, request: HttpRequest) -> Target | HttpRefusal:
        """Of a request whose target names a host."""
        host, port = split_port(_authority(request), 443 if request.target.lower().startswith("https:") else 80)
        if port is None or not (hosts.is_name(host) or hosts.address(host)):
            return HttpRefusal(400, f"{_authority(request)[:200]!r} is no host and port", request)
        if hosts.is_below(self._domains, host):
            if port in _WEB_PORTS:
                return Target(host, port, True)
            elsewhere = "SMPP and mail have ports of their own, which no proxy leads to"
            return HttpRefusal(FORBIDDEN, f"{host} speaks no HTTP on port {port}: {elsewhere}", request)
        if host in self._own or hosts.is_loopback(host):
            return Target(host, port, True)
        if any(hosts.matches(pattern, host) for pattern in self._tunnels):
            if request.target[:6].lower() == "https:":
                why = f"https://{host} is reached through a proxy by CONNECT, not by its URL"
                return HttpRefusal(501, why, request)
            return Target(host, port, False)
        why = f"{host} is no provider's name, and only what is named is passed on: --tunnel {host} opens a way there"
        return HttpRefusal(FORBIDDEN, why, request)


def forwarded(request: HttpRequest) -> bytes:
    """A request in absolute form as the host itself gets it, the only one on its connection."""
    path = request.path + (f"?{request.query}" if request.query else "")
    named = ",".join(value for name, value in request.headers if name.lower() == "connection").lower().split(",")
    left_out = _OF_A_PROXY.union(map(str.strip, named))
    if is_unpacked(request.header("content-encoding")):
        left_out |= {"content-encoding"}
    lines = [f"{request.method} {path} HTTP/1.1", f"Host: {_authority(request)}", f"Via: {_VIA}"]
    lines += [f"{name}: {value}" for name, value in request.headers if name.lower() not in left_out]
    if request.body or request.method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(request.body)}")
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + request.body


def _authority(request: HttpRequest) -> str:
    """Host and port of the target, whatever the header Host says (RFC 9112), without what stands for a user."""
    wanted = request.target
    if request.method != "CONNECT":
        wanted = _BEHIND_AUTHORITY.split(wanted.partition("://")[2])[0]
    return wanted.rpartition("@")[2]


def split_port(text: str, default: int) -> tuple[str, int | None]:
    """The plain host and the port of `host:port`; no port (None) where it is none."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        written = rest.removeprefix(":")
    else:
        host, _, written = text.partition(":")
    if not written:
        return hosts.plain(host), default
    port = int(written) if written.isascii() and written.isdigit() and len(written) <= 5 else 0
    return hosts.plain(host), port if 0 < port <= 65535 else None
