"""The command `sms-emulator`. Nothing heavy is imported before it is known what for."""

import argparse
import gc
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from emulator.cli.complaint import complain
from emulator.extras import NotInstalled
from emulator.interception.shells import SHELLS
from emulator.version import __version__


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; gives back its exit status."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a pipe on Windows knows few letters; an error is no answer
        sys.stdout.reconfigure(errors="backslashreplace")
    parser = _parser()
    status = 0
    try:
        try:
            arguments, unknown = parser.parse_known_args(argv)
            status = _unknown(unknown[0], arguments.of) if unknown else arguments.run(arguments)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except NotInstalled as missing:
        return complain(str(missing), 2)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sms-emulator", description="A faithful fake of three SMS providers, for tests.",
        epilog="The control API is described at /_emulator/openapi.json of a running emulator.", allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"sms-emulator {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
        command.set_defaults(run=run, of=command)
        return command

    serve = add("serve", _serve, "Start everything in one process, in memory, until SIGTERM or Ctrl-C.")
    _add_options(serve)
    run = add("run", _run, "Start an emulator, run an unchanged program that is led to it, and say what it sent.")
    run.add_argument("--isolate", action="store_true", help="give the program a network of its own, in which the "
                     "providers' names lead here and nothing else can be reached (Linux)")  # fmt: skip
    run.add_argument("--url", help="use the emulator that runs there, and start none", metavar="URL")
    _add_options(run)
    run.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="the program and its arguments")
    env = add("env", _env, "Print the variables that lead an unchanged program to a running emulator.")
    env.add_argument("--shell", choices=SHELLS, default="sh", help="how they are written (default: sh)")
    env.add_argument("--url", help="where the emulator runs; it is asked for authority and ports", metavar="URL")
    env.add_argument("--port", type=_port, default=8775, metavar="N", help="its HTTP port here (default: 8775)")
    env.add_argument("--smpp-port", type=_port, default=2775, metavar="N", help="its SMPP port (default: 2775)")
    env.add_argument("--smpp-tls-port", type=_port, metavar="N", help="its SMPP port with TLS")
    ca = add("ca", _ca, "Print the certificate of the emulator's authority, PEM.")
    forms = ca.add_mutually_exclusive_group()
    forms.add_argument("--bundle", action="store_true", help="with all authorities of this machine in front")
    forms.add_argument("--truststore", metavar="FILE", help="write these as a PKCS12 trust store, for Java")
    forms.add_argument("--issue", metavar="NAME", action="append", help="print a server certificate with chain and key "
                       "for a host name or address, such as your callback receiver's; repeatable")  # fmt: skip
    for one in (env, ca):
        one.add_argument("--ca-dir", metavar="FOLDER", help="where the authority is kept")
    add("demo", _demo, "Start, send through every provider, receive the callbacks, show the timelines, stop.")
    add("scenarios", _scenarios, "List the scenarios that come along.")
    check = add("check", _check, "Check scenario files; exit status 1 when one is not valid.")
    check.add_argument("file", nargs="+", metavar="FILE")
    add("schema", _schema, "Print the JSON Schema of a scenario file, for editors.")
    contract = add("contract", _contract, "Print what the providers document and what the emulator does.")
    contract.add_argument("provider", nargs="?", metavar="PROVIDER")
    _add_certify_options(add(
        "certify", _certify, "Make a program send while the provider errs, loses answers and refuses, and grade it by "
        "what the provider's side saw. Exit status 1 below grade B. With --tests: find faults that no test notices.",
    ))  # fmt: skip
    _add_callback_options(add(
        "check-callbacks", _check_callbacks, "Play delivery histories at your callback endpoint, and judge its answers "
        "as the provider would; exit status 1 when one is not as its contract asks. Only URL is called.",
    ))  # fmt: skip
    return parser


