"""How the control API shows things: worlds' values as JSON-ready data."""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import msgspec

from emulator.core.accounts import Account
from emulator.core.messages import Message
from emulator.core.outcomes import Refused
from emulator.core.rules import Rule
from emulator.core.values import Moment, plain
from emulator.core.when import Now
from emulator.explaining import explain
from emulator.findings import Finding
from emulator.journal import Attempt, Exchange
from emulator.nearly import nearly
from emulator.sandboxes import Sandbox
from emulator.wire import HttpReply, HttpRequest, read_query

Json = dict[str, Any]


def iso(at: Moment) -> str:
    """A moment as ISO 8601 with zone, to the microsecond."""
    whole, micro = divmod(at, 1_000_000)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{micro:06d}Z"


def message(sandbox: Sandbox, found: Message) -> Json:
    batch = sandbox.engine.world.store.batch_of(found)
    history = found.history
    return {
        "id": f"m{found.id}", "provider": batch.provider, "provider_id": batch.provider_id, "to": found.to,
        "sender": batch.sender, "text": batch.text, "reference": batch.reference, "status": found.status,
        "reason": found.reason, "error": found.error, "parts": batch.parts, "encoding": batch.encoding,
        "flash": batch.flash, "cost": plain(batch.cost), "protocol": batch.protocol, "batch": f"b{batch.id}",
        "created_at": iso(batch.created_at),
        "scheduled_at": iso(batch.begins_at) if batch.begins_at > batch.created_at else None,
        "history": [
            {"status": history[n], "at": iso(int(history[n + 1]))} for n in range(0, len(history), 2)
        ],
    }  # fmt: skip


def exchange(sandbox: Sandbox, kept: Exchange) -> Json:
    outcome = kept.outcome
    refused = outcome if isinstance(outcome, Refused) else None
    return {
        "id": f"x{kept.id}", "at": iso(kept.at), "provider": kept.provider or None, "protocol": kept.protocol,
        "operation": kept.operation or None, "request": _request(kept.request, kept.request_size),
        "reply": None if kept.reply is None else _reply(kept.reply, kept.reply_size), "outcome": kept.word,
        "reason": refused.reason.value if refused else None, "rule": kept.rule, "fault": kept.fault,
        "explain": "; ".join([explain(sandbox.providers, kept), *_nearly(sandbox, kept)]),
    }  # fmt: skip


def _nearly(sandbox: Sandbox, kept: Exchange) -> list[str]:
    world = sandbox.engine.world
    if kept.command is None:
        return []
    return nearly(world.book.rules, kept.command, Now(kept.at, world.began), kept.rule)


def attempt(sandbox: Sandbox, made: Attempt) -> Json:
    answer: Json | None = None
    if made.answer is not None:
        answer = {"status": made.answer.status, **_body(made.answer.body, len(made.answer.body))}
    elif made.failure is not None:
        answer = {"error": made.failure}
    target = made.request.target
    sent = made.request.body if made.request.method == "POST" else target.partition("?")[2]
    return {
        "id": f"c{made.id}", "message_id": f"m{made.message}", "provider": made.provider, "attempt": made.attempt,
        "at": iso(made.at), "method": made.request.method, "url": target, "status": made.status,
        "sent": dict(read_query(sent)), "answer": answer, "accepted": made.accepted,
        "verdict": made.verdict or "under way",
    }  # fmt: skip


def account(sandbox: Sandbox, provider: str) -> Json:
    kept: Account = sandbox.account(provider)
    profile = sandbox.providers[provider].profile
    return {
        "provider": provider, "credentials": kept.credentials, "balance": plain(kept.balance),
        "spent": plain(kept.spent), "stoplist": list(kept.stoplist),
        "senders": [{"id": s.id, "name": s.name, "state": s.state} for s in kept.senders.values()],
        "callback_url": kept.callback_url, "api_access": kept.api_access, "allowed_ips": kept.allowed_ips,
        "blocked": kept.blocked, "switches": {name: profile.switch(kept, name) for name in profile.switches},
        "limits": "off" if kept.limits_off else {name: profile.limit(kept, name) for name in profile.limits},
        "prices": {name: plain(profile.price(kept, name)) for name in profile.prices},
    }  # fmt: skip


def rule(kept: Rule) -> Json:
    spec = msgspec.to_builtins(kept.spec)
    return {
        "id": kept.id, "when": spec.get("when", {}), "then": _said(spec["then"]), "times": kept.spec.times,
        "comment": kept.spec.comment, "source": "hand" if kept.by_hand else "scenario", "fired": kept.fired,
    }  # fmt: skip


def finding(sandbox: Sandbox, kept: Finding) -> Json:
    provider = sandbox.providers.get(kept.provider)
    row = next((row for row in provider.contract() if row.id == kept.row), None) if provider else None
    return {
        "row": kept.row, "provider": kept.provider, "level": kept.level, "count": kept.count, "details": kept.details,
        "first_request": f"x{kept.first}",
        "last_request": f"x{kept.last}", "last_at": iso(kept.last_at), "statement": row.statement if row else "",
        "emulator": row.emulator if row else "",
    }  # fmt: skip


def clock(sandbox: Sandbox) -> Json:
    return {"now": iso(sandbox.now()), "rate": sandbox.clock.rate}


def sandbox(found: Sandbox) -> Json:
    world = found.engine.world
    due = world.agenda.next_due()
    return {
        "id": found.id, "scenario": found.scenario.name or None, "seed": found.recipe.seed, "clock": clock(found),
        "next_due": None if due is None else iso(due),
        "balances": {name: plain(kept.balance) for name, kept in world.accounts.items()},
        "counts": {"messages": len(world.store.messages), "due": len(world.agenda), **found.journal.counts()},
        "ttl": found.recipe.ttl,
    }  # fmt: skip


def credentials(found: Sandbox) -> Json:
    """What the answer to POST /_emulator/sandboxes tells."""
    return {"id": found.id, "accounts": {
        name: provider.shown(found.account(name)) for name, provider in found.providers.items()
    }}  # fmt: skip


def _request(request: HttpRequest, size: int) -> Json:
    return {
        "method": request.method, "url": request.target, "headers": [list(pair) for pair in request.headers],
        **_body(request.body, size),
    }  # fmt: skip


def _reply(reply: HttpReply, size: int) -> Json:
    return {"status": reply.status, "headers": [list(pair) for pair in reply.headers], **_body(reply.body, size)}


def _body(body: bytes, size: int) -> Json:
    cut = {"body_cut": f"{len(body)} of {size} bytes are kept"} if size > len(body) else {}
    try:
        return {"body": body.decode(), **cut}
    except UnicodeDecodeError:
        if cut:
            text = body.decode("utf-8", "ignore")
            if len(text.encode()) > len(body) - 4:
                return {"body": text, **cut}
        return {"body_base64": b64encode(body).decode(), **cut}


def _said(value: Any) -> Any:
    """A plan without what nobody said."""
    if isinstance(value, dict):
        return {name: _said(one) for name, one in value.items() if one is not None}
    return [_said(one) for one in value] if isinstance(value, list | tuple) else value
