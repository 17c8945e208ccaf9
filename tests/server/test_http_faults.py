"""The faults of a reply, as a client sees them on the wire; and whether the command was done."""

import asyncio

import pytest
from support import control, octets, send_path, serving, until

BODY = (
    b'{"Success":true,"Message":"The request has been successfully received by our system","Output":null,"ErrorCode":0}'
)


async def try_fault(served, reply):
    rule = {"when": {"operation": "send"}, "then": {"reply": reply}, "times": 1}
    status, _ = await control(served, "POST", "/_emulator/sandboxes/default/rules", rule)
    assert status == 200
    line = f"GET {send_path()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    answer = await octets(served.base_url, line)
    _, found = await control(served, "GET", "/_emulator/sandboxes/default/messages")
    return answer, len(found["messages"])


@pytest.mark.parametrize(("fault", "done"), [("lost", 1), ("drop", 0)])
async def test_the_connection_is_closed_without_an_answer(fault, done):
    async with serving() as served:
        assert await try_fault(served, {"fault": fault}) == (b"", done)


async def test_reset_is_a_reset_and_the_command_was_done():
    async with serving() as served:
        assert await try_fault(served, {"fault": "reset"}) == (b"RESET", 1)


async def test_cut_ends_in_the_middle_of_the_body_it_promised():
    async with serving() as served:
        answer, done = await try_fault(served, {"fault": "cut"})
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b"Content-Length: %d" % len(BODY) in head
        assert 0 < len(body) < len(BODY)
        assert done == 1


async def test_empty_has_a_good_head_and_no_body():
    async with serving() as served:
        answer, done = await try_fault(served, {"fault": "empty"})
        assert answer.startswith(b"HTTP/1.1 200")
        assert answer.endswith(b"\r\n\r\n")
        assert done == 1


async def test_garbled_is_no_json():
    async with serving() as served:
        answer, done = await try_fault(served, {"fault": "garbled"})
        body = answer.partition(b"\r\n\r\n")[2]
        assert body
        assert BODY not in body
        assert body.startswith(b"\xff\x00")
        assert done == 1


async def test_slow_comes_whole_in_the_end():
    async with serving() as served:
        answer, done = await try_fault(served, {"fault": "slow"})
        assert answer.endswith(BODY)
        assert done == 1


async def test_a_status_in_place_of_the_answer_does_nothing():
    async with serving() as served:
        answer, done = await try_fault(served, {"status": 503})
        assert answer.startswith(b"HTTP/1.1 503")
        assert done == 0


async def test_a_hanging_reply_ends_when_the_client_goes_or_the_server_stops():
    async with serving() as served:
        trying = asyncio.ensure_future(try_fault(served, {"fault": "hang"}))
        await until(lambda: len(served.emulator.default.engine.world.store.messages) == 1)
        await asyncio.sleep(0.1)
        assert not trying.done()
        trying.cancel()
        _, journal = await control(served, "GET", "/_emulator/sandboxes/default/requests")
        assert journal["requests"][-1]["fault"] == "hang"


async def test_a_fault_is_told_in_the_journal_with_its_rule():
    async with serving() as served:
        await try_fault(served, {"fault": "lost"})
        _, journal = await control(served, "GET", "/_emulator/sandboxes/default/requests")
        kept = journal["requests"][-1]
        assert kept["fault"] == "lost"
        assert kept["rule"] in kept["explain"]
        _, rules = await control(served, "GET", "/_emulator/sandboxes/default/rules")
        assert rules["rules"][0]["fired"] == 1
