"""The rule language once more, written from docs/rules.md alone, slow and plain: what the emulator is held against."""

import random
import re
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

Json = dict[str, Any]


class Recipient(NamedTuple):
    """A number as it was written and as the provider writes it, and what is said to it."""

    written: str
    number: str
    text: str


class Call(NamedTuple):
    provider: str
    protocol: str
    at: float
    recipients: list[Recipient]


class Expected(NamedTuple):
    """What becomes of a send: its outcome, and number, text and last state of each message that is charged."""

    outcome: str
    messages: list[tuple[str, str, str]]


class Model:
    """Rules with their counts."""

    def __init__(self, rules: list[Json]) -> None:
        self.rules = rules
        self.fired = [0] * len(rules)
        self.counts: list[dict[str, int]] = [{} for _ in rules]
        self.calls: list[dict[str, list[float]]] = [{} for _ in rules]

    def send(self, call: Call) -> Expected:
        decided: dict[int, int] = {}
        for number, rule in enumerate(self.rules):
            self._look(number, rule, call, decided)
        deciding = [number for number in range(len(self.rules)) if number in decided.values()]
        for number in deciding:
            self.fired[number] += 1
        messages, kept_out = [], 0
        for place, to in enumerate(call.recipients):
            then = self.rules[decided[place]]["then"] if place in decided else {}
            reply = then.get("reply", {})
            if "refuse" in then or reply.get("fault") == "drop" or "status" in reply:
                kept_out += 1
                continue
            steps = then.get("steps")
            state = "delivered" if steps is None else steps[-1]["status"] if steps else "pending"
            messages.append((to.number, to.text, state))
        if messages:
            return Expected("accepted", sorted(messages))
        replies = [self.rules[number]["then"]["reply"] for number in deciding if "reply" in self.rules[number]["then"]]
        unheard = bool(replies) and (replies[0].get("fault") == "drop" or "status" in replies[0])
        return Expected("dropped" if unheard else "refused", [])

    def _look(self, number: int, rule: Json, call: Call, decided: dict[int, int]) -> None:
        when = rule.get("when", {})
        if when.get("provider", call.provider) != call.provider or when.get("protocol", call.protocol) != call.protocol:
            return
        groups: dict[str, list[int]] = {}
        for place, to in enumerate(call.recipients):
            if holds(when, to):
                key = {"number": to.number, "text": to.text}.get(when.get("per", ""), "")
                groups.setdefault(key, []).append(place)
        used_up = "times" in rule and self.fired[number] >= rule["times"]
        for key, places in groups.items():
            if self._turn(number, when, key, call.at) and not used_up:
                for place in places:
                    decided.setdefault(place, number)

    def _turn(self, number: int, when: Json, key: str, at: float) -> bool:
        count = self.counts[number][key] = self.counts[number].get(key, 0) + 1
        calls = self.calls[number].setdefault(key, [])
        calls.append(at)
        if "rate" in when and sum(at - when["rate"]["within"] < one for one in calls) <= when["rate"]["over"]:
            return False
        return (
            when.get("nth", count) == count and count <= when.get("first", count) and count % when.get("every", 1) == 0
        )


def holds(when: Json, to: Recipient) -> bool:
    """Do the keys that speak of a recipient hold?"""
    spellings = (to.written, to.number)
    parts = 1 if len(to.text) <= 160 else 2
    return (
        ("to" not in when or any(fnmatchcase(one, when["to"]) for one in spellings))
        and ("to_matches" not in when or any(re.search(when["to_matches"], one) for one in spellings))
        and when.get("contains", "") in to.text
        and ("matches" not in when or re.search(when["matches"], to.text) is not None)
        and (when.get("parts", parts) in (parts, {"from": parts}) or when.get("parts") == {"from": 1})
    )


TEXTS = ("Hello", "your code 1234", "code 77 again", "x" * 170)
_WHEN: dict[str, list[Any]] = {
    "provider": ["smsoffice", "ubill", "smscenter"], "protocol": ["http", "soap", "smpp"],
    "to": ["*1", "*2", "79*", "8*", "99557*", "79001990001", "*"], "to_matches": ["[12]$", "^8", "^7", "0019"],
    "contains": ["code", "Hello"], "matches": [r"code \d+$", r"^x+$"], "parts": [1, 2, {"from": 2}],
}  # fmt: skip
_COUNTS: dict[str, list[Any]] = {
    "nth": [1, 2, 3], "first": [1, 2], "every": [1, 2], "rate": [{"over": 1, "within": 30}, {"over": 0, "within": 5}],
}  # fmt: skip
_STEPS = [{"steps": [{"after": 1, "status": state}]} for state in ("expired", "undelivered", "read")]
_THEN: list[Json] = [
    {}, *_STEPS, {"steps": []}, {"refuse": {"reason": "no-credit"}}, {"refuse": {"reason": "temporary"}},
    {"reply": {"status": 503}}, {"reply": {"delay": 0}}, {"reply": {"status": 503}, "steps": []}, {"accept": True},
]  # fmt: skip


def some_rules(chance: random.Random) -> list[Json]:
    """A few rules, made by chance."""
    made = []
    for _ in range(chance.randint(1, 5)):
        when = {name: chance.choice(_WHEN[name]) for name in chance.sample(list(_WHEN), chance.randint(0, 2))}
        if chance.random() < 0.5:
            when.update((name, chance.choice(_COUNTS[name])) for name in chance.sample(list(_COUNTS), 1))
            if chance.random() < 0.6:
                when["per"] = chance.choice(["number", "text"])
        then = chance.choice(_THEN)
        if when.get("protocol") == "http" and chance.random() < 0.3:
            then = {"reply": {"fault": "drop"}}
        rule: Json = {"when": when, "then": then}
        if chance.random() < 0.3:
            rule["times"] = chance.randint(1, 3)
        made.append(rule)
    return made
