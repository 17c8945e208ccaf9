"""What of ours failed while something was on its way: it is told, and what is behind it goes out all the same."""

import asyncio

from emulator.core.engine.engine import Engine
from emulator.core.engine.lifecycle import Outgoing
from emulator.core.units import Timestamp


def told(what: str, error: Exception) -> None:
    """Hand a failure to the loop's exception handler, which logs it unless somebody set another."""
    asyncio.get_running_loop().call_exception_handler({"message": what, "exception": error})


def given_up(what: str, engine: Engine, out: Outgoing, at: Timestamp, error: Exception) -> None:
    """Something that cannot be written, and is not tried again."""
    told(f"{what} cannot be written and is given up", error)
    engine.answered(out.attempt, False, at, ())
