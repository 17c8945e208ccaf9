"""Rule sets and sends made by chance, over HTTP, SOAP and SMPP: the emulator does what the model says."""

import json
import random
from typing import Any

import pytest
import yaml
from esme import Desk, Esme, desk
from rule_model import TEXTS, Call, Json, Model, Recipient, some_rules
from support import until

from emulator.core.admin_commands import PutRules
from emulator.core.rules.rule import RuleSpec
from emulator.journal.entries import Exchange
from emulator.providers.smscenter import client as smscenter
from emulator.providers.smscenter.soap import client as soap
from emulator.providers.smsoffice import client as smsoffice
from emulator.providers.ubill import client as ubill
from emulator.scenarios.loader import parse
from emulator.scenarios.validation import Invalid, checked

_GEORGIAN = ["995577000001", "995577000002", "995577000003"]
_RUSSIAN = {"79001990001": ["79001990001", "89001990001", "+7 (900) 199-00-01"], "79001990002": ["8-900-199-00-02"],
            "79001990003": ["79001990003"]}  # fmt: skip
_WAYS = ("smsoffice", "ubill", "phones", "list", "soap", "soap list", "smpp")


def rules_of(chance: random.Random, vocabulary: Any) -> tuple[list[Json], list[RuleSpec]]:
    """Rules that the checker takes, spelt as YAML, as JSON or as Python's data."""
    while True:
        rules = some_rules(chance)
        try:
            match chance.choice(["yaml", "json", "python"]):
                case "yaml":
                    return rules, list(parse(yaml.safe_dump({"rules": rules}), "chance.yaml", vocabulary).rules)
                case "json":
                    return rules, checked(json.loads(json.dumps(rules)), list[RuleSpec], vocabulary)
                case _:
                    return rules, checked(rules, list[RuleSpec], vocabulary)
        except Invalid:
            continue


def recipients_of(chance: random.Random, way: str) -> list[Recipient]:
    """To some numbers, each with its own text where the way has room for that."""
    same = chance.choice(TEXTS)
    own = way.endswith("list")
    most = 1 if way == "smpp" else 3
    if way in ("smsoffice", "ubill"):
        spelt = [(one, one) for one in chance.sample(_GEORGIAN, chance.randint(1, most))]
    else:
        numbers = chance.sample(list(_RUSSIAN), chance.randint(1, most))
        spelt = [(number if way == "smpp" else chance.choice(_RUSSIAN[number]), number) for number in numbers]
    return [Recipient(written, number, chance.choice(TEXTS) if own else same) for written, number in spelt]


class Sender:
    """A client of each way, in one sandbox."""

    def __init__(self, at: Desk, esme: Esme) -> None:
        self.at = at
        self.sandbox = at.sandbox
        self.esme = esme

    async def send(self, way: str, to: list[Recipient]) -> Exchange:
        """The exchange as the journal has it."""
        journal = self.sandbox.journal
        before = journal.made
        await self._send(way, to)

        def kept() -> list[Exchange]:
            return [one for one in journal.exchanges(before) if one.operation == "send"]

        await until(kept)
        return kept()[-1]

    async def _send(self, way: str, to: list[Recipient]) -> None:
        written, text = [one.written for one in to], to[0].text
        who = smscenter.Who(self.at.account["login"], self.at.account["psw"])
        if way == "smpp":
            await self.esme.submit(text.encode(), destination_addr=written[0].encode(), registered_delivery=0)
            return
        account = self.sandbox.account
        listed = "\n".join(f"{one.written}:{one.text}" for one in to)
        request = {
            "smsoffice": lambda: smsoffice.send(account("smsoffice").credentials["key"], written, "smsoffice", text),
            "ubill": lambda: ubill.send(account("ubill").credentials["key"], 1, written, text),
            "phones": lambda: smscenter.send(who, written, text),
            "list": lambda: smscenter.send(who, [], "", list=listed),
            "soap": lambda: soap.call("send_sms", who, {"phones": ",".join(written), "mes": text}),
            "soap list": lambda: soap.call(
                "send_sms2", who, {"phones": "", "mes": "", "query": smscenter_query(listed)}
            ),
        }[way]()  # fmt: skip
        self.at.served.emulator.exchange(request)


def smscenter_query(listed: str) -> str:
    """The parameter `list` as the SOAP operation takes it."""
    from urllib.parse import quote

    return f"list={quote(listed)}"


def call_of(way: str, at: float, to: list[Recipient]) -> Call:
    provider = way if way in ("smsoffice", "ubill") else "smscenter"
    protocol = "smpp" if way == "smpp" else "soap" if way.startswith("soap") else "http"
    return Call(provider, protocol, at, to)


async def held_against_the_model(seed: int, cases: int) -> None:
    accounts = {name: {"limits": "off", "balance": 1_000_000} for name in ("smsoffice", "ubill", "smscenter")}
    async with desk({"scenario": {"rules": []}, "accounts": accounts}) as at:
        chance, sender, sandbox = random.Random(seed), Sender(at, await at.bound()), at.sandbox
        store, engine = sandbox.engine.state.store, sandbox.engine
        for _ in range(cases):
            rules, specs = rules_of(chance, at.served.emulator.vocabulary)
            sandbox.control(PutRules(specs, []))
            model, begun = Model(rules), len(store.messages)
            said: list[tuple[str, list[Recipient]]] = []
            expected: list[tuple[str, str, str]] = []
            for _ in range(chance.randint(1, 4)):
                way = chance.choice(_WAYS)
                to = recipients_of(chance, way)
                said.append((way, to))
                wanted = model.send(call_of(way, sandbox.now() / 1_000_000, to))
                kept = await sender.send(way, to)
                expected += wanted.messages
                later = way == "smpp" and wanted.outcome == "refused"  # some refusals are told by a receipt there
                assert kept.word == wanted.outcome or (later and kept.word == "accepted"), (seed, rules, said)
                assert [one.fired for one in engine.state.rule_book.rules] == model.fired, (seed, rules, said)
                moment = sandbox.now() + chance.choice([0, 1, 20, 40]) * 1_000_000
                engine.advance(moment)
                sandbox.clock.move_to(moment)
            moment = sandbox.now() + 60_000_000
            engine.advance(moment)
            sandbox.clock.move_to(moment)
            told = []
            for message in (store.messages[number] for number in range(begun, len(store.messages))):
                batch = store.batch_of(message)
                if batch.cost:
                    told.append((message.to, batch.text, message.status))
            assert sorted(told) == sorted(expected), (seed, rules, said)


async def test_some_hundred_rule_sets_made_by_chance() -> None:
    await held_against_the_model(1, 200)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
async def test_ten_thousand_rule_sets_made_by_chance(seed: int) -> None:
    await held_against_the_model(seed, 1000)
