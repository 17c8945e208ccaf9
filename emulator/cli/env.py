"""The command `env`: the variables that lead an unchanged program to a running emulator."""

import argparse
import os
import sys

from emulator.cli.complaint import complain
from emulator.interception.preparation import asked_of, authority, changes
from emulator.interception.shells import SHELLS
from emulator.interception.variables import Addresses
from emulator.tls.authority import AuthorityError


def env(arguments: argparse.Namespace) -> int:
    """Print the variables that lead a program here."""
    try:
        pem = asked_of(arguments.url) if arguments.url else authority(arguments.ca_dir).pem
        smpp = ("127.0.0.1", arguments.smpp_port)
        tls = ("127.0.0.1", arguments.smpp_tls_port) if arguments.smpp_tls_port else None
        here = Addresses(arguments.url or f"http://127.0.0.1:{arguments.port}", smpp, tls)
        sys.stdout.write(SHELLS[arguments.shell](changes(here, pem, arguments.ca_dir, os.environ, arguments.url)))
    except (AuthorityError, ImportError, OSError) as wrong:
        return complain(str(wrong))
    return 0
