"""What happens during a call, told to whoever wants to count, trace or log it. No event holds a secret."""

import logging
from collections.abc import Callable
from typing import TypeAlias

import msgspec

from emulator.client.errors import SmsError

log = logging.getLogger("emulator.client")


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """`what`: an attempt begins; its reply came, or none; a retry follows after `pause` seconds; the call failed.
    `seconds`: what the exchange took; `status`: of HTTP; `error`: what the attempt comes to, None when all is well."""

    what: str
    provider: str
    operation: str
    attempt: int
    reference: str | None = None
    status: int | None = None
    seconds: float = 0.0
    pause: float = 0.0
    error: SmsError | None = None


Watcher: TypeAlias = Callable[[Event], object]


def announce(watch: Watcher | None) -> Watcher:
    """A watcher that logs (`emulator.client`, DEBUG; a retry and a failure INFO) and tells the caller's own, whose
    mistakes must not cost a message."""

    def tell(event: Event) -> None:
        if log.isEnabledFor(LEVELS[event.what]):
            log.log(LEVELS[event.what], "%s", in_words(event))
        if watch is not None:
            try:
                watch(event)
            except Exception:
                log.exception("the watcher of a client failed")

    return tell


LEVELS = {
    "attempt": logging.DEBUG, "reply": logging.DEBUG, "no reply": logging.DEBUG, "retry": logging.INFO,
    "gave up": logging.INFO,
}  # fmt: skip


def in_words(event: Event) -> str:
    """An event as a line."""
    said = f"{event.provider} {event.operation}, attempt {event.attempt}: {event.what}"
    said += f" HTTP {event.status}" if event.status is not None else ""
    said += f" after {event.seconds:.3f} s" if event.seconds else ""
    said += f" in {event.pause:.3f} s" if event.pause else ""
    return f"{said}: {event.error}" if event.error is not None else said
