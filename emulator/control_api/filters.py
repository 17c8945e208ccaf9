"""Filters of the control API: by index where there is one, else by looking through."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec

from emulator.control_api import views
from emulator.core.messages import Batch, Message, MessageKind
from emulator.http.messages import HttpRequest, SmppFrame
from emulator.sandboxes.sandbox import Sandbox

if TYPE_CHECKING:
    from emulator.control_api import response_types

Json = Mapping[str, Any]
T = TypeVar("T")

Limit = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
"""Of a list, so many at most."""


class Filters(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What every list understands."""

    limit: Limit = 100
    after: str | None = None

    def wanted(self) -> dict[str, Any]:
        """The filters given, by name."""
        every = msgspec.structs.asdict(self)
        return {k: v for k, v in every.items() if v is not None and k not in ("limit", "after")}


class MessageFilters(Filters, kw_only=True, forbid_unknown_fields=True):
    to: str | None = None
    provider: str | None = None
    provider_id: str | None = None
    reference: str | None = None
    contains: str | None = None
    status: str | None = None
    kind: MessageKind | None = None


class RequestFilters(Filters, kw_only=True, forbid_unknown_fields=True):
    provider: str | None = None
    protocol: str | None = None
    operation: str | None = None
    outcome: str | None = None
    rule: str | None = None
    session: str | None = None


class RuleFilters(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: str | None = None


class CallbackFilters(Filters, kw_only=True, forbid_unknown_fields=True):
    message: str | None = None
    provider: str | None = None
    status: str | None = None
    accepted: bool | None = None
    session: str | None = None


def number_of(given: str | None) -> int:
    """The number in an id such as m12; 0 when there is none."""
    found = re.fullmatch(r"[a-z]?([0-9]{1,18})", given or "")
    return int(found.group(1)) if found else 0


_STANDS_AS = {"contains": "text", "message": "message_id"}
"""Filters by another name than what they look at."""


def held(one: Json, name: str) -> Any:
    """What a filter looks at in a thing as shown."""
    if name == "session" and "request" in one:
        return one["request"].get(name)
    return one.get(_STANDS_AS.get(name, name))


def differs(one: Json, name: str, value: Any) -> bool:
    """Does a thing as shown fail a filter?"""
    match name:
        case "contains":
            return value not in held(one, name)
        case "provider_id":
            return bool(value != one["provider_id"] and value not in one["part_ids"])
        case "rule":
            return value not in (one["rule"], one["rule_name"])
        case "message":
            return number_of(held(one, name)) != number_of(value)
        case _:
            return bool(held(one, name) != value)


def fits(filters: Filters) -> Callable[[Json], bool]:
    wanted = filters.wanted().items()
    return lambda one: not any(differs(one, name, value) for name, value in wanted)


def messages(sandbox: Sandbox, filters: MessageFilters) -> "Iterator[response_types.Message | None]":
    """Messages that fit, oldest first; None for one that was passed over, so that who goes through many can give way in
    between."""
    likely = sandbox.engine.state.store.with_batches(_likely(sandbox, filters))
    return _first(filters.limit, (
        views.message_of(message, batch) if _fits(filters, message, batch) else None for message, batch in likely
    ))  # fmt: skip


def _first(limit: int, shown: Iterator[T | None]) -> Iterator[T | None]:
    """Until so many came."""
    if limit:
        for one in shown:
            yield one
            limit -= one is not None
            if not limit:
                return


def _fits(filters: MessageFilters, message: Message, batch: Batch) -> bool:
    """The same as `fits`, before a message is put into words."""
    return (
        filters.to in (None, message.to) and filters.status in (None, message.status)
        and filters.provider in (None, batch.provider) and filters.kind in (None, batch.kind)
        and filters.reference in (None, batch.reference) and (filters.contains or "") in batch.text
        and (filters.provider_id is None or filters.provider_id in (batch.provider_id, *batch.ids))
    )  # fmt: skip


def _likely(sandbox: Sandbox, filters: MessageFilters) -> Iterator[Message]:
    """Messages that may fit, oldest first: by the narrowest index that the filters name."""
    store, after, to = sandbox.engine.state.store, number_of(filters.after), filters.to
    names = [filters.provider] if filters.provider else list(sandbox.providers)
    if filters.provider_id is not None:
        ids = [number for name in names for number in store.with_provider_id(name, filters.provider_id, to)]
    elif filters.reference:
        ids = [number for name in names for number in store.with_reference(name, filters.reference, to)]
    elif to is not None:
        return store.to_number(to, after)
    else:
        return store.likely(after, filters.status, filters.provider, filters.contains or "")
    return (store.messages[number - 1] for number in sorted(ids) if number > after)


def requests(sandbox: Sandbox, filters: RequestFilters) -> "Iterator[response_types.Request | None]":
    """Exchanges that fit, oldest first; None for one that was passed over. `rule` is an id or a name."""
    rules = sandbox.engine.state.rule_book.rules if filters.rule else ()
    named = {one.id for one in rules if one.spec.name == filters.rule}
    kept = sandbox.journal.exchanges(
        number_of(filters.after), provider=filters.provider, protocol=filters.protocol or (filters.session and "smpp"),
        operation=filters.operation, word=filters.outcome, rule=None if named else filters.rule,
    )  # fmt: skip
    return _first(filters.limit, (
        views.exchange(sandbox, one)
        if (not named or one.rule in named) and filters.session in (None, session_of(one.request)) else None
        for one in kept
    ))  # fmt: skip


def session_of(request: HttpRequest | SmppFrame) -> str | None:
    """The SMPP session that a request, or a receipt, went over."""
    return request.session if isinstance(request, SmppFrame) else None


def callbacks(sandbox: Sandbox, filters: CallbackFilters) -> "Iterator[response_types.Callback | None]":
    """Callback attempts that fit, oldest first; None for one that was passed over."""
    fitting, kept = fits(filters), sandbox.journal.attempts(number_of(filters.after))
    shown = (views.attempt(sandbox, made) for made in kept)
    return _first(filters.limit, (one if fitting(one) else None for one in shown))
