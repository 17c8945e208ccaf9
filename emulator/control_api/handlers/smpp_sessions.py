"""SMPP sessions as the control API has them, and subscribers' messages: what stands behind sessions, outbind and
incoming."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Literal, cast

import msgspec

from emulator.control_api import views
from emulator.control_api.call import call
from emulator.control_api.context import Context
from emulator.control_api.refusal import Refusal
from emulator.core.admin_commands import PutCall, PutIncoming
from emulator.core.incoming import wrong_address, wrong_text
from emulator.core.text import split
from emulator.net.allowed_targets import NotAllowed
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.smpp_session import BoundSession

if TYPE_CHECKING:
    from emulator.control_api import response_types


class Incoming(msgspec.Struct, forbid_unknown_fields=True):
    """A subscriber's message: from whom, to which name or number of the account."""

    source: str = msgspec.field(name="from")
    to: str
    text: str
    provider: str | None = None


class SubscriberCall(msgspec.Struct, forbid_unknown_fields=True):
    """Who calls; `to`: the number dialled, without it the one that was told."""

    source: str = msgspec.field(name="from")
    to: str = ""
    provider: str | None = None


class Ending(msgspec.Struct, forbid_unknown_fields=True):
    how: Literal["unbind", "close", "reset"] = "unbind"


class Outbind(msgspec.Struct, forbid_unknown_fields=True):
    """Where a client listens: host:port."""

    target: str
    provider: str | None = None


@call("listSessions")
async def sessions(context: Context, sandbox: Sandbox) -> "response_types.Sessions":
    """The bound SMPP sessions."""
    return {"sessions": [views.session(sandbox, line) for line in context.smpp.of(sandbox)]}


@call("endSession", status=204)
async def end(context: Context, sandbox: Sandbox, session: str, query: Ending) -> None:
    """End a session: unbind, close or reset."""
    line = context.smpp.lines.get(session)
    if line is None or line.sandbox is not sandbox:
        raise Refusal(404, "no-such-session", f"there is no session {session}", "GET sessions lists them")
    context.smpp.hang_up(line, query.how)


def _speaking(context: Context, wanted: str | None) -> str:
    """The provider meant: the one named, or the first that speaks SMPP."""
    if wanted is None:
        return next(iter(context.smpp.providers))
    if wanted not in context.providers:
        raise Refusal(404, "no-such-provider", f"there is no provider {wanted}")
    return wanted


@call("putIncoming", status=202)
async def incoming(context: Context, sandbox: Sandbox, body: Incoming) -> "response_types.CameIn":
    """A subscriber's message, delivered as the provider would.

    By SMPP while a receiver is bound, or where there is no other way; else by a callback.
    """
    name = _speaking(context, body.provider)
    provider = context.providers[name]
    if provider.smpp is None and provider.incoming is None:
        raise Refusal(400, "no-incoming", f"{name} passes no messages of subscribers on")
    receiving = any(line.receives and line.provider == name for line in context.smpp.of(sandbox))
    url = sandbox.account(name).callback_url
    by_smpp = provider.smpp is not None and (receiving or not url or provider.incoming is None)
    if not body.source:
        raise Refusal(400, "invalid", "from: it is empty, and a subscriber has a number")
    for field, wrong in (
        ("from", wrong_address(body.source)), ("to", wrong_address(body.to)), ("text", wrong_text(body.text)),
    ):  # fmt: skip
        if wrong is not None:
            raise Refusal(400, "invalid", f"{field}: {wrong}")
    way, parts = ("smpp", len(split(body.text))) if by_smpp else ("http", 1)
    made = sandbox.control(PutIncoming(name, way, body.source, body.to, body.text, parts))
    return {"id": f"i{made.id}", "provider": name, "way": way, "from": made.source, "to": made.to, "text": made.text,
            "parts": parts, "at": views.iso(made.at)}  # fmt: skip


@call("putCall", status=202)
async def put_call(context: Context, sandbox: Sandbox, body: SubscriberCall) -> "response_types.CameIn":
    """The subscriber calls, where the provider was asked to wait for it.

    Told by the callback of the provider that awaits it.
    """
    names = [name for name, one in context.providers.items() if "AwaitCall" in one.profile.checks]
    if body.provider is not None and body.provider not in names:
        raise Refusal(400, "no-calls", f"{body.provider} awaits no calls", f"those that do: {', '.join(names)}")
    for name in [body.provider] if body.provider is not None else names:
        made = sandbox.control(PutCall(name, body.source, body.to))
        if made is not None:
            return {"id": f"i{made.id}", "provider": name, "way": "call", "from": made.source, "to": made.to,
                    "text": "", "parts": 1, "at": views.iso(made.at)}  # fmt: skip
    waiting = ", ".join(f"{one.split()[1]} to {' or '.join(dialled)} until {views.iso(until)}"
                        for one, (until, dialled) in list(sandbox.engine.state.awaited.items())[:5])  # fmt: skip
    raise Refusal(
        409, "not-awaited", f"nobody awaits a call from {body.source}" + (f" to {body.to}" if body.to else ""),
        f"awaited: {waiting or 'none'}",
    )  # fmt: skip


@call("outbind", status=202)
async def outbind(context: Context, sandbox: Sandbox, body: Outbind) -> "response_types.Outbound":
    """Connect to an SMPP client that listens, and ask it to bind.

    As a receiver.
    """
    name = _speaking(context, body.provider)
    if name not in context.smpp.providers:
        raise Refusal(400, "no-smpp", f"{name} does not speak SMPP")
    host, colon, port = body.target.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        raise Refusal(400, "invalid", f"target {body.target!r} is not host:port")
    try:
        line = await cast(Awaitable[BoundSession], context.smpp.outbind(sandbox, name, host.strip("[]"), int(port)))
    except NotAllowed as refusal:
        raise Refusal(403, "target", f"nobody was called: {refusal}") from None
    except OSError as error:
        raise Refusal(400, "no-client", f"nobody listens at {body.target}: {error}") from None
    return {"id": line.id, "target": body.target}
