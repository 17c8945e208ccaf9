"""`serve`: one emulator in the foreground, from the ready line to SIGTERM."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Literal

from emulator import __version__, logs
from emulator.listening import Busy
from emulator.outgoing.unfinished import unfinished
from emulator.recipes import Bad, token
from emulator.recorder import Unusable
from emulator.scripting.checking import Invalid
from emulator.serving import Serving
from emulator.settings import Settings


def serve(settings: Settings, listening: socket.socket, smpp: socket.socket) -> int:
    """Serve on bound sockets until told to stop; gives back the exit status."""
    logs.set_up(settings.log_format, settings.quiet)
    if settings.token is None and not settings.loopback:
        settings = _with_token(settings)
    try:
        loop = loop_factory(settings.loop)
        serving = Serving(settings, listening, smpp=smpp)
    except (Bad, Busy, Invalid, Unusable, ValueError) as error:
        print(f"sms-emulator: {error}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) else 1
    if not settings.quiet:
        serving.emulator.reception.told = logs.tell
    for name, account in ((name, serving.emulator.default.account(name)) for name in serving.emulator.providers):
        foreseen = settings.targets.foreseen(account.callback_url)
        if foreseen is not None:
            logs.log.warning("callbacks of %s will not be sent: %s", name, foreseen)
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(_run(serving))
    return 0


def loop_factory(wanted: Literal["auto", "asyncio", "uvloop"]) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the event loop; None for asyncio's own. Raises ValueError when uvloop is asked for and not there."""
    if wanted == "asyncio":
        return None
    try:
        uvloop = import_module("uvloop")
    except ImportError:
        if wanted == "auto":
            return None
        raise ValueError("--loop uvloop: it is not installed; pip install 'sms-emulator[speed]' brings it") from None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def _with_token(settings: Settings) -> Settings:
    """Bound to more than loopback, the control API asks for a token; without one given, one is made and told."""
    made = token(24)
    print(f"control API token: {made}", file=sys.stderr)
    return settings._replace(token=made)


async def _run(serving: Serving) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await serving.start()
    gc.freeze()  # what is there now stays: it need not be looked through with each full collection
    if not serving.settings.quiet:
        print(_banner(serving), file=sys.stderr, flush=True)
    tls = f" smpps={serving.smpps_url}" if serving.smpps_url else ""
    print(f"ready http={serving.base_url} smpp={serving.smpp_url}{tls}", flush=True)
    await stop.wait()
    await serving.stop()
    for line in unfinished(list(serving.emulator.sandboxes.by_id.values()), serving.settings.state):
        logs.log.warning(line)


def _banner(serving: Serving) -> str:
    base = serving.base_url
    loop = type(asyncio.get_running_loop()).__module__.partition(".")[0]
    lines = [f"sms-emulator {__version__} on {loop}: paste a line to try it", "", f"# the page: {base}/", ""]
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
