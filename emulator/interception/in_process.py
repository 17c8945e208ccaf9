"""This process's own clients led to an emulator, for a while: no line of them changes.

Look-ups are led, and not proxies set: a program keeps what it read of those for longer than a test takes. Who is
trusted stands in variables for clients that are made from now on; contexts that are there already (aiohttp makes its
own when it is imported) are told directly. Our authority may vouch for nothing but the providers' names and
loopback, so it does no harm that these keep it."""

import gc
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from emulator.interception.hooks.sms_emulator_lookups import lead
from emulator.interception.preparation import asked_of, changes, led_hosts, led_ports


@contextmanager
def intercepted(url: str) -> Iterator[None]:
    """Lead this process's clients to the emulator at a URL, whose loop must not be ours. Raises OSError."""
    pem, there = asked_of(url)
    led = changes(there, pem, None, os.environ, ways=False)
    before = {name: os.environ.get(name) for name in led}
    _put(led)
    for context in [one for one in gc.get_objects() if isinstance(one, ssl.SSLContext)]:
        if context.verify_mode != ssl.CERT_NONE:
            context.load_verify_locations(cadata=pem.decode("ascii"))
    undo = lead(led_hosts(), led_ports(there))
    try:
        yield
    finally:
        undo()
        _put(before)


def _put(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
