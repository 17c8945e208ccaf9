"""Twelve ways in which applications that send SMS lose money or messages, each beside its right twin.

A race is a function (world, right) → main; `RACES` names them with what finds them. All are small enough to be read.
"""

import asyncio
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from aiohttp import ClientError, ClientSession, ClientTimeout, web

TO = "995577000001"
FAILURES = (ClientError, TimeoutError, OSError)
LATEST = 150.0
"""So long after it was given up a request may still arrive."""


class Race(NamedTuple):
    main: Callable[[Any, bool], Any]
    crashes: int = 0
    network: str = "rough"


# what the applications have in common


async def get(w, text, to=TO, **more):
    wanted = {"key": w.smsoffice.key, "destination": to, "sender": "smsoffice", "content": text, **more}
    async with ClientSession() as session, session.get(f"{w.base_url}/api/v2/send", params=wanted) as answer:
        return (await answer.json())["Success"]


async def post(w, text, reference=None, to=TO, timeout=60.0):
    """A POST, which no library repeats."""
    wanted = {"key": w.smsoffice.key, "destination": to, "sender": "smsoffice", "content": text}
    if reference:
        wanted["reference"] = reference
    async with (
        ClientSession(timeout=ClientTimeout(total=timeout)) as session,
        session.post(f"{w.base_url}/api/v2/send", data=wanted) as answer,
    ):
        return (await answer.json())["Success"]


async def status_of(w, reference, to=TO):
    """In the provider's word."""
    wanted = {"key": w.smsoffice.key, "destination": to, "reference": reference}
    async with ClientSession() as session, session.post(f"{w.base_url}/api/v2/getMessageStatus", data=wanted) as answer:
        return (await answer.json())["Output"]["Status"]


async def was_accepted(w, reference, to=TO):
    """Does the provider have it?"""
    return await status_of(w, reference, to) != "Unknown"


async def careful(w, disk, text, to=TO):
    """One message, once, whatever is lost and whoever is killed: the reference is on disk before anything is sent, and
    nothing is sent again before the provider was asked, late enough."""
    order = disk.get(text) or {"reference": uuid.uuid4().hex[:20], "state": "new"}
    while order["state"] != "sent":
        if order["state"] == "sending":
            await asyncio.sleep(LATEST)
            try:
                found = await was_accepted(w, order["reference"], to)
            except FAILURES:
                continue
            if found:
                order["state"] = "sent"
                disk[text] = order
                return
        order["state"] = "sending"
        disk[text] = order
        with suppress(*FAILURES):
            if await post(w, text, order["reference"], to):
                order["state"] = "sent"
                disk[text] = order


async def worker(w, work, to=None):
    """A process that does `work(process)`; in the end nobody has anything twice, and `to` has one."""

    async def worker(process):
        await work(process)
        await asyncio.sleep(1e7)

    await w.app(worker)
    await w.at(hours=1)
    await w.quiet()
    await w.assert_once_each(to=to)


# 1 to 4: between one request and the next


async def library_repeats_a_get(w, right):
    """aiohttp sends a GET again by itself when the connection breaks before the answer. The caller sees one success."""

    async def work(process):
        with suppress(*FAILURES):  # in doubt: not sent again
            await (post if right else get)(w, "order 1")

    await worker(w, work)


async def new_reference_at_each_retry(w, right):
    """Whoever asks for the new reference does not learn of the old one."""

    async def work(process):
        if right:
            return await careful(w, process.disk, "order 1")
        while True:
            reference = uuid.uuid4().hex[:20]
            try:
                return await post(w, "order 1", reference)
            except FAILURES:
                await asyncio.sleep(LATEST)
                with suppress(*FAILURES):
                    if await was_accepted(w, uuid.uuid4().hex[:20]):
                        return None

    await worker(w, work, [TO])


async def crash_between_answer_and_mark(w, right):
    """Killed after the provider said yes and before that was written down."""

    async def work(process):
        if right:
            return await careful(w, process.disk, "order 1")
        if "sent" not in process.disk:
            with suppress(*FAILURES):  # in doubt: not sent again
                await post(w, "order 1")
            await asyncio.sleep(0.01)  # the database
            process.disk["sent"] = True

    await worker(w, work)


