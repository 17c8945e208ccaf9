"""A callback is answered OK only when its report has been worked off, whoever brings it at the same time."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession
from support import site

from emulator.client import Callbacks, Report, Reports, aiohttp_handler, smsoffice


def fields(status, reference="mine"):
    return {"reference": reference, "destination": "995577123456", "status": status}


def made(take, reports=None):
    return Callbacks(smsoffice.parse_callback, take, reports)


def test_a_repeat_that_comes_while_the_first_is_being_taken_waits_for_its_end():
    """The first fails: the repeat is taken itself, and not answered OK for nothing."""
    begun, go_on, taken = threading.Event(), threading.Event(), []

    def take(report):
        taken.append(report)
        if len(taken) == 1:
            begun.set()
            go_on.wait(60)
            raise OSError("the database is away")

    callbacks = made(take)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(callbacks.answer, fields("Delivered"))
        begun.wait(60)
        second = threads.submit(callbacks.answer, fields("Delivered"))
        third = callbacks.answer(fields("Delivered", "another"))
        assert third.status == 200
        assert not second.done()
        go_on.set()
        assert isinstance(first.exception(), OSError)
        assert second.result().status == 200
    assert [report.id for report in taken] == ["mine", "another", "mine"]
    assert callbacks.answer(fields("Delivered")).status == 200
    assert len(taken) == 3


async def test_with_async_too():
    begun, go_on, taken = asyncio.Event(), asyncio.Event(), []

    async def take(report):
        taken.append(report)
        if len(taken) == 1:
            begun.set()
            await go_on.wait()
            raise OSError("the database is away")

    callbacks = made(take)
    first = asyncio.create_task(callbacks.answer_async(fields("Delivered")))
    await begun.wait()
    others = [asyncio.create_task(callbacks.answer_async(fields("Delivered"))) for _ in range(3)]
    await asyncio.sleep(0)
    others[0].cancel()
    assert (await callbacks.answer_async(fields("Delivered", "another"))).status == 200
    assert not others[1].done()
    go_on.set()
    with pytest.raises(OSError, match="away"):
        await first
    assert [(await one).status for one in others[1:]] == [200, 200]
    assert [report.id for report in taken] == ["mine", "another", "mine"]


async def test_a_failure_of_an_older_report_does_not_undo_a_newer_one():
    """pending is being taken when delivered comes; pending fails; delivered comes again: it is no news."""
    begun, go_on, taken = asyncio.Event(), asyncio.Event(), []

    async def take(report):
        if report.status == "pending":
            begun.set()
            await go_on.wait()
            raise OSError("away")
        taken.append(report.status)

    callbacks = made(take)
    older = asyncio.create_task(callbacks.answer_async(fields("Pending")))
    await begun.wait()
    newer = asyncio.create_task(callbacks.answer_async(fields("Delivered")))
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(OSError, match="away"):
        await older
    assert (await newer).status == 200
    assert (await callbacks.answer_async(fields("Delivered"))).status == 200
    assert (await callbacks.answer_async(fields("Pending"))).status == 200
    assert taken == ["delivered"]


async def test_a_handler_that_is_cancelled_has_not_taken_it():
    begun, taken = asyncio.Event(), []

    async def take(report):
        taken.append(report)
        begun.set()
        await asyncio.sleep(60 if len(taken) == 1 else 0)

    callbacks = made(take)
    handling = asyncio.create_task(callbacks.answer_async(fields("Delivered")))
    await begun.wait()
    handling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await handling
    assert (await callbacks.answer_async(fields("Delivered"))).status == 200
    assert len(taken) == 2


def test_reports_are_safe_for_threads():
    """Of sixteen that bring the same report one has news; nothing is kept of the locks."""
    seen = Reports(most=50)

    def bring(turn):
        report = Report(provider="p", id=str(turn // 16), number="1", status="delivered")
        return seen.take(report)

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(bring, range(1600))) >= 100
    assert len(seen) == 50
    assert seen._held == {}


async def test_a_store_may_be_async():
    log = []

    class Store:
        @asynccontextmanager
        async def taking(self, report):
            log.append("begin")
            try:
                yield report.status == "delivered"
            except BaseException:
                log.append("rolled back")
                raise
            log.append("committed")

    async def take(report):
        log.append(report.status)
        if report.id == "broken":
            raise OSError("away")

    callbacks = made(take, Store())
    assert (await callbacks.answer_async(fields("Delivered"))).status == 200
    assert (await callbacks.answer_async(fields("Pending"))).status == 200
    with pytest.raises(OSError, match="away"):
        await callbacks.answer_async(fields("Delivered", "broken"))
    assert log == ["begin", "delivered", "committed", "begin", "committed", "begin", "delivered", "rolled back"]
    with pytest.raises(TypeError, match="answer_async"):
        callbacks.answer(fields("Delivered"))


@pytest.mark.parametrize(("body", "kind"), [
    (b"reference=mine&destination=1&status=Delivered&reason=\xff\xfe", "application/x-www-form-urlencoded"),
    (b"reference=mine&destination=1&status=Delivered&reason=%FF%FE", "application/x-www-form-urlencoded"),
    (b"reference=mine&destination=1&status=Delivered", "application/x-www-form-urlencoded; charset=no-such"),
    (b"reference=mine&destination=1&status=Delivered", "text/plain"),
])  # fmt: skip
async def test_a_form_that_is_not_utf_8_is_read_all_the_same(body, kind):
    taken = []
    async with (
        site({"/": aiohttp_handler(made(taken.append))}) as url,
        ClientSession() as session,
        session.post(f"{url}/?x=%FF", data=body, headers={"Content-Type": kind}) as answer,
    ):
        assert (answer.status, await answer.text()) == (200, "OK")
    assert [report.id for report in taken] == ["mine"]
