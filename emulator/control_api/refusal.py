"""What the control API and the page answer when something cannot be had."""

from collections.abc import Iterable
from typing import Any, NoReturn, TypeVar, cast

from emulator.http.messages import Headers
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import InvalidOptions
from emulator.sandboxes.turns import Steps, in_turns

T = TypeVar("T")


class Refusal(Exception):
    """What was asked cannot be had: HTTP status, code, message, hint, and more to show."""

    def __init__(self, status: int, code: str, message: str, hint: str = "", **more: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.hint, self.more = status, code, hint, more
        self.headers: Headers = ()
        """Of the reply."""


def wrong_method(path: str, takes: Iterable[str], method: str) -> Refusal:
    """What is there takes other methods, and the reply names them (RFC 9110, 15.5.6)."""
    others = ", ".join(dict.fromkeys(takes))
    refusal = Refusal(405, "method", f"{path} takes {others}, not {method[:20]}")
    refusal.headers = (("Allow", others),)
    return refusal


def deleted_meanwhile() -> Refusal:
    """The sandbox was there when the call began."""
    return Refusal(404, "no-such-sandbox", "the sandbox was deleted meanwhile")


async def while_there(sandbox: Sandbox, steps: Steps[T]) -> T:
    """What steps over a sandbox come to, in turns; a Refusal, and no further step, where it is deleted meanwhile."""
    return await in_turns(_while_there(sandbox, steps))


def _while_there(sandbox: Sandbox, steps: Steps[T]) -> Steps[T]:
    while not sandbox.gone:
        try:
            next(steps)
        except StopIteration as done:
            return cast(T, done.value)
        yield
    raise deleted_meanwhile()


_STATUS = {"taken": 409, "full": 409, "leaving": 503}


def refuse(bad: InvalidOptions) -> NoReturn:
    raise Refusal(_STATUS.get(bad.code, 400), bad.code, str(bad), bad.hint) from None
