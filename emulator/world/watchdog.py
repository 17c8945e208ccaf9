"""Code that never comes back to the loop, met in the act: a timer of the processor's time, where there is one."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from emulator.world.errors import Spinning
from emulator.world.loop import WorldLoop

SECONDS = 5.0
"""Of the processor's time, without one turn of the loop."""


@contextmanager
def watched(loop: WorldLoop) -> Iterator[None]:
    """Raises Spinning where the code runs. Does nothing in another thread than the main one, and on Windows."""
    if not hasattr(signal, "SIGVTALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return
    seen = -1

    def look(_: int, frame: FrameType | None) -> None:
        nonlocal seen
        if loop.total_turns != seen or frame is None:
            seen = loop.total_turns
            return
        code = frame.f_code
        raise Spinning(
            f"{code.co_filename}:{frame.f_lineno} in {code.co_name} has run for {SECONDS:g} seconds of the processor's "
            "time without an await: nothing else can happen meanwhile, in a world as in production"
        )

    before = signal.signal(signal.SIGVTALRM, look)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
