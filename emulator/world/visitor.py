"""An application of a world as the test sees it: a process, and somebody who visits it."""

import asyncio
import json as json_module
import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import httptools
from aiohttp import FormData
from multidict import CIMultiDict
from yarl import URL

from emulator.world.process import Process

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 10
_BREAKS = frozenset("\r\n\0")
_EITHER = 32 + zlib.MAX_WBITS
"""Of zlib: gzip's form or its own."""


class Reply(NamedTuple):
    """What a visitor got. `lost`: nothing, for the connection broke or nobody served; whether the application has done
    what was asked, the visitor does not know."""

    status: int = 0
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def lost(self) -> bool:
        return self.status == 0

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json_module.loads(self.body)


class App(Process):
    """A process whose pages can be asked for. What the test asks is on the network at once and never lost by it, and
    never asked twice."""

    async def get(self, path: str, **how: Any) -> Reply:
        return await self.request("GET", path, **how)

    async def post(self, path: str, **how: Any) -> Reply:
        return await self.request("POST", path, **how)

    async def request(
        self, method: str, path: str, *, json: Any = None, data: Any = None, params: Any = None,
        headers: Mapping[str, str] | None = None, timeout: float = 60.0, allow_redirects: bool = True,
    ) -> Reply:  # fmt: skip
        """`data`: octets, a text, a form's fields or an `aiohttp.FormData`. Redirects are followed as long as they stay
        with the application. While it is down this waits for it to come up again, as a person does who sees no page."""
        await self.up.wait()
        method = method.upper()
        body, kind = await _written(json, data)
        url = URL(self.url(path)).extend_query(params)
        try:
            async with asyncio.timeout(timeout):
                for _ in range(_MOST_REDIRECTS):
                    reply = await self._ask(method, url, body, kind, headers or {})
                    there = _leads_to(reply, url) if allow_redirects else None
                    if there is None:
                        return reply
                    url = there
                    if (reply.status == 303 and method != "HEAD") or (reply.status < 303 and method == "POST"):
                        method, body, kind = "GET", b"", {}
        except OSError:  # a timeout is one, too
            return Reply()
        raise ValueError(f"{method} {path} leads from page to page, {_MOST_REDIRECTS} times, and to {url} at last")

    async def _ask(self, method: str, url: URL, body: bytes, *headers: Mapping[str, str]) -> Reply:
        """Over a connection of its own: neither connections nor cookies are kept. Raises OSError when it breaks before
        the answer is whole."""
        wanted = CIMultiDict({"Host": str(url.host_port_subcomponent), "Accept": "*/*", "User-Agent": "visitor"})
        for some in headers:
            wanted.update(some)
        if body or method not in ("GET", "HEAD"):
            wanted["Content-Length"] = str(len(body))
        head = [f"{method} {url.raw_path_qs} HTTP/1.1", *(f"{name}: {value}" for name, value in wanted.items())]
        if odd := [line for line in head if not _BREAKS.isdisjoint(line)]:
            raise ValueError(f"{odd[0]!r}: a header is one line")
        loop = asyncio.get_running_loop()
        answer = _Answer(loop.create_future(), method)
        transport, _ = await loop.create_connection(lambda: answer, self.host, self.port)
        try:
            transport.write("\r\n".join([*head, "Connection: close", "", ""]).encode() + body)
            return await answer.whole
        finally:
            transport.close()


def _leads_to(reply: Reply, url: URL) -> URL | None:
    """To which other page of the same application."""
    said = next((value for name, value in reply.headers if name.lower() == "location"), None)
    if said is None or reply.status not in _REDIRECTS:
        return None
    try:
        there = url.join(URL(said))
        return there if there.origin() == url.origin() else None
    except ValueError:  # sms:+995577000001, and what is no URL
        return None


async def _written(json: Any, data: Any) -> tuple[bytes, dict[str, str]]:
    """The body of a request, and what it is."""
    if json is not None and data is not None:
        raise ValueError("a request has one body: give json= or data=, not both")
    if json is not None:
        return json_module.dumps(json).encode(), {"Content-Type": "application/json"}
    if data is None:
        return b"", {}
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data), {"Content-Type": "application/octet-stream"}
    if isinstance(data, str):
        return data.encode(), {"Content-Type": "text/plain; charset=utf-8"}
    payload = data() if isinstance(data, FormData) else FormData(data)()
    return await payload.as_bytes(), {"Content-Type": payload.headers["Content-Type"]}


class _Answer(asyncio.Protocol):
    """`whole`: set when it is here."""

    def __init__(self, whole: "asyncio.Future[Reply]", method: str) -> None:
        self.whole = whole
        self._method = method
        self._parser = httptools.HttpResponseParser(self)
        self._headers: list[tuple[str, str]] = []
        self._body: list[bytes] = []
        self._ends_with_connection = False

    def data_received(self, octets: bytes) -> None:
        try:
            self._parser.feed_data(octets)
        except httptools.HttpParserError as error:
            self._fail(OSError(f"what came is no HTTP answer: {error}"))

    def connection_lost(self, error: Exception | None) -> None:
        if error is None and self._ends_with_connection:
            self._end()
        self._fail(error or ConnectionResetError("the connection was closed before the answer was whole"))

    def _fail(self, error: Exception) -> None:
        if not self.whole.done():
            self.whole.set_exception(error)

    def _end(self) -> None:
        if self.whole.done():
            return
        body = b"".join(self._body)
        if body and self._said("content-encoding") in ("gzip", "deflate"):
            try:
                body = zlib.decompress(body, _EITHER)
            except zlib.error as error:
                self._fail(OSError(f"what came is not compressed as it says: {error}"))
                return
        self.whole.set_result(Reply(self._parser.get_status_code(), body, tuple(self._headers)))

    def _said(self, wanted: str) -> str | None:
        return next((value for name, value in self._headers if name.lower() == wanted), None)

    # what the parser tells

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.decode("utf-8", "surrogateescape"), value.decode("utf-8", "surrogateescape")))

    def on_headers_complete(self) -> None:
        if self._parser.get_status_code() < 200:
            return
        self._ends_with_connection = self._said("content-length") is None and self._said("transfer-encoding") is None
        if self._method == "HEAD":
            self._end()

    def on_body(self, octets: bytes) -> None:
        self._body.append(octets)

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() < 200:
            self._headers.clear()  # the answer comes behind it
        else:
            self._end()
