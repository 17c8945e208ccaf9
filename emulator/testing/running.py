"""Where handles come from: an emulator in this loop, in a thread, or elsewhere, and a fresh sandbox in it."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Unpack
from urllib.parse import urlsplit

from emulator.control_client.async_client import AsyncSms, ServerAddress, Wishes
from emulator.control_client.background_loop import Background, at_once
from emulator.control_client.calls import ask
from emulator.control_client.records import CallRefused
from emulator.control_client.sync_client import Sms
from emulator.control_client.transports import ApiTransport, InProcess, OverHttp

if TYPE_CHECKING:  # whoever uses a server elsewhere goes without the one that we are
    from emulator.app.server import Server

_AN_HOUR = 3_600.0
"""Real seconds after its last use when a sandbox that nobody deleted goes by itself, on a server that outlives us."""


def place_of(serving: "Server") -> ServerAddress:
    return ServerAddress(serving.base_url, serving.smpp_url)


async def served_here(wishes: Mapping[str, Any]) -> tuple[AsyncSms, "Server"]:
    """An emulator on free ports, served by the running loop until it is stopped, and a fresh sandbox."""
    from emulator.app.server import Server

    serving = Server()
    try:
        await serving.start()
        return await AsyncSms.make(InProcess(serving.control.answer), place_of(serving), wishes), serving
    except BaseException:
        await serving.stop()
        raise


def remote(url: str, token: str | None = None) -> OverHttp:
    """The transport to a server elsewhere; its token from the environment unless given."""
    return OverHttp(url, token or os.environ.get("SMS_EMULATOR_TOKEN"))


async def made_elsewhere(door: OverHttp, place: ServerAddress, wishes: Mapping[str, Any]) -> AsyncSms:
    """A fresh sandbox of that server."""
    try:
        return await AsyncSms.make(door, place, {"ttl": _AN_HOUR, **wishes})
    except CallRefused as refused:
        if refused.status != 401:
            raise
        told = {
            "code": refused.code, "message": refused.message,
            "hint": "say that server's --token in the environment, as SMS_EMULATOR_TOKEN, or running() as token=",
        }  # fmt: skip
        raise CallRefused(refused.call, refused.status, told) from None


async def place_elsewhere(door: OverHttp) -> ServerAddress:
    """Where that server serves. Raises ConnectionError when none does."""
    health = await ask(door, "GET", "/_emulator/health", patience=10.0)
    smpp = health.get("smpp") if isinstance(health, dict) else None
    return ServerAddress(door.base_url, smpp and _seen_from_here(smpp, door.base_url))


def _seen_from_here(smpp: str, base_url: str) -> str:
    """A server in a container names its own loopback: SMPP is where we reach HTTP, on the port that it tells."""
    told, host = urlsplit(smpp), urlsplit(base_url).hostname or ""
    if told.hostname not in ("127.0.0.1", "::1"):
        return smpp
    return f"{told.scheme}://{f'[{host}]' if ':' in host else host}:{told.port}"


class Home:
    """An emulator for synchronous code: served by a thread of its own, or, with `url`, elsewhere.

    `serving` is the one in the thread, else None. `stop` ends it within seconds.
    """

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        self.background = Background()
        self._open = AsyncExitStack()
        self.serving: Server | None = None
        try:
            self._door, self.place = self.background.run(self._start(url, token), 60.0)
        except BaseException:
            self.stop()
            raise

    async def _start(self, url: str | None, token: str | None) -> tuple[ApiTransport, ServerAddress]:
        if url is None:
            from emulator.app.server import Server

            self.serving = await self._open.enter_async_context(Server())
            return InProcess(self.serving.control.answer), place_of(self.serving)
        door = await self._open.enter_async_context(remote(url, token))
        return door, await place_elsewhere(door)

    def sandbox(self, wishes: Mapping[str, Any]) -> Sms:
        """A handle of a fresh sandbox. Raises CallRefused when the wishes are not valid."""
        door = self._door
        if isinstance(door, OverHttp):
            made = self.background.run(made_elsewhere(door, self.place, wishes))
        else:
            made = self.background.do(lambda: at_once(AsyncSms.make(door, self.place, wishes)))
        return Sms(made, self.background)

    def over(self, sms: Sms) -> None:
        """Delete a sandbox that nobody needs any more. Here nothing is waited for: what is asked next comes after."""
        if self.serving is None:
            sms.delete()
        else:
            sandboxes, id = self.serving.emulator, sms.id
            self.background.soon(lambda: sandboxes.forget(id))

    def stop(self) -> None:
        try:
            self.background.run(self._open.aclose(), 5.0)
        except TimeoutError:
            pass
        finally:
            self.background.stop()


class running:
    """An emulator and a fresh sandbox for the length of a block, for unittest and scripts.

    `with emulator.running(clock="frozen") as sms:` serves in a thread and gives an Sms; `async with` serves in the
    running loop and gives an AsyncSms. `url`: use the server there (`token`: its --token). All else is what
    POST /_emulator/sandboxes takes: scenario, seed, clock, balance, callback_url, stoplist, accounts, ttl, id.
    """

    def __init__(self, *, url: str | None = None, token: str | None = None, **wishes: Unpack[Wishes]) -> None:
        self._url = url
        self._token = token
        self._wishes: Mapping[str, Any] = dict(wishes)
        self._home: Home | None = None
        self._open = AsyncExitStack()

    def __enter__(self) -> Sms:
        self._home = Home(self._url, self._token)
        try:
            self._sms = self._home.sandbox(self._wishes)
        except BaseException:
            self._home.stop()
            raise
        return self._sms

    def __exit__(self, *_: object) -> None:
        assert self._home is not None
        try:
            if self._url is not None:
                self._sms.delete()
        finally:
            self._home.stop()

    async def __aenter__(self) -> AsyncSms:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            raise RuntimeError(
                "`async with emulator.running()` serves in an asyncio loop, and this code runs in none (on trio, say). "
                "Use `with emulator.running() as sms:`: the same in a thread, its methods without await"
            ) from None
        if self._url is None:
            sms, serving = await served_here(self._wishes)
            self._open.push_async_callback(serving.stop)
            return sms
        door = await self._open.enter_async_context(remote(self._url, self._token))
        sms = await made_elsewhere(door, await place_elsewhere(door), self._wishes)
        self._open.push_async_callback(sms.delete)
        return sms

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()
