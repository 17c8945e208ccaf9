"""A thousand mixtures of what a provider, and the way to it, may do: what was taken against what was told."""

import asyncio
import logging
import random

import pytest
from client.desks import KINDS, QUICK, desk
from client.mixtures import KEY, LATE, Send, World, forms_in, shows_the_key
from client.raw import SHAPES, plain, raw
from msgspec import structs

from emulator.client import Patience, SmsError
from emulator.client.calls import Exchange, Trouble
from emulator.client.carrying_out import Course, carry_out
from emulator.client.smscenter.calls import Calls as Center
from emulator.client.smsoffice.calls import Calls as Office
from emulator.client.ubill.calls import Calls as Bill
from emulator.clock import real_now
from emulator.core.units import SECOND
from emulator.http.messages import HttpRequest

METHODS = {"smsoffice": ("send",), "ubill": ("send",), "smscenter": ("send", "send_sms")}


def options_for(world, provider, turn):
    """The reference of a send: its own, one made for it, none, or one under which something was accepted before."""
    name = {"smsoffice": "reference", "smscenter": "id"}.get(provider)
    accepted = [send.reference for send in world.sends if send.reference and not isinstance(send.told, Exception)]
    kind = world.chance.choice(("own", "own", "none", "used" if accepted else "own"))
    if name is None or kind == "none":
        return None, {} if name is None else {name: None}
    reference = world.chance.choice(accepted) if kind == "used" else f"r{world.seed}-{turn}"
    return reference, {name: reference}


class Virtual:
    """Carries calls out against a world, in a time of its own."""

    def __init__(self, seed):
        self.at = 0.0
        self.patience = Patience(attempts=4, absent_after=2.0)
        self.world = World(seed, lambda: self.at, LATE * self.patience.absent_after)
        self.calls = {"smsoffice": Office(KEY), "ubill": Bill(KEY), "smscenter": Center("me", KEY)}

    def run(self, call):
        steps = carry_out(call, self.patience, Course(lambda: self.at, random.Random(self.world.seed).random))
        step = next(steps)
        try:
            while True:
                if isinstance(step, Exchange):
                    step = steps.send(self.exchange(step))
                else:
                    self.at += step.seconds
                    step = steps.send(None)
        except StopIteration as done:
            return done.value

    def exchange(self, wanted):
        self.at += self.world.chance.random() * wanted.timeout / 4
        reply = self.world.serve(wanted.request)
        if isinstance(reply, str):
            self.at += self.world.chance.choice((0.0, wanted.timeout / 2))
            return Trouble(f"went: {wanted.request.target}", left=reply != "unreached")
        return reply


def mixtures(provider, seeds):
    """So many worlds with six sends each → the kinds of ends that there were."""
    told = set()
    for seed in seeds:
        virtual = Virtual(seed)
        for turn in range(6):
            reference, options = options_for(virtual.world, provider, turn)
            send = Send(f"m{seed}x{turn}", reference)
            method = virtual.world.chance.choice(METHODS[provider])
            virtual.world.sends.append(send)
            try:
                send.told = virtual.run(getattr(virtual.calls[provider], method)("1", send.text, options))
            except SmsError as error:
                send.told = error
            if isinstance(send.told, SmsError) and seed < 20:
                assert shows_the_key(send.told) == []
            told.add((type(send.told).__name__, getattr(send.told, "maybe_accepted", None)))
        assert virtual.world.judge() == []
    return told


@pytest.mark.parametrize("provider", METHODS)
def test_over_many_mixtures_nothing_is_doubled_falsely_told_or_shown(provider):
    assert len(mixtures(provider, range(100))) >= 5


@pytest.mark.long
@pytest.mark.parametrize("provider", METHODS)
def test_over_ten_thousand_mixtures_too(provider):
    begin = 3_334 * list(METHODS).index(provider)
    mixtures(provider, range(begin, begin + 3_334))


async def over_the_wire(kind, provider, seed):
    """The same through the drivers: sockets, shapes of answers, real time."""
    patience = structs.replace(QUICK, absent_after=0.1)
    world = World(seed, lambda: real_now() / SECOND, LATE * patience.absent_after, reachable=False)
    shapes = [one for one, (_, ends) in SHAPES.items() if not ends]

    def answer(request):
        target = request.target.decode()
        reply = world.serve(HttpRequest(method=request.method.decode(), target=target, body=request.body))
        if isinstance(reply, str):
            return None
        if reply.status != 200:
            headers = [f"{name}: {value}".encode() for name, value in reply.headers]
            return plain(reply.body, b"%d x" % reply.status, *headers)
        return SHAPES[world.chance.choice(shapes)][0](reply.body)

    who = {"login": "me", "psw": KEY} if provider == "smscenter" else {"key": KEY}
    with raw(answer, pieces=world.chance.choice((1, 2, 3))) as server:
        async with desk(kind, provider, server, patience, **who) as ask:
            for turn in range(6):
                reference, options = options_for(world, provider, turn)
                send = Send(f"m{seed}x{turn}", reference)
                world.sends.append(send)
                try:
                    send.told = await ask(world.chance.choice(METHODS[provider]), "1", send.text, **options)
                except SmsError as error:
                    send.told = error
    assert not [one.told for one in world.sends if isinstance(one.told, SmsError) and shows_the_key(one.told)]
    assert world.judge() == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("provider", METHODS)
async def test_over_the_wire_too(kind, provider, caplog):
    caplog.set_level(logging.DEBUG)
    for seed in range(2):
        await over_the_wire(kind, provider, seed)
    assert forms_in(caplog.text) == []


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("provider", METHODS)
async def test_over_the_wire_a_thousand_times_in_all(kind, provider):
    first = 170 * (list(METHODS).index(provider) + 3 * KINDS.index(kind))
    for begin in range(first, first + 170, 10):
        await asyncio.gather(*(over_the_wire(kind, provider, seed) for seed in range(begin, begin + 10)))


def test_the_judge_sees_what_is_not_so():
    """A client that sends again after a doubt, and one that says sent of what was not."""
    world = World(1, lambda: 0.0, 1.0)
    world.taken = ["doubled", "doubled", "unsent"]
    from emulator.client.ubill import UbillNotReached, UbillReplyLost

    doubt = UbillReplyLost("lost")
    world.sends = [Send("doubled", None, doubt), Send("unsent", None, UbillNotReached("no")), Send("never", None, "ok")]
    assert len(world.judge()) == 4
