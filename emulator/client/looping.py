"""The async driver: aiohttp's session, made in the loop that uses it first.

aiohttp is imported when the first client is made, not with this file. Redirects are not followed and requests never
repeated behind our back: aiohttp repeats GETs on a connection that went, so whatever must not be doubled is a POST.
"""

import asyncio
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from emulator.client.calls import Broken, Call, Exchange, Patience, Unreached, carry_out
from emulator.wire import HttpReply

if TYPE_CHECKING:
    from aiohttp import ClientSession

T = TypeVar("T")

MOST = 16 * 1024 * 1024
"""Octets of an answer that are read."""


class Looping:
    """Carries calls out in the running loop, any number at once. Close it, or use it as an async context.

    `session`: one of yours to use instead of an own; it is not closed.
    """

    def __init__(self, base_url: str, patience: Patience, session: "ClientSession | None" = None) -> None:
        import aiohttp

        if not base_url.startswith(("http://", "https://")):
            raise ValueError(f"{base_url!r} is no http or https address")
        self._aiohttp = aiohttp
        self._base = base_url.rstrip("/")
        self.patience = patience
        self._session = session
        self._own = session is None

    async def run(self, call: Call[T]) -> T:
        """What the call reads. Raises its provider's SmsError."""
        steps = carry_out(call, self.patience, asyncio.get_running_loop().time)
        step = next(steps)
        try:
            while True:
                if not isinstance(step, Exchange):
                    await asyncio.sleep(step.seconds)
                    step = steps.send(None)
                    continue
                try:
                    reply = await self.exchange(step)
                except (Unreached, Broken) as why:
                    step = steps.throw(why)
                else:
                    step = steps.send(reply)
        except StopIteration as done:
            value: T = done.value
            return value

    async def exchange(self, wanted: Exchange) -> HttpReply:
        """One request, one reply. Raises Unreached or Broken."""
        from yarl import URL

        http, request = self._aiohttp, wanted.request
        if self._session is None or self._session.closed:
            self._session = http.ClientSession(
                connector=http.TCPConnector(limit=0), cookie_jar=http.DummyCookieJar()
            )
        limits = http.ClientTimeout(total=wanted.timeout, sock_connect=wanted.connect)
        url = URL(self._base + request.target, encoded=True)
        try:
            async with self._session.request(
                request.method, url, data=request.body or None, headers=dict(request.headers), timeout=limits,
                allow_redirects=False,
            ) as answer:  # fmt: skip
                body = bytearray()
                async for piece in answer.content.iter_any():
                    body += piece
                    if len(body) > MOST:
                        raise Broken(f"the answer is longer than {MOST} octets")
                return HttpReply(status=answer.status, headers=tuple(answer.headers.items()), body=bytes(body))
        except (http.ClientConnectorError, http.ConnectionTimeoutError) as why:
            raise Unreached(f"{self._base} cannot be reached: {why}") from why
        except TimeoutError as why:
            raise Broken(f"no whole answer within {wanted.timeout:.3g} s") from why
        except (http.ClientError, OSError) as why:
            raise Broken(f"the connection broke: {type(why).__name__} {why}") from why

    async def close(self) -> None:
        """Close the own session. The client can be used again."""
        if self._own and self._session is not None:
            await self._session.close()
            self._session = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
