"""Waiting for what one wants to see: nothing polls. What nearly fits is told when time is up."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from emulator.control_api.filters import differs, held
from emulator.sandboxes.sandbox import Sandbox

if TYPE_CHECKING:
    from emulator.control_api import response_types

Json = Mapping[str, Any]
T = TypeVar("T", bound=Mapping[str, Any])

_TOLD = ("to", "text", "status", "operation", "outcome", "message_id", "url", "verdict", "explain")


async def until(
    sandbox: Sandbox, kind: str, count: int, seconds: float, fitting: Callable[[], list[T]],
    looked_at: Callable[[int], T | None], fits: Callable[[T], bool],
) -> list[T] | None:  # fmt: skip
    """The list as soon as `count` things of a kind fit; None when `seconds` of real time have passed.

    `fitting` lists those there are already; `looked_at` shows one by the number that the sandbox tells of.
    """
    found = {one["id"]: one for one in fitting()}
    if len(found) >= count:
        return list(found.values())
    enough: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def hear(what: str, number: int) -> None:
        if enough.done():
            return
        if what == "gone":
            enough.set_exception(LookupError("the sandbox is gone"))
            return
        if what in ("reset", "restored"):  # those of the state before are no more
            found.clear()
            found.update((one["id"], one) for one in fitting())
        elif what != kind or (one := looked_at(number)) is None:
            return
        elif fits(one):
            found[one["id"]] = one
        else:
            found.pop(one["id"], None)
        if len(found) >= count:
            enough.set_result(None)

    sandbox.feed.listeners.append(hear)
    try:
        await asyncio.wait_for(enough, seconds)
    except TimeoutError:
        return None
    finally:
        if hear in sandbox.feed.listeners:
            sandbox.feed.listeners.remove(hear)
    return list(found.values())


def nearest(candidates: Iterable[Json], wanted: Json) -> "list[response_types.Near]":
    """The three that differ in the fewest points, the newest first; each with what was wanted and what it has."""
    scored: list[tuple[int, int, response_types.Near]] = []
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
        scored.append((len(differences), age, {"id": one["id"], "differs": differences, **_gist(one)}))
    scored.sort(key=lambda entry: entry[:2])
    return [entry[2] for entry in scored[:3]]


def _gist(one: Json) -> "response_types.Near":
    return {name: one[name] for name in _TOLD if one.get(name)}  # type: ignore[return-value]
