"""From socket to callback, over real sockets, on a clock that stands."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession, web
from support import TO, Receiver, control, frozen, get, key_of, receiver, send_path, serving, walk

from emulator.app.server import Server
from emulator.core.units import SECOND
from emulator.delivery import http_client
from emulator.http.messages import HttpReply, HttpRequest
from emulator.providers.smsoffice import client as half
from emulator.sandboxes.sandbox import Sandbox

OTHER = "995599123456"


async def ask(served: Server, request: HttpRequest) -> HttpReply:
    """A request of the client's half, over the wire."""
    url = served.base_url + request.target
    async with ClientSession() as session, session.request(
        request.method, url, data=request.body or None, headers=dict(request.headers)
    ) as answer:  # fmt: skip
        return HttpReply(status=answer.status, body=await answer.read())


async def send(served: Server, sandbox: Sandbox, *to: str, **more: Any) -> half.SmsOfficeReply:
    request = half.send(key_of(sandbox), list(to or (TO,)), "smsoffice", "Hello", **more)
    return half.read_answer(await ask(served, request))


async def status(served: Server, sandbox: Sandbox, to: str = TO, reference: str = "mine") -> str:
    found = half.read_answer(await ask(served, half.message_status(key_of(sandbox), to, reference)))
    return str(found.output["Status"])


async def attempts(served: Server, sandbox: Sandbox) -> list[dict[str, Any]]:
    found, listed = await control(served, "GET", f"/_emulator/sandboxes/{sandbox.id}/callbacks")
    assert found == 200
    return list(listed["callbacks"])


@pytest.mark.contract("smsoffice.code.0", "smsoffice.callback.on-change", "smsoffice.status.statuses")
async def test_a_message_is_accepted_delivered_called_back_and_paid(served: Server, client: Receiver) -> None:
    sandbox = frozen(served, callback_url=client.url)
    answer = await send(served, sandbox, TO, reference="mine")
    assert (answer.success, answer.code, answer.output) == (True, 0, None)
    assert await status(served, sandbox) == "Pending"
    assert client.came == []
    await walk(served, sandbox, 2)
    assert [one["status"] for one in client.came] == ["Delivered"]
    assert list(client.came[0]) == ["reference", "status", "reason", "destination", "timestamp", "operator"]
    assert await status(served, sandbox) == "Delivered"
    assert half.read_balance(await ask(served, half.balance(key_of(sandbox)))) == 999
    (attempt,) = await attempts(served, sandbox)
    assert (attempt["accepted"], attempt["answer"]) == (True, {"status": 200, "body": "OK"})


@pytest.mark.contract("smsoffice.callback.per-destination")
async def test_each_number_of_a_list_has_its_own_life_and_callback(served: Server, client: Receiver) -> None:
    sandbox = frozen(served, callback_url=client.url, stoplist=[OTHER])
    magic = "995577990001"
    answer = await send(served, sandbox, TO, OTHER, magic, "nonsense", reference="mine")
    assert answer.output == {"StopListed": [OTHER]}
    await walk(served, sandbox)
    assert [(one["destination"], one["status"]) for one in client.came] == [
        (TO, "Delivered"), (magic, "Undelivered"),
    ]  # fmt: skip
    assert client.came[1]["reason"] == "absent subscriber"
    told = [await status(served, sandbox, to) for to in (TO, magic, OTHER)]
    assert told == ["Delivered", "Undelivered", "Unknown"]


@pytest.mark.contract("smsoffice.send.scheduled-at", "smsoffice.status.pending")
async def test_a_scheduled_message_is_sent_when_the_clock_gets_there(served: Server, client: Receiver) -> None:
    sandbox = frozen(served, callback_url=client.url)
    moment = sandbox.now() // SECOND + 3600
    await send(served, sandbox, reference="mine", scheduled_at=moment)
    await walk(served, sandbox, 3500)
    assert await status(served, sandbox) == "Pending"
    assert client.came == []
    await walk(served, sandbox)
    tbilisi = datetime.fromtimestamp(moment + 2 + 4 * 3600, UTC)
    assert [one["timestamp"] for one in client.came] == [f"{tbilisi:%Y%m%d%H%M%S}"]


@pytest.mark.contract("smsoffice.callback.answer-ok")
@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (web.Response(text="OK"), None),
        (web.Response(text="not at all"), "the body is 'not at all'; the page asks for OK"),
        (web.Response(status=500, text="OK"), "HTTP 500; the page asks for the answer OK"),
        (web.Response(status=302, headers={"Location": "/elsewhere"}), "HTTP 302; the page asks for the answer OK"),
    ],
    ids=["OK", "not OK", "500", "redirect"],
)
async def test_what_was_answered_is_kept_and_judged(
    served: Server, client: Receiver, answer: web.Response, verdict: str | None
) -> None:
    client.answers = lambda _: answer
    sandbox = frozen(served, callback_url=client.url)
    await send(served, sandbox, reference="mine")
    await walk(served, sandbox)
    (attempt,) = await attempts(served, sandbox)
    assert attempt["accepted"] == (verdict is None)
    assert attempt["answer"]["status"] == answer.status
    if verdict:
        assert attempt["verdict"] == verdict
    assert len(client.came) == 1