def _unknown(word: str, command: argparse.ArgumentParser) -> int:
    """A word that the command knows nothing of, and the option that it is nearest to."""
    import re

    from emulator.scenarios.problems import did_you_mean

    near = did_you_mean(word.partition("=")[0], set(re.findall(r"--[a-z-]+", command.format_usage())))
    return complain(f"{command.prog.split()[-1]} takes no {word}; {near or 'its --help lists what it takes'}", 2)


def _add_options(command: argparse.ArgumentParser) -> None:
    from emulator.app.options import OPTIONS
    from emulator.app.settings import Settings

    for option in OPTIONS:
        default = getattr(Settings(), option.name)
        shown = f" (default: {default})" if default not in (None, (), False) else ""
        about = f"{option.meaning}{shown} [{option.variable}]"
        if option.is_switch:
            command.add_argument(option.flag, help=about, action="store_const", const=True)
        else:
            action = "append" if option.many else "store"
            command.add_argument(option.flag, help=about, action=action, metavar=option.metavar or "N")


def _add_certify_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--provider", metavar="NAME", help="whom the program sends by")
    command.add_argument(
        "--send", metavar="COMMAND", help="sends one message and exits with 0 when it was sent; {to}, "
        "{text}, {url} and the account's words ({key}, {login}, {psw}, ...) are filled in, and are in its environment "
        "as SMS_TO, SMS_TEXT, SMS_URL, ...; or a request to a program that runs, such as "
        "'POST http://localhost:8000/orders {\"phone\": \"{to}\"}', answered with 200 to 299 when it was sent",
    )  # fmt: skip
    command.add_argument("--run", action="store_true", dest="starts", help="the command behind two dashes is that "
                         "program: it is started for each case, with the same in its environment")  # fmt: skip
    command.add_argument("--callback", metavar="URL", help="play delivery histories at this callback endpoint, too")
    command.add_argument("--tests", action="store_true", help="the command behind two dashes runs your tests, which "
                         "find the emulator by SMS_EMULATOR_URL: which faults does none of them notice?")  # fmt: skip
    command.add_argument("--limit", type=float, default=600.0, metavar="SECONDS", help="for --tests (default: 600)")
    command.add_argument("--only", action="append", metavar="CASE", help="cases that begin so; repeatable")
    command.add_argument("--over", choices=("http", "smpp"), default="http", help="the protocol it sends by")
    command.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS", help="for each case (default: 60)")
    command.add_argument("--seed", type=int, default=1, metavar="N", help="of chance (default: 1)")
    command.add_argument("--json", action="store_true", help="for machines")
    command.add_argument("--junit", metavar="FILE", help="write JUnit XML there, a test for each case")
    command.add_argument("--badge", metavar="FILE", help="write an SVG with the grade there")
    command.add_argument("command", nargs="*", metavar="-- COMMAND", help="of --run or --tests")


def _add_callback_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("url", metavar="URL", help="the endpoint; a query that it has is kept")
    command.add_argument("--provider", required=True, metavar="NAME", help="whose callbacks these are")
    command.add_argument("--reference", default="check-1", help="of a message that your program knows")
    command.add_argument("--to", default="995577123456", metavar="NUMBER", help="its number")
    command.add_argument("--id", type=int, metavar="N", help="its id at the provider, where the provider gives one")
    command.add_argument("--secret", default="emulator-callback", help="the callback key, or the word for signatures")
    command.add_argument("--timeout", type=float, default=10.0, metavar="SECONDS", help="for each answer (default: 10)")
    command.add_argument("--json", action="store_true", help="for machines")


