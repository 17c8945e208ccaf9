"""The page's entrance: which requests are its, the log-in, and the headers that every answer carries."""

from typing import TYPE_CHECKING

from emulator.control_api.auth import COOKIE, Auth
from emulator.control_api.context import Context
from emulator.control_api.refusal import Refusal
from emulator.http.browser_headers import PAGE, dressed
from emulator.http.messages import Headers, HttpReply, HttpRequest, StreamReply, read_query
from emulator.ui.static_files import static
from emulator.ui.urls import BASE, go

if TYPE_CHECKING:
    from emulator.ui.page_request import PageRequest

_STATIC = f"{BASE}/static/"
_LOGIN = f"{BASE}/login"
_LOGOUT = f"{BASE}/logout"

_WAS_IN = "sms_emulator_in=1"
"""A cookie without a secret: at / it tells who is to be sent on to where the log-in's cookie goes. That one goes to the
page and the control API alone, so it stands in no journal of what came to a provider."""


class Site:
    """Answers what stands at / and under /_emulator/page."""

    def __init__(self, context: Context, gate: Auth) -> None:
        self.context = context
        self.gate = gate
        self._tls = (context.public_url or "").startswith("https:")

    @staticmethod
    def mine(path: str) -> bool:
        return path in ("/", "/_emulator", BASE) or path.startswith(f"{BASE}/")

    async def __call__(self, request: HttpRequest) -> HttpReply | StreamReply:
        """The reply; a refusal becomes a page that says so."""
        try:
            return dressed(await self._answer(request), PAGE)
        except Refusal as refusal:
            from emulator.ui.pages import errors

            return dressed(errors.page(self._asked(request), refusal), (*refusal.headers, *PAGE))

    async def _answer(self, request: HttpRequest) -> HttpReply | StreamReply:
        if request.path.startswith(_STATIC):
            return static(request.path.removeprefix(_STATIC), request.header("if-none-match"))
        if request.path == _LOGIN:
            return self._log_in(request)
        try:
            await self.gate.let_in(request)
        except Refusal as refusal:
            if refusal.status != 401 or request.method not in ("GET", "HEAD"):
                raise
            if request.path == "/" and _WAS_IN in request.header("cookie").replace(" ", "").split(";"):
                return go(f"{BASE}?{request.query}" if request.query else BASE)
            return self._log_in_page(request, 401)
        if request.path == _LOGOUT and request.method == "POST":
            await self.gate.log_out(request)
            return go("/", self._cookies("", "; Max-Age=0"))
        from emulator.ui import routes

        return await routes.answer(self._asked(request))

    def _asked(self, request: HttpRequest) -> "PageRequest":
        from emulator.ui.page_request import PageRequest

        return PageRequest(self.context, request, self.gate)

    def _log_in(self, request: HttpRequest) -> HttpReply:
        """Who knows the token gets a cookie that says so, and goes on to the inbox."""
        self.gate.let_try(request)
        if request.method != "POST":
            return self._log_in_page(request, 200)
        cookie = self.gate.log_in(request, dict(read_query(request.body)).get("token", "").strip())
        if cookie is None:
            return self._log_in_page(request, 401, "That is not the token.")
        return go(BASE, self._cookies(cookie))

    def _cookies(self, value: str, more: str = "") -> Headers:
        more += "; SameSite=Strict" + ("; Secure" if self._tls else "")
        return (
            ("Set-Cookie", f"{COOKIE}={value}; Path=/_emulator; HttpOnly{more}"),
            ("Set-Cookie", f"{_WAS_IN}; Path=/{more}"),
        )  # fmt: skip

    def _log_in_page(self, request: HttpRequest, status: int, said: str = "") -> HttpReply:
        from emulator.ui.pages import errors

        return errors.log_in(self._asked(request), status, said)
