"""The command `certify`: a grade for any program that sends."""

import argparse
import asyncio
import sys
from pathlib import Path

from emulator.certify import report
from emulator.certify.cases import Case, cases
from emulator.certify.examination import Certificate, examine
from emulator.certify.judge import Finding
from emulator.certify.program import ProgramCommand
from emulator.cli.complaint import complain
from emulator.providers import found


def certify(arguments: argparse.Namespace) -> int:
    """Exit status 0 for the grades A and B, 1 for the others, 2 when it could not be examined."""
    providers = found()
    if arguments.provider not in providers:
        return complain(f"there is no provider {arguments.provider!r}; there are {', '.join(providers)}", 2)
    if not 0 < arguments.timeout <= 3600:
        return complain(f"--timeout: {arguments.timeout:g} is not between 0 and 3600 seconds", 2)
    if arguments.over == "smpp" and providers[arguments.provider].smpp is None:
        return complain(f"--over smpp: {arguments.provider} does not speak it", 2)
    every = cases(providers[arguments.provider], arguments.over)
    catalogue = [one for one in every if _chosen(one, arguments.only)]
    if not catalogue:
        names = ", ".join(one.name for one in every)
        return complain(f"--only {' '.join(arguments.only)}: no case begins so; there are {names}", 2)
    try:
        certificate = asyncio.run(_examined(ProgramCommand(arguments.send), catalogue, arguments))
    except ValueError as error:
        return complain(str(error), 2)
    print(report.as_json(certificate) if arguments.json else report.table(certificate))
    for option, path, text in (
        ("--junit", arguments.junit, report.junit), ("--badge", arguments.badge, report.badge)
    ):  # fmt: skip
        if path is not None:
            try:
                Path(path).write_text(text(certificate), encoding="utf-8")
            except OSError as error:
                return complain(f"{option}: {path} cannot be written: {error.strerror}", 2)
    return 0 if certificate.grade in "AB" else 1


def _chosen(case: Case, only: list[str] | None) -> bool:
    return not only or case.name.startswith(tuple(only))


async def _examined(command: ProgramCommand, catalogue: list[Case], arguments: argparse.Namespace) -> Certificate:
    from emulator.app.server import Server
    from emulator.control_client.async_client import AsyncSms, ServerAddress
    from emulator.control_client.transports import InProcess

    async with Server() as server:
        door, place = InProcess(server.control.answer), ServerAddress(server.base_url, server.smpp_url)
        number = 0

        def told(case: Case, findings: list[Finding]) -> None:
            nonlocal number
            number += 1
            if sys.stderr.isatty():
                print(f"\r{number}/{len(catalogue)} {case.name:40}", end="", file=sys.stderr, flush=True)

        made = await examine(
            command, lambda seed: AsyncSms.make(door, place, {"seed": seed}), arguments.provider, catalogue,
            seed=arguments.seed, timeout=arguments.timeout, told=told,
        )  # fmt: skip
        if sys.stderr.isatty():
            print(file=sys.stderr)
        return made
