"""How the control API shows things: the values of sandboxes as JSON-ready data."""

from base64 import b64encode
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import msgspec

from emulator.control_api.near_misses import nearly, passed_over
from emulator.core.accounts import Account
from emulator.core.commands import Submit
from emulator.core.engine.checks import CheckContext
from emulator.core.messages import Batch, Message
from emulator.core.outcomes import Refused
from emulator.core.rules.rule import Rule
from emulator.core.units import Timestamp, plain
from emulator.dispatch.explain import explain
from emulator.http.messages import SmppFrame
from emulator.journal import Attempt, Exchange
from emulator.lint.findings import Finding
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.smpp_session import BoundSession
from emulator.smpp.codec import decode
from emulator.smpp.display import describe

if TYPE_CHECKING:
    from emulator.control_api import response_types
    from emulator.core.statuses import Status

Json = dict[str, Any]

_EPOCH = datetime(1970, 1, 1)
_LAST: Timestamp = 253_402_300_799_999_999


def iso(at: Timestamp) -> str:
    """A moment as ISO 8601 with zone, to the microsecond; the end of the year 9999 for what falls due after it."""
    return (_EPOCH + timedelta(microseconds=min(at, _LAST))).isoformat(timespec="microseconds") + "Z"


def message(sandbox: Sandbox, found: Message) -> "response_types.Message":
    return message_of(found, sandbox.engine.state.store.batch_of(found))


def message_of(found: Message, batch: Batch) -> "response_types.Message":
    history = found.history
    return {
        "id": f"m{found.id}", "provider": batch.provider, "provider_id": batch.provider_id,
        "part_ids": list(batch.ids), "to": found.to,
        "sender": batch.sender, "text": batch.text, "reference": batch.reference, "status": found.status,
        "reason": found.reason, "error": found.error, "parts": batch.parts, "encoding": batch.encoding,
        "kind": batch.kind, "flash": batch.flash, "cost": plain(batch.cost), "protocol": batch.protocol,
        "batch": f"b{batch.id}",
        "created_at": iso(batch.created_at),
        "scheduled_at": iso(batch.begins_at) if batch.begins_at > batch.created_at else None,
        "history": [
            {"status": cast("Status", history[n]), "at": iso(int(history[n + 1]))} for n in range(0, len(history), 2)
        ],
    }  # fmt: skip


def exchange(sandbox: Sandbox, kept: Exchange) -> "response_types.Request":
    outcome = kept.outcome
    refused = outcome if isinstance(outcome, Refused) else None
    rule = None if kept.rule is None else sandbox.engine.state.rule_book.named(kept.rule)
    return {
        "id": f"x{kept.id}", "at": iso(kept.at), "provider": kept.provider or None, "protocol": kept.protocol,
        "operation": kept.operation or None, "request": _request(sandbox, kept),
        "reply": _reply(sandbox, kept), "outcome": kept.word,
        "reason": refused.reason.value if refused else None, "rule": kept.rule,
        "rule_name": None if rule is None else rule.spec.name, "fault": kept.fault,
        "explain": explained(sandbox, kept),
    }  # fmt: skip


def explained(sandbox: Sandbox, kept: Exchange) -> str:
    """Why it was answered so, and which rules nearly fired."""
    return "; ".join([explain(sandbox.providers, kept), *_nearly(sandbox, kept)])


def _nearly(sandbox: Sandbox, kept: Exchange) -> list[str]:
    state = sandbox.engine.state
    if kept.command is None:
        return []
    account, profile = state.accounts[kept.provider], sandbox.providers[kept.provider].profile
    case = CheckContext(state, profile, account, kept.command, kept.at, profile.in_force(account))
    fired = None if kept.rule is None else state.rule_book.named(kept.rule)
    return [*passed_over(fired, case), *nearly(state.rule_book.rules, case, kept.rule)]


def attempt(sandbox: Sandbox, made: Attempt) -> "response_types.Callback":
    about = f"i{made.incoming}" if made.incoming else f"m{made.message}"
    return {
        "id": f"c{made.id}", "message_id": about, "provider": made.provider, "attempt": made.attempt,
        "at": iso(made.at), "status": made.status, **_sent(sandbox, made), "answer": _answer(sandbox, made),
        "accepted": made.accepted, "verdict": made.verdict or "under way",
    }  # fmt: skip


def _answer(
    sandbox: Sandbox, made: Attempt
) -> "response_types.Frame | response_types.HttpAnswer | response_types.NoAnswer | None":
    if isinstance(made.answer, SmppFrame):
        return frame(sandbox, made.provider, made.answer)
    if made.answer is not None:
        return {"status": made.answer.status, **_body(made.answer.body, len(made.answer.body))}
    return None if made.failure is None else {"error": made.failure}


def _sent(sandbox: Sandbox, made: Attempt) -> "response_types.Sent":
    if isinstance(made.request, SmppFrame):
        pdu = frame(sandbox, made.provider, made.request)
        short = bytes.fromhex(str(pdu.get("fields", {}).get("short_message", "")))
        sent = {**pdu.get("fields", {}), "short_message": short.decode("latin-1")}
        sent |= {str(tlv["name"]): tlv["value"] for tlv in pdu.get("tlvs", ())}
        return {"method": pdu["command"], "url": f"smpp://{made.request.peer}/{made.request.session}", "sent": sent,
                "hex": made.request.body.hex(), "session": made.request.session}  # fmt: skip
    said = sandbox.providers[made.provider].said_in(made.request)
    return {"method": made.request.method, "url": made.request.target, "sent": dict(said)}


