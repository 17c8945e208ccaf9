"""`make bench`: runs everything, or what is named, and prints one table."""

import sys
from importlib import import_module

NAMES = ("mixed", "start", "send", "tls", "smpp", "callbacks", "state", "client", "memory", "world")
"""Of `python -m benchmarks`; `fixtures` wants pytest-httpserver beside it."""


def main() -> None:
    """Print the table."""
    print(f"{'what':52} {'ours':>10} {'yardstick':>10} {'ratio':>6}")
    for name in sys.argv[1:] or NAMES:
        for what, ours, theirs, ratio in import_module(f"benchmarks.{name}").measure():
            print(f"{what:52} {ours:10,.2f} {theirs:10,.2f} {ratio:6.2f}")


main()
