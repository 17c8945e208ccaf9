"""HTTP out: a request goes to the client under test, its answer comes back. Bytes only."""

import asyncio

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, StreamReader, TCPConnector
from yarl import URL

from emulator.wire import HttpReply, HttpRequest

TIMEOUT = 10.0
"""Real seconds from the first try to connect to the last octet of the answer."""
_CONNECTIONS = 100
_PER_HOST = 50
_MOST_READ = 64 * 1024


class Outbox:
    """Sends callbacks. Connections are kept alive, no redirect is followed, no cookie kept."""

    def __init__(self) -> None:
        self._session: ClientSession | None = None

    async def call(self, request: HttpRequest) -> HttpReply:
        """The answer. Raises OSError, its text for people, when there is none within 10 seconds."""
        if self._session is None:
            connector = TCPConnector(limit=_CONNECTIONS, limit_per_host=_PER_HOST)
            self._session = ClientSession(
                connector=connector, cookie_jar=DummyCookieJar(), timeout=ClientTimeout(total=TIMEOUT),
                auto_decompress=False, trust_env=False, headers={"User-Agent": "sms-emulator"},
            )  # fmt: skip
        try:
            async with self._session.request(
                request.method, _url(request.target), data=request.body or None, headers=dict(request.headers),
                allow_redirects=False,
            ) as answer:  # fmt: skip
                body = await _some(answer.content)
                headers = tuple((str(name), value) for name, value in answer.headers.items())
                return HttpReply(status=answer.status, headers=headers, body=body)
        except TimeoutError:
            raise TimeoutError(f"no answer within {TIMEOUT:.0f} s") from None
        except (ClientError, ValueError, asyncio.IncompleteReadError) as error:
            raise OSError(str(error) or type(error).__name__) from None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


async def _some(content: StreamReader) -> bytes:
    """The body, as far as anybody looks at it."""
    body = b""
    async for piece in content.iter_any():
        body += piece
        if len(body) > _MOST_READ:
            break
    return body


def _url(target: str) -> URL:
    """The target as it stands: nothing is quoted again."""
    return URL(target, encoded=True)

