"""The async driver: aiohttp's session, one for each loop.

aiohttp is imported when the first client is made, not with this file. Redirects are not followed, and no request is
repeated behind our back: aiohttp repeats a GET on a connection that went, so what goes wrong there is told to it as
something that it does not know.
"""

import asyncio
import math
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from functools import wraps
from types import TracebackType
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

from emulator.client.bulk import NumberResult
from emulator.client.calls import Aside, Call, Exchange, Pause, Trouble
from emulator.client.carrying_out import Course, Steps
from emulator.client.doubts import Settled
from emulator.client.hiding import masked
from emulator.client.places import AtOnce, lanes_of
from emulator.client.provider_calls import ProviderCalls
from emulator.client.transport import MOST, ClientOptions, Transport
from emulator.http.messages import HttpReply

if TYPE_CHECKING:
    from aiohttp import ClientSession

P = ParamSpec("P")
T = TypeVar("T")

_OF_ANOTHER_LOOP = "the session was made in another event loop: give each loop's client its own"
_CLOSED = "the session that was given is closed"


class _Loop:
    """What belongs to one event loop. `keeper`: of an own session."""

    def __init__(self, session: "ClientSession", keeper: AsyncGenerator[None] | None, at_once: AtOnce) -> None:
        self.session = session
        self.keeper = keeper
        self.places = {lane: asyncio.Semaphore(most) for lane, most in at_once.items()}


class AsyncOptions(ClientOptions, total=False):
    """`session`: one of yours to use instead of an own (a proxy, an authority, a source address); it is not closed."""

    session: "ClientSession | None"


async def _kept(session: "ClientSession") -> AsyncGenerator[None]:
    """Closes the session, at the latest when its loop ends: `asyncio.run` ends the generators that were begun in it."""
    try:
        yield
    finally:
        await session.close()