@pytest.mark.contract("smsoffice.callback.answer-ok")
async def test_a_receiver_that_is_not_there_or_does_not_answer_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "TIMEOUT", 0.05)

    over = asyncio.Event()

    async def too_late(_: dict[str, str]) -> web.Response:
        await over.wait()
        return web.Response(text="OK")

    async with serving() as served:
        async with receiver() as client:
            client.answers = too_late
            slow = frozen(served, callback_url=client.url)
            await send(served, slow, reference="mine")
            await walk(served, slow)
            over.set()
        gone = frozen(served, callback_url=client.url)
        await send(served, gone, reference="mine")
        await walk(served, gone)
        found = [(await attempts(served, sandbox))[0] for sandbox in (slow, gone)]
        assert [one["accepted"] for one in found] == [False, False]
        assert "no answer within" in found[0]["verdict"]
        assert found[1]["verdict"].startswith("no answer: ")
        assert "error" in found[1]["answer"]


@pytest.mark.contract("smsoffice.callback.retry")
async def test_a_schedule_of_retries_is_kept_on_the_sandboxs_clock(served: Server, client: Receiver) -> None:
    def refusing_twice(client: Receiver) -> web.Response:
        return web.Response(text="OK") if len(client.came) > 2 else web.Response(status=500)

    client.answers = lambda _: refusing_twice(client)
    accounts = {"smsoffice": {"switches": {"retry": [60, 600, 6000]}}}
    sandbox = frozen(served, callback_url=client.url, accounts=accounts)
    start = sandbox.now()
    await send(served, sandbox, reference="mine", scheduled_at=start // SECOND + 1)
    await walk(served, sandbox, 3600)
    kept = list(sandbox.journal.attempts())
    begins = (start // SECOND + 1) * SECOND
    assert [(one.attempt, (one.at - begins) // SECOND, one.accepted) for one in kept] == [
        (1, 2, False), (2, 62, False), (3, 662, True),
    ]  # fmt: skip
    assert {one["timestamp"] for one in client.came} == {client.came[0]["timestamp"]}


async def test_callbacks_of_one_moment_arrive_in_the_order_of_the_list(served: Server, client: Receiver) -> None:
    sandbox = frozen(served, callback_url=client.url)
    numbers = [f"99557700{n:04}" for n in range(50)]
    await send(served, sandbox, *numbers, reference="mine")
    await walk(served, sandbox)
    assert [one["destination"] for one in client.came] == numbers


@pytest.mark.contract("smsoffice.callback.query-kept")
async def test_a_secret_in_the_url_arrives_with_the_callback(served: Server, client: Receiver) -> None:
    sandbox = frozen(served, callback_url=f"{client.url}?secret=x%2By")
    await send(served, sandbox, reference="mine")
    await walk(served, sandbox)
    assert client.came[0]["secret"] == "x+y"
    assert client.came[0]["reference"] == "mine"


async def test_the_built_in_sink_takes_the_callbacks_of_who_has_no_url(served: Server) -> None:
    sandbox = frozen(served)
    await send(served, sandbox, reference="mine")
    await walk(served, sandbox)
    (attempt,) = await attempts(served, sandbox)
    assert attempt["accepted"] is True
    assert attempt["url"].startswith(f"{served.base_url}/_emulator/sink/smsoffice?reference=mine&")


async def test_a_client_may_send_from_inside_a_callback(served: Server, client: Receiver) -> None:
    sandbox = frozen(served, callback_url=client.url)

    async def send_once_more(came: dict[str, str]) -> web.Response:
        if came["reference"] == "first":
            assert (await get(served.base_url + send_path(key_of(sandbox), reference="second")))[0] == 200
        return web.Response(text="OK")

    client.answers = send_once_more
    await send(served, sandbox, reference="first")
    await walk(served, sandbox)
    assert [one["reference"] for one in client.came] == ["first", "second"]


@pytest.mark.contract("smsoffice.send.sender-registered")
async def test_the_journal_explains_a_refusal_by_its_row(served: Server) -> None:
    await get(served.base_url + send_path().replace("sender=smsoffice", "sender=Shop"))
    _, listed = await control(served, "GET", "/_emulator/sandboxes/default/requests?outcome=refused")
    assert listed["requests"][-1]["explain"].partition("): ")[2] == (
        "sender `Shop` is not among the account's senders; "
        "the account has: smsoffice, SMSOFFICE [smsoffice.send.sender-registered]"
    )


@pytest.mark.contract("smsoffice.send.reference-max-20")
async def test_the_lint_tells_of_a_reference_that_was_cut(served: Server) -> None:
    await get(served.base_url + send_path(reference="x" * 36))
    _, listed = await control(served, "GET", "/_emulator/sandboxes/default/lint")
    (finding,) = listed["findings"]
    assert finding["row"] == "smsoffice.send.reference-max-20"
    assert finding["statement"] == "reference is a UTF-8 string of at most 20 characters."
