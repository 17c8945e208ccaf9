"""The control API for people: every call with what it takes, and a curl line that can be pasted."""

import json
import re
from typing import Any

from emulator.control_api import openapi
from emulator.http.messages import HttpReply
from emulator.ui.page_request import PageRequest
from emulator.ui.rendering import html

Json = dict[str, Any]

_EXAMPLES: dict[str, Json] = {
    "createSandbox": {"clock": "frozen", "scenario": "happy"}, "reset": {"what": "journal"},
    "patchAccount": {"balance": 5}, "patchBrand": {"authorized": 1},
    "moveMessage": {"status": "undelivered"}, "clock": {"advance": 90}, "settle": {"timeout": 10},
    "putRules": {"rules": [{"when": {"operation": "send"}, "then": {"refuse": {"reason": "no-credit"}}, "times": 1}]},
    "addRule": {"when": {"operation": "send"}, "then": {"reply": {"fault": "lost"}}, "times": 1},
    "putScenario": {"scenario": "no-credit"}, "keepSnapshot": {"name": "before"}, "restore": {"name": "before"},
    "outbind": {"target": "127.0.0.1:2776"},
    "putIncoming": {"provider": "smscenter", "from": "79001234567", "to": "emulator", "text": "STOP"},
    "putCall": {"from": "79001234567"},
}  # fmt: skip
"""A body for each call that has one: pasted, it works on a running emulator where what it names is there."""
_VALUES = {"provider": "ubill", "message": "m1", "callback": "c1", "rule": "r1", "brand": "1", "session": "s1"}


def calls(sandbox: str, base_url: str, token: bool) -> list[Json]:
    """Of each call: name, method, path, what it does, its parameters and its curl line."""
    found = []
    for path, operations in openapi.document()["paths"].items():
        for method, told in operations.items():
            name = told["operationId"]
            words = {"sandbox": sandbox, **_VALUES}
            url = base_url + re.sub(r"\{(\w+)\}", lambda place, words=words: words[place[1]], path)  # type: ignore[misc]
            line = _curl(method.upper(), url, _EXAMPLES.get(name) if "requestBody" in told else None, token)
            query = [one["name"] for one in told.get("parameters", ()) if one["in"] == "query"]
            found.append({"name": name, "method": method.upper(), "path": path, "summary": told["summary"],
                          "query": query, "curl": line})  # fmt: skip
    return found


def _curl(method: str, url: str, body: Json | None, token: bool) -> str:
    words = ["curl"] if method == "GET" else ["curl", "-X", method]
    words += [f"'{url}'"]
    if token:
        words.append("-H \"Authorization: Bearer $SMS_EMULATOR_TOKEN\"")
    if body is not None:
        words.append(f"-d '{json.dumps(body)}'")
    return " ".join(words)


async def api(asked: PageRequest) -> HttpReply:
    """The page."""
    return html("api.html", title="API", here="api", sandbox=asked.sandbox,
                calls=calls(asked.sandbox.id, asked.base_url(), not asked.gate.open))  # fmt: skip
