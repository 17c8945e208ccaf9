"""Sandboxes: made, listed, shown, reset, deleted."""

from typing import TYPE_CHECKING

from emulator.clock import real_now
from emulator.control_api import given_back, request_bodies, views, warnings
from emulator.control_api.call import call
from emulator.control_api.context import Context
from emulator.control_api.refusal import Refusal, refuse
from emulator.core.admin_commands import PutRules
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import DEFAULT, InvalidOptions, NewSandbox
from emulator.sandboxes.turns import in_turns, listed
from emulator.version import __version__

if TYPE_CHECKING:
    from emulator.control_api import response_types


def named(context: Context, name: str) -> Sandbox:
    """The sandbox of that name, which is in use now. Raises Refusal."""
    found = context.manager.sandboxes.by_id.get(name)
    if found is None:
        shown = name if len(name) <= 100 else f"{name[:100]}…"
        raise Refusal(404, "no-such-sandbox", f"there is no sandbox {shown}", "GET /_emulator/sandboxes lists them")
    found.used_at = real_now()
    return found


@call("createSandbox", status=201)
async def create(context: Context, body: NewSandbox) -> "response_types.Made":
    """Make an isolated sandbox with credentials of its own."""
    body.scenario = given_back.scenario(body.scenario)
    try:
        if body.file is None:
            made = context.manager.create(body)
        else:
            made = await context.manager.copy(body, body.file)
        await context.manager.claim(made)
    except InvalidOptions as bad:
        refuse(bad)
    about_callbacks = warnings.about_callbacks(made, made.providers, context.targets)
    told = views.credentials(made)
    if said := [*about_callbacks, *warnings.about_binds(made)]:
        told["warnings"] = said
    return told


@call("showCluster")
async def cluster(context: Context) -> "response_types.Cluster":
    """The nodes, and which sandboxes each of them has."""
    manager = context.manager
    alone: response_types.ClusterNode = {
        "node": manager.node, "url": context.base_url, "version": __version__, "lives": True, "leaving": False,
        "me": True, "sandboxes": sorted(manager.sandboxes.by_id),
    }  # fmt: skip
    return {"nodes": [alone]}


@call("listSandboxes")
async def every(context: Context) -> "response_types.Sandboxes | bytes":
    """All sandboxes."""
    there = list(context.manager.sandboxes.by_id.values())
    return await in_turns(listed((None if one.gone else views.sandbox(one) for one in there), "sandboxes"))


@call("getSandbox")
async def show(sandbox: Sandbox) -> "response_types.Sandbox":
    """Clock, balances, counts, scenario."""
    return views.sandbox(sandbox)


@call("deleteSandbox", status=204)
async def delete(context: Context, sandbox: Sandbox) -> None:
    """Forget a sandbox and all that hangs on it."""
    if sandbox.id == DEFAULT:
        raise Refusal(409, "default-stays", "the sandbox default cannot be deleted", "reset gives it back fresh")
    context.manager.remove(sandbox)


@call("reset", status=204)
async def reset(context: Context, sandbox: Sandbox, body: request_bodies.Reset) -> None:
    """The sandbox as it was made; or only its journal, or its scenario's rules."""
    if body.what == "all":
        context.manager.reset(sandbox)
    elif body.what == "journal":
        sandbox.forget_journal()
    else:
        sandbox.control(PutRules(None, list(sandbox.scenario.rules), anew=True))