def session(sandbox: Sandbox, line: BoundSession) -> "response_types.Session":
    """A bound SMPP session."""
    bound = line.session.bound
    return {
        "id": line.id, "provider": line.provider, "state": line.session.state.value, "peer": line.peer,
        "system_id": line.credential.name if line.credential else None, "since": iso(line.since),
        "system_type": bound.octets("system_type").decode("latin-1") if bound else "",
        "interface_version": bound.number("interface_version") if bound else None,
        "unanswered": line.session.own.messages, "window": line.session.own.window,
    }  # fmt: skip


def account(sandbox: Sandbox, provider: str) -> "response_types.Account":
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


def rule(kept: Rule) -> "response_types.Rule":
    spec = msgspec.to_builtins(kept.spec)
    return {
        "id": kept.id, "name": kept.spec.name, "when": spec.get("when", {}), "then": _said(spec["then"]),
        "times": kept.spec.times,
        "comment": kept.spec.comment, "source": "hand" if kept.by_hand else "scenario", "fired": kept.fired,
    }  # fmt: skip


def finding(sandbox: Sandbox, kept: Finding) -> "response_types.Finding":
    provider = sandbox.providers.get(kept.provider)
    row = next((row for row in provider.contract() if row.id == kept.row), None) if provider else None
    return {
        "row": kept.row, "provider": kept.provider, "level": kept.level, "count": kept.count, "details": kept.details,
        "first_request": f"x{kept.first}",
        "last_request": f"x{kept.last}", "last_at": iso(kept.last_at), "statement": row.statement if row else "",
        "emulator": row.emulator if row else "",
    }  # fmt: skip


def clock(sandbox: Sandbox) -> "response_types.ClockNow":
    return {"now": iso(sandbox.now()), "rate": sandbox.clock.rate}


def sandbox(found: Sandbox) -> "response_types.Sandbox":
    state = found.engine.state
    due, kept = state.scheduler.due, found.journal.counts()
    return {
        "id": found.id, "scenario": found.scenario.name or None, "seed": found.spec.seed, "clock": clock(found),
        "next_due": None if due is None else iso(due),
        "balances": {name: plain(one.balance) for name, one in state.accounts.items()},
        "counts": {
            "messages": len(state.store.messages), "due": len(state.scheduler), "requests": kept["requests"],
            "callbacks": kept["callbacks"], "dropped": kept["dropped"], "bytes": kept["bytes"],
        },
        "ttl": found.spec.ttl,
    }  # fmt: skip


def credentials(found: Sandbox) -> "response_types.Made":
    """What the answer to POST /_emulator/sandboxes tells."""
    return {"id": found.id, "accounts": {
        name: provider.shown(found.account(name)) for name, provider in found.providers.items()
    }}  # fmt: skip


def _request(sandbox: Sandbox, kept: Exchange) -> "response_types.HttpAsked | response_types.Frame":
    request = kept.request
    if isinstance(request, SmppFrame):
        text = kept.command.text if isinstance(kept.command, Submit) else None
        return frame(sandbox, kept.provider, request, text)
    return {
        "method": request.method, "url": request.target, "headers": [list(pair) for pair in request.headers],
        **_body(request.body, kept.request_size),
    }  # fmt: skip


def _reply(sandbox: Sandbox, kept: Exchange) -> "response_types.HttpSaid | response_types.Frame | None":
    reply = kept.reply
    if isinstance(reply, SmppFrame):
        return frame(sandbox, kept.provider, reply)
    if reply is None:
        return None
    return {
        "status": reply.status, "headers": [list(pair) for pair in reply.headers],
        **_body(reply.body, kept.reply_size),
    }  # fmt: skip


def frame(sandbox: Sandbox, provider: str, shown: SmppFrame, text: str | None = None) -> "response_types.Frame":
    """A PDU: its fields and TLVs by name, the text it carries, all its octets."""
    known = sandbox.providers.get(provider)
    names = known.smpp.tags if known is not None and known.smpp is not None else None
    told: response_types.Frame = {
        **describe(decode(shown.body), names),  # type: ignore[typeddict-item]  # it has no text yet
        "session": shown.session, "peer": shown.peer, "hex": shown.body.hex(),
    }  # fmt: skip
    if text is not None:
        told["text"] = text
    return told


def _body(body: bytes, size: int) -> "response_types.Body":
    told = _readable(body, size > len(body))
    if size > len(body):
        told["body_cut"] = f"{len(body)} of {size} bytes are kept"
    return told


def _readable(body: bytes, cut: bool) -> "response_types.Body":
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        text = body.decode("utf-8", "ignore") if cut else ""
        if cut and len(text.encode()) > len(body) - 4:  # cut within a character
            return {"body": text}
        return {"body_base64": b64encode(body).decode()}


def _said(value: Any) -> Any:
    """A plan without what nobody said."""
    if isinstance(value, dict):
        return {name: _said(one) for name, one in value.items() if one is not None}
    return [_said(one) for one in value] if isinstance(value, list | tuple) else value
