"""Who may ask the control API and the page: who knows the token; and no other site through somebody's browser.

A browser that was led to us under a foreign name (DNS rebinding) shows it in Host; one that another site sends here
shows that in Origin and Sec-Fetch-Site. A request with the token passes both: no foreign page can know it.
"""

import hmac
import ipaddress
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from emulator.admin.verbs import Refusal
from emulator.wire import HttpRequest

COOKIE = "sms_emulator"
_HINT = "send the header `Authorization: Bearer TOKEN`; the token was given by --token or printed at start"


class Gate:
    """Lets requests in. `hosts`: names besides those of loopback under which browsers may reach us."""

    def __init__(self, token: str | None, hosts: Iterable[str] = ()) -> None:
        self._token = token
        self._hosts = {host.lower() for host in hosts if host}

    @property
    def open(self) -> bool:
        """Is there no token to know?"""
        return self._token is None

    @property
    def cookie(self) -> str:
        """What the page's log-in gives a browser in the place of the token."""
        return hmac.new((self._token or "").encode(), b"sms-emulator page", "sha256").hexdigest()

    def knows(self, given: str) -> bool:
        """Is this the token?"""
        return self._token is not None and _same(given, self._token)

    def let_in(self, request: HttpRequest) -> None:
        """Raises Refusal: 403 for another site's request, 401 without the token."""
        if self.knows(request.header("authorization").removeprefix("Bearer ")):
            return
        entered = self._token is not None and _same(_cookie(request), self.cookie)
        if not entered:
            self._check_host(request)
        _check_origin(request)
        if self._token is not None and not entered:
            raise Refusal(401, "token", "the control API asks for a token here", _HINT)

    def let_try(self, request: HttpRequest) -> None:
        """The same for the log-in itself: it may come under any name, but from no other site."""
        _check_origin(request)

    def _check_host(self, request: HttpRequest) -> None:
        host = _name(request.header("host"))
        if host and not _is_loopback(host) and host not in self._hosts:
            raise Refusal(
                403, "host", f"the host {host[:100]!r} is not one of ours",
                "name it with --allow-host, or send the token, to use the control API and the page under it",
            )  # fmt: skip


def _check_origin(request: HttpRequest) -> None:
    """Raises Refusal for what another site's page asks for; following a link to us is fine."""
    site = request.header("sec-fetch-site")
    following = request.method in ("GET", "HEAD") and request.header("sec-fetch-mode") == "navigate"
    origin = request.header("origin")
    foreign = bool(origin) and urlsplit(origin).netloc.lower() != request.header("host").lower()
    if foreign or (site in ("cross-site", "same-site") and not following):
        hint = "open the emulator's own page, or send the token"
        raise Refusal(403, "origin", "another site's page asks for this", hint)


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode("utf-8", "replace"))


def _cookie(request: HttpRequest) -> str:
    try:
        found = SimpleCookie(request.header("cookie")).get(COOKIE)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _name(host: str) -> str:
    """Host without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return host


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
