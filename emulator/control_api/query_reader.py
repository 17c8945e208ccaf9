"""The query of a control call: each word once, one that the call knows, of the form it has."""

import re
from typing import Any

import msgspec

from emulator.control_api import request_bodies
from emulator.control_api.call import Call
from emulator.control_api.event_stream import Listening
from emulator.control_api.refusal import Refusal
from emulator.http.messages import HttpRequest, read_query


def read(call: Call, request: HttpRequest) -> Any:
    """The query as the call's own kind; for `wait` how to wait and the filters of what is waited for.
    Raises Refusal."""
    given: dict[str, str] = {}
    for name, value in read_query(request.query):
        if name in given:
            raise Refusal(400, "invalid", f"{name[:60]}: it stands twice in the query", "each word may stand once")
        given[name] = value
    if call.query is None:
        if given:
            raise Refusal(400, "invalid", f"this call takes no query: found {', '.join(given)[:200]}",
                          "what it takes stands in its body, as JSON" if call.body is not None else "")  # fmt: skip
        return None
    if call.query is request_bodies.WaitQuery:
        how: dict[str, str] = {name: given.pop(name) for name in ("for", "count", "timeout") if name in given}
        waiting: request_bodies.Waiting = _converted(how, request_bodies.Waiting)
        return waiting, _converted(given, request_bodies.FILTERS[waiting.kind])
    last_seen = request.header("last-event-id")
    if call.query is Listening and last_seen:
        given["after"] = last_seen
    return _converted(given, call.query)


def _converted(given: dict[str, str], kind: Any) -> Any:
    types = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    unknown = next((name for name in given if name not in types), None)
    if unknown is not None:
        from emulator.scenarios.problems import did_you_mean

        near = did_you_mean(unknown, types)
        raise Refusal(400, "invalid", f"there is no word {unknown[:60]!r} in this query",
                      f"{near} there may stand: ".lstrip() + ", ".join(types))  # fmt: skip
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        from emulator.scenarios.type_descriptions import in_words

        named = re.search(r" - at `\$\.(\w+)`$", str(error))
        if named is None or named[1] not in given:
            raise Refusal(400, "invalid", f"the query is not valid: {error}") from None
        name = named[1]
        raise Refusal(400, "invalid", f"{name}: found {given[name][:60]!r}; may be {in_words(types[name])}") from None