async def looks_up_while_under_way(w, right):
    """Gives up after 5 seconds and asks at once: the request is still on its way, so nobody knows it."""

    async def work(process):
        if right:
            return await careful(w, process.disk, "order 1")
        while True:
            reference = process.disk["reference"] = process.disk.get("reference") or uuid.uuid4().hex[:20]
            try:
                return await post(w, "order 1", reference, timeout=5)
            except FAILURES:
                try:
                    if await was_accepted(w, reference):
                        return None
                except FAILURES:
                    await asyncio.sleep(1)

    await worker(w, work, [TO])


# 5 to 7: two at once


async def two_workers(w, right):
    """An await between reading that an order is new and writing that it is mine."""
    database = {"order 1": "new"}

    async def one(process):
        while True:
            if database["order 1"] == "new":
                if not right:
                    await asyncio.sleep(0.02)  # the database
                database["order 1"] = "taken"
                with suppress(*FAILURES):  # in doubt: not sent again
                    await post(w, "order 1")
            await asyncio.sleep(5)

    async def first(process):
        await one(process)

    async def second(process):
        await one(process)

    await w.app(first)
    await w.app(second)
    await w.at(hours=1)
    await w.quiet()
    await w.assert_once_each()


def told_by_callbacks(take):
    """An application whose orders have a state; `take(orders, reference)` is the callback's work."""

    async def main(w, right):
        orders = {}

        def make_shop(process):
            async def order(request):
                await send_order(w, orders, right)
                return web.Response(text="thanks")

            async def callback(request):
                take(orders, request.query, right)
                return web.Response(text="OK")

            async def look_after(request):
                for reference, state in orders.items():
                    if state != "delivered" and await status_of(w, reference) == "Delivered":
                        orders[reference] = "delivered"
                return web.Response(text="done")

            app = web.Application()
            app.router.add_post("/orders", order)
            app.router.add_get("/sms", callback)
            app.router.add_post("/hourly", look_after)
            return app

        shop = await w.app(make_shop)
        w.smsoffice.callback_url = shop.url("/sms")
        await w.at(hours=1)
        await shop.post("/orders", timeout=600)
        await w.quiet()
        if right:  # the provider reports once: what is lost on its way must be asked for
            await shop.post("/hourly")
        if await w.messages():
            assert set(orders.values()) == {"delivered"}, f"delivered long ago, and the order is {orders}"

    return main


async def send_order(w, orders, right):
    reference = uuid.uuid4().hex[:20]
    if right or "known before" in orders:
        orders[reference] = "sending"
    try:
        await post(w, "order 1", reference, timeout=300)
    except FAILURES:
        orders.setdefault(reference, "sending")  # in doubt: the report will tell
        return
    if right:
        if orders[reference] == "sending":
            orders[reference] = "sent"
    else:
        orders[reference] = "sent"


def drops_unknown(orders, report, right):
    if report["reference"] in orders:
        orders[report["reference"]] = "delivered"


report_before_the_reply = told_by_callbacks(drops_unknown)
"""The report comes before the reply, is for nobody then, and answered OK: it never comes again."""


def takes_all(orders, report, right):
    orders[report["reference"]] = "delivered"


late_reply_overwrites = told_by_callbacks(takes_all)
"""The reply comes after the report and says "sent" over "delivered"."""


# 8 to 12


async def wait_for_around_a_send(w, right):
    """The time that `wait_for` gives is over, the request is not."""

    async def work(process):
        if right:
            return await careful(w, process.disk, "order 1")
        while True:
            try:
                return await asyncio.wait_for(post(w, "order 1"), 3)
            except FAILURES:
                await asyncio.sleep(1)

    await worker(w, work, [TO])


async def requeue_at_shutdown(w, right):
    """Asked to end, the worker puts back what it had in hand. The request had left."""

    async def work(process):
        if right:
            return await careful(w, process.disk, "order 1")
        queue = process.disk.get("queue", ["order 1"])
        while queue:
            text = queue.pop()
            process.disk["queue"] = queue
            try:
                await post(w, text)
            except asyncio.CancelledError:
                process.disk["queue"] = [*queue, text]
                raise
            except FAILURES:
                pass  # in doubt: not sent again

    await worker(w, work)


