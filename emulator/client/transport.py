"""What the two drivers have in common: what a client is made with, and what it does around a call, as steps. No I/O."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, ClassVar, Self, TypedDict, TypeVar

from emulator.client.addresses import check_base_url
from emulator.client.bulk import NumberResult, chunks, results
from emulator.client.calls import PATIENT, Aside, Call, Patience, Verdict
from emulator.client.carrying_out import Course, Steps, carry_out, look_up
from emulator.client.doubts import DoubtStore, Settled, Unsettled, account_of, begins, end_of, forget
from emulator.client.errors import SmsError
from emulator.client.options import hold, listed
from emulator.client.places import AtOnce, check_at_once
from emulator.client.provider_calls import ProviderCalls
from emulator.client.watching import Watcher, announce

T = TypeVar("T")

MOST = 16 * 1024 * 1024
"""Octets of an answer that are read."""


class ClientOptions(TypedDict, total=False):
    """`base_url`: another address than the provider's. `patience`: how long and how often. `at_once`: calls under way
    at once, more wait. `watch`: told of every attempt, reply and retry (Event). `doubts`: where sends are kept until
    their end is known."""

    base_url: str
    patience: Patience
    at_once: int | AtOnce | None
    watch: Watcher | None
    doubts: DoubtStore | None


class Transport:
    """The half of a client that knows no way to the network."""

    calls: ClassVar[type[ProviderCalls]]
    """What can be asked of the provider."""

    def __init__(self, account: ProviderCalls, options: Mapping[str, Any], takes: type) -> None:
        hold(type(self).__name__, options, takes)
        self._account = account
        self._base = check_base_url(options.get("base_url", account.base_url))
        self.patience: Patience = options.get("patience", PATIENT)
        self._at_once = check_at_once(options.get("at_once"), account.at_once)
        self._watch = announce(options.get("watch"))
        self._doubts: DoubtStore | None = options.get("doubts")

    @property
    def base_url(self) -> str:
        """Where it talks to."""
        return self._base

    @classmethod
    def from_env(cls, **more: Any) -> Self:
        """Made of the environment (which variables, says the class); `more`: other arguments. Raises ValueError that
        names what is missing."""
        return cls(**{**cls.calls.from_environment(), **more})

    def _carried(self, call: Call[T], course: Course) -> Steps[T]:
        """The steps of a call; a send is kept in the store while its end is not known."""
        patience = call.patience or self.patience
        store = self._doubts
        if store is None or call.operation != "send":
            return (yield from carry_out(call, patience, course))
        send = begins(call.provider, call.secrets, call.to, call.reference, patience)
        failed = ""
        try:
            yield Aside(lambda: store.begin(send))
        except Exception as why:
            failed = f"{type(why).__name__} {why}"
        if failed:
            raise _unkept(call, failed)
        try:
            found = yield from carry_out(call, patience, course)
        except SmsError as error:
            if not error.maybe_accepted:
                yield Aside(partial(forget, store, send))
            raise
        yield Aside(partial(forget, store, send))
        return found

    def _settled(self, course: Course) -> Steps[list[Settled]]:
        """Ask what became of each send of this account that the store keeps."""
        store = self._doubts
        if store is None:
            raise ValueError("the client was made without a store: give it one, doubts=...")
        mine = self._account.provider, account_of(self._account.secrets)
        kept: list[Unsettled] = yield Aside(lambda: list(store.unsettled()))
        settled: list[Settled] = []
        for send in kept:
            if (send.provider, send.account) != mine:
                continue
            question = self._account.was_accepted(send.to, send.reference)
            found: object = Verdict.UNCLEAR
            if question is not None:
                until = course.now() + self.patience.deadline
                found = yield from look_up(question, self.patience, course, until, 1)
            end = end_of(found, send)
            if end != "unclear":
                yield Aside(partial(forget, store, send))
            settled.append(Settled(send=send, end=end))
        return settled

    def _many(
        self, to: Iterable[str], chunk: int, send: Callable[[list[str]], Call[Any]], course: Course
    ) -> Steps[list[NumberResult]]:  # fmt: skip
        """One chunk after the other. All are built before the first leaves: a mistake in the last one costs nothing."""
        told: list[NumberResult] = []
        for some, call in [(some, send(some)) for some in chunks(listed(to), chunk)]:
            try:
                outcome = yield from self._carried(call, course)
            except SmsError as error:
                outcome = error
            told += results(some, outcome)
        return told


def _unkept(call: Call[Any], why: str) -> SmsError:
    error = call.kinds.not_reached(f"not sent, for the store of doubts failed: {why}")
    error.retryable, error.octets_left, error.reference = False, False, call.reference
    error.hide(call.secrets)
    return error
