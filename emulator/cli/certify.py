"""The command `certify`: a grade for any program that sends, and the faults that no test of a suite notices."""

import argparse
import asyncio
import json
import os
import sys
from contextlib import nullcontext
from pathlib import Path

from emulator.app.options import is_url
from emulator.certify import report
from emulator.certify.blind_spots import Tried, summary
from emulator.certify.cases import Case, cases
from emulator.certify.examination import Certificate, examine, values, with_callbacks
from emulator.certify.judge import Finding
from emulator.certify.program import StartedProgram, program_of
from emulator.certify.suite import Suite
from emulator.cli.complaint import complain
from emulator.control_client.async_client import AsyncSms
from emulator.histories.endpoint_runner import About, Unreachable
from emulator.providers import found
from emulator.providers.base import Provider

_CALLED_ABOUT = About("check-1", "995577123456", None, "emulator-callback")


def certify(arguments: argparse.Namespace) -> int:
    """Exit status 0 for the grades A and B, and for a suite that notices everything; 1 otherwise; 2 when it could not
    be examined."""
    if not 0 < arguments.timeout <= 3600:
        return complain(f"--timeout: {arguments.timeout:g} is not between 0 and 3600 seconds", 2)
    try:
        return _suite(arguments) if arguments.tests else _program(arguments)
    except (ValueError, Unreachable) as error:
        return complain(str(error), 2)


def _suite(arguments: argparse.Namespace) -> int:
    if not arguments.command:
        raise ValueError("--tests takes the command that runs them behind two dashes: certify --tests -- npm test")
    tried = asyncio.run(_looked(arguments))
    if arguments.json:
        told = [{"verdict": one.verdict, "copies": one.copies, **one.spot._asdict()} for one in tried]
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        print("\n".join(summary(tried)))
    return int(any(one.verdict == "unnoticed" for one in tried))


async def _looked(arguments: argparse.Namespace) -> list[Tried]:
    from emulator.app.server import Server

    async with Server() as server:
        return await Suite(arguments.command, server).look(
            arguments.only or (), arguments.limit, lambda line: print(line, file=sys.stderr, flush=True)
        )


def _program(arguments: argparse.Namespace) -> int:
    providers = found()
    if arguments.provider is None or arguments.send is None:
        raise ValueError("certify takes --provider and --send; or --tests, and the command that runs them")
    if bool(arguments.command) != arguments.starts:
        raise ValueError("a command stands behind two dashes with --run or --tests: certify ... --run -- node app.js")
    if arguments.provider not in providers:
        raise ValueError(f"there is no provider {arguments.provider!r}; there are {', '.join(providers)}")
    if arguments.over == "smpp" and providers[arguments.provider].smpp is None:
        raise ValueError(f"--over smpp: {arguments.provider} does not speak it")
    every = cases(providers[arguments.provider], arguments.over)
    catalogue = [one for one in every if _chosen(one, arguments.only)]
    if not catalogue:
        names = ", ".join(one.name for one in every)
        raise ValueError(f"--only {' '.join(arguments.only)}: no case begins so; there are {names}")
    if arguments.callback is not None and not is_url(arguments.callback):
        raise ValueError(f"--callback: {arguments.callback!r} is no address; one looks like http://localhost:8000/sms")
    certificate = asyncio.run(_examined(providers[arguments.provider], catalogue, arguments))
    print(report.as_json(certificate) if arguments.json else report.table(certificate))
    for option, path, text in (
        ("--junit", arguments.junit, report.junit), ("--badge", arguments.badge, report.badge)
    ):  # fmt: skip
        if path is not None:
            try:
                Path(path).write_text(text(certificate), encoding="utf-8")
            except OSError as error:
                raise ValueError(f"{option}: {path} cannot be written: {error.strerror}") from None
    return 0 if certificate.grade in "AB" else 1


def _chosen(case: Case, only: list[str] | None) -> bool:
    return not only or case.name.startswith(tuple(only))


async def _examined(provider: Provider, catalogue: list[Case], arguments: argparse.Namespace) -> Certificate:
    from emulator.app.server import Server
    from emulator.control_client.async_client import ServerAddress
    from emulator.control_client.transports import InProcess

    program_of(arguments.send, arguments.command, {})  # what cannot be is told before anything starts
    async with Server() as server:
        door, place = InProcess(server.control.answer), ServerAddress(server.base_url, server.smpp_url)
        number = 0

        def told(case: Case, findings: list[Finding]) -> None:
            nonlocal number
            number += 1
            if sys.stderr.isatty():
                print(f"\r{number}/{len(catalogue)} {case.name:40}", end="", file=sys.stderr, flush=True)

        async def sandbox(seed: int) -> AsyncSms:
            return await AsyncSms.make(door, place, {"seed": seed})

        program = program_of(arguments.send, arguments.command, await _leading_here(await sandbox(arguments.seed)))
        made = await examine(
            program, sandbox, provider.name, catalogue, seed=arguments.seed, timeout=arguments.timeout, told=told,
        )  # fmt: skip
        if arguments.callback is not None:
            filled = values(await sandbox(arguments.seed), provider.name, catalogue[0])
            running = program.running(filled) if isinstance(program, StartedProgram) else nullcontext()
            async with running:
                made = await with_callbacks(
                    made, provider, arguments.callback, _CALLED_ABOUT, min(arguments.timeout, 10.0), told
                )
        if sys.stderr.isatty():
            print(file=sys.stderr)
        return made


async def _leading_here(sms: AsyncSms) -> dict[str, str]:
    """The environment in which programs that call the provider's own address come here, as under `sms-emulator run`;
    where that cannot be (an authority needs the extra [tls]), the environment as it is."""
    try:
        return await sms.environ()
    except (ImportError, OSError):
        return dict(os.environ)
