"""The same handle without async: every method of AsyncSms, run in the background and waited for."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, TypeVar, overload

from emulator.control_client.async_client import AsyncSms
from emulator.control_client.background_loop import Background, running_loop
from emulator.control_client.records import Callback, CallRefused, Message, Record, Request
from emulator.samples import Fake

__tracebackhide__ = True
"""A failed test shows the line that called a method, not ours (pytest reads this)."""
__unittest = True
"""The same for unittest."""

P = ParamSpec("P")
R = TypeVar("R")

_IN_A_LOOP = (
    "This call waited in a thread that runs an event loop, and nothing else on that loop could go on meanwhile (an "
    "app under test that should answer a callback, for one). In async tests use sms_emulator."
)


def _waited(method: "Callable[Concatenate[AsyncSms, P], Coroutine[Any, Any, R]]") -> "Callable[Concatenate[Sms, P], R]":
    @wraps(method)
    def wait(self: "Sms", /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return self.background.run(method(self.behind, *args, **kwargs))
        except CallRefused as refused:
            if refused.status == 408 and running_loop() is not None:
                refused.add_note(_IN_A_LOOP)
            raise refused.with_traceback(None) from None
        except AssertionError as failed:
            raise failed.with_traceback(None) from None

    return wait


async def _next(events: AsyncIterator[Record]) -> Record | None:
    return await anext(events, None)


async def _closed(events: Any) -> None:
    await events.aclose()


class Sms:
    """A sandbox for synchronous code: the methods and attributes of AsyncSms, same names. Any thread may call."""

    def __init__(self, behind: AsyncSms, background: Background) -> None:
        self.behind = behind
        self.background = background

    environ = _waited(AsyncSms.environ)
    call = _waited(AsyncSms.call)
    operation = _waited(AsyncSms.operation)
    messages = _waited(AsyncSms.messages)
    message = _waited(AsyncSms.message)
    set_status = _waited(AsyncSms.set_status)
    otp = _waited(AsyncSms.otp)
    requests = _waited(AsyncSms.requests)
    callbacks = _waited(AsyncSms.callbacks)
    redeliver = _waited(AsyncSms.redeliver)
    lint = _waited(AsyncSms.lint)
    report = _waited(AsyncSms.report)
    ledger = _waited(AsyncSms.ledger)
    sessions = _waited(AsyncSms.sessions)
    end_session = _waited(AsyncSms.end_session)
    outbind = _waited(AsyncSms.outbind)
    subscriber_calls = _waited(AsyncSms.subscriber_calls)
    incoming = _waited(AsyncSms.incoming)
    assert_sent = _waited(AsyncSms.assert_sent)
    assert_not_sent = _waited(AsyncSms.assert_not_sent)
    assert_callbacks = _waited(AsyncSms.assert_callbacks)
    assert_cost = _waited(AsyncSms.assert_cost)
    snapshot = _waited(AsyncSms.snapshot)
    snapshots = _waited(AsyncSms.snapshots)
    restore = _waited(AsyncSms.restore)
    export = _waited(AsyncSms.export)
    clock = _waited(AsyncSms.clock)
    advance = _waited(AsyncSms.advance)
    settle = _waited(AsyncSms.settle)
    now = _waited(AsyncSms.now)
    rules = _waited(AsyncSms.rules)
    fired = _waited(AsyncSms.fired)
    put_rules = _waited(AsyncSms.put_rules)
    add_rule = _waited(AsyncSms.add_rule)
    delete_rule = _waited(AsyncSms.delete_rule)
    scenario = _waited(AsyncSms.scenario)
    put_scenario = _waited(AsyncSms.put_scenario)
    account = _waited(AsyncSms.account)
    patch_account = _waited(AsyncSms.patch_account)
    approve_brand = _waited(AsyncSms.approve_brand)
    show = _waited(AsyncSms.show)
    reset = _waited(AsyncSms.reset)
    delete = _waited(AsyncSms.delete)

    if TYPE_CHECKING:  # a signature cannot be handed on that has overloads

        @overload
        def wait(
            self, /, kind: Literal["messages"] = "messages", *, count: int = 1, timeout: float = 5.0,
            **filters: str | bool | None,
        ) -> list[Message]: ...  # fmt: skip
        @overload
        def wait(
            self, /, kind: Literal["callbacks"], *, count: int = 1, timeout: float = 5.0, **filters: str | bool | None
        ) -> list[Callback]: ...
        @overload
        def wait(
            self, /, kind: Literal["requests"], *, count: int = 1, timeout: float = 5.0, **filters: str | bool | None
        ) -> list[Request]: ...
        def wait(self, /, kind: Any = "messages", **more: Any) -> Any: ...
    else:
        wait = _waited(AsyncSms.wait)

    def events(self, *, after: int = 0, timeout: float | None = None) -> Iterator[Record]:
        """As of AsyncSms; each step waits for the next event."""
        events = self.behind.events(after=after, timeout=timeout)
        try:
            while (one := self.background.run(_next(events))) is not None:
                yield one
        finally:
            self.background.run(_closed(events))

    @property
    def id(self) -> str:
        return self.behind.id

    @property
    def accounts(self) -> Any:
        return self.behind.accounts

    @property
    def warnings(self) -> tuple[str, ...]:
        return self.behind.warnings

    @property
    def fake(self) -> Fake:
        return self.behind.fake

    @property
    def base_url(self) -> str:
        return self.behind.base_url

    @property
    def smpp_host(self) -> str | None:
        return self.behind.smpp_host

    @property
    def smpp_port(self) -> int | None:
        return self.behind.smpp_port

    def __getattr__(self, name: str) -> Record:
        """A provider's credentials."""
        if name.startswith("_") or "behind" not in self.__dict__:
            raise AttributeError(name)
        record: Record = getattr(self.behind, name)
        return record

    def __repr__(self) -> str:
        return f"<Sms sandbox {self.id} at {self.base_url}>"
