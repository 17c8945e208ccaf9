"""Many numbers in chunks: what became of each, whatever becomes of one of the chunks."""

import pytest
from client.desks import GEORGIAN, KINDS, PROVIDERS, desk, number
from client.raw import numbered, plain, raw

from emulator.client.bulk import chunks

either = pytest.mark.parametrize("kind", KINDS)
each = pytest.mark.parametrize("provider", PROVIDERS)


@either
@each
async def test_every_number_gets_its_message_and_its_result(sms_emulator, kind, provider):
    numbers = [str(int(number(provider)) + turn) for turn in range(7)]
    async with desk(kind, provider, sms_emulator) as ask:
        told = await ask("send_many", iter(numbers), "Hello", chunk=3)
    assert [one.number for one in told] == numbers
    assert all(one.accepted and one.error is None and not one.maybe_accepted for one in told)
    assert sorted(message.to for message in await sms_emulator.messages()) == numbers
    assert len(await sms_emulator.requests(provider=provider)) == 3


@either
async def test_one_text_is_one_number(sms_emulator, kind):
    async with desk(kind, "smsoffice", sms_emulator) as ask:
        (told,) = await ask("send_many", GEORGIAN, "Hello")
    assert (told.number, told.accepted) == (GEORGIAN, True)


@either
async def test_a_stop_listed_number_is_told_beside_those_that_were_accepted(sms_emulator, kind):
    await sms_emulator.patch_account("smsoffice", stoplist=[GEORGIAN])
    async with desk(kind, "smsoffice", sms_emulator) as ask:
        told = await ask("send_many", [GEORGIAN, "995577654321"], "Hello")
    assert [(one.accepted, one.left_out) for one in told] == [(False, True), (True, False)]


@either
@each
async def test_a_chunk_that_fails_does_not_hide_the_others(kind, provider):
    """The first is accepted, the second refused, the third in doubt, the fourth accepted."""
    with raw(lambda request: answers.pop(0)(request)) as server:
        answers = [lambda request: plain(numbered(request)), lambda request: plain(b"no", b"403 Forbidden"),
                   lambda request: None, lambda request: plain(numbered(request))]  # fmt: skip
        said = {} if provider == "ubill" else {"clear_up": False}
        async with desk(kind, provider, server) as ask:
            told = await ask("send_many", ["1", "2", "3", "4"], "x", chunk=1, **said)
    assert [(one.accepted, one.maybe_accepted) for one in told] == [
        (True, False), (False, False), (False, True), (True, False),
    ]  # fmt: skip
    assert [one.error is None for one in told] == [True, False, False, True]


@either
@each
async def test_a_mistake_in_the_last_chunk_is_told_before_the_first_leaves(kind, provider):
    with raw(lambda request: plain(numbered(request))) as server:
        async with desk(kind, provider, server) as ask:
            with pytest.raises(ValueError, match="surrogate"):
                await ask("send_many", ["1", "2", "3\ud800"], "x", chunk=1)
            with pytest.raises(ValueError, match="chunk must be at least 1"):
                await ask("send_many", ["1"], "x", chunk=0)
            assert await ask("send_many", [], "x") == []
        assert server.requests == []


def test_chunks_are_as_long_as_they_may_be():
    assert [len(one) for one in chunks(map(str, range(10)), 4)] == [4, 4, 2]
