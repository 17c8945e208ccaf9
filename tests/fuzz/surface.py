"""A surface: where inputs of one kind go in, and what may come out."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fuzz.chance import Chance
from fuzz.goldens import requests

from emulator.app.emulator import Emulator
from emulator.core.commands import AnyCommand
from emulator.core.outcomes import Accepted
from emulator.core.units import SECOND
from emulator.delivery.router import DeliveryRouter
from emulator.dispatch.explain import explain
from emulator.http.messages import HttpReply, HttpRequest
from emulator.sandboxes.sandbox import NoRouter, Sandbox


class Told(NoRouter):
    """What would go out is told instead."""

    def __init__(self, told: Any) -> None:
        self.told = told

    def post(self, sandbox: Sandbox, out: Any, envelope: Any = None) -> None:
        self.told(sandbox, out)


class HttpSurface:
    """A provider's HTTP, in memory: a request goes in, the reply is judged, and so is the money."""

    provider: str
    name: str
    fill: Mapping[str, str] = {}
    """Placeholders of the transcripts → the names of credentials."""

    def __init__(self, emulator: Emulator, sandbox: Sandbox) -> None:
        self.emulator = emulator
        self.sandbox = sandbox
        self.who = sandbox.account(self.provider).credentials
        self.goldens = requests(self.provider, {mark: self.who.get(word, word) for mark, word in self.fill.items()})
        self.router = DeliveryRouter(_never, lambda provider: f"http://127.0.0.1:1/{provider}?a=b#c")
        sandbox.router = Told(self.told)

    def make(self, chance: Chance) -> HttpRequest:
        """An input."""
        raise NotImplementedError

    def judge(self, command: AnyCommand | None, request: HttpRequest, reply: HttpReply) -> None:
        """Raises AssertionError when the provider's format has no such reply."""
        raise NotImplementedError

    async def play(self, chance: Chance) -> Any:
        """One input, and what it did. Gives back the input; what it raises carries it."""
        request = self.mutant(chance) if chance.one_in(5) else self.make(chance)
        account = self.sandbox.account(self.provider)
        balance, batches = account.balance, len(self.sandbox.engine.state.store.batches)
        try:
            self.exchange(request)
            if chance.one_in(10):
                self.pass_time(chance)
        except Exception as error:
            raise Broken(repr(request)[:4000], f"balance was {balance}, batches {batches}") from error
        return request

    def exchange(self, request: HttpRequest) -> None:
        account, store = self.sandbox.account(self.provider), self.sandbox.engine.state.store
        balance, messages = account.balance, len(store.messages)
        answer = self.emulator.exchange(request)
        reply, exchange = answer.reply, answer.exchange
        assert reply is not None
        cost = exchange.outcome.cost if isinstance(exchange.outcome, Accepted) else 0
        assert balance - account.balance == cost, f"charged {balance - account.balance}, said {cost}"
        assert account.balance >= 0
        assert cost == cost_since(store, messages)
        if exchange.word == "unroutable":
            assert reply.status in (404, 405)
        else:
            self.judge(exchange.command, request, reply)
        assert explain(self.emulator.providers, exchange) or exchange.outcome is not None

    def mutant(self, chance: Chance) -> HttpRequest:
        """A golden request with octets changed in target, headers or body."""
        good = chance.choice(self.goldens)
        others = [one.body for one in self.goldens if one.body]
        target = chance.mutated(good.target.encode("latin-1", "replace")) if chance.one_in(2) else good.target.encode()
        body = chance.mutated(good.body, others) if good.body or chance.one_in(4) else b""
        headers = good.headers
        if chance.one_in(5):
            headers = (*headers, (chance.choice(("key", "Content-Type", "Host", "X")), chance.letters()))
        escaped = quote(target, safe="/?&=%+:;,.[]@!$'()*~-_\"<>\\^`{|}")
        path = escaped if escaped.startswith(("/", "http://")) else f"/{escaped}"
        return HttpRequest(method=good.method, target=path, headers=headers, body=body, raw_octets=chance.one_in(9))

    def told(self, sandbox: Sandbox, out: Any) -> None:
        """What goes out can be written, and is answered."""
        self.router.envelope(sandbox, out)
        sandbox.engine.answered(out.attempt, out.attempt % 3 > 0, out.at)

    def pass_time(self, chance: Chance) -> None:
        """The sandbox's time moves on; reports go out."""
        target = self.sandbox.now() + chance.choice((0, 1, 5, 60, 3600, 90_000)) * SECOND
        while self.sandbox.catch_up(target) < target:
            pass
        self.sandbox.clock.move_to(target)


class Broken(Exception):
    """An input that broke something, and what was so before."""


def members(fields: Mapping[str, str], names: Sequence[str], chance: Chance) -> list[tuple[str, str]]:
    """Fields in any order: some left out, some doubled, some under another name."""
    said = [(name, value) for name, value in fields.items() if not chance.one_in(4 * chance.wild)]
    for _ in range(chance.few(3) if chance.one_in(chance.wild) else 0):
        said.append((chance.choice(names) if not chance.one_in(5) else chance.letters(6), chance.value()))
    chance.shuffle(said)
    return said


def cost_since(store: Any, first: int) -> int:
    """What the messages cost together that came after the first so many."""
    return sum(store.batch_of(store.messages[place]).cost for place in range(first, len(store.messages)))


async def _never(request: HttpRequest) -> HttpReply:
    raise OSError("nobody is called")
