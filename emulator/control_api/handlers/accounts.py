"""Accounts: shown and changed, and the names that they send under."""

from typing import TYPE_CHECKING, Any

from emulator.control_api import given_back, request_bodies, views, warnings
from emulator.control_api.call import Json, call
from emulator.control_api.context import Context
from emulator.control_api.filters import number_of
from emulator.control_api.refusal import Refusal, refuse
from emulator.core.accounts import AccountPatch, SenderState
from emulator.core.admin_commands import PatchAccount, PatchSender
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import InvalidOptions

if TYPE_CHECKING:
    from emulator.control_api import response_types


def known(context: Context, provider: str) -> str:
    """The provider's name. Raises Refusal when there is none of that name."""
    if provider not in context.providers:
        there = ", ".join(context.providers)
        raise Refusal(404, "no-such-provider", f"there is no provider {provider}", f"there are {there}")
    return provider


def done(sandbox: Sandbox, command: Any, code: str) -> Any:
    """What an admin command gives back. Raises Refusal 404 with that code where what it names is not there."""
    try:
        return sandbox.control(command)
    except LookupError as error:
        raise Refusal(404, code, str(error.args[0])) from None


@call("getAccount")
async def show(context: Context, sandbox: Sandbox, provider: str) -> "response_types.Account":
    """An account."""
    return views.account(sandbox, known(context, provider))


@call("patchAccount")
async def patch(context: Context, sandbox: Sandbox, provider: str, body: Json) -> "response_types.Account":
    """Change an account; lists replace."""
    known(context, provider)
    try:
        change: AccountPatch = context.manager.patch(provider, given_back.account(sandbox, provider, body))
    except InvalidOptions as bad:
        refuse(bad)
    sandbox.control(PatchAccount(provider, change))
    told = views.account(sandbox, provider)
    if said := [*warnings.about_callbacks(sandbox, [provider], context.targets)]:
        told["warnings"] = said
    return told


@call("patchBrand")
async def patch_brand(
    context: Context, sandbox: Sandbox, provider: str, brand: str, body: request_bodies.Brand
) -> "response_types.BrandSet":
    """Approve a sender's name, or refuse it."""
    known(context, provider)
    state: SenderState = "active" if body.authorized == 1 else "refused"
    number = number_of(brand) if brand.isdigit() else 0  # a brand's id has no letter in front
    if not number:
        raise Refusal(404, "no-such-brand", f"{brand[:60]!r} is not a brand's number")
    sender = done(sandbox, PatchSender(provider, number, state), "no-such-brand")
    return {"id": sender.id, "name": sender.name, "authorized": body.authorized}