async def double_click(w, right):
    """Looks whether the order is there, and inserts it behind an await."""

    def make_shop(process):
        orders = set()

        async def order(request):
            if 1 not in orders:
                if not right:
                    await asyncio.sleep(0.02)  # the database
                orders.add(1)
                with suppress(*FAILURES):  # in doubt: not sent again
                    await post(w, "order 1")
            return web.Response(text="thanks")

        app = web.Application()
        app.router.add_post("/orders", order)
        return app

    shop = await w.app(make_shop)
    await w.at(hours=1)
    await asyncio.gather(shop.post("/orders"), shop.post("/orders"))
    await w.quiet()
    await w.assert_once_each()


async def old_code_arrives_last(w, right):
    """A code is sent again as a new one, and the old one is the last to arrive: what the person types is wrong."""
    valid = []

    def make_login(process):
        async def ask(request):
            code = valid[-1] if right and valid else f"{len(valid) + 1:06}"
            valid.append(code)
            with suppress(*FAILURES):  # whoever gets none asks again
                await post(w, f"code {code}")
            return web.Response(text="sent")

        app = web.Application()
        app.router.add_post("/code", ask)
        return app

    login = await w.app(make_login)
    await w.at(hours=1)
    first = asyncio.ensure_future(login.post("/code", timeout=600))
    await w.after(seconds=5)
    again = asyncio.ensure_future(login.post("/code", timeout=600))
    await asyncio.wait((first, again))
    await w.quiet()
    arrived = sorted(
        (step["at"], one["text"])
        for one in await w.messages()
        for step in one["history"]
        if step["status"] == "delivered"
    )
    if len(arrived) == 2:
        assert arrived[-1][1] == f"code {valid[-1]}", f"the person types {arrived[-1][1]}, valid is {valid[-1]}"


async def error_9_is_no_failure(w, right):
    """The status is asked for too often, error 9 says so, and is read as "this message has failed"."""
    to = "79161234567"

    async def ask(page, **words):
        wanted = {"login": w.smscenter.login, "psw": w.smscenter.psw, "fmt": "3", **words}
        async with ClientSession() as session, session.post(f"{w.base_url}/sys/{page}.php", data=wanted) as answer:
            return await answer.json(content_type=None)

    await w.sms.add_rule(when={"operation": "send"}, then={"steps": [{"after": 90, "status": "delivered"}]})

    async def work(process):
        number = 1
        while number < 4:
            process.disk["sends"] = number
            try:
                sent = await ask("send", phones=to, mes=f"order 1, try {number}", id=str(number))
            except FAILURES:
                return
            while True:
                await asyncio.sleep(60 if right else 5)
                try:
                    status = await ask("status", phone=to, id=str(sent["id"]))
                except FAILURES:
                    continue
                if status.get("status") == 1:
                    return
                if "error" in status or status.get("error_code"):
                    if right:
                        continue
                    break
            number += 1

    async def worker(process):
        if "sends" not in process.disk:
            await work(process)
        await asyncio.sleep(1e7)

    await w.app(worker)
    await w.at(hours=1)
    await w.quiet()
    sent = await w.messages()
    assert len(sent) <= 1, f"{len(sent)} messages for one order: {[one['text'] for one in sent]}"


RACES = {
    "library repeats a GET": Race(library_repeats_a_get),
    "new reference at each retry": Race(new_reference_at_each_retry),
    "crash between answer and mark": Race(crash_between_answer_and_mark, crashes=1),
    "looks up while under way": Race(looks_up_while_under_way),
    "two workers": Race(two_workers),
    "report before the reply": Race(report_before_the_reply),
    "late reply overwrites": Race(late_reply_overwrites),
    "wait_for around a send": Race(wait_for_around_a_send),
    "requeue at shutdown": Race(requeue_at_shutdown, crashes=1),
    "double click": Race(double_click),
    "old code arrives last": Race(old_code_arrives_last),
    "error 9 is no failure": Race(error_9_is_no_failure),
}
