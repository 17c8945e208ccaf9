"""Answering a provider's callbacks, in any framework: parameters in, the reply out.

    callbacks = Callbacks(partial(smsoffice.parse_callback, token=("secret", "abc")), take)
    reply = callbacks.answer(request.query)        # reply.status, reply.body: give them back

`take` is called with each report that is news. All three providers are content with 200 and OK.
"""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeAlias

from emulator.client.reports import AsyncReportStore, BadCallback, Fields, Held, Key, Report, Reports, ReportStore
from emulator.http.messages import HttpReply, read_query

if TYPE_CHECKING:
    from asyncio import Lock

    from aiohttp import web

Parse: TypeAlias = Callable[[Fields], Report]
"""A provider's parse_callback with its secret filled in (functools.partial)."""

_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)
_OK = HttpReply(headers=_TEXT, body=b"OK")


class Callbacks:
    """One provider's callbacks. `reports` keeps what came: in memory, or in a store of yours.

    A report that comes again while it is being taken waits for how that ends. When `take` fails, the report counts as
    not come, and the exception is yours: let it become a 500, for what was answered OK never comes again.
    """

    def __init__(
        self, parse: Parse, take: Callable[[Report], object], reports: ReportStore | AsyncReportStore | None = None
    ) -> None:  # fmt: skip
        self._parse = parse
        self._take = take
        self.reports = Reports() if reports is None else reports
        self._held: dict[Key, Held[Lock]] = {}

    def answer(self, fields: Fields) -> HttpReply:
        """The reply to a callback with these parameters; of a POST give query and form together."""
        report = self._read(fields)
        if isinstance(report, HttpReply):
            return report
        taking = self.reports.taking(report)
        if isinstance(taking, AbstractAsyncContextManager):
            raise TypeError("the store of reports is an async one: use answer_async")
        with taking as news:
            if news:
                self._take(report)
        return _OK

    async def answer_async(self, fields: Fields) -> HttpReply:
        """The same where `take`, or the store, is async."""
        report = self._read(fields)
        if isinstance(report, HttpReply):
            return report
        async with self._turn(report.key):
            taking = self.reports.taking(report)
            if isinstance(taking, AbstractAsyncContextManager):
                async with taking as news:
                    await self._taken(report, news)
            else:
                with taking as news:
                    await self._taken(report, news)
        return _OK

    async def _taken(self, report: Report, news: bool) -> None:
        if news:
            done = self._take(report)
            if inspect.isawaitable(done):
                await done

    @asynccontextmanager
    async def _turn(self, key: Key) -> AsyncIterator[None]:
        """One after the other, for each message: a store that holds a message by a lock would stop the loop."""
        from asyncio import Lock

        held = self._held.setdefault(key, Held(Lock()))
        held.users += 1
        try:
            async with held.lock:
                yield
        finally:
            held.users -= 1
            if not held.users:
                self._held.pop(key, None)

    def _read(self, fields: Fields) -> Report | HttpReply:
        try:
            return self._parse(fields)
        except BadCallback as bad:
            return HttpReply(status=bad.status, headers=_TEXT, body=str(bad).encode("utf-8", "replace"))


def aiohttp_handler(callbacks: Callbacks) -> "Callable[[web.Request], Awaitable[web.Response]]":
    """A handler for `app.router.add_route("*", path, handler)`; `take` may be a coroutine function."""
    from aiohttp import web

    async def handle(request: web.Request) -> web.Response:
        fields: list[tuple[str, Any]] = list(request.query.items())
        if request.content_type == "multipart/form-data":
            fields += (await request.post()).items()
        elif request.method == "POST":
            fields += read_query(await request.read())
        reply = await callbacks.answer_async(fields)
        return web.Response(status=reply.status, headers=dict(reply.headers), body=reply.body)

    return handle
