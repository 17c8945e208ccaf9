"""What tests over real sockets share: an emulator, a client that sends octets as they are, a receiver of callbacks."""

import asyncio
import json
import secrets
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from aiohttp import ClientSession, web
from tools import need

from emulator.app.server import Server
from emulator.app.settings import Settings
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import NewSandbox

TO = "995577123456"

PATIENCE = 60.0
"""Real seconds that a test waits for what must come; a busy machine is slow."""


def skip(seconds: float) -> None:
    """Link time jumps: what the running loop has a timer for is due so much sooner. A test of a bound sets one that no
    slow machine reaches, and is there at once; what it waits for with a time-out of its own it waits for after that."""
    loop = asyncio.get_running_loop()
    now = loop.time
    loop.time = lambda: now() + seconds  # type: ignore[method-assign]


async def turns(count: int = 50) -> None:
    """Others have their turn on the loop, sockets among them: what was to come of it by itself has come."""
    for _ in range(count):
        await asyncio.sleep(0)


async def until(done: Callable[[], Any]) -> None:
    """What nobody tells of is looked for now and then."""
    async with asyncio.timeout(PATIENCE):
        while not done():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def free_port() -> int:
    """A port for another program to listen on. Not one that the system gives out: until the program listens, what runs
    beside this test would be given it too, for any connection."""
    while True:
        port = secrets.choice(range(20_000, 32_000))
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def self_signed(folder: Path) -> tuple[str, str]:
    """(certificate, key) for this machine, in files of that folder."""
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    command = [need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
               "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
               "-keyout", key, "-out", cert]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    return cert, key


@contextmanager
def deaf_port() -> Iterator[int]:
    """A port that is taken and where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@asynccontextmanager
async def serving(**settings: Any) -> AsyncIterator[Server]:
    """An emulator on a free port."""
    async with Server(Settings(port=0, **settings)) as served:
        yield served


def frozen(served: Server, **wish: Any) -> Sandbox:
    """A sandbox whose clock stands."""
    return served.emulator.create(NewSandbox(clock="frozen", **wish))


async def walk(served: Server, sandbox: Sandbox, seconds: float | None = None) -> None:
    """Advance, or settle."""
    await served.emulator.clock_driver(sandbox).walk(seconds, PATIENCE)


def request(target: str, host: str = "smsoffice.ge", *fields: str, method: str = "GET") -> bytes:
    """A request without a body as a client writes it; `fields` are lines of its head."""
    return "\r\n".join((f"{method} {target} HTTP/1.1", f"Host: {host}", *fields, "", "")).encode()


def once(target: str, host: str = "smsoffice.ge", *fields: str, method: str = "GET") -> bytes:
    """The same as the last of its connection."""
    return request(target, host, *fields, "Connection: close", method=method)


async def connected(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    where = urlsplit(url)
    return await asyncio.open_connection(where.hostname, where.port)


async def octets(url: str, *pieces: bytes, pause: float = 0) -> bytes:
    """Send octets as they are; everything that comes back until the other side closes."""
    reader, writer = await connected(url)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(reader.read(), PATIENCE)
    except ConnectionResetError:
        return b"RESET"
    finally:
        writer.close()


async def get(url: str) -> tuple[int, bytes]:
    async with ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.read()


async def control(served: Server, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """One call of the control API, over the wire."""
    async with ClientSession() as session, session.request(method, served.base_url + path, json=body) as answer:
        text = await answer.text()
        return answer.status, json.loads(text) if text else None


async def journal(served: Server) -> list[dict[str, Any]]:
    """What the default sandbox shows of requests, the last one at the end."""
    _, found = await control(served, "GET", "/_emulator/sandboxes/default/requests?limit=1000")
    return found["requests"]  # type: ignore[no-any-return]


class Receiver:
    """A client's callback endpoint: keeps what came, answers as told."""

    def __init__(self) -> None:
        self.came: list[dict[str, str]] = []
        self.answers: Callable[[dict[str, str]], Awaitable[web.Response] | web.Response] = lambda _: web.Response(
            text="OK"
        )
        self.url = ""

    async def _take(self, request: web.Request) -> web.Response:
        fields = dict(request.query)
        if request.method == "POST":
            fields.update({name: str(value) for name, value in (await request.post()).items()})
        self.came.append(fields)
        answer = self.answers(fields)
        return answer if isinstance(answer, web.Response) else await answer


@asynccontextmanager
async def site(handlers: Mapping[str, Any]) -> AsyncIterator[str]:
    """An application with those handlers (path: handler, of any method) on a free port; where it is."""
    app = web.Application()
    for path, handler in handlers.items():
        app.router.add_route("*", path, handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """A callback endpoint on a free port."""
    taking = Receiver()
    async with site({"/{path:.*}": taking._take}) as base_url:
        taking.url = f"{base_url}/callback"
        yield taking


class Stuck(NamedTuple):
    """A walk of a sandbox's clock that waits for a callback: the client has got it and not answered."""

    client: Receiver
    sandbox: Sandbox
    path: str
    answered: asyncio.Event
    walking: "asyncio.Future[Any]"

    async def go_on(self) -> None:
        """The client answers, and the walk comes to its end."""
        self.answered.set()
        await self.walking


@asynccontextmanager
async def callback_under_way(served: Server) -> AsyncIterator[Stuck]:
    """A frozen sandbox with one message, `r`, whose callback is under way."""
    async with receiver() as client:
        arrived, answered = asyncio.Event(), asyncio.Event()

        async def late(_: dict[str, str]) -> web.Response:
            arrived.set()
            await answered.wait()
            return web.Response(text="OK")

        client.answers = late
        sandbox = frozen(served, callback_url=client.url)
        path = f"/_emulator/sandboxes/{sandbox.id}"
        await get(served.base_url + send_path(key_of(sandbox), reference="r"))
        walking = asyncio.ensure_future(control(served, "POST", f"{path}/clock", {"advance": 2, "timeout": PATIENCE}))
        await asyncio.wait_for(arrived.wait(), PATIENCE)
        yield Stuck(client, sandbox, path, answered, walking)


def send_path(key: str = "emulator-smsoffice", to: str = TO, **more: str) -> str:
    """A send to smsoffice as a browser would ask for it."""
    fields = {"key": key, "destination": to, "sender": "smsoffice", "content": "Hello", **more}
    return "/api/v2/send/?" + "&".join(f"{name}={value}" for name, value in fields.items())


def key_of(sandbox: Sandbox) -> str:
    return sandbox.account("smsoffice").credentials["key"]
