"""Answering a provider's callbacks, in any framework: parameters in, the reply out.

    callbacks = Callbacks(partial(smsoffice.parse_callback, token=("secret", "abc")), take)
    reply = callbacks.answer(request.query)        # reply.status, reply.body: give them back

`take` is called with each report that is news. All three providers are content with 200 and OK.
"""

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from emulator.client.reports import BadCallback, Fields, Report, Reports
from emulator.http.messages import HttpReply

if TYPE_CHECKING:
    from aiohttp import web

Parse: TypeAlias = Callable[[Fields], Report]
"""A provider's parse_callback with its secret filled in (functools.partial)."""

_TEXT = (("Content-Type", "text/plain; charset=utf-8"),)
_OK = HttpReply(headers=_TEXT, body=b"OK")


class Callbacks:
    """One provider's callbacks. `reports` remembers what came (see there what to do with several processes).

    When `take` fails, the report counts as not come, and the exception is yours: let it become a 500, for what was
    answered OK never comes again.
    """

    def __init__(self, parse: Parse, take: Callable[[Report], object], reports: Reports | None = None) -> None:
        self._parse = parse
        self._take = take
        self.reports = Reports() if reports is None else reports

    def answer(self, fields: Fields) -> HttpReply:
        """The reply to a callback with these parameters; of a POST give query and form together."""
        report = self._read(fields)
        if isinstance(report, HttpReply):
            return report
        before = self.reports.get(report.key)
        if self.reports.take(report):
            try:
                self._take(report)
            except BaseException:
                self.reports.put_back(report.key, before)
                raise
        return _OK

    async def answer_async(self, fields: Fields) -> HttpReply:
        """The same where `take` is a coroutine function."""
        report = self._read(fields)
        if isinstance(report, HttpReply):
            return report
        before = self.reports.get(report.key)
        if self.reports.take(report):
            try:
                done = self._take(report)
                if inspect.isawaitable(done):
                    await done
            except BaseException:
                self.reports.put_back(report.key, before)
                raise
        return _OK

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
        if request.method == "POST":
            fields += (await request.post()).items()
        reply = await callbacks.answer_async(fields)
        return web.Response(status=reply.status, headers=dict(reply.headers), body=reply.body)

    return handle
