"""Work for the loop in a thread: done there and waited for, or only left there."""

import asyncio
import subprocess
import sys
import threading
import time
from unittest.mock import Mock

import pytest
from support import PATIENCE, get, send_path

import emulator
from emulator.control_client.background_loop import Background, at_once
from emulator.control_client.records import CallRefused


@pytest.fixture
def background():
    made = Background("a-loop")
    yield made
    made.stop()


def test_what_a_function_gives_back_or_raises_comes_from_the_loops_thread(background):
    assert background.do(lambda: threading.current_thread().name) == "a-loop"
    with pytest.raises(ZeroDivisionError):
        background.do(lambda: 1 // 0)


def test_what_is_left_there_is_done_before_what_is_asked_next(background):
    order = []
    for number in range(100):
        background.soon(lambda number=number: order.append(number))
    assert background.do(order.copy) == list(range(100))


def test_who_would_wait_for_ever_is_told(background):
    with pytest.raises(RuntimeError, match="would wait for itself"):
        background.do(lambda: background.do(int))
    background.stop()
    with pytest.raises(RuntimeError, match="has ended"):
        background.do(int)


def test_a_test_that_freezes_time_stops_neither_the_emulator_nor_a_wait_in_vain(monkeypatch):
    with emulator.running(clock={"rate": 1000}) as sms:
        for name in ("time", "time_ns", "monotonic", "monotonic_ns"):
            monkeypatch.setattr(time, name, Mock(return_value=getattr(time, name)()))  # as freezegun does
        send = sms.base_url + send_path(sms.smsoffice.key)
        assert sms.background.run(get(send), PATIENCE)[0] == 200
        sms.background.run(sms.behind.wait(status="delivered", timeout=PATIENCE), PATIENCE)
        with pytest.raises(CallRefused, match="time-is-up"):
            sms.background.run(sms.behind.wait(count=2, timeout=0.01), PATIENCE)


IN_ANOTHER_TIME = """
import time
real = time.clock_gettime_ns
began = real(time.CLOCK_REALTIME)
time.clock_gettime_ns = lambda clock: 0 if clock == time.CLOCK_REALTIME else real(clock)
from emulator.clock import real_now
print((real_now() * 1000 - began) / 1e9)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one clock for it alone")
def test_the_sandboxes_time_is_the_real_one_though_a_test_was_in_another_before_we_were_imported():
    """As time-machine does, which stands in for CLOCK_REALTIME by whatever name it is read."""
    told = subprocess.run([sys.executable, "-c", IN_ANOTHER_TIME], check=True, capture_output=True, text=True)
    assert 0 <= float(told.stdout) + 0.01 < PATIENCE


def test_a_coroutine_that_never_waits_needs_no_loop():
    async def reckoned():
        return 6 * 7

    async def gives_way():
        for _ in range(3):
            await asyncio.sleep(0)
        return await reckoned()

    async def waits(for_what):
        await for_what

    assert at_once(reckoned()) == at_once(gives_way()) == 42
    background = asyncio.new_event_loop()
    with pytest.raises(RuntimeError, match="have to wait"):
        at_once(waits(background.create_future()))
    background.close()
