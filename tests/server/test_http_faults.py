"""The faults of a reply, as a client sees them on the wire; and whether the command was done."""

import asyncio

import pytest
from support import PATIENCE, connected, control, journal, octets, once, request, send_path, serving, turns, until

from emulator.core.rules.actions import FAULTS
from emulator.core.rules.http_actions import HTTP_FAULTS
from emulator.http.messages import HttpReply
from emulator.http.reply_writer import Manner, encoded
from emulator.server import http_faults
from emulator.server.fault_steps import Write

BODY = (
    b'{"Success":true,"Message":"The request has been successfully received by our system","Output":null,"ErrorCode":0}'
)


async def try_fault(served, reply):
    rule = {"when": {"operation": "send"}, "then": {"reply": reply}, "times": 1}
    status, _ = await control(served, "POST", "/_emulator/sandboxes/default/rules", rule)
    assert status == 200
    answer = await octets(served.base_url, once(send_path()))
    _, found = await control(served, "GET", "/_emulator/sandboxes/default/messages")
    return answer, len(found["messages"])


@pytest.mark.parametrize(("fault", "done"), [("lost", 1), ("drop", 0)])
async def test_the_connection_is_closed_without_an_answer(served, fault, done):
    assert await try_fault(served, {"fault": fault}) == (b"", done)


async def test_reset_is_a_reset_and_the_command_was_done(served):
    assert await try_fault(served, {"fault": "reset"}) == (b"RESET", 1)


async def test_cut_ends_in_the_middle_of_the_body_it_promised(served):
    answer, done = await try_fault(served, {"fault": "cut"})
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"Content-Length: %d" % len(BODY) in head
    assert 0 < len(body) < len(BODY)
    assert done == 1


async def test_empty_has_a_good_head_and_no_body(served):
    answer, done = await try_fault(served, {"fault": "empty"})
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"\r\n\r\n")
    assert done == 1


async def test_garbled_is_no_json(served):
    answer, done = await try_fault(served, {"fault": "garbled"})
    body = answer.partition(b"\r\n\r\n")[2]
    assert body
    assert BODY not in body
    assert body.startswith(b"\xff\x00")
    assert done == 1


async def test_slow_comes_whole_in_the_end(served):
    answer, done = await try_fault(served, {"fault": "slow"})
    assert answer.endswith(BODY)
    assert done == 1


def test_every_fault_of_the_lists_has_its_row_in_the_transport():
    assert {None, *FAULTS, *HTTP_FAULTS} == set(http_faults.FAULTS)


@pytest.mark.parametrize("fault", http_faults.FAULTS)
@pytest.mark.parametrize(("status", "head"), [(200, True), (204, False)])
def test_a_reply_without_a_body_has_none_whatever_a_rule_does(fault, status, head):
    reply = HttpReply(status=status, body=b"body")
    steps = http_faults.FAULTS[fault](reply, lambda one: encoded(one, b"now", Manner(without_body=head)))
    octets = b"".join(step.octets for step in steps if isinstance(step, Write))
    assert octets == b"" or octets.endswith(b"\r\n\r\n")
    assert octets.count(b"\r\n\r\n") == octets.count(b"HTTP/1."), "nothing stands behind a head"


async def try_shape(fault, first=b"", closes=True):
    """What a client that keeps its connection gets: head, body; does the connection end by itself?"""
    async with serving() as served:
        rule = {"when": {"operation": "send"}, "then": {"reply": {"fault": fault}}, "times": 1}
        await control(served, "POST", "/_emulator/sandboxes/default/rules", rule)
        reader, writer = await connected(served.base_url)
        writer.write(request(send_path()))
        async with asyncio.timeout(PATIENCE):
            assert await reader.readexactly(len(first)) == first
            head = await reader.readuntil(b"\r\n\r\n")
            if closes:
                body = await reader.read()
            elif b"Content-Length: " in head:
                body = await reader.readexactly(int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0]))
                writer.write(request("/_emulator/health", "x"))
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            else:
                half = len(BODY) // 2
                body = await reader.readexactly(len(b"%x%x" % (half, len(BODY) - half)) + len(BODY) + 8)
                assert not reader.at_eof()
            writer.close()
        assert len(served.emulator.default.engine.state.store.messages) == 1
    return head, body


def chunks(*pieces):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


async def test_split_is_whole_in_two_segments_and_the_connection_is_kept():
    head, body = await try_shape("split", closes=False)
    assert (b"Connection" in head, body) == (False, BODY)


async def test_close_says_so_and_does_so():
    head, body = await try_shape("close")
    assert b"\r\nConnection: close\r\n" in head
    assert b"\r\nContent-Length: %d\r\n" % len(BODY) in head
    assert body == BODY


async def test_http_1_0_is_answered_and_closed():
    head, body = await try_shape("http-1.0")
    assert head.startswith(b"HTTP/1.0 200")
    assert b"keep-alive" not in head
    assert body == BODY


async def test_until_close_has_no_length_at_all():
    head, body = await try_shape("until-close")
    assert b"Length" not in head
    assert b"Encoding" not in head
    assert body == BODY


async def test_chunked_ends_with_the_last_chunk_and_the_connection():
    head, body = await try_shape("chunked")
    half = len(BODY) // 2
    assert b"\r\nTransfer-Encoding: chunked\r\n" in head
    assert b"Length" not in head
    assert body == chunks(BODY[:half], BODY[half:], b"")


async def test_endless_has_no_last_chunk_and_stays_open():
    head, body = await try_shape("endless", closes=False)
    half = len(BODY) // 2
    assert b"\r\nTransfer-Encoding: chunked\r\n" in head
    assert body == chunks(BODY[:half], BODY[half:])


async def test_interim_goes_before_the_answer():
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </>; rel=preconnect\r\n\r\n"
    head, body = await try_shape("interim", early, closes=False)
    assert head.startswith(b"HTTP/1.1 200")
    assert body == BODY


async def test_a_byte_order_mark_is_part_of_the_body():
    head, body = await try_shape("bom", closes=False)
    assert b"\r\nContent-Length: %d\r\n" % (len(BODY) + 3) in head
    assert body == b"\xef\xbb\xbf" + BODY


async def test_a_status_may_be_told_of_what_was_taken():
    """As a proxy does whose backend took the request."""
    page = {"status": 502, "body": "<html>Bad Gateway</html>", "headers": {"Content-Type": "text/html"}}
    for said, done in ((page, 0), ({**page, "taken": True}, 1)):
        async with serving() as served:
            answer, count = await try_fault(served, said)
            assert answer.startswith(b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n")
            assert answer.endswith(b"<html>Bad Gateway</html>")
            assert count == done


async def test_a_hanging_reply_ends_when_the_client_goes_or_the_server_stops(served):
    trying = asyncio.ensure_future(try_fault(served, {"fault": "hang"}))
    await until(lambda: len(served.emulator.default.engine.state.store.messages) == 1)
    await turns()
    assert not trying.done()
    trying.cancel()
    assert (await journal(served))[-1]["fault"] == "hang"


async def test_a_fault_is_told_in_the_journal_with_its_rule(served):
    await try_fault(served, {"fault": "lost"})
    kept = (await journal(served))[-1]
    assert kept["fault"] == "lost"
    assert kept["rule"] in kept["explain"]
    _, rules = await control(served, "GET", "/_emulator/sandboxes/default/rules")
    assert rules["rules"][0]["fired"] == 1
