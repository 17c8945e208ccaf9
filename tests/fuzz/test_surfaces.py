"""Structured fuzzing of every surface in memory: nothing raises, every reply is one that the format has, refusals cost
nothing, and nothing stays behind.

`make test-long` plays a million inputs; SMS_FUZZ_INPUTS and SMS_FUZZ_SEED say how many in all, and which.
"""

import gc
import os

import pytest
from fuzz.playing import SURFACES, peak, play, rss
from support import PATIENCE

from emulator.server import smpp_connection

SEED = int(os.environ.get("SMS_FUZZ_SEED", "1"))
INPUTS = int(os.environ.get("SMS_FUZZ_INPUTS", "1000000"))


@pytest.fixture(autouse=True)
def one_turn(monkeypatch):
    """What an input brings is looked at when it is over: a busy machine would make two turns of it."""
    monkeypatch.setattr(smpp_connection, "TURN", PATIENCE)


@pytest.mark.parametrize("name", SURFACES)
async def test_thousands_of_inputs_break_nothing(name):
    played = await play(name, 1_000, SEED)
    assert min(played.words[word] for word in ("accepted", "refused")) > 25, played


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", SURFACES)
async def test_a_million_inputs_break_nothing_and_memory_stays(name, capsys):
    share = INPUTS // len(SURFACES)
    gc.collect()
    gc.freeze()  # what tests before this one keep is large, and garbage is collected at a quarter of what is there,
    gc.collect()  # as far as it was counted the last time
    first = await play(name, share // 4, SEED + 1)
    before = rss()
    rest = await play(name, share - share // 4, SEED + 2)
    with capsys.disabled():
        print(f"\n{first}\n{rest}; peak {peak()} MiB")
    gc.unfreeze()
    assert rss() - before <= 16, f"{before} MiB became {rss()} MiB"
