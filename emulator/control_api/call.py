"""How a call of the control API is declared: by `@call` on the function that answers it.

The function's parameters say what it is given: `context`, `sandbox`, the words of its path (`message`, `rule` ...),
`body` and `query`, whose annotations are what is read and checked before. Its docstring's first paragraph is what the
description tells, the annotation of what it gives back the answer's type there. Method and path are in paths.py.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import msgspec

from emulator.control_api.context import Context
from emulator.control_api.paths import ADDRESSES

Json = dict[str, Any]
Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call. `takes`: what its handler is given; `answer`: of an answer in JSON its type, by name: in
    response_types.py, which is loaded for the description alone."""

    name: str
    meaning: str
    handler: Callable[..., Awaitable[Any]]
    takes: tuple[str, ...]
    body: Any = None
    query: Any = None
    answer: str | None = None
    status: int = 200
    kind: str = "application/json"

    @property
    def method(self) -> str:
        return ADDRESSES[self.name].method

    @property
    def path(self) -> str:
        return ADDRESSES[self.name].path

    async def do(self, context: Context, values: Mapping[str, Any], body: Any = None, query: Any = None) -> Any:
        """Make it. `values`: what stands in the path, the sandbox found."""
        given = {**values, "context": context, "body": body, "query": query}
        return await self.handler(**{name: given[name] for name in self.takes})


DECLARED: dict[str, Call] = {}
"""Every call by its name, as soon as the file of its handler is imported."""


def call(name: str, *, status: int = 200, kind: str = "application/json") -> Callable[[Handler], Handler]:
    """Declare what answers the call of that name: with which status, in which type."""

    def declared(handler: Handler) -> Handler:
        signature = inspect.signature(handler)
        asks = {one.name: one.annotation for one in signature.parameters.values()}
        answer = re.search(r"response_types\.(\w+)", str(signature.return_annotation))
        DECLARED[name] = Call(
            name=name, meaning=" ".join((inspect.getdoc(handler) or "").partition("\n\n")[0].split()), handler=handler,
            takes=tuple(asks), body=asks.get("body"), query=asks.get("query"), answer=answer and answer.group(1),
            status=status, kind=kind,
        )  # fmt: skip
        return handler

    return declared
