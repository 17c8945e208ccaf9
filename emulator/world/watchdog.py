"""Code that never comes back to the loop, or takes too long, met in the act: by timers that interrupt, where there are
any."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from emulator.world.errors import Spinning
from emulator.world.loop import WorldLoop

SECONDS = 5.0
"""Of the processor's time, without one turn of the loop."""


@contextmanager
def interrupted(seconds: float, of_processor: bool, by: Callable[[FrameType | None], None]) -> Iterator[None]:
    """Each so many seconds within the block, of time or of the processor's, what runs is interrupted: `by` is told
    where, and may raise there. Never in another thread than the main one, nor on Windows."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    number = signal.SIGVTALRM if of_processor else signal.SIGALRM
    timer = signal.ITIMER_VIRTUAL if of_processor else signal.ITIMER_REAL
    before = signal.signal(number, lambda _, frame: by(frame))
    signal.setitimer(timer, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(timer, 0)
        signal.signal(number, before)


@contextmanager
def watched(loop: WorldLoop) -> Iterator[None]:
    """Raises Spinning where the code runs."""
    seen = -1

    def look(frame: FrameType | None) -> None:
        nonlocal seen
        if loop.total_turns != seen or frame is None:
            seen = loop.total_turns
            return
        code = frame.f_code
        raise Spinning(
            f"{code.co_filename}:{frame.f_lineno} in {code.co_name} has run for {SECONDS:g} seconds of the processor's "
            "time without an await: nothing else can happen meanwhile, in a world as in production"
        )

    with interrupted(SECONDS, True, look):
        yield
