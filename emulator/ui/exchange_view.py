"""Exchanges as the page shows them: what was asked, what was answered, why, and how to ask it again; secrets masked."""

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from emulator.control_api import views
from emulator.control_api.parameters import parameters
from emulator.core.messages import Batch
from emulator.core.outcomes import Accepted
from emulator.core.units import SECOND
from emulator.http.messages import HttpRequest
from emulator.journal import Exchange
from emulator.providers.base import Row
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.turns import Steps
from emulator.ui import curl
from emulator.ui.masking import MASK, Mask

Json = dict[str, Any]

_base64 = re.compile(r"^[A-Za-z0-9+/]{16,}={0,2}(?=\r?$)", re.MULTILINE)


def about(sandbox: Sandbox, batch: Batch) -> Steps[list[Exchange]]:
    """The exchange that a batch came of, if the journal still keeps it."""
    found = []
    for one in sandbox.journal.exchanges(provider=batch.provider, operation="send"):
        at_that_time = abs(one.at - batch.created_at) <= SECOND  # a restored state gives out its numbers again
        if at_that_time and isinstance(one.outcome, Accepted) and one.outcome.batch == batch.id:
            found.append(one)
        yield
    return found


def shown(sandbox: Sandbox, kept: Exchange, base_url: str) -> Json:
    """Everything about an exchange."""
    credential = kept.command.credential if kept.command is not None else None
    tried = (credential.secret,) if credential is not None and credential.secret else ()
    mask = Mask(sandbox, said=tried)
    view = views.exchange(sandbox, kept)
    request, reply = view["request"], view["reply"]
    provider = sandbox.providers.get(kept.provider)
    told: Json = {
        "id": view["id"], "kept": kept, "provider": kept.provider, "explain": mask.text(view["explain"]),
        "request": _side(mask, request), "reply": None if reply is None else _side(mask, reply), "curl": "",
        "rows": rows(sandbox, view["explain"]),
        "what": mask.text(_what(kept)), "parameters": _parameters(mask, kept),
    }  # fmt: skip
    if isinstance(kept.request, HttpRequest) and kept.request.method != "MAIL":
        credentials = sandbox.account(kept.provider).credentials if provider else {}
        own = {form for value in credentials.values() for form in (value, quote(value, safe=""))}
        hide = Mask(sandbox, own)  # these become variables
        told["curl"] = curl.command(kept.request, base_url, provider, credentials, hide)
    return told


def _what(kept: Exchange) -> str:
    """What was asked, without its parameters."""
    if isinstance(kept.request, HttpRequest):
        return f"{kept.request.method} {kept.request.path}"
    return f"{kept.operation or 'a PDU'} over SMPP"


def _parameters(mask: Mask, kept: Exchange) -> list[tuple[str, str]]:
    """Decoded behind the mask, which knows more of a whole than of its parts."""
    request = kept.request
    if kept.command is None:  # it was not read, so nobody knows what is a parameter
        return []
    if isinstance(request, HttpRequest):
        body = mask.text(request.body.decode("utf-8", "replace")).encode()
        masked = msgspec.structs.replace(request, target=mask.text(request.target), body=body)
        kept = msgspec.structs.replace(kept, request=masked)
    return [pair for name, value in parameters(kept) for pair in mask.fields({mask.text(name): value}).items()]


def _side(mask: Mask, side: Mapping[str, Any]) -> Json:
    """A request or a reply: a first line, headers, body; or a PDU's fields."""
    if "hex" in side:
        fields = {**side.get("fields", {}), **({"text": side["text"]} if "text" in side else {})}
        fields |= {str(tlv["name"]): tlv["value"] for tlv in side.get("tlvs", ())}
        line = f"{side.get('command', 'PDU')} sequence {side.get('sequence', '?')}, status {side.get('status', '?')}"
        body = _hex(mask.hex(side["hex"]))
        return {"line": line, "headers": list(mask.fields(fields).items()), "body": body, "cut": ""}
    line = f"{side['method']} {side['url']}" if "method" in side else f"HTTP {side['status']}"
    text: str | None = side.get("body")
    if text is None:
        text = b64decode(side.get("body_base64", "")).decode("ascii", "backslashreplace")
    if side.get("method") == "MAIL":  # its parameters are shown beside it; in base64 nobody sees a secret, nor the mask
        text = _base64.sub(MASK, text)
    return {"line": mask.text(line), "headers": mask.headers(side["headers"]), "body": mask.text(text),
            "cut": side.get("body_cut", "")}  # fmt: skip


def _hex(text: str) -> str:
    """Sixteen octets a line."""
    return "\n".join(" ".join(text[n + k : n + k + 2] for k in range(0, min(32, len(text) - n), 2))
                     for n in range(0, len(text), 32))  # fmt: skip


def rows(sandbox: Sandbox, explain: str) -> list[Row]:
    """The contract's rows that an explanation names."""
    return [row for one in sandbox.providers.values() for row in one.contract() if f"[{row.id}]" in explain]
