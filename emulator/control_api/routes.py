"""The control API as one table: name, body, query, verb, answer. The server, the OpenAPI document and the tests read
it. Method and path of each name are in paths.py."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from emulator.control_api import event_stream, metrics, otp, request_bodies
from emulator.control_api.filters import CallbackFilters, MessageFilters, RequestFilters, RuleFilters
from emulator.control_api.handlers import ledger, lint, report, smpp_sessions, snapshots, wait
from emulator.control_api.handlers.sandboxes import Verbs
from emulator.control_api.paths import ADDRESSES
from emulator.sandboxes.spec import NewSandbox

AnyObject = dict[str, Any]


class Call(msgspec.Struct, frozen=True):
    """One call. `do` gets the verbs, what stands in the path (the sandbox found), the body and the query."""

    name: str
    meaning: str
    do: Callable[[Verbs, dict[str, Any], Any, Any], Awaitable[Any]]
    body: Any = None
    query: Any = None
    answer: str | None = None
    """Of an answer in JSON its type, by name: in response_types.py, which is loaded for the description alone."""
    status: int = 200
    kind: str = "application/json"
    open: bool = False
    """Never asks for a token."""

    @property
    def method(self) -> str:
        return ADDRESSES[self.name].method

    @property
    def path(self) -> str:
        return ADDRESSES[self.name].path


CALLS = (
    Call("createSandbox", "Make an isolated sandbox with credentials of its own.",
         lambda v, p, b, q: v.create(b), NewSandbox, answer="Made", status=201),
    Call("listSandboxes", "All sandboxes.",
         lambda v, p, b, q: v.list_sandboxes(), answer="Sandboxes"),
    Call("getSandbox", "Clock, balances, counts, scenario.",
         lambda v, p, b, q: v.show(p["sandbox"]), answer="Sandbox"),
    Call("deleteSandbox", "Forget a sandbox and all that hangs on it.",
         lambda v, p, b, q: v.delete(p["sandbox"]), status=204),
    Call("reset", "The sandbox as it was made; or only its journal, or its scenario's rules.",
         lambda v, p, b, q: v.reset(p["sandbox"], b), request_bodies.Reset, status=204),
    Call("getAccount", "An account.",
         lambda v, p, b, q: v.account(p["sandbox"], p["provider"]), answer="Account"),
    Call("patchAccount", "Change an account; lists replace.",
         lambda v, p, b, q: v.patch_account(p["sandbox"], p["provider"], b), AnyObject, answer="Account"),
    Call("patchBrand", "Approve a sender's name, or refuse it.",
         lambda v, p, b, q: v.patch_brand(p["sandbox"], p["provider"], p["brand"], b), request_bodies.Brand,
         answer="BrandSet"),
    Call("listMessages", "Messages that fit, oldest first.",
         lambda v, p, b, q: v.messages(p["sandbox"], q), query=MessageFilters, answer="Messages"),
    Call("getMessage", "One message with its history.",
         lambda v, p, b, q: v.message(p["sandbox"], p["message"]), answer="Message"),
    Call("moveMessage", "Give a message another status, now.",
         lambda v, p, b, q: v.move(p["sandbox"], p["message"], b), request_bodies.Move, answer="Message"),
    Call("wait", "The list as soon as enough of it fits; 408 with what came nearest.",
         lambda v, p, b, q: wait.wait(p["sandbox"], *q), query=request_bodies.Waiting, answer="Waited"),
    Call("otp", "The code in the newest message that has one, as soon as there is one.",
         lambda v, p, b, q: otp.otp(p["sandbox"], q), query=request_bodies.Otp, answer="Code"),
    Call("listRequests", "The journal of exchanges, each with the rule that led to its answer.",
         lambda v, p, b, q: v.requests(p["sandbox"], q), query=RequestFilters, answer="Requests"),
    Call("listCallbacks", "Every callback attempt and how it was answered.",
         lambda v, p, b, q: v.callbacks(p["sandbox"], q), query=CallbackFilters, answer="Callbacks"),
    Call("redeliver", "The same report once more, now.",
         lambda v, p, b, q: v.redeliver(p["sandbox"], p["callback"]), answer="Callback"),
    Call("clock", "Advance, set, go to the next due date, or change the rate.",
         lambda v, p, b, q: v.clock(p["sandbox"], b), request_bodies.Clock, answer="ClockNow"),
    Call("settle", "Move time on until nothing is due and no callback under way; 409 names what is due in over a year.",
         lambda v, p, b, q: v.settle(p["sandbox"], b), request_bodies.Settle, answer="ClockNow"),
    Call("listRules", "The rules in force, or those of a name, and how often each fired.",
         lambda v, p, b, q: v.rules(p["sandbox"], q.name), query=RuleFilters, answer="RulesInForce"),
    Call("putRules", "Replace the rules put in by this API.",
         lambda v, p, b, q: v.put_rules(p["sandbox"], b), request_bodies.Rules, answer="RulesInForce"),
    Call("addRule", "One rule, put in front.",
         lambda v, p, b, q: v.add_rule(p["sandbox"], b), AnyObject, answer="RulesInForce"),
    Call("deleteRule", "Take a rule out.",
         lambda v, p, b, q: v.drop_rule(p["sandbox"], p["rule"]), answer="RulesInForce"),
    Call("getScenario", "The scenario in force.",
         lambda v, p, b, q: v.scenario(p["sandbox"]), answer="ScenarioInForce"),
    Call("putScenario", "Another scenario: a name, or a whole one.",
         lambda v, p, b, q: v.put_scenario(p["sandbox"], b), str | AnyObject, answer="ScenarioInForce"),
    Call("lint", "What the client does that a provider lets pass or punishes later.",
         lambda v, p, b, q: lint.lint(p["sandbox"], q), query=lint.Wanted, answer="Findings"),
    Call("report", "What a failed test should print: sends, refusals, callbacks, findings, what is due; text or JSON.",
         lambda v, p, b, q: report.report(p["sandbox"], q), query=report.Wanted, answer="Report",
         kind="text/plain"),
    Call("keepSnapshot", "Keep the sandbox's state under a name.",
         lambda v, p, b, q: snapshots.keep(p["sandbox"], b), snapshots.Named, answer="Snapshot"),
    Call("listSnapshots", "The states that are kept.",
         lambda v, p, b, q: snapshots.kept(p["sandbox"]), answer="Snapshots"),
    Call("restore", "Back to a state that was kept; the journal stays.",
         lambda v, p, b, q: snapshots.restore(v.context, p["sandbox"], b), snapshots.Named, answer="Snapshot"),
    Call("export", "A file that a fresh sandbox can be made from, for bug reports.",
         lambda v, p, b, q: snapshots.export(p["sandbox"]), answer="Exported"),
    Call("listSessions", "The bound SMPP sessions.",
         lambda v, p, b, q: smpp_sessions.sessions(v.context, p["sandbox"]), answer="Sessions"),
    Call("endSession", "End a session: unbind, close or reset.",
         lambda v, p, b, q: smpp_sessions.end(v.context, p["sandbox"], p["session"], q), query=smpp_sessions.Ending,
         status=204),
    Call("outbind", "Connect to an SMPP client that listens, and ask it to bind.",
         lambda v, p, b, q: smpp_sessions.outbind(v.context, p["sandbox"], b), smpp_sessions.Outbind,
         answer="Outbound",
         status=202),
    Call("putIncoming", "A subscriber's message, delivered as the provider would.",
         lambda v, p, b, q: smpp_sessions.incoming(v.context, p["sandbox"], b), smpp_sessions.Incoming,
         answer="CameIn",
         status=202),
    Call("putCall", "The subscriber calls, where the provider was asked to wait for it.",
         lambda v, p, b, q: smpp_sessions.call(v.context, p["sandbox"], b), smpp_sessions.SubscriberCall,
         answer="CameIn",
         status=202),
    Call("ledger", "What it would have cost, by account and message, with double sends.",
         lambda v, p, b, q: ledger.ledger(p["sandbox"], q), query=ledger.LedgerQuery, answer="Ledger"),
    Call("events", "What happens, as it happens: server-sent events.",
         lambda v, p, b, q: event_stream.listen(p["sandbox"], q), query=event_stream.Listening,
         kind="text/event-stream"),
    Call("contract", "Every documented statement and what the emulator does.",
         lambda v, p, b, q: v.contract(None), answer="Contract"),
    Call("providerContract", "One provider's contract.",
         lambda v, p, b, q: v.contract(p["provider"]), answer="Contract"),
    Call("metrics", "Counts for Prometheus, over all sandboxes.",
         lambda v, p, b, q: metrics.metrics(v.context), kind="text/plain"),
    Call("listScenarios", "The scenarios that come along.",
         lambda v, p, b, q: v.scenarios(), answer="Plays"),
)  # fmt: skip
