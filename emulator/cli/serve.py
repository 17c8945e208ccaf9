"""`serve`: one emulator in the foreground, from the ready line to SIGTERM."""

import asyncio
import errno
import gc
import logging
import signal
import socket
from collections.abc import Callable
from importlib import import_module
from typing import Any, Literal

from emulator.app.options import unknown_variables
from emulator.app.server import Server
from emulator.app.settings import Settings
from emulator.cli import logs
from emulator.delivery.callback_queue import ALL_CARRIERS
from emulator.delivery.unsent import unfinished
from emulator.extras import NotInstalled
from emulator.net.listen import Busy
from emulator.sandboxes.change_log import Unusable
from emulator.sandboxes.spec import InvalidOptions, token
from emulator.scenarios.validation import Invalid
from emulator.version import __version__

_OTHER_FILES = 64
"""Files that are no connections: sockets that listen, the state file, the loop's own."""
_FEWEST = 8
"""Connections over HTTP, and over SMPP, however few files there may be."""


def serve(settings: Settings, listening: socket.socket, smpp: socket.socket) -> int:
    """Serve on bound sockets until told to stop; gives back the exit status."""
    logs.set_up(settings.log_format, settings.quiet)
    form = settings.log_format
    if settings.token is None and not settings.loopback:
        settings = _with_token(settings)
    try:
        loop = loop_factory(settings.loop)
        settings, too_few = _fitting(settings)
        serving = Server(settings, listening, smpp=smpp)
    except (InvalidOptions, Busy, Invalid, Unusable, ValueError) as error:
        logs.say(form, f"sms-emulator: {error}", logging.ERROR)
        return 2 if isinstance(error, ValueError) else 1
    if not settings.quiet:
        serving.emulator.http.told = logs.tell
    for name, account in ((name, serving.emulator.default.account(name)) for name in serving.emulator.providers):
        foreseen = settings.targets.foreseen(account.callback_url)
        if foreseen is not None:
            logs.log.warning("callbacks of %s will not be sent: %s", name, foreseen)
    if too_few is not None:
        logs.log.warning(too_few)
    for line in unknown_variables():
        logs.log.warning(line)
    with asyncio.Runner(loop_factory=loop) as runner:
        try:
            runner.run(_run(serving))
        except Unusable as error:
            logs.say(form, f"sms-emulator: {error}", logging.ERROR)
            return 1
    return 0


def _fitting(settings: Settings) -> tuple[Settings, str | None]:
    """As many open files as the connections, over HTTP and over SMPP each, need. Where they cannot be had, as many
    connections as fit, and what to say about it. Systems without such limits need none."""
    try:
        import resource
    except ImportError:
        return settings, None
    connections = settings.max_connections
    needed = 2 * connections + ALL_CARRIERS + _OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (OSError, ValueError):
            most = soft
    if most >= connections + _OTHER_FILES:
        return settings, None
    fit = max(_FEWEST, (most - _OTHER_FILES) // 2)
    return settings._replace(max_connections=fit), (
        f"--max-connections {connections} is more than this process can hold, which may have {most} open files: there "
        f"may be {fit} connections; raise that limit (ulimit -n), or lower --max-connections"
    )


class _LoopTrouble:
    """What the event loop complains of. That no file can be opened any more comes with each connection that waits: it
    is one line a minute; accepting pauses by itself."""

    def __init__(self) -> None:
        self._quiet_until = 0.0

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        trouble = context.get("exception")
        if not isinstance(trouble, OSError) or trouble.errno not in (errno.EMFILE, errno.ENFILE):
            loop.default_exception_handler(context)
        elif loop.time() >= self._quiet_until:
            self._quiet_until = loop.time() + 60
            logs.log.warning("no more files can be opened (ulimit -n): connections wait until others have ended")


def loop_factory(wanted: Literal["auto", "asyncio", "uvloop"]) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the event loop; None for asyncio's own. Raises ValueError when uvloop is asked for and not there."""
    if wanted == "asyncio":
        return None
    try:
        uvloop = import_module("uvloop")
    except ImportError:
        if wanted == "auto":
            return None
        raise ValueError(str(NotInstalled("--loop uvloop", "uvloop"))) from None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def _with_token(settings: Settings) -> Settings:
    """Bound to more than loopback, the control API asks for a token; without one given, one is made and told."""
    made = token(24)
    logs.say(settings.log_format, f"control API token: {made}", logging.WARNING, token=made)
    return settings._replace(token=made)


async def _run(serving: Server) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    _on_signals(loop, lambda: serving.hurry() if stop.is_set() else stop.set())
    loop.set_exception_handler(_LoopTrouble())
    await serving.start()
    gc.freeze()  # what is there now stays: it need not be looked through with each full collection
    if not serving.settings.quiet:
        form = serving.settings.log_format
        text = _banner(serving) if form == "text" else f"sms-emulator {__version__} serves"
        logs.say(form, text, http=serving.base_url, smpp=serving.smpp_url)
    print("ready", *(f"{name}={url}" for name, url in serving.urls.items()), flush=True)
    await stop.wait()
    await serving.stop()
    for line in unfinished(list(serving.emulator.sandboxes.by_id.values()), serving.settings.state):
        logs.log.warning(line)


def _on_signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Let the signals that end us call `stop`. Loops on Windows take none: there Ctrl-C comes to Python itself."""
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if (number := getattr(signal, name, None)) is None:
            continue
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))


def _banner(serving: Server) -> str:
    base = serving.base_url
    loop = type(asyncio.get_running_loop()).__module__.partition(".")[0]
    lines = [f"sms-emulator {__version__} on {loop}: paste a line to try it", "", f"# the page: {base}/", ""]
    lines += [f"# an unchanged program: eval \"$(sms-emulator env{_told_apart(base)})\", then run it", ""]
    if serving.settings.any_credentials:
        lines += ["# --any-credentials: whatever key or login no sandbox has is taken for the sandbox default's", ""]
    for provider in serving.emulator.providers.values():
        account = serving.emulator.default.account(provider.name)
        lines.append(f"# {provider.title}")
        lines += [f"curl '{base}{target}'" for target in provider.tries(account.credentials)]
        lines.append("")
    sandbox = f"{base}/_emulator/sandboxes/default"
    token = "" if serving.settings.token is None else ' -H "Authorization: Bearer $SMS_EMULATOR_TOKEN"'
    lines.append("# what the emulator saw" + (" (with the token in SMS_EMULATOR_TOKEN)" if token else ""))
    lines += [f"curl '{sandbox}/{what}'{token}" for what in ("messages", "callbacks", "requests")]
    lines.append("")
    return "\n".join(lines)


def _told_apart(base: str) -> str:
    """What `env` must be told of an emulator that is not where it is looked for."""
    return "" if base == f"http://127.0.0.1:{Settings().port}" else f" --url {base}"
