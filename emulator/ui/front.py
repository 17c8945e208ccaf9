"""The page's door: which requests are its, the log-in, static files, and the headers that every answer carries."""

import mimetypes
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from emulator.admin.gate import COOKIE, Gate
from emulator.admin.verbs import Refusal, Verbs
from emulator.wire import HttpReply, HttpRequest, StreamReply, read_query

if TYPE_CHECKING:
    from emulator.ui.asked import Asked

BASE = "/_emulator/page"
_STATIC = f"{BASE}/static/"
_LOGIN = f"{BASE}/login"
_LOGOUT = f"{BASE}/logout"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", POLICY), ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)  # fmt: skip


class Front:
    """Answers what stands at / and under /_emulator/page."""

    def __init__(self, verbs: Verbs, gate: Gate) -> None:
        self.verbs = verbs
        self.gate = gate

    @staticmethod
    def mine(path: str) -> bool:
        return path in ("/", "/_emulator", BASE) or path.startswith(f"{BASE}/")

    async def __call__(self, request: HttpRequest) -> HttpReply | StreamReply:
        """The reply; a refusal becomes a page that says so."""
        try:
            return await self._answer(request)
        except Refusal as refusal:
            from emulator.ui import trouble

            return trouble.page(self._asked(request), refusal)

    async def _answer(self, request: HttpRequest) -> HttpReply | StreamReply:
        if request.path.startswith(_STATIC):
            return static(request.path.removeprefix(_STATIC), request.header("if-none-match"))
        if request.path == _LOGIN:
            return self._log_in(request)
        try:
            self.gate.let_in(request)
        except Refusal as refusal:
            if refusal.status != 401 or request.method != "GET":
                raise
            return self._log_in_page(request, 401)
        if request.path == _LOGOUT and request.method == "POST":
            return go("/", (("Set-Cookie", f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"),))
        from emulator.ui import routes

        return await routes.answer(self._asked(request))

    def _asked(self, request: HttpRequest) -> "Asked":
        from emulator.ui.asked import Asked

        return Asked(self.verbs, request, self.gate)

    def _log_in(self, request: HttpRequest) -> HttpReply:
        """Who knows the token gets a cookie that says so, and goes on to the inbox."""
        self.gate.let_try(request)
        if request.method != "POST":
            return self._log_in_page(request, 200)
        if not self.gate.knows(dict(read_query(request.body)).get("token", "").strip()):
            return self._log_in_page(request, 401, "That is not the token.")
        return go("/", (("Set-Cookie", f"{COOKIE}={self.gate.cookie}; Path=/; HttpOnly; SameSite=Strict"),))

    def _log_in_page(self, request: HttpRequest, status: int, said: str = "") -> HttpReply:
        from emulator.ui import trouble

        return trouble.log_in(self._asked(request), status, said)


def go(where: str, more: tuple[tuple[str, str], ...] = ()) -> HttpReply:
    """Look there now."""
    return HttpReply(status=303, headers=(("Location", where), ("Cache-Control", "no-store"), *HEADERS, *more))


@lru_cache(maxsize=64)
def _file(name: str) -> tuple[bytes, str] | None:
    """A static file and its tag; None when there is none of that name."""
    import hashlib

    if "/" in name or name.startswith("."):
        return None
    found = resources.files("emulator.ui").joinpath("static", name)
    if not found.is_file():
        return None
    octets = found.read_bytes()
    return octets, f'"{hashlib.sha256(octets).hexdigest()[:20]}"'


def static(name: str, seen: str = "") -> HttpReply:
    """A file that comes with the package; 304 where the browser has it already."""
    found = _file(name)
    if found is None:
        raise Refusal(404, "no-such-file", "there is no such file")
    octets, tag = found
    kind = mimetypes.guess_type(name)[0] or "text/plain"
    kind = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    headers = (("Content-Type", kind), ("ETag", tag), ("Cache-Control", "no-cache"), *HEADERS)
    return HttpReply(status=304, headers=headers) if seen == tag else HttpReply(headers=headers, body=octets)
