"""The control API over HTTP, and the built-in sink for callbacks: requests to calls of the table, answers to JSON."""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import unquote

import msgspec

from emulator.clock import real_now
from emulator.control_api import openapi, query_reader
from emulator.control_api.auth import Auth
from emulator.control_api.call import Call
from emulator.control_api.context import Context
from emulator.control_api.filter_words import heed
from emulator.control_api.handlers.sandboxes import named
from emulator.control_api.refusal import Refusal, wrong_method
from emulator.control_api.routes import CALLS
from emulator.core.units import SECOND
from emulator.http.browser_headers import DATA, dressed
from emulator.http.messages import Headers, HttpReply, HttpRequest, StreamReply
from emulator.version import __version__

_JSON = (("Content-Type", "application/json; charset=utf-8"),)
_PEM = (("Content-Type", "application/x-pem-file"),)
_CHALLENGE: dict[int, Headers] = {
    401: (("WWW-Authenticate", 'Bearer realm="sms-emulator"'),), 429: (("Retry-After", "1"),),
}  # fmt: skip
_MOST_TOLD = 20
_MOST_JUDGED = 1 << 20
"""Of a longer body the first fault is told, and not all of them."""
_PUBLIC = ("/_emulator/health", "/_emulator/ca.pem")
"""What is answered without a token: neither tells anything about a sandbox."""
_SINK = "/_emulator/sink/"
_encode = msgspec.json.Encoder().encode

_PATTERNS = [
    (re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", call.path)), call) for call in CALLS
]  # fmt: skip


_PLAIN = {(call.method, call.path): call for call in CALLS if "{" not in call.path}
"""Those whose path has no words in it."""


def _none() -> bytes:
    raise LookupError("this emulator serves no TLS of its own")


class PageHandler(Protocol):
    """What answers people: which paths are its, and how."""

    def mine(self, path: str) -> bool: ...
    async def __call__(self, request: HttpRequest) -> HttpReply | StreamReply: ...


class Control:
    """Answers what stands under /_emulator. `token`: who knows it may ask; None: everybody. `hosts`: names besides
    those of loopback under which browsers may reach us. `page`: makes the page, which uses the same calls."""

    def __init__(
        self, context: Context, token: str | None, hosts: Iterable[str], page: Callable[[Context, Auth], PageHandler]
    ) -> None:
        self.context = context
        self.gate = Auth(token, hosts, monotonic, lambda: real_now() / SECOND)
        self._page = page(context, self.gate)
        self.authority: Callable[[], bytes] = _none
        """Our certificate authority, PEM."""
        self.beside: Mapping[str, str] = {}
        """What is served where besides, for health."""

    async def answer(self, request: HttpRequest) -> HttpReply | StreamReply:
        """The reply to a request. Never raises for what a client sent."""
        try:
            return dressed(await self._answer(request), DATA)
        except Refusal as refusal:
            error = {"code": refusal.code, "message": str(refusal), "hint": refusal.hint, **refusal.more}
            asks = _CHALLENGE.get(refusal.status, ())
            reply = HttpReply(status=refusal.status, headers=(*_JSON, *asks), body=_encode({"error": error}))
            return dressed(reply, (*refusal.headers, *DATA))

    async def _answer(self, request: HttpRequest) -> HttpReply | StreamReply:
        path = request.path.rstrip("/") or "/"
        if self._page.mine(path):
            return await self._page(request)
        if path.startswith(_SINK):
            return self._sink(path.removeprefix(_SINK))
        fixed = self._fixed(path)
        if fixed is not None and request.method in ("GET", "HEAD") and path in _PUBLIC:
            return fixed
        await self.gate.let_in(request)
        if fixed is not None and request.method in ("GET", "HEAD"):
            return fixed
        if fixed is not None:
            raise wrong_method(path, ("GET", "HEAD"), request.method)
        call, values = self._find(request.method, path)
        if "sandbox" in values:
            values["sandbox"] = named(self.context, values["sandbox"])
        query = query_reader.read(call, request)
        for asked in query if isinstance(query, tuple) else (query,):
            heed(asked, self.context, values["sandbox"].journal if "sandbox" in values else None)
        done = await call.do(self.context, values, _body(call, request), query)
        if isinstance(done, StreamReply | HttpReply):
            return done
        body = done if isinstance(done, bytes) else b"" if done is None else _encode(done)
        return HttpReply(status=call.status, headers=_JSON, body=body)

    def _fixed(self, path: str) -> HttpReply | None:
        """Answers that need no sandbox."""
        match path:
            case "/_emulator/health":
                return HttpReply(headers=_JSON, body=_encode({"status": "ok", "version": __version__, **self.beside}))
            case "/_emulator/openapi.json":
                return HttpReply(headers=_JSON, body=_encode(openapi.document()))
            case "/_emulator/ca.pem":
                return self._authority()
        return None

    def _authority(self) -> HttpReply:
        """The certificate that TLS clients are to trust."""
        try:
            return HttpReply(headers=_PEM, body=self.authority())
        except Exception as wrong:  # ImportError, AuthorityError: their words say what to do
            raise Refusal(404, "no-authority", str(wrong)) from None

    def _sink(self, provider: str) -> HttpReply:
        known = self.context.providers.get(provider)
        if known is None:
            there = ", ".join(self.context.providers)
            raise Refusal(404, "no-such-provider", f"there is no provider {provider}", f"there are {there}")
        return known.sink_answer

    def _find(self, asked: str, path: str) -> tuple[Call, dict[str, Any]]:
        method = "GET" if asked == "HEAD" else asked
        if (plain := _PLAIN.get((method, path))) is not None:
            return plain, {}
        others: list[str] = []
        for pattern, call in _PATTERNS:
            found = pattern.fullmatch(path)
            if found and call.method == method:
                return call, {name: unquote(value) for name, value in found.groupdict().items()}
            if found:
                others += ("GET", "HEAD") if call.method == "GET" else (call.method,)
        if others:
            raise wrong_method(path, others, asked)
        raise Refusal(404, "no-such-call", f"there is no {path}", "GET /_emulator/openapi.json lists all calls")


def monotonic() -> float:
    """Real seconds of the loop that serves."""
    return asyncio.get_running_loop().time()


def _body(call: Call, request: HttpRequest) -> Any:
    if call.body is None:
        return None
    try:
        try:
            return msgspec.json.decode(request.body or b"{}", type=call.body)
        except msgspec.ValidationError as error:
            told = _wrong(request.body, call.body) or error
            raise Refusal(400, "invalid", f"the body is not valid: {told}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal(400, "no-json", f"the body is not JSON: {error}") from None


def _wrong(body: bytes, kind: Any) -> str:
    """What is wrong with a body, its first faults, and what may stand there; "" if that cannot be told.
    Raises what the reader does of a body that is no JSON further on."""
    from emulator.scenarios.type_errors import find_type_errors

    if len(body) > _MOST_JUDGED:
        return ""
    try:
        found = msgspec.json.decode(body or b"{}")
        if isinstance(found, dict) and isinstance(found.get("import"), dict):
            found["import"] = {}  # what such a file holds is read by itself
    except msgspec.ValidationError:  # a number that none can hold
        return ""
    complaints = list(find_type_errors(found, kind))
    return "; ".join(complaint.told() for complaint in complaints[:_MOST_TOLD])
