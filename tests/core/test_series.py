"""A submit in series does to a world what it does by itself, whatever happened to the world before."""

import random
from typing import Any

import msgspec
import pytest

from emulator.core.accounts import Account, AccountPatch
from emulator.core.commands import Credential, Submit
from emulator.core.engine import Engine
from emulator.core.outcomes import Accepted
from emulator.core.plans import Plan, Refuse, Reports, Step
from emulator.core.reasons import Reason
from emulator.core.rules import Rule, RuleSpec
from emulator.core.series import Series
from emulator.core.values import SECOND, Chance, amount
from emulator.core.verbs import AddRule, PatchAccount, PatchSender, PutRules
from emulator.core.when import When
from emulator.core.world import State, World
from emulator.providers import found
from emulator.scripting.library import load_named
from emulator.vocabulary import vocabulary_of

PROVIDERS = found()
PROFILES = {name: provider.profile for name, provider in PROVIDERS.items()}
HAPPY = load_named("happy", vocabulary_of(PROVIDERS)).rules
START = 1_700_000_000 * SECOND
WHO = {
    "smscenter": Credential("system_id", "emulator"), "smsoffice": Credential("key", "emulator-smsoffice"),
    "ubill": Credential("key", "emulator-ubill"),
}  # fmt: skip
LOGIN = Credential("login", "emulator", "emulator")
TO = ["79001234567", "79161234568", "79990990001", "79990990008", "89001234567", "7", "", "x", "+79001234569"]
GEORGIAN = ["995577123456", "577123456", "995577000001", "995577990001", "+995577123456", "7", "", "12025550123"]
TEXTS = ["Hello", "", " ", "Привет", "x" * 161, "[]" * 100, "x" * 1001]
REFERENCES = [None, "r1", "r2"]
PATCHES: list[dict[str, Any]] = [
    {"limits": "off"}, {"limits": "off"}, {"limits": {"smpp-throughput": 3}}, {"balance": 1000.0}, {"balance": 1.0},
    {"stoplist": ["79001234567", "995577123456"]}, {"stoplist": []}, {"blocked": True}, {"blocked": False},
    {"api_access": False}, {"api_access": True}, {"allowed_ips": ["10.0.0.1"]}, {"allowed_ips": []},
    {"senders": ["Other"]}, {"senders": [{"name": "Shop", "state": "pending"}]}, {"senders": ["Shop"]},
    {"prices": {"part": 2.5}},
]  # fmt: skip
SWITCHES: dict[str, list[dict[str, Any]]] = {
    "smscenter": [{"correct-numbers": "off"}, {"correct-numbers": "on"}],
    "smsoffice": [{"numbers": "lenient"}, {"numbers": "strict"}, {"report-pending": True}, {"report-pending": False}],
    "ubill": [{"callback-pending": True}, {"callback-pending": False}, {"foreign-numbers": "accept"}],
}
GOOD: dict[str, Any] = {
    "limits": "off", "balance": 1000.0, "blocked": False, "api_access": True, "allowed_ips": [],
    "senders": ["Shop"],
}  # fmt: skip
RULES = [
    RuleSpec(Plan(steps=(Step(1, "undelivered"),)), When(to="*67")),
    RuleSpec(Plan(refuse=Refuse(reason=Reason.NO_CREDIT)), When(contains="Hello"), times=2),
    RuleSpec(Plan(reports=Reports(twice=True)), When(provider="smscenter", protocol="smpp")),
    RuleSpec(Plan(steps=(Step(0, "delivered"),))), RuleSpec(Plan(steps=()), When(operation="send")),
    RuleSpec(Plan(), When(protocol="http")), RuleSpec(Plan(accept=True), When(nth=3)),
]  # fmt: skip


def world() -> World:
    accounts = {
        name: Account(provider=name, credentials=dict(one.default_credentials), balance=amount(1000))
        for name, one in PROVIDERS.items()
    }
    accounts["smscenter"].credentials["system_id"] = "emulator"
    rules = [Rule(f"r{number}", spec, False) for number, spec in enumerate(HAPPY, 1)]
    return World(State(now=START, began=START, chance=Chance(1), accounts=accounts, rules=rules, rules_made=len(rules)))


def like(provider: str = "smscenter", protocol: str = "smpp", **said: Any) -> Submit:
    usual: dict[str, Any] = {
        "provider": provider, "protocol": protocol, "credential": WHO[provider], "peer": "127.0.0.1", "report": True,
        "destinations": ("79001234567",), "text": "Hi", "sender": "Shop",
    }  # fmt: skip
    return Submit(**{**usual, **said})


