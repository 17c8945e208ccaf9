"""An event loop in a thread of its own: whoever has no loop runs coroutines here and waits for them."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from emulator.clock import monotonic

T = TypeVar("T")

_PATIENCE = 5.0
"""Real seconds that `stop` gives to what is still under way."""


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The event loop that runs in this thread, if one does."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives back that never waits; where it would only let others go on, it goes on itself. Raises
    RuntimeError when it would wait."""
    try:
        while coroutine.send(None) is None:
            pass
    except StopIteration as done:
        value: T = done.value
        return value
    finally:
        coroutine.close()
    raise RuntimeError("it would have to wait")


class Background:
    """A loop that runs from now until `stop`. The thread is a daemon: a process that ends without `stop` ends all the
    same."""

    def __init__(self, name: str = "sms-emulator") -> None:
        self._loop = asyncio.new_event_loop()
        if isinstance(self._loop, asyncio.BaseEventLoop):  # what is none has a clock of its own
            vars(self._loop)["time"] = monotonic
        self._thread = threading.Thread(target=self._turn, name=name, daemon=True)
        self._thread.start()

    def _turn(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    def run(self, coroutine: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """What the coroutine gives back, or raises. TimeoutError after `timeout` real seconds; RuntimeError when the
        thread has ended, or is the one that asks."""
        try:
            self._check()
        except RuntimeError:
            coroutine.close()
            raise
        done = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return done.result(timeout)
        except BaseException:
            done.cancel()
            raise

    def do(self, work: Callable[[], T]) -> T:
        """What a function gives back, or raises, that waits for nothing and is called in the loop: for half of what
        `run` costs. RuntimeError as there."""
        self._check()
        done: list[T] = []
        failed: list[BaseException] = []
        over = threading.Lock()

        def call() -> None:
            try:
                done.append(work())
            except BaseException as error:
                failed.append(error)
            finally:
                over.release()

        over.acquire()
        self._loop.call_soon_threadsafe(call)
        while not over.acquire(timeout=1.0):
            self._check()
        if failed:
            raise failed[0]
        return done[0]

    def soon(self, work: Callable[[], object]) -> None:
        """Call it in the loop, before whatever is asked from now on. Nothing is waited for."""
        self._loop.call_soon_threadsafe(work)

    def _check(self) -> None:
        """Raises RuntimeError when nobody can wait for the thread."""
        if not self._thread.is_alive() or self._loop.is_closed():
            raise RuntimeError("the emulator's thread has ended; its handle can be used only inside `with` or the test")
        if threading.current_thread() is self._thread:
            raise RuntimeError("this is the emulator's own thread: waiting here would wait for itself")

    def stop(self) -> None:
        """Cancel what is still under way and end the thread; after some seconds it is left to itself."""
        if not self._thread.is_alive():
            return
        try:
            self.run(self._empty(), _PATIENCE)
        except TimeoutError:
            pass
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_PATIENCE)

    async def _empty(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._loop.shutdown_asyncgens()
