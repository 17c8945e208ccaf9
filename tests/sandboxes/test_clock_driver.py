"""What moves a sandbox's clock when somebody asks: in turn, and never longer than was said."""

import asyncio

import pytest
from support import PATIENCE

from emulator.sandboxes.clock_driver import Overdue


async def test_a_walk_gives_up_in_time_though_it_comes_as_the_clock_is_let_go_and_another_one_is_next(served):
    driver = served.emulator.clock_driver(served.emulator.default)
    turn = driver._walking
    await turn.acquire()
    next_one = asyncio.create_task(turn.acquire())
    await asyncio.sleep(0)
    turn.release()
    assert not turn.locked()  # and yet it is not ours
    with pytest.raises(Overdue, match="still moving"):
        await asyncio.wait_for(driver.walk(None, 0.01), PATIENCE)
    assert await next_one
