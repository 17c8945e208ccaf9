"""Waiting for what one wants to see: nothing polls. What nearly fits is told when time is up."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from emulator.control_api.filters import differs, held
from emulator.sandboxes.event_feed import REPLACED
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.turns import Steps, in_turns

if TYPE_CHECKING:
    from emulator.control_api import response_types

Json = Mapping[str, Any]
T = TypeVar("T", bound=Mapping[str, Any])

_TOLD = ("to", "text", "status", "operation", "outcome", "message_id", "url", "verdict", "explain")


async def until(
    sandbox: Sandbox, kind: str, count: int, seconds: float, fitting: Callable[[], Iterable[T | None]],
    looked_at: Callable[[int], T | None], fits: Callable[[T], bool],
) -> list[T]:  # fmt: skip
    """Of a kind all that fit, oldest first, as soon as `count` do; fewer when `seconds` of real time have passed.
    Raises LookupError when the sandbox goes.

    `fitting` goes through those there are already; `looked_at` shows one by the number that the sandbox tells of.
    """
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    found: dict[Any, T] = {}
    news = asyncio.Event()
    """There is enough, or those of the state before are no more, or the sandbox is gone."""
    heard: set[str] = set()
    ended = {"gone", *REPLACED} - ({"forgotten"} if kind == "messages" else set())

    def hear(what: str, number: int) -> None:
        if len(found) >= count:
            return
        if what in ended:
            heard.add(what)
        elif what != kind or heard or (one := looked_at(number)) is None:
            return
        elif fits(one):
            found[one["id"]] = one
        else:
            found.pop(one["id"], None)
        if heard or len(found) >= count:
            news.set()

    sandbox.feed.listeners.append(hear)
    try:
        while True:
            await in_turns(_look_through(fitting(), found, heard))
            if len(found) < count:
                async with asyncio.timeout_at(ends):
                    await news.wait()
            if "gone" in heard:
                raise LookupError("the sandbox is gone")
            if not heard:
                break
            heard.clear()
            found.clear()
            news.clear()
    except TimeoutError:
        pass
    finally:
        if hear in sandbox.feed.listeners:
            sandbox.feed.listeners.remove(hear)
    return sorted(found.values(), key=lambda one: int(one["id"][1:]))


def _look_through(fitting: Iterable[T | None], found: dict[Any, T], heard: set[str]) -> Steps[None]:
    """Add what fits to what was found, until the state is gone through or goes."""
    for one in fitting:
        if one is not None:
            found[one["id"]] = one
        yield
        if heard:
            return


def nearest(candidates: Iterable[Json], wanted: Json) -> "Steps[list[response_types.Near]]":
    """The three that differ in the fewest points, the newest first; each with what was wanted and what it has."""
    scored: list[tuple[int, int, Json, dict[str, dict[str, Any]]]] = []
    for age, one in enumerate(candidates):
        differences = {
            name: {"wanted": value, "found": held(one, name)}
            for name, value in wanted.items()
            if differs(one, name, value)
        }
        if one.get("status") == "refused":
            differences["status"] = {"wanted": wanted.get("status", "accepted"), "found": "refused"}
        if one.get("verdict") == "under way":
            differences["answer"] = {"wanted": "an answer", "found": "none yet"}
        scored.append((len(differences), age, one, differences))
        yield
    scored.sort(key=lambda entry: entry[:2])
    return [{"id": one["id"], "differs": differences, **_gist(one)} for _, _, one, differences in scored[:3]]


def _gist(one: Json) -> "response_types.Near":
    return {name: one[name] for name in _TOLD if one.get(name)}  # type: ignore[return-value]
