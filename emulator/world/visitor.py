"""An application of a world as the test sees it: a process, and somebody who visits it."""

import json as json_module
from functools import cached_property
from typing import Any, NamedTuple

import aiohttp

from emulator.world.process import Process


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

    async def request(self, method: str, path: str, **how: Any) -> Reply:
        """What aiohttp's `request` takes: json=, data=, params=, headers=. While the application is down it waits for
        it to come up again, as a person does who sees no page."""
        await self.up.wait()
        how["timeout"] = aiohttp.ClientTimeout(total=how.get("timeout", 60.0))
        try:
            async with self._visitor.request(method, self.url(path), **how) as answer:
                return Reply(answer.status, await answer.read(), tuple(answer.headers.items()))
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Reply()

    @cached_property
    def _visitor(self) -> aiohttp.ClientSession:
        """Keeps neither connections nor cookies."""
        connector = aiohttp.TCPConnector(force_close=True)
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    async def leave(self) -> None:
        """Nobody visits it any more."""
        if "_visitor" in vars(self):
            await self._visitor.close()
