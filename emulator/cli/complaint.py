"""How the command says what is wrong."""

import sys


def complain(text: str, status: int = 1) -> int:
    """Say it on standard error; gives back the exit status."""
    print(f"sms-emulator: {text}", file=sys.stderr)
    return status
