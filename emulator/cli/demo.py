"""`demo`: the whole circle in one go: start, send through every provider, receive the callbacks, show the timelines."""

import asyncio
import sys
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from emulator.app.server import Server
from emulator.app.settings import Settings
from emulator.http.messages import HttpRequest
from emulator.providers.base import Provider
from emulator.samples import Fake

if TYPE_CHECKING:
    from emulator.control_api import response_types

_NUMBER = "995577{:06d}"


def demo() -> int:
    """Run it; gives back the exit status."""
    return asyncio.run(_demo())


async def _demo() -> int:
    from emulator.control_api import filters

    async with Server(Settings(port=0)) as serving:
        print(f"emulator at {serving.base_url}")
        for provider in serving.emulator.providers.values():
            for text, number in zip(_texts(), (123456, 990001), strict=True):
                await _send(serving, provider, _NUMBER.format(number), text, f"demo-{number}")
            print(f"{provider.title}: sent as its client does")
        default = serving.emulator.default
        await serving.emulator.clock_driver(default).walk(None, 10.0)
        shown = [*filters.messages(default, filters.MessageFilters(limit=1000))]
        callbacks = [*filters.callbacks(default, filters.CallbackFilters(limit=1000))]
    for message in filter(None, shown):
        print(_timeline(message, [one for one in callbacks if one and one["message_id"] == message["id"]]))
    return 0


def _texts() -> tuple[str, str]:
    fake = Fake(1)
    return fake.text(code="123456"), fake.text()


async def _send(serving: Server, provider: Provider, to: str, text: str, reference: str) -> None:
    account = serving.emulator.default.account(provider.name)
    request = provider.example(account.credentials, to, text, reference)
    status, body = await asyncio.to_thread(_over_the_wire, serving.base_url, request)
    if status != 200:
        print(f"{provider.title} answered HTTP {status}: {body[:200]!r}", file=sys.stderr)


def _over_the_wire(base_url: str, request: HttpRequest) -> tuple[int, bytes]:
    where = urlsplit(base_url)
    connection = HTTPConnection(where.hostname or "127.0.0.1", where.port, timeout=10)
    try:
        connection.request(request.method, request.target, request.body or None, dict(request.headers))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _timeline(message: "response_types.Message", callbacks: "list[response_types.Callback]") -> str:
    lines = [f"\n{message['provider']} {message['id']} to {message['to']}: {message['text']}"]
    for entry in message["history"]:
        lines.append(f"  {entry['at'][11:23]}  {entry['status']}")
    for one in callbacks:
        lines.append(f"  {one['at'][11:23]}  callback, attempt {one['attempt']}: {one['sent']} -> {one['verdict']}")
    return "\n".join(lines)
