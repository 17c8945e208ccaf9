"""An account on the control panel: switches, limits, prices, who may ask. Shown as fields; what was changed becomes one
PATCH of the control API."""

import json
from typing import Any

from emulator.control_api import views
from emulator.core.profile import Switch
from emulator.http.messages import HttpReply
from emulator.sandboxes.sandbox import Sandbox
from emulator.ui.page_request import PageRequest
from emulator.ui.urls import go, place

Json = dict[str, Any]


def terms(sandbox: Sandbox, provider: str) -> Json:
    """Fields by kind. A field: `name`, `text` as it stands in the form, `choices` (text and label) where there are
    some; of a switch also `why`, what `empty` means, and whether it is `off_default`."""
    view = views.account(sandbox, provider)
    switches = sandbox.providers[provider].profile.switches
    return {
        "switches": [_switch(name, switches[name], value) for name, value in view["switches"].items()],
        "limits": None if view["limits"] == "off" else view["limits"], "prices": view["prices"],
        "api_access": view["api_access"], "blocked": view["blocked"], "allowed_ips": ", ".join(view["allowed_ips"]),
    }  # fmt: skip


def _switch(name: str, switch: Switch, value: Any) -> Json:
    choices = [(json.dumps(one), _said(one)) for one in switch.choices] if isinstance(switch.choices, tuple) else None
    text = json.dumps(value) if choices else _said(value)
    empty = "never" if switch.choices == "seconds" else ""
    return {"name": name, "text": text, "choices": choices, "why": switch.why, "empty": empty,
            "off_default": value != switch.default}  # fmt: skip


def _said(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list() | tuple():
            return " ".join(f"{one:g}" for one in value)
        case _:
            return str(value)


def _number(text: str) -> Any:
    """A number, or the text as it is: the control API says what may stand there."""
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return text


def _read(switch: Switch, text: str) -> Any:
    """What a field says."""
    match switch.choices:
        case tuple():
            return next((one for one in switch.choices if json.dumps(one) == text), text)
        case "seconds":
            return [_number(one) for one in text.replace(",", " ").split()]
        case "text":
            return text
        case _:
            return _number(text.strip())


def patch(sandbox: Sandbox, provider: str, form: dict[str, str]) -> Json:
    """What a form changes of the terms as they are."""
    now = views.account(sandbox, provider)
    switches = sandbox.providers[provider].profile.switches
    body: Json = {
        "switches": {
            name: value for name, text in _under("switches", form) if name in switches
            and json.dumps(value := _read(switches[name], text)) != json.dumps(now["switches"][name])
        },
        "prices": {
            name: value for name, text in _under("prices", form) if (value := _number(text)) != now["prices"].get(name)
        },
    }  # fmt: skip
    body = {name: value for name, value in body.items() if value}
    limits = _limits(now["limits"], form)
    if limits is not None:
        body["limits"] = limits
    for name in ("api_access", "blocked"):
        if name in form and (form[name] == "yes") != now[name]:
            body[name] = form[name] == "yes"
    allowed = form.get("allowed_ips", "").replace(",", " ").split()
    if "allowed_ips" in form and allowed != list(now["allowed_ips"]):
        body["allowed_ips"] = allowed
    return body


def _under(kind: str, form: dict[str, str]) -> list[tuple[str, str]]:
    """The fields of a kind: `switches:retry`."""
    return [(name.partition(":")[2], text) for name, text in form.items() if name.startswith(f"{kind}:")]


def _limits(now: Any, form: dict[str, str]) -> Any:
    """All lifted, all back, or those that differ; None: as they are."""
    if form.get("limits") == "off":
        return None if now == "off" else "off"
    if now == "off":
        return {} if form.get("limits") == "on" else None
    return {name: count for name, text in _under("limits", form) if (count := _number(text)) != now.get(name)} or None


async def save(asked: PageRequest) -> HttpReply:
    """Put them in force."""
    provider = asked.values["provider"]
    changed = patch(asked.sandbox, provider, asked.form) if provider in asked.sandbox.providers else {}
    await asked.call("PATCH", "/accounts/{provider}", changed, provider=provider)
    return go(f"{place(asked.sandbox, 'desk')}#accounts")
