"""Who may ask the control API and the page: who knows the token; and no other site through somebody's browser.

A browser that was led to us under a foreign name (DNS rebinding) shows it in Host; one that another site sends here
shows that in Origin and Sec-Fetch-Site. A request with the token passes both: no foreign page can know it.
"""

import hmac
from collections.abc import Callable, Iterable
from hashlib import sha256
from urllib.parse import urlsplit

from emulator.control_api.login_sessions import LoginSessions, LogOuts, Tries
from emulator.control_api.refusal import Refusal
from emulator.http.messages import HttpRequest
from emulator.net import hosts

COOKIE = "sms_emulator"
_HINT = "send the header `Authorization: Bearer TOKEN`; the token was given by --token or printed at start"


class Auth:
    """Lets requests in. `names`: hosts besides those of loopback under which browsers may reach us. `now`: seconds;
    `today`: the same, by a clock that others share."""

    def __init__(
        self, token: str | None, names: Iterable[str], now: Callable[[], float],
        today: Callable[[], float] | None = None,
    ) -> None:  # fmt: skip
        self._token = None if token is None else _digest(token)
        self._names = {hosts.plain(name) for name in names if name}
        self._logins = LoginSessions(today or now)
        self._tries = Tries(now)

    @property
    def open(self) -> bool:
        """Is there no token to know?"""
        return self._token is None

    def share_log_ins(self, secret: Callable[[], str], log_outs: LogOuts) -> None:
        """Whoever has the same secret and token knows our log-ins, and we theirs."""
        self._logins.shared = log_outs
        self._logins.key = lambda: hmac.digest(secret().encode(), self._token or b"", "sha256")

    def log_in(self, request: HttpRequest, given: str) -> str | None:
        """A new cookie's value, for who knows the token. Raises Refusal when there were too many who did not."""
        return self._logins.begin() if self._knows(request, given) else None

    async def log_out(self, request: HttpRequest) -> None:
        """The request's cookie is worth nothing from now on."""
        for cookie in cookies(request):
            await self._logins.end(cookie)

    async def let_in(self, request: HttpRequest) -> None:
        """Raises Refusal: 403 for another site's request, 401 without the token, 429 after too many wrong ones, 503
        where a log-in cannot be looked up."""
        if self._admits(request):
            return
        for cookie in cookies(request):
            if await self._logins.has(cookie):
                return
        raise Refusal(401, "token", "the control API asks for a token here", _HINT)

    def trusts(self, request: HttpRequest) -> bool:
        """Will who asks be let in, as far as is known here? A log-out elsewhere may not be."""
        try:
            return self._admits(request) or any(self._logins.holds(cookie) for cookie in cookies(request))
        except Refusal:
            return False

    def _admits(self, request: HttpRequest) -> bool:
        """Does it need no log-in? Raises Refusal for what no log-in helps."""
        if self._token is None:
            self._check_host(request)
            _check_origin(request)
            return True
        scheme, _, given = request.header("authorization").strip().partition(" ")
        if scheme.lower() == "bearer" and self._knows(request, given.strip()):
            return True
        _check_origin(request)
        return False

    def let_try(self, request: HttpRequest) -> None:
        """The same for the log-in itself: it may come under any name, but from no other site."""
        _check_origin(request)

    def _knows(self, request: HttpRequest, given: str) -> bool:
        """Is this the token? Digests are compared: how long it takes tells nothing, not even a length."""
        if self._token is None:
            return False
        self._tries.let_try(request.peer)
        known = hmac.compare_digest(_digest(given), self._token)
        if not known:
            self._tries.failed(request.peer)
        return known

    def _check_host(self, request: HttpRequest) -> None:
        said = _authority(request)
        if not said:  # HTTP/1.0, or a program that leaves it out: no browser does
            return
        host = hosts.of_header(said)
        if host is None or not (hosts.is_loopback(host) or host in self._names):
            raise Refusal(
                403, "host", f"the host {said[:100]!r} is not one of ours",
                "name it with --allow-host, or give the emulator a --token and send that, to use the control API and "
                "the page under it",
            )  # fmt: skip


def cookies(request: HttpRequest) -> list[str]:
    """The values of our cookie: other programs of this machine may have left theirs beside it, in any shape."""
    pairs = (pair.strip().partition("=") for pair in request.header("cookie").split(";"))
    return [value.strip('"') for name, _, value in pairs if name == COOKIE][:5]


def _authority(request: HttpRequest) -> str:
    """Under which host and port we were asked: that of an absolute-form target goes before the header's."""
    if request.target.startswith("/"):
        return request.header("host").strip()
    return request.target.partition("://")[2].partition("/")[0].partition("?")[0]


def _check_origin(request: HttpRequest) -> None:
    """Raises Refusal for what another site's page asks for; following a link to us is fine."""
    site = request.header("sec-fetch-site").lower()
    following = (
        request.method in ("GET", "HEAD") and request.header("sec-fetch-mode") == "navigate"
        and request.header("sec-fetch-dest", "document") == "document"
    )  # fmt: skip
    origin = request.header("origin")
    foreign = bool(origin) and not _same_site(origin, _authority(request))
    if foreign or (site in ("cross-site", "same-site") and not following):
        hint = "open the emulator's own page, or send the token"
        raise Refusal(403, "origin", "another site's page asks for this", hint)


def _same_site(origin: str, authority: str) -> bool:
    """Is an origin the place that was asked? The scheme may differ: TLS may end in front of us."""
    try:
        there = urlsplit(origin.lower()).netloc
    except ValueError:
        return False
    return bool(there) and there == authority.lower()


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "replace")).digest()
