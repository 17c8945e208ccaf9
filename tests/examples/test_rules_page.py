"""docs/rules.md: it names every word of the rule language, its scenarios are good, and do what the stories say."""

import re
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from examples.snippets import Document
from msgspec.structs import replace
from tools import need

import emulator
from emulator.app.emulator import Emulator
from emulator.app.settings import Settings
from emulator.core.accounts import AccountPatch
from emulator.core.admin_commands import PatchAccount
from emulator.core.rules.actions import Plan, Reply, Reports
from emulator.core.rules.conditions import When
from emulator.http.messages import HttpReply, HttpRequest
from emulator.sandboxes.sandbox import Sandbox
from emulator.sandboxes.spec import NewSandbox
from emulator.scenarios.loader import parse
from emulator.scenarios.scenario import Scenario
from emulator.scenarios.validation import checked

PAGE = Document("docs/rules.md")
STORIES = {text.partition("\n")[0].removeprefix("# "): text for text in PAGE.of("yaml", "scenario")}
DAY = {"now": "2026-11-21T12:00:00Z", "rate": 0}


class Client:
    """A client of smsoffice in a sandbox with a story in force."""

    def __init__(self, story: str, clock: Any = None, **wish: Any) -> None:
        self.emulator = Emulator(Settings())
        wish = {"clock": DAY if clock is None else clock, "scenario": yaml.safe_load(STORIES[story]), **wish}
        self.sandbox: Sandbox = self.emulator.create(msgspec.convert(wish, NewSandbox))
        self.key = self.sandbox.account("smsoffice").credentials["key"]

    def send(self, to: str = "995577123456", text: str = "Hello", reference: str = "r1") -> int:
        """The HTTP status, or the provider's code where that is 200."""
        target = f"/api/v2/send?key={self.key}&destination={to}&sender=smsoffice&content={text}&reference={reference}"
        return self.ask(target)

    def ask(self, target: str) -> int:
        reply = self.emulator.exchange(HttpRequest(method="GET", target=target)).reply
        if not isinstance(reply, HttpReply) or reply.status != 200:
            return 0 if reply is None else reply.status
        found = re.search(rb'"ErrorCode":(-?[0-9]+)', reply.body)
        assert found
        return int(found[1])

    def advance(self, seconds: int) -> list[Any]:
        reports = self.sandbox.engine.advance(self.sandbox.now() + seconds * 1_000_000)
        self.sandbox.clock.move_to(self.sandbox.now() + seconds * 1_000_000)
        return reports

    @property
    def states(self) -> list[str]:
        return [one.status for one in self.sandbox.engine.state.store.messages]


def test_the_page_names_every_word() -> None:
    for kind in (When, Plan, Reply, Reports):
        for name in kind.__struct_encode_fields__:
            assert f"`{name}`" in PAGE.text, name


def test_a_line_of_curl_for_each_word_puts_a_rule_with_it(tmp_path) -> None:
    (lines,) = PAGE.of("sh", "words")
    with emulator.running() as sms:
        told = lines.replace("http://127.0.0.1:8775", sms.base_url).replace("/default/", f"/{sms.id}/")
        script = f"PATH={Path(need('curl')).parent}:$PATH\n{told.replace('curl ', 'curl -sSf ')}"
        subprocess.run([need("bash"), "-ec", script], check=True, stdout=subprocess.DEVNULL, timeout=200)
        added = sms.rules()[: lines.count("curl ")]
        taken = re.search(r"`curl -X DELETE \$RULES/(\w+)` takes the first", PAGE.text)
        assert taken
        assert added[-1]["id"] not in [one["id"] for one in sms.delete_rule(taken[1])]
    words = {word for rule in added for part in ("when", "then") for word in rule[part]}
    for part in ("reply", "reports"):
        words |= {f"{part}.{word}" for rule in added for word in rule["then"].get(part, {})}
    missing = {*When.__struct_encode_fields__, *Plan.__struct_encode_fields__} - words
    missing |= {f"reply.{word}" for word in Reply.__struct_encode_fields__} - words
    missing |= {f"reports.{word}" for word in Reports.__struct_encode_fields__} - words
    assert missing == set()


@pytest.mark.parametrize("story", STORIES)
def test_every_scenario_is_good_as_yaml_and_as_data(story: str) -> None:
    words, text = Emulator().vocabulary, STORIES[story]
    assert checked(yaml.safe_load(text), Scenario, words) == replace(parse(text, "x", words), name="")


def test_the_first_try_of_each_message_fails() -> None:
    client = Client("first try")
    numbers = ("995577000001", "995577000002", "995577000001", "995577000002")
    assert [client.send(number) for number in numbers] == [503, 503, 0, 0]


def test_three_of_a_hundred_numbers_are_never_reached_the_same_whoever_sends_first() -> None:
    numbers = [f"99557700{number:04d}" for number in range(300)]

    def lost(order: list[str]) -> set[str]:
        client = Client("three of a hundred")
        for at in range(0, len(order), 50):
            assert client.send(",".join(order[at : at + 50])) == 0
        client.advance(60)
        store = client.sandbox.engine.state.store
        return {one.to for one in store.messages if one.status == "undelivered"}

    assert lost(numbers) == lost(numbers[::-1])
    assert 3 <= len(lost(numbers)) <= 20


def test_more_than_five_within_a_minute_are_refused_until_it_is_over() -> None:
    client = Client("a rate")
    assert [client.send() for _ in range(7)] == [0] * 5 + [-100] * 2
    client.advance(61)
    assert client.send() == 0


def test_what_is_sent_at_night_is_reported_in_the_morning() -> None:
    at = {hour: Client("quiet hours", {"now": f"2026-11-21T{hour}:00:00Z", "rate": 0}) for hour in ("12", "18")}
    for client in at.values():
        client.send()
    assert [len(client.advance(3600)) > 0 for client in at.values()] == [True, False]
    assert at["18"].states == ["delivered"]
    assert len(at["18"].advance(43_200)) > 0


def test_sends_fail_once_the_balance_is_low() -> None:
    client = Client("low balance", balance=12)
    assert [client.send() for _ in range(4)] == [0, 0, 20, 20]


def test_asking_for_what_was_delivered_fails() -> None:
    client = Client("asked for what was delivered")
    client.send(reference="r1")
    asked = f"/api/v2/getMessageStatus?key={client.key}&destination=995577123456&reference=r1"
    assert client.ask(asked) == 0
    client.advance(60)
    assert client.ask(asked) == 500


def test_who_is_on_the_stop_list_is_taken_and_never_gets_it() -> None:
    client = Client("the stop list passed over")
    client.sandbox.control(PatchAccount("smsoffice", AccountPatch(stoplist=["995577123456"])))
    assert client.send("995577123456,995577000001") == 0
    client.advance(10)
    assert client.states == ["rejected", "delivered"]
