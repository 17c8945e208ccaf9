"""The command `ca`: the emulator's certificate authority, for those who are to trust it."""

import argparse
import os
import sys
from pathlib import Path

from emulator.cli.complaint import complain
from emulator.interception.preparation import authority
from emulator.interception.variables import TRUSTSTORE_PASSWORD
from emulator.tls.authority import AuthorityError, today, truststore
from emulator.tls.trust import trusted


def ca(arguments: argparse.Namespace) -> int:
    """Print the authority's certificate, a bundle with it, or a certificate that it issues; or write a trust store."""
    try:
        ours = authority(arguments.ca_dir)
        bundle = "\n".join([*trusted(os.environ), ours.pem.decode()])
        if arguments.issue:
            sys.stdout.write(ours.issue(arguments.issue, today()).pem.decode())
        elif arguments.truststore:
            Path(arguments.truststore).write_bytes(truststore(bundle.encode("latin-1"), TRUSTSTORE_PASSWORD))
            print(f"wrote {arguments.truststore}: PKCS12, password {TRUSTSTORE_PASSWORD}", file=sys.stderr)
        else:
            sys.stdout.write(bundle if arguments.bundle else ours.pem.decode())
    except (AuthorityError, OSError) as wrong:
        return complain(str(wrong))
    return 0
