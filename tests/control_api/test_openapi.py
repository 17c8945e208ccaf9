"""The description of the control API: every answer is described, and is as described, to the last field."""

import re
from pathlib import Path
from typing import Any

import pytest
from esme import Desk
from support import control, get, send_path

import emulator
from emulator.control_api.openapi import document
from emulator.control_api.routes import CALLS
from emulator.smpp import CommandId

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")


def closed(schema: Any) -> Any:
    """The same, but that objects have no more fields than are named."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    more = {"additionalProperties": False} if "properties" in schema else {}
    return {**more, **{name: closed(one) for name, one in schema.items()}}


DESCRIBED = document()
CLOSED = {"components": closed(DESCRIBED["components"])}
del CLOSED["components"]["schemas"]["ExportHead"]["additionalProperties"]  # the rest of the file is nobody's business


def test_every_answer_in_json_has_its_type_under_a_plain_name() -> None:
    untyped = [call.name for call in CALLS if call.answer is None and call.status != 204 and "json" in call.kind]
    assert untyped == []
    assert [name for name in DESCRIBED["components"]["schemas"] if not name.isalnum()] == []


def test_a_body_is_described_as_needed_where_something_must_stand_in_it() -> None:
    bodies = {
        method["operationId"]: method["requestBody"]
        for methods in DESCRIBED["paths"].values() for method in methods.values() if "requestBody" in method
    }  # fmt: skip
    assert {name for name, body in bodies.items() if body["required"]} == {
        "moveMessage", "putRules", "addRule", "putScenario", "keepSnapshot", "restore", "outbind", "putIncoming",
        "putCall", "patchBrand", "clock",
    }


def test_every_code_of_an_error_is_described_and_none_that_is_never_given() -> None:
    root = Path(emulator.__file__).parent
    sources = {
        file: file.read_text(encoding="utf-8")
        for folder in ("control_api", "sandboxes", "cluster", "server") for file in (root / folder).rglob("*.py")
        if file.name != "response_types.py"
    }  # fmt: skip
    described = set(DESCRIBED["components"]["schemas"]["Wrong"]["properties"]["code"]["enum"])
    refused = {
        code for file, text in sources.items() if file.is_relative_to(root / "control_api")
        for code in re.findall(r'Refusal\(\s*\d{3},\s*"([a-z-]+)"', text)
    }  # fmt: skip
    assert len(refused) > 20
    assert refused - described == set()
    assert {code for code in described if not any(f'"{code}"' in text for text in sources.values())} == set()


def test_every_call_of_the_table_is_described_once() -> None:
    paths = DESCRIBED["paths"]
    there = {(path, method.upper()) for path, methods in paths.items() for method in methods}
    assert there == {(call.path, call.method) for call in CALLS} | {("/_emulator/health", "GET")}
    names = [method["operationId"] for methods in paths.values() for method in methods.values()]
    assert len(names) == len(set(names))


class Asking:
    """Calls over the wire, each answer held against its description. `seen`: the operations that answered well."""

    def __init__(self, at: Desk) -> None:
        self.at = at
        self.seen: set[str] = set()

    async def __call__(self, method: str, path: str, body: Any = None, status: int | None = None) -> Any:
        whole = path if path.startswith("/_emulator") else self.at.path + path
        found, told = await control(self.at.served, method, whole, body)
        name, responses = self._described(method, whole.partition("?")[0])
        assert found == status if status else found < 400, told
        described = responses.get(str(found)) or responses["4XX"]
        schema = described["content"]["application/json"]["schema"]
        jsonschema.validate(told, {**CLOSED, **closed(schema)})
        if found < 400:
            self.seen.add(name)
        return told

    def _described(self, method: str, path: str) -> tuple[str, Any]:
        for pattern, operations in DESCRIBED["paths"].items():
            if method.lower() in operations and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path):
                return operations[method.lower()]["operationId"], operations[method.lower()]["responses"]
        raise LookupError(path)


async def lived(at: Desk, ask: Asking) -> None:
    """A sandbox in which there is something of everything."""
    base = at.served.base_url
    for provider in at.sandbox.providers.values():
        account = at.sandbox.account(provider.name)
        request = provider.example(account.credentials, "995577990007", "Your code is 123456 „“", "mine")
        await ask_wire(base, request)
    key = at.sandbox.account("smsoffice").credentials["key"]
    await get(base + send_path(key, to="995577990008"))
    await get(base + send_path(key, refernce="x", sender="nobody"))
    await get(base + send_path(key, content="%FF%FE" + "x" * 70_000))
    await at.rule({"operation": "send", "nth": 9}, {"steps": [{"after": 1, "status": "sent"}], "opt_out": True})
    esme = await at.bound()
    await esme.submit(b"Hello", (0x1400, b"vendor"))
    await esme.ask(CommandId.SUBMIT_MULTI)
    await esme.ask(CommandId.ENQUIRE_LINK)
    esme.write(bytes.fromhex("00000010000007770000000000000099"))
    await ask("POST", "/incoming", {"from": "79001234567", "to": "Shop", "text": "yes"})
    who = at.sandbox.account("smscenter").credentials
    await get(f"{base}/sys/wait_call.php?login={who['login']}&psw={who['psw']}&phone=79001234567&fmt=3")
    await ask("POST", "/calls", {"from": "79001234567"})
    await ask("POST", "/settle")
    await at.patch(callback_url="http://127.0.0.1:9/nobody", limits={"sessions": 3}, allowed_ips=["127.0.0.1"])
    await ask("POST", "/incoming", {"from": "79001234567", "to": "Shop", "text": "yes"})


async def ask_wire(base: str, request: Any) -> None:
    from aiohttp import ClientSession

    async with ClientSession() as session, session.request(
        request.method, base + request.target, headers=dict(request.headers), data=request.body or None
    ) as answer:  # fmt: skip
        assert answer.status == 200


async def test_every_answer_is_as_it_is_described(at: Desk) -> None:
    ask = Asking(at)
    await lived(at, ask)
    for path in ("", "/messages", "/messages/m1", "/requests", "/callbacks", "/lint?mild=true", "/ledger", "/rules",
                 "/scenario", "/sessions", "/export", "/wait?for=callbacks&count=2", "/wait?for=requests",
                 "/otp", "/report?format=json"):  # fmt: skip
        await ask("GET", path)
    for provider in at.sandbox.providers:
        await ask("GET", f"/accounts/{provider}")
        await ask("GET", f"/_emulator/contract/{provider}")
    for path in ("health", "cluster", "sandboxes", "contract", "scenarios"):
        await ask("GET", f"/_emulator/{path}")
    plays = (await ask("GET", "/_emulator/scenarios"))["scenarios"]
    for play in plays:
        await ask("PUT", "/scenario", {"scenario": play["name"]})
    await ask("PATCH", "/accounts/smscenter", {"callback_url": "http://192.0.2.9/", "limits": "off"})
    await ask("PATCH", "/accounts/ubill/brands/1", {"authorized": 2})
    await ask("POST", "/messages/m1/status", {"status": "undelivered", "reason": "by hand", "error": 6})
    told = (await ask("GET", "/callbacks"))["callbacks"]
    report = next(one["id"] for one in told if one["message_id"] == "m1")
    await ask("POST", f"/callbacks/{report}/redeliver")
    passed_on = next(one["id"] for one in told if one["message_id"] == "i1")
    await ask("POST", f"/callbacks/{passed_on}/redeliver", status=400)
    await ask("POST", "/clock", {"advance": 1})
    (rule, *_) = (await ask("POST", "/rules", {"then": {"reports": {"late": {"from": 1, "to": 2}}}}))["rules"]
    await ask("DELETE", f"/rules/{rule['id']}")
    await ask("PUT", "/rules", {"rules": [{"when": {"parts": {"from": 2}}, "then": {"reply": {"fault": "lost"}}}]})
    await ask("POST", "/snapshots", {"name": "one"})
    await ask("POST", "/restore", {"name": "one"})
    await ask("GET", "/snapshots")
    wish = {"accounts": {"smscenter": {"login": "l" * 20}}, "callback_url": "http://192.0.2.9/"}
    assert len((await ask("POST", "/_emulator/sandboxes", wish))["warnings"]) == 4
    await ask("GET", "/wait?timeout=0.01&to=1", status=408)
    await ask("GET", "/otp?timeout=0.01&pattern=NO", status=408)
    await ask("GET", "/messages/m999", status=404)
    for limit in (-1, 2**63):
        for path in ("/messages", "/requests", "/callbacks", "/ledger"):
            await ask("GET", f"{path}?limit={limit}", status=400)
    assert await ask("GET", "/messages?limit=0") == {"messages": []}
    await ask("POST", "/outbind", {"target": f"{at.served.smpp_host}:{at.served.smpp_port}"})
    await ask("POST", "/outbind", {"target": "nowhere"}, status=400)
    typed = {call.name for call in CALLS if call.answer is not None} | {"health"}
    assert typed - ask.seen == set()
