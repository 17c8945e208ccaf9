"""The user's program: a command that is run once for each case, without a shell, or a request to a program that runs;
and what starts that. Values are filled into places ({to}, {text}) and stand in the environment (SMS_TO, SMS_TEXT)."""

import asyncio
import json
import os
import re
import shlex
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from urllib.parse import quote, urlsplit

from emulator.app.options import is_url

_PLACE = re.compile(r"\{(\w+)\}")
_METHODS = ("GET", "POST", "PUT", "PATCH")
_STARTING = 30.0
"""Seconds in which a program has to listen."""


class CommandTemplate:
    """`template`: as typed, such as `php send.php {to} {text}`. Exit status 0 says that the message was sent."""

    def __init__(self, template: str, variables: dict[str, str]) -> None:
        self._variables = variables
        self._words = shlex.split(template)
        if not self._words:
            raise ValueError("--send names no command")

    async def __call__(self, values: Mapping[str, str], timeout: float) -> bool | None:
        words = [_filled(word, values) for word in self._words]
        async with started(words, self._variables | _named(values), "--send") as process:
            try:
                return await asyncio.wait_for(process.wait(), timeout) == 0
            except TimeoutError:
                return None


class RequestTemplate:
    """`template`: a method, an address and perhaps a body: `POST http://localhost:8000/orders {"phone": "{to}"}`. What
    is filled in is encoded as it must be there: percent signs in the address and in forms, JSON in JSON. A status from
    200 to 299 says that the message was sent."""

    def __init__(self, template: str) -> None:
        self._method, _, rest = template.strip().partition(" ")
        self._url, _, body = rest.strip().partition(" ")
        self._body = body.strip()
        self._json = self._body.startswith(("{", "["))
        if not is_url(self._url):
            raise ValueError(f"--send: {self._url!r} is no address; one looks like http://localhost:8000/orders")
        at = urlsplit(self._url)
        self.place = at.hostname or "", at.port or (443 if at.scheme == "https" else 80)

    async def __call__(self, values: Mapping[str, str], timeout: float) -> bool | None:
        import aiohttp  # commands go without it

        kind = "application/json" if self._json else "application/x-www-form-urlencoded"
        body = _filled(self._body, values, _in_json if self._json else _in_url) or None
        limit = aiohttp.ClientTimeout(total=timeout)
        try:
            async with aiohttp.ClientSession(timeout=limit) as session, session.request(
                self._method, _filled(self._url, values, _in_url), data=body,
                headers={"Content-Type": kind} if body else None, allow_redirects=False,
            ) as answer:  # fmt: skip
                await answer.read()
                return answer.ok and answer.status < 300
        except TimeoutError:
            return None
        except aiohttp.ClientError:
            return False


class StartedProgram:
    """A program that sends when it is asked to: started anew for each case, so that it has that case's account."""

    def __init__(self, words: Sequence[str], request: RequestTemplate, variables: dict[str, str]) -> None:
        self._words = words
        self._variables = variables
        self._request = request

    async def __call__(self, values: Mapping[str, str], timeout: float) -> bool | None:
        async with self.running(values):
            return await self._request(values, timeout)

    @asynccontextmanager
    async def running(self, values: Mapping[str, str]) -> AsyncIterator[None]:
        """Raises ValueError when it ends by itself, or does not listen where the request goes."""
        words = [_filled(word, values) for word in self._words]
        async with started(words, self._variables | _named(values), "--run") as process:
            await _listens(process, self._request.place)
            yield


async def _listens(process: asyncio.subprocess.Process, place: tuple[str, int]) -> None:
    where = f"{place[0]}:{place[1]}"
    try:
        async with asyncio.timeout(_STARTING):
            while process.returncode is None:
                try:
                    _, writer = await asyncio.open_connection(*place)
                except OSError:
                    await asyncio.sleep(0.05)
                    continue
                writer.close()
                return
    except TimeoutError:
        raise ValueError(f"--run: nobody listens at {where} after {_STARTING:.0f} seconds") from None
    raise ValueError(f"--run: the program has ended ({process.returncode}), and nobody listens at {where}")


def _named(values: Mapping[str, str]) -> dict[str, str]:
    return {f"SMS_{name.upper()}": value for name, value in values.items()}


@asynccontextmanager
async def started(
    words: Sequence[str], variables: Mapping[str, str], option: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process, silent; ended in the end with all that it has started. Raises ValueError when it cannot be run."""
    try:
        process = await asyncio.create_subprocess_exec(
            *words, env=variables, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise ValueError(f"{option}: {words[0]} cannot be run: {error.strerror}") from None
    try:
        yield process
    finally:
        if process.returncode is None:
            _kill(process)
            await process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    """With all that it has started, where processes have groups."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


Program = CommandTemplate | RequestTemplate | StartedProgram


def program_of(send: str, run: Sequence[str], variables: dict[str, str]) -> Program:
    """What --send says, and what stands behind --run; `variables` stand in their environment. Raises ValueError."""
    if send.strip().partition(" ")[0] not in _METHODS:
        if run:
            raise ValueError(f"--run goes with a request in --send, such as 'POST http://localhost:8000/orders', "
                             f"not with the command {send!r}")  # fmt: skip
        return CommandTemplate(send, variables)
    request = RequestTemplate(send)
    return StartedProgram(run, request, variables) if run else request


def _as_it_is(value: str) -> str:
    return value


def _in_url(value: str) -> str:
    return quote(value, safe="")


def _in_json(value: str) -> str:
    return json.dumps(value)[1:-1]


def _filled(text: str, values: Mapping[str, str], written: Callable[[str], str] = _as_it_is) -> str:
    """Raises ValueError for a place that nothing fills."""

    def fill(place: re.Match[str]) -> str:
        if place[1] not in values:
            there = ", ".join(f"{{{one}}}" for one in values)
            raise ValueError(f"{{{place[1]}}} in --send: there are {there}")
        return written(values[place[1]])

    return _PLACE.sub(fill, text)
