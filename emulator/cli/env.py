"""The command `env`: the variables that lead an unchanged program to a running emulator."""

import argparse
import os
import sys

from emulator.cli.complaint import complain
from emulator.interception.preparation import asked_of, authority, changes
from emulator.interception.shells import SHELLS
from emulator.interception.variables import Addresses
from emulator.tls.authority import AuthorityError

LOCAL = "127.0.0.1"


def env(arguments: argparse.Namespace) -> int:
    """Print the variables that lead a program here."""
    try:
        if arguments.url:
            pem, here = asked_of(arguments.url)
        else:
            tls = (LOCAL, arguments.smpp_tls_port) if arguments.smpp_tls_port else None
            here = Addresses(f"http://{LOCAL}:{arguments.port}", (LOCAL, arguments.smpp_port), tls)
            pem = authority(arguments.ca_dir).pem
        sys.stdout.write(SHELLS[arguments.shell](changes(here, pem, arguments.ca_dir, os.environ)))
    except (AuthorityError, OSError, ValueError) as wrong:
        return complain(str(wrong))
    return 0
