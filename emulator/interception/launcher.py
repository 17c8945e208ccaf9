"""A program as a child of ours: it has our standard streams, gets our signals, and its exit status is ours."""

import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

NOT_FOUND, NOT_EXECUTABLE = 127, 126
"""Exit statuses as shells have them."""
_BY_SIGNAL = 128

_FORWARDED = ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
"""SIGINT and the rest of a terminal's signals reach the whole group by themselves."""


async def launch(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a program to its end; gives back its exit status: 128 and the signal's number when one ended it."""
    try:
        process = await asyncio.create_subprocess_exec(*command, env=dict(environment))
    except FileNotFoundError:
        print(f"sms-emulator: there is no command {command[0]!r}", file=sys.stderr)
        return NOT_FOUND
    except (PermissionError, OSError) as wrong:
        print(f"sms-emulator: {command[0]!r} cannot be run: {wrong.strerror or wrong}", file=sys.stderr)
        return NOT_EXECUTABLE
    loop = asyncio.get_running_loop()
    taken = [getattr(signal, name) for name in _FORWARDED if hasattr(signal, name)]

    def forward(number: int) -> None:
        with suppress(ProcessLookupError):
            process.send_signal(number)

    with suppress(NotImplementedError):  # Windows
        loop.add_signal_handler(signal.SIGINT, lambda: None)
        for number in taken:
            loop.add_signal_handler(number, forward, number)
    try:
        status = await process.wait()
    finally:
        for number in (signal.SIGINT, *taken):
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)
    return status if status >= 0 else _BY_SIGNAL - status