def _serve(arguments: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # till the loop has its own; PID 1 has none
    from emulator.app.settings import settings
    from emulator.net.listen import Busy, bind

    with ExitStack() as sockets:
        try:
            chosen = settings(vars(arguments))
            listening = sockets.enter_context(bind(chosen.host, chosen.port))
            smpp = sockets.enter_context(bind(chosen.host, chosen.port_of_smpp, "SMPP", "--smpp-port"))
        except (ValueError, Busy) as error:
            if "json" in (arguments.log_format, os.environ.get("SMS_EMULATOR_LOG_FORMAT")):
                from emulator.cli import logs

                logs.say("json", f"sms-emulator: {error}", logs.ERROR)
                return 1 if isinstance(error, Busy) else 2
            return complain(str(error), 1 if isinstance(error, Busy) else 2)
        gc.disable()
        from emulator.cli.serve import serve

        gc.freeze()
        gc.enable()
        return serve(chosen, listening, smpp)


def _run(arguments: argparse.Namespace) -> int:
    from emulator.cli.run import run

    return run(arguments)


def _env(arguments: argparse.Namespace) -> int:
    from emulator.cli.env import env

    return env(arguments)


def _ca(arguments: argparse.Namespace) -> int:
    from emulator.cli.ca import ca

    return ca(arguments)



def _demo(arguments: argparse.Namespace) -> int:
    from emulator.cli.demo import demo

    return demo()


def _scenarios(arguments: argparse.Namespace) -> int:
    from emulator.scenarios.library import names

    listed = names()
    width = max((len(name) for name, _ in listed), default=0)
    for name, comment in listed:
        print(f"{name:{width}}  {comment}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from emulator.core.units import counted
    from emulator.providers import found
    from emulator.sandboxes.vocabulary import vocabulary_of
    from emulator.scenarios.contradictions import hidden
    from emulator.scenarios.loader import load, own_rules
    from emulator.scenarios.validation import Invalid

    words = vocabulary_of(found())
    status = 0
    for file in arguments.file:
        try:
            play = load(Path(file), words)
            own, extended = own_rules(Path(file))
            of_these = f", {own} of them its own, the others of {extended}" if extended else ""
            print(f"{file}: good, {counted(len(play.rules), 'rule')}{of_these}")
            for told in hidden(play.rules[:own] if extended else play.rules):
                print(told.told(file))
        except (Invalid, OSError) as error:
            print(error, file=sys.stderr)
            status = 1
    return status


def _schema(arguments: argparse.Namespace) -> int:
    import json

    from emulator.providers import found
    from emulator.sandboxes.vocabulary import vocabulary_of
    from emulator.scenarios.json_schema import schema

    print(json.dumps(schema(vocabulary_of(found())), indent=2, ensure_ascii=False))
    return 0


def _contract(arguments: argparse.Namespace) -> int:
    from emulator.cli.contract import table
    from emulator.providers import found

    providers = found()
    if arguments.provider is not None and arguments.provider not in providers:
        return complain(f"there is no provider {arguments.provider!r}; there are {', '.join(providers)}", 2)
    chosen = [providers[arguments.provider]] if arguments.provider else list(providers.values())
    print("\n\n".join(table(provider) for provider in chosen))
    return 0


def _port(text: str) -> int:
    """Where something listens already."""
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port; 1 to 65535 may stand there")
    return int(text)


def _certify(arguments: argparse.Namespace) -> int:
    from emulator.cli.certify import certify

    return certify(arguments)


def _check_callbacks(arguments: argparse.Namespace) -> int:
    from emulator.app.options import is_url
    from emulator.providers import found

    providers, url = found(), arguments.url
    if arguments.provider not in providers:
        return complain(f"there is no provider {arguments.provider!r}; there are {', '.join(providers)}", 2)
    if not is_url(url):
        return complain(f"{url!r} is no address; one looks like http://localhost:8000/callbacks", 2)
    if not 0 < arguments.timeout <= 3600:
        return complain(f"--timeout: {arguments.timeout:g} is not between 0 and 3600 seconds", 2)
    from emulator.histories.endpoint_report import check_callbacks
    from emulator.histories.endpoint_runner import About

    about = About(arguments.reference, arguments.to, arguments.id, arguments.secret)
    return check_callbacks(providers[arguments.provider], url, about, arguments.timeout, arguments.json)
