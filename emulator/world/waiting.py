"""Who waits, and where: for timelines, and the reports of worlds that are stuck or never end a moment."""

import asyncio
from collections.abc import Iterator
from typing import Any

_MOST = 12
_AWAITED = ("cr_await", "gi_yieldfrom", "ag_await")
_FRAMES = ("cr_frame", "gi_frame", "ag_frame")


def _frames(coroutine: Any) -> Iterator[Any]:
    """From the outermost to the innermost. Ours, which carries a process's coroutine from step to step, is passed
    through."""
    while coroutine is not None:
        frame = next((found for name in _FRAMES if (found := getattr(coroutine, name, None)) is not None), None)
        if frame is None:
            return
        yield frame
        within = next((found for name in _AWAITED if (found := getattr(coroutine, name, None)) is not None), None)
        if frame.f_code.co_name == "_steps" and "coroutine" in frame.f_locals:
            within = frame.f_locals["coroutine"]
        coroutine = within


def place_of(coroutine: Any) -> str:
    """The innermost place that is of no library, as `file:line in function`."""
    found = ""
    for frame in _frames(coroutine):
        code = frame.f_code
        if not found or not of_a_library(code.co_filename):
            found = f"{code.co_filename}:{frame.f_lineno} in {code.co_name}"
    return found or "a coroutine that has not begun"


def of_a_library(file: str) -> bool:
    name = file.replace("\\", "/")
    return "/asyncio/" in name or "/site-packages/" in name or "/emulator/" in name


def who_waits(loop: asyncio.AbstractEventLoop) -> str:
    """One line a task, those first that were begun first."""
    tasks = sorted((task for task in asyncio.all_tasks(loop) if not task.done()), key=_begun)
    lines = [f"  {task.get_name()}: {place_of(task.get_coro())}" for task in tasks[:_MOST]]
    if len(tasks) > _MOST:
        lines.append(f"  and {len(tasks) - _MOST} more")
    return "\n".join(lines) or "  nobody"


def _begun(task: "asyncio.Task[object]") -> tuple[int, str]:
    number = task.get_name().rpartition("-")[2]
    return (int(number) if number.isdigit() else 0, task.get_name())