LIKES = {
    "smpp": [
        like(), like(asks=(1,), extra={"source_ton": "5"}), like(sender="Other", first=True),
        like(flash=True, asks=(2,)), like(replaces=True), like(expires_at=START + 60 * SECOND), like(asks=(0x11,)),
        like(credential=None),
    ],
    "smscenter": [
        like(protocol="http", **{"credential": LOGIN, **more}) for more in ({}, {"flash": True}, {"own_id": "7"}, {
            "extra": {"valid": "1"}}, {"credential": Credential("login", "emulator", "wrong")}, {"sender": "Other"})
    ],
    "smsoffice": [
        like("smsoffice", "http", **more) for more in ({"report": False}, {}, {"sender": "Other"}, {
            "ignore_stoplist": True}, {"begins_at": START + 300 * SECOND}, {"flash": True})
    ],
    "ubill": [
        like("ubill", "http", **{"sender": "1", **more}) for more in ({}, {"first": True}, {"sender": "2"}, {
            "extra": {"sendTime": "2030-01-01 00:00"}}, {"ignore_stoplist": True}, {"extra": {"sendTime": "now"}})
    ],
}  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("of", LIKES)
def test_worlds_with_and_without_series_are_the_same_byte_for_byte(of, seed):
    chance, at, quick = random.Random(seed), START, 0
    short, long = Engine(world(), PROFILES), Engine(world(), PROFILES)
    series = [Series(one) for one in LIKES[of]]
    provider = LIKES[of][0].provider
    numbers = TO if provider == "smscenter" else GEORGIAN
    good = PatchAccount(provider, AccountPatch(**{**GOOD, "switches": {}}))
    for engine in (short, long):
        engine.control(good, at)
    for _ in range(250):
        at += chance.choice((0, 1, SECOND, 3 * SECOND))
        what = chance.random()
        if what < 0.85:
            one = chance.choice(series[: 1 + seed % len(series)])
            quick += one.terms is not None
            said = chance.choice(numbers), chance.choice(TEXTS), chance.choice([None] if of == "smpp" else REFERENCES)
            assert short.execute_in_series(one, *said, at) == long.execute(one.command(*said), at)
            continue
        patches = [*PATCHES, *({"switches": one} for one in SWITCHES[provider])]
        do: list[Any] = [PatchAccount(provider, checked_patch(chance.choice(patches)))]
        if what > 0.97:
            do = [AddRule(chance.choice(RULES))]
        elif what > 0.89:
            do = [good, PutRules([])]
        for engine in (short, long):
            for verb in do:
                engine.control(verb, at)
        assert short.advance(at) == long.advance(at)
        assert short.world.dump() == long.world.dump()
    assert quick > 5


def checked_patch(said: dict[str, Any]) -> AccountPatch:
    return msgspec.convert(said, AccountPatch)


@pytest.mark.parametrize("seed", range(4))
def test_several_at_once_come_to_what_one_after_the_other_does(seed):
    chance, at, most = random.Random(seed), START, 0
    short, long = Engine(world(), PROFILES), Engine(world(), PROFILES)
    one, other = Series(like(asks=(1,))), Series(like(asks=(1,)))
    for engine in (short, long):
        engine.control(PatchAccount("smscenter", AccountPatch(limits="off", balance=150.0, stoplist=[TO[1]])), at)
        if seed % 2:
            engine.control(AddRule(RuleSpec(Plan(steps=(Step(seed - 1, "delivered"),)))), at)
    for _ in range(60):
        at += chance.choice((0, 1, SECOND))
        wanted: list[Any] = [(chance.choice(TO[:3]), chance.choice(TEXTS), None) for _ in range(chance.randint(1, 9))]
        while wanted:
            assert short.advance(at) == long.advance(at)
            runs = chance.random() < seed / 4 and seed % 2 == 0
            together, rule = short.take_in_series(one, wanted, at, runs)
            most = max(most, len(together))
            for accepted in together or [None]:
                if not runs:  # what is due at a moment that stands comes before the next one
                    assert long.advance(at) == []
                verdict = long.execute_in_series(other, *wanted[0], at)
                if accepted is None:
                    assert short.execute_in_series(one, *wanted[0], at) == verdict
                else:
                    assert (accepted, rule) == (verdict.outcome, verdict.rule)
                del wanted[0]
        assert short.world.dump() == long.world.dump()
        assert short.world.store.by_status == long.world.store.by_status
        assert short.world.store.highest == long.world.store.highest
    for number in TO[:3]:
        assert [m.id for m in short.world.store.to_number(number)] == [m.id for m in long.world.store.to_number(number)]
    assert most > 2 or seed == 1


def accepted(engine: Engine, series: Series, text: str = "Hi") -> bool:
    outcome = engine.execute_in_series(series, "79001234567", text, None, START).outcome
    return isinstance(outcome, Accepted) and outcome.count == 1


def test_only_where_no_limit_is_in_force_is_there_a_series():
    engine = Engine(world(), PROFILES)
    one = Series(like())
    assert accepted(engine, one)
    assert one.terms is None
    engine.control(PatchAccount("smscenter", AccountPatch(limits="off")), START)
    assert accepted(engine, one)
    assert one.terms is not None
    engine.control(PatchAccount("smscenter", AccountPatch(limits={})), START)
    assert accepted(engine, one, "another")
    assert one.terms is None


def test_a_series_holds_as_long_as_its_sender_does():
    engine = Engine(world(), PROFILES)
    one = Series(like())
    for patch in (AccountPatch(limits="off"), AccountPatch(senders=["Shop", "Other"])):
        engine.control(PatchAccount("smscenter", patch), START)
    assert accepted(engine, one)
    assert one.terms is not None
    engine.control(PatchSender("smscenter", 1, "refused"), START)
    assert not accepted(engine, one)
    assert one.terms is None


def test_a_price_that_changes_is_paid_from_the_next_one_on():
    engine = Engine(world(), PROFILES)
    one = Series(like())
    for patch in (AccountPatch(limits="off"), AccountPatch(prices={"part": 1.0}), AccountPatch(prices={"part": 2.5})):
        engine.control(PatchAccount("smscenter", patch), START)
        assert accepted(engine, one)
        assert one.terms is not None
    assert [batch.cost for batch in engine.world.store.batches] == [amount(1), amount(1), amount(2.5)]


def test_a_series_of_one_world_means_nothing_in_another():
    engine, other = Engine(world(), PROFILES), Engine(world(), PROFILES)
    for one in (engine, other):
        one.control(PatchAccount("smscenter", AccountPatch(limits="off")), START)
    series = Series(like())
    assert accepted(engine, series)
    assert accepted(other, series)
    assert (len(engine.world.store.messages), len(other.world.store.messages)) == (1, 1)
    assert [one.world.accounts["smscenter"].spent for one in (engine, other)] == [amount(1), amount(1)]
