"""Which provider's address a request names. Any Host is served."""

import re
from collections.abc import Mapping
from posixpath import normpath

import msgspec

from emulator.core.commands import AnyCommand
from emulator.http.messages import HttpReply, HttpRequest, unquote
from emulator.providers.asked import host
from emulator.providers.base import Provider, Route

_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)
_NONE: Mapping[str, str] = {}


class RouteMatch(msgspec.Struct, frozen=True):
    """The route with the values of its placeholders; or, with route None, the reply that says why there is none."""

    provider: str
    route: Route | None
    values: Mapping[str, str]
    reply: HttpReply

    def read(self, request: HttpRequest) -> AnyCommand:
        """What a request to this route says. HEAD asks for what GET would bring, its body left out."""
        assert self.route is not None
        if request.method == "HEAD" and "HEAD" not in self.route.methods:
            request = msgspec.structs.replace(request, method="GET")
        return self.route.read(request, self.values)


_UNUSED = HttpReply()
_SLASHES = re.compile("//+")


def _segment(path: str) -> str:
    """The first of a path."""
    return path.lstrip("/").partition("/")[0].lower()


_last: list[tuple[Mapping[str, Provider], "RouteTable"]] = []
"""The providers that were asked about last, and their table."""


def routes_of(providers: Mapping[str, Provider]) -> "RouteTable":
    """The table of these providers, which nobody changes; made once as long as it is asked for the same ones."""
    if not _last or _last[0][0] is not providers:
        _last[:] = [(providers, RouteTable(providers))]
    return _last[0][1]


class RouteTable:
    """Exact paths by dictionary, those with placeholders by pattern. The letter case, one slash at the end of a
    path and several for one make no difference; escapes and dots (`/./`, `/../`) are read as servers do."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._servers = {name: provider.server for name, provider in providers.items()}
        self._hosts = {one.name: name for name, provider in providers.items() for one in provider.hosts}
        self._begins: dict[str, set[str]] = {}
        """First segment of a path → whose paths begin so."""
        for name, provider in providers.items():
            for route in provider.routes:
                self._begins.setdefault(_segment(route.path), set()).add(name)
        self._exact: dict[str, list[tuple[str, Route]]] = {}
        self._patterns: list[tuple[re.Pattern[str], str, Route]] = []
        self.known: dict[tuple[str, str], RouteMatch] = {}
        """By method and path as the provider writes it, or with a slash behind."""
        for name, provider in providers.items():
            for route in provider.routes:
                if "{" in route.path:
                    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(route.path))
                    self._patterns.append((re.compile(pattern + "/?", re.IGNORECASE), name, route))
                else:
                    self._exact.setdefault(route.path.lower(), []).append((name, route))
                    for method in route.methods:
                        for path in (route.path, f"{route.path}/"):
                            self.known.setdefault((method, path), RouteMatch(name, route, _NONE, _UNUSED))
        paths = sorted({route.path for provider in providers.values() for route in provider.routes})
        self._there_are = "".join(f"  {path}\n" for path in paths) + "Control API: /_emulator/openapi.json\n"

    def named(self, request: HttpRequest, reply: HttpReply) -> HttpReply:
        """A reply that no provider wrote, with the server that the provider names whose host was asked, or whose paths
        alone begin so."""
        name = self._hosts.get(host(request))
        if name is None:
            (name, *others) = self._begins.get(_segment(request.path), ("",))
            name = "" if others else name
        server = self._servers.get(name)
        return msgspec.structs.replace(reply, headers=(*reply.headers, ("Server", server))) if server else reply

    def match(self, request: HttpRequest) -> RouteMatch:
        """The route for a request's method and path."""
        found = self.known.get((request.method, request.target.partition("?")[0]))
        if found is not None:
            return found
        path = request.path
        if "%" in path:
            path = unquote(path)
        if "/." in path:
            path = normpath(path)
        if "//" in path:
            path = _SLASHES.sub("/", path)
        candidates = self._exact.get(path) or self._exact.get(path.lower().removesuffix("/"))
        values = _NONE
        if candidates is None:
            candidates, values = self._by_pattern(path)
        if not candidates:
            text = f"No provider has the address {path}. There are:\n{self._there_are}"
            missing = HttpReply(status=404, headers=_TEXT, body=text.encode("utf-8", "replace"))
            return RouteMatch("", None, _NONE, self.named(request, missing))
        method = "GET" if request.method == "HEAD" else request.method
        for provider, route in candidates:
            if method in route.methods:
                return RouteMatch(provider, route, values, _UNUSED)
        methods = ", ".join(dict.fromkeys(method for _, route in candidates for method in route.methods))
        headers = (*_TEXT, ("Allow", methods))
        text = f"{path} takes {methods}, not {request.method}\n"
        refused = HttpReply(status=405, headers=headers, body=text.encode())
        return RouteMatch(candidates[0][0], None, _NONE, self.named(request, refused))

    def _by_pattern(self, path: str) -> tuple[list[tuple[str, Route]], Mapping[str, str]]:
        for pattern, provider, route in self._patterns:
            found = pattern.fullmatch(path)
            if found:
                return [(provider, route)], found.groupdict()
        return [], _NONE
