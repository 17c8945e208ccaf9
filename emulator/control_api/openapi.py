"""The control API, described: OpenAPI 3.1 from the table of calls and the types of their bodies."""

import re
from functools import cache
from typing import Any

import msgspec

from emulator.control_api.call import Call
from emulator.control_api.request_bodies import FILTERS, Waiting, WaitQuery
from emulator.control_api.routes import CALLS
from emulator.version import __version__

_REF = "#/components/schemas/{name}"


@cache
def document() -> dict[str, Any]:
    """The whole document, which nobody changes."""
    from emulator.control_api import response_types

    answers = {call.answer: getattr(response_types, call.answer) for call in CALLS if call.answer is not None}
    bodies = [call.body for call in CALLS if call.body is not None]
    kinds = [*answers.values(), response_types.Health, response_types.Error, *bodies]
    described, components = msgspec.json.schema_components([*kinds, *response_types.APART], ref_template=_REF)
    schemas = dict(zip((*answers, "Health", "Error"), described, strict=False))
    asked = iter(described[len(schemas) :])
    error = {"description": "What was wrong, and what may stand there.", "content": _json(schemas["Error"])}
    trouble = {"description": "Not kept: the state file or the database takes nothing, or this node leaves.",
               "content": _json(schemas["Error"])}  # fmt: skip
    paths: dict[str, dict[str, Any]] = {
        "/_emulator/health": {"get": {
            "operationId": "health", "summary": "Is it up?", "security": [],
            "responses": {
                "200": {"description": "It is.", "content": _json(schemas["Health"])},
                "503": {"description": "One of many nodes that leaves, or has no database: send nobody there.",
                        "content": _json(schemas["Health"])},
            },
        }},
    }  # fmt: skip
    for call in CALLS:
        good: dict[str, Any] = {"description": call.meaning}
        if call.status != 204:
            good["content"] = {} if call.kind == "application/json" else {call.kind: {"schema": {"type": "string"}}}
        if call.answer is not None:
            good["content"] |= _json(schemas[call.answer])
        operation: dict[str, Any] = {
            "operationId": call.name, "summary": call.meaning,
            "parameters": [*_in_path(call), *_in_query(call)],
            "responses": {str(call.status): good, "4XX": error, "5XX": trouble},
        }  # fmt: skip
        if call.body is not None:
            operation["requestBody"] = {"required": _needed(call.body), "content": _json(next(asked))}
        paths.setdefault(call.path, {})[call.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "sms-emulator control API", "version": __version__},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{}, {"token": []}],
    }


def _needed(body: Any) -> bool:
    """Must something stand in a body of that type?"""
    try:
        msgspec.json.decode(b"{}", type=body)
    except msgspec.ValidationError:
        return True
    return False


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _in_path(call: Call) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", call.path)
    ]


def _in_query(call: Call) -> list[dict[str, Any]]:
    if call.query is None:
        return []
    kinds = [Waiting, *FILTERS.values()] if call.query is WaitQuery else [call.query]
    properties: dict[str, Any] = {}
    for kind in kinds:
        _, components = msgspec.json.schema_components([kind], ref_template=_REF)
        properties |= components[kind.__name__]["properties"]
    return [{"name": name, "in": "query", "schema": schema} for name, schema in properties.items()]
