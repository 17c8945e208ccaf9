"""The command `run`: an emulator, a program led to it, and what it sent."""

import argparse
import asyncio
import os
import sys
from collections import Counter
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from emulator.app.settings import Settings, settings
from emulator.cli.complaint import complain
from emulator.core.units import counted
from emulator.interception.isolation import IsolationError, enter
from emulator.interception.launcher import launch
from emulator.interception.preparation import asked_of, authority, changes, hosts_led
from emulator.interception.variables import Addresses, changed
from emulator.tls.authority import AuthorityError

if TYPE_CHECKING:
    from emulator.app.server import Server

WRONG = 2
"""The exit status when a program could not be led."""
_REAL_PORTS = {"https_port": 443, "also_http_port": 80, "smpp_port": 3700, "smpp_tls_port": 3443, "smtp_port": 25}
"""What is listened on in a network of its own."""
_MOST_LINES = 40


def run(arguments: argparse.Namespace) -> int:
    """Run the program; gives back its exit status, or 2 when it could not be led."""
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        return complain("run what? sms-emulator run -- COMMAND …", WRONG)
    try:
        if arguments.url is not None:
            if arguments.isolate:
                return complain("--isolate starts an emulator of its own: what runs at --url could not be reached",
                                WRONG)  # fmt: skip
            return asyncio.run(_with_one_elsewhere(arguments.url, command))
        chosen = _settings(vars(arguments), arguments.isolate)
        pem = authority(chosen.ca_dir).pem
        if arguments.isolate:
            enter(hosts_led())
        return _serve(chosen, pem, command, arguments.isolate)
    except (AuthorityError, IsolationError, OSError, ValueError) as wrong:
        return complain(str(wrong), WRONG)


def _settings(flags: dict[str, Any], isolated: bool) -> Settings:
    """As for `serve`, but free ports (or the real ones, where they are all ours), TLS for SMPP, and any credentials."""
    ports = {"port": 0, "smpp_port": 0, "smpp_tls_port": 0, "smtp_port": 0, **(_REAL_PORTS if isolated else {})}
    if not find_spec("aiosmtpd"):  # of the extra [smtp]
        del ports["smtp_port"]
    told = {name: value for name, value in flags.items() if value is not None}
    chosen = settings({**told, "any_credentials": told.get("any_credentials", True)})
    unsaid: dict[str, Any] = {name: port for name, port in ports.items() if name not in told and _unnamed(name)}
    return chosen._replace(**unsaid)


def _unnamed(option: str) -> bool:
    return not os.environ.get(f"SMS_EMULATOR_{option.upper()}")


async def _with_one_elsewhere(url: str, command: list[str]) -> int:
    pem, there = await asyncio.to_thread(asked_of, url)
    return await launch(command, changed(os.environ, changes(there, pem, None, os.environ)))


def _serve(chosen: Settings, pem: bytes, command: list[str], isolated: bool) -> int:
    from emulator.app.server import Server
    from emulator.cli import logs
    from emulator.net.listen import Busy
    from emulator.sandboxes.change_log import Unusable
    from emulator.sandboxes.spec import InvalidOptions
    from emulator.scenarios.problems import Invalid

    logs.set_up(chosen.log_format, True)
    try:
        serving = Server(chosen)
    except (Busy, Invalid, InvalidOptions, Unusable) as error:
        return complain(str(error), WRONG)
    return asyncio.run(_led(serving, pem, command, isolated))


async def _led(serving: "Server", pem: bytes, command: list[str], isolated: bool) -> int:
    async with serving:
        beside = (_address(one) for one in (serving.smpp_url, serving.smpps_url, serving.smtp_url))
        here = Addresses(serving.base_url, *beside)
        led = changes(here, pem, serving.settings.ca_dir, os.environ, ways=not isolated)
        status = await launch(command, changed(os.environ, led))
        told = await _seen(serving)
    print("\n".join(told), file=sys.stderr)
    return status


async def _seen(serving: "Server") -> list[str]:
    """What the emulator saw of the program, for people."""
    from emulator.control_api import filters
    from emulator.control_api.handlers import lint

    default = serving.emulator.default
    requests = [one for one in filters.requests(default, filters.RequestFilters(limit=10_000)) if one]
    sends = [one for one in requests if one["operation"] == "send"]
    refused = [one for one in requests if one["outcome"] == "refused"]
    unreadable = [one for one in requests if one["outcome"] == "unreadable"]
    findings = (await lint.lint(default, lint.LintQuery()))["findings"]
    told = Counter(f"  refused: {one['provider']} {one['operation']}: {one['explain']}" for one in refused)
    told.update(f"  not served: {one['request']['method']}: {one['explain']}" for one in unreadable)
    for one in findings:
        for detail in one["details"] or [f"{one['first_request']}: {one['statement']} {one['emulator']}"]:
            told[f"  finding: {one['provider']}: {detail} [{one['row']}]"] += 1
    return [
        f"sms-emulator: {counted(len(requests), 'request')}, {counted(len(sends), 'send')} among them, "
        f"{len(refused)} refused, {counted(len(findings), 'finding')}",
        *(f"{line} ({times} times)" if times > 1 else line for line, times in told.most_common(_MOST_LINES)),
    ]


def _address(url: str | None) -> tuple[str, int] | None:
    parts = urlsplit(url or "")
    return (parts.hostname, parts.port) if parts.hostname and parts.port else None