def awaited(method: Callable[Concatenate[Any, P], T]) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """A method of the client without async as a coroutine: what it asks for is carried out by this driver's `run`."""

    @wraps(method)
    async def wait(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        carried: Any = method(self, *args, **kwargs)
        found: T = await carried
        return found

    return wait


class AsyncTransport(Transport):
    """Carries calls out in the running loop, any number at once. Close it, or use it as an async context."""

    def __init__(self, account: ProviderCalls, options: AsyncOptions) -> None:
        import aiohttp

        super().__init__(account, options, AsyncOptions)
        self._aiohttp = aiohttp
        self._given = options.get("session")
        self._loops: dict[asyncio.AbstractEventLoop, _Loop] = {}

    async def run(self, call: Call[T]) -> T:
        """What the call reads. Raises its provider's SmsError."""
        return await self._follow(self._carried(call, self._course()))

    async def settle_doubts(self) -> list[Settled]:
        """Ask what became of each send of this account that the store keeps, and forget those whose end is known.
        Raises ValueError without a store."""
        return await self._follow(self._settled(self._course()))

    async def _send_many(
        self, numbers: Iterable[str], chunk: int, send: Callable[[list[str]], Call[Any]]
    ) -> list[NumberResult]:  # fmt: skip
        return await self._follow(self._many(numbers, chunk, send, self._course()))

    def _course(self) -> Course:
        return Course(asyncio.get_running_loop().time, watch=self._watch)

    async def _follow(self, steps: Steps[T]) -> T:
        try:
            step = next(steps)
            while True:
                match step:
                    case Exchange():
                        step = steps.send(await self._exchange(step))
                    case Pause():
                        await asyncio.sleep(step.seconds)
                        step = steps.send(None)
                    case Aside():
                        given, why = await asyncio.to_thread(step.tried)
                        step = steps.send(given) if why is None else steps.throw(why)
        except StopIteration as done:
            value: T = done.value
            return value

    async def _exchange(self, wanted: Exchange) -> HttpReply | Trouble:
        """One request, and its reply or why there is none."""
        loop = asyncio.get_running_loop()
        end = loop.time() + wanted.wait
        mine = await self._mine()
        if isinstance(mine, Trouble):
            return mine
        async with AsyncExitStack() as places:
            for lane in lanes_of(wanted.lane, self._at_once):
                try:
                    async with asyncio.timeout_at(end):
                        await places.enter_async_context(mine.places[lane])
                except TimeoutError:
                    most = self._at_once[lane]
                    return Trouble(f"{most} calls {lane or 'of this client'} are under way, and none ended", left=False)
            return await self._send(mine.session, wanted)

    async def _send(self, session: "ClientSession", wanted: Exchange) -> HttpReply | Trouble:
        http = self._aiohttp
        # A connection that the other side has closed meanwhile is seen to be so only once the loop has come round.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        timeout = max(min(wanted.timeout, wanted.end - asyncio.get_running_loop().time()), 0.001)
        limits = http.ClientTimeout(total=timeout, connect=min(wanted.connect, timeout * 0.9), ceil_threshold=math.inf)
        left: bool | None = True
        final = False
        try:
            return await self._read(session, wanted, limits)
        except (http.ClientConnectorCertificateError, http.ClientHttpProxyError) as why:
            said, left, final = f"{self._base} cannot be reached: {_words(why)}", False, True
        except http.ConnectionTimeoutError:
            said, left = f"{self._base} cannot be reached: no connection within {limits.connect:.3g} s", False
        except http.ClientConnectorError as why:
            said, left = f"{self._base} cannot be reached: {_words(why)}", False
        except TimeoutError:
            said = f"no whole answer within {timeout:.3g} s"
        except _Went as why:
            said = f"the connection broke: {why}"
        except (http.ClientError, OSError, ValueError) as why:
            said = f"the connection broke: {_words(why)}"
        except RuntimeError as why:
            said, left, final = (_CLOSED, False, True) if session.closed else (_words(why), None, True)
        return Trouble(masked(said, wanted.secrets), left, final)

    async def _read(self, session: "ClientSession", wanted: Exchange, limits: Any) -> HttpReply | Trouble:
        from yarl import URL

        request = wanted.request
        url = URL(self._base + request.target, encoded=True)
        more: dict[str, Any] = {} if request.method == "POST" else {"middlewares": (self._once,)}
        async with session.request(
            request.method, url, data=request.body or None, headers=dict(request.headers), timeout=limits,
            allow_redirects=False, **more,
        ) as answer:  # fmt: skip
            body = bytearray()
            async for piece in answer.content.iter_any():
                body += piece
                if len(body) > MOST:
                    answer.close()
                    return Trouble(f"the answer is longer than {MOST} octets")
            return HttpReply(status=answer.status, headers=tuple(answer.headers.items()), body=bytes(body))

    async def _once(self, request: Any, handler: Any) -> Any:
        """A middleware of aiohttp's that keeps it from repeating: it does so when one of its own errors comes."""
        http = self._aiohttp
        try:
            return await handler(request)
        except (http.ClientConnectorError, http.ConnectionTimeoutError):
            raise  # these it does not repeat
        except (http.ClientError, OSError) as why:
            if isinstance(why, TimeoutError):
                raise
            went = _Went(_words(why))
        raise went

    async def _mine(self) -> _Loop | Trouble:
        """What belongs to the running loop; what belonged to one that is closed is let go, as is an own session that
        was closed with the loop's generators."""
        loop = asyncio.get_running_loop()
        await self._let_go([one for one in self._loops if one.is_closed()])
        mine = self._loops.get(loop)
        if mine is not None and mine.keeper is not None and mine.session.closed:
            mine = None
        if mine is None:
            if self._given is not None and self._loops:
                return Trouble(_OF_ANOTHER_LOOP, left=False, final=True)
            session = self._given or self._own_session()
            keeper = _kept(session) if self._given is None else None
            mine = self._loops[loop] = _Loop(session, keeper, self._at_once)
            if keeper is not None:
                await anext(keeper)
        if mine.session.closed:
            return Trouble(_CLOSED, left=False, final=True)
        return mine

    def _own_session(self) -> "ClientSession":
        from aiohttp import ClientSession, DummyCookieJar

        from emulator.client.connector import careful_connector

        return ClientSession(connector=careful_connector(self._base.startswith("https:")), cookie_jar=DummyCookieJar())

    async def _let_go(self, loops: Iterable[asyncio.AbstractEventLoop]) -> None:
        for loop in loops:
            if (gone := self._loops.pop(loop, None)) is not None and gone.keeper is not None:
                await gone.keeper.aclose()

    async def close(self) -> None:
        """Close the own session. The client can be used again."""
        await self._let_go([asyncio.get_running_loop()])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


class _Went(Exception):
    """The connection went: aiohttp does not know this, and so does not send again."""


def _words(why: BaseException) -> str:
    """An error of aiohttp's without the URL that it may show."""
    return f"{type(why).__name__} {why}".strip()
