"""Ways to a control API: the one in this process, or one elsewhere over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any, Protocol

from emulator.control_client.background_loop import running_loop
from emulator.http.messages import HttpReply, HttpRequest, StreamReply


class ApiTransport(Protocol):
    """Takes a request to a control API. `patience`: real seconds after which no answer is worth waiting for."""

    async def __call__(self, request: HttpRequest, patience: float) -> HttpReply: ...

    def stream(self, request: HttpRequest) -> AsyncIterator[HttpReply | bytes]:
        """The pieces of an answer that does not end by itself; or, alone, the reply that came in its place."""
        ...


class InProcess:
    """To the control API in this process, without a socket. Made in the loop that serves, used only there."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self._loop = asyncio.get_running_loop()

    async def __call__(self, request: HttpRequest, patience: float) -> HttpReply:
        """Raises RuntimeError in another loop than the one that serves: there nobody would ever answer."""
        self._at_home()
        reply: HttpReply = await self._answer(request)
        return reply

    async def stream(self, request: HttpRequest) -> AsyncIterator[HttpReply | bytes]:
        self._at_home()
        reply = await self._answer(request)
        if not isinstance(reply, StreamReply):
            yield reply
            return
        async with aclosing(aiter(reply.pieces)) as pieces:  # type: ignore[type-var]
            async for piece in pieces:
                yield piece

    def _at_home(self) -> None:
        if running_loop() not in (None, self._loop):
            raise RuntimeError(
                "this emulator is served in another event loop than the one that runs here, which stands still now; "
                "give test and fixtures the same loop (pytest-asyncio: loop_scope), or use live_sms_emulator"
            )


class OverHttp:
    """To a control API elsewhere. `token`: what its --token asks for. Used in one loop; `close` ends it."""

    def __init__(self, base_url: str, token: str | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self._token = token
        self._session: Any = None

    async def __call__(self, request: HttpRequest, patience: float) -> HttpReply:
        """Raises ConnectionError, naming the address, when nobody answers there in time."""
        async with self._asked(request, patience) as answer:
            return await _whole(answer)

    async def stream(self, request: HttpRequest) -> AsyncIterator[HttpReply | bytes]:
        async with self._asked(request, None) as answer:
            if answer.status != 200:
                yield await _whole(answer)
                return
            async for piece in answer.content.iter_any():
                yield piece

    @asynccontextmanager
    async def _asked(self, request: HttpRequest, patience: float | None) -> AsyncIterator[Any]:
        """The answer while it comes."""
        from aiohttp import ClientError, ClientSession, ClientTimeout, InvalidURL, NonHttpUrlClientError
        from yarl import URL

        if self._session is None:
            headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
            self._session = ClientSession(headers=headers, trust_env=False)
        try:
            async with self._session.request(
                request.method, URL(self.base_url + request.target, encoded=True), data=request.body or None,
                headers=dict(request.headers), allow_redirects=False, timeout=ClientTimeout(total=patience),
            ) as answer:  # fmt: skip
                yield answer
        except (InvalidURL, NonHttpUrlClientError):
            such = "such as http://127.0.0.1:8775"
            raise ValueError(f"{self.base_url!r} is no http:// or https:// address, {such}") from None
        except TimeoutError:
            within = "" if patience is None else f" within {patience:g} s"
            raise ConnectionError(f"no answer from the emulator at {self.base_url}{within}") from None
        except ClientError as error:
            raise ConnectionError(
                f"no emulator answers at {self.base_url}: {error}; start one with `sms-emulator serve`"
            ) from None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def __aenter__(self) -> "OverHttp":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


async def _whole(answer: Any) -> HttpReply:
    return HttpReply(status=answer.status, headers=tuple(answer.headers.items()), body=await answer.read())
