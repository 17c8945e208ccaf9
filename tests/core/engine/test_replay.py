"""All that changes a world comes in by four doors as values: written down, they rebuild it byte for byte."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from emulator.core.accounts import Account, AccountPatch, Sender
from emulator.core.admin_commands import (  # fmt: skip
    AddRule,
    DropRule,
    MoveMessage,
    PatchAccount,
    PatchSender,
    PutCall,
    PutIncoming,
    PutRules,
    Redeliver,
)
from emulator.core.commands import (
    AwaitCall,
    BalanceQuery,
    Credential,
    ListIncoming,
    ListMessages,
    ListSenders,
    Query,
    QueryNumbers,
    Submit,
)
from emulator.core.engine.engine import Decision, Engine
from emulator.core.inputs import Advanced, Answered, Controlled, Executed, Input
from emulator.core.messages import KINDS
from emulator.core.rules.actions import FAULTS
from emulator.core.rules.rule import Rule, RuleSpec
from emulator.core.state.sandbox_state import DumpedState, SandboxState
from emulator.core.statuses import STATUSES
from emulator.core.units import SECOND, Chance, amount
from emulator.providers import found
from emulator.sandboxes.vocabulary import vocabulary_of
from emulator.scenarios.library import load_named

PROVIDERS = found()
PROFILES = {name: provider.profile for name, provider in PROVIDERS.items()}
HAPPY = load_named("happy", vocabulary_of(PROVIDERS)).rules
START = 1_700_000_000 * SECOND

Made = tuple[int, Input]
"""How long after the input before, in microseconds, and the input as if at moment 0."""

numbers = st.sampled_from(
    ["995577123456", "995577990001", "995577990007", "995577990008", "995577990009", "995599000000", "+995577123456",
     "79001234567", "", "x"]
)  # fmt: skip
texts = st.one_of(st.none(), st.just("Hello"), st.text(max_size=200), st.integers(1, 1100).map("გ".__mul__))
references = st.sampled_from([None, "", "a", "b", "a reference that is far too long"])
_KINDS = {name: ("sms", *(kind for kind in KINDS if kind in profile.prices)) for name, profile in PROFILES.items()}
gaps = st.sampled_from([0, 1, SECOND, 2 * SECOND, 60 * SECOND, 3600 * SECOND])
provider_names = st.sampled_from(sorted(PROVIDERS))
statuses = st.sampled_from(STATUSES)


@st.composite
def credentials(draw: Any, provider: str) -> Credential | None:
    known = PROVIDERS[provider].default_credentials
    word = draw(st.sampled_from(sorted({word for _, word in PROVIDERS[provider].identities} & set(known))))
    kind = next(kind for kind, credential in PROVIDERS[provider].identities if credential == word)
    name = draw(st.sampled_from([known[word], known[word], known[word], "stranger", None]))
    return None if name is None else Credential(kind, name, known.get("psw"))


@st.composite
def commands(draw: Any) -> Any:
    provider = draw(provider_names)
    every = (Submit, Submit, Query, BalanceQuery, ListSenders, ListMessages, ListIncoming, QueryNumbers, AwaitCall)
    kinds = [k for k in every if k.__name__ in PROFILES[provider].checks]
    kind = draw(st.sampled_from(kinds))
    said: dict[str, Any] = {"provider": provider, "credential": draw(credentials(provider))}
    if kind is Submit:
        said |= {
            "destinations": draw(st.none() | st.lists(numbers, max_size=5).map(tuple)), "text": draw(texts),
            "sender": draw(st.sampled_from([None, "", "smsoffice", "stranger", "emulator", "1"])),
            "reference": draw(references), "flash": draw(st.booleans()),
            "kind": draw(st.sampled_from(_KINDS[provider])), "ignore_stoplist": draw(st.booleans()),
            "first": draw(st.booleans()), "report": draw(st.booleans()),
            "begins_at": draw(st.none() | gaps.map(lambda gap: START + 10 * gap)),
            "expires_at": draw(st.none() | gaps.map(lambda gap: START + 20 * gap)),
        }  # fmt: skip
    elif kind is QueryNumbers:
        said |= {"destinations": draw(st.none() | st.lists(numbers, max_size=2).map(tuple))}
    elif kind is AwaitCall:
        said |= {"destination": draw(st.none() | numbers)}
    elif kind is Query:
        said |= {"destination": draw(numbers), "reference": draw(references)}
    return kind(**said)


steps = st.lists(
    st.fixed_dictionaries({"after": st.sampled_from([0, 1, 2.5, 60]), "status": statuses}), max_size=3
)  # fmt: skip
plans = st.fixed_dictionaries({}, optional={
    "steps": steps,
    "reply": st.one_of(
        st.sampled_from(sorted(FAULTS)).map(lambda fault: {"fault": fault}), st.just({"delay": 1}),
        st.just({"status": 503}), st.just({"delay": {"from": 0, "to": 2}}),
        st.just({"status": 429, "headers": {"Retry-After": "1"}, "body": "slow"}),
    ),
    "reports": st.fixed_dictionaries({}, optional={
        "never": st.booleans(), "twice": st.booleans(), "late": st.sampled_from([0, 5, 0.5, {"from": 1, "to": 9}]),
        "order": st.sampled_from(["normal", "reversed", "shuffled"]), "before_reply": st.booleans(),
        "without": st.just(["reason"]), "with": st.just({"status": "odd"}),
    }),
    "retries": st.lists(st.sampled_from([1, 2.5, 60]), max_size=3), "opt_out": st.booleans(),
    "incoming": st.just({"text": "YES", "after": 5}),
    "account": st.sampled_from([{"balance": 3}, {"stoplist": ["995577123456"]}, {"api_access": False}]),
    "refuse": st.sampled_from(["stop-listed", "destination-invalid", "no-credit", "temporary"]).map(
        lambda reason: {"reason": reason}
    ),
})  # fmt: skip
whens = st.fixed_dictionaries({}, optional={
    "provider": provider_names, "operation": st.sampled_from(["send", "status"]),
    "to": st.sampled_from(["*", "99557*", "*0008", "*77*"]), "contains": st.just("H"), "matches": st.just("l+"),
    "nth": st.integers(1, 3), "reference": st.just("a"), "first": st.integers(1, 3), "every": st.integers(1, 3),
    "probability": st.sampled_from([0, 0.5, 1]), "after": st.sampled_from([0, 60]), "before": st.just(3600),
    "encoding": st.just("gsm7"), "parts": st.sampled_from([1, {"from": 2}]), "to_matches": st.just("77"),
})  # fmt: skip
rules = st.builds(
    lambda when, then, times: msgspec.convert({"when": when, "then": then, "times": times}, RuleSpec),
    whens, plans, st.none() | st.integers(1, 2),
)  # fmt: skip
patches = st.builds(
    AccountPatch, balance=st.sampled_from([0, 3, 1000, 2.5]), stoplist=st.lists(numbers, max_size=3),
    senders=st.lists(st.sampled_from(["smsoffice", "emulator", "new"]), unique=True), api_access=st.booleans(),
    switches=st.sampled_from([{}, {"retry": [1, 60]}, {"retry": []}]),
)  # fmt: skip
ids = st.integers(0, 12)
verbs = st.one_of(
    st.builds(PatchAccount, provider_names, patches), st.builds(PatchSender, provider_names, ids, st.just("refused")),
    st.builds(MoveMessage, ids, statuses, st.just("by hand"), st.just(6)),
    st.builds(PutRules, st.lists(rules, max_size=3)), st.builds(AddRule, rules),
    st.builds(DropRule, ids.map(lambda number: f"r{number}")),
    st.builds(Redeliver, ids, statuses, st.just(START), st.just(""), st.just(0)),
    st.builds(PutCall, provider_names, numbers),
    st.builds(PutIncoming, provider_names, st.just("http"), numbers, numbers, st.just("STOP")),
)  # fmt: skip
inputs: st.SearchStrategy[Made] = st.tuples(gaps, st.one_of(
    st.builds(Executed, st.just(0), commands()), st.builds(Executed, st.just(0), commands()),
    st.builds(Advanced, st.just(0)), st.builds(Advanced, st.just(0), st.integers(0, 3)),
    st.builds(Controlled, st.just(0), verbs), st.builds(Answered, st.just(0), ids, st.booleans()),
))  # fmt: skip


def fresh() -> Engine:
    accounts = {
        name: Account(
            provider=name, credentials={**provider.default_credentials, **provider.fixed_credentials},
            balance=amount(20),
            senders={name: Sender(n, name, "active", START) for n, name in enumerate(provider.default_senders, 1)},
        )
        for name, provider in PROVIDERS.items()
    }  # fmt: skip
    scenario = [Rule(f"r{number}", spec, False) for number, spec in enumerate(HAPPY, 1)]
    state = DumpedState(
        now=START, began=START, chance=Chance(1), accounts=accounts, rules=scenario, rules_made=len(scenario)
    )
    return Engine(SandboxState(state), PROFILES)


def dated(made: list[Made], at: int = START) -> list[Input]:
    """The inputs at the moments that their gaps lead to."""
    out = []
    for gap, one in made:
        at += gap
        out.append(Advanced(at, one.most) if isinstance(one, Advanced) else msgspec.structs.replace(one, at=at))
    return out


def played(engine: Engine, given_inputs: list[Input]) -> list[Any]:
    """What each input came to, as plain data."""
    came = []
    for one in given_inputs:
        try:
            result = engine.apply(one)
            assert isinstance(result, Decision) == isinstance(one, Executed)
            came.append(msgspec.to_builtins(result))
        except LookupError as error:
            came.append(str(error))
    return came


def written_down(given_inputs: list[Input]) -> list[Input]:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(given_inputs), type=list[Input])


@given(st.lists(inputs, max_size=30))
def test_inputs_written_down_and_replayed_make_the_same_world_and_the_same_answers(made: list[Made]) -> None:
    given_inputs = dated(made)
    lived, replayed = fresh(), fresh()
    copy = written_down(given_inputs)
    assert played(lived, given_inputs) == played(replayed, copy)
    assert lived.state.dump() == replayed.state.dump()


@given(st.lists(inputs, max_size=30))
def test_a_world_written_down_and_read_is_written_down_the_same(made: list[Made]) -> None:
    engine = fresh()
    played(engine, dated(made))
    dumped = engine.state.dump()
    assert SandboxState.load(dumped).dump() == dumped


@given(st.lists(inputs, max_size=30), st.integers(0, 30), st.sampled_from([1, 100, 1 << 20]))
def test_a_world_written_down_in_pieces_is_as_it_was_when_the_first_was_asked_for(made, cut, size) -> None:  # type: ignore[no-untyped-def]
    given_inputs = dated(made)
    engine = fresh()
    played(engine, given_inputs[:cut])
    expected, pieces = engine.state.dump(), engine.state.in_pieces(size)
    played(engine, given_inputs[cut:])
    assert b"".join(pieces) == expected


@given(st.lists(inputs, max_size=30), st.integers(0, 30))
def test_a_world_read_back_goes_on_as_the_one_that_was_never_written_down(made: list[Made], cut: int) -> None:
    given_inputs = dated(made)
    straight, first = fresh(), fresh()
    expected = played(straight, given_inputs)
    before = played(first, given_inputs[:cut])
    second = Engine(SandboxState.load(first.state.dump()), PROFILES)
    assert before + played(second, given_inputs[cut:]) == expected
    assert second.state.dump() == straight.state.dump()


def test_a_refused_submit_leaves_only_the_moment_and_the_counters_of_rules() -> None:
    engine = fresh()
    before = engine.state.dump()
    submit = Submit(provider="smsoffice", destinations=("995577123456",), text="Hi", sender="nobody")
    submit.credential = Credential("key", PROVIDERS["smsoffice"].default_credentials["key"])
    engine.execute(submit, START)
    assert engine.state.dump() == before
